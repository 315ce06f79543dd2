//! The ledger made public: the report, and the errors in it. Versioned and append-only.

mod dialect;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::advice::Advice;
use crate::checksum::Crc64;
use crate::detect::Detected;
use crate::landing::Receipt;
use crate::ledger::{Balanced, RuleCounts};
use crate::reason::Code;
use crate::text::{shorten, visible};

pub use self::dialect::DialectReport;

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The destination appeared whole.
    Landed,
    /// The records were judged, and nothing was to be written.
    Validated,
    /// The destination did not appear.
    Refused,
}

/// One error of the data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordError {
    /// The record's number, from 1; `None` if it is the header's.
    pub record: Option<u64>,
    /// The physical line on which the record begins, from 1.
    pub line: u64,
    /// Where the record begins, in bytes of the source from 0.
    pub byte_offset: u64,
    /// The column's label, shortened, if it is a cell's.
    pub column: Option<String>,
    /// Which rule is broken.
    pub code: Code,
    /// What was expected and what was found.
    pub message: String,
    /// The value at fault, shortened.
    pub value: Option<String>,
}

impl RecordError {
    /// Composes the message of an error.
    #[must_use]
    pub fn message(expected: &str, value: Option<&str>) -> String {
        // It may name a label.
        let expected = visible(expected);
        match value {
            None => format!("expected {expected}"),
            Some(value) => format!("expected {expected}, found `{}`", visible(&shorten(value))),
        }
    }
}

/// The source, as it was read.
#[derive(Clone, Debug, Serialize)]
pub struct SourceReport {
    /// Where it was read from.
    pub uri: String,
    /// Which version was read; `None` for a stream.
    pub etag: Option<String>,
    /// Its length as it is stored, in bytes; of a stream, how much of it was read.
    pub bytes: u64,
    /// How it is compressed.
    pub compression: &'static str,
    /// How its text is encoded.
    pub encoding: &'static str,
    /// How it is written.
    pub dialect: DialectReport,
    /// What was detected, and by what evidence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub detected: Vec<Detected>,
}

/// The schema in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SchemaReport {
    /// Where it was read from.
    pub uri: String,
    /// The SHA-256 of its descriptor, in hex.
    pub sha256: String,
}

/// Counts of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RecordsReport {
    /// All that were judged: accepted and rejected.
    pub read: u64,
    /// Those that passed.
    pub accepted: u64,
    /// Those that did not.
    pub rejected: u64,
}

/// Counts of the source's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BytesReport {
    /// All that were judged: accepted, rejected and overhead.
    pub read: u64,
    /// Of accepted records.
    pub accepted: u64,
    /// Of rejected records.
    pub rejected: u64,
    /// Of what is no record.
    pub overhead: u64,
}

/// A checksum, as the store has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChecksumReport {
    /// Its name.
    pub algorithm: &'static str,
    /// Its value, in base64 of the big-endian bytes.
    pub value: String,
}

/// The destination, as it became visible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutputReport {
    /// Where it is.
    pub uri: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its tag in the store, where the store has one.
    pub etag: Option<String>,
    /// Its checksum.
    pub checksum: ChecksumReport,
    /// In how many parts it was sent; 1 if in one step.
    pub parts: u32,
}

impl OutputReport {
    pub(crate) fn new(receipt: Receipt) -> Self {
        Self {
            uri: receipt.uri,
            bytes: receipt.seal.bytes,
            etag: receipt.etag,
            checksum: ChecksumReport {
                algorithm: Crc64::ALGORITHM,
                value: receipt.seal.crc64.to_base64(),
            },
            parts: receipt.n_parts,
        }
    }
}

/// The quarantine, as it became visible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RejectsReport {
    /// Where it is.
    pub uri: String,
    /// How many records it holds.
    pub records: u64,
}

