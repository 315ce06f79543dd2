//! A source in memory, and what comes of it.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use rowgate_core::control::{CancellationToken, Clock, Control};
use rowgate_core::dialect::DialectOptions;
use rowgate_core::report::SchemaReport;
use rowgate_core::run::{Job, Limits, validate};
use rowgate_core::schema::Schema;
use rowgate_core::store::{Chunks, Source, SourceIdentity, StoreFault};

/// What came of a run: all errors and the report, or why there is none.
pub type Outcome = Result<(Vec<String>, String), String>;

/// Validates `data`, cut into chunks of these sizes (the rest is one more chunk).
///
/// # Panics
///
/// The run ends in a bug of ours, or its accounts do not balance.
pub fn judge(
    schema: &Schema,
    dialect: &DialectOptions,
    record_bytes_max: usize,
    batch_bytes: usize,
    data: &[u8],
    chunk_sizes: &[u8],
) -> Outcome {
    let job = Job {
        run_id: "fuzz".to_owned(),
        schema: schema.clone(),
        schema_identity: SchemaReport {
            uri: "memory:schema".to_owned(),
            sha256: String::new(),
        },
        resources: Vec::new(),
        dialect: dialect.clone(),
        limits: Limits {
            record_bytes_max,
            batch_bytes,
            ..Limits::default()
        },
        settings_fingerprint: String::new(),
    };
    let source = Memory::new(data, chunk_sizes);
    let mut errors = Vec::new();
    let control = control();
    let run = validate(&job, &source, &control, |error| {
        errors.push(format!("{error:?}"));
    });
    match futures_executor::block_on(run) {
        Ok(report) => {
            let records = &report.records;
            assert_eq!(records.read, records.accepted + records.rejected);
            let bytes = &report.bytes;
            assert_eq!(bytes.read, bytes.accepted + bytes.rejected + bytes.overhead);
            if report.complete {
                assert_eq!(usize::try_from(bytes.read), Ok(data.len()));
            }
            Ok((errors, report.to_json().unwrap()))
        }
        Err(err) => {
            assert!(
                err.kind() != rowgate_core::ErrorKind::Bug,
                "{err}: {:?}",
                std::error::Error::source(&err)
            );
            Err(err.to_string())
        }
    }
}

fn control() -> Control {
    Control {
        cancel: CancellationToken::new(),
        progress: Arc::default(),
        clock: Arc::new(Still),
        scratch: None,
    }
}

/// A clock that stands still.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

struct Memory {
    identity: SourceIdentity,
    chunks: Vec<Bytes>,
}

impl Memory {
    fn new(data: &[u8], chunk_sizes: &[u8]) -> Self {
        let mut rest = data;
        let mut chunks = Vec::new();
        for &size in chunk_sizes {
            let (chunk, behind) = rest.split_at(usize::from(size).min(rest.len()));
            chunks.push(Bytes::copy_from_slice(chunk));
            rest = behind;
        }
        chunks.push(Bytes::copy_from_slice(rest));
        chunks.retain(|chunk| !chunk.is_empty());
        Self {
            identity: SourceIdentity {
                uri: "memory:source".to_owned(),
                version: Some("v1".to_owned()),
                bytes: u64::try_from(data.len()).ok(),
            },
            chunks,
        }
    }
}

impl Source for Memory {
    type Chunks = MemoryChunks;

    fn identity(&self) -> &SourceIdentity {
        &self.identity
    }

    async fn read_from(&self, offset: u64) -> Result<Self::Chunks, StoreFault> {
        assert_eq!(offset, 0);
        Ok(MemoryChunks(self.chunks.clone().into_iter()))
    }
}

struct MemoryChunks(std::vec::IntoIter<Bytes>);

impl Chunks for MemoryChunks {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreFault> {
        Ok(self.0.next())
    }
}
