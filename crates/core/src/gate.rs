//! The gate: (plan, batch) → verdicts. Pure: no I/O, no clock, no state between batches.
//!
//! It judges a batch in slices, so that what it has to say never takes much memory: a batch of short
//! records may have many times its own length in faults.

mod formula;
mod redaction;
mod rules;
mod verdicts;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use self::formula::check_escape;
pub use self::formula::{FORMULA_ESCAPE, is_formula};
use self::formula::{Formulas, Refusing};
pub(crate) use self::redaction::Redaction;
use self::rules::RowRules;
pub(crate) use self::rules::{Broken, broken_rule};
pub(crate) use self::verdicts::{Claim, Escaped};
pub use self::verdicts::{Fault, Rejected, Stretch, Verdicts};

use crate::batch::{Batch, unescape};
use crate::check::{ColumnCheck, Verdict};
use crate::dialect::Mark;
use crate::keys::{KeyCells, KeyPart, KeyRule};
use crate::legacy;
use crate::plan::Plan;
use crate::reason::{Code, Reason};
use crate::rule::Outcome;
use crate::scan::{Field, Kind, Oversized, Quoting, Record, to_u64};
use crate::schema::Severity;
use crate::text::shorten;

/// How many cells that a record lacks, or has over, are named one by one.
const WRONG_CELLS_MAX: usize = 20;

/// How many stretches of a batch are judged at a time, at most.
const SLICE_STRETCHES_MAX: usize = 1_024;

/// How many faults end a slice before that.
const SLICE_FAULTS: usize = 4_096;

/// Judges batches by a plan. Holds nothing but buffers from one batch to the next.
#[derive(Debug)]
pub struct Gate<'p> {
    plan: &'p Plan,
    checks: Vec<Option<&'p ColumnCheck>>,
    /// As [`Batch::is_null`] takes it.
    null: Option<Mark>,
    field_bytes_max: usize,
    key_rules: Vec<KeyRule>,
    key_parts: Vec<KeyPart>,
    key_cells: KeyCells,
    formulas: Option<Formulas<'p>>,
    rules: Option<RowRules<'p>>,
    cell: Vec<u8>,
    reasons: Vec<Reason>,
    faults: Vec<Fault>,
}

impl<'p> Gate<'p> {
    /// Makes a gate.
    #[must_use]
    pub fn new(plan: &'p Plan) -> Self {
        Self::with_keys(plan, KeyRule::of(plan))
    }

