//! What the gate says of a slice of a batch.

use std::ops::Range;

use super::Broken;
use crate::batch::Batch;
use crate::reason::Reason;

/// What is wrong with a record, or with a cell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The plan's column, if it is a cell's.
    pub column: Option<usize>,
    /// Which rule is broken.
    pub reason: Reason,
    /// The value at fault, shortened.
    pub value: Option<Box<str>>,
}

/// A record that was turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Which stretch of the batch's index it is.
    pub idx: usize,
    /// Everything that is wrong with it; never empty.
    pub faults: Vec<Fault>,
}

/// A record's key, for which there is a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    /// Which stretch of the batch's index it is.
    pub(crate) idx: usize,
    /// Which of [`KeyRule::of`] the plan.
    pub(crate) rule: usize,
    /// Where the key's canonical form is in [`Verdicts::claim_keys`].
    pub(crate) key: Range<usize>,
}

/// A cell that is landed with an apostrophe before it, if its record is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Escaped {
    /// Which stretch of the batch's index it is in.
    pub(crate) idx: usize,
    /// Where its content begins, in bytes of the batch.
    pub(crate) at: usize,
}

/// What the gate says of a slice of a batch. Reused from slice to slice.
#[derive(Debug, Default)]
pub struct Verdicts {
    pub(crate) slice: Range<usize>,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) claim_keys: Vec<u8>,
    pub(crate) missing: Vec<u64>,
    /// In the order of the records.
    pub(crate) escaped: Vec<Escaped>,
    /// In the order of the records.
    pub(crate) broken: Vec<Broken>,
    /// For each rule, of how many records it could not be decided.
    pub(crate) undecided: Vec<u64>,
}

impl Verdicts {
    /// Returns which stretches of the batch's index were judged.
    #[must_use]
    pub fn slice(&self) -> Range<usize> {
        self.slice.clone()
    }

    /// Returns the records that were turned away, in order; all others were accepted.
    #[must_use]
    pub fn rejected(&self) -> &[Rejected] {
        &self.rejected
    }

    /// Returns how many cells of each column of the plan hold a missing value, in records accepted
    /// or not.
    #[must_use]
    pub fn missing(&self) -> &[u64] {
        &self.missing
    }

    /// Ends the slice before the stretch at `end`.
    pub(crate) fn cut(&mut self, end: usize) {
        self.slice.end = end;
        self.rejected.retain(|rejected| rejected.idx < end);
    }

    /// Returns the rules that a run of records breaks.
    pub(crate) fn broken_in(&self, stretches: Range<usize>) -> &[Broken] {
        let place = |idx| self.broken.partition_point(|broken| broken.idx < idx);
        let broken = place(stretches.start)..place(stretches.end);
        self.broken.get(broken).unwrap_or_default()
    }

    /// Returns the cells to be escaped in a run of accepted records.
    pub(crate) fn escaped_in(&self, stretches: Range<usize>) -> &[Escaped] {
        let place = |idx| self.escaped.partition_point(|cell| cell.idx < idx);
        let cells = place(stretches.start)..place(stretches.end);
        self.escaped.get(cells).unwrap_or_default()
    }

    pub(super) fn clear(&mut self, n_columns: usize, n_rules: usize) {
        self.rejected.clear();
        self.claims.clear();
        self.claim_keys.clear();
        self.escaped.clear();
        self.broken.clear();
        self.undecided.clear();
        self.undecided.resize(n_rules, 0);
        self.missing.clear();
        self.missing.resize(n_columns, 0);
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
    /// Returns the slice's stretches in order, neighbouring accepted ones as one.
    pub fn stretches<'v>(&'v self, batch: &'v Batch) -> impl Iterator<Item = Stretch<'v>> {
        let records = batch.index().records();
        let records = records.get(..self.slice.end).unwrap_or(records);
        let mut rejected = self.rejected.iter().peekable();
        let mut at = self.slice.start;
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
