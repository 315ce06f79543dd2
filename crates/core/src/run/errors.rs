//! What is said of a record or a header that was turned away.

use crate::batch::Batch;
use crate::gate::{Fault, Rejected, is_formula, oversized};
use crate::header::Opened;
use crate::keys::line_of;
use crate::plan::{HeaderFault, Plan};
use crate::reason::Code;
use crate::report::RecordError;
use crate::scan::to_u64;
use crate::schema::{FormulaPolicy, Schema};
use crate::text::shorten;

/// Where a record stands in the source.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    /// From 1.
    pub(super) number: u64,
    pub(super) line: u64,
    pub(super) byte_offset: u64,
}

impl At {
    /// Finds the record at `idx` of a batch.
    pub(super) fn of(batch: &Batch, idx: usize) -> Self {
        let record = batch.index().records().get(idx);
        let (start, records_before) = record.map_or((0, 0), |r| (r.start, r.records_before));
        let (line, byte_offset) = match record.and_then(|r| oversized(batch, r)) {
            Some(found) => (found.line, found.byte_offset),
            None => (
                line_of(batch, idx),
                batch.base().byte_offset + to_u64(start),
            ),
        };
        Self {
            number: batch.base().records_before + to_u64(records_before) + 1,
            line,
            byte_offset,
        }
    }

    /// Says of the record what is wrong with it.
    pub(super) fn error(self, plan: &Plan, fault: &Fault) -> RecordError {
        RecordError {
            record: Some(self.number),
            line: self.line,
            byte_offset: self.byte_offset,
            column: fault
                .column
                .and_then(|idx| plan.columns().get(idx))
                .map(|column| shorten(column.name())),
            code: fault.reason.code,
            message: RecordError::message(&fault.reason.expected, fault.value.as_deref()),
            value: fault.value.as_deref().map(str::to_owned),
        }
    }
}

/// Says of a rejected record everything that is wrong with it.
pub(super) fn record_errors(plan: &Plan, batch: &Batch, rejected: &Rejected) -> Vec<RecordError> {
    let at = At::of(batch, rejected.idx);
    let errors = rejected.faults.iter().map(|fault| at.error(plan, fault));
    errors.collect()
}

/// Says of a header what is wrong with it.
///
/// A first record that was taken for a header holds values. Where any are redacted, only labels that
/// the schema names are shown.
pub(super) fn header_errors(
    schema: &Schema,
    opened: &Opened,
    faults: &[HeaderFault],
) -> Vec<RecordError> {
    let at_line = opened.position.line.saturating_sub(1).max(1);
    let offset = opened
        .position
        .byte_offset
        .saturating_sub(to_u64(opened.header.concat().len()));
    let is_shown = |label: &&str| {
        schema.extension().redacted.is_empty()
            || schema
                .fields()
                .iter()
                .any(|field| shorten(field.name()) == **label)
    };
    let errors = faults.iter().map(|fault| {
        let found = fault.found.as_deref().filter(is_shown);
        RecordError {
            record: None,
            line: at_line,
            byte_offset: offset,
            column: fault.column.as_deref().filter(is_shown).map(shorten),
            code: fault.code,
            message: RecordError::message(&fault.expected, found),
            value: found.map(shorten),
        }
    });
    errors.collect()
}

/// Finds labels that a spreadsheet would take for formulas, where that is not allowed. The header is
/// landed as it was read, so that there is nothing to escape them by.
pub(super) fn formula_labels(plan: &Plan) -> Vec<HeaderFault> {
    if plan.schema().extension().formulas == FormulaPolicy::Allow {
        return Vec::new();
    }
    let unnamed = plan.columns().iter().filter(|c| c.field_idx().is_none());
    let faults = unnamed.filter(|c| is_formula(c.name())).take(FAULTS_MAX);
    let faults = faults.map(|column| HeaderFault {
        code: Code::FormulaInjection,
        column: Some(shorten(column.name())),
        expected: "a label that no spreadsheet takes for a formula".to_owned(),
        found: Some(shorten(column.name())),
    });
    faults.collect()
}

/// How many labels are named.
const FAULTS_MAX: usize = 100;
