//! Checks an expression against the types of the fields, and binds its names.

use super::Column;
use super::code::Code;
use super::datum::Datum;
use super::syntax::{Expr, Flaw, Node};
use super::types::Type;
use crate::schema::did_you_mean;
use crate::value::decimal::{Number, NumberSyntax};

/// The most flaws that are told of one rule.
const FLAWS_MAX: usize = 20;
/// The name by which rules call the record.
pub(super) const ROW: &str = "row";

/// A checked expression and its type.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) code: Code,
    pub(super) ty: Type,
}

impl Typed {
    pub(super) fn new(code: Code, ty: Type) -> Self {
        Self { code, ty }
    }

    pub(super) fn boxed(self) -> Box<Code> {
        Box::new(self.code)
    }
}

/// Checks one rule.
#[derive(Debug)]
pub(super) struct Checker<'c> {
    columns: &'c [Column<'c>],
    /// The fields that are used so far, by this rule and those before it.
    slots: &'c mut Vec<usize>,
    /// Those that this rule uses.
    pub(super) fields: Vec<usize>,
    /// The variables of the macros around.
    pub(super) variables: Vec<(String, Type)>,
    pub(super) flaws: Vec<Flaw>,
}

impl<'c> Checker<'c> {
    pub(super) fn new(columns: &'c [Column<'c>], slots: &'c mut Vec<usize>) -> Self {
        Self {
            columns,
            slots,
            fields: Vec::new(),
            variables: Vec::new(),
            flaws: Vec::new(),
        }
    }

    /// Returns a hint at a known name, as long as flaws are noted.
    pub(super) fn hint<'k>(
        &self,
        name: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) -> String {
        if self.flaws.len() < FLAWS_MAX {
            did_you_mean(name, known)
        } else {
            String::new()
        }
    }

    /// Notes a flaw. Returns `None`, for there is no code then.
    pub(super) fn flaw<T>(
        &mut self,
        at: usize,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Option<T> {
        if self.flaws.len() < FLAWS_MAX {
            self.flaws.push(Flaw::new(at, message, hint));
        }
        None
    }

    /// Checks a whole rule.
    pub(super) fn rule(&mut self, expr: &Expr) -> Option<Code> {
        let typed = self.expr(expr)?;
        if typed.ty == Type::Bool {
            return Some(typed.code);
        }
        let message = format!("a rule has to be a `bool`, this is of type `{}`", typed.ty);
        self.flaw(expr.at, message, "compare it with something")
    }

    /// Checks an expression that has to be true or false.
    pub(super) fn condition(&mut self, expr: &Expr, what: &str) -> Option<Code> {
        let typed = self.expr(expr)?;
        if matches!(typed.ty, Type::Bool | Type::Json) {
            return Some(typed.code);
        }
        let message = format!("{what} has to be a `bool`, this is of type `{}`", typed.ty);
        let hint = if typed.ty == Type::Null {
            "write `== null` to test whether a value is missing"
        } else {
            "compare it with something"
        };
        self.flaw(expr.at, message, hint)
    }

    /// Checks an expression. All of its flaws are noted, not the first.
    pub(super) fn expr(&mut self, expr: &Expr) -> Option<Typed> {
        let at = expr.at;
        match &expr.node {
            Node::Null => Some(Typed::new(Code::Constant(Datum::Null), Type::Null)),
            Node::Bool(truth) => Some(Typed::new(Code::Constant(Datum::Bool(*truth)), Type::Bool)),
            Node::Int(digits) => self.number(at, digits, Type::Int),
            Node::Decimal(text) => self.number(at, text, Type::Decimal),
            Node::Text(text) => {
                let text = Datum::Text(text.clone().into());
                Some(Typed::new(Code::Constant(text), Type::Text))
            }
            Node::Name(name) => self.name(at, name),
            Node::List(items) => self.list(at, items),
            Node::Member(of, name) => self.member(at, of, name),
            Node::Index(of, index) => self.index(at, of, index),
            Node::Call { target, name, args } => self.call(at, target.as_deref(), name, args),
            Node::Not(of) => {
                let of = self.condition(of, "what `!` turns")?;
                Some(Typed::new(Code::Not(Box::new(of)), Type::Bool))
            }
            Node::Negate(of) => self.negate(at, of),
            Node::And(operands) => {
                let operands = self.operands(operands, "an operand of `&&`")?;
                Some(Typed::new(Code::And(operands), Type::Bool))
            }
            Node::Or(operands) => {
                let operands = self.operands(operands, "an operand of `||`")?;
                Some(Typed::new(Code::Or(operands), Type::Bool))
            }
            Node::Binary(op, left, right) => {
                let (left, right) = (self.expr(left), self.expr(right));
                self.binary(at, *op, left?, right?)
            }
            Node::Conditional(exprs) => self.conditional(at, exprs),
        }
    }

    fn operands(&mut self, exprs: &[Expr], what: &str) -> Option<Vec<Code>> {
        let codes: Vec<_> = exprs
            .iter()
            .map(|expr| self.condition(expr, what))
            .collect();
        codes.into_iter().collect()
    }

    fn number(&mut self, at: usize, text: &str, ty: Type) -> Option<Typed> {
        match NumberSyntax::default().number(text) {
            Some(number @ Number::Finite(_)) => {
                let datum = Datum::Number(number.into_owned());
                Some(Typed::new(Code::Constant(datum), ty))
            }
            Some(Number::Infinite(_) | Number::NotANumber) | None => self.flaw(
                at,
                "a number has too long an exponent",
                "an exponent has at most 18 digits",
            ),
        }
    }

    fn name(&mut self, at: usize, name: &str) -> Option<Typed> {
        let found = self.variables.iter().rposition(|(other, _)| other == name);
        if let Some((idx, (_, ty))) = found.and_then(|idx| Some((idx, self.variables.get(idx)?))) {
            return Some(Typed::new(Code::Variable(idx), ty.clone()));
        }
        if name == ROW {
            let hint = "name a field of it: `row.name`, or `row[\"a name\"]`";
            return self.flaw(at, "`row` is the record, which is no value", hint);
        }
        let hint = if self.columns.iter().any(|column| column.name == name) {
            format!("write `row.{name}`")
        } else {
            let variables = self.variables.iter().map(|(name, _)| name.as_str());
            let known: Vec<_> = variables.chain([ROW]).collect();
            self.hint(name, known.into_iter())
        };
        self.flaw(at, format!("`{name}` is no name here"), hint)
    }

    fn field(&mut self, at: usize, name: &str) -> Option<Typed> {
        let columns = self.columns;
        let Some(field) = columns.iter().position(|column| column.name == name) else {
            let hint = self.hint(name, columns.iter().map(|column| column.name));
            return self.flaw(at, format!("the schema has no field `{name}`"), hint);
        };
        let slot = self.slots.iter().position(|used| *used == field);
        let slot = slot.unwrap_or_else(|| {
            self.slots.push(field);
            self.slots.len() - 1
        });
        if !self.fields.contains(&field) {
            self.fields.push(field);
        }
        let ty = columns.get(field)?.ty.clone();
        Some(Typed::new(Code::Field(slot), ty))
    }

    pub(super) fn member(&mut self, at: usize, of: &Expr, name: &str) -> Option<Typed> {
        if is_row(of) {
            return self.field(at, name);
        }
        let of = self.expr(of)?;
        let is_point = of.ty == Type::GeoPoint;
        let ty = if of.ty == Type::Json {
            Type::Json
        } else if is_point && matches!(name, "lon" | "lat") {
            Type::Decimal
        } else {
            let message = format!("a value of type `{}` has no member `{name}`", of.ty);
            let hint = if is_point {
                "it has `lon` and `lat`"
            } else {
                ""
            };
            return self.flaw(at, message, hint);
        };
        Some(Typed::new(Code::Member(of.boxed(), name.into()), ty))
    }

    pub(super) fn index(&mut self, at: usize, of: &Expr, index: &Expr) -> Option<Typed> {
        if is_row(of) {
            if let Node::Text(name) = &index.node {
                return self.field(index.at, name);
            }
            let hint = "put its name into quotes: `row[\"Amount (EUR)\"]`";
            return self.flaw(index.at, "a field is named by a string that is known", hint);
        }
        let (of, index_at, index) = (self.expr(of), index.at, self.expr(index));
        let (of, index) = (of?, index?);
        let ty = match (of.ty.clone(), &index.ty) {
            (Type::List(item), Type::Int | Type::Json) => *item,
            (Type::Json, Type::Int | Type::Text | Type::Json) => Type::Json,
            (Type::List(_), found) => {
                return self.flaw(
                    index_at,
                    format!("an item is chosen by an `int`, this is of type `{found}`"),
                    "the first item is `[0]`",
                );
            }
            (ty, _) => {
                let is_text = ty == Type::Text;
                let hint = if is_text { "use `substring`" } else { "" };
                return self.flaw(at, format!("a value of type `{ty}` has no items"), hint);
            }
        };
        Some(Typed::new(Code::Index(of.boxed(), index.boxed()), ty))
    }

    fn list(&mut self, at: usize, items: &[Expr]) -> Option<Typed> {
        let items: Vec<_> = items
            .iter()
            .map(|item| (item.at, self.expr(item)))
            .collect();
        let mut of = Type::Null;
        let mut codes = Vec::with_capacity(items.len());
        for (item_at, item) in items {
            let item = item?;
            let Some(joined) = of.join(&item.ty) else {
                return self.flaw(
                    item_at,
                    format!("a list of `{of}` has an item of type `{}`", item.ty),
                    "all items of a list are of one type",
                );
            };
            of = joined;
            codes.push(item.code);
        }
        let typed = Typed::new(Code::List(codes), Type::List(Box::new(of)));
        self.folded(at, typed)
    }

    fn conditional(&mut self, at: usize, exprs: &[Expr; 3]) -> Option<Typed> {
        let [condition, then, otherwise] = exprs;
        let condition = self.condition(condition, "what stands before `?`");
        let (then, otherwise) = (self.expr(then), self.expr(otherwise));
        let (condition, then, otherwise) = (condition?, then?, otherwise?);
        let Some(ty) = then.ty.join(&otherwise.ty) else {
            return self.flaw(
                at,
                format!(
                    "the branches of `? :` are of types `{}` and `{}`",
                    then.ty, otherwise.ty
                ),
                "both have to be of one type",
            );
        };
        let codes = [condition, then.code, otherwise.code];
        Some(Typed::new(Code::Conditional(Box::new(codes)), ty))
    }
}

fn is_row(expr: &Expr) -> bool {
    matches!(&expr.node, Node::Name(name) if name == ROW)
}
