//! How functions are called, what they take and what they give.

use super::function::{Change, Function, Part};
use super::time::Component as C;
use super::types::Type;
use crate::value::decimal::arithmetic::Rounding;

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `size(row.name)`
    Plain,
    /// `row.name.contains("x")`
    Method,
    /// Both.
    Either,
    /// `math.abs(row.amount)`
    Math,
}

/// What an argument may be. JSON may always be: it is looked at when it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Text,
    Int,
    Number,
    Bool,
    Date,
    Time,
    DateTime,
    Year,
    YearMonth,
    Duration,
    List,
}

/// What a function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    Bool,
    Int,
    Decimal,
    Text,
    Texts,
    Date,
    Time,
    DateTime,
    Year,
    YearMonth,
    Duration,
    /// An int if all arguments are, else a decimal.
    Number,
}

/// One way to call a function.
#[derive(Debug)]
pub(super) struct Signature {
    pub(super) name: &'static str,
    pub(super) style: Style,
    /// What it is called on comes first.
    pub(super) takes: &'static [Takes],
    pub(super) gives: Gives,
    pub(super) function: Function,
}

const fn signature(
    name: &'static str,
    style: Style,
    takes: &'static [Takes],
    gives: Gives,
    function: Function,
) -> Signature {
    Signature {
        name,
        style,
        takes,
        gives,
        function,
    }
}

/// The most arguments of a function that takes any number of them.
pub(super) const ARGS_MAX: usize = 32;

/// All ways to call a function, but for macros, `has` and `matches`.
pub(super) const SIGNATURES: &[Signature] = {
    use Function as F;
    use Gives as G;
    use Style::{Either, Math, Method, Plain};
    use Takes as T;
    &[
        signature("size", Either, &[T::Text], G::Int, F::Size),
        signature("size", Either, &[T::List], G::Int, F::Size),
        signature(
            "contains",
            Method,
            &[T::Text, T::Text],
            G::Bool,
            F::Find(Part::Anywhere),
        ),
        signature(
            "startsWith",
            Method,
            &[T::Text, T::Text],
            G::Bool,
            F::Find(Part::Start),
        ),
        signature(
            "endsWith",
            Method,
            &[T::Text, T::Text],
            G::Bool,
            F::Find(Part::End),
        ),
        signature(
            "lowerAscii",
            Method,
            &[T::Text],
            G::Text,
            F::Change(Change::LowerAscii),
        ),
        signature(
            "upperAscii",
            Method,
            &[T::Text],
            G::Text,
            F::Change(Change::UpperAscii),
        ),
        signature("trim", Method, &[T::Text], G::Text, F::Change(Change::Trim)),
        signature(
            "substring",
            Method,
            &[T::Text, T::Int],
            G::Text,
            F::Substring,
        ),
        signature(
            "substring",
            Method,
            &[T::Text, T::Int, T::Int],
            G::Text,
            F::Substring,
        ),
        signature("split", Method, &[T::Text, T::Text], G::Texts, F::Split),
        signature("int", Plain, &[T::Number], G::Int, F::Int),
        signature("int", Plain, &[T::Text], G::Int, F::Int),
        signature("uint", Plain, &[T::Number], G::Int, F::Int),
        signature("uint", Plain, &[T::Text], G::Int, F::Int),
        signature("decimal", Plain, &[T::Number], G::Decimal, F::Decimal),
        signature("decimal", Plain, &[T::Text], G::Decimal, F::Decimal),
        signature("double", Plain, &[T::Number], G::Decimal, F::Decimal),
        signature("double", Plain, &[T::Text], G::Decimal, F::Decimal),
        signature("string", Plain, &[T::Text], G::Text, F::Text),
        signature("string", Plain, &[T::Number], G::Text, F::Text),
        signature("string", Plain, &[T::Bool], G::Text, F::Text),
        signature("bool", Plain, &[T::Bool], G::Bool, F::Bool),
        signature("bool", Plain, &[T::Text], G::Bool, F::Bool),
        signature("date", Plain, &[T::Text], G::Date, F::Date),
        signature("date", Plain, &[T::Date], G::Date, F::Date),
        signature("time", Plain, &[T::Text], G::Time, F::Time),
        signature("time", Plain, &[T::Time], G::Time, F::Time),
        signature("timestamp", Plain, &[T::Text], G::DateTime, F::DateTime),
        signature("timestamp", Plain, &[T::DateTime], G::DateTime, F::DateTime),
        signature("int", Plain, &[T::Year], G::Int, F::Int),
        signature("string", Plain, &[T::Date], G::Text, F::Text),
        signature("string", Plain, &[T::Year], G::Text, F::Text),
        signature("string", Plain, &[T::YearMonth], G::Text, F::Text),
        signature("string", Plain, &[T::Duration], G::Text, F::Text),
        signature("date", Plain, &[T::DateTime], G::Date, F::Date),
        signature("year", Plain, &[T::Text], G::Year, F::Year),
        signature("yearmonth", Plain, &[T::Text], G::YearMonth, F::YearMonth),
        signature("duration", Plain, &[T::Text], G::Duration, F::Duration),
        signature(
            "getFullYear",
            Method,
            &[T::Date],
            G::Int,
            F::Component(C::FullYear),
        ),
        signature(
            "getFullYear",
            Method,
            &[T::DateTime],
            G::Int,
            F::Component(C::FullYear),
        ),
        signature(
            "getMonth",
            Method,
            &[T::Date],
            G::Int,
            F::Component(C::Month),
        ),
        signature(
            "getMonth",
            Method,
            &[T::DateTime],
            G::Int,
            F::Component(C::Month),
        ),
        signature("getDate", Method, &[T::Date], G::Int, F::Component(C::Date)),
        signature(
            "getDate",
            Method,
            &[T::DateTime],
            G::Int,
            F::Component(C::Date),
        ),
        signature(
            "getDayOfMonth",
            Method,
            &[T::Date],
            G::Int,
            F::Component(C::DayOfMonth),
        ),
        signature(
            "getDayOfMonth",
            Method,
            &[T::DateTime],
            G::Int,
            F::Component(C::DayOfMonth),
        ),
        signature(
            "getDayOfWeek",
            Method,
            &[T::Date],
            G::Int,
            F::Component(C::DayOfWeek),
        ),
        signature(
            "getDayOfWeek",
            Method,
            &[T::DateTime],
            G::Int,
            F::Component(C::DayOfWeek),
        ),
        signature(
            "getDayOfYear",
            Method,
            &[T::Date],
            G::Int,
            F::Component(C::DayOfYear),
        ),
        signature(
            "getDayOfYear",
            Method,
            &[T::DateTime],
            G::Int,
            F::Component(C::DayOfYear),
        ),
        signature(
            "getHours",
            Method,
            &[T::Time],
            G::Int,
            F::Component(C::Hours),
        ),
        signature(
            "getHours",
            Method,
            &[T::DateTime],
            G::Int,
            F::Component(C::Hours),
        ),
        signature(
            "getHours",
            Method,
            &[T::Duration],
            G::Int,
            F::Component(C::Hours),
        ),
        signature(
            "getMinutes",
            Method,
            &[T::Time],
            G::Int,
            F::Component(C::Minutes),
        ),
        signature(
            "getMinutes",
            Method,
            &[T::DateTime],
            G::Int,
            F::Component(C::Minutes),
        ),
        signature(
            "getMinutes",
            Method,
            &[T::Duration],
            G::Int,
            F::Component(C::Minutes),
        ),
        signature(
            "getSeconds",
            Method,
            &[T::Time],
            G::Int,
            F::Component(C::Seconds),
        ),
        signature(
            "getSeconds",
            Method,
            &[T::DateTime],
            G::Int,
            F::Component(C::Seconds),
        ),
        signature(
            "getSeconds",
            Method,
            &[T::Duration],
            G::Int,
            F::Component(C::Seconds),
        ),
        signature(
            "getMilliseconds",
            Method,
            &[T::Time],
            G::Int,
            F::Component(C::Milliseconds),
        ),
        signature(
            "getMilliseconds",
            Method,
            &[T::DateTime],
            G::Int,
            F::Component(C::Milliseconds),
        ),
        signature(
            "getMilliseconds",
            Method,
            &[T::Duration],
            G::Int,
            F::Component(C::Milliseconds),
        ),
        signature("abs", Math, &[T::Number], G::Number, F::Absolute),
        signature("sign", Math, &[T::Number], G::Int, F::Sign),
        signature(
            "round",
            Math,
            &[T::Number],
            G::Int,
            F::Round(Rounding::HalfAwayFromZero),
        ),
        signature(
            "round",
            Math,
            &[T::Number, T::Int],
            G::Decimal,
            F::Round(Rounding::HalfAwayFromZero),
        ),
        signature(
            "floor",
            Math,
            &[T::Number],
            G::Int,
            F::Round(Rounding::Floor),
        ),
        signature(
            "ceil",
            Math,
            &[T::Number],
            G::Int,
            F::Round(Rounding::Ceiling),
        ),
        signature(
            "trunc",
            Math,
            &[T::Number],
            G::Int,
            F::Round(Rounding::TowardsZero),
        ),
    ]
};

