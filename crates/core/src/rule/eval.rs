//! Evaluates a checked expression over a record.

use std::sync::Arc;

use super::code::{Arithmetic, Code, Comparison, Each, Quantity};
use super::datum::{Datum, Order};
use super::function;
use super::{Cell, Row, time};
use crate::value::decimal::{Decimal, Number};

/// The most steps that a rule may take over one record. Most take fewer than ten.
const STEPS_MAX: usize = 100_000;
/// So many bytes of text cost a step.
const BYTES_PER_STEP: usize = 64;

/// Why there is no value: an operand is missing, or it cannot be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Undecided;

/// The steps that are left.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Budget {
    pub(super) const fn full() -> Self {
        Self(STEPS_MAX)
    }

    pub(super) fn spend(&mut self, n_steps: usize) -> Result<(), Undecided> {
        let left = self.0.checked_sub(n_steps);
        self.0 = left.unwrap_or(0);
        left.map(|_| ()).ok_or(Undecided)
    }

    pub(super) fn spend_on_bytes(&mut self, n_bytes: usize) -> Result<(), Undecided> {
        self.spend(n_bytes / BYTES_PER_STEP)
    }
}

/// What is known of a field's cell.
#[derive(Clone, Debug)]
pub(super) enum Slot<'a> {
    /// No rule has asked yet.
    Unread,
    Read(Datum<'a>),
    /// It is not of its type.
    Unknown,
}

/// What an evaluation reads and keeps.
pub(super) struct Evaluation<'r, R: ?Sized> {
    pub(super) row: &'r R,
    /// The fields that rules use, by their slots.
    pub(super) fields: &'r [usize],
    /// As many as fields.
    pub(super) slots: Vec<Slot<'r>>,
    /// Those of the macros around, the outermost first.
    pub(super) variables: Vec<Datum<'r>>,
    pub(super) budget: Budget,
}

type Result<T, E = Undecided> = std::result::Result<T, E>;

impl<'r, R: Row + ?Sized> Evaluation<'r, R> {
    /// Evaluates. The recursion is as deep as the expression, which the parser limits.
    pub(super) fn value(&mut self, code: &'r Code) -> Result<Datum<'r>> {
        self.budget.spend(1)?;
        Ok(match code {
            Code::Constant(datum) => datum.reborrow(),
            Code::Field(slot) => return self.field(*slot),
            Code::Variable(idx) => {
                let variable = self.variables.get(*idx).ok_or(Undecided)?;
                return variable.copied(&mut self.budget);
            }
            Code::List(items) => {
                let items = items.iter().map(|item| self.value(item));
                Datum::List(items.collect::<Result<_>>()?)
            }
            Code::Member(of, name) => {
                let of = self.value(of)?;
                return function::member(&of, name, &mut self.budget)?.ok_or(Undecided);
            }
            Code::Index(of, index) => {
                let (of, index) = (self.value(of)?, self.value(index)?);
                return function::item(&of, &index, &mut self.budget);
            }
            Code::Has(of) => Datum::Bool(self.has(of)?),
            Code::IsNull(of) => Datum::Bool(matches!(self.value(of)?, Datum::Null)),
            Code::Not(of) => Datum::Bool(!self.truth(of)?),
            Code::Negate(of) => {
                let of = self.value(of)?;
                return function::negate(of);
            }
            Code::And(operands) => Datum::Bool(self.logical(operands, false)?),
            Code::Or(operands) => Datum::Bool(self.logical(operands, true)?),
            Code::Conditional(exprs) => {
                let [condition, then, otherwise] = &**exprs;
                let chosen = if self.truth(condition)? {
                    then
                } else {
                    otherwise
                };
                return self.value(chosen);
            }
            Code::Compare(comparison, left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                Datum::Bool(compare(*comparison, &left, &right, &mut self.budget)?)
            }
            Code::In(item, list) => {
                let (item, list) = (self.value(item)?, self.value(list)?);
                Datum::Bool(contains(&list, &item, &mut self.budget)?)
            }
            Code::Arithmetic(op, left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                return arithmetic(*op, left, right, &mut self.budget);
            }
            Code::Call(function, args) => {
                let args = args.iter().map(|arg| self.value(arg));
                let args: Vec<_> = args.collect::<Result<_>>()?;
                return function.call(args, &mut self.budget);
            }
            Code::Matches(text, regex) => {
                let Datum::Text(text) = self.value(text)? else {
                    return Err(Undecided);
                };
                self.budget.spend_on_bytes(text.len())?;
                Datum::Bool(regex.is_match(&text))
            }
            Code::Each(each) => return self.each(each),
        })
    }

    fn field(&mut self, slot: usize) -> Result<Datum<'r>> {
        let place = self.slots.get_mut(slot).ok_or(Undecided)?;
        if let Slot::Unread = place {
            let field = *self.fields.get(slot).ok_or(Undecided)?;
            *place = match self.row.cell(field) {
                Cell::Value(value) => Slot::Read(value.into()),
                Cell::Missing => Slot::Read(Datum::Null),
                Cell::Unknown => Slot::Unknown,
            };
        }
        match place {
            Slot::Read(datum) => datum.copied(&mut self.budget),
            Slot::Unread | Slot::Unknown => Err(Undecided),
        }
    }

