//! What the values of flags may look like.

use std::str::FromStr;
use std::time::Duration;

use rowgate_core::dialect::{Mark, Quote};
use rowgate_core::run::RejectsMax;

/// A character of a dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CharArg(pub(crate) char);

/// What quotes fields, if anything does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QuoteArg(pub(crate) Quote);

impl FromStr for CharArg {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let spelled = Mark::spelled(text).ok();
        match spelled.and_then(|mark| mark.as_char()) {
            Some(c) if !matches!(c, '\n' | '\r' | '\0') => Ok(Self(c)),
            Some(_) | None => Err("give one character, `\\t` or `tab`"),
        }
    }
}

impl FromStr for QuoteArg {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match (text, text.parse()) {
            ("none", _) => Ok(Self(Quote::Never)),
            (_, Ok(CharArg(c))) => Ok(Self(Quote::By(c))),
            (_, Err(_)) => Err("give one character, or `none`"),
        }
    }
}

/// Reads a text of a dialect.
pub(super) fn mark(text: &str) -> Result<Mark, &'static str> {
    if text.is_empty() || text.contains(['\n', '\r', '\0']) {
        return Err("give one or more characters, `\\t` or `tab`");
    }
    Mark::spelled(text).map_err(|_| "that is longer than the 31 bytes such a text may have")
}

/// Checks a tolerance and keeps its text, for that is what the settings hold.
pub(super) fn rejects_max(text: &str) -> Result<String, rowgate_core::Error> {
    text.parse::<RejectsMax>().map(|_| text.to_owned())
}

/// Reads `45s`, `90m`, `2h` or `7d`.
pub(super) fn duration(text: &str) -> Result<Duration, &'static str> {
    const REFUSED: &str = "give a whole number and a unit: `45s`, `90m`, `2h` or `7d`";
    let (number, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or(REFUSED)?;
    let unit_s = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(REFUSED),
    };
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(REFUSED);
    }
    let number: u64 = number.parse().map_err(|_| REFUSED)?;
    number
        .checked_mul(unit_s)
        .map(Duration::from_secs)
        .ok_or("that is longer than time itself")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_read_as_people_write_them() {
        #[track_caller]
        fn check(text: &str, expected: Option<char>) {
            assert_eq!(
                text.parse::<CharArg>().ok(),
                expected.map(CharArg),
                "{text:?}"
            );
        }
        check(";", Some(';'));
        check("¦", Some('¦'));
        check("\t", Some('\t'));
        check("\\t", Some('\t'));
        check("tab", Some('\t'));
        for refused in ["", ";;", "e\u{301}", "\n", "\r", "none", "\0"] {
            check(refused, None);
        }
        assert_eq!("none".parse(), Ok(QuoteArg(Quote::Never)));
        assert_eq!("'".parse(), Ok(QuoteArg(Quote::By('\''))));
        assert!("no".parse::<QuoteArg>().is_err());
        assert_eq!(mark("::").unwrap().as_str(), "::");
        assert_eq!(mark("tab").unwrap().as_str(), "\t");
        for refused in ["", "a\n", "\0", &"-".repeat(32)] {
            assert!(mark(refused).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn durations_have_a_number_and_a_unit() {
        #[track_caller]
        fn check(text: &str, expected_s: Option<u64>) {
            assert_eq!(
                duration(text).ok(),
                expected_s.map(Duration::from_secs),
                "{text:?}"
            );
        }
        check("45s", Some(45));
        check("90m", Some(5_400));
        check("2h", Some(7_200));
        check("7d", Some(604_800));
        check("0s", Some(0));
        for refused in [
            "",
            "s",
            "2",
            "h2",
            "-2h",
            "+2h",
            "2 h",
            "2w",
            "2é",
            "99999999999999999999d",
            "999999999999999999d",
        ] {
            check(refused, None);
        }
    }
}
