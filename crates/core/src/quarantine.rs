//! The quarantine: a CSV of the records that were turned away, to be mended and fed back.
//!
//! Five columns come first ([`QUARANTINE_COLUMNS`]), then the source's own header and, for each
//! record that is well-formed by itself, its own bytes. A record that is not has its bytes in
//! `_rowgate_raw` and empty cells after it.
//!
//! It is written in the source's dialect, so that it can be read by the same settings. In a dialect
//! without quotes our own texts are escaped, or have a space where there is no escape either, and raw
//! bytes that would need quotes are in base64.

mod lines;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub(crate) use self::lines::{JsonLines, begins_as_lines};
use crate::batch::{Batch, unescape};
use crate::dialect::{Dialect, InitialSpace, InnerQuote, LineEnd, Mark};
use crate::gate::{Redaction, oversized};
use crate::plan::QUARANTINE_COLUMNS;
use crate::reason::Code;
use crate::report::RecordError;
use crate::scan::{Kind, Record};

/// Where `_rowgate_raw` is among our columns.
const RAW_COLUMN: usize = QUARANTINE_COLUMNS.len() - 1;

/// What stands before raw bytes that are no UTF-8, and so are in base64.
pub const BASE64_MARK: &str = "base64:";

/// What stands for what is not shown, in the cells of redacted columns and in `_rowgate_raw`.
pub const REDACTED_MARK: &str = "[redacted]";

/// How rejected records are written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct QuarantineOptions {
    /// In which format.
    pub format: RejectsFormat,
    /// What of them is shown.
    pub values: RejectsValues,
}

/// The format of a quarantine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RejectsFormat {
    /// A CSV in the source's dialect, to be mended and fed back.
    #[default]
    Csv,
    /// A JSON object for each record, with all its errors. It cannot be fed back.
    JsonLines,
}

impl RejectsFormat {
    /// Returns what is put behind the name of a destination for the name of its quarantine.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Csv => ".rejects.csv",
            Self::JsonLines => ".rejects.jsonl",
        }
    }
}

/// What a quarantine shows of the records that it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RejectsValues {
    /// Everything, as it was read: otherwise nobody could mend it.
    #[default]
    Kept,
    /// No value of a column that the schema redacts.
    Redacted,
}

/// Writes quarantine rows in the source's dialect.
#[derive(Debug)]
pub struct QuarantineWriter {
    dialect: Dialect,
    /// Every character that may begin something that means something in the dialect.
    signs: Vec<char>,
    n_columns: usize,
    n_rows: u64,
    redaction: Option<Redaction>,
}

impl QuarantineWriter {
    /// Makes a writer of rows beside a source's `n_columns` own cells.
    #[must_use]
    pub fn new(dialect: Dialect, n_columns: usize) -> Self {
        Self {
            dialect,
            signs: signs(&dialect),
            n_columns,
            n_rows: 0,
            redaction: None,
        }
    }

    /// Withholds the values of redacted columns.
    pub(crate) fn redacting(self, redaction: Option<Redaction>) -> Self {
        Self { redaction, ..self }
    }

    /// Returns how many rows were written.
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Appends the header: our columns, then the source's own header rows as they were read (`own`,
    /// line ends included) or, where it has none, `names`.
    ///
    /// Of several header rows, all but the first have empty cells for our columns.
    pub fn header(&self, own: &[Vec<u8>], names: &[&str], out: &mut Vec<u8>) {
        let Some((first, others)) = own.split_first() else {
            self.header_row(QUARANTINE_COLUMNS, None, out);
            for name in names {
                self.cell(true, name, out);
            }
            return self.end_line(out);
        };
        self.header_row(QUARANTINE_COLUMNS, Some(first), out);
        for own in others {
            self.header_row([""; QUARANTINE_COLUMNS.len()], Some(own), out);
        }
    }

    fn header_row(
        &self,
        ours: [&str; QUARANTINE_COLUMNS.len()],
        own: Option<&[u8]>,
        out: &mut Vec<u8>,
    ) {
        for (idx, name) in ours.iter().enumerate() {
            self.cell(idx > 0, name, out);
        }
        if let Some(own) = own {
            self.delimit(out);
            out.extend_from_slice(own);
            self.end_line(out);
        }
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
        if let Some(redaction) = &self.redaction
            && record.kind != Kind::Blank
        {
            return self.redacted(redaction, batch, record, out);
        }
        if is_unmended(errors) {
            return self.unmended(batch, record, out);
        }
        let is_text = str::from_utf8(batch.content(record)).is_ok();
        let is_well_formed = is_text && matches!(record.kind, Kind::Fields | Kind::Blank);
        let own = batch.bytes().get(own_start..record.next);
        let own = own.unwrap_or_default();
        let is_ended = record.next > record.end;
        if is_well_formed && self.can_begin(own) && (is_ended || self.can_end(own)) {
            self.cell(true, "", out);
            self.delimit(out);
            out.extend_from_slice(own);
            if !is_ended {
                out.extend_from_slice(self.line_end());
            }
        } else {
            let raw = raw_bytes(batch, record);
            self.raw_cells(&self.raw_text(raw), out);
        }
    }

