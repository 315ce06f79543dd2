//! The books of a run: what was read, accepted and rejected, in records and in bytes.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::positions::Positions;
use crate::reason::Code;
use crate::report::RecordError;
use crate::schema::Severity;

/// How many errors a report shows by default.
pub const SAMPLES_MAX: usize = 100;

/// How many pairs of column and code are counted; the sums of both are counted without a limit.
const PAIRS_MAX: usize = 10_000;

/// Counts of records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// Records that passed every check.
    pub accepted: u64,
    /// Records that did not.
    pub rejected: u64,
}

/// Counts of the source's bytes, as it was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceBytes {
    /// Of accepted records, line ends included.
    pub accepted: u64,
    /// Of rejected records, line ends included.
    pub rejected: u64,
    /// Of what is no record: header, byte order mark, comments, skipped lines.
    pub overhead: u64,
}

/// What was counted where the source is read, independently of what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadTotals {
    /// Records.
    pub records: u64,
    /// Bytes.
    pub bytes: u64,
}

/// What happened to a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnCounts {
    /// Its label.
    pub name: String,
    /// Its type, if the schema names it.
    pub kind: Option<&'static str>,
    /// Cells that hold a missing value.
    pub missing: u64,
    /// Errors.
    pub errors: u64,
    /// Errors of each code, in the order in which the codes came up.
    pub by_code: Vec<(Code, u64)>,
}

/// What came of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleCounts {
    /// Its name.
    pub name: String,
    /// What becomes of a record that breaks it.
    pub severity: Severity,
    /// Records that broke it.
    pub broken: u64,
    /// Accepted records that broke it.
    pub warned: u64,
    /// Records for which it could not be decided.
    pub undecided: u64,
}

/// The books while a run goes on.
#[derive(Debug)]
pub struct Ledger {
    pub(crate) records: Records,
    pub(crate) bytes: SourceBytes,
    pub(crate) columns: Vec<ColumnCounts>,
    pub(crate) by_code: BTreeMap<Code, u64>,
    pub(crate) n_errors: u64,
    pub(crate) positions: Positions,
    pub(crate) samples: Vec<RecordError>,
    pub(crate) rules: Vec<RuleCounts>,
    pub(crate) warnings: Vec<RecordError>,
    /// How many pairs of column and code are counted.
    n_pairs: usize,
    samples_max: usize,
}

/// A ledger in which every record and every byte is accounted for. Only [`Ledger::balance`] makes
/// one.
#[derive(Debug)]
pub struct Balanced(pub(crate) Ledger);

impl Ledger {
    /// Opens the books.
    #[must_use]
    pub fn new(samples_max: usize) -> Self {
        Self {
            records: Records::default(),
            bytes: SourceBytes::default(),
            columns: Vec::new(),
            by_code: BTreeMap::new(),
            n_errors: 0,
            positions: Positions::default(),
            samples: Vec::new(),
            rules: Vec::new(),
            warnings: Vec::new(),
            n_pairs: 0,
            samples_max,
        }
    }

    /// Opens an account for each column of a plan.
    pub(crate) fn open_columns(&mut self, plan: &Plan) {
        let columns = plan.columns().iter().map(|column| ColumnCounts {
            name: column.name().to_owned(),
            kind: plan.field(column).map(|field| field.kind().as_str()),
            missing: 0,
            errors: 0,
            by_code: Vec::new(),
        });
        self.columns = columns.collect();
    }

    /// Opens an account for each rule of a plan.
    pub(crate) fn open_rules(&mut self, plan: &Plan) {
        let rules = plan.schema().extension().rules.iter();
        let rules = rules.map(|rule| RuleCounts {
            name: rule.name.clone(),
            severity: rule.severity,
            broken: 0,
            warned: 0,
            undecided: 0,
        });
        self.rules = rules.collect();
    }

    /// Books that a record broke a rule.
    pub(crate) fn add_broken(&mut self, rule: usize) {
        if let Some(rule) = self.rules.get_mut(rule) {
            rule.broken += 1;
        }
    }

    /// Books that a record was accepted although it broke a rule.
    pub(crate) fn add_warning(&mut self, rule: usize, warning: impl FnOnce() -> RecordError) {
        if let Some(rule) = self.rules.get_mut(rule) {
            rule.warned += 1;
        }
        if self.warnings.len() < self.samples_max {
            self.warnings.push(warning());
        }
    }

    pub(crate) fn add_undecided(&mut self, undecided: &[u64]) {
        for (rule, n_undecided) in self.rules.iter_mut().zip(undecided) {
            rule.undecided += n_undecided;
        }
    }

    pub(crate) fn pass_overhead(&mut self, bytes: u64) {
        self.bytes.overhead += bytes;
    }

