//! Years and months of years.

use std::cmp::Ordering;
use std::fmt;

use super::lexical::{offset, two, year};
use super::moment::Zone;
use crate::value::Logical;

/// A year, as XML Schema's `gYear` writes it: `2024`, `-0044`, `12024`, `2024+01:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Year {
    year: i64,
    zone: Place,
}

/// A month of a year, as XML Schema's `gYearMonth` writes it: `2024-02`, `2024-02Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearMonth {
    year: i64,
    month: u8,
    zone: Place,
}

/// Seconds east of UTC, if they are told.
///
/// Two zones are at most 28 hours apart, and a month is longer: the year and the month decide first.
type Place = Option<i32>;

fn kind(zone: Place) -> Zone {
    match zone {
        Some(_) => Zone::Utc,
        None => Zone::Absent,
    }
}

impl Year {
    /// Reads a year of 4 to 11 digits, with a sign if it is negative, and with a zone or not.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::value::temporal::Year;
    ///
    /// assert_eq!(Year::parse("2024").map(Year::year), Some(2024));
    /// assert_eq!(Year::parse("24"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, rest) = year(text.as_bytes())?;
        let zone = match rest {
            [] => None,
            _ => Some(offset(rest)?),
        };
        Some(Self { year, zone })
    }

    /// Returns the number of the year.
    #[must_use]
    pub fn year(self) -> i64 {
        self.year
    }

    /// Returns whether the year has a zone.
    #[must_use]
    pub fn zone(self) -> Zone {
        kind(self.zone)
    }

    /// What orders years: one that starts further east starts earlier.
    fn rank(self) -> (Zone, i64, i32) {
        (self.zone(), self.year, -self.zone.unwrap_or(0))
    }
}

impl YearMonth {
    /// Reads a year as [`Year::parse`] does, a hyphen and two digits of the month, with a zone or
    /// not.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, rest) = year(text.as_bytes())?;
        let (&[b'-', m1, m2], rest) = rest.split_first_chunk()? else {
            return None;
        };
        let month = two(m1, m2).filter(|month| (1..=12).contains(month))?;
        let zone = match rest {
            [] => None,
            _ => Some(offset(rest)?),
        };
        Some(Self { year, month, zone })
    }

    /// Returns the number of the year.
    #[must_use]
    pub fn year(self) -> i64 {
        self.year
    }

    /// Returns the month, from 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// Returns whether the month has a zone.
    #[must_use]
    pub fn zone(self) -> Zone {
        kind(self.zone)
    }

    fn rank(self) -> (Zone, i64, u8, i32) {
        let east = self.zone.unwrap_or(0);
        (self.zone(), self.year, self.month, -east)
    }
}

impl Logical for Year {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        (self.zone() == other.zone()).then(|| self.total_cmp(other))
    }

    fn total_cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        out.push(self.zone().key());
        out.extend_from_slice(&self.year.to_be_bytes());
        out.extend_from_slice(&self.zone.unwrap_or(0).to_be_bytes());
    }
}

impl Logical for YearMonth {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        (self.zone() == other.zone()).then(|| self.total_cmp(other))
    }

    fn total_cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[self.zone().key(), self.month]);
        out.extend_from_slice(&self.year.to_be_bytes());
        out.extend_from_slice(&self.zone.unwrap_or(0).to_be_bytes());
    }
}

impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_year(self.year, f)?;
        write_zone(self.zone, f)
    }
}

impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_year(self.year, f)?;
        write!(f, "-{:02}", self.month)?;
        write_zone(self.zone, f)
    }
}

pub(super) fn write_year(year: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let sign = if year < 0 { "-" } else { "" };
    write!(f, "{sign}{:04}", year.unsigned_abs())
}

fn write_zone(zone: Place, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    const SECONDS_PER_MINUTE: u32 = 60;
    match zone {
        None => Ok(()),
        Some(0) => f.write_str("Z"),
        Some(east) => {
            let sign = if east < 0 { '-' } else { '+' };
            let minutes = east.unsigned_abs() / SECONDS_PER_MINUTE;
            write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        }
    }
}
