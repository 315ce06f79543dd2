//! Points in time: datetimes and times of day.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::calendar::{SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_MINUTE, small};
use super::date::Date;
use super::duration::Duration;
use super::fraction;
use super::lexical::{self, offset, two, year};
use crate::value::Logical;

/// Whether a time says where it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Zone {
    /// It does not: it is local to somewhere.
    Absent,
    /// It has an offset from UTC, and is compared in UTC.
    Utc,
}

impl Zone {
    pub(super) fn key(self) -> u8 {
        match self {
            Self::Absent => 0,
            Self::Utc => 1,
        }
    }
}

/// A point on a timeline, as exact as it was written: a datetime, or a time of day.
///
/// Points with a zone and points without one lie on two timelines, and do not compare. A time of
/// day lies on the timeline of one day, as XML Schema 1.1 has it: `00:30:00+01:00` is half an hour
/// before `00:00:00Z`, not after it.
#[derive(Clone, Debug)]
pub struct Moment<'a> {
    /// Seconds east of UTC. Two points may be equal and have two offsets.
    offset: Option<i32>,
    /// In UTC if there is an offset.
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
        let clock = Clock::parse(text.as_bytes())?;
        Some(clock.of_day())
    }

    /// Reads a datetime: a date, `T`, and a time. Its year has 4 to 11 digits, and may be negative.
    /// `24:00:00` is the start of the next day.
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
        let date = Date::new(year, two(m1, m2)?, two(d1, d2)?)?;
        Some(Clock::parse(rest)?.on(date))
    }

    /// Returns whether the moment has a zone.
    #[must_use]
    pub fn zone(&self) -> Zone {
        match self.offset {
            Some(_) => Zone::Utc,
            None => Zone::Absent,
        }
    }

    /// Returns the seconds east of UTC, if the moment has a zone.
    #[must_use]
    pub fn offset(&self) -> Option<i32> {
        self.offset
    }

    /// Returns the same point as it is written in UTC; one without a zone stays as it is.
    pub(crate) fn in_utc(&self) -> Self {
        Self {
            offset: self.offset.map(|_| 0),
            ..self.clone()
        }
    }

    /// Returns the date of a datetime, where it was written. A time of day has none, and gives a day
    /// that means nothing.
    #[must_use]
    pub fn date(&self) -> Option<Date> {
        Date::from_days(self.local().div_euclid(SECONDS_PER_DAY))
    }

    /// Returns the hour where the moment was written, from 0 to 23.
    #[must_use]
    pub fn hour(&self) -> u8 {
        small(self.local().rem_euclid(SECONDS_PER_DAY) / SECONDS_PER_HOUR)
    }

    /// Returns the minute, from 0 to 59.
    #[must_use]
    pub fn minute(&self) -> u8 {
        small(self.local().rem_euclid(SECONDS_PER_HOUR) / SECONDS_PER_MINUTE)
    }

    /// Returns the whole second, from 0 to 59.
    #[must_use]
    pub fn second(&self) -> u8 {
        small(self.local().rem_euclid(SECONDS_PER_MINUTE))
    }

    /// Returns the digits of the second's fraction, without trailing zeros.
    #[must_use]
    pub fn fraction(&self) -> &[u8] {
        &self.fraction
    }

    /// Returns what lies between two moments, negative if `other` is later; `None` if one has a zone
    /// and the other has not.
    #[must_use]
    pub fn minus(&self, other: &Moment<'_>) -> Option<Duration<'static>> {
        if self.zone() != other.zone() {
            return None;
        }
        let missing: Vec<u8> = fraction::complement(&other.fraction).collect();
        let (digits, has_passed_one) = fraction::add(&self.fraction, &missing);
        let borrowed = i128::from(!missing.is_empty()) - i128::from(has_passed_one);
        let seconds = i128::from(self.seconds) - i128::from(other.seconds) - borrowed;
        Some(Duration::of_seconds(seconds, digits))
    }

    /// Adds a duration to a datetime as XML Schema does: first the months, on the local calendar,
    /// where a day that the month does not have becomes its last; then the rest. `None` if the year
    /// would have more than 11 digits.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::value::temporal::{Duration, Moment};
    ///
    /// let new_year = Moment::parse_datetime("2024-12-31T23:59:59.5").unwrap();
    /// let later = new_year.plus(&Duration::parse("P2MT0.5S").unwrap());
    /// assert_eq!(later, Moment::parse_datetime("2025-03-01T00:00:00"));
    /// ```
    #[must_use]
    pub fn plus(&self, duration: &Duration<'_>) -> Option<Moment<'static>> {
        let days = self.date()?.plus_months(duration.months())?.days();
        let of_day = self.local().rem_euclid(SECONDS_PER_DAY);
        let (added, added_digits) = duration.floor();
        let (digits, has_passed_one) = fraction::add(&self.fraction, &added_digits);
        let local = i128::from(days) * i128::from(SECONDS_PER_DAY) + i128::from(of_day);
        let local = i64::try_from(local + added + i128::from(has_passed_one)).ok()?;
        Date::from_days(local.div_euclid(SECONDS_PER_DAY))?;
        Some(Moment {
            offset: self.offset,
            seconds: local - i64::from(self.offset.unwrap_or(0)),
            fraction: Cow::Owned(digits),
        })
    }

    /// Returns the moment with digits of its own.
    #[must_use]
    pub fn into_owned(self) -> Moment<'static> {
        Moment {
            offset: self.offset,
            seconds: self.seconds,
            fraction: Cow::Owned(self.fraction.into_owned()),
        }
    }

    /// The seconds on the timeline of the place where the moment was written.
    fn local(&self) -> i64 {
        self.seconds + i64::from(self.offset.unwrap_or(0))
    }

    fn rank(&self) -> (Zone, i64, &[u8]) {
        (self.zone(), self.seconds, &self.fraction)
    }
}

