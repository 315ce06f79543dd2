//! Dates, times and durations, exactly as they were written, on the proleptic Gregorian calendar.
//!
//! A year has at most [`YEAR_DIGITS_MAX`] digits. The year 0000 is the one before 0001, as in XML
//! Schema 1.1. There are no leap seconds: `23:59:60` is no time.

mod any;
mod calendar;
mod cursor;
mod date;
mod duration;
mod format;
mod fraction;
mod lexical;
mod moment;
mod pattern;
mod year;

pub use self::date::Date;
pub use self::duration::{DIGITS_MAX as DURATION_DIGITS_MAX, Duration};
pub use self::format::{FormatFault, TemporalFormat, TemporalKind};
pub use self::lexical::YEAR_DIGITS_MAX;
pub use self::moment::{Moment, Zone};
pub use self::year::{Year, YearMonth};

#[cfg(test)]
mod tests;
