//! Dates, times and instants as XML Schema writes them, on the proleptic Gregorian calendar.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::Logical;

/// The most digits that the year of a datetime may have: its seconds fit 64 bits then.
pub const YEAR_DIGITS_MAX: usize = 11;

const SECONDS_PER_MINUTE: i64 = 60;
const SECONDS_PER_HOUR: i64 = 60 * SECONDS_PER_MINUTE;
const SECONDS_PER_DAY: i64 = 24 * SECONDS_PER_HOUR;

/// A day, written `YYYY-MM-DD`. The year 0000 is the one before 0001, as in XML Schema 1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads a date.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::value::temporal::Date;
    ///
    /// assert!(Date::parse("2024-02-29") < Date::parse("2024-03-01"));
    /// assert_eq!(Date::parse("2023-02-29"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] =
            <&[u8; 10]>::try_from(text.as_bytes()).ok()?
        else {
            return None;
        };
        let year = u16::from(two(y1, y2)?) * 100 + u16::from(two(y3, y4)?);
        let (month, day) = (two(m1, m2)?, two(d1, d2)?);
        is_day(i64::from(year), month, day).then_some(Self { year, month, day })
    }
}

impl Logical for Date {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }

    fn total_cmp(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.year.to_be_bytes());
        out.extend_from_slice(&[self.month, self.day]);
    }
}

/// Whether a time says where it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Zone {
    /// It does not: it is local to somewhere.
    Absent,
    /// It has an offset from UTC, and is kept in UTC.
    Utc,
}

/// A point on a timeline, as exact as it was written: a datetime, or a time of day.
///
/// Points with a zone and points without one lie on two timelines, and do not compare. A time of
/// day lies on the timeline of one day, as XML Schema 1.1 has it: `00:30:00+01:00` is half an hour
/// before `00:00:00Z`, not after it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment<'a> {
    zone: Zone,
    seconds: i64,
    /// The digits of the fraction without trailing zeros, so that their order is that of the
    /// fractions.
    fraction: Cow<'a, [u8]>,
}

impl<'a> Moment<'a> {
    /// Reads a time of day: `hh:mm:ss`, then a fraction of any length and a zone if they are there.
    /// `24:00:00` is `00:00:00`.
    #[must_use]
    pub fn parse_time(text: &'a str) -> Option<Self> {
        let time = TimeOfDay::parse(text.as_bytes())?;
        Some(time.on_day_starting(0, time.seconds % SECONDS_PER_DAY))
    }

    /// Reads a datetime: a date, `T`, and a time. Its year has 4 to [`YEAR_DIGITS_MAX`] digits, and
    /// may be negative. `24:00:00` is the start of the next day.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::value::temporal::Moment;
    ///
    /// let berlin = Moment::parse_datetime("2024-01-01T06:00:00.50+01:00");
    /// assert_eq!(berlin, Moment::parse_datetime("2024-01-01T05:00:00.5Z"));
    /// assert_eq!(Moment::parse_datetime("2024-01-01 06:00:00"), None);
    /// ```
    #[must_use]
    pub fn parse_datetime(text: &'a str) -> Option<Self> {
        let (year, rest) = year(text.as_bytes())?;
        let (&[b'-', m1, m2, b'-', d1, d2, b'T'], rest) = rest.split_first_chunk()? else {
            return None;
        };
        let (month, day) = (two(m1, m2)?, two(d1, d2)?);
        if !is_day(year, month, day) {
            return None;
        }
        let time = TimeOfDay::parse(rest)?;
        let day = days_since_epoch(year, month, day);
        Some(time.on_day_starting(day * SECONDS_PER_DAY, time.seconds))
    }

    /// Returns whether the moment has a zone.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// Returns the moment with digits of its own.
    #[must_use]
    pub fn into_owned(self) -> Moment<'static> {
        Moment {
            zone: self.zone,
            seconds: self.seconds,
            fraction: Cow::Owned(self.fraction.into_owned()),
        }
    }
}

impl Logical for Moment<'_> {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        (self.zone == other.zone).then(|| self.cmp(other))
    }

    fn total_cmp(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        out.push(match self.zone {
            Zone::Absent => 0,
            Zone::Utc => 1,
        });
        out.extend_from_slice(&self.seconds.to_be_bytes());
        out.extend_from_slice(&self.fraction);
    }
}

