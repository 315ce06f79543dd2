//! What functions, members and items of values are.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use super::datum::Datum;
use super::eval::{Budget, Undecided};
use super::time::{self, Component};
use crate::value::decimal::arithmetic::Rounding;
use crate::value::decimal::{Decimal, Number, NumberSyntax};

type Result<T, E = Undecided> = std::result::Result<T, E>;

/// The most digits after the decimal point that a number is rounded to.
const PLACES_MAX: u16 = 1_000;

/// The functions. What they take, and how they are called, is in [`signature`](super::signature).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Size,
    Find(Part),
    Change(Change),
    Substring,
    Split,
    Int,
    Decimal,
    Text,
    Bool,
    Date,
    Time,
    DateTime,
    Year,
    YearMonth,
    Duration,
    Component(Component),
    Absolute,
    Sign,
    /// To a number of digits, if there is a second argument.
    Round(Rounding),
    Greatest,
    Least,
}

/// Where a part of a text is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Start,
    Anywhere,
    End,
}

/// What becomes of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    LowerAscii,
    UpperAscii,
    Trim,
}

impl Function {
    /// Calls the function.
    ///
    /// # Errors
    ///
    /// If an argument is missing, or if there is no result.
    pub(super) fn call<'a>(self, args: Vec<Datum<'a>>, budget: &mut Budget) -> Result<Datum<'a>> {
        let mut args = args.into_iter();
        let first = args.next().ok_or(Undecided)?;
        let second = args.next();
        let required = || second.as_ref().map(Datum::reborrow).ok_or(Undecided);
        match self {
            Self::Size => size(&first, budget),
            Self::Find(part) => find(part, &text(first)?, &text(required()?)?, budget),
            Self::Change(change) => changed(change, text(first)?, budget),
            Self::Substring => {
                let end = args.next().map(|end| index(&end)).transpose()?;
                substring(&text(first)?, index(&required()?)?, end, budget)
            }
            Self::Split => split(&text(first)?, &text(required()?)?, budget),
            Self::Int => int(first),
            Self::Decimal => decimal(first),
            Self::Text => string(first),
            Self::Bool => bool(first),
            Self::Date => time::date(first),
            Self::Time => time::time(first),
            Self::DateTime => time::datetime(first),
            Self::Year => time::year(&first),
            Self::YearMonth => time::yearmonth(&first),
            Self::Duration => time::duration(&first),
            Self::Component(component) => time::component(component, &first),
            Self::Absolute => Ok(Datum::finite(finite(first)?.absolute())),
            Self::Sign => Ok(Datum::finite(Decimal::from(finite(first)?.signum()))),
            Self::Round(rounding) => {
                let n_places = second.map_or(Ok(0), |n_places| index(&n_places))?;
                let n_places = u16::try_from(n_places).ok();
                let n_places = n_places.filter(|n_places| *n_places <= PLACES_MAX);
                round(&finite(first)?, n_places.ok_or(Undecided)?, rounding)
            }
            Self::Greatest => extreme(first, second.into_iter().chain(args), Ordering::Greater),
            Self::Least => extreme(first, second.into_iter().chain(args), Ordering::Less),
        }
    }
}

fn find<'a>(part: Part, text: &str, sought: &str, budget: &mut Budget) -> Result<Datum<'a>> {
    budget.spend_on_bytes(text.len())?;
    Ok(Datum::Bool(match part {
        Part::Start => text.starts_with(sought),
        Part::Anywhere => text.contains(sought),
        Part::End => text.ends_with(sought),
    }))
}

fn changed<'a>(change: Change, text: Cow<'a, str>, budget: &mut Budget) -> Result<Datum<'a>> {
    budget.spend_on_bytes(text.len())?;
    let text = match (change, text) {
        (Change::LowerAscii, text) => Cow::Owned(text.to_ascii_lowercase()),
        (Change::UpperAscii, text) => Cow::Owned(text.to_ascii_uppercase()),
        (Change::Trim, Cow::Borrowed(text)) => Cow::Borrowed(text.trim()),
        (Change::Trim, Cow::Owned(text)) => Cow::Owned(text.trim().to_owned()),
    };
    Ok(Datum::Text(text))
}

/// Finds the number that is the most, or the least, of all.
fn extreme<'a>(
    first: Datum<'a>,
    others: impl Iterator<Item = Datum<'a>>,
    sought: Ordering,
) -> Result<Datum<'a>> {
    let mut found = finite(first)?;
    for other in others {
        let other = finite(other)?;
        if other.cmp(&found) == sought {
            found = other;
        }
    }
    Ok(Datum::finite(found))
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
        return found.map(|(_, value)| value.copied(budget)).transpose();
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
pub(super) fn item<'a>(of: &Datum<'a>, at: &Datum<'a>, budget: &mut Budget) -> Result<Datum<'a>> {
    if let (Datum::Object(_), Datum::Text(name)) = (of, at) {
        return member(of, name, budget)?.ok_or(Undecided);
    }
    match of {
        Datum::List(items) => items.get(index(at)?).ok_or(Undecided)?.copied(budget),
        Datum::Null
        | Datum::Bool(_)
        | Datum::Number(_)
        | Datum::Text(_)
        | Datum::Date(_)
        | Datum::Time(_)
        | Datum::DateTime(_)
        | Datum::Year(_)
        | Datum::YearMonth(_)
        | Datum::Duration(_)
        | Datum::Object(_)
        | Datum::GeoPoint(_) => Err(Undecided),
    }
}

/// Turns the sign of a number, or a duration the other way round.
pub(super) fn negate(of: Datum<'_>) -> Result<Datum<'_>> {
    if let Datum::Duration(duration) = of {
        return Ok(Datum::Duration(duration.negated()));
    }
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
        return number.to_count().ok_or(Undecided);
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
        | Datum::Year(_)
        | Datum::YearMonth(_)
        | Datum::Duration(_)
        | Datum::GeoPoint(_) => Err(Undecided),
    }
}

fn split<'a>(text: &str, by: &str, budget: &mut Budget) -> Result<Datum<'a>> {
    budget.spend_on_bytes(text.len())?;
    let mut items = Vec::new();
    for part in text.split(by) {
        budget.spend(1)?;
        items.push(owned(part.to_owned()));
    }
    Ok(Datum::List(Arc::from(items)))
}

/// Cuts the characters from `start` up to `end` out.
fn substring<'a>(
    text: &str,
    start: usize,
    end: Option<usize>,
    budget: &mut Budget,
) -> Result<Datum<'a>> {
    budget.spend_on_bytes(text.len())?;
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
        Datum::Year(year) => Ok(Datum::finite(Decimal::from(year.year()))),
        Datum::Null
        | Datum::Bool(_)
        | Datum::Number(Number::Infinite(_) | Number::NotANumber)
        | Datum::Date(_)
        | Datum::Time(_)
        | Datum::DateTime(_)
        | Datum::YearMonth(_)
        | Datum::Duration(_)
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
        Datum::Date(date) => Ok(owned(date.to_string())),
        Datum::Year(year) => Ok(owned(year.to_string())),
        Datum::YearMonth(month) => Ok(owned(month.to_string())),
        Datum::Duration(duration) => Ok(owned(duration.to_string())),
        Datum::Null
        | Datum::Number(Number::Infinite(_) | Number::NotANumber)
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

fn round<'a>(number: &Decimal<'_>, n_places: u16, rounding: Rounding) -> Result<Datum<'a>> {
    let rounded = number.rounded(n_places, rounding).ok_or(Undecided)?;
    Ok(Datum::finite(rounded))
}
