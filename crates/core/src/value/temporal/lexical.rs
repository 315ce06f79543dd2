//! The parts that the forms of XML Schema have in common.

use super::calendar::{SECONDS_PER_HOUR, SECONDS_PER_MINUTE};

/// The most digits that a year may have: seconds from and to it fit 64 bits then.
pub const YEAR_DIGITS_MAX: usize = 11;
/// The largest year, either way.
pub(super) const YEAR_ABS_MAX: i64 = 99_999_999_999;

/// Reads a year of at least 4 digits; only a year of 4 may start with zeros.
pub(super) fn year(text: &[u8]) -> Option<(i64, &[u8])> {
    let (is_negative, unsigned) = match text.strip_prefix(b"-") {
        Some(unsigned) => (true, unsigned),
        None => (false, text),
    };
    let n_digits = count_digits(unsigned);
    let (digits, rest) = unsigned.split_at_checked(n_digits)?;
    let is_year = match n_digits {
        4 => true,
        5..=YEAR_DIGITS_MAX => digits.first() != Some(&b'0'),
        _ => false,
    };
    if !is_year {
        return None;
    }
    let absolute = digits.iter().fold(0, |value: i64, digit| {
        value * 10 + i64::from(digit.saturating_sub(b'0'))
    });
    Some((if is_negative { -absolute } else { absolute }, rest))
}

/// Reads a fraction, without its trailing zeros; `None` for a point without digits.
pub(super) fn fraction(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let Some((b'.', after_point)) = text.split_first() else {
        return Some((&[], text));
    };
    let n_digits = count_digits(after_point);
    let (digits, rest) = after_point.split_at_checked(n_digits)?;
    (n_digits > 0).then(|| (trim_zeros(digits), rest))
}

/// Takes the zeros away at the end.
pub(super) fn trim_zeros(digits: &[u8]) -> &[u8] {
    let n_kept = digits
        .iter()
        .rposition(|digit| *digit != b'0')
        .map_or(0, |last| last + 1);
    digits.get(..n_kept).unwrap_or(digits)
}

/// Reads a zone, `Z` or `±hh:mm` up to 14 hours, as seconds east of UTC.
pub(super) fn offset(text: &[u8]) -> Option<i32> {
    if text == b"Z" {
        return Some(0);
    }
    let &[sign, h1, h2, b':', m1, m2] = text else {
        return None;
    };
    signed_offset(sign, two(h1, h2)?, two(m1, m2)?, 0)
}

/// Makes seconds east of UTC, up to 14 hours.
pub(super) fn signed_offset(sign: u8, hours: u8, minutes: u8, seconds: u8) -> Option<i32> {
    const HOURS_MAX: i64 = 14;
    if minutes >= 60 || seconds >= 60 {
        return None;
    }
    let east = i64::from(hours) * SECONDS_PER_HOUR
        + i64::from(minutes) * SECONDS_PER_MINUTE
        + i64::from(seconds);
    if east > HOURS_MAX * SECONDS_PER_HOUR {
        return None;
    }
    let east = i32::try_from(east).ok()?;
    match sign {
        b'+' => Some(east),
        b'-' => Some(-east),
        _ => None,
    }
}

pub(super) fn count_digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Reads two digits.
pub(super) fn two(tens: u8, ones: u8) -> Option<u8> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| tens * 10 + ones)
}
