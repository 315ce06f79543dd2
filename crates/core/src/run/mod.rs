//! The driver: read, judge, put in order, balance, publish. The only async code that sees it all.

mod count;
mod ingest;
mod judge;
mod reader;
mod validate;

pub use count::count;
pub use ingest::{Places, ingest, look_at_destination};
pub use validate::validate;

use std::fmt;

use jiff::Timestamp;

use crate::batch::BATCH_BYTES;
use crate::dialect::DialectOptions;
use crate::keys::KEY_BYTES_MAX;
use crate::landing::LandingOptions;
use crate::ledger::SAMPLES_MAX;
use crate::report::{
    Counts, DialectReport, Report, ResumeReport, SchemaReport, SourceReport, Status, SummaryReport,
};
use crate::scan::RECORD_BYTES_MAX;
use crate::schema::Schema;
use crate::store::Source;
pub use crate::tolerance::RejectsMax;

/// What a run is to do.
#[derive(Clone, Debug)]
pub struct Job {
    /// The run's identity, a UUID.
    pub run_id: String,
    /// What records must be.
    pub schema: Schema,
    /// Where the schema came from.
    pub schema_identity: SchemaReport,
    /// How the source is written.
    pub dialect: DialectOptions,
    /// What the run may take and tolerate.
    pub limits: Limits,
    /// The SHA-256, in hex, of the settings that affect the outcome.
    pub settings_fingerprint: String,
}

/// What a run may take and tolerate.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How many rejected records are tolerated; `None`: any number.
    pub rejects_max: Option<RejectsMax>,
    /// What to do when no record at all was accepted.
    pub nothing_accepted: NothingAccepted,
    /// The longest record, in bytes.
    pub record_bytes_max: usize,
    /// The memory that the values of unique columns may take, in bytes.
    pub unique_bytes_max: u64,
    /// How many errors the report shows.
    pub samples_max: usize,
    /// How many bytes a batch is cut from. It changes nothing but the pace.
    pub batch_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rejects_max: None,
            nothing_accepted: NothingAccepted::Refuse,
            record_bytes_max: RECORD_BYTES_MAX,
            unique_bytes_max: KEY_BYTES_MAX,
            samples_max: SAMPLES_MAX,
            batch_bytes: BATCH_BYTES,
        }
    }
}

/// What to do with a source that has records, none of which was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NothingAccepted {
    /// Refuse it.
    Refuse,
    /// Land the header alone.
    Land,
}

/// How a run writes.
#[derive(Clone, Debug)]
pub struct Landings {
    /// How outputs are sent.
    pub options: LandingOptions,
    /// What to do with something that is at the destination already.
    pub existing: Existing,
}

/// What to do with something that is at the destination already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Keep it: the run stops before it reads.
    Keep,
    /// Replace it, if it is still the same when the run publishes.
    Replace,
}

/// Why data is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Header,
    TooManyRejects { rejected: u64, max: RejectsMax },
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
            Self::NothingAccepted => f.write_str("no record was accepted"),
        }
    }
}

/// A source that was judged, as far as it was.
struct Judged {
    counts: Counts,
    summaries: Vec<SummaryReport>,
    dialect: DialectReport,
    refusal: Option<Refusal>,
    complete: bool,
    source_bytes: u64,
}

impl Judged {
    fn into_report<S: Source>(
        self,
        job: &Job,
        source: &S,
        status: Status,
        started_at: Timestamp,
        finished_at: Timestamp,
    ) -> Report {
        let (identity, format) = (source.identity(), source.format());
        Report {
            rowgate_version: env!("CARGO_PKG_VERSION"),
            run_id: job.run_id.clone(),
            status,
            refusal: self.refusal.map(|refusal| refusal.to_string()),
            complete: self.complete,
            source: SourceReport {
                uri: identity.uri.clone(),
                etag: identity.version.clone(),
                bytes: self.source_bytes,
                compression: format.compression.as_str(),
                encoding: format.encoding,
                dialect: self.dialect,
            },
            schema: job.schema_identity.clone(),
            settings_fingerprint: job.settings_fingerprint.clone(),
            records: self.counts.records,
            bytes: self.counts.bytes,
            output: None,
            rejects: None,
            errors: self.counts.errors,
            warnings: self.counts.warnings,
            rules: self.counts.rules,
            summaries: self.summaries,
            columns: self.counts.columns,
            resume: ResumeReport::default(),
            started_at: format!("{started_at:.3}"),
            finished_at: format!("{finished_at:.3}"),
        }
    }
}

/// Judges the end of a source that was read whole.
fn refusal_at_end(limits: &Limits, accepted: u64, rejected: u64) -> Option<Refusal> {
    let read = accepted + rejected;
    match limits.rejects_max {
        Some(max @ RejectsMax::PerMillion(per_million))
            if u128::from(rejected) * 1_000_000 > u128::from(read) * u128::from(per_million) =>
        {
            Some(Refusal::TooManyRejects { rejected, max })
        }
        _ if read > 0 && accepted == 0 && limits.nothing_accepted == NothingAccepted::Refuse => {
            Some(Refusal::NothingAccepted)
        }
        Some(RejectsMax::Count(_) | RejectsMax::PerMillion(_)) | None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_judged_by_share_and_by_emptiness() {
        #[track_caller]
        fn check(max: Option<RejectsMax>, accepted: u64, rejected: u64, is_refused: bool) {
            let limits = Limits {
                rejects_max: max,
                ..Limits::default()
            };
            let refusal = refusal_at_end(&limits, accepted, rejected);
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