    /// Ends the row of a record of which something is withheld. As `_rowgate_raw` is filled, it is
    /// rejected if it is fed back as it is: nothing lands with a mark in place of its value.
    fn redacted(&self, redaction: &Redaction, batch: &Batch, record: &Record, out: &mut Vec<u8>) {
        let Some(fields) = redaction.own_fields(batch, record) else {
            return self.raw_cells(REDACTED_MARK, out);
        };
        self.cell(true, REDACTED_MARK, out);
        for (column, field) in fields.iter().enumerate() {
            if redaction.shows(column) {
                self.delimit(out);
                out.extend_from_slice(batch.raw(field));
            } else {
                self.cell(true, REDACTED_MARK, out);
            }
        }
        out.extend_from_slice(self.line_end());
    }

    /// Ends the row of a record that was fed back as it was: its raw bytes are kept once more.
    fn unmended(&self, batch: &Batch, record: &Record, out: &mut Vec<u8>) {
        let raw = unmended_bytes(self.dialect, batch, record);
        self.raw_cells(&String::from_utf8_lossy(&raw), out);
    }

    /// Ends the row of a record that has no cells: its raw bytes as text, and empty cells.
    fn raw_cells(&self, raw: &str, out: &mut Vec<u8>) {
        self.cell(true, raw, out);
        for _ in 0..self.n_columns {
            self.delimit(out);
        }
        out.extend_from_slice(self.line_end());
    }

    /// Appends a cell, quoted where it must be.
    fn cell(&self, has_neighbour: bool, text: &str, out: &mut Vec<u8>) {
        if has_neighbour {
            self.delimit(out);
        }
        if !self.is_special(text) {
            out.extend_from_slice(text.as_bytes());
            return;
        }
        let Some(quote) = self.dialect.quote else {
            return self.unquoted(text, out);
        };
        out.extend_from_slice(quote.as_bytes());
        for c in text.chars() {
            let mark = Mark::from(c);
            if mark == quote {
                match (self.dialect.inner_quote, self.dialect.escape) {
                    (InnerQuote::Doubled, _) => push(quote, out),
                    (InnerQuote::Escaped, Some(escape)) => push(escape, out),
                    (InnerQuote::Escaped, None) => {
                        push(self.stand_in(), out);
                        continue;
                    }
                }
            } else if let Some(escape) = self.dialect.escape.filter(|escape| *escape == mark) {
                push(escape, out);
            }
            push(mark, out);
        }
        push(quote, out);
    }

    /// Appends a text that needs quotes where there are none. Line ends cannot be escaped there.
    fn unquoted(&self, text: &str, out: &mut Vec<u8>) {
        let is_line_end = |c| match self.dialect.line_end {
            LineEnd::Any => matches!(c, '\n' | '\r'),
            LineEnd::Only(mark) => mark.as_str().contains(c),
        };
        for (at, c) in text.char_indices() {
            let is_comment = at == 0 && self.begins_comment(text);
            match self.dialect.escape {
                _ if !self.signs.contains(&c) && !is_comment => push(Mark::from(c), out),
                Some(escape) if !is_line_end(c) => {
                    push(escape, out);
                    push(Mark::from(c), out);
                }
                Some(_) | None => push(self.stand_in(), out),
            }
        }
    }

    /// Returns what stands in our own texts for what cannot be written.
    fn stand_in(&self) -> Mark {
        Mark::from(if self.signs.contains(&' ') { '.' } else { ' ' })
    }

    /// Whether a text cannot stand in a cell as it is.
    fn is_special(&self, text: &str) -> bool {
        let has_space =
            self.dialect.initial_space == InitialSpace::Skipped && text.starts_with([' ', '\t']);
        has_space || text.contains(self.signs.as_slice()) || self.begins_comment(text)
    }

    /// Whether a row that begins with a text is a comment.
    fn begins_comment(&self, text: &str) -> bool {
        let first = |mark: Mark| mark.as_str().chars().next();
        let sign = self.dialect.comment.and_then(first);
        sign.is_some_and(|sign| text.starts_with(sign))
    }