/// `hh:mm:ss`, a fraction and a zone, as written.
#[derive(Clone, Copy)]
struct TimeOfDay<'a> {
    /// Up to a whole day, for `24:00:00`.
    seconds: i64,
    fraction: &'a [u8],
    /// Seconds east of UTC.
    offset: Option<i64>,
}

impl<'a> TimeOfDay<'a> {
    fn parse(text: &'a [u8]) -> Option<Self> {
        let (&[h1, h2, b':', m1, m2, b':', s1, s2], rest) = text.split_first_chunk()? else {
            return None;
        };
        let (hours, minutes, seconds) = (two(h1, h2)?, two(m1, m2)?, two(s1, s2)?);
        let (fraction, rest) = fraction(rest)?;
        let is_time = match hours {
            0..=23 => minutes < 60 && seconds < 60,
            24 => minutes == 0 && seconds == 0 && fraction.is_empty(),
            _ => false,
        };
        let offset = match rest {
            [] => None,
            _ => Some(offset(rest)?),
        };
        is_time.then_some(Self {
            seconds: i64::from(hours) * SECONDS_PER_HOUR
                + i64::from(minutes) * SECONDS_PER_MINUTE
                + i64::from(seconds),
            fraction,
            offset,
        })
    }

    /// Places the time on the timeline, at `seconds` after `start`.
    fn on_day_starting(self, start: i64, seconds: i64) -> Moment<'a> {
        let (zone, offset) = match self.offset {
            Some(offset) => (Zone::Utc, offset),
            None => (Zone::Absent, 0),
        };
        Moment {
            zone,
            seconds: start + seconds - offset,
            fraction: Cow::Borrowed(self.fraction),
        }
    }
}

/// Reads a fraction of a second, without its trailing zeros; `None` for a point without digits.
fn fraction(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let Some((b'.', after_point)) = text.split_first() else {
        return Some((&[], text));
    };
    let n_digits = count_digits(after_point);
    let (digits, rest) = after_point.split_at_checked(n_digits)?;
    let n_kept = digits
        .iter()
        .rposition(|digit| *digit != b'0')
        .map_or(0, |last| last + 1);
    (n_digits > 0).then_some((digits.get(..n_kept)?, rest))
}

/// Reads a zone, `Z` or `±hh:mm` up to 14 hours, as seconds east of UTC.
fn offset(text: &[u8]) -> Option<i64> {
    if text == b"Z" {
        return Some(0);
    }
    let &[sign, h1, h2, b':', m1, m2] = text else {
        return None;
    };
    let (hours, minutes) = (two(h1, h2)?, two(m1, m2)?);
    let is_offset = (hours < 14 && minutes < 60) || (hours == 14 && minutes == 0);
    let east = i64::from(hours) * SECONDS_PER_HOUR + i64::from(minutes) * SECONDS_PER_MINUTE;
    match sign {
        b'+' if is_offset => Some(east),
        b'-' if is_offset => Some(-east),
        _ => None,
    }
}

/// Reads a year of at least 4 digits; only a year of 4 may start with zeros.
fn year(text: &[u8]) -> Option<(i64, &[u8])> {
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

fn count_digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Reads two digits.
fn two(tens: u8, ones: u8) -> Option<u8> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| tens * 10 + ones)
}

fn is_day(year: i64, month: u8, day: u8) -> bool {
    let is_leap = || year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let n_days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap() => 29,
        2 => 28,
        _ => return false,
    };
    (1..=n_days).contains(&day)
}

/// Counts the days from 0000-03-01, from which every cycle of 400 years looks the same. Only
/// differences matter.
fn days_since_epoch(year: i64, month: u8, day: u8) -> i64 {
    // The year starts in March here, so that the leap day is its last.
    let is_before_march = month < 3;
    let year = if is_before_march { year - 1 } else { year };
    let month = i64::from(if is_before_march {
        month + 9
    } else {
        month - 3
    });
    let (cycle, year_of_cycle) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    cycle * 146_097 + day_of_cycle
}

#[cfg(test)]
mod tests;
