//! The driver: read, judge, put in order, balance, publish. The only async code that sees it all.

mod count;
mod errors;
mod figures;
mod infer;
mod ingest;
mod judge;
mod reader;
mod references;
mod spool;
mod stop;
mod validate;

pub use count::count;
pub use infer::infer;
pub use ingest::{Places, ingest, look_at_destination, look_at_places};
pub use validate::validate;

use jiff::Timestamp;

use self::stop::Refusal;
use crate::advice::Advice;
use crate::batch::BATCH_BYTES;
use crate::detect::Detected;
use crate::dialect::DialectOptions;
use crate::keys::KEY_BYTES_MAX;
use crate::landing::LandingOptions;
use crate::ledger::SAMPLES_MAX;
use crate::quarantine::QuarantineOptions;
use crate::report::{
    Counts, DialectReport, Report, ResourceReport, ResumeReport, SchemaReport, SourceReport,
    Status, SummaryReport,
};
use crate::resource::Resource;
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
    /// The tables that the schema's foreign keys refer to.
    pub resources: Vec<Resource>,
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
    /// How many rejected records are tolerated; `None`: as the schema says, else any number.
    pub rejects_max: Option<RejectsMax>,
    /// How many records may be rejected one after the other; `None`: as the schema says, else any
    /// number.
    pub consecutive_rejects_max: Option<u64>,
    /// What to do when no record at all was accepted.
    pub nothing_accepted: NothingAccepted,
    /// What to do with a record whose quotes are broken.
    pub broken_quotes: BrokenQuotes,
    /// The longest record, in bytes.
    pub record_bytes_max: usize,
    /// The longest field, in bytes as it is written; of a longer one its record is rejected.
    pub field_bytes_max: usize,
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
            consecutive_rejects_max: None,
            nothing_accepted: NothingAccepted::Refuse,
            broken_quotes: BrokenQuotes::Reject,
            record_bytes_max: RECORD_BYTES_MAX,
            field_bytes_max: RECORD_BYTES_MAX,
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

/// What to do with a record whose quotes are broken, or not closed within the longest record.
///
/// Such a record is its first line. What follows within the broken quote is read as records of its
/// own, which may be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenQuotes {
    /// Reject the record, and read on.
    Reject,
    /// Refuse the source, and stop.
    Refuse,
}

/// How a run writes.
#[derive(Clone, Debug)]
pub struct Landings {
    /// How outputs are sent.
    pub options: LandingOptions,
    /// What to do with something that is at the destination already.
    pub existing: Existing,
    /// How rejected records are written down.
    pub quarantine: QuarantineOptions,
}

/// What to do with something that is at the destination already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Keep it: the run stops before it reads.
    Keep,
    /// Replace it, if it is still the same when the run publishes.
    Replace,
}

/// A source that was judged, as far as it was.
struct Judged {
    counts: Counts,
    advice: Vec<Advice>,
    summaries: Vec<SummaryReport>,
    cells_escaped: u64,
    dialect: DialectReport,
    resources: Vec<ResourceReport>,
    detected: Vec<Detected>,
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
                detected: self.detected,
            },
            schema: job.schema_identity.clone(),
            resources: self.resources,
            settings_fingerprint: job.settings_fingerprint.clone(),
            records: self.counts.records,
            bytes: self.counts.bytes,
            cells_escaped: self.cells_escaped,
            output: None,
            rejects: None,
            errors: self.counts.errors,
            advice: self.advice,
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
