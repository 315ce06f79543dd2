//! Reads forms that are not of fixed width, from left to right and without going back.

use super::lexical::{count_digits, signed_offset, trim_zeros, two};

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// The length of an abbreviated name.
const ABBREVIATION_BYTES: usize = 3;

/// How much of a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Full,
    Abbreviated,
}

/// Half a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Am,
    Pm,
}

impl Half {
    /// Turns an hour from 1 to 12 into one from 0 to 23.
    pub(super) fn hour(self, hour: u8) -> Option<u8> {
        let hour = match hour {
            12 => 0,
            1..=11 => hour,
            _ => return None,
        };
        Some(match self {
            Self::Am => hour,
            Self::Pm => hour + 12,
        })
    }
}

/// What is still to be read. A method that answers `None` may have moved it: the value is at fault
/// then.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            rest: text.as_bytes(),
        }
    }

    /// Answers `value` if nothing is left.
    pub(super) fn end<T>(self, value: T) -> Option<T> {
        self.rest.is_empty().then_some(value)
    }

    /// Takes `text`, in upper or lower case.
    pub(super) fn text(&mut self, text: &[u8]) -> Option<()> {
        let (start, rest) = self.rest.split_at_checked(text.len())?;
        start.eq_ignore_ascii_case(text).then_some(())?;
        self.rest = rest;
        Some(())
    }

    /// Takes `text` if it is there.
    pub(super) fn has(&mut self, text: &[u8]) -> bool {
        self.text(text).is_some()
    }

    pub(super) fn digits_ahead(self) -> usize {
        count_digits(self.rest)
    }

    /// Takes as many digits as there are, up to `max`; `None` if they are less than `min`.
    pub(super) fn digits(&mut self, min: usize, max: usize) -> Option<&'a [u8]> {
        let n_digits = self.digits_ahead().min(max);
        let (digits, rest) = self.rest.split_at_checked(n_digits)?;
        self.rest = rest;
        (n_digits >= min).then_some(digits)
    }

    /// Takes a number of a few digits.
    pub(super) fn number(&mut self, min: usize, max: usize) -> Option<u16> {
        let digits = self.digits(min, max)?;
        Some(digits.iter().fold(0, |value: u16, digit| {
            value
                .saturating_mul(10)
                .saturating_add(u16::from(digit.saturating_sub(b'0')))
        }))
    }

    /// Takes a number of one digit or two.
    pub(super) fn short(&mut self, min: usize) -> Option<u8> {
        u8::try_from(self.number(min, 2)?).ok()
    }

    /// Takes a year of exactly four digits.
    pub(super) fn year(&mut self) -> Option<i64> {
        self.number(4, 4).map(i64::from)
    }

    /// Takes the digits of a fraction, without its trailing zeros.
    pub(super) fn fraction(&mut self, min: usize, max: usize) -> Option<&'a [u8]> {
        self.digits(min, max).map(trim_zeros)
    }

    /// Takes one of the names, in upper or lower case, and answers its index.
    pub(super) fn name(&mut self, names: &[&str], length: Length) -> Option<u8> {
        let found = names.iter().position(|name| {
            let name = match length {
                Length::Full => name.as_bytes(),
                Length::Abbreviated => abbreviate(name),
            };
            self.has(name)
        });
        u8::try_from(found?).ok()
    }

    /// Takes one of the names, in full if it is there in full.
    pub(super) fn any_name(&mut self, names: &[&str]) -> Option<u8> {
        self.name(names, Length::Full)
            .or_else(|| self.name(names, Length::Abbreviated))
    }

    pub(super) fn half(&mut self) -> Option<Half> {
        if self.has(b"AM") {
            Some(Half::Am)
        } else {
            self.text(b"PM").map(|()| Half::Pm)
        }
    }

    /// Takes white space, at least one character of it.
    pub(super) fn space(&mut self) -> Option<()> {
        let text = str::from_utf8(self.rest).ok()?;
        let rest = text.trim_start().as_bytes();
        (rest.len() < self.rest.len()).then_some(())?;
        self.rest = rest;
        Some(())
    }

    /// Takes an offset from UTC: `±hh:mm` or `±hhmm`, with seconds in the same manner or without.
    pub(super) fn offset(&mut self) -> Option<i32> {
        let (&[sign, h1, h2], rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        let has_colons = self.has(b":");
        let minutes = self.two()?;
        let seconds = if has_colons {
            if self.has(b":") { self.two()? } else { 0 }
        } else if self.digits_ahead() > 0 {
            self.two()?
        } else {
            0
        };
        signed_offset(sign, two(h1, h2)?, minutes, seconds)
    }

    /// Takes an offset from UTC in minutes: `±hh:mm`, `±hhmm` or `±hh`.
    pub(super) fn offset_or_hours(&mut self) -> Option<i32> {
        let (&[sign, h1, h2], rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        let minutes = if self.has(b":") || self.digits_ahead() > 0 {
            self.two()?
        } else {
            0
        };
        signed_offset(sign, two(h1, h2)?, minutes, 0)
    }

    pub(super) fn two(&mut self) -> Option<u8> {
        self.short(2)
    }
}

fn abbreviate(name: &str) -> &[u8] {
    let name = name.as_bytes();
    name.get(..ABBREVIATION_BYTES).unwrap_or(name)
}