    /// Returns bytes as text that can be told from, and turned back into, what they were.
    fn raw_text(&self, raw: &[u8]) -> String {
        let has_quote = |text: &str, quote: Mark| {
            let is_doubled = self.dialect.inner_quote == InnerQuote::Doubled;
            !is_doubled && self.dialect.escape.is_none() && text.contains(quote.as_str())
        };
        let is_unwritable = |text: &str| match self.dialect.quote {
            None => self.is_special(text),
            Some(quote) => has_quote(text, quote),
        };
        match str::from_utf8(raw) {
            Ok(text) if !text.starts_with(BASE64_MARK) && !is_unwritable(text) => text.to_owned(),
            Ok(_) | Err(_) => format!("{BASE64_MARK}{}", STANDARD.encode(raw)),
        }
    }

    fn delimit(&self, out: &mut Vec<u8>) {
        push(self.dialect.delimiter, out);
    }

    fn line_end(&self) -> &[u8] {
        match &self.dialect.line_end {
            LineEnd::Any => b"\n",
            LineEnd::Only(mark) => mark.as_bytes(),
        }
    }

    /// Whether a record can stand behind our delimiter: not if the two begin with a line end.
    fn can_begin(&self, own: &[u8]) -> bool {
        after_delimiter(&self.dialect).is_none_or(|rest| !own.starts_with(rest.as_bytes()))
    }

    /// Whether a line end can be put behind bytes that have none: the last of them may begin one that
    /// would then end before it.
    fn can_end(&self, bytes: &[u8]) -> bool {
        let line_end = self.line_end();
        let overlap = bytes.len().min(line_end.len().saturating_sub(1));
        let (_, last) = bytes.split_at(bytes.len() - overlap);
        let joined = [last, line_end].concat();
        let mut places = joined.windows(line_end.len());
        places.position(|place| place == line_end) == Some(overlap)
    }

    fn end_line(&self, out: &mut Vec<u8>) {
        let is_ended = match &self.dialect.line_end {
            LineEnd::Any => out.ends_with(b"\n") || out.ends_with(b"\r"),
            LineEnd::Only(mark) => out.ends_with(mark.as_bytes()),
        };
        if !is_ended {
            out.extend_from_slice(self.line_end());
        }
    }
}

/// Returns what is known of a record's bytes, without its line end: of an oversized one the first.
fn raw_bytes<'b>(batch: &'b Batch, record: &Record) -> &'b [u8] {
    match record.kind {
        Kind::Oversized => {
            let found = oversized(batch, record);
            found.map(|o| o.head.as_slice()).unwrap_or_default()
        }
        Kind::Fields | Kind::Blank | Kind::BrokenQuote | Kind::Piece | Kind::Overhead => {
            batch.content(record)
        }
    }
}

/// Whether a record was fed back as it was.
fn is_unmended(errors: &[RecordError]) -> bool {
    let mut codes = errors.iter().map(|error| error.code);
    codes.any(|code| code == Code::UnmendedRecord)
}

/// Returns the raw bytes of a record that was fed back as it was.
fn unmended_bytes(dialect: Dialect, batch: &Batch, record: &Record) -> Vec<u8> {
    let mut raw = Vec::new();
    if let Some(field) = batch.index().fields(record).get(RAW_COLUMN) {
        unescape(dialect, batch.raw(field), &mut raw);
    }
    raw
}

/// Returns what makes a delimiter a line end, where a line end begins with one.
fn after_delimiter(dialect: &Dialect) -> Option<&str> {
    let LineEnd::Only(mark) = &dialect.line_end else {
        return None;
    };
    let rest = mark.as_str().strip_prefix(dialect.delimiter.as_str());
    rest.filter(|rest| !rest.is_empty())
}

/// Returns the first character of each mark. A text that holds none of them holds no mark, and
/// begins none that what follows it could end.
fn signs(dialect: &Dialect) -> Vec<char> {
    let line_end = match dialect.line_end {
        LineEnd::Any => None,
        LineEnd::Only(mark) => Some(mark),
    };
    let marks = [
        Some(dialect.delimiter),
        dialect.quote,
        dialect.escape,
        line_end,
    ];
    let firsts = marks
        .iter()
        .flatten()
        .filter_map(|m| m.as_str().chars().next())
        .chain(after_delimiter(dialect).and_then(|rest| rest.chars().next()));
    match dialect.line_end {
        LineEnd::Any => firsts.chain(['\n', '\r']).collect(),
        LineEnd::Only(_) => firsts.collect(),
    }
}

fn push(mark: Mark, out: &mut Vec<u8>) {
    out.extend_from_slice(mark.as_bytes());
}

fn joined(errors: &[RecordError], text: impl Fn(&RecordError) -> &str) -> String {
    let texts: Vec<&str> = errors.iter().map(text).collect();
    texts.join("; ")
}
