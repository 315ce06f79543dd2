//! Rules: conditions over whole records, written in CEL, the Common Expression Language.
//!
//! A rule is parsed, checked against the types of the schema's fields and bound to them before the
//! first record is read ([`compile`]); a record is then judged by all rules at once
//! ([`RuleSet::judge`]).
//!
//! We read and evaluate CEL ourselves, for the sake of its numbers: the implementations that exist
//! compute with 64 bits and binary floats, and lose `0.1 + 0.2 == 0.3` and all longer integers
//! before a rule is asked. In our profile numbers are exact decimals, integers have no range, and
//! temporal values are those of the schema. It leaves out bytes, maps, messages and time zones by
//! name; what it has is in `docs/rules.md`.
//!
//! A missing value is `null`. A rule that cannot be decided because a value is missing, is not of
//! its type, or cannot be computed does not apply, as a `CHECK` constraint in SQL does not.
//!
//! Everything is bounded: the length and the nesting of an expression, the digits of a number, the
//! memory of a pattern, and the steps that a rule takes over a record.

mod call;
mod check;
mod code;
mod datum;
mod eval;
mod function;
mod operator;
mod parse;
mod signature;
mod syntax;
mod time;
mod token;
mod types;

use std::fmt;

pub use self::types::Type;

use self::check::Checker;
use self::code::Code;
use self::datum::Datum;
use self::eval::{Budget, Evaluation, Slot};
use self::syntax::Flaw;
use crate::schema::{Field, RuleText};
use crate::value::Value;

/// A field as rules see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column<'a> {
    /// Its name in the schema.
    pub name: &'a str,
    /// The type of its values.
    pub ty: Type,
}

impl<'a> Column<'a> {
    /// Returns a field as rules see it.
    #[must_use]
    pub fn of(field: &'a Field) -> Self {
        Self {
            name: field.name(),
            ty: Type::of_field(field),
        }
    }
}

/// One thing that is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// Which rule, counted from 0.
    pub rule: usize,
    /// The offset in bytes at which the fault stands in the expression.
    pub offset: usize,
    /// The line of the expression, counted from 1.
    pub line: usize,
    /// The character of the line, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl RuleFault {
    fn new(rule: usize, expr: &str, flaw: Flaw) -> Self {
        let before = expr.get(..flaw.at).unwrap_or(expr);
        let last_line = before.rsplit('\n').next().unwrap_or(before);
        Self {
            rule,
            offset: flaw.at,
            line: before.matches('\n').count() + 1,
            column: last_line.chars().count() + 1,
            message: flaw.message,
            hint: (!flaw.hint.is_empty()).then_some(flaw.hint),
        }
    }
}

impl fmt::Display for RuleFault {
    /// Writes the place in the expression, the message and the hint; which rule it is says whoever
    /// knows its name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// What a rule says of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The record keeps it.
    Holds,
    /// The record breaks it.
    Broken,
    /// Neither: a value is missing, is not of its type, or cannot be computed.
    Undecided,
}

/// What a record has in a field.
#[derive(Clone, Debug)]
pub enum Cell<'a> {
    /// A value of the field's type.
    Value(Value<'a>),
    /// None, or no such column.
    Missing,
    /// Something that is not of the field's type.
    Unknown,
}

/// A record that is judged.
pub trait Row {
    /// Returns what the record has in the field of this index. It is asked at most once in a
    /// judgement, and only if a rule comes to need it.
    fn cell(&self, field: usize) -> Cell<'_>;
}

/// Memory that is used again from record to record.
#[derive(Debug, Default)]
pub struct Scratch {
    slots: Vec<Slot<'static>>,
    variables: Vec<Datum<'static>>,
}

/// Checked rules.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
    /// The fields that any rule uses.
    fields: Vec<usize>,
}

#[derive(Debug)]
struct Rule {
    code: Code,
    fields: Vec<usize>,
}

