//! The gate: (plan, batch) → verdicts. Pure: no I/O, no clock, no state between batches.

use std::borrow::Cow;
use std::ops::Range;

use crate::batch::{Batch, unescape};
use crate::check::{ColumnCheck, Verdict};
use crate::plan::Plan;
use crate::reason::{Code, Reason};
use crate::scan::{Field, Kind, Quoting, Record};

/// How many of a record's surplus cells are named one by one.
const EXTRA_CELLS_MAX: usize = 100;

/// How much of a value is shown, in characters.
const VALUE_CHARS_MAX: usize = 100;

/// What is wrong with a record, or with a cell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The plan's column, if it is a cell's.
    pub column: Option<usize>,
    /// Which rule is broken.
    pub reason: Reason,
    /// The value at fault, shortened.
    pub value: Option<String>,
}

/// A record that was turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Which stretch of the batch's index it is.
    pub idx: usize,
    /// Everything that is wrong with it; never empty.
    pub faults: Vec<Fault>,
}

/// A record's claim to a value that may stand only once in its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    /// Which stretch of the batch's index it is.
    pub(crate) idx: usize,
    pub(crate) column: usize,
    /// Where the value's canonical form is in [`Verdicts::claim_keys`].
    pub(crate) key: Range<usize>,
}

/// What the gate says of a batch. Reused from batch to batch.
#[derive(Debug, Default)]
pub struct Verdicts {
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) claim_keys: Vec<u8>,
    pub(crate) missing: Vec<u64>,
}

impl Verdicts {
    /// Returns the records that were turned away, in order; all others were accepted.
    #[must_use]
    pub fn rejected(&self) -> &[Rejected] {
        &self.rejected
    }

    /// Returns how many cells of each column of the plan hold a missing value.
    #[must_use]
    pub fn missing(&self) -> &[u64] {
        &self.missing
    }

    fn clear(&mut self, n_columns: usize) {
        self.rejected.clear();
        self.claims.clear();
        self.claim_keys.clear();
        self.missing.clear();
        self.missing.resize(n_columns, 0);
    }
}

/// Judges batches by a plan. Holds nothing but buffers from one batch to the next.
#[derive(Debug)]
pub struct Gate<'p> {
    plan: &'p Plan,
    checks: Vec<Option<(&'p ColumnCheck, bool)>>,
    cell: Vec<u8>,
    reasons: Vec<Reason>,
    faults: Vec<Fault>,
}

