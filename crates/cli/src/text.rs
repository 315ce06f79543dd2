//! Figures and foreign text as people read them.

use std::time::Duration;

pub(crate) use rowgate_core::text::visible;

/// Groups digits by threes: `1,234,567`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes a number with the noun that it counts: `1 record`, `2 records`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number))
}

/// Writes a length with one decimal: `6.0 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // In tenths of the unit, in integers: floats would round what is exact.
    let mut tenths = u128::from(bytes) * 10;
    let mut unit = "B";
    for next in UNITS {
        if tenths < 10_240 {
            break;
        }
        tenths /= 1024;
        unit = next;
    }
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

/// The shortest time that says something about speed.
const TELLING_MS_MIN: u128 = 100;

/// Writes how much was read in a second, or nothing where the time is too short to tell.
pub(crate) fn rate(bytes: u64, took: Duration) -> Option<String> {
    let millis = took.as_millis();
    if millis < TELLING_MS_MIN {
        return None;
    }
    let bytes_per_s = u128::from(bytes) * 1_000 / millis;
    let tenths_of_mb = bytes_per_s / 100_000;
    Some(format!("{}.{} MB/s", tenths_of_mb / 10, tenths_of_mb % 10))
}

/// Writes a time as its largest unit and the next one: `2d 3h`, `4m 05s` as `4m 5s`.
pub(crate) fn age(time: Duration) -> String {
    const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let mut rest_s = time.as_secs();
    let mut shown = Vec::new();
    for (unit, unit_s) in UNITS {
        let number = rest_s / unit_s;
        rest_s %= unit_s;
        if number > 0 || !shown.is_empty() || unit == "s" {
            shown.push((number, unit));
        }
    }
    let shown = shown
        .iter()
        .take(2)
        .filter(|(number, unit)| *number > 0 || *unit == "s" && shown.len() == 1);
    shown
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        for (number, expected) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_345, "12,345"),
            (1_234_567, "1,234,567"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(thousands(number), expected);
        }
        assert_eq!(counted(1, "record"), "1 record");
        assert_eq!(counted(1_000, "record"), "1,000 records");
    }

    #[test]
    fn lengths_have_a_unit() {
        for (bytes, expected) in [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1.0 KiB"),
            (6 * 1024 * 1024, "6.0 MiB"),
            (2_500_000_000, "2.3 GiB"),
            (u64::MAX, "16383.9 PiB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }

    #[test]
    fn rates_and_ages_are_short() {
        assert_eq!(
            rate(1_000_000, Duration::from_secs(2)).as_deref(),
            Some("0.5 MB/s")
        );
        assert_eq!(rate(1_000_000, Duration::from_millis(99)), None);
        for (time_s, expected) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (245, "4m 5s"),
            (7_200, "2h"),
            (86_400 * 2 + 3_600 * 3 + 1, "2d 3h"),
            (86_400 + 59, "1d"),
        ] {
            assert_eq!(age(Duration::from_secs(time_s)), expected);
        }
    }
}