impl PartialEq for Moment<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Moment<'_> {}

impl Logical for Moment<'_> {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        (self.zone() == other.zone()).then(|| self.total_cmp(other))
    }

    fn total_cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        out.push(self.zone().key());
        out.extend_from_slice(&self.seconds.to_be_bytes());
        out.extend_from_slice(&self.fraction);
    }
}

/// What a clock shows, with a fraction and a zone, as written.
#[derive(Clone, Copy)]
pub(super) struct Clock<'a> {
    /// Up to a whole day, for `24:00:00`.
    pub(super) seconds: i64,
    /// Without trailing zeros.
    pub(super) fraction: &'a [u8],
    /// Seconds east of UTC.
    pub(super) offset: Option<i32>,
}

impl<'a> Clock<'a> {
    fn parse(text: &'a [u8]) -> Option<Self> {
        let (&[h1, h2, b':', m1, m2, b':', s1, s2], rest) = text.split_first_chunk()? else {
            return None;
        };
        let (fraction, rest) = lexical::fraction(rest)?;
        Some(Self {
            seconds: seconds_of_day(two(h1, h2)?, two(m1, m2)?, two(s1, s2)?, fraction)?,
            fraction,
            offset: match rest {
                [] => None,
                _ => Some(offset(rest)?),
            },
        })
    }

    /// Places the time on the timeline of one day.
    pub(super) fn of_day(self) -> Moment<'a> {
        let seconds = self.seconds % SECONDS_PER_DAY;
        Self { seconds, ..self }.at(0)
    }

    /// Places the time on a date.
    pub(super) fn on(self, date: Date) -> Moment<'a> {
        self.at(date.days() * SECONDS_PER_DAY)
    }

    fn at(self, midnight: i64) -> Moment<'a> {
        Moment {
            offset: self.offset,
            seconds: midnight + self.seconds - i64::from(self.offset.unwrap_or(0)),
            fraction: Cow::Borrowed(self.fraction),
        }
    }
}

/// Counts the seconds since midnight; `None` if there is no such time. There is `24:00:00`.
pub(super) fn seconds_of_day(hours: u8, minutes: u8, seconds: u8, fraction: &[u8]) -> Option<i64> {
    let is_time = match hours {
        0..=23 => minutes < 60 && seconds < 60,
        24 => minutes == 0 && seconds == 0 && fraction.is_empty(),
        _ => false,
    };
    is_time.then(|| {
        i64::from(hours) * SECONDS_PER_HOUR
            + i64::from(minutes) * SECONDS_PER_MINUTE
            + i64::from(seconds)
    })
}