    /// Makes a gate that takes note of other keys than those of the plan.
    pub(crate) fn with_keys(plan: &'p Plan, key_rules: Vec<KeyRule>) -> Self {
        let checks = plan.checks();
        Self {
            plan,
            key_parts: KeyPart::of(&key_rules, checks.len()),
            checks,
            null: plan.dialect().null_sequence,
            field_bytes_max: usize::MAX,
            key_rules,
            key_cells: KeyCells::default(),
            formulas: Formulas::of(plan),
            rules: RowRules::of(plan),
            cell: Vec::new(),
            reasons: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Takes fields of more bytes, as they are written, for too long.
    #[must_use]
    pub fn with_field_bytes_max(self, field_bytes_max: usize) -> Self {
        Self {
            field_bytes_max,
            ..self
        }
    }

    /// Judges a slice of `batch`; `verdicts` is replaced, and says where the slice ends.
    ///
    /// It begins at the first of `stretches`, which are indexes into the batch's, and ends with them
    /// or, if that is much to judge at once, earlier. It is empty only if `stretches` is.
    pub fn judge(&mut self, batch: &Batch, stretches: Range<usize>, verdicts: &mut Verdicts) {
        verdicts.clear(self.checks.len(), self.plan.schema().rules().len());
        let first = stretches.start;
        let end = stretches.end.min(first.saturating_add(SLICE_STRETCHES_MAX));
        let records = batch.index().records().get(first..end).unwrap_or_default();
        verdicts.slice = first..first + records.len();
        let text = Text::of(batch, records);
        let mut n_faults = 0;
        for (idx, record) in (first..).zip(records) {
            if n_faults + verdicts.broken.len() >= SLICE_FAULTS {
                return verdicts.cut(idx);
            }
            match record.kind {
                Kind::Piece | Kind::Overhead => continue,
                Kind::Fields => self.judge_fields(batch, text, idx, record, verdicts),
                Kind::Blank => self.fault(Code::BlankRow, "a record, found a line without bytes"),
                Kind::BrokenQuote => self.fault(
                    Code::QuoteError,
                    "quotes that are closed, with nothing between a closing quote and the delimiter",
                ),
                Kind::Oversized => {
                    let (code, bytes) = oversized(batch, record)
                        .map_or((Code::RecordTooLong, 0), |found| (found.code, found.bytes));
                    let what = if code == Code::QuoteError {
                        "quotes that are closed within the record limit"
                    } else {
                        "a record within the limit"
                    };
                    self.fault(code, format!("{what}, found {bytes} bytes"));
                }
            }
            if !self.faults.is_empty() {
                n_faults += self.faults.len();
                // Collected, it takes no more room than it needs.
                let faults = self.faults.drain(..).collect();
                verdicts.rejected.push(Rejected { idx, faults });
            }
        }
    }

    fn fault(&mut self, code: Code, expected: impl Into<Cow<'static, str>>) {
        self.faults.push(Fault {
            column: None,
            reason: Reason {
                code,
                expected: expected.into(),
            },
            value: None,
        });
    }

    fn judge_fields(
        &mut self,
        batch: &Batch,
        text: Option<Text<'_>>,
        idx: usize,
        record: &Record,
        verdicts: &mut Verdicts,
    ) {
        let fields = batch.index().fields(record);
        let text = match text {
            Some(text) => text,
            None => match str::from_utf8(batch.content(record)) {
                Ok(text) => Text {
                    text,
                    base: record.start,
                },
                Err(err) => {
                    let expected = legacy::expected(batch.content(record), err.valid_up_to());
                    return self.fault(Code::EncodingError, expected);
                }
            },
        };
        let Some(fields) = self.own_fields(batch, fields) else {
            return;
        };
        if fields.len() != self.checks.len() {
            self.judge_count(fields, text);
        }
        if record.end - record.start > self.field_bytes_max {
            self.judge_lengths(fields);
        }
        self.key_cells.clear();
        for (column, field) in fields.iter().enumerate() {
            let Some(Some(check)) = self.checks.get(column).copied() else {
                continue;
            };
            let key_part = self.key_parts.get(column).copied().unwrap_or(KeyPart::No);
            let Some(cell) = content(self.plan, batch, text, field, &mut self.cell) else {
                self.fault(Code::EncodingError, "UTF-8");
                continue;
            };
            let verdict = if batch.is_null(field, self.null.as_ref()) {
                check.check_missing(&mut self.reasons)
            } else {
                check.check(cell, &mut self.reasons)
            };
            match verdict {
                Verdict::Valid if key_part != KeyPart::No => {
                    self.key_cells.add(column, |out| check.key(cell, out));
                }
                Verdict::Valid | Verdict::Invalid => {}
                Verdict::Missing => {
                    if let Some(n_missing) = verdicts.missing.get_mut(column) {
                        *n_missing += 1;
                    }
                    if let KeyPart::Primary { rule } = key_part {
                        // That the column is required, as it is then, says the same.
                        self.reasons.clear();
                        let rule = self.key_rules.get(rule);
                        self.faults.extend(rule.map(|rule| rule.missing(column)));
                    }
                }
            }
            for reason in self.reasons.drain(..) {
                self.faults.push(Fault {
                    column: Some(column),
                    reason,
                    value: Some(shorten(cell).into()),
                });
            }
        }
        self.claim_keys(idx, verdicts);
        if fields.len() == self.checks.len() {
            if self.formulas.is_some() {
                self.judge_formulas(batch, text, idx, fields, verdicts);
            }
            if self.rules.is_some() {
                self.judge_rules(batch, text, idx, fields, verdicts);
            }
        }
    }

    /// Asks the rules of a record that has a cell for each column.
    fn judge_rules(
        &mut self,
        batch: &Batch,
        text: Text<'_>,
        idx: usize,
        fields: &[Field],
        verdicts: &mut Verdicts,
    ) {
        let Some(rules) = &mut self.rules else {
            return;
        };
        let texts = &self.plan.schema().extension().rules;
        let faults = &mut self.faults;
        rules.judge(batch, text, fields, |rule, outcome| match outcome {
            Outcome::Holds => {}
            Outcome::Undecided => {
                if let Some(n_records) = verdicts.undecided.get_mut(rule) {
                    *n_records += 1;
                }
            }
            Outcome::Broken => {
                verdicts.broken.push(Broken { idx, rule });
                let text = texts.get(rule);
                let text = text.filter(|text| text.severity != Severity::Warn);
                faults.extend(text.map(broken_rule));
            }
        });
    }

    /// Leaves out the cells of a quarantine file; `None` if the record was not mended.
    fn own_fields<'b>(&mut self, batch: &Batch, fields: &'b [Field]) -> Option<&'b [Field]> {
        let (ours, fields) = fields
            .split_at_checked(self.plan.n_stripped())
            .unwrap_or((fields, &[]));
        if let Some(raw) = ours.last()
            && !self.is_cleared(batch.raw(raw))
        {
            self.fault(
                Code::UnmendedRecord,
                "the record's cells written out, and `_rowgate_raw` cleared",
            );
            return None;
        }
        if !ours.is_empty()
            && fields.iter().all(|field| field.start == field.end)
            && fields.len() < 2
        {
            self.fault(Code::BlankRow, "a record, found no cells of its own");
            return None;
        }
        Some(fields)
    }

