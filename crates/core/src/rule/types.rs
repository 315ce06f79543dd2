//! The types of expressions, known before the first record is read.

use std::fmt;

use super::code::Arithmetic;
use crate::check::Cast;
use crate::schema::{Field, FieldKind};

/// The type of an expression. Any value may be missing, so that none is nullable or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `null`, and the items of a list without items: a value of any type that is not there.
    Null,
    /// True and false.
    Bool,
    /// Whole numbers.
    Int,
    /// Decimal numbers, NaN and the infinities. An int is one where one is wanted.
    Decimal,
    /// Text.
    Text,
    /// Days.
    Date,
    /// Times of day.
    Time,
    /// Days with a time.
    DateTime,
    /// Years.
    Year,
    /// Months of a year.
    YearMonth,
    /// Lengths of time.
    Duration,
    /// Points on the globe.
    GeoPoint,
    /// Lists of one type.
    List(Box<Type>),
    /// What JSON holds: its type is seen when it is read.
    Json,
}

impl Type {
    /// Returns the type of a field's values.
    #[must_use]
    pub fn of_field(field: &Field) -> Self {
        match field.kind() {
            FieldKind::Any | FieldKind::String => Self::Text,
            FieldKind::Integer => Self::Int,
            FieldKind::Number => Self::Decimal,
            FieldKind::Boolean => Self::Bool,
            FieldKind::Object | FieldKind::Array | FieldKind::GeoJson => Self::Json,
            FieldKind::List => Self::List(Box::new(of_items(field))),
            FieldKind::Date => Self::Date,
            FieldKind::Time => Self::Time,
            FieldKind::DateTime => Self::DateTime,
            FieldKind::Year => Self::Year,
            FieldKind::YearMonth => Self::YearMonth,
            FieldKind::Duration => Self::Duration,
            FieldKind::GeoPoint => Self::GeoPoint,
        }
    }

    /// Returns the type that has the values of both; `None` if none has.
    pub(super) fn join(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Null, of) | (of, Self::Null) => Some(of.clone()),
            (Self::Json, _) | (_, Self::Json) => Some(Self::Json),
            (Self::Int, Self::Decimal) | (Self::Decimal, Self::Int) => Some(Self::Decimal),
            (Self::List(left), Self::List(right)) => {
                left.join(right).map(|item| Self::List(Box::new(item)))
            }
            (left, right) => (left == right).then(|| left.clone()),
        }
    }

    /// Returns whether its values have an order that they can be compared by.
    pub(super) const fn is_ordered(&self) -> bool {
        match self {
            Self::Bool
            | Self::Int
            | Self::Decimal
            | Self::Text
            | Self::Date
            | Self::Time
            | Self::DateTime
            | Self::Year
            | Self::YearMonth
            | Self::Duration
            | Self::Json => true,
            Self::Null | Self::GeoPoint | Self::List(_) => false,
        }
    }

    /// Returns how a value of the type is written in a rule; empty where no hint is needed.
    pub(super) const fn literal_hint(&self) -> &'static str {
        match self {
            Self::Int | Self::Decimal => "a number has no quotes; `decimal(..)` reads one",
            Self::Bool => "write `true` or `false`; `bool(..)` reads one",
            Self::Date => "write `date(\"2024-12-31\")`",
            Self::Time => "write `time(\"23:59:59\")`",
            Self::DateTime => "write `timestamp(\"2024-12-31T23:59:59Z\")`",
            Self::Year => "write `year(\"2024\")`",
            Self::YearMonth => "write `yearmonth(\"2024-12\")`",
            Self::Duration => "write `duration(\"P30D\")` or `duration(\"3600s\")`",
            Self::Null | Self::Text | Self::GeoPoint | Self::List(_) | Self::Json => "",
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Decimal => "decimal",
            Self::Text => "string",
            Self::Date => "date",
            Self::Time => "time",
            Self::DateTime => "datetime",
            Self::Year => "year",
            Self::YearMonth => "yearmonth",
            Self::Duration => "duration",
            Self::GeoPoint => "geopoint",
            Self::List(item) => return write!(f, "list({item})"),
            Self::Json => "json",
        })
    }
}

/// Returns the type of the items of a field of the type `list`.
fn of_items(field: &Field) -> Type {
    let Cast::List(rules) = &field.check().cast else {
        return Type::Json;
    };
    let is = |ty: Type, is_it: bool| is_it.then_some(ty);
    let item = &rules.item;
    is(Type::Text, matches!(item, Cast::Text(_) | Cast::Any(_)))
        .or_else(|| is(Type::Int, matches!(item, Cast::Integer(..))))
        .or_else(|| is(Type::Decimal, matches!(item, Cast::Number(..))))
        .or_else(|| is(Type::Bool, matches!(item, Cast::Boolean(..))))
        .or_else(|| is(Type::Date, matches!(item, Cast::Date(..))))
        .or_else(|| is(Type::Time, matches!(item, Cast::Time(..))))
        .or_else(|| is(Type::DateTime, matches!(item, Cast::DateTime(..))))
        .unwrap_or(Type::Json)
}

/// Returns the type of what an operator makes of two values; `None` if it does not take them.
pub(super) fn of_arithmetic(op: Arithmetic, left: &Type, right: &Type) -> Option<Type> {
    use Type as T;
    let joined = left.join(right);
    match (op, left, right) {
        (_, T::Null, _) | (_, _, T::Null) => None,
        (_, T::Json, _) | (_, _, T::Json) => Some(T::Json),
        (Arithmetic::Remainder, T::Int, T::Int) => Some(T::Int),
        (Arithmetic::Remainder, ..) => None,
        (_, T::Int | T::Decimal, T::Int | T::Decimal)
        | (Arithmetic::Add, T::Text, T::Text)
        | (Arithmetic::Add, T::List(_), T::List(_)) => joined,
        (Arithmetic::Add | Arithmetic::Subtract, T::Date | T::DateTime, T::Duration) => {
            Some(left.clone())
        }
        (Arithmetic::Add, T::Duration, T::Date | T::DateTime) => Some(right.clone()),
        (Arithmetic::Subtract, T::Date, T::Date)
        | (Arithmetic::Subtract, T::DateTime, T::DateTime) => Some(T::Duration),
        _ => None,
    }
}
