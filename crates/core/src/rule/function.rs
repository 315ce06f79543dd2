//! What functions, members and items of values are.

use std::borrow::Cow;
use std::sync::Arc;

use super::datum::Datum;
use super::eval::{Budget, Undecided};
use crate::value::decimal::arithmetic::Rounding;
use crate::value::decimal::{Decimal, Number, NumberSyntax};
use crate::value::temporal::{Date, Moment};

type Result<T, E = Undecided> = std::result::Result<T, E>;

/// The most digits after the decimal point that a number is rounded to.
const PLACES_MAX: u16 = 1_000;

/// The functions. What they take, and how they are called, is in [`signature`](super::signature).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Size,
    Contains,
    StartsWith,
    EndsWith,
    LowerAscii,
    UpperAscii,
    Trim,
    Substring,
    Split,
    Int,
    Decimal,
    Text,
    Bool,
    Date,
    Time,
    DateTime,
    Absolute,
    Sign,
    Round,
    Floor,
    Ceiling,
    Truncate,
    Greatest,
    Least,
}

impl Function {
    /// Calls the function.
    ///
    /// # Errors
    ///
    /// If an argument is missing, or if there is no result.
    pub(super) fn call<'a>(self, args: Vec<Datum<'a>>, budget: &mut Budget) -> Result<Datum<'a>> {
        let mut args = args.into_iter();
        let mut next = || match args.next() {
            Some(Datum::Null) | None => Err(Undecided),
            Some(datum) => Ok(datum),
        };
        match self {
            Self::Size => size(&next()?, budget),
            Self::Contains | Self::StartsWith | Self::EndsWith => {
                let (text, part) = (text(next()?)?, text(next()?)?);
                budget.spend_on_bytes(text.len())?;
                Ok(Datum::Bool(match self {
                    Self::StartsWith => text.starts_with(&*part),
                    Self::EndsWith => text.ends_with(&*part),
                    _ => text.contains(&*part),
                }))
            }
            Self::LowerAscii | Self::UpperAscii | Self::Trim | Self::Split => {
                let text = text(next()?)?;
                budget.spend_on_bytes(text.len())?;
                match self {
                    Self::LowerAscii => Ok(owned(text.to_ascii_lowercase())),
                    Self::UpperAscii => Ok(owned(text.to_ascii_uppercase())),
                    Self::Trim => Ok(owned(text.trim().to_owned())),
                    _ => split(&text, &self::text(next()?)?, budget),
                }
            }
            Self::Substring => {
                let (text, start) = (text(next()?)?, index(&next()?)?);
                let end = match args.next() {
                    Some(end) => Some(index(&end)?),
                    None => None,
                };
                budget.spend_on_bytes(text.len())?;
                substring(&text, start, end)
            }
            Self::Int => int(next()?),
            Self::Decimal => decimal(next()?),
            Self::Text => string(next()?),
            Self::Bool => bool(next()?),
            Self::Date => date(next()?),
            Self::Time => match next()? {
                time @ Datum::Time(_) => Ok(time),
                other => moment(other, Moment::parse_time).map(Datum::Time),
            },
            Self::DateTime => match next()? {
                datetime @ Datum::DateTime(_) => Ok(datetime),
                other => moment(other, Moment::parse_datetime).map(Datum::DateTime),
            },
            Self::Absolute => Ok(Datum::finite(finite(next()?)?.absolute())),
            Self::Sign => Ok(Datum::finite(Decimal::from(finite(next()?)?.signum()))),
            Self::Round => {
                let number = finite(next()?)?;
                let n_places = match args.next() {
                    Some(n_places) => u16::try_from(index(&n_places)?).map_err(|_| Undecided)?,
                    None => 0,
                };
                if n_places > PLACES_MAX {
                    return Err(Undecided);
                }
                round(&number, n_places, Rounding::HalfAwayFromZero)
            }
            Self::Floor => round(&finite(next()?)?, 0, Rounding::Floor),
            Self::Ceiling => round(&finite(next()?)?, 0, Rounding::Ceiling),
            Self::Truncate => round(&finite(next()?)?, 0, Rounding::TowardsZero),
            Self::Greatest | Self::Least => {
                let mut found = finite(next()?)?;
                for other in args {
                    let other = finite(other)?;
                    let is_better = if self == Self::Greatest {
                        other > found
                    } else {
                        other < found
                    };
                    if is_better {
                        found = other;
                    }
                }
                Ok(Datum::finite(found))
            }
        }
    }
}