    fn truth(&mut self, code: &'r Code) -> Result<bool> {
        if let Datum::Bool(truth) = self.value(code)? {
            Ok(truth)
        } else {
            Err(Undecided)
        }
    }

    /// Whether a field has a value, or an object a member: a member that is `null` is there.
    fn has(&mut self, code: &'r Code) -> Result<bool> {
        if let Code::Member(of, name) = code {
            let of = self.value(of)?;
            return Ok(function::member(&of, name, &mut self.budget)?.is_some());
        }
        Ok(!matches!(self.value(code)?, Datum::Null))
    }

    /// Evaluates `&&` or `||`: one operand that decides does so, whatever the others are.
    fn logical(&mut self, operands: &'r [Code], decisive: bool) -> Result<bool> {
        let mut result = Ok(!decisive);
        for operand in operands {
            match self.truth(operand) {
                Ok(truth) if truth == decisive => return Ok(decisive),
                Ok(_) => {}
                Err(undecided) => result = Err(undecided),
            }
        }
        result
    }

    fn each(&mut self, each: &'r Each) -> Result<Datum<'r>> {
        let Datum::List(items) = self.value(&each.list)? else {
            return Err(Undecided);
        };
        match each.quantity {
            Quantity::All => self.decide(each, &items, false),
            Quantity::Exists => self.decide(each, &items, true),
            Quantity::ExistsOne => {
                let mut n_found: usize = 0;
                for item in items.iter() {
                    n_found += usize::from(self.meets(each, item)?);
                }
                Ok(Datum::Bool(n_found == 1))
            }
            Quantity::Collect => self.collect(each, &items),
        }
    }

    fn decide(&mut self, each: &'r Each, items: &[Datum<'r>], decisive: bool) -> Result<Datum<'r>> {
        let mut result = Ok(Datum::Bool(!decisive));
        for item in items {
            self.budget.spend(1)?;
            match self.meets(each, item) {
                Ok(truth) if truth == decisive => return Ok(Datum::Bool(decisive)),
                Ok(_) => {}
                Err(undecided) => result = Err(undecided),
            }
        }
        result
    }

    fn collect(&mut self, each: &'r Each, items: &[Datum<'r>]) -> Result<Datum<'r>> {
        let mut collected = Vec::new();
        for item in items {
            if !self.meets(each, item)? {
                continue;
            }
            collected.push(match &each.result {
                Some(result) => self.with_item(item, |this| this.value(result))?,
                None => item.copied(&mut self.budget)?,
            });
        }
        Ok(Datum::List(Arc::from(collected)))
    }

    fn meets(&mut self, each: &'r Each, item: &Datum<'r>) -> Result<bool> {
        match &each.condition {
            Some(condition) => self.with_item(item, |this| this.truth(condition)),
            None => Ok(true),
        }
    }

    fn with_item<T>(
        &mut self,
        item: &Datum<'r>,
        inner: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let item = item.copied(&mut self.budget)?;
        self.variables.push(item);
        let value = inner(self);
        self.variables.pop();
        value
    }
}