/// A table that foreign keys refer to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResourceReport {
    /// What the schema calls it.
    pub name: String,
    /// Where it was read from.
    pub uri: String,
    /// What tells this version of it from another, if it has versions.
    pub version: Option<String>,
    /// How many records were read.
    pub records: u64,
    /// How many of them count for nothing: they are no records, or their key is not valid.
    pub malformed: u64,
}

/// The errors of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorsReport {
    /// How many there are; a record may have several.
    pub total: u64,
    /// How many there are of each code.
    pub by_code: BTreeMap<Code, u64>,
    /// How many there are in each column that has any.
    pub by_column: BTreeMap<String, u64>,
    /// How many there are of each code in each column; of very many pairs, those that came first.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub by_column_and_code: BTreeMap<String, BTreeMap<Code, u64>>,
    /// Where in the source they lie; `None` if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positions: Option<PositionsReport>,
    /// The first of them.
    pub samples: Vec<RecordError>,
}

/// Where in the source errors lie: how many in each of its stretches of the same length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PositionsReport {
    /// The length of a stretch in bytes, a power of two.
    pub bin_bytes: u64,
    /// How many errors are in each stretch, from the source's first byte to the last error; at most
    /// [`BINS_MAX`](crate::positions::BINS_MAX).
    pub counts: Vec<u64>,
}

/// What is odd about accepted records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WarningsReport {
    /// How many warnings there are; a record may have several.
    pub total: u64,
    /// How many there are of each code.
    pub by_code: BTreeMap<Code, u64>,
    /// How many there are of each rule that has any.
    pub by_rule: BTreeMap<String, u64>,
    /// The first of them.
    pub samples: Vec<RecordError>,
}

/// What came of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleReport {
    /// Its name.
    pub name: String,
    /// What becomes of a record that breaks it: `reject`, `warn` or `fail`.
    pub severity: &'static str,
    /// How many records broke it.
    pub broken: u64,
    /// For how many records it could not be decided, because a value was missing or wrong.
    pub undecided: u64,
}

/// A figure over the accepted records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SummaryReport {
    /// Its name.
    pub name: String,
    /// What was computed: `sum`, `mean` or `weighted_mean`.
    pub kind: &'static str,
    /// The figure, as a decimal number in text so that nobody rounds it; `None` if there is none, as
    /// of a mean of no values.
    pub value: Option<String>,
    /// How many records it was computed of.
    pub count: u64,
}

/// What happened to a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnReport {
    /// Its label.
    pub name: String,
    /// Its type; `None` if the schema does not name the column.
    #[serde(rename = "type")]
    pub kind: Option<&'static str>,
    /// Cells with a missing value.
    pub missing: u64,
    /// Errors.
    pub errors: u64,
}

/// How often a run was resumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ResumeReport {
    /// How often.
    pub times: u32,
    /// How many confirmed parts were not sent again.
    pub parts_reused: u32,
}

