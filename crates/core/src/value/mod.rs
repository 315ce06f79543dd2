//! Logical values: what the text of a cell means, exactly, without a copy and without binary
//! floats.
//!
//! A value borrows the digits of the cell that it was read from; a literal of a schema is the same
//! type and owns them.

pub mod decimal;
pub mod geo;
pub mod json;
pub mod temporal;

use std::borrow::Cow;
use std::cmp::Ordering;

use self::decimal::{Decimal, Number};
use self::geo::GeoPoint;
use self::json::JsonValue;
use self::temporal::{Date, Duration, Moment, Year, YearMonth};

/// The logical value of a cell.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// Of the types `string` and `any`.
    Text(Cow<'a, str>),
    /// Of the type `integer`: a whole number.
    Integer(Decimal<'a>),
    /// Of the type `number`.
    Number(Number<'a>),
    /// Of the type `boolean`.
    Boolean(bool),
    /// Of the types `object`, `array` and `geojson`.
    Json(JsonValue<'a>),
    /// Of the type `list`. Its items are of one kind.
    List(Vec<Value<'a>>),
    /// Of the type `datetime`.
    DateTime(Moment<'a>),
    /// Of the type `date`.
    Date(Date),
    /// Of the type `time`.
    Time(Moment<'a>),
    /// Of the type `year`.
    Year(Year),
    /// Of the type `yearmonth`.
    YearMonth(YearMonth),
    /// Of the type `duration`.
    Duration(Duration<'a>),
    /// Of the type `geopoint`.
    GeoPoint(GeoPoint<'a>),
}

impl Value<'_> {
    /// Appends the canonical form of the value: of two values of one field, equal ones give equal
    /// bytes, and others do not. An integer is written as the number that it is, so that a key can
    /// refer to the one by the other. It has no end mark.
    pub fn write_key(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => out.extend_from_slice(text.as_bytes()),
            Self::Integer(value) => Number::Finite(value.clone()).write_key(out),
            Self::Number(value) => value.write_key(out),
            Self::Boolean(value) => value.write_key(out),
            Self::Json(value) => value.write_key(out),
            Self::List(items) => {
                for item in items {
                    write_delimited(out, |out| item.write_key(out));
                }
            }
            Self::DateTime(value) | Self::Time(value) => value.write_key(out),
            Self::Date(value) => value.write_key(out),
            Self::Year(value) => value.write_key(out),
            Self::YearMonth(value) => value.write_key(out),
            Self::Duration(value) => value.write_key(out),
            Self::GeoPoint(value) => value.write_key(out),
        }
    }
}

/// Appends what `write` writes behind its length, so that others can follow it.
fn write_delimited(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; size_of::<u64>()]);
    let body = out.len();
    write(out);
    let n_bytes = u64::try_from(out.len() - body).unwrap_or(u64::MAX);
    if let Some(length) = out.get_mut(start..body) {
        length.copy_from_slice(&n_bytes.to_be_bytes());
    }
}

/// How the logical values of one type relate to one another.
///
/// The two orders agree wherever [`compare`](Self::compare) gives an answer, and two values write
/// the same key if and only if [`total_cmp`](Self::total_cmp) calls them equal.
pub trait Logical {
    /// Compares two values as a bound does: `None` where neither is below, above or equal to the
    /// other.
    fn compare(&self, other: &Self) -> Option<Ordering>;

    /// Orders all values of the type, so that lists of them can be searched.
    fn total_cmp(&self, other: &Self) -> Ordering;

    /// Appends the canonical form of the value.
    fn write_key(&self, out: &mut Vec<u8>);
}

impl Logical for bool {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }

    fn total_cmp(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
}