/// The functions that take any number of numbers.
pub(super) const VARIADIC: &[(&str, Function)] =
    &[("greatest", Function::Greatest), ("least", Function::Least)];

impl Takes {
    pub(super) fn takes(self, of: &Type) -> bool {
        match of {
            Type::Json => true,
            Type::Text => self == Self::Text,
            Type::Int => matches!(self, Self::Int | Self::Number),
            Type::Decimal => self == Self::Number,
            Type::Bool => self == Self::Bool,
            Type::Date => self == Self::Date,
            Type::Time => self == Self::Time,
            Type::DateTime => self == Self::DateTime,
            Type::List(_) => self == Self::List,
            Type::Year => self == Self::Year,
            Type::YearMonth => self == Self::YearMonth,
            Type::Duration => self == Self::Duration,
            Type::Null | Type::GeoPoint => false,
        }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Int => "int",
            Self::Number => "number",
            Self::Bool => "bool",
            Self::Date => "date",
            Self::Time => "time",
            Self::DateTime => "datetime",
            Self::Year => "year",
            Self::YearMonth => "yearmonth",
            Self::Duration => "duration",
            Self::List => "list",
        }
    }
}

impl Gives {
    /// Returns the type of the result, given those of the arguments.
    pub(super) fn of(self, args: &[&Type]) -> Type {
        match self {
            Self::Bool => Type::Bool,
            Self::Int => Type::Int,
            Self::Text => Type::Text,
            Self::Texts => Type::List(Box::new(Type::Text)),
            Self::Date => Type::Date,
            Self::Time => Type::Time,
            Self::DateTime => Type::DateTime,
            Self::Year => Type::Year,
            Self::YearMonth => Type::YearMonth,
            Self::Duration => Type::Duration,
            Self::Number if args.iter().all(|arg| **arg == Type::Int) => Type::Int,
            Self::Number | Self::Decimal => Type::Decimal,
        }
    }
}
