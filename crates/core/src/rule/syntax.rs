//! What a rule says, as a tree.

use super::code::Arithmetic;

/// The deepest that expressions may be nested. All that walks them is recursive.
pub(super) const HEIGHT_MAX: usize = 96;

/// What is wrong with an expression, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    /// The offset of the byte at which it starts.
    pub(super) at: usize,
    pub(super) message: String,
    /// Empty if there is none.
    pub(super) hint: String,
}

impl Flaw {
    pub(super) fn new(at: usize, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            at,
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// An expression and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Expr {
    /// The offset of the byte that stands for it: that of an operator, or its first.
    pub(super) at: usize,
    /// How many expressions deep it is.
    height: usize,
    pub(super) node: Node,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Null,
    Bool(bool),
    /// The digits of an integer, without a sign.
    Int(String),
    /// A decimal number, without a sign.
    Decimal(String),
    Text(String),
    Name(String),
    List(Vec<Expr>),
    Member(Box<Expr>, String),
    Index(Box<Expr>, Box<Expr>),
    Call {
        target: Option<Box<Expr>>,
        name: String,
        args: Vec<Expr>,
    },
    Not(Box<Expr>),
    Negate(Box<Expr>),
    /// Two operands or more.
    And(Vec<Expr>),
    /// Two operands or more.
    Or(Vec<Expr>),
    Binary(Binary, Box<Expr>, Box<Expr>),
    Conditional(Box<[Expr; 3]>),
}

/// The operators with two operands, without the logical ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Arithmetic(Arithmetic),
}

impl Binary {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::Arithmetic(op) => op.as_str(),
        }
    }
}

impl Expr {
    /// Builds an expression.
    ///
    /// # Errors
    ///
    /// If it is nested more than [`HEIGHT_MAX`] deep.
    pub(super) fn new(at: usize, node: Node) -> Result<Self, Flaw> {
        let height = 1 + node.height_below();
        if height > HEIGHT_MAX {
            return Err(too_deep(at));
        }
        Ok(Self { at, height, node })
    }
}

pub(super) fn too_deep(at: usize) -> Flaw {
    Flaw::new(
        at,
        format!("is nested more than {HEIGHT_MAX} deep"),
        "split the rule, or use `in` with a list",
    )
}

impl Node {
    fn height_below(&self) -> usize {
        let highest = |exprs: &[Expr]| exprs.iter().map(|expr| expr.height).max().unwrap_or(0);
        match self {
            Self::Null
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Decimal(_)
            | Self::Text(_)
            | Self::Name(_) => 0,
            Self::List(exprs) | Self::And(exprs) | Self::Or(exprs) => highest(exprs),
            Self::Member(of, _) | Self::Not(of) | Self::Negate(of) => of.height,
            Self::Index(left, right) | Self::Binary(_, left, right) => {
                left.height.max(right.height)
            }
            Self::Call { target, args, .. } => {
                let of_target = target.as_ref().map_or(0, |target| target.height);
                of_target.max(highest(args))
            }
            Self::Conditional(exprs) => highest(&exprs[..]),
        }
    }
}
