//! A batch owns a run of input bytes that holds whole records only: the unit of work.

use crate::dialect::Dialect;
use crate::position::Position;
use crate::scan::{Field, Index, More, Record, Scanner};

/// How many bytes a batch is cut from, if the input has as many: small enough for a core's cache.
pub const BATCH_BYTES: usize = 512 * 1024;

/// Whole records, with their index.
#[derive(Debug, Default)]
pub struct Batch {
    bytes: Vec<u8>,
    index: Index,
}

impl Batch {
    /// Returns the bytes, as they were read.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns what stands where.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Returns where the first byte stands in the source.
    #[must_use]
    pub fn base(&self) -> Position {
        self.index.base()
    }

    /// Returns a record's bytes without its line end.
    #[must_use]
    pub fn content(&self, record: &Record) -> &[u8] {
        self.bytes.get(record.start..record.end).unwrap_or_default()
    }

    /// Returns a field as it is written, quotes and escapes included.
    #[must_use]
    pub fn raw(&self, field: &Field) -> &[u8] {
        self.bytes.get(field.start..field.end).unwrap_or_default()
    }
}

/// Undoes a field's quoting and escapes; appends its content to `out`.
///
/// `raw` is the field as written, quotes included.
pub fn unescape(dialect: Dialect, raw: &[u8], out: &mut Vec<u8>) {
    let quote = dialect.quote.filter(|quote| raw.first() == Some(quote));
    let inner = match quote {
        Some(_) => raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default(),
        None => raw,
    };
    let mut bytes = inner.iter().copied();
    while let Some(byte) = bytes.next() {
        let is_mark = dialect.escape == Some(byte) || quote == Some(byte);
        out.push(if is_mark {
            bytes.next().unwrap_or(byte)
        } else {
            byte
        });
    }
}

/// Cuts a stream of bytes into batches, whatever chunks they come in.
#[derive(Debug)]
pub struct Batcher {
    scanner: Scanner,
    pending: Vec<u8>,
    /// How many bytes must be pending before a scan is worth it.
    wanted: usize,
}

impl Batcher {
    /// Makes a batcher for records as `scanner` finds them.
    #[must_use]
    pub fn new(scanner: Scanner) -> Self {
        Self {
            scanner,
            pending: Vec::new(),
            wanted: BATCH_BYTES,
        }
    }

    /// Takes the next bytes of the source.
    pub fn push(&mut self, chunk: &[u8]) {
        self.pending.extend_from_slice(chunk);
    }

    /// Cuts the next batch into `batch`, whose buffers are used again. Returns whether there is one.
    ///
    /// With [`More::None`] the rest becomes the last batch.
    pub fn cut(&mut self, more: More, batch: &mut Batch) -> bool {
        let is_worth_it = match more {
            More::MayFollow => self.pending.len() >= self.wanted,
            More::None => !self.pending.is_empty() || self.scanner.is_skipping(),
        };
        if !is_worth_it {
            return false;
        }
        let n_bytes = self.scanner.scan(&self.pending, more, &mut batch.index);
        if batch.index.records().is_empty() {
            // A record longer than a batch: look again when there is as much again to look at.
            self.wanted = self.pending.len() + BATCH_BYTES;
            return false;
        }
        std::mem::swap(&mut self.pending, &mut batch.bytes);
        self.pending.clear();
        self.pending
            .extend_from_slice(batch.bytes.get(n_bytes..).unwrap_or_default());
        batch.bytes.truncate(n_bytes);
        self.wanted = BATCH_BYTES;
        true
    }
}