/// Checks rules against the types of a schema's fields, which come in the schema's order.
///
/// # Errors
///
/// Everything that is wrong with them: of each rule the first thing that cannot be read, or all
/// that is not of its type.
///
/// # Examples
///
/// ```
/// use rowgate_core::rule::{Column, Type, compile};
/// use rowgate_core::schema::{RuleText, Severity};
///
/// let columns = [Column { name: "amount", ty: Type::Decimal }];
/// let rule = |expr: &str| RuleText {
///     name: "positive".to_owned(),
///     expr: expr.to_owned(),
///     message: None,
///     severity: Severity::Reject,
/// };
/// assert!(compile(&[rule("row.amount > 0")], &columns).is_ok());
///
/// let faults = compile(&[rule("row.amonut > 0")], &columns).unwrap_err();
/// assert_eq!(
///     faults[0].to_string(),
///     "1:5: the schema has no field `amonut` (did you mean `amount`?)",
/// );
/// ```
pub fn compile(rules: &[RuleText], columns: &[Column<'_>]) -> Result<RuleSet, Vec<RuleFault>> {
    let mut set = RuleSet::default();
    let mut faults = Vec::new();
    for (idx, rule) in rules.iter().enumerate() {
        match compile_one(&rule.expr, columns, &mut set.fields) {
            Ok(rule) => set.rules.push(rule),
            Err(flaws) => faults.extend(
                flaws
                    .into_iter()
                    .map(|flaw| RuleFault::new(idx, &rule.expr, flaw)),
            ),
        }
    }
    if faults.is_empty() {
        Ok(set)
    } else {
        Err(faults)
    }
}

fn compile_one(
    expr: &str,
    columns: &[Column<'_>],
    slots: &mut Vec<usize>,
) -> Result<Rule, Vec<Flaw>> {
    let expr = parse::parse(expr).map_err(|flaw| vec![flaw])?;
    let mut checker = Checker::new(columns, slots);
    let code = checker.rule(&expr);
    let (fields, flaws) = (checker.fields, checker.flaws);
    match code {
        Some(code) if flaws.is_empty() => Ok(Rule { code, fields }),
        Some(_) | None => Err(flaws),
    }
}

impl RuleSet {
    /// Returns how many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Returns whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Returns the fields that any rule uses, each once, in no order.
    #[must_use]
    pub fn fields(&self) -> &[usize] {
        &self.fields
    }

    /// Returns the fields that a rule uses, in the order in which it names them.
    #[must_use]
    pub fn fields_of(&self, rule: usize) -> &[usize] {
        self.rules.get(rule).map_or(&[], |rule| &rule.fields)
    }

    /// Judges a record by all rules, and tells `on` the index of each and its outcome, in order.
    ///
    /// A cell is read at most once, and only if a rule comes to need it.
    pub fn judge<R: Row + ?Sized>(
        &self,
        row: &R,
        scratch: &mut Scratch,
        mut on: impl FnMut(usize, Outcome),
    ) {
        let mut slots = renew(std::mem::take(&mut scratch.slots));
        slots.resize(self.fields.len(), Slot::Unread);
        let mut evaluation = Evaluation {
            row,
            fields: &self.fields,
            slots,
            variables: renew(std::mem::take(&mut scratch.variables)),
            budget: Budget::full(),
        };
        for (idx, rule) in self.rules.iter().enumerate() {
            evaluation.budget = Budget::full();
            let outcome = match evaluation.value(&rule.code) {
                Ok(Datum::Bool(true)) => Outcome::Holds,
                Ok(Datum::Bool(false)) => Outcome::Broken,
                Ok(_) | Err(_) => Outcome::Undecided,
            };
            on(idx, outcome);
        }
        scratch.slots = renew(evaluation.slots);
        scratch.variables = renew(evaluation.variables);
    }
}

/// Empties a vector for values of another lifetime. Its memory is kept.
fn renew<A, B>(mut values: Vec<A>) -> Vec<B> {
    values.clear();
    // Nothing is left to be mapped; collecting in place keeps what was allocated.
    values.into_iter().filter_map(|_| None).collect()
}

#[cfg(test)]
mod tests;
