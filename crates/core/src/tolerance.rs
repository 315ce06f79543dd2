//! How much is tolerated before data is refused.

use std::fmt;

use crate::error::{Error, ErrorKind, Result};

/// How many rejected records are tolerated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectsMax {
    /// So many; the run stops at the first one past them.
    Count(u64),
    /// So many in a million of all records, judged at the end.
    PerMillion(u32),
}

impl fmt::Display for RejectsMax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(max) => write!(f, "{max}"),
            Self::PerMillion(max) => {
                let percent = format!("{}.{:04}", max / 10_000, max % 10_000);
                let percent = percent.trim_end_matches('0').trim_end_matches('.');
                write!(f, "{percent}%")
            }
        }
    }
}

impl std::str::FromStr for RejectsMax {
    type Err = Error;

    /// Reads `12` or `0.5%`; a percentage has at most four decimals.
    fn from_str(text: &str) -> Result<Self> {
        let refused = || {
            Error::new(
                ErrorKind::Settings,
                format!(
                    "`{text}` is neither a count such as `12` nor a percentage from `0%` to `100%` such as `0.5%`"
                ),
            )
        };
        let Some(percent) = text.strip_suffix('%') else {
            return text.parse().map(Self::Count).map_err(|_| refused());
        };
        let (whole, decimals) = percent.split_once('.').unwrap_or((percent, "0"));
        let are_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !are_digits(whole) || !are_digits(decimals) || decimals.len() > 4 {
            return Err(refused());
        }
        let digits = format!("{whole}{decimals:0<4}");
        match digits.parse() {
            Ok(per_million) if per_million <= 1_000_000 => Ok(Self::PerMillion(per_million)),
            Ok(_) | Err(_) => Err(refused()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tolerance_is_a_count_or_a_percentage() {
        #[track_caller]
        fn check(text: &str, expected: Option<RejectsMax>) {
            let read = text.parse::<RejectsMax>().ok();
            assert_eq!(read, expected, "{text}");
            assert_eq!(
                read.map(|max| max.to_string()),
                expected.map(|_| text.to_owned())
            );
        }
        check("0", Some(RejectsMax::Count(0)));
        check("12", Some(RejectsMax::Count(12)));
        check("1%", Some(RejectsMax::PerMillion(10_000)));
        check("0.5%", Some(RejectsMax::PerMillion(5_000)));
        check("100%", Some(RejectsMax::PerMillion(1_000_000)));
        check("0.0001%", Some(RejectsMax::PerMillion(1)));
        for refused in [
            "", "%", "-1", "1.5", "101%", "1.00001%", ".5%", "1e2%", "5 %",
        ] {
            check(refused, None);
        }
    }
}