/// What a run did. It speaks only of what is there: it is made after the last write but its own.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The version that wrote it.
    pub rowgate_version: &'static str,
    /// The run, as a UUID.
    pub run_id: String,
    /// What became of it.
    pub status: Status,
    /// Why it was refused, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// Whether the whole source was judged.
    pub complete: bool,
    /// The source.
    pub source: SourceReport,
    /// The schema.
    pub schema: SchemaReport,
    /// The tables that the schema's foreign keys refer to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<ResourceReport>,
    /// The SHA-256, in hex, of the settings that affect the outcome.
    pub settings_fingerprint: String,
    /// Records: `read = accepted + rejected`.
    pub records: RecordsReport,
    /// Bytes: `read = accepted + rejected + overhead`.
    pub bytes: BytesReport,
    /// Cells before which an apostrophe was put, as they would have been taken for formulas. Each adds
    /// a byte to the destination.
    #[serde(skip_serializing_if = "is_zero")]
    pub cells_escaped: u64,
    /// The destination, if it appeared.
    pub output: Option<OutputReport>,
    /// The quarantine, if one was to be written.
    pub rejects: Option<RejectsReport>,
    /// The errors.
    pub errors: ErrorsReport,
    /// What would mend the errors, what mends most of them first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<Advice>,
    /// The warnings; `None` if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warnings: Option<WarningsReport>,
    /// The schema's rules, in its order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleReport>,
    /// The schema's summaries, in its order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub summaries: Vec<SummaryReport>,
    /// The columns, in the source's order.
    pub columns: Vec<ColumnReport>,
    /// Resumptions.
    pub resume: ResumeReport,
    /// When the run began, RFC 3339 in UTC.
    pub started_at: String,
    /// When it ended, RFC 3339 in UTC.
    pub finished_at: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Report {
    /// How every report in JSON begins.
    pub const HEAD: &str = "{\n  \"rowgate_version\"";

    /// Returns the report as JSON, indented, with a line end.
    ///
    /// # Errors
    ///
    /// A bug of ours, if it cannot be serialised.
    pub fn to_json(&self) -> crate::Result<String> {
        let json = serde_json::to_string_pretty(self);
        let text =
            json.map_err(|err| crate::Error::bug(format!("the report is no JSON: {err}")))?;
        Ok(text + "\n")
    }
}

/// The counts of a report, from books that balance.
pub(crate) struct Counts {
    pub(crate) records: RecordsReport,
    pub(crate) bytes: BytesReport,
    pub(crate) errors: ErrorsReport,
    pub(crate) warnings: Option<WarningsReport>,
    pub(crate) rules: Vec<RuleReport>,
    pub(crate) columns: Vec<ColumnReport>,
}

impl From<Balanced> for Counts {
    fn from(Balanced(books): Balanced) -> Self {
        let (records, bytes) = (books.records, books.bytes);
        let in_error = || books.columns.iter().filter(|column| column.errors > 0);
        let by_column = in_error().map(|c| (c.name.clone(), c.errors)).collect();
        let by_column_and_code = in_error()
            .filter(|column| !column.by_code.is_empty())
            .map(|column| {
                let by_code = column.by_code.iter().copied().collect();
                (column.name.clone(), by_code)
            })
            .collect();
        Self {
            records: RecordsReport {
                read: records.accepted + records.rejected,
                accepted: records.accepted,
                rejected: records.rejected,
            },
            bytes: BytesReport {
                read: bytes.accepted + bytes.rejected + bytes.overhead,
                accepted: bytes.accepted,
                rejected: bytes.rejected,
                overhead: bytes.overhead,
            },
            errors: ErrorsReport {
                total: books.n_errors,
                by_code: books.by_code,
                by_column,
                by_column_and_code,
                positions: books.positions.into_report(),
                samples: books.samples,
            },
            warnings: warnings(&books.rules, books.warnings),
            rules: books.rules.into_iter().map(RuleReport::from).collect(),
            columns: books
                .columns
                .into_iter()
                .map(|column| ColumnReport {
                    name: column.name,
                    kind: column.kind,
                    missing: column.missing,
                    errors: column.errors,
                })
                .collect(),
        }
    }
}

/// Reports the warnings, if there are any: all of them are of rules.
fn warnings(rules: &[RuleCounts], samples: Vec<RecordError>) -> Option<WarningsReport> {
    let by_rule: BTreeMap<String, u64> = rules
        .iter()
        .filter(|rule| rule.warned > 0)
        .map(|rule| (rule.name.clone(), rule.warned))
        .collect();
    let total = by_rule.values().sum();
    (total > 0).then(|| WarningsReport {
        total,
        by_code: BTreeMap::from([(Code::RowConstraint, total)]),
        by_rule,
        samples,
    })
}

impl From<RuleCounts> for RuleReport {
    fn from(rule: RuleCounts) -> Self {
        Self {
            name: rule.name,
            severity: rule.severity.as_str(),
            broken: rule.broken,
            undecided: rule.undecided,
        }
    }
}
