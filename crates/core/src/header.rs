//! The beginning of a source: what comes before its first record, and what it says of the rest.

use std::collections::HashSet;

use crate::batch::unescape;
use crate::dialect::{Dialect, DialectOptions, Mark};
use crate::error::{Error, ErrorKind, Result};
use crate::plan::{COLUMNS_MAX, HeaderFault, Plan, QUARANTINE_COLUMNS, stripped};
use crate::position::Position;
use crate::reason::Code;
use crate::scan::{self, Index, Kind, Line, More, Scanner, first_line, to_u64};
use crate::schema::{Field, Schema};

const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";

/// Beginnings of sources that are not UTF-8 text, and what they are.
const SIGNATURES: [(&[u8], &str); 7] = [
    (b"\x1F\x8B", "compressed with gzip"),
    (b"\x28\xB5\x2F\xFD", "compressed with zstd"),
    (b"BZh", "compressed with bzip2"),
    (b"\xFD7zXZ\0", "compressed with xz"),
    (b"PK\x03\x04", "a ZIP archive (or a spreadsheet)"),
    (b"\xFF\xFE", "UTF-16"),
    (b"\xFE\xFF", "UTF-16"),
];

/// How many bytes it takes to tell what a source is.
const SIGNATURE_BYTES_MAX: usize = 6;

/// A source whose beginning was read.
#[derive(Debug)]
pub struct Opened {
    /// How its records are judged, or why they are not.
    pub bound: Result<Plan, Vec<HeaderFault>>,
    /// The dialect in force.
    pub dialect: Dialect,
    /// The header as it was read, line end included; empty if there is none.
    pub header: Vec<u8>,
    /// Where the first cell of the header that is the source's own begins, in bytes of `header`:
    /// not 0 in a quarantine file.
    pub own_header_at: usize,
    /// Where the first record stands.
    pub position: Position,
    /// The first bytes after the header.
    pub rest: Vec<u8>,
}

/// Reads the beginning of a source, in whatever chunks it comes.
#[derive(Debug)]
pub struct Opener<'a> {
    options: &'a DialectOptions,
    record_bytes_max: usize,
    pending: Vec<u8>,
    position: Position,
    /// How many lines are still to be passed over; a comment is one.
    lines_to_skip: u64,
    is_signature_read: bool,
    /// How many bytes must be pending before another look at them is worth it.
    wanted: usize,
}

/// One reading of the first record.
struct Reading {
    dialect: Dialect,
    labels: Vec<String>,
    own_at: usize,
    next: usize,
    n_lines: u64,
    kind: Kind,
    is_utf8: bool,
}

/// A reading, as a schema sees it.
struct Candidate {
    reading: Reading,
    bound: Result<Plan, Vec<HeaderFault>>,
    is_header: bool,
    fits: bool,
    n_known: usize,
}

impl<'a> Opener<'a> {
    /// Starts at the first byte of a source.
    #[must_use]
    pub fn new(options: &'a DialectOptions, record_bytes_max: usize) -> Self {
        Self {
            options,
            record_bytes_max,
            pending: Vec::new(),
            position: Position::START,
            lines_to_skip: options.skip_lines.unwrap_or(0),
            is_signature_read: false,
            wanted: 0,
        }
    }

    /// Takes the next bytes of the source.
    pub fn push(&mut self, chunk: &[u8]) {
        self.pending.extend_from_slice(chunk);
    }

    /// Reads the beginning by a schema. `None`: it takes more bytes.
    ///
    /// The delimiter is the one that makes the header match, unless one was asked for.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Source`] if the source is empty or no UTF-8 text, [`ErrorKind::Settings`] if the
    /// dialect is unusable or ambiguous.
    pub fn open(&mut self, schema: &Schema, more: More) -> Result<Option<Opened>> {
        let Some(readings) = self.readings(more)? else {
            return Ok(None);
        };
        let has_header =
            |reading: &Reading| self.options.has_header() || stripped(&reading.labels) > 0;
        let n_fields = schema.fields().len();
        let names: HashSet<&str> = schema.fields().iter().map(Field::name).collect();
        let candidates: Vec<Candidate> = readings
            .into_iter()
            .map(|reading| {
                let is_header = has_header(&reading);
                let bound = if is_header {
                    bind_header(schema, &reading)
                } else {
                    Ok(Plan::positional(schema, reading.dialect))
                };
                let is_known = |label: &&String| names.contains(label.as_str());
                Candidate {
                    fits: bound.is_ok() && (is_header || reading.labels.len() == n_fields),
                    n_known: reading.labels.iter().filter(is_known).count(),
                    is_header,
                    bound,
                    reading,
                }
            })
            .collect();
        let fitting = || candidates.iter().filter(|c| c.fits).map(|c| &c.reading);
        if let Some(first) = fitting().next()
            && fitting().any(|other| other.labels != first.labels)
        {
            return Err(ambiguous(fitting()));
        }
        // They come in order of preference, and `max_by_key` takes the last of equals.
        let best = candidates
            .into_iter()
            .rev()
            .max_by_key(|candidate| (candidate.fits, candidate.n_known));
        match best {
            Some(best) => Ok(Some(self.opened(best))),
            None => Err(Error::bug("a source was read in no way at all")),
        }
    }

