//! Numbers as people read them.

/// Writes a count with its thousands apart.
pub(crate) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (idx, digit) in digits.char_indices() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes a share as a percentage with one decimal. What is not nothing is never shown as nothing,
/// and what is not all never as all.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    let per_mille = per_mille(part, whole);
    match per_mille {
        0 if part > 0 => "< 0.1 %".to_owned(),
        1_000 if part < whole => "> 99.9 %".to_owned(),
        _ => format!("{}.{} %", per_mille / 10, per_mille % 10),
    }
}

/// Returns a share in thousandths, rounded down; 0 of nothing.
pub(crate) fn per_mille(part: u64, whole: u64) -> u64 {
    let share = (u128::from(part) * 1_000).checked_div(u128::from(whole));
    share.map_or(0, |share| u64::try_from(share).unwrap_or(u64::MAX))
}

/// Writes a length in bytes, in units of 1,024.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1_024 {
        return format!("{bytes} bytes");
    }
    let mut tenths = u128::from(bytes) * 10;
    let mut unit = "bytes";
    for larger in UNITS {
        if tenths < 10_240 {
            break;
        }
        tenths /= 1_024;
        unit = larger;
    }
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(size(1_023), "1023 bytes");
        assert_eq!(size(1_536), "1.5 KiB");
        assert_eq!(size(u64::MAX), "16777215.9 TiB");
    }

    #[test]
    fn a_share_is_nothing_or_all_only_if_it_is() {
        #[track_caller]
        fn check(part: u64, whole: u64, expected: &str) {
            assert_eq!(percent(part, whole), expected);
        }
        check(0, 0, "0.0 %");
        check(0, 10, "0.0 %");
        check(1, 3, "33.3 %");
        check(10, 10, "100.0 %");
        check(1, 1_000_000, "< 0.1 %");
        check(999_999, 1_000_000, "99.9 %");
        check(u64::MAX, u64::MAX, "100.0 %");
    }
}
