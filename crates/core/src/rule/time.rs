//! What temporal values are read from, consist of, and add up to.

use super::code::Arithmetic;
use super::datum::Datum;
use super::eval::Undecided;
use crate::value::decimal::Decimal;
use crate::value::temporal::{Date, Duration, Moment, Year, YearMonth};

type Result<T, E = Undecided> = std::result::Result<T, E>;

const SECONDS_PER_MINUTE: i128 = 60;
const SECONDS_PER_HOUR: i128 = 60 * SECONDS_PER_MINUTE;

/// A part of a temporal value, counted as CEL does. Those of a datetime with a zone are in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Component {
    FullYear,
    /// From 0.
    Month,
    /// From 1.
    Date,
    /// From 0.
    DayOfMonth,
    /// From 0, a Sunday.
    DayOfWeek,
    /// From 0.
    DayOfYear,
    /// Of a duration: all of its hours.
    Hours,
    /// Of a duration: all of its minutes.
    Minutes,
    /// Of a duration: all of its seconds.
    Seconds,
    Milliseconds,
}

fn text<'t>(of: &'t Datum<'_>) -> Result<&'t str> {
    if let Datum::Text(text) = of {
        Ok(text)
    } else {
        Err(Undecided)
    }
}

pub(super) fn date(of: Datum<'_>) -> Result<Datum<'_>> {
    if let Datum::Date(_) = of {
        return Ok(of);
    }
    let date = if let Datum::DateTime(moment) = &of {
        moment.in_utc().date()
    } else {
        Date::parse(text(&of)?)
    };
    date.map(Datum::Date).ok_or(Undecided)
}

pub(super) fn time(of: Datum<'_>) -> Result<Datum<'_>> {
    if let Datum::Time(_) = of {
        return Ok(of);
    }
    let time = Moment::parse_time(text(&of)?).map(Moment::into_owned);
    time.map(Datum::Time).ok_or(Undecided)
}

pub(super) fn datetime(of: Datum<'_>) -> Result<Datum<'_>> {
    if let Datum::DateTime(_) = of {
        return Ok(of);
    }
    let datetime = Moment::parse_datetime(text(&of)?).map(Moment::into_owned);
    datetime.map(Datum::DateTime).ok_or(Undecided)
}

pub(super) fn year(of: &Datum<'_>) -> Result<Datum<'static>> {
    Year::parse(text(of)?).map(Datum::Year).ok_or(Undecided)
}

pub(super) fn yearmonth(of: &Datum<'_>) -> Result<Datum<'static>> {
    YearMonth::parse(text(of)?)
        .map(Datum::YearMonth)
        .ok_or(Undecided)
}

/// Reads a duration as XML Schema writes it, or as CEL does: `36h`, `1h30m`, `-90.5s`.
pub(super) fn duration(of: &Datum<'_>) -> Result<Datum<'static>> {
    let text = text(of)?;
    if let Some(duration) = Duration::parse(text) {
        return Ok(Datum::Duration(duration.into_owned()));
    }
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", text),
    };
    let is_of_cel = unsigned
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'h' | b'm' | b's' | b'.'));
    if !is_of_cel {
        return Err(Undecided);
    }
    let written = format!("{sign}PT{}", unsigned.to_ascii_uppercase());
    let duration = Duration::parse(&written).map(Duration::into_owned);
    duration.map(Datum::Duration).ok_or(Undecided)
}

pub(super) fn component<'a>(component: Component, of: &Datum<'a>) -> Result<Datum<'a>> {
    let number = if let Datum::Duration(duration) = of {
        i64::try_from(of_duration(component, duration)?).map_err(|_| Undecided)?
    } else if let Datum::Date(date) = of {
        of_date(component, *date)?
    } else if let Datum::Time(time) = of {
        of_clock(component, time)?
    } else if let Datum::DateTime(moment) = of {
        let moment = moment.in_utc();
        let date = moment.date().ok_or(Undecided)?;
        of_date(component, date).or_else(|_| of_clock(component, &moment))?
    } else {
        return Err(Undecided);
    };
    Ok(Datum::finite(Decimal::from(number)))
}

fn of_date(component: Component, date: Date) -> Result<i64> {
    const DAYS_PER_WEEK: u8 = 7;
    Ok(match component {
        Component::FullYear => date.year(),
        Component::Month => i64::from(date.month()) - 1,
        Component::Date => i64::from(date.day()),
        Component::DayOfMonth => i64::from(date.day()) - 1,
        // A week of CEL starts on Sunday, not on Monday.
        Component::DayOfWeek => i64::from((date.weekday() + 1) % DAYS_PER_WEEK),
        Component::DayOfYear => i64::from(date.day_of_year()) - 1,
        Component::Hours | Component::Minutes | Component::Seconds | Component::Milliseconds => {
            return Err(Undecided);
        }
    })
}

fn of_clock(component: Component, moment: &Moment<'_>) -> Result<i64> {
    Ok(match component {
        Component::Hours => i64::from(moment.hour()),
        Component::Minutes => i64::from(moment.minute()),
        Component::Seconds => i64::from(moment.second()),
        Component::Milliseconds => milliseconds(moment.fraction()),
        Component::FullYear
        | Component::Month
        | Component::Date
        | Component::DayOfMonth
        | Component::DayOfWeek
        | Component::DayOfYear => return Err(Undecided),
    })
}

/// A month is no number of seconds, so that a duration with months has no such parts.
fn of_duration(component: Component, duration: &Duration<'_>) -> Result<i128> {
    if duration.months() != 0 {
        return Err(Undecided);
    }
    Ok(match component {
        Component::Hours => duration.seconds() / SECONDS_PER_HOUR,
        Component::Minutes => duration.seconds() / SECONDS_PER_MINUTE,
        Component::Seconds => duration.seconds(),
        Component::Milliseconds => {
            let absolute = i128::from(milliseconds(duration.fraction()));
            if duration.is_negative() {
                -absolute
            } else {
                absolute
            }
        }
        Component::FullYear
        | Component::Month
        | Component::Date
        | Component::DayOfMonth
        | Component::DayOfWeek
        | Component::DayOfYear => return Err(Undecided),
    })
}

fn milliseconds(fraction: &[u8]) -> i64 {
    const N_DIGITS: usize = 3;
    let digits = fraction.iter().copied().chain([b'0'; N_DIGITS]);
    digits.take(N_DIGITS).fold(0, |number, digit| {
        number * 10 + i64::from(digit.saturating_sub(b'0'))
    })
}

/// Adds and subtracts what lies on the calendar.
pub(super) fn arithmetic(
    op: Arithmetic,
    left: &Datum<'_>,
    right: &Datum<'_>,
) -> Result<Datum<'static>> {
    let sum = match (op, left, right) {
        (Arithmetic::Add, Datum::Date(date), Datum::Duration(duration))
        | (Arithmetic::Add, Datum::Duration(duration), Datum::Date(date)) => {
            date.plus(duration).map(Datum::Date)
        }
        (Arithmetic::Add, Datum::DateTime(moment), Datum::Duration(duration))
        | (Arithmetic::Add, Datum::Duration(duration), Datum::DateTime(moment)) => {
            moment.plus(duration).map(Datum::DateTime)
        }
        (Arithmetic::Subtract, Datum::Date(date), Datum::Duration(duration)) => {
            date.plus(&duration.clone().negated()).map(Datum::Date)
        }
        (Arithmetic::Subtract, Datum::DateTime(moment), Datum::Duration(duration)) => moment
            .plus(&duration.clone().negated())
            .map(Datum::DateTime),
        (Arithmetic::Subtract, Datum::Date(left), Datum::Date(right)) => {
            Some(Datum::Duration(left.minus(*right)))
        }
        (Arithmetic::Subtract, Datum::DateTime(left), Datum::DateTime(right)) => {
            left.minus(right).map(Datum::Duration)
        }
        _ => None,
    };
    sum.ok_or(Undecided)
}
