//! The format `any`: forms that mean one thing only. A year has four digits and stands first, or the
//! month is a name: `03/04/2021` is no date here.

use super::cursor::{Cursor, Length, MONTHS, WEEKDAYS};
use super::date::Date;
use super::moment::{Clock, Moment, seconds_of_day};

/// The most digits of a day of the year.
const ORDINAL_DIGITS: usize = 3;

/// Reads a date.
pub(super) fn date(text: &str) -> Option<Date> {
    let mut cursor = Cursor::new(text);
    let date = read_date(&mut cursor)?;
    cursor.end(date)
}

/// Reads a time of day.
pub(super) fn time(text: &str) -> Option<Moment<'_>> {
    let mut cursor = Cursor::new(text);
    let clock = if cursor.has(b"T") {
        clock_after_t(&mut cursor)?
    } else {
        extended_clock(&mut cursor)?
    };
    cursor.end(clock.of_day())
}

/// Reads a datetime.
pub(super) fn datetime(text: &str) -> Option<Moment<'_>> {
    if let Some(moment) = Moment::parse_datetime(text).or_else(|| asctime(text)) {
        return Some(moment);
    }
    let mut cursor = Cursor::new(text);
    let date = read_date(&mut cursor)?;
    let clock = if cursor.has(b"T") {
        clock_after_t(&mut cursor)?
    } else {
        cursor.has(b",");
        cursor.text(b" ")?;
        extended_clock(&mut cursor)?
    };
    cursor.end(clock.on(date))
}

/// `Wed Mar  3 15:00:00 2021`, as C's `asctime` has it.
fn asctime(text: &str) -> Option<Moment<'_>> {
    let mut cursor = Cursor::new(text);
    let weekday = cursor.name(&WEEKDAYS, Length::Abbreviated)?;
    cursor.text(b" ")?;
    let month = cursor.name(&MONTHS, Length::Abbreviated)? + 1;
    cursor.text(b" ")?;
    let day = if cursor.has(b" ") {
        u8::try_from(cursor.number(1, 1)?).ok()?
    } else {
        cursor.short(1)?
    };
    cursor.text(b" ")?;
    let clock = extended_clock(&mut cursor)?;
    cursor.text(b" ")?;
    let date = Date::new(cursor.year()?, month, day)?;
    let is_day = date.weekday() == weekday && clock.offset.is_none();
    cursor.end(clock.on(date)).filter(|_| is_day)
}

fn read_date(cursor: &mut Cursor<'_>) -> Option<Date> {
    if cursor.digits_ahead() >= 4 {
        return year_first(cursor);
    }
    let weekday = cursor.any_name(&WEEKDAYS);
    if weekday.is_some() {
        cursor.has(b",");
        cursor.text(b" ")?;
    }
    let date = month_named(cursor)?;
    weekday
        .is_none_or(|weekday| weekday == date.weekday())
        .then_some(date)
}

/// `2021-03-03`, `20210303`, `2021-W09-3`, `2021W093`, `2021-062`, `2021062`, `2021/3/3`,
/// `2021.03.03`.
fn year_first(cursor: &mut Cursor<'_>) -> Option<Date> {
    let year = cursor.year()?;
    for mark in [b"/", b"."] {
        if cursor.has(mark) {
            let month = cursor.short(1)?;
            cursor.text(mark)?;
            return Date::new(year, month, cursor.short(1)?);
        }
    }
    let is_extended = cursor.has(b"-");
    if cursor.has(b"W") {
        let week = cursor.two()?;
        if is_extended {
            cursor.text(b"-")?;
        }
        let day = cursor.number(1, 1).filter(|day| (1..=7).contains(day))?;
        return Date::from_iso_week(year, week, u8::try_from(day - 1).ok()?);
    }
    if cursor.digits_ahead() == ORDINAL_DIGITS {
        return Date::from_ordinal(year, cursor.number(ORDINAL_DIGITS, ORDINAL_DIGITS)?);
    }
    let month = cursor.two()?;
    if is_extended {
        cursor.text(b"-")?;
    }
    Date::new(year, month, cursor.two()?)
}

