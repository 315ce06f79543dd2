//! The schema's rules, asked of records whose cells stand in their columns.

use std::ops::Range;

use super::{Fault, Text, written};
use crate::batch::Batch;
use crate::dialect::Mark;
use crate::plan::Plan;
use crate::reason::{Code, Reason};
use crate::rule::{Cell, Outcome, Row, RuleSet, Scratch};
use crate::scan::{Field, Quoting};
use crate::schema::RuleText;

/// A rule that a record breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// Which stretch of the batch's index it is.
    pub(crate) idx: usize,
    /// Which rule of the schema.
    pub(crate) rule: usize,
}

/// The rules of a plan, with what they need from record to record.
#[derive(Debug)]
pub(super) struct RowRules<'p> {
    set: &'p RuleSet,
    plan: &'p Plan,
    /// As [`Batch::is_null`] takes it.
    null: Option<Mark>,
    /// For each field of the schema, the column that is bound to it.
    columns: Vec<Option<usize>>,
    scratch: Scratch,
    /// The content of cells that are not written as they are meant.
    unescaped: Vec<u8>,
    /// Which column's content stands where in it.
    places: Vec<(usize, Range<usize>)>,
}

impl<'p> RowRules<'p> {
    /// Returns the rules of a plan, if it has any.
    pub(super) fn of(plan: &'p Plan) -> Option<Self> {
        let set = plan.schema().rules();
        if set.is_empty() {
            return None;
        }
        let mut columns = vec![None; plan.schema().fields().len()];
        for (column, bound) in plan.columns().iter().enumerate() {
            if let Some(slot) = bound.field_idx().and_then(|idx| columns.get_mut(idx)) {
                *slot = Some(column);
            }
        }
        Some(Self {
            set,
            null: plan.dialect().null_sequence,
            plan,
            columns,
            scratch: Scratch::default(),
            unescaped: Vec::new(),
            places: Vec::new(),
        })
    }

    /// Judges a record by all rules; tells `on` what came of each.
    pub(super) fn judge(
        &mut self,
        batch: &Batch,
        text: Text<'_>,
        fields: &[Field],
        on: impl FnMut(usize, Outcome),
    ) {
        self.unescape(batch, fields);
        let row = Record {
            plan: self.plan,
            null: self.null.as_ref(),
            batch,
            columns: &self.columns,
            fields,
            text,
            unescaped: &self.unescaped,
            places: &self.places,
        };
        self.set.judge(&row, &mut self.scratch, on);
    }

    fn unescape(&mut self, batch: &Batch, fields: &[Field]) {
        self.unescaped.clear();
        self.places.clear();
        let dialect = self.plan.dialect();
        let used = self.set.fields().iter();
        for column in used.filter_map(|idx| self.columns.get(*idx).copied().flatten()) {
            let field = fields.get(column);
            if let Some(field) = field.filter(|field| field.quoting == Quoting::Escaped) {
                let start = self.unescaped.len();
                crate::batch::unescape(dialect, batch.raw(field), &mut self.unescaped);
                self.places.push((column, start..self.unescaped.len()));
            }
        }
    }
}

/// A record as rules see it.
struct Record<'r> {
    plan: &'r Plan,
    null: Option<&'r Mark>,
    batch: &'r Batch,
    columns: &'r [Option<usize>],
    fields: &'r [Field],
    text: Text<'r>,
    unescaped: &'r [u8],
    places: &'r [(usize, Range<usize>)],
}

impl Record<'_> {
    fn content(&self, column: usize) -> Option<&str> {
        let place = self.places.iter().find(|(known, _)| *known == column);
        if let Some((_, place)) = place {
            return str::from_utf8(self.unescaped.get(place.clone())?).ok();
        }
        written(self.plan, self.text, self.fields.get(column)?)
    }
}

impl Row for Record<'_> {
    fn cell(&self, field: usize) -> Cell<'_> {
        let column = self.columns.get(field).copied().flatten();
        let (Some(column), Some(field)) = (column, self.plan.schema().fields().get(field)) else {
            return Cell::Missing;
        };
        let written = self.fields.get(column);
        if written.is_some_and(|written| self.batch.is_null(written, self.null)) {
            return Cell::Missing;
        }
        match self.content(column) {
            Some(cell) if field.check().is_missing(cell) => Cell::Missing,
            Some(cell) => field.check().value(cell).map_or(Cell::Unknown, Cell::Value),
            None => Cell::Unknown,
        }
    }
}

/// Says of a record that it breaks a rule. It shows no value.
pub(crate) fn broken_rule(rule: &RuleText) -> Fault {
    let message = rule.message.as_ref().map(|message| format!(": {message}"));
    let message = message.unwrap_or_default();
    Fault {
        column: None,
        reason: Reason {
            code: Code::RowConstraint,
            expected: format!("the rule `{}` to hold{message}", rule.name).into(),
        },
        value: None,
    }
}
