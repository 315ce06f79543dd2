//! What a value says, and the date and the time that follow from it.

use crate::value::temporal::cursor::Half;
use crate::value::temporal::date::Date;
use crate::value::temporal::moment::{Clock, seconds_of_day};

/// Two-digit years up to this one are of the 21st century, as POSIX has it.
const YEAR_OF_21ST_CENTURY_MAX: u8 = 68;

const MONDAY: u8 = 0;
const SUNDAY: u8 = 6;

/// The parts that determine a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateParts {
    MonthAndDay,
    DayOfYear,
    WeekOfSundays,
    WeekOfMondays,
    IsoWeek,
}

/// What a value says. Months, days and ISO weeks count from 1, weekdays from 0, a Monday.
#[derive(Clone, Copy, Default)]
pub(super) struct Parts<'a> {
    pub(super) year: Option<i64>,
    pub(super) year_of_century: Option<u8>,
    pub(super) month: Option<u8>,
    pub(super) day: Option<u8>,
    pub(super) day_of_year: Option<u16>,
    pub(super) weekday: Option<u8>,
    pub(super) week_of_sundays: Option<u8>,
    pub(super) week_of_mondays: Option<u8>,
    pub(super) iso_year: Option<i64>,
    pub(super) iso_week: Option<u8>,
    pub(super) hour: Option<u8>,
    pub(super) hour_of_half: Option<u8>,
    pub(super) half: Option<Half>,
    pub(super) minute: Option<u8>,
    pub(super) second: Option<u8>,
    pub(super) fraction: &'a [u8],
    pub(super) offset: Option<i32>,
}

impl<'a> Parts<'a> {
    /// Finds the date, and checks that all parts agree with it.
    pub(super) fn date(&self, origin: DateParts) -> Option<Date> {
        let date = match origin {
            DateParts::MonthAndDay => Date::new(self.year()?, self.month?, self.day?),
            DateParts::DayOfYear => Date::from_ordinal(self.year()?, self.day_of_year?),
            DateParts::WeekOfSundays => {
                Date::from_week(self.year()?, self.week_of_sundays?, self.weekday?, SUNDAY)
            }
            DateParts::WeekOfMondays => {
                Date::from_week(self.year()?, self.week_of_mondays?, self.weekday?, MONDAY)
            }
            DateParts::IsoWeek => {
                Date::from_iso_week(self.iso_year?, self.iso_week?, self.weekday?)
            }
        };
        date.filter(|date| self.agrees(*date))
    }

    fn year(&self) -> Option<i64> {
        self.year.or_else(|| {
            let year = self.year_of_century?;
            let century = if year <= YEAR_OF_21ST_CENTURY_MAX {
                2000
            } else {
                1900
            };
            Some(century + i64::from(year))
        })
    }

    fn agrees(&self, date: Date) -> bool {
        agree(self.year(), || date.year())
            && agree(self.year_of_century.map(i64::from), || date.year() % 100)
            && agree(self.month, || date.month())
            && agree(self.day, || date.day())
            && agree(self.day_of_year, || date.day_of_year())
            && agree(self.weekday, || date.weekday())
            && agree(self.week_of_sundays, || date.week(SUNDAY))
            && agree(self.week_of_mondays, || date.week(MONDAY))
            && agree(self.iso_year, || date.iso_week().0)
            && agree(self.iso_week, || date.iso_week().1)
    }

    /// Finds the time of day; what the pattern does not have is zero.
    pub(super) fn clock(&self) -> Option<Clock<'a>> {
        let hour = match (self.hour, self.half) {
            (Some(hour), half) => {
                let is_pm = hour >= 12;
                agree(half, || if is_pm { Half::Pm } else { Half::Am }).then_some(hour)?
            }
            (None, half) => half?.hour(self.hour_of_half?)?,
        };
        // Only the default form has an hour 24.
        let is_hour = hour < 24 && agree(self.hour_of_half.map(|hour| hour % 12), || hour % 12);
        is_hour.then_some(())?;
        let (minute, second) = (self.minute.unwrap_or(0), self.second.unwrap_or(0));
        Some(Clock {
            seconds: seconds_of_day(hour, minute, second, self.fraction)?,
            fraction: self.fraction,
            offset: self.offset,
        })
    }
}

/// Whether a part, if it is there, is what follows from the others.
fn agree<T: PartialEq>(part: Option<T>, of_others: impl FnOnce() -> T) -> bool {
    part.is_none_or(|part| part == of_others())
}
