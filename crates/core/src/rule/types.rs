//! The types of expressions, known before the first record is read.

use std::fmt;

use crate::schema::FieldKind;

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
    /// Returns the type of a field's values, `item` being the kind of its items if it is a list.
    #[must_use]
    pub fn of_field(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Any | FieldKind::String => Self::Text,
            FieldKind::Integer => Self::Int,
            FieldKind::Number => Self::Decimal,
            FieldKind::Boolean => Self::Bool,
            FieldKind::Date => Self::Date,
            FieldKind::Time => Self::Time,
            FieldKind::DateTime => Self::DateTime,
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

    /// Returns the function that reads a value of the type from a string, if there is one.
    pub(super) const fn reader(&self) -> Option<&'static str> {
        match self {
            Self::Int => Some("int"),
            Self::Decimal => Some("decimal"),
            Self::Bool => Some("bool"),
            Self::Date => Some("date"),
            Self::Time => Some("time"),
            Self::DateTime => Some("timestamp"),
            Self::Year => Some("year"),
            Self::YearMonth => Some("yearmonth"),
            Self::Duration => Some("duration"),
            Self::Null | Self::Text | Self::GeoPoint | Self::List(_) | Self::Json => None,
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
