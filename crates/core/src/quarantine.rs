//! The quarantine: a CSV of the records that were turned away, to be mended and fed back.
//!
//! Five columns come first ([`QUARANTINE_COLUMNS`]), then the source's own header and, for each
//! record that is well-formed by itself, its own bytes. A record that is not has its bytes in
//! `_rowgate_raw` and empty cells after it.
//!
//! It is written in the source's dialect, so that it can be read by the same settings. In a dialect
//! without quotes our own texts are escaped, or have a space where there is no escape either, and raw
//! bytes that would need quotes are in base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::batch::{Batch, unescape};
use crate::dialect::Dialect;
use crate::gate::oversized;
use crate::plan::QUARANTINE_COLUMNS;
use crate::reason::Code;
use crate::report::RecordError;
use crate::scan::{Kind, Record};

/// Where `_rowgate_raw` is among our columns.
const RAW_COLUMN: usize = QUARANTINE_COLUMNS.len() - 1;

/// What stands before raw bytes that are no UTF-8, and so are in base64.
pub const BASE64_MARK: &str = "base64:";

/// Writes quarantine rows in the source's dialect.
#[derive(Debug)]
pub struct QuarantineWriter {
    dialect: Dialect,
    delimiter: char,
    quote: Option<char>,
    escape: Option<char>,
    comment: Option<char>,
    n_columns: usize,
    n_rows: u64,
}

impl QuarantineWriter {
    /// Makes a writer of rows beside a source's `n_columns` own cells.
    #[must_use]
    pub fn new(dialect: Dialect, n_columns: usize) -> Self {
        Self {
            dialect,
            delimiter: char::from(dialect.delimiter()),
            quote: dialect.quote.map(char::from),
            escape: dialect.escape.map(char::from),
            comment: dialect.comment.map(char::from),
            n_columns,
            n_rows: 0,
        }
    }

    /// Returns how many rows were written.
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Appends the header: our columns, then the source's own header as it was read (`own`, line end
    /// included) or, where it has none, `names`.
    pub fn header(&self, own: &[u8], names: &[&str], out: &mut Vec<u8>) {
        for (idx, name) in QUARANTINE_COLUMNS.iter().enumerate() {
            self.cell(idx > 0, name, out);
        }
        if own.is_empty() {
            for name in names {
                self.cell(true, name, out);
            }
        } else {
            push(self.delimiter, out);
            out.extend_from_slice(own);
        }
        end_line(out);
    }

    /// Appends a row for the record at `idx` of `batch`, with its `errors`.
    ///
    /// `own_start` is where the source's own cells begin, in bytes of the batch.
    pub fn row(
        &mut self,
        batch: &Batch,
        idx: usize,
        own_start: usize,
        errors: &[RecordError],
        out: &mut Vec<u8>,
    ) {
        let Some(record) = batch.index().records().get(idx) else {
            return;
        };
        self.n_rows += 1;
        let line = errors.first().map_or(0, |error| error.line);
        self.cell(false, &line.to_string(), out);
        self.cell(true, &joined(errors, |e| e.code.as_str()), out);
        self.cell(
            true,
            &joined(errors, |e| e.column.as_deref().unwrap_or_default()),
            out,
        );
        self.cell(true, &joined(errors, |e| &e.message), out);
        if errors
            .iter()
            .any(|error| error.code == Code::UnmendedRecord)
        {
            return self.unmended(batch, record, out);
        }
        let is_text = str::from_utf8(batch.content(record)).is_ok();
        let raw = match record.kind {
            Kind::Fields | Kind::Blank if is_text => None,
            Kind::Oversized => {
                let found = oversized(batch, record);
                Some(found.map(|o| o.head.as_slice()).unwrap_or_default())
            }
            Kind::Fields | Kind::Blank | Kind::BrokenQuote | Kind::Piece | Kind::Overhead => {
                Some(batch.content(record))
            }
        };
        if let Some(raw) = raw {
            self.raw_cells(&self.raw_text(raw), out);
        } else {
            self.cell(true, "", out);
            push(self.delimiter, out);
            let own = batch.bytes().get(own_start..record.next);
            out.extend_from_slice(own.unwrap_or_default());
            if record.next == record.end {
                out.push(b'\n');
            }
        }
    }

    /// Ends the row of a record that was fed back as it was: its raw bytes are kept once more.
    fn unmended(&self, batch: &Batch, record: &Record, out: &mut Vec<u8>) {
        let mut raw = Vec::new();
        if let Some(field) = batch.index().fields(record).get(RAW_COLUMN) {
            unescape(self.dialect, batch.raw(field), &mut raw);
        }
        self.raw_cells(&String::from_utf8_lossy(&raw), out);
    }

    /// Ends the row of a record that has no cells: its raw bytes as text, and empty cells.
    fn raw_cells(&self, raw: &str, out: &mut Vec<u8>) {
        self.cell(true, raw, out);
        for _ in 0..self.n_columns {
            push(self.delimiter, out);
        }
        out.push(b'\n');
    }

    /// Appends a cell, quoted where it must be.
    fn cell(&self, has_neighbour: bool, text: &str, out: &mut Vec<u8>) {
        if has_neighbour {
            push(self.delimiter, out);
        }
        if !self.is_special(text) {
            out.extend_from_slice(text.as_bytes());
            return;
        }
        let Some(quote) = self.quote else {
            return self.unquoted(text, out);
        };
        push(quote, out);
        for c in text.chars() {
            if c == quote {
                push(quote, out);
            } else if let Some(escape) = self.escape.filter(|escape| *escape == c) {
                push(escape, out);
            }
            push(c, out);
        }
        push(quote, out);
    }

    /// Appends a text that needs quotes where there are none. Line ends cannot be escaped there.
    fn unquoted(&self, text: &str, out: &mut Vec<u8>) {
        let stand_in = if self.is_mark(' ') { '.' } else { ' ' };
        for (at, c) in text.char_indices() {
            let is_comment = at == 0 && self.comment == Some(c);
            match self.escape {
                _ if !self.is_mark(c) && !is_comment => push(c, out),
                Some(escape) if !matches!(c, '\n' | '\r') => {
                    push(escape, out);
                    push(c, out);
                }
                Some(_) | None => push(stand_in, out),
            }
        }
    }

    /// Whether a text cannot stand in a cell as it is.
    fn is_special(&self, text: &str) -> bool {
        text.contains(|c| self.is_mark(c)) || self.comment.is_some_and(|c| text.starts_with(c))
    }

    /// Whether a character means something in the dialect.
    fn is_mark(&self, c: char) -> bool {
        let marks = [Some(self.delimiter), self.quote, self.escape];
        marks.contains(&Some(c)) || matches!(c, '\n' | '\r')
    }

    /// Returns bytes as text that can be told from, and turned back into, what they were.
    fn raw_text(&self, raw: &[u8]) -> String {
        let needs_quotes = |text: &str| self.quote.is_none() && self.is_special(text);
        match str::from_utf8(raw) {
            Ok(text) if !text.starts_with(BASE64_MARK) && !needs_quotes(text) => text.to_owned(),
            Ok(_) | Err(_) => format!("{BASE64_MARK}{}", STANDARD.encode(raw)),
        }
    }
}

fn push(c: char, out: &mut Vec<u8>) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

fn joined(errors: &[RecordError], text: impl Fn(&RecordError) -> &str) -> String {
    let texts: Vec<&str> = errors.iter().map(text).collect();
    texts.join("; ")
}

fn end_line(out: &mut Vec<u8>) {
    if !out.ends_with(b"\n") && !out.ends_with(b"\r") {
        out.push(b'\n');
    }
}
