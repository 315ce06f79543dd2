//! Columns whose values are shown nowhere.

use super::Verdicts;
use crate::batch::Batch;
use crate::plan::Plan;
use crate::scan::{Field, Kind, Record};

/// The redacted columns of a plan.
#[derive(Clone, Debug)]
pub(crate) struct Redaction {
    columns: Vec<bool>,
    n_stripped: usize,
}

impl Redaction {
    /// Returns the redaction that a plan asks for, if it asks for any.
    pub(crate) fn of(plan: &Plan) -> Option<Self> {
        let redacted = &plan.schema().extension().redacted;
        if redacted.is_empty() {
            return None;
        }
        let is_redacted = |field: Option<usize>| field.is_some_and(|idx| redacted.contains(&idx));
        let columns = plan
            .columns()
            .iter()
            .map(|column| is_redacted(column.field_idx()));
        Some(Self {
            columns: columns.collect(),
            n_stripped: plan.n_stripped(),
        })
    }

    /// Whether a column's values are shown.
    pub(crate) fn shows(&self, column: usize) -> bool {
        !self.columns.get(column).copied().unwrap_or(true)
    }

    /// Whether each cell of a record stands in its own column. Of other records no value is shown,
    /// for any may be one of a redacted column.
    pub(crate) fn is_whole(&self, batch: &Batch, record: &Record) -> bool {
        let n_fields = batch.index().fields(record).len();
        record.kind == Kind::Fields && n_fields == self.n_stripped + self.columns.len()
    }

    /// Returns the cells of a record that can be told apart; `None` if those of redacted columns
    /// cannot.
    pub(crate) fn own_fields<'b>(&self, batch: &'b Batch, record: &Record) -> Option<&'b [Field]> {
        let is_text = str::from_utf8(batch.content(record)).is_ok();
        if !is_text || !self.is_whole(batch, record) {
            return None;
        }
        batch.index().fields(record).get(self.n_stripped..)
    }

    /// Takes out of verdicts what may not be shown, before anything is made of them.
    pub(crate) fn apply(&self, batch: &Batch, verdicts: &mut Verdicts) {
        for rejected in &mut verdicts.rejected {
            let record = batch.index().records().get(rejected.idx);
            let is_whole = record.is_some_and(|record| self.is_whole(batch, record));
            for fault in &mut rejected.faults {
                if !(is_whole && fault.column.is_some_and(|column| self.shows(column))) {
                    fault.value = None;
                }
            }
        }
    }
}
