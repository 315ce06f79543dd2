//! Durations as XML Schema writes and orders them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use super::calendar::{
    DAYS_PER_CYCLE, MONTHS_PER_CYCLE, MONTHS_PER_YEAR, SECONDS_PER_DAY, SECONDS_PER_HOUR,
    SECONDS_PER_MINUTE, days_since_epoch, small,
};
use super::fraction;
use super::lexical::{self, count_digits};
use crate::value::Logical;

/// The most digits, leading zeros aside, that a number in a duration may have: the sums fit
/// 128 bits then. What follows the decimal point of the seconds is of any length.
pub const DIGITS_MAX: usize = 18;

/// The months from which XML Schema tells how two durations lie to one another: September 1696,
/// February 1697, March 1903 and July 1903. No others can differ more.
const REFERENCES: [(i64, i64); 4] = [(1696, 9), (1697, 2), (1903, 3), (1903, 7)];

/// Months and seconds, both of one sign: `P1Y2M3DT4H5M6.7S`.
///
/// A month is no number of days, so that not any two durations compare: `P1M` is neither shorter
/// nor longer than `P30D`, but it is longer than `P27D`. They are added to four datetimes, and
/// compare as the sums do where those agree. So `P1Y` is `P12M`, and `P400Y` is `P146097D`.
///
/// Invariants, kept by construction: `months` and `seconds` are not negative, `fraction` has no
/// trailing zeros, and nothing is not negative.
#[derive(Clone, Debug)]
pub struct Duration<'a> {
    negative: bool,
    months: i128,
    seconds: i128,
    fraction: Cow<'a, [u8]>,
}

impl<'a> Duration<'a> {
    /// Reads a duration: at least one number with its letter, in order, and `T` if and only if hours,
    /// minutes or seconds follow. Only seconds have a fraction.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::value::{Logical, temporal::Duration};
    ///
    /// assert_eq!(Duration::parse("P1Y"), Duration::parse("P12M"));
    /// let (month, days) = (Duration::parse("P1M").unwrap(), Duration::parse("P30D").unwrap());
    /// assert_eq!(month.compare(&days), None);
    /// assert_eq!(Duration::parse("P1S"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let text = text.as_bytes();
        let (negative, text) = match text.strip_prefix(b"-") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let text = text.strip_prefix(b"P")?;
        let (years, rest) = component(text, b'Y')?;
        let (months, rest) = component(rest, b'M')?;
        let (days, rest) = component(rest, b'D')?;
        let date_is_absent = rest.len() == text.len();
        let day_seconds = days * i128::from(SECONDS_PER_DAY);
        let (seconds, fraction) = match rest.strip_prefix(b"T") {
            Some(time) => clock(time)?,
            None if rest.is_empty() && !date_is_absent => (0, &[][..]),
            None => return None,
        };
        let months = years * i128::from(MONTHS_PER_YEAR) + months;
        let seconds = day_seconds + seconds;
        Some(Self {
            negative: negative && (months != 0 || seconds != 0 || !fraction.is_empty()),
            months,
            seconds,
            fraction: Cow::Borrowed(fraction),
        })
    }

    /// Returns the months; negative in a negative duration.
    #[must_use]
    pub fn months(&self) -> i128 {
        if self.negative {
            -self.months
        } else {
            self.months
        }
    }

    /// Returns the whole seconds; negative in a negative duration. The fraction is beside them.
    #[must_use]
    pub fn seconds(&self) -> i128 {
        if self.negative {
            -self.seconds
        } else {
            self.seconds
        }
    }

    /// Returns the digits of the seconds' fraction, without trailing zeros. It has the duration's
    /// sign.
    #[must_use]
    pub fn fraction(&self) -> &[u8] {
        &self.fraction
    }

    /// Returns whether the duration goes back in time.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// Returns the duration the other way round.
    #[must_use]
    pub fn negated(self) -> Self {
        let is_zero = self.months == 0 && self.seconds == 0 && self.fraction.is_empty();
        Self {
            negative: !self.negative && !is_zero,
            ..self
        }
    }

    /// Returns the duration with digits of its own.
    #[must_use]
    pub fn into_owned(self) -> Duration<'static> {
        Duration {
            fraction: Cow::Owned(self.fraction.into_owned()),
            ..self
        }
    }

    /// Makes a duration of seconds and a fraction that is added to them.
    pub(super) fn of_seconds(seconds: i128, digits: Vec<u8>) -> Duration<'static> {
        let negative = seconds < 0;
        let (seconds, fraction) = if negative && !digits.is_empty() {
            (-(seconds + 1), fraction::complement(&digits).collect())
        } else {
            (seconds.abs(), digits)
        };
        Duration {
            negative,
            months: 0,
            seconds,
            fraction: Cow::Owned(fraction),
        }
    }

    /// Returns whole seconds, rounded down, and the digits of the fraction that is added to them.
    pub(super) fn floor(&self) -> (i128, Vec<u8>) {
        (self.floor_seconds(), self.floor_fraction().collect())
    }

    fn floor_seconds(&self) -> i128 {
        let rounded = i128::from(self.negative && !self.fraction.is_empty());
        self.seconds() - rounded
    }

    fn floor_fraction(&self) -> impl Iterator<Item = u8> + '_ {
        let (kept, turned): (&[u8], &[u8]) = if self.negative {
            (&[], &self.fraction)
        } else {
            (&self.fraction, &[])
        };
        kept.iter().copied().chain(fraction::complement(turned))
    }

    /// Adds the duration to the four reference datetimes, in whole seconds.
    fn timelines(&self) -> [i128; REFERENCES.len()] {
        let seconds = self.floor_seconds();
        REFERENCES.map(|(year, month)| {
            let months = i128::from(year * MONTHS_PER_YEAR + month - 1) + self.months();
            let cycle = months.div_euclid(i128::from(MONTHS_PER_CYCLE));
            // A remainder is less than its divisor, which fits.
            let rest = i64::try_from(months.rem_euclid(i128::from(MONTHS_PER_CYCLE))).unwrap_or(0);
            let (year, month) = (rest / MONTHS_PER_YEAR, rest % MONTHS_PER_YEAR + 1);
            let days = i128::from(days_since_epoch(year, small(month), 1))
                + cycle * i128::from(DAYS_PER_CYCLE);
            days * i128::from(SECONDS_PER_DAY) + seconds
        })
    }
}