    /// Takes note of the keys of the record whose cells were judged.
    fn claim_keys(&mut self, idx: usize, verdicts: &mut Verdicts) {
        for (rule, key_rule) in self.key_rules.iter().enumerate() {
            let start = verdicts.claim_keys.len();
            let out = &mut verdicts.claim_keys;
            if self.key_cells.write(&key_rule.columns, out) {
                let key = start..verdicts.claim_keys.len();
                verdicts.claims.push(Claim { idx, rule, key });
            }
        }
    }

    /// Names the fields that are too long.
    #[cold]
    fn judge_lengths(&mut self, fields: &[Field]) {
        let max = self.field_bytes_max;
        for (column, field) in fields.iter().enumerate() {
            let n_bytes = field.end - field.start;
            if n_bytes > max {
                self.faults.push(Fault {
                    column: (column < self.checks.len()).then_some(column),
                    reason: Reason {
                        code: Code::FieldTooLong,
                        expected: format!("at most {max} bytes, found {n_bytes}").into(),
                    },
                    value: None,
                });
            }
        }
    }

    /// Looks for formulas in a record that has a cell for each column.
    fn judge_formulas(
        &mut self,
        batch: &Batch,
        text: Text<'_>,
        idx: usize,
        fields: &[Field],
        verdicts: &mut Verdicts,
    ) {
        let Some(formulas) = &self.formulas else {
            return;
        };
        for (column, (field, texts)) in fields.iter().zip(&formulas.columns).enumerate() {
            let Some(texts) = texts else {
                continue;
            };
            if batch.is_null(field, self.null.as_ref()) {
                continue;
            }
            let Some(cell) = content(self.plan, batch, text, field, &mut self.cell) else {
                continue;
            };
            if !texts.is_formula(cell) {
                continue;
            }
            match formulas.policy {
                Refusing::Reject => self.faults.push(Fault {
                    column: Some(column),
                    reason: Reason {
                        code: Code::FormulaInjection,
                        expected: Cow::Borrowed("a text that no spreadsheet takes for a formula"),
                    },
                    value: Some(shorten(cell).into()),
                }),
                Refusing::Escape => {
                    let quote = self.plan.quote();
                    let is_quoted = batch.raw(field).starts_with(quote);
                    let at = field.start + if is_quoted { quote.len() } else { 0 };
                    verdicts.escaped.push(Escaped { idx, at });
                }
            }
        }
    }