    /// Reads the beginning without a schema, to find the dialect. `None`: it takes more bytes.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and [`ErrorKind::Source`] if the header is longer than a record may
    /// be. The delimiter is ambiguous if two candidates make equally many columns of the first record.
    pub fn open_untyped(&mut self, more: More) -> Result<Option<(Dialect, Position, Vec<u8>)>> {
        let Some(readings) = self.readings(more)? else {
            return Ok(None);
        };
        let most = readings.iter().map(|r| r.labels.len()).max().unwrap_or(0);
        let mut best = readings.iter().filter(|r| r.labels.len() == most);
        let Some(first) = best.next() else {
            return Err(Error::bug("a source was read in no way at all"));
        };
        if most > 1 && best.next().is_some() {
            return Err(ambiguous(
                readings.iter().filter(|r| r.labels.len() == most),
            ));
        }
        let is_too_long = matches!(first.kind, Kind::Oversized | Kind::Piece);
        if is_too_long && self.options.has_header() {
            return Err(Error::new(
                ErrorKind::Source,
                format!(
                    "the header is longer than the record limit of {} bytes",
                    self.record_bytes_max
                ),
            ));
        }
        let dialect = first.dialect;
        let (skip, n_lines) = if self.options.has_header() {
            (first.next, first.n_lines)
        } else {
            (0, 0)
        };
        self.consume(skip, n_lines);
        Ok(Some((
            dialect,
            self.position,
            std::mem::take(&mut self.pending),
        )))
    }

    fn opened(&mut self, best: Candidate) -> Opened {
        let Candidate { reading, bound, .. } = best;
        let mut header = Vec::new();
        if best.is_header {
            let written = self.pending.get(..reading.next);
            header = written.unwrap_or_default().to_vec();
            self.consume(reading.next, reading.n_lines);
        }
        // A quarantine file's header is ours, not the source's, if the source has none.
        let own_header_at = if self.options.has_header() {
            reading.own_at.min(header.len())
        } else {
            header.len()
        };
        Opened {
            bound,
            dialect: reading.dialect,
            header,
            own_header_at,
            position: self.position,
            rest: std::mem::take(&mut self.pending),
        }
    }

    /// Reads the first record by every delimiter that may be meant. `None`: it takes more bytes.
    fn readings(&mut self, more: More) -> Result<Option<Vec<Reading>>> {
        let dialects = self.dialects()?;
        if !self.read_signature(more)? || !self.pass_lines(more) {
            return Ok(None);
        }
        if more == More::MayFollow && self.pending.len() < self.wanted {
            return Ok(None);
        }
        let mut readings = Vec::new();
        for dialect in dialects {
            match self.read_first(dialect, more) {
                Some(reading) => readings.push(reading),
                None if more == More::MayFollow => {
                    // Looking at twice as much each time keeps the work linear. Two bytes past the
                    // limit (half a line end may wait for the other) say that it was passed.
                    let limit = self.record_bytes_max.saturating_add(2);
                    self.wanted = self.pending.len().saturating_mul(2).min(limit);
                    return Ok(None);
                }
                None => {}
            }
        }
        if readings.is_empty() {
            return Err(Error::new(
                ErrorKind::Source,
                "the source is empty: not even a header is there",
            ));
        }
        Ok(Some(readings))
    }

    /// Returns the dialects that may be meant, in order of preference.
    fn dialects(&self) -> Result<Vec<Dialect>> {
        if self.options.delimiter.is_some() {
            return Ok(vec![Dialect::new(self.options, ',')?]);
        }
        let candidates = Dialect::CANDIDATES.map(|c| Dialect::new(self.options, c));
        if candidates.iter().any(Result::is_ok) {
            // A candidate that is the quote, or the comment sign, is not meant.
            return Ok(candidates.into_iter().flatten().collect());
        }
        // It is not for the delimiter that none will do.
        candidates.into_iter().collect()
    }

    /// Passes over a byte order mark and refuses what is no UTF-8 text. Returns whether it is done.
    fn read_signature(&mut self, more: More) -> Result<bool> {
        if self.is_signature_read {
            return Ok(true);
        }
        if more == More::MayFollow && self.pending.len() < SIGNATURE_BYTES_MAX {
            return Ok(false);
        }
        if let Some((_, what)) = SIGNATURES
            .iter()
            .find(|(sign, _)| self.pending.starts_with(sign))
        {
            return Err(Error::new(
                ErrorKind::Source,
                format!(
                    "the source is {what}, and this version reads UTF-8 text only: convert it first"
                ),
            ));
        }
        self.is_signature_read = true;
        if self.pending.starts_with(UTF8_BOM) {
            self.consume(UTF8_BOM.len(), 0);
        }
        Ok(true)
    }

