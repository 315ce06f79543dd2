//! Days.

use std::cmp::Ordering;
use std::fmt;

use super::calendar::{
    DAYS_PER_WEEK, SECONDS_PER_DAY, day_at, days_of_month, days_since_epoch, small, weekday,
};
use super::duration::Duration;
use super::lexical::{YEAR_ABS_MAX, two};
use crate::value::Logical;

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i64,
    month: u8,
    day: u8,
}

impl Date {
    /// Makes a date; `None` if the calendar does not have it, or its year has more than 11 digits.
    /// Months and days count from 1.
    #[must_use]
    pub fn new(year: i64, month: u8, day: u8) -> Option<Self> {
        let is_year = (-YEAR_ABS_MAX..=YEAR_ABS_MAX).contains(&year);
        let is_day = (1..=days_of_month(year, month)).contains(&day);
        (is_year && is_day).then_some(Self { year, month, day })
    }

    /// Reads a date, `YYYY-MM-DD`.
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
        let year = i64::from(two(y1, y2)?) * 100 + i64::from(two(y3, y4)?);
        Self::new(year, two(m1, m2)?, two(d1, d2)?)
    }

    /// Finds a day by its number in the year, from 1.
    pub(super) fn from_ordinal(year: i64, day_of_year: u16) -> Option<Self> {
        let before = days_since_epoch(year, 1, 1) - 1;
        Self::from_days(before + i64::from(day_of_year)).filter(|date| date.year == year)
    }

    /// Finds a day by its week as ISO 8601 counts them; weekdays count from 0, a Monday.
    pub(super) fn from_iso_week(year: i64, week: u8, weekday_idx: u8) -> Option<Self> {
        // The fourth of January lies in the first week.
        let fourth = days_since_epoch(year, 1, 4);
        let monday = fourth - i64::from(weekday(fourth));
        let days = (i64::from(week) - 1) * DAYS_PER_WEEK + i64::from(weekday_idx);
        Self::from_days(monday + days).filter(|date| date.iso_week() == (year, week))
    }

    /// Finds a day by its week; the first week starts with the first day of the year that is
    /// `first` (0 is a Monday), and what comes before it is week 0.
    pub(super) fn from_week(year: i64, week: u8, weekday_idx: u8, first: u8) -> Option<Self> {
        let new_year = days_since_epoch(year, 1, 1);
        let since_first = |idx: u8| (i64::from(idx) - i64::from(first)).rem_euclid(DAYS_PER_WEEK);
        let first_week = (-since_first(weekday(new_year))).rem_euclid(DAYS_PER_WEEK);
        let days = first_week + (i64::from(week) - 1) * DAYS_PER_WEEK + since_first(weekday_idx);
        Self::from_days(new_year + days).filter(|date| date.year == year)
    }

    /// Finds a day by the number of days from 0000-03-01 to it.
    pub(super) fn from_days(days: i64) -> Option<Self> {
        let (year, month, day) = day_at(days);
        Self::new(year, month, day)
    }

    /// Counts the days from 0000-03-01 to the date.
    pub(super) fn days(self) -> i64 {
        days_since_epoch(self.year, self.month, self.day)
    }

    /// Returns the year.
    #[must_use]
    pub fn year(self) -> i64 {
        self.year
    }

    /// Returns the month, from 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// Returns the day of the month, from 1 to 31.
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }

    /// Returns the day of the week, from 0, a Monday, to 6.
    #[must_use]
    pub fn weekday(self) -> u8 {
        weekday(self.days())
    }

    /// Returns the day of the year, from 1 to 366.
    #[must_use]
    pub fn day_of_year(self) -> u16 {
        let days = self.days() - days_since_epoch(self.year, 1, 1) + 1;
        u16::try_from(days).unwrap_or(u16::MAX)
    }

    /// Returns the year and the number of the date's week as ISO 8601 counts them.
    pub(super) fn iso_week(self) -> (i64, u8) {
        // A week belongs to the year of its Thursday.
        let (days, idx) = (self.days(), i64::from(self.weekday()));
        let thursday = days - idx + 3;
        let (year, ..) = day_at(thursday);
        let week = (thursday - days_since_epoch(year, 1, 1)) / DAYS_PER_WEEK + 1;
        (year, small(week))
    }

    /// Returns the number of the date's week, as [`from_week`](Self::from_week) counts them.
    pub(super) fn week(self, first: u8) -> u8 {
        let idx = (i64::from(self.weekday()) - i64::from(first)).rem_euclid(DAYS_PER_WEEK);
        let days_before = i64::from(self.day_of_year()) - 1;
        small((days_before + DAYS_PER_WEEK - idx) / DAYS_PER_WEEK)
    }

    /// Returns what lies between the two dates, in whole days; negative if `other` is later.
    #[must_use]
    pub fn minus(self, other: Self) -> Duration<'static> {
        let days = i128::from(self.days()) - i128::from(other.days());
        Duration::of_seconds(days * i128::from(SECONDS_PER_DAY), Vec::new())
    }

    /// Adds a duration as XML Schema does: first the months, where a day that the month does not
    /// have becomes its last; then the rest, from midnight. `None` if the year would have more than
    /// 11 digits.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::value::temporal::{Date, Duration};
    ///
    /// let month = Duration::parse("P1M").unwrap();
    /// let date = Date::parse("2024-01-31").unwrap().plus(&month);
    /// assert_eq!(date, Date::parse("2024-02-29"));
    /// ```
    #[must_use]
    pub fn plus(self, duration: &Duration<'_>) -> Option<Self> {
        let (seconds, _) = duration.floor();
        let days = seconds.div_euclid(i128::from(SECONDS_PER_DAY));
        let moved = self.plus_months(duration.months())?;
        let days = i128::from(moved.days()).checked_add(days)?;
        let days_max = days_since_epoch(YEAR_ABS_MAX + 1, 1, 1);
        let days = i64::try_from(days).ok()?;
        (-days_max..=days_max).contains(&days).then_some(())?;
        Self::from_days(days)
    }

    /// Adds months; a day that the month does not have becomes its last.
    pub(super) fn plus_months(self, n_months: i128) -> Option<Self> {
        const MONTHS_PER_YEAR: i128 = 12;
        let months = (i128::from(self.year) * MONTHS_PER_YEAR + i128::from(self.month) - 1)
            .checked_add(n_months)?;
        let year = i64::try_from(months.div_euclid(MONTHS_PER_YEAR)).ok()?;
        let month = u8::try_from(months.rem_euclid(MONTHS_PER_YEAR) + 1).ok()?;
        Self::new(year, month, self.day.min(days_of_month(year, month)))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.year < 0 { "-" } else { "" };
        let year = self.year.unsigned_abs();
        write!(f, "{sign}{year:04}-{:02}-{:02}", self.month, self.day)
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
