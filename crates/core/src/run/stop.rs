//! When data is refused: what a job and its schema tolerate, and what was found.

use std::fmt;

use crate::ledger::ReadTotals;
use crate::run::{BrokenQuotes, Job, NothingAccepted, RejectsMax};

/// Why data is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Header,
    TooManyRejects { rejected: u64, max: RejectsMax },
    TooManyInARow { max: u64 },
    RuleBroken { rule: String, line: u64 },
    QuoteBroken { line: u64 },
    NothingAccepted,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => f.write_str("the header does not match the schema"),
            Self::TooManyRejects { rejected, max } => {
                let records = if *rejected == 1 {
                    "record was"
                } else {
                    "records were"
                };
                write!(
                    f,
                    "{rejected} {records} rejected, and at most {max} are tolerated"
                )
            }
            Self::TooManyInARow { max } => write!(
                f,
                "more than {max} records were rejected one after the other"
            ),
            Self::RuleBroken { rule, line } => write!(
                f,
                "the record on line {line} breaks the rule `{rule}`, which no record may"
            ),
            Self::QuoteBroken { line } => write!(
                f,
                "the quotes of the record on line {line} are broken, and strict quotes tolerate none: \
                 mend the line, or drop strict quotes (`limits.strict_quotes`) to reject it and read on"
            ),
            Self::NothingAccepted => f.write_str("no record was accepted"),
        }
    }
}

/// What stopped a run early.
pub(super) struct Stopped {
    pub(super) refusal: Refusal,
    /// What had been settled by then.
    pub(super) read: ReadTotals,
    /// The last stretch of the batch that was settled.
    pub(super) idx: usize,
}

/// What is tolerated, and how near a run is to it. What a job asks for wins over the schema.
#[derive(Debug)]
pub(super) struct Tolerance {
    rejects_max: Option<RejectsMax>,
    consecutive_max: Option<u64>,
    nothing_accepted: NothingAccepted,
    broken_quotes: BrokenQuotes,
    n_in_a_row: u64,
}

impl Tolerance {
    pub(super) fn of(job: &Job) -> Self {
        let (limits, schema) = (&job.limits, job.schema.extension());
        Self {
            rejects_max: limits.rejects_max.or(schema.rejects_max),
            consecutive_max: limits
                .consecutive_rejects_max
                .or(schema.consecutive_rejects_max),
            nothing_accepted: limits.nothing_accepted,
            broken_quotes: limits.broken_quotes,
            n_in_a_row: 0,
        }
    }

    /// Takes note of accepted records.
    pub(super) fn accept(&mut self) {
        self.n_in_a_row = 0;
    }

    /// Takes note of a rejected record, the last of `n_rejected`. Says whether it is one too many.
    pub(super) fn reject(&mut self, n_rejected: u64) -> Option<Refusal> {
        self.n_in_a_row += 1;
        match self.rejects_max {
            Some(max @ RejectsMax::Count(n_max)) if n_rejected > n_max => {
                return Some(Refusal::TooManyRejects {
                    rejected: n_rejected,
                    max,
                });
            }
            Some(RejectsMax::Count(_) | RejectsMax::PerMillion(_)) | None => {}
        }
        let max = self.consecutive_max?;
        (self.n_in_a_row > max).then_some(Refusal::TooManyInARow { max })
    }

    /// Takes note of a record on `line` whose quotes are broken. Says whether that is too many.
    pub(super) fn break_quotes(&self, line: u64) -> Option<Refusal> {
        match self.broken_quotes {
            BrokenQuotes::Reject => None,
            BrokenQuotes::Refuse => Some(Refusal::QuoteBroken { line }),
        }
    }

    /// Judges the end of a source that was read whole.
    pub(super) fn at_end(&self, accepted: u64, rejected: u64) -> Option<Refusal> {
        let read = accepted + rejected;
        match self.rejects_max {
            Some(max @ RejectsMax::PerMillion(per_million))
                if u128::from(rejected) * 1_000_000
                    > u128::from(read) * u128::from(per_million) =>
            {
                Some(Refusal::TooManyRejects { rejected, max })
            }
            _ if read > 0 && accepted == 0 && self.nothing_accepted == NothingAccepted::Refuse => {
                Some(Refusal::NothingAccepted)
            }
            Some(RejectsMax::Count(_) | RejectsMax::PerMillion(_)) | None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_judged_by_share_and_by_emptiness() {
        #[track_caller]
        fn check(max: Option<RejectsMax>, accepted: u64, rejected: u64, is_refused: bool) {
            let tolerance = Tolerance {
                rejects_max: max,
                consecutive_max: None,
                nothing_accepted: NothingAccepted::Refuse,
                broken_quotes: BrokenQuotes::Reject,
                n_in_a_row: 0,
            };
            let refusal = tolerance.at_end(accepted, rejected);
            assert_eq!(
                refusal.is_some(),
                is_refused,
                "{max:?} {accepted} {rejected}"
            );
        }
        check(None, 0, 0, false);
        check(None, 0, 1, true);
        check(None, 1, 1_000, false);
        check(Some(RejectsMax::PerMillion(10_000)), 99, 1, false);
        check(Some(RejectsMax::PerMillion(10_000)), 98, 2, true);
        check(Some(RejectsMax::PerMillion(0)), 98, 1, true);
    }
}