    /// Passes over the lines before the header, and comments. Returns whether that is done.
    fn pass_lines(&mut self, more: More) -> bool {
        let comment = self.options.comment.as_ref().map(Mark::as_bytes);
        let mut at = 0;
        let mut n_lines = 0;
        let is_done = loop {
            if self.lines_to_skip == 0 {
                match self.pending.get(at) {
                    Some(byte) if comment == Some(std::slice::from_ref(byte)) => {
                        self.lines_to_skip = 1;
                    }
                    Some(_) => break true,
                    None => break more == More::None,
                }
            }
            match first_line(&self.pending, at, more) {
                Line::Whole { next, .. } => {
                    at = next;
                    n_lines += 1;
                    self.lines_to_skip -= 1;
                }
                Line::WaitsAt(end) => {
                    at = end;
                    break false;
                }
                Line::Unended => {
                    at = self.pending.len();
                    break more == More::None;
                }
            }
        };
        self.consume(at, n_lines);
        is_done
    }

    fn consume(&mut self, n_bytes: usize, n_lines: u64) {
        self.pending.drain(..n_bytes.min(self.pending.len()));
        self.position.byte_offset += to_u64(n_bytes);
        self.position.line += n_lines;
    }

    /// Reads the first record.
    fn read_first(&self, dialect: Dialect, more: More) -> Option<Reading> {
        let mut scanner = Scanner::new(dialect, self.record_bytes_max, Position::START);
        let mut index = Index::default();
        scanner.scan_up_to(&self.pending, more, 1, &mut index);
        let record = index.records().first()?;
        let fields = index.fields(record);
        // One more than a plan takes tells it that there are too many.
        let n_cells_max = QUARANTINE_COLUMNS.len() + COLUMNS_MAX + 1;
        let cells: Vec<Vec<u8>> = fields
            .iter()
            .take(n_cells_max)
            .map(|f| self.cell(dialect, f))
            .collect();
        let is_utf8 = cells.iter().all(|cell| str::from_utf8(cell).is_ok());
        let labels: Vec<String> = cells
            .into_iter()
            .map(|cell| String::from_utf8_lossy(&cell).into_owned())
            .collect();
        let (own_at, next, n_lines) = match record.kind {
            // However much of it is there: the answer does not depend on how the bytes came.
            Kind::Oversized | Kind::Piece => (0, self.record_bytes_max, 1),
            Kind::Fields | Kind::Blank | Kind::BrokenQuote | Kind::Overhead => {
                let own_field = fields.get(stripped(&labels));
                let own_at = own_field.map_or(record.end, |f| f.start);
                let n_lines = scanner.position().line - Position::START.line;
                (own_at, record.next, n_lines)
            }
        };
        Some(Reading {
            dialect,
            own_at,
            labels,
            next,
            n_lines,
            kind: record.kind,
            is_utf8,
        })
    }

    fn cell(&self, dialect: Dialect, field: &scan::Field) -> Vec<u8> {
        let raw = self.pending.get(field.start..field.end).unwrap_or_default();
        let mut cell = Vec::new();
        unescape(dialect, raw, &mut cell);
        cell
    }
}

/// Binds a header, unless it cannot be read at all.
fn bind_header(schema: &Schema, reading: &Reading) -> Result<Plan, Vec<HeaderFault>> {
    let unreadable = match reading.kind {
        Kind::Fields if !reading.is_utf8 => Some((Code::EncodingError, "a header in UTF-8")),
        Kind::Fields => None,
        Kind::Blank => Some((Code::BlankLabel, "a header, found a blank line")),
        Kind::BrokenQuote => Some((Code::QuoteError, "a header whose quotes are closed")),
        Kind::Oversized | Kind::Piece | Kind::Overhead => {
            Some((Code::RecordTooLong, "a header within the record limit"))
        }
    };
    match unreadable {
        None => Plan::bind(schema, reading.dialect, &reading.labels),
        Some((code, expected)) => Err(vec![HeaderFault {
            code,
            column: None,
            expected: expected.to_owned(),
            found: None,
        }]),
    }
}

fn ambiguous<'r>(readings: impl Iterator<Item = &'r Reading>) -> Error {
    let delimiters: Vec<String> = readings
        .map(|r| format!("`{}`", r.dialect.delimiter().escape_ascii()))
        .collect();
    Error::new(
        ErrorKind::Settings,
        format!(
            "the delimiter may be any of {}: say which with --delimiter",
            delimiters.join(", ")
        ),
    )
}