    /// Judges a record that has more or fewer cells than there are columns.
    ///
    /// A short record may lack many cells, so not all are named: the last that is tells how many
    /// more there are.
    #[cold]
    fn judge_count(&mut self, fields: &[Field], text: Text<'_>) {
        let (n_fields, n_columns) = (fields.len(), self.checks.len());
        let wrong = n_fields.min(n_columns)..n_fields.max(n_columns);
        let n_unnamed = wrong.len().saturating_sub(WRONG_CELLS_MAX);
        for (idx, nth) in wrong.zip(1..=WRONG_CELLS_MAX) {
            let more = if nth == WRONG_CELLS_MAX && n_unnamed > 0 {
                format!(" ({n_unnamed} more such cells are not named)")
            } else {
                String::new()
            };
            let extra = fields.get(idx);
            self.faults.push(Fault {
                column: extra.is_none().then_some(idx),
                reason: Reason {
                    code: extra.map_or(Code::MissingCell, |_| Code::ExtraCell),
                    expected: format!("{n_columns} cells, found {n_fields}{more}").into(),
                },
                value: extra
                    .and_then(|field| text.get(field.start..field.end))
                    .map(|cell| shorten(cell).into()),
            });
        }
    }

    /// Whether a cell holds nothing, however that is written.
    fn is_cleared(&mut self, raw: &[u8]) -> bool {
        self.cell.clear();
        unescape(self.plan.dialect(), raw, &mut self.cell);
        self.cell.is_empty()
    }
}

/// Bytes of a batch as text.
#[derive(Clone, Copy)]
struct Text<'b> {
    text: &'b str,
    /// Where it begins, in bytes of the batch.
    base: usize,
}

impl<'b> Text<'b> {
    /// Reads records as one text, if they are: one pass over all of them is cheaper than one for
    /// each, and nearly always enough.
    fn of(batch: &'b Batch, records: &[Record]) -> Option<Self> {
        let base = records.first()?.start;
        let bytes = batch.bytes().get(base..records.last()?.next)?;
        let text = simdutf8::basic::from_utf8(bytes).ok()?;
        Some(Self { text, base })
    }

    /// Returns the text between two places of the batch.
    fn get(self, place: Range<usize>) -> Option<&'b str> {
        let (start, end) = (
            place.start.checked_sub(self.base)?,
            place.end.checked_sub(self.base)?,
        );
        self.text.get(start..end)
    }
}

/// Returns a cell's logical content; `None` if it is no text. `cell` is a buffer for it.
fn content<'t>(
    plan: &Plan,
    batch: &Batch,
    text: Text<'t>,
    field: &Field,
    cell: &'t mut Vec<u8>,
) -> Option<&'t str> {
    if field.quoting == Quoting::Escaped {
        cell.clear();
        unescape(plan.dialect(), batch.raw(field), cell);
        return str::from_utf8(cell).ok();
    }
    written(plan, text, field)
}

/// Returns the content of a cell that is written as it is meant, but for its quotes.
fn written<'t>(plan: &Plan, text: Text<'t>, field: &Field) -> Option<&'t str> {
    match field.quoting {
        Quoting::Plain => text.get(field.start..field.end),
        Quoting::Quoted => {
            let n_quote = plan.quote().len();
            text.get(field.start + n_quote..field.end - n_quote)
        }
        Quoting::Escaped => None,
    }
}

/// Returns what is known of an oversized record, which ends with the stretch `record`.
pub(crate) fn oversized<'b>(batch: &'b Batch, record: &Record) -> Option<&'b Oversized> {
    if record.kind != Kind::Oversized {
        return None;
    }
    // It is the last one that begins before its own last bytes end: they are in order.
    let at = batch.base().byte_offset + to_u64(record.start);
    let all = batch.index().oversized();
    let n_up_to = all.partition_point(|found| found.byte_offset <= at);
    all.get(n_up_to.checked_sub(1)?)
}
