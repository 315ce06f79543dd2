//! A checked expression, as it is evaluated: names are bound, and what is constant is computed.

use regex::Regex;

use super::datum::Datum;
use super::function::Function;

/// A checked expression.
#[derive(Debug)]
pub(super) enum Code {
    Constant(Datum<'static>),
    /// A field, by its place among those that the rules use.
    Field(usize),
    /// A variable of a macro, by how many were open when its own was opened.
    Variable(usize),
    List(Vec<Code>),
    Member(Box<Code>, Box<str>),
    Index(Box<Code>, Box<Code>),
    /// Whether a value is there: of a field, or of a member.
    Has(Box<Code>),
    IsNull(Box<Code>),
    Not(Box<Code>),
    Negate(Box<Code>),
    And(Vec<Code>),
    Or(Vec<Code>),
    Conditional(Box<[Code; 3]>),
    Compare(Comparison, Box<Code>, Box<Code>),
    In(Box<Code>, Box<Code>),
    Arithmetic(Arithmetic, Box<Code>, Box<Code>),
    Call(Function, Vec<Code>),
    Matches(Box<Code>, Regex),
    Each(Box<Each>),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// How two values are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// Of integers: the fraction is dropped.
    DivideWhole,
    Remainder,
}

impl Arithmetic {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide | Self::DivideWhole => "/",
            Self::Remainder => "%",
        }
    }
}

/// A macro over the items of a list.
#[derive(Debug)]
pub(super) struct Each {
    pub(super) quantity: Quantity,
    pub(super) list: Code,
    /// The condition on an item, if there is one.
    pub(super) condition: Option<Code>,
    /// What becomes of an item, if it changes.
    pub(super) result: Option<Code>,
}

/// What a macro asks of the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    /// All meet the condition.
    All,
    /// At least one does.
    Exists,
    /// Exactly one does.
    ExistsOne,
    /// The list of those that do, or of what became of them.
    Collect,
}

impl Code {
    pub(super) const fn is_constant(&self) -> bool {
        matches!(self, Self::Constant(_))
    }
}