/// Reads a number and its letter; 0 if they are absent.
fn component(text: &[u8], letter: u8) -> Option<(i128, &[u8])> {
    let (digits, rest) = text.split_at_checked(count_digits(text))?;
    match rest.split_first() {
        Some((found, rest)) if *found == letter => Some((number(digits)?, rest)),
        _ => Some((0, text)),
    }
}

/// Reads a number of at least one digit and at most [`DIGITS_MAX`].
fn number(digits: &[u8]) -> Option<i128> {
    let n_zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    if digits.is_empty() || digits.len() - n_zeros > DIGITS_MAX {
        return None;
    }
    let number = digits.iter().fold(0, |value: i128, digit| {
        value * 10 + i128::from(digit.saturating_sub(b'0'))
    });
    Some(number)
}

/// Reads hours, minutes and seconds, of which one at least is there.
fn clock(text: &[u8]) -> Option<(i128, &[u8])> {
    let (hours, rest) = component(text, b'H')?;
    let (minutes, rest) = component(rest, b'M')?;
    let whole = hours * i128::from(SECONDS_PER_HOUR) + minutes * i128::from(SECONDS_PER_MINUTE);
    if rest.is_empty() {
        return (!text.is_empty()).then_some((whole, &[]));
    }
    let (digits, rest) = rest.split_at_checked(count_digits(rest))?;
    let (fraction, rest) = lexical::fraction(rest)?;
    (rest == b"S").then_some((whole + number(digits)?, fraction))
}

impl fmt::Display for Duration<'_> {
    /// Writes the canonical form of XML Schema.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PER_MINUTE: i128 = 60;
        const MINUTES_PER_DAY: i128 = 24 * 60;
        f.write_str(if self.negative { "-P" } else { "P" })?;
        let minutes = self.seconds / PER_MINUTE;
        let clock = minutes % MINUTES_PER_DAY;
        for (number, letter) in [
            (self.months / 12, 'Y'),
            (self.months % 12, 'M'),
            (minutes / MINUTES_PER_DAY, 'D'),
        ] {
            if number != 0 {
                write!(f, "{number}{letter}")?;
            }
        }
        let seconds = self.seconds % PER_MINUTE;
        let has_seconds = seconds != 0 || !self.fraction.is_empty();
        let is_nothing = self.months == 0 && self.seconds == 0;
        if clock != 0 || has_seconds || is_nothing {
            f.write_str("T")?;
        }
        for (number, letter) in [(clock / PER_MINUTE, 'H'), (clock % PER_MINUTE, 'M')] {
            if number != 0 {
                write!(f, "{number}{letter}")?;
            }
        }
        match str::from_utf8(&self.fraction) {
            Ok("") | Err(_) if has_seconds || is_nothing => write!(f, "{seconds}S"),
            Ok("") | Err(_) => Ok(()),
            Ok(fraction) => write!(f, "{seconds}.{fraction}S"),
        }
    }
}

impl PartialEq for Duration<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.total_cmp(other).is_eq()
    }
}

impl Eq for Duration<'_> {}

impl Logical for Duration<'_> {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        let by_fraction = self.floor_fraction().cmp(other.floor_fraction());
        let (left, right) = (self.timelines(), other.timelines());
        let mut orders = left
            .iter()
            .zip(&right)
            .map(|(left, right)| left.cmp(right).then(by_fraction));
        let first = orders.next()?;
        orders.all(|order| order == first).then_some(first)
    }

    fn total_cmp(&self, other: &Self) -> Ordering {
        let by_seconds = self.timelines().cmp(&other.timelines());
        by_seconds.then_with(|| self.floor_fraction().cmp(other.floor_fraction()))
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        for seconds in self.timelines() {
            out.extend_from_slice(&seconds.to_be_bytes());
        }
        out.extend(self.floor_fraction());
    }
}

#[cfg(test)]
mod tests;
