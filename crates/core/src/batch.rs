//! A batch owns a run of input bytes that holds whole records only: the unit of work.

use crate::dialect::{Dialect, Mark};
use crate::position::Position;
use crate::scan::{Field, Index, More, Quoting, Record, Scanner};

/// How many bytes a batch is cut from, if the input has as many: small enough for a core's cache.
pub const BATCH_BYTES: usize = 512 * 1024;

/// How many stretches a batch has at most: an index takes many times the bytes of a blank line.
const STRETCHES_MAX: usize = 16 * 1024;

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

    /// Returns whether a field has no value, whatever its column says: it is the null sequence of
    /// the dialect, as it is written and without quotes.
    #[inline]
    pub(crate) fn is_null(&self, field: &Field, null_sequence: Option<&Mark>) -> bool {
        null_sequence.is_some_and(|null| {
            field.quoting != Quoting::Quoted && self.raw(field) == null.as_bytes()
        })
    }
}

/// Undoes a field's quoting and escapes; appends its content to `out`.
///
/// `raw` is the field as written, quotes included.
pub fn unescape(dialect: Dialect, raw: &[u8], out: &mut Vec<u8>) {
    let starts = |bytes: &[u8], mark: Option<Mark>| {
        mark.is_some_and(|mark| bytes.starts_with(mark.as_bytes()))
    };
    let n_quote = dialect.quote.map_or(0, |mark| mark.as_bytes().len());
    let is_quoted = starts(raw, dialect.quote);
    let inner = if is_quoted {
        raw.get(n_quote..raw.len().saturating_sub(n_quote))
    } else {
        Some(raw)
    };
    let mut rest = inner.unwrap_or_default();
    while let Some((&first, behind)) = rest.split_first() {
        // Of a mark and what it makes literal, the latter stays.
        let n_mark = match dialect.escape {
            Some(mark) if starts(rest, Some(mark)) => mark.as_bytes().len(),
            Some(_) | None if is_quoted && starts(rest, dialect.quote) => n_quote,
            Some(_) | None => {
                out.push(first);
                rest = behind;
                continue;
            }
        };
        let (mark, literal) = rest.split_at_checked(n_mark).unwrap_or((rest, &[]));
        // It may itself look like a mark: it is not looked at again.
        if let Some((&byte, behind)) = literal.split_first() {
            out.push(byte);
            rest = behind;
        } else {
            out.extend_from_slice(mark);
            rest = literal;
        }
    }
}

/// Cuts a stream of bytes into batches, the same ones whatever chunks they come in.
#[derive(Debug)]
pub struct Batcher {
    scanner: Scanner,
    pending: Vec<u8>,
    /// Where in `pending` the next batch begins.
    start: usize,
    batch_bytes: usize,
    /// How many bytes the next batch is cut from: more than usual if they hold no whole record.
    wanted: usize,
}

impl Batcher {
    /// Makes a batcher for records as `scanner` finds them, that cuts each batch from `batch_bytes`
    /// (at least 1; [`BATCH_BYTES`] serves most).
    #[must_use]
    pub fn new(scanner: Scanner, batch_bytes: usize) -> Self {
        let batch_bytes = batch_bytes.max(1);
        Self {
            scanner,
            pending: Vec::new(),
            start: 0,
            batch_bytes,
            wanted: batch_bytes,
        }
    }

    /// Takes the next bytes of the source.
    pub fn push(&mut self, chunk: &[u8]) {
        self.pending.drain(..self.start);
        self.start = 0;
        self.pending.extend_from_slice(chunk);
    }

    /// Cuts the next batch into `batch`, whose buffers are used again. Returns whether there is one.
    ///
    /// With [`More::None`] the rest becomes the last batches.
    pub fn cut(&mut self, more: More, batch: &mut Batch) -> bool {
        loop {
            let rest = self.pending.get(self.start..).unwrap_or_default();
            let (window, window_more) = match rest.split_at_checked(self.wanted) {
                Some((window, [])) => (window, more),
                Some((window, _)) => (window, More::MayFollow),
                None if more == More::MayFollow => return false,
                None => (rest, More::None),
            };
            let index = &mut batch.index;
            let n_bytes = self
                .scanner
                .scan_up_to(window, window_more, STRETCHES_MAX, index);
            if !index.records().is_empty() {
                batch.bytes.clear();
                let cut = window.get(..n_bytes).unwrap_or_default();
                batch.bytes.extend_from_slice(cut);
                self.start += n_bytes;
                self.wanted = self.batch_bytes;
                return true;
            }
            if window_more == More::None {
                return false;
            }
            // A record longer than that: look again at as much again, so that the work stays linear.
            self.wanted = self.wanted.saturating_mul(2);
        }
    }
}