    pub(crate) fn accept(&mut self, records: u64, bytes: u64) {
        self.records.accepted += records;
        self.bytes.accepted += bytes;
    }

    /// Books bytes of a rejected record that is not yet at its end.
    pub(crate) fn reject_piece(&mut self, bytes: u64) {
        self.bytes.rejected += bytes;
    }

    pub(crate) fn reject(&mut self, bytes: u64) {
        self.records.rejected += 1;
        self.bytes.rejected += bytes;
    }

    pub(crate) fn add_missing(&mut self, missing: &[u64]) {
        for (column, n_missing) in self.columns.iter_mut().zip(missing) {
            column.missing += n_missing;
        }
    }

    /// Books an error; `column` is an index into the plan's columns.
    pub(crate) fn add_error(&mut self, column: Option<usize>, error: &RecordError) {
        self.n_errors += 1;
        *self.by_code.entry(error.code).or_default() += 1;
        self.positions.add(error.byte_offset);
        if let Some(counts) = column.and_then(|idx| self.columns.get_mut(idx)) {
            counts.errors += 1;
            match counts
                .by_code
                .iter_mut()
                .find(|(code, _)| *code == error.code)
            {
                Some((_, n_errors)) => *n_errors += 1,
                None if self.n_pairs < PAIRS_MAX => {
                    self.n_pairs += 1;
                    counts.by_code.push((error.code, 1));
                }
                None => {}
            }
        }
        if self.samples.len() < self.samples_max {
            self.samples.push(error.clone());
        }
    }

    /// Returns the records so far.
    #[must_use]
    pub fn records(&self) -> Records {
        self.records
    }

    /// Closes the books.
    ///
    /// # Errors
    ///
    /// A bug of ours, if what was read is not what was accepted, rejected and passed over.
    pub fn balance(self, read: ReadTotals) -> Result<Balanced> {
        let records = self.records.accepted + self.records.rejected;
        let bytes = self.bytes.accepted + self.bytes.rejected + self.bytes.overhead;
        if records != read.records || bytes != read.bytes {
            return Err(Error::bug(format!(
                "read {} records and {} bytes but settled {records} records and {bytes} bytes",
                read.records, read.bytes
            )));
        }
        Ok(Balanced(self))
    }
}

/// What makes the destination's bytes differ from the accepted ones.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extra {
    /// The header's bytes, which come on top.
    pub(crate) header: u64,
    /// The bytes of a quarantine file's own columns, which are left out.
    pub(crate) left_out: u64,
    /// The apostrophes before escaped cells, a byte each, which come on top.
    pub(crate) escapes: u64,
}

impl Balanced {
    /// Checks what the writers took against the books.
    ///
    /// # Errors
    ///
    /// A bug of ours, if the counts differ.
    pub(crate) fn vouch(&self, rows_quarantined: u64, bytes_out: u64, extra: Extra) -> Result<()> {
        let Self(books) = self;
        let due = (extra.header + books.bytes.accepted + extra.escapes).checked_sub(extra.left_out);
        if rows_quarantined != books.records.rejected || Some(bytes_out) != due {
            return Err(Error::bug(format!(
                "rejected {} records but quarantined {rows_quarantined}; accepted {} bytes (and \
                 {extra:?}) but wrote {bytes_out}",
                books.records.rejected, books.bytes.accepted
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(records: u64, bytes: u64, is_balanced: bool) {
        let mut ledger = Ledger::new(0);
        ledger.pass_overhead(4);
        ledger.accept(2, 20);
        ledger.reject_piece(5);
        ledger.reject(1);
        let balanced = ledger.balance(ReadTotals { records, bytes });
        assert_eq!(
            balanced.is_ok(),
            is_balanced,
            "{records} records, {bytes} bytes"
        );
    }

    #[test]
    fn only_full_accounts_balance() {
        check(3, 30, true);
        check(4, 30, false);
        check(3, 31, false);
        check(3, 29, false);
    }

    #[test]
    fn a_writer_that_counts_otherwise_is_a_bug() {
        let mut ledger = Ledger::new(0);
        ledger.accept(1, 20);
        ledger.reject(5);
        let read = ReadTotals {
            records: 2,
            bytes: 25,
        };
        let books = ledger.balance(read).unwrap();
        let extra = Extra {
            header: 10,
            left_out: 3,
            escapes: 0,
        };
        let escaped = Extra {
            escapes: 2,
            ..extra
        };
        assert!(books.vouch(1, 29, escaped).is_ok());
        assert!(books.vouch(1, 27, escaped).is_err());
        assert!(books.vouch(1, 27, extra).is_ok());
        assert!(books.vouch(0, 27, extra).is_err());
        assert!(books.vouch(1, 28, extra).is_err());
        assert!(books.vouch(1, 20, Extra::default()).is_ok());
    }
}