/// Finds a member; `None` if the object has none of that name.
pub(super) fn member<'a>(
    of: &Datum<'a>,
    name: &str,
    budget: &mut Budget,
) -> Result<Option<Datum<'a>>> {
    if let Datum::Object(members) = of {
        budget.spend(members.len() / 8)?;
        let found = members.iter().find(|(other, _)| other == name);
        return Ok(found.map(|(_, value)| value.clone()));
    }
    if let Datum::GeoPoint(point) = of {
        let [longitude, latitude] = &**point;
        return match name {
            "lon" => Ok(Some(Datum::finite(longitude.clone()))),
            "lat" => Ok(Some(Datum::finite(latitude.clone()))),
            _ => Ok(None),
        };
    }
    Err(Undecided)
}

/// Finds an item of a list, or a member of an object.
pub(super) fn item<'a>(
    of: &Datum<'a>,
    at: &Datum<'a>,
    budget: &mut Budget,
) -> Result<Datum<'a>> {
    if let (Datum::Object(_), Datum::Text(name)) = (of, at) {
        return member(of, name, budget)?.ok_or(Undecided);
    }
    match of {
        Datum::List(items) => items.get(index(at)?).cloned().ok_or(Undecided),
        Datum::Null
        | Datum::Bool(_)
        | Datum::Number(_)
        | Datum::Text(_)
        | Datum::Date(_)
        | Datum::Time(_)
        | Datum::DateTime(_)
        | Datum::Object(_)
        | Datum::GeoPoint(_) => Err(Undecided),
    }
}

