//! Values while a rule is evaluated.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use super::eval::{Budget, Undecided};
use crate::value::decimal::{Decimal, Number};
use crate::value::json::JsonValue;
use crate::value::temporal::{Date, Duration, Moment, Year, YearMonth};
use crate::value::{Logical, Value};

/// A value, or none. Lists are shared: to pass one on costs nothing.
#[derive(Clone, Debug)]
pub(super) enum Datum<'a> {
    Null,
    Bool(bool),
    Number(Number<'a>),
    Text(Cow<'a, str>),
    Date(Date),
    Time(Moment<'a>),
    DateTime(Moment<'a>),
    Year(Year),
    YearMonth(YearMonth),
    Duration(Duration<'a>),
    List(Arc<[Datum<'a>]>),
    /// A JSON object: its members in the order of their names.
    Object(Arc<[(Cow<'a, str>, Datum<'a>)]>),
    GeoPoint(Box<[Decimal<'a>; 2]>),
}

impl<'a> Datum<'a> {
    pub(super) fn finite(decimal: Decimal<'a>) -> Self {
        Self::Number(Number::Finite(decimal))
    }

    /// Returns the value again, borrowing what it would cost to copy.
    pub(super) fn reborrow(&'a self) -> Self {
        match self {
            Self::Text(text) => Self::Text(Cow::Borrowed(text)),
            Self::Number(Number::Finite(decimal)) => Self::finite(decimal.reborrow()),
            Self::Null
            | Self::Bool(_)
            | Self::Number(Number::Infinite(_) | Number::NotANumber)
            | Self::Date(_)
            | Self::Time(_)
            | Self::DateTime(_)
            | Self::Year(_)
            | Self::YearMonth(_)
            | Self::Duration(_)
            | Self::List(_)
            | Self::Object(_)
            | Self::GeoPoint(_) => self.clone(),
        }
    }

    /// Returns the value again; what is copied of it has to be paid for.
    ///
    /// # Errors
    ///
    /// If the budget does not reach.
    pub(super) fn copied(&self, budget: &mut Budget) -> Result<Self, Undecided> {
        let decimal_bytes = |decimal: &Decimal<'_>| decimal.n_bytes_owned();
        let n_bytes = match self {
            Self::Text(Cow::Owned(text)) => text.len(),
            Self::Number(Number::Finite(decimal)) => decimal_bytes(decimal),
            Self::GeoPoint(point) => point.iter().map(decimal_bytes).sum(),
            Self::Text(Cow::Borrowed(_))
            | Self::Null
            | Self::Bool(_)
            | Self::Number(Number::Infinite(_) | Number::NotANumber)
            | Self::Date(_)
            | Self::Time(_)
            | Self::DateTime(_)
            | Self::Year(_)
            | Self::YearMonth(_)
            | Self::Duration(_)
            | Self::List(_)
            | Self::Object(_) => 0,
        };
        budget.spend_on_bytes(n_bytes)?;
        Ok(self.clone())
    }

    /// Returns the value with all that it holds.
    pub(super) fn into_owned(self) -> Datum<'static> {
        match self {
            Self::Null => Datum::Null,
            Self::Bool(truth) => Datum::Bool(truth),
            Self::Number(number) => Datum::Number(number.into_owned()),
            Self::Text(text) => Datum::Text(Cow::Owned(text.into_owned())),
            Self::Date(date) => Datum::Date(date),
            Self::Time(time) => Datum::Time(time.into_owned()),
            Self::DateTime(datetime) => Datum::DateTime(datetime.into_owned()),
            Self::Year(year) => Datum::Year(year),
            Self::YearMonth(month) => Datum::YearMonth(month),
            Self::Duration(duration) => Datum::Duration(duration.into_owned()),
            Self::List(items) => {
                let items = items.iter().cloned().map(Datum::into_owned);
                Datum::List(items.collect())
            }
            Self::Object(members) => {
                let members = members.iter().cloned();
                let owned = members
                    .map(|(name, value)| (Cow::Owned(name.into_owned()), value.into_owned()));
                Datum::Object(owned.collect())
            }
            Self::GeoPoint(point) => Datum::GeoPoint(Box::new((*point).map(Decimal::into_owned))),
        }
    }

    /// Returns whether the values are equal. Values of two types are not: only JSON has such.
    ///
    /// # Errors
    ///
    /// If one is missing, or if they are on timelines that do not compare.
    pub(super) fn equals(&self, other: &Self, budget: &mut Budget) -> Result<bool, Undecided> {
        budget.spend(1)?;
        Ok(match (self, other) {
            (Self::Null, _) | (_, Self::Null) => return Err(Undecided),
            (Self::List(left), Self::List(right)) => {
                if left.len() != right.len() {
                    return Ok(false);
                }
                let mut pairs = left.iter().zip(right.iter());
                all(&mut pairs, |(left, right)| left.equals(right, budget))?
            }
            (Self::Object(left), Self::Object(right)) => {
                if left.len() != right.len() {
                    return Ok(false);
                }
                let mut pairs = left.iter().zip(right.iter());
                all(&mut pairs, |((name, left), (other, right))| {
                    if name != other {
                        return Ok(false);
                    }
                    left.equals(right, budget)
                })?
            }
            (Self::GeoPoint(left), Self::GeoPoint(right)) => left == right,
            _ => match self.order(other, budget)? {
                Order::Known(ordering) => ordering.is_eq(),
                Order::NotANumber | Order::OtherTypes => false,
            },
        })
    }

    /// Compares the values.
    ///
    /// # Errors
    ///
    /// If one is missing, or if they are on timelines that do not compare.
    pub(super) fn order(&self, other: &Self, budget: &mut Budget) -> Result<Order, Undecided> {
        let known = |ordering: Option<Ordering>| ordering.map(Order::Known).ok_or(Undecided);
        match (self, other) {
            (Self::Null, _) | (_, Self::Null) => Err(Undecided),
            (Self::Number(left), Self::Number(right)) => {
                Ok(left.compare(right).map_or(Order::NotANumber, Order::Known))
            }
            (Self::Text(left), Self::Text(right)) => {
                budget.spend_on_bytes(left.len().min(right.len()))?;
                // The order of UTF-8 bytes is that of code points.
                Ok(Order::Known(left.cmp(right)))
            }
            (Self::Bool(left), Self::Bool(right)) => Ok(Order::Known(left.cmp(right))),
            (Self::Date(left), Self::Date(right)) => known(left.compare(right)),
            (Self::Time(left), Self::Time(right))
            | (Self::DateTime(left), Self::DateTime(right)) => known(left.compare(right)),
            (Self::Year(left), Self::Year(right)) => known(left.compare(right)),
            (Self::YearMonth(left), Self::YearMonth(right)) => known(left.compare(right)),
            (Self::Duration(left), Self::Duration(right)) => known(left.compare(right)),
            (
                Self::Number(_)
                | Self::Text(_)
                | Self::Bool(_)
                | Self::Date(_)
                | Self::Time(_)
                | Self::DateTime(_)
                | Self::Year(_)
                | Self::YearMonth(_)
                | Self::Duration(_)
                | Self::List(_)
                | Self::Object(_)
                | Self::GeoPoint(_),
                _,
            ) => Ok(Order::OtherTypes),
        }
    }
}

impl<'a> From<Value<'a>> for Datum<'a> {
    fn from(value: Value<'a>) -> Self {
        match value {
            Value::Text(text) => Self::Text(text),
            Value::Integer(number) => Self::finite(number),
            Value::Number(number) => Self::Number(number),
            Value::Boolean(truth) => Self::Bool(truth),
            Value::Json(json) => json.into(),
            Value::List(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Value::DateTime(datetime) => Self::DateTime(datetime),
            Value::Date(date) => Self::Date(date),
            Value::Time(time) => Self::Time(time),
            Value::Year(year) => Self::Year(year),
            Value::YearMonth(month) => Self::YearMonth(month),
            Value::Duration(duration) => Self::Duration(duration),
            Value::GeoPoint(point) => Self::GeoPoint(Box::new([point.lon, point.lat])),
        }
    }
}

impl<'a> From<JsonValue<'a>> for Datum<'a> {
    fn from(json: JsonValue<'a>) -> Self {
        match json {
            JsonValue::Null => Self::Null,
            JsonValue::Bool(truth) => Self::Bool(truth),
            JsonValue::Number(number) => Self::finite(number),
            JsonValue::Text(text) => Self::Text(text),
            JsonValue::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            JsonValue::Object(object) => {
                let members = object.into_members();
                Self::Object(members.map(|(name, value)| (name, value.into())).collect())
            }
        }
    }
}

/// How one value stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Known(Ordering),
    /// One is NaN, which is neither below nor above anything, nor equal to it.
    NotANumber,
    /// They are of types without a common order.
    OtherTypes,
}

/// Whether all items pass: false decides, whatever the others are.
fn all<T>(
    items: &mut impl Iterator<Item = T>,
    mut passes: impl FnMut(T) -> Result<bool, Undecided>,
) -> Result<bool, Undecided> {
    let mut result = Ok(true);
    for item in items {
        match passes(item) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(undecided) => result = Err(undecided),
        }
    }
    result
}