impl<'p> Gate<'p> {
    /// Makes a gate.
    #[must_use]
    pub fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            checks: plan.checks(),
            cell: Vec::new(),
            reasons: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Judges every record of `batch`; `verdicts` is replaced.
    pub fn judge(&mut self, batch: &Batch, verdicts: &mut Verdicts) {
        verdicts.clear(self.checks.len());
        // One pass over all bytes is cheaper than one for each cell, and nearly always enough.
        let text = simdutf8::basic::from_utf8(batch.bytes()).ok();
        let mut oversized = batch.index().oversized().iter();
        for (idx, record) in batch.index().records().iter().enumerate() {
            match record.kind {
                Kind::Piece | Kind::Overhead => continue,
                Kind::Fields => self.judge_fields(batch, text, idx, record, verdicts),
                Kind::Blank => self.fault(Code::BlankRow, "a record, found a line without bytes"),
                Kind::BrokenQuote => self.fault(
                    Code::QuoteError,
                    "quotes that are closed, with nothing between a closing quote and the delimiter",
                ),
                Kind::Oversized => {
                    let (code, bytes) = oversized.next().map_or((Code::RecordTooLong, 0), |o| (o.code, o.bytes));
                    self.fault(code, format!("a record within the limit, found {bytes} bytes"));
                }
            }
            if !self.faults.is_empty() {
                let faults = std::mem::take(&mut self.faults);
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
        text: Option<&str>,
        idx: usize,
        record: &Record,
        verdicts: &mut Verdicts,
    ) {
        let fields = batch.index().fields(record);
        // Places are offsets into the batch; of a record alone, they are that much less.
        let (text, base) = match text {
            Some(text) => (text, 0),
            None => match str::from_utf8(batch.content(record)) {
                Ok(text) => (text, record.start),
                Err(err) => {
                    let at = err.valid_up_to();
                    return self.fault(
                        Code::EncodingError,
                        format!("UTF-8, found other bytes {at} bytes into the record"),
                    );
                }
            },
        };
        let (ours, fields) = fields
            .split_at_checked(self.plan.n_stripped())
            .unwrap_or((fields, &[]));
        if let Some(raw) = ours.last()
            && !matches!(batch.raw(raw), b"" | b"\"\"")
        {
            self.fault(
                Code::UnmendedRecord,
                "the record's cells written out, and `_rowgate_raw` cleared",
            );
        }
        self.judge_count(fields, text, base);
        for (column, field) in fields.iter().enumerate() {
            let Some(Some((check, is_unique))) = self.checks.get(column).copied() else {
                continue;
            };
            let cell = match field.quoting {
                Quoting::Plain => text.get(field.start - base..field.end - base),
                Quoting::Quoted => text.get(field.start + 1 - base..field.end - 1 - base),
                Quoting::Escaped => {
                    self.cell.clear();
                    unescape(self.plan.dialect(), batch.raw(field), &mut self.cell);
                    str::from_utf8(&self.cell).ok()
                }
            };
            let Some(cell) = cell else {
                self.fault(Code::EncodingError, "UTF-8");
                continue;
            };
            match check.check(cell, &mut self.reasons) {
                Verdict::Valid if is_unique => {
                    let start = verdicts.claim_keys.len();
                    check.key(cell, &mut verdicts.claim_keys);
                    let key = start..verdicts.claim_keys.len();
                    verdicts.claims.push(Claim { idx, column, key });
                }
                Verdict::Valid | Verdict::Invalid => {}
                Verdict::Missing => {
                    if let Some(n_missing) = verdicts.missing.get_mut(column) {
                        *n_missing += 1;
                    }
                }
            }
            for reason in self.reasons.drain(..) {
                self.faults.push(Fault {
                    column: Some(column),
                    reason,
                    value: Some(shorten(cell)),
                });
            }
        }
    }

    /// Judges how many cells a record has.
    #[cold]
    fn judge_wrong_count(&mut self, fields: &[Field], text: &str, base: usize) {
        let n_columns = self.checks.len();
        for column in fields.len()..n_columns {
            self.faults.push(Fault {
                column: Some(column),
                reason: Reason {
                    code: Code::MissingCell,
                    expected: format!("{n_columns} cells, found {}", fields.len()).into(),
                },
                value: None,
            });
        }
        for field in fields.iter().skip(n_columns).take(EXTRA_CELLS_MAX) {
            let value = text.get(field.start - base..field.end - base).map(shorten);
            self.faults.push(Fault {
                column: None,
                reason: Reason {
                    code: Code::ExtraCell,
                    expected: format!("{n_columns} cells, found {}", fields.len()).into(),
                },
                value,
            });
        }
    }

    fn judge_count(&mut self, fields: &[Field], text: &str, base: usize) {
        if fields.len() != self.checks.len() {
            self.judge_wrong_count(fields, text, base);
        }
    }
}

/// Returns a value as reports show it: cut at a length, so that no report grows by its data.
#[must_use]
pub fn shorten(value: &str) -> String {
    match value.char_indices().nth(VALUE_CHARS_MAX) {
        None => value.to_owned(),
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
    }
}

/// What is to be done with a stretch of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch<'v> {
    /// These are accepted: the stretches of the index from `first` to before `end`.
    Accepted {
        /// The first.
        first: usize,
        /// The one after the last.
        end: usize,
    },
    /// This one is rejected.
    Rejected(&'v Rejected),
    /// This one belongs to a rejected record that ends later, or to none.
    Passed {
        /// Which one.
        idx: usize,
    },
}

impl Verdicts {
    /// Returns the batch's stretches in order, neighbouring accepted ones as one.
    pub fn stretches<'v>(&'v self, batch: &'v Batch) -> impl Iterator<Item = Stretch<'v>> {
        let records = batch.index().records();
        let mut rejected = self.rejected.iter().peekable();
        let mut at = 0;
        std::iter::from_fn(move || {
            let record = records.get(at)?;
            if let Some(found) = rejected.next_if(|r| r.idx == at) {
                at += 1;
                return Some(Stretch::Rejected(found));
            }
            if !record.kind.is_record() {
                at += 1;
                return Some(Stretch::Passed { idx: at - 1 });
            }
            let first = at;
            let stop = rejected.peek().map_or(records.len(), |r| r.idx);
            at += records
                .get(first..stop)
                .unwrap_or_default()
                .iter()
                .take_while(|r| r.kind.is_record())
                .count();
            Some(Stretch::Accepted { first, end: at })
        })
    }
}