/// Turns the sign of a number.
pub(super) fn negate(of: Datum<'_>) -> Result<Datum<'_>> {
    finite(of).map(|number| Datum::finite(number.negated()))
}

fn owned<'a>(text: String) -> Datum<'a> {
    Datum::Text(Cow::Owned(text))
}

fn count<'a>(n: usize) -> Datum<'a> {
    Datum::finite(Decimal::from(i64::try_from(n).unwrap_or(i64::MAX)))
}

fn text(of: Datum<'_>) -> Result<Cow<'_, str>> {
    if let Datum::Text(text) = of {
        Ok(text)
    } else {
        Err(Undecided)
    }
}

fn finite(of: Datum<'_>) -> Result<Decimal<'_>> {
    if let Datum::Number(Number::Finite(number)) = of {
        Ok(number)
    } else {
        Err(Undecided)
    }
}

/// Reads a number as one that counts items.
fn index(of: &Datum<'_>) -> Result<usize> {
    if let Datum::Number(Number::Finite(number)) = of {
        return number.to_text().parse().map_err(|_| Undecided);
    }
    Err(Undecided)
}

fn size<'a>(of: &Datum<'a>, budget: &mut Budget) -> Result<Datum<'a>> {
    match of {
        Datum::Text(text) => {
            budget.spend_on_bytes(text.len())?;
            Ok(count(text.chars().count()))
        }
        Datum::List(items) => Ok(count(items.len())),
        Datum::Object(members) => Ok(count(members.len())),
        Datum::Null
        | Datum::Bool(_)
        | Datum::Number(_)
        | Datum::Date(_)
        | Datum::Time(_)
        | Datum::DateTime(_)
        | Datum::GeoPoint(_) => Err(Undecided),
    }
}

fn split<'a>(text: &str, by: &str, budget: &mut Budget) -> Result<Datum<'a>> {
    let mut items = Vec::new();
    for part in text.split(by) {
        budget.spend(1)?;
        items.push(owned(part.to_owned()));
    }
    Ok(Datum::List(Arc::from(items)))
}

/// Cuts the characters from `start` up to `end` out.
fn substring<'a>(text: &str, start: usize, end: Option<usize>) -> Result<Datum<'a>> {
    // The offset of the byte at which so many characters have passed.
    let offset = |n_chars: usize| {
        let mut offsets = text.char_indices().map(|(at, _)| at);
        let mut offsets = offsets.by_ref().chain(Some(text.len()));
        offsets.nth(n_chars).ok_or(Undecided)
    };
    let from = offset(start)?;
    let to = end.map_or(Ok(text.len()), offset)?;
    let part = text.get(from..to).ok_or(Undecided)?;
    Ok(owned(part.to_owned()))
}

fn int(of: Datum<'_>) -> Result<Datum<'_>> {
    match of {
        Datum::Number(Number::Finite(number)) => {
            if number.is_integer() {
                return Ok(Datum::finite(number));
            }
            round(&number, 0, Rounding::TowardsZero)
        }
        Datum::Text(text) => {
            let syntax = NumberSyntax::default();
            let number = syntax.integer(&text).ok_or(Undecided)?;
            Ok(Datum::finite(number.into_owned()))
        }
        Datum::Null
        | Datum::Bool(_)
        | Datum::Number(Number::Infinite(_) | Number::NotANumber)
        | Datum::Date(_)
        | Datum::Time(_)
        | Datum::DateTime(_)
        | Datum::List(_)
        | Datum::Object(_)
        | Datum::GeoPoint(_) => Err(Undecided),
    }
}

fn decimal(of: Datum<'_>) -> Result<Datum<'_>> {
    if let Datum::Number(_) = of {
        return Ok(of);
    }
    let text = text(of)?;
    let number = NumberSyntax::default().number(&text).ok_or(Undecided)?;
    Ok(Datum::Number(number.into_owned()))
}

fn string(of: Datum<'_>) -> Result<Datum<'_>> {
    match of {
        Datum::Text(_) => Ok(of),
        Datum::Bool(truth) => Ok(owned(truth.to_string())),
        Datum::Number(Number::Finite(number)) => Ok(owned(number.to_text())),
        Datum::Null
        | Datum::Number(Number::Infinite(_) | Number::NotANumber)
        | Datum::Date(_)
        | Datum::Time(_)
        | Datum::DateTime(_)
        | Datum::List(_)
        | Datum::Object(_)
        | Datum::GeoPoint(_) => Err(Undecided),
    }
}

fn bool(of: Datum<'_>) -> Result<Datum<'_>> {
    if let Datum::Bool(_) = of {
        return Ok(of);
    }
    match &*text(of)? {
        "true" => Ok(Datum::Bool(true)),
        "false" => Ok(Datum::Bool(false)),
        _ => Err(Undecided),
    }
}

fn date(of: Datum<'_>) -> Result<Datum<'_>> {
    if let Datum::Date(_) = of {
        return Ok(of);
    }
    let date = Date::parse(&text(of)?).ok_or(Undecided)?;
    Ok(Datum::Date(date))
}

fn moment<'a>(
    of: Datum<'a>,
    parse: for<'t> fn(&'t str) -> Option<Moment<'t>>,
) -> Result<Moment<'a>> {
    let text = text(of)?;
    parse(&text).map(Moment::into_owned).ok_or(Undecided)
}

fn round<'a>(number: &Decimal<'_>, n_places: u16, rounding: Rounding) -> Result<Datum<'a>> {
    let rounded = number.rounded(n_places, rounding).ok_or(Undecided)?;
    Ok(Datum::finite(rounded))
}
