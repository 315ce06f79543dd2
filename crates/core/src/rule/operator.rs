//! Checks operators, and computes what is constant.

use super::check::{Checker, Typed};
use super::code::{Arithmetic, Code, Comparison};
use super::eval::constant;
use super::syntax::{Binary, Expr};
use super::types::{Type, of_arithmetic};

impl Checker<'_> {
    pub(super) fn negate(&mut self, at: usize, of: &Expr) -> Option<Typed> {
        let of = self.expr(of)?;
        let ty = of.ty.clone();
        if matches!(ty, Type::Int | Type::Decimal | Type::Duration | Type::Json) {
            let typed = Typed::new(Code::Negate(of.boxed()), ty);
            return self.folded(at, typed);
        }
        let message =
            format!("`-` turns the sign of a number or a duration, this is of type `{ty}`");
        self.flaw(at, message, "")
    }

    pub(super) fn binary(
        &mut self,
        at: usize,
        op: Binary,
        left: Typed,
        right: Typed,
    ) -> Option<Typed> {
        let comparison = match op {
            Binary::Equal => Comparison::Equal,
            Binary::NotEqual => Comparison::NotEqual,
            Binary::Less => Comparison::Less,
            Binary::LessOrEqual => Comparison::LessOrEqual,
            Binary::Greater => Comparison::Greater,
            Binary::GreaterOrEqual => Comparison::GreaterOrEqual,
            Binary::In => return self.inclusion(at, left, right),
            Binary::Arithmetic(op) => return self.arithmetic(at, op, left, right),
        };
        let is_equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        let of = match (&left.ty, &right.ty) {
            (Type::Null, _) if is_equality => Some(right.code),
            (_, Type::Null) if is_equality => Some(left.code),
            (Type::Null, _) | (_, Type::Null) => {
                let hint = "use `==` or `!=`";
                return self.flaw(at, "`null` is neither below nor above a value", hint);
            }
            (left_ty, right_ty) => {
                let joined = left_ty.join(right_ty);
                if !joined.is_some_and(|ty| is_equality || ty.is_ordered()) {
                    return self.not_comparable(at, op, left_ty, right_ty);
                }
                let code = Code::Compare(comparison, left.boxed(), right.boxed());
                return Some(Typed::new(code, Type::Bool));
            }
        };
        let is_null = Code::IsNull(Box::new(of?));
        let code = if comparison == Comparison::NotEqual {
            Code::Not(Box::new(is_null))
        } else {
            is_null
        };
        Some(Typed::new(code, Type::Bool))
    }

    fn not_comparable<T>(&mut self, at: usize, op: Binary, left: &Type, right: &Type) -> Option<T> {
        let is_pair =
            |one, other| (*left == one && *right == other) || (*left == other && *right == one);
        let hint = if let (Type::Text, other) | (other, Type::Text) = (left, right) {
            other.literal_hint()
        } else if is_pair(Type::Date, Type::DateTime) {
            "`date(..)` of a datetime is its day"
        } else if is_pair(Type::Year, Type::Int) {
            "`int(..)` of a year is its number"
        } else {
            ""
        };
        let op = op.as_str();
        let message = if left == right {
            format!("`{op}` does not compare values of type `{left}`")
        } else {
            format!("`{op}` does not compare `{left}` with `{right}`")
        };
        self.flaw(at, message, hint)
    }

    fn inclusion(&mut self, at: usize, item: Typed, list: Typed) -> Option<Typed> {
        let is_list = matches!(list.ty, Type::List(_) | Type::Json);
        if !is_list {
            let message = format!("`in` looks into a list, this is of type `{}`", list.ty);
            let hint = if list.ty == Type::Text {
                "use `contains` to look for a part of a string"
            } else {
                ""
            };
            return self.flaw(at, message, hint);
        }
        if let Type::List(of) = &list.ty
            && item.ty.join(of).is_none()
        {
            let message = format!("a value of type `{}` is not in a `{}`", item.ty, list.ty);
            return self.flaw(at, message, of.literal_hint());
        }
        let code = Code::In(item.boxed(), list.boxed());
        Some(Typed::new(code, Type::Bool))
    }

    fn arithmetic(
        &mut self,
        at: usize,
        op: Arithmetic,
        left: Typed,
        right: Typed,
    ) -> Option<Typed> {
        let Some(ty) = of_arithmetic(op, &left.ty, &right.ty) else {
            let is_text = left.ty == Type::Text || right.ty == Type::Text;
            let hint = if op == Arithmetic::Add && is_text {
                "`string(..)` turns a value into a string"
            } else if op == Arithmetic::Remainder {
                "`%` is for integers; `math.trunc` makes one"
            } else {
                ""
            };
            let op = op.as_str();
            let (left, right) = (left.ty, right.ty);
            return self.flaw(
                at,
                format!("`{op}` does not take `{left}` and `{right}`"),
                hint,
            );
        };
        let is_whole = op == Arithmetic::Divide && ty == Type::Int;
        let op = if is_whole {
            Arithmetic::DivideWhole
        } else {
            op
        };
        let code = Code::Arithmetic(op, left.boxed(), right.boxed());
        self.folded(at, Typed::new(code, ty))
    }

    /// Computes what is constant. What cannot be computed now never can.
    pub(super) fn folded(&mut self, at: usize, typed: Typed) -> Option<Typed> {
        let is_constant = if let Code::Negate(of) = &typed.code {
            of.is_constant()
        } else if let Code::Arithmetic(_, left, right) = &typed.code {
            left.is_constant() && right.is_constant()
        } else if let Code::Call(_, args) | Code::List(args) = &typed.code {
            args.iter().all(Code::is_constant)
        } else {
            false
        };
        if !is_constant {
            return Some(typed);
        }
        let Ok(datum) = constant(&typed.code) else {
            let message = format!("this has no value of type `{}`", typed.ty);
            return self.flaw(at, message, typed.ty.literal_hint());
        };
        Some(Typed::new(Code::Constant(datum), typed.ty))
    }
}