/// `3 Mar 2021`, `3-Mar-2021`, `3rd March 2021`, `March 3, 2021`, `Mar 3 2021`.
fn month_named(cursor: &mut Cursor<'_>) -> Option<Date> {
    if cursor.digits_ahead() > 0 {
        let day = named_day(cursor)?;
        let mark = if cursor.has(b"-") { b"-" } else { b" " };
        if mark == b" " {
            cursor.text(mark)?;
        }
        let month = cursor.any_name(&MONTHS)? + 1;
        cursor.text(mark)?;
        return Date::new(cursor.year()?, month, day);
    }
    let month = cursor.any_name(&MONTHS)? + 1;
    cursor.text(b" ")?;
    let day = named_day(cursor)?;
    cursor.has(b",");
    cursor.text(b" ")?;
    Date::new(cursor.year()?, month, day)
}

/// `3` or `3rd`.
fn named_day(cursor: &mut Cursor<'_>) -> Option<u8> {
    let day = cursor.short(1)?;
    let ending: &[u8] = match day {
        1 | 21 | 31 => b"st",
        2 | 22 => b"nd",
        3 | 23 => b"rd",
        _ => b"th",
    };
    cursor.has(ending);
    Some(day)
}

fn clock_after_t<'a>(cursor: &mut Cursor<'a>) -> Option<Clock<'a>> {
    const BASIC_DIGITS_MIN: usize = 4;
    if cursor.digits_ahead() < BASIC_DIGITS_MIN {
        extended_clock(cursor)
    } else {
        basic_clock(cursor)
    }
}

/// `15:04`, `15:04:05`, `15:04:05.678`, `3:04 PM`, `3 PM`, with a zone behind it or not.
fn extended_clock<'a>(cursor: &mut Cursor<'a>) -> Option<Clock<'a>> {
    let n_digits = cursor.digits_ahead();
    let hour = cursor.short(1)?;
    let (mut minute, mut second, mut digits) = (None, 0, &[][..]);
    if cursor.has(b":") {
        minute = Some(cursor.two()?);
        if cursor.has(b":") {
            second = cursor.two()?;
            digits = fraction(cursor)?;
        }
    }
    let mut behind = *cursor;
    behind.has(b" ");
    let hour = if let Some(half) = behind.half() {
        *cursor = behind;
        half.hour(hour)?
    } else {
        // An hour by itself is any number, and one without its zero is one of half a day.
        (minute.is_some() && n_digits == 2).then_some(hour)?
    };
    Some(Clock {
        seconds: seconds_of_day(hour, minute.unwrap_or(0), second, digits)?,
        fraction: digits,
        offset: if has_zone(*cursor) {
            Some(zone(cursor)?)
        } else {
            None
        },
    })
}

/// `1504`, `150405`, `150405.678`, with a zone behind it or not.
fn basic_clock<'a>(cursor: &mut Cursor<'a>) -> Option<Clock<'a>> {
    let (hour, minute) = (cursor.two()?, cursor.two()?);
    let (mut second, mut digits) = (0, &[][..]);
    if cursor.digits_ahead() > 0 {
        second = cursor.two()?;
        digits = fraction(cursor)?;
    }
    Some(Clock {
        seconds: seconds_of_day(hour, minute, second, digits)?,
        fraction: digits,
        offset: if has_zone(*cursor) {
            Some(zone(cursor)?)
        } else {
            None
        },
    })
}

fn fraction<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    if cursor.has(b".") || cursor.has(b",") {
        cursor.fraction(1, usize::MAX)
    } else {
        Some(&[])
    }
}

/// Whether a zone follows, behind a space or not.
fn has_zone(mut cursor: Cursor<'_>) -> bool {
    cursor.has(b" ");
    let first = cursor.rest.first();
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || b"+-".contains(byte))
}

/// Reads `Z`, `UTC`, `GMT`, `UT`, `±hh:mm`, `±hhmm` or `±hh`.
fn zone(cursor: &mut Cursor<'_>) -> Option<i32> {
    cursor.has(b" ");
    let is_utc = [&b"Z"[..], b"UTC", b"GMT", b"UT"]
        .iter()
        .any(|name| cursor.has(name));
    if is_utc {
        Some(0)
    } else {
        cursor.offset_or_hours()
    }
}

#[cfg(test)]
mod tests;
