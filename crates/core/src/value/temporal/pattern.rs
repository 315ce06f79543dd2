//! Patterns as `strptime` takes them.
//!
//! A pattern is compiled once. A value is then read from left to right without going back: each
//! number takes as many digits as it may. Where two numbers touch, both have all their digits, for
//! `111` is the first of November or the eleventh of January. The value determines a date in one
//! way, and whatever else it says of the date must agree.

mod compile;
mod parts;

use self::compile::Directive;
use self::parts::{DateParts, Parts};
use super::cursor::{Cursor, Length, MONTHS, WEEKDAYS};
use super::date::Date;
use super::moment::Moment;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: Box<str>,
    items: Box<[Item]>,
    /// `None` in a pattern of times.
    origin: Option<DateParts>,
}

/// What a value holds at one place.
#[derive(Clone, Debug)]
enum Item {
    /// A text, in upper or lower case.
    Literal(Box<str>),
    /// White space, at least one character.
    Space,
    /// What a directive stands for.
    Field(Directive, Digits),
}

/// How many digits a number may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Digits {
    /// Leading zeros may be left out.
    Few,
    /// All that it can have.
    All,
}

impl Pattern {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn date(&self, text: &str) -> Option<Date> {
        self.parts(text)?.date(self.origin?)
    }

    pub(super) fn time<'a>(&self, text: &'a str) -> Option<Moment<'a>> {
        Some(self.parts(text)?.clock()?.of_day())
    }

    pub(super) fn datetime<'a>(&self, text: &'a str) -> Option<Moment<'a>> {
        let parts = self.parts(text)?;
        Some(parts.clock()?.on(parts.date(self.origin?)?))
    }

    fn parts<'a>(&self, text: &'a str) -> Option<Parts<'a>> {
        let mut cursor = Cursor::new(text);
        let mut parts = Parts::default();
        for item in &self.items {
            match item {
                Item::Literal(literal) => cursor.text(literal.as_bytes())?,
                Item::Space => cursor.space()?,
                Item::Field(directive, digits) => {
                    read(*directive, *digits, &mut cursor, &mut parts)?;
                }
            }
        }
        cursor.end(parts)
    }
}

/// Reads what a directive stands for.
fn read<'a>(
    directive: Directive,
    digits: Digits,
    cursor: &mut Cursor<'a>,
    parts: &mut Parts<'a>,
) -> Option<()> {
    let min = match digits {
        Digits::Few => 1,
        Digits::All => directive.digits_max(),
    };
    match directive {
        Directive::Year => settle(&mut parts.year, cursor.year()?),
        Directive::YearOfCentury => settle(&mut parts.year_of_century, cursor.two()?),
        Directive::Month => settle(&mut parts.month, cursor.short(min)?),
        Directive::MonthName(length) => settle(&mut parts.month, cursor.name(&MONTHS, length)? + 1),
        Directive::Day => {
            // As C writes it, and Python reads it.
            let day = if cursor.has(b" ") {
                u8::try_from(cursor.number(1, 1)?).ok()?
            } else {
                cursor.short(min)?
            };
            settle(&mut parts.day, day)
        }
        Directive::DayOfYear => settle(&mut parts.day_of_year, cursor.number(min, 3)?),
        Directive::WeekdayName(length) => {
            settle(&mut parts.weekday, cursor.name(&WEEKDAYS, length)?)
        }
        Directive::WeekdayFromSunday => {
            let idx = cursor.number(1, 1).filter(|idx| *idx < 7)?;
            settle(&mut parts.weekday, u8::try_from((idx + 6) % 7).ok()?)
        }
        Directive::WeekdayFromMonday => {
            let idx = cursor.number(1, 1).filter(|idx| (1..=7).contains(idx))?;
            settle(&mut parts.weekday, u8::try_from(idx - 1).ok()?)
        }
        Directive::WeekOfSundays => settle(&mut parts.week_of_sundays, cursor.short(min)?),
        Directive::WeekOfMondays => settle(&mut parts.week_of_mondays, cursor.short(min)?),
        Directive::IsoYear => settle(&mut parts.iso_year, cursor.year()?),
        Directive::IsoWeek => settle(&mut parts.iso_week, cursor.short(min)?),
        Directive::Hour => settle(&mut parts.hour, cursor.short(min)?),
        Directive::HourOfHalf => settle(&mut parts.hour_of_half, cursor.short(min)?),
        Directive::Half => settle(&mut parts.half, cursor.half()?),
        Directive::Minute => settle(&mut parts.minute, cursor.short(min)?),
        Directive::Second => settle(&mut parts.second, cursor.short(min)?),
        Directive::Fraction => {
            parts.fraction = cursor.fraction(min, directive.digits_max())?;
            Some(())
        }
        Directive::Offset => {
            // In upper case only.
            if let Some(rest) = cursor.rest.strip_prefix(b"Z") {
                cursor.rest = rest;
                return settle(&mut parts.offset, 0);
            }
            settle(&mut parts.offset, cursor.offset()?)
        }
        Directive::ZoneName => {
            if !cursor.has(b"UTC") {
                cursor.text(b"GMT")?;
            }
            settle(&mut parts.offset, 0)
        }
    }
}

/// Fills a place, or checks that it holds the same already.
fn settle<T: Copy + PartialEq>(place: &mut Option<T>, value: T) -> Option<()> {
    let before = place.replace(value);
    before.is_none_or(|before| before == value).then_some(())
}

#[cfg(test)]
mod tests;