/// A record without cells: what is constant asks for none.
struct NoRow;

impl Row for NoRow {
    fn cell(&self, _field: usize) -> Cell<'_> {
        Cell::Missing
    }
}

/// Evaluates what is constant.
///
/// # Errors
///
/// If it has no value.
pub(super) fn constant(code: &Code) -> Result<Datum<'static>> {
    let mut evaluation = Evaluation {
        row: &NoRow,
        fields: &[],
        slots: Vec::new(),
        variables: Vec::new(),
        budget: Budget::full(),
    };
    evaluation.value(code).map(Datum::into_owned)
}

fn compare(
    comparison: Comparison,
    left: &Datum<'_>,
    right: &Datum<'_>,
    budget: &mut Budget,
) -> Result<bool> {
    match comparison {
        Comparison::Equal => return left.equals(right, budget),
        Comparison::NotEqual => return left.equals(right, budget).map(|equals| !equals),
        Comparison::Less
        | Comparison::LessOrEqual
        | Comparison::Greater
        | Comparison::GreaterOrEqual => {}
    }
    let ordering = match left.order(right, budget)? {
        Order::Known(ordering) => ordering,
        Order::NotANumber => return Ok(false),
        Order::OtherTypes => return Err(Undecided),
    };
    Ok(match comparison {
        Comparison::Equal => ordering.is_eq(),
        Comparison::NotEqual => ordering.is_ne(),
        Comparison::Less => ordering.is_lt(),
        Comparison::LessOrEqual => ordering.is_le(),
        Comparison::Greater => ordering.is_gt(),
        Comparison::GreaterOrEqual => ordering.is_ge(),
    })
}

/// Evaluates `in`: an item that is found decides, whatever the others are.
fn contains(list: &Datum<'_>, item: &Datum<'_>, budget: &mut Budget) -> Result<bool> {
    match (list, item) {
        (_, Datum::Null) => Err(Undecided),
        (Datum::List(items), _) => {
            let mut result = Ok(false);
            for other in items.iter() {
                match item.equals(other, budget) {
                    Ok(true) => return Ok(true),
                    Ok(false) => {}
                    Err(undecided) => result = Err(undecided),
                }
            }
            result
        }
        (Datum::Object(members), Datum::Text(name)) => {
            budget.spend(members.len())?;
            Ok(members.iter().any(|(other, _)| other == name))
        }
        _ => Err(Undecided),
    }
}

fn arithmetic<'a>(
    op: Arithmetic,
    left: Datum<'a>,
    right: Datum<'a>,
    budget: &mut Budget,
) -> Result<Datum<'a>> {
    match (left, right) {
        (Datum::Number(Number::Finite(left)), Datum::Number(Number::Finite(right))) => {
            // What is done with many digits takes the longer.
            budget.spend((left.n_digits() + right.n_digits()) / 8)?;
            numbers(op, &left, &right)
                .map(Datum::finite)
                .ok_or(Undecided)
        }
        (Datum::Text(left), Datum::Text(right)) if op == Arithmetic::Add => {
            budget.spend_on_bytes(left.len() + right.len())?;
            Ok(Datum::Text(left + right))
        }
        (Datum::List(left), Datum::List(right)) if op == Arithmetic::Add => {
            budget.spend(left.len() + right.len())?;
            let items = left.iter().chain(right.iter());
            let items = items.map(|item| item.copied(budget));
            Ok(Datum::List(items.collect::<Result<_>>()?))
        }
        (left, right) => time::arithmetic(op, &left, &right),
    }
}

fn numbers(op: Arithmetic, left: &Decimal<'_>, right: &Decimal<'_>) -> Option<Decimal<'static>> {
    match op {
        Arithmetic::Add => left.plus(right),
        Arithmetic::Subtract => left.minus(right),
        Arithmetic::Multiply => left.times(right),
        Arithmetic::Divide => left.divided_by(right),
        Arithmetic::DivideWhole => left.divided_whole(right),
        Arithmetic::Remainder => left.remainder(right),
    }
}
