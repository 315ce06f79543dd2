//! The beginning of a source: what comes before its first record, and what it says of the rest.

use memchr::memchr2;

use crate::batch::unescape;
use crate::dialect::{Dialect, DialectOptions, Header};
use crate::error::{Error, ErrorKind, Result};
use crate::plan::{HeaderFault, Plan, stripped};
use crate::position::Position;
use crate::reason::Code;
use crate::scan::{Field, Index, Kind, More, Scanner, to_u64};
use crate::schema::Schema;

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
    lines_to_skip: u64,
    is_signature_read: bool,
}

/// One reading of the first record.
struct Reading {
    dialect: Dialect,
    labels: Vec<String>,
    own_at: usize,
    start: usize,
    next: usize,
    n_lines: u64,
    kind: Kind,
    is_utf8: bool,
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
            lines_to_skip: options.skip_lines,
            is_signature_read: false,
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
        let has_header = |reading: &Reading| {
            self.options.header == Header::Present || stripped(&reading.labels) > 0
        };
        let bind = |reading: &Reading| {
            if has_header(reading) {
                bind_header(schema, reading)
            } else {
                Ok(Plan::positional(schema, reading.dialect))
            }
        };
        let n_fields = schema.fields().len();
        let fits = |reading: &Reading| match self.options.header {
            _ if has_header(reading) => bind(reading).is_ok(),
            Header::Present => false,
            Header::Absent => reading.labels.len() == n_fields,
        };
        let mut fitting = readings.iter().filter(|r| fits(r));
        if let Some(first) = fitting.next()
            && fitting.any(|other| other.labels != first.labels)
        {
            return Err(ambiguous(readings.iter().filter(|r| fits(r))));
        }
        let n_known = |reading: &Reading| {
            let is_known = |label: &&String| schema.fields().iter().any(|f| f.name() == *label);
            reading.labels.iter().filter(is_known).count()
        };
        // The readings come in order of preference, and `max_by_key` takes the last of equals.
        let best = readings
            .into_iter()
            .rev()
            .max_by_key(|reading| (fits(reading), n_known(reading)));
        let Some(reading) = best else {
            return Err(Error::bug("a source was read in no way at all"));
        };
        let bound = bind(&reading);
        let is_header = has_header(&reading);
        // A quarantine file's header is ours, not the source's, if the source has none.
        let is_own = self.options.header == Header::Present;
        Ok(Some(self.opened(bound, &reading, is_header, is_own)))
    }

    /// Reads the beginning without a schema, to find the dialect. `None`: it takes more bytes.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open). The delimiter is ambiguous if two candidates make equally many
    /// columns of the first record.
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
        let dialect = first.dialect;
        let (skip, n_lines) = match self.options.header {
            Header::Present => (first.next, first.n_lines),
            Header::Absent => (0, 0),
        };
        self.consume(skip, n_lines);
        Ok(Some((
            dialect,
            self.position,
            std::mem::take(&mut self.pending),
        )))
    }

    fn opened(
        &mut self,
        bound: Result<Plan, Vec<HeaderFault>>,
        reading: &Reading,
        is_header: bool,
        is_own: bool,
    ) -> Opened {
        let mut header = Vec::new();
        if is_header {
            let written = self.pending.get(reading.start..reading.next);
            header = written.unwrap_or_default().to_vec();
            self.consume(reading.next, reading.n_lines);
        }
        let own_header_at = if is_own {
            (reading.own_at - reading.start).min(header.len())
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
        if !self.read_signature(more)? || !self.skip_lines(more) {
            return Ok(None);
        }
        let candidates = match self.options.delimiter {
            Some(delimiter) => vec![delimiter],
            None => Dialect::CANDIDATES.to_vec(),
        };
        let mut readings = Vec::new();
        for delimiter in candidates {
            let dialect = match Dialect::new(self.options, delimiter) {
                Ok(dialect) => dialect,
                Err(err) if self.options.delimiter.is_some() => return Err(err),
                // A candidate that is the quote, or the comment sign, is not meant.
                Err(_) => continue,
            };
            match self.read_first(dialect, more) {
                Some(reading) => readings.push(reading),
                None if more == More::MayFollow => return Ok(None),
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

    /// Passes over the lines before the header. Returns whether it is done.
    fn skip_lines(&mut self, more: More) -> bool {
        while self.lines_to_skip > 0 {
            let Some(end) = memchr2(b'\n', b'\r', &self.pending) else {
                self.consume(self.pending.len(), 0);
                return more == More::None;
            };
            let is_crlf = self.pending.get(end..end + 2) == Some(b"\r\n");
            let is_cut = end + 1 == self.pending.len() && self.pending.last() == Some(&b'\r');
            if is_cut && more == More::MayFollow {
                return false;
            }
            self.consume(end + 1 + usize::from(is_crlf), 1);
            self.lines_to_skip -= 1;
        }
        true
    }

    fn consume(&mut self, n_bytes: usize, n_lines: u64) {
        self.pending.drain(..n_bytes.min(self.pending.len()));
        self.position.byte_offset += to_u64(n_bytes);
        self.position.line += n_lines;
    }

    /// Reads the first record, comments before it passed over.
    fn read_first(&self, dialect: Dialect, more: More) -> Option<Reading> {
        let mut scanner = Scanner::new(dialect, self.record_bytes_max, Position::START);
        let mut index = Index::default();
        scanner.scan_up_to(&self.pending, more, 1, &mut index);
        let record = index.records().iter().find(|r| r.kind.is_record())?;
        let fields = index.fields(record);
        let cells: Vec<Vec<u8>> = fields.iter().map(|f| self.cell(dialect, f)).collect();
        let is_utf8 = cells.iter().all(|cell| str::from_utf8(cell).is_ok());
        let labels: Vec<String> = cells
            .into_iter()
            .map(|cell| String::from_utf8_lossy(&cell).into_owned())
            .collect();
        let own_field = fields.get(stripped(&labels));
        Some(Reading {
            dialect,
            own_at: own_field.map_or(record.end, |f| f.start),
            labels,
            start: record.start,
            next: record.next,
            n_lines: scanner.position().line - Position::START.line,
            kind: record.kind,
            is_utf8,
        })
    }

    fn cell(&self, dialect: Dialect, field: &Field) -> Vec<u8> {
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
