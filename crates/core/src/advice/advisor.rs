//! Gathers what is in error, on the cold path, and advises at the end.

use super::column::ColumnErrors;
use super::mend::pointer;
use super::{Advice, label, thousands};
use crate::batch::{Batch, unescape};
use crate::dialect::Dialect;
use crate::gate::Rejected;
use crate::plan::Plan;
use crate::reason::Code;
use crate::scan::Kind;

/// The most columns in error that are looked into, those that came first.
const COLUMNS_MAX: usize = 100;
/// The most advice of a run.
const ADVICE_MAX: usize = 20;

/// What is known of the errors so far.
#[derive(Debug)]
pub(crate) struct Advisor {
    /// By the plan's columns; `None`: no error so far, or not looked into.
    columns: Vec<Option<Box<ColumnErrors>>>,
    n_columns: usize,
    counts: Counts,
    delimited: [u64; Dialect::CANDIDATES.len()],
    cell: Vec<u8>,
}

/// Errors that are of no cell.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    n_undecoded: u64,
    n_ragged: u64,
}

impl Advisor {
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut columns = Vec::new();
        columns.resize_with(plan.columns().len(), || None);
        Self {
            columns,
            n_columns: 0,
            counts: Counts::default(),
            delimited: [0; Dialect::CANDIDATES.len()],
            cell: Vec::new(),
        }
    }

    /// Takes a record that was turned away.
    pub(crate) fn add(&mut self, plan: &Plan, batch: &Batch, rejected: &Rejected) {
        let mut n_ragged = 0;
        let mut faults = rejected.faults.as_slice();
        while let Some((first, _)) = faults.split_first() {
            // The faults of a cell stand side by side.
            let n_same = faults
                .iter()
                .take_while(|fault| fault.column == first.column)
                .count();
            let (same, rest) = faults.split_at_checked(n_same).unwrap_or((faults, &[]));
            faults = rest;
            let of_code = |code| {
                let faults = same.iter().filter(|fault| fault.reason.code == code);
                crate::scan::to_u64(faults.count())
            };
            self.counts.n_undecoded += of_code(Code::EncodingError);
            n_ragged += of_code(Code::MissingCell) + of_code(Code::ExtraCell);
            if let Some(column) = first.column {
                let of_value = of_code(Code::TypeError) + of_code(Code::ConstraintError);
                let n_all = crate::scan::to_u64(same.len());
                self.add_cell(plan, batch, rejected.idx, column, n_all, of_value);
            }
        }
        if n_ragged > 0 {
            self.add_ragged(plan, batch, rejected.idx, n_ragged);
        }
    }

    fn add_cell(
        &mut self,
        plan: &Plan,
        batch: &Batch,
        idx: usize,
        column: usize,
        n_all: u64,
        of_value: u64,
    ) {
        let Some(bound) = plan.columns().get(column) else {
            return;
        };
        let redacted = &plan.schema().extension().redacted;
        let (Some(field), Some(field_idx)) = (plan.field(bound), bound.field_idx()) else {
            return;
        };
        let Some(place) = self.columns.get_mut(column) else {
            return;
        };
        if redacted.contains(&field_idx) {
            return;
        }
        let errors = match place {
            Some(errors) => errors,
            None if self.n_columns < COLUMNS_MAX => {
                self.n_columns += 1;
                place.insert(Box::new(ColumnErrors::new(field)))
            }
            None => return,
        };
        errors.of += n_all;
        let record = batch.index().records().get(idx);
        let fields = record.map(|record| batch.index().fields(record));
        let cell = fields.and_then(|fields| fields.get(plan.n_stripped() + column));
        let Some(cell) = cell.filter(|_| of_value > 0) else {
            return;
        };
        self.cell.clear();
        unescape(plan.dialect(), batch.raw(cell), &mut self.cell);
        if let Ok(cell) = str::from_utf8(&self.cell) {
            errors.add(field, cell, of_value);
        }
    }

    /// Looks whether another delimiter makes as many cells as there are columns.
    fn add_ragged(&mut self, plan: &Plan, batch: &Batch, idx: usize, n_errors: u64) {
        self.counts.n_ragged += n_errors;
        let record = batch.index().records().get(idx);
        let Some(record) = record.filter(|record| record.kind == Kind::Fields) else {
            return;
        };
        let n_between = plan.n_stripped() + plan.columns().len() - 1;
        let text = batch.content(record);
        for (delimiter, count) in Dialect::CANDIDATES.into_iter().zip(&mut self.delimited) {
            let is_meant = |byte: &&u8| char::from(**byte) == delimiter;
            if n_between > 0 && text.iter().filter(is_meant).count() == n_between {
                *count += n_errors;
            }
        }
    }

    /// Says what would mend the errors, what mends most of them first.
    pub(crate) fn finish(self, plan: &Plan) -> Vec<Advice> {
        let mut all = Vec::new();
        for (column, errors) in plan.columns().iter().zip(&self.columns) {
            if let (Some(errors), Some(field)) = (errors, plan.field(column))
                && let Some(at) = pointer(plan.schema(), field)
            {
                all.extend(errors.advise(field, &at));
            }
        }
        all.extend(self.delimiter(plan));
        all.extend(self.encoding());
        all.sort_by_key(|advice| std::cmp::Reverse(advice.mends));
        all.truncate(ADVICE_MAX);
        all
    }

    fn delimiter(&self, plan: &Plan) -> Option<Advice> {
        let in_force = plan.dialect().delimiter();
        let others = Dialect::CANDIDATES.into_iter().zip(self.delimited);
        let others = others.filter(|(mark, _)| !in_force.as_str().contains(*mark));
        let (mark, mends) = others.rev().max_by_key(|(_, count)| *count)?;
        let of = self.counts.n_ragged;
        let is_worth = mends > 0 && mends.saturating_mul(2) >= of;
        is_worth.then(|| Advice {
            text: format!(
                "{} of {} errors of a wrong number of cells are in records that have the right number if the \
                 delimiter is {}: see `--delimiter`",
                thousands(mends),
                thousands(of),
                label(&mark.to_string())
            ),
            column: None,
            mends,
            of,
            patch: Vec::new(),
        })
    }

    fn encoding(&self) -> Option<Advice> {
        let mends = self.counts.n_undecoded;
        (mends > 0).then(|| Advice {
            text: format!(
                "{} errors are bytes that are not UTF-8: if the source is in a legacy encoding, such as \
                 windows-1252, say so with `--encoding`",
                thousands(mends)
            ),
            column: None,
            mends,
            of: mends,
            patch: Vec::new(),
        })
    }
}
