//! The beginning of a source: what comes before its first record, and what it says of the rest.

mod reading;

use std::borrow::Cow;

use crate::detect::{Detected, Evidence, Trait};
use crate::dialect::{Dialect, DialectOptions, Header, RowNumbers};
use crate::error::{Error, ErrorKind, Result};
use crate::plan::{HeaderFault, Labels, Plan, QUARANTINE_COLUMNS};
use crate::position::Position;
use crate::scan::{Found, Line, More, first_line, mark_at, to_u64};
use crate::schema::Schema;
use reading::Reading;

/// How much of a source is looked at to find its delimiter where its header does not tell, in bytes.
const SAMPLE_BYTES: usize = 64 * 1024;

const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";

/// How many bytes it takes to tell what a source is.
const SIGNATURE_BYTES_MAX: usize = 16;

/// A source whose beginning was read.
#[derive(Debug)]
pub struct Opened {
    /// How its records are judged, or why they are not.
    pub bound: Result<Plan, Vec<HeaderFault>>,
    /// The dialect in force.
    pub dialect: Dialect,
    /// What was detected, and why.
    pub detected: Vec<Detected>,
    /// The header rows as they were read, line ends included; none if there is no header.
    pub header: Vec<Vec<u8>>,
    /// The part of each header row that is the source's own: all of it, but in a quarantine file.
    pub own_header: Vec<Vec<u8>>,
    /// The rows that are overhead, of those that are still to come.
    pub comment_rows: Option<RowNumbers>,
    /// Where the first record stands.
    pub position: Position,
    /// The first bytes after the header.
    pub rest: Vec<u8>,
}

impl Opened {
    /// Returns what a destination begins with.
    #[must_use]
    pub fn own_header_bytes(&self) -> Vec<u8> {
        self.own_header.concat()
    }
}

/// A source whose beginning was read without a schema.
#[derive(Debug)]
pub struct Untyped {
    /// The dialect in force.
    pub dialect: Dialect,
    /// What was detected, and why.
    pub detected: Vec<Detected>,
    /// The labels of the header; none if there is no header.
    pub labels: Vec<String>,
    /// Why the header cannot be used, if it cannot.
    pub unreadable: Option<HeaderFault>,
    /// The rows that are overhead, of those that are still to come.
    pub comment_rows: Option<RowNumbers>,
    /// Where the first record stands.
    pub position: Position,
    /// The first bytes after the header.
    pub rest: Vec<u8>,
}

/// Reads the beginning of a source, in whatever chunks it comes.
#[derive(Debug)]
pub struct Opener<'a> {
    options: Cow<'a, DialectOptions>,
    record_bytes_max: usize,
    pending: Vec<u8>,
    position: Position,
    /// How many lines are still to be passed over; a comment is one.
    lines_to_skip: u64,
    is_signature_read: bool,
    /// How many bytes must be pending before another look at them is worth it.
    wanted: usize,
}

/// A reading, as a schema sees it.
struct Candidate {
    reading: Reading,
    bound: Result<Plan, Vec<HeaderFault>>,
    is_header: bool,
    fits: bool,
    n_known: usize,
}

impl Candidate {
    fn evidence(&self, n_fields: usize) -> Evidence {
        let n_labels = self.reading.labels.len();
        let finding = if self.is_header {
            format!("{} of {n_labels} labels are the schema's", self.n_known)
        } else {
            format!("{n_labels} cells for {n_fields} fields")
        };
        match self.reading.agreement() {
            None => self.reading.found(finding),
            Some(agreement) => self.reading.found(format!("{finding}, {agreement}")),
        }
    }
}

impl<'a> Opener<'a> {
    /// Starts at the first byte of a source.
    #[must_use]
    pub fn new(options: &'a DialectOptions, record_bytes_max: usize) -> Self {
        Self {
            options: Cow::Borrowed(options),
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
    /// The delimiter is the one that makes the header match, unless one was asked for. Where the
    /// header is a single label, it is one that leaves the first records in one piece.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Source`] if the source is empty or no UTF-8 text, [`ErrorKind::Settings`] if the
    /// dialect is unusable or ambiguous.
    pub fn open(&mut self, schema: &Schema, more: More) -> Result<Option<Opened>> {
        let Some(mut readings) = self.readings(more)? else {
            return Ok(None);
        };
        let n_fields = schema.fields().len();
        // One label fits whatever the delimiter is: only the records can tell.
        let n_alone = readings.iter().filter(|r| r.labels.len() == 1).count();
        if n_fields == 1 && n_alone > 1 && !self.sample(&mut readings, more) {
            return Ok(None);
        }
        let labels = Labels::new(schema);
        let candidates: Vec<Candidate> = readings
            .into_iter()
            .map(|reading| {
                let is_header = self.options.has_header() || reading.is_quarantine();
                let bound = if is_header {
                    reading.bind(schema)
                } else {
                    Ok(Plan::positional(schema, reading.dialect))
                };
                let is_known = |label: &&String| labels.field(label).is_some();
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
            // Without a header they are values; so they are if the first record is taken for one.
            let shows_all = schema.extension().redacted.is_empty();
            let is_shown =
                |label: &str| self.options.has_header() && (shows_all || is_name(schema, label));
            return Err(ambiguous(fitting(), is_shown));
        }
        let evidence = candidates.iter().map(|c| c.evidence(n_fields)).collect();
        // They come in order of preference, and `max_by_key` takes the last of equals.
        let best = candidates
            .into_iter()
            .rev()
            .max_by_key(|c| (c.fits, c.n_known, c.reading.n_agreeing()));
        match best {
            Some(best) => Ok(Some(self.opened(best, evidence))),
            None => Err(Error::bug("a source was read in no way at all")),
        }
    }

    /// Reads the beginning without a schema, to find the dialect. `None`: it takes more bytes.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and [`ErrorKind::Source`] if the header is longer than a record may
    /// be. The delimiter is ambiguous if two candidates are equally likely: first come those that
    /// cut the first records into equally many columns each, then those that make most of them.
    pub fn open_untyped(&mut self, more: More) -> Result<Option<Untyped>> {
        let Some(mut readings) = self.readings(more)? else {
            return Ok(None);
        };
        if readings.len() > 1 && !self.sample(&mut readings, more) {
            return Ok(None);
        }
        let has_header = self.options.has_header();
        let likely = readings.iter().map(Reading::likelihood).max();
        let mut best = readings.iter().filter(|r| Some(r.likelihood()) == likely);
        let Some(first) = best.next() else {
            return Err(Error::bug("a source was read in no way at all"));
        };
        let foreign = first.foreign_text().filter(|_| has_header);
        if first.labels.len() > 1 && best.next().is_some() && foreign.is_none() {
            let likeliest = readings.iter().filter(|r| Some(r.likelihood()) == likely);
            return Err(ambiguous(likeliest, |_| has_header));
        }
        if first.is_too_long() && has_header {
            return Err(Error::new(
                ErrorKind::Source,
                format!(
                    "the header is longer than the record limit of {} bytes",
                    self.record_bytes_max
                ),
            ));
        }
        let evidence = readings.iter().map(Reading::evidence).collect();
        let unreadable = foreign.or_else(|| first.unreadable().filter(|_| has_header));
        let (dialect, labels, end) = (first.dialect, first.labels.clone(), first.end);
        if has_header {
            self.consume(end);
        }
        Ok(Some(Untyped {
            dialect,
            detected: self.detected(dialect, evidence),
            labels: if has_header { labels } else { Vec::new() },
            unreadable,
            comment_rows: self.options.comment_rows.clone(),
            position: self.position,
            rest: std::mem::take(&mut self.pending),
        }))
    }

    /// Looks at the first records by every reading. Returns whether enough bytes are there: the
    /// answer does not depend on how they came.
    fn sample(&self, readings: &mut [Reading], more: More) -> bool {
        if more == More::MayFollow && self.pending.len() <= SAMPLE_BYTES {
            return false;
        }
        let (sample, more) = match self.pending.get(..SAMPLE_BYTES) {
            Some(sample) => (sample, More::MayFollow),
            None => (self.pending.as_slice(), More::None),
        };
        let rows = self.options.comment_rows.as_ref();
        for reading in readings {
            reading.sample(sample, more, self.record_bytes_max, self.position, rows);
        }
        true
    }

    fn opened(&mut self, best: Candidate, evidence: Vec<Evidence>) -> Opened {
        let Candidate { reading, bound, .. } = best;
        let mut header = Vec::new();
        let mut own_header = Vec::new();
        if best.is_header {
            for row in &reading.rows {
                let written = self.pending.get(row.bytes.clone()).unwrap_or_default();
                header.push(written.to_vec());
                // A quarantine file's header is ours, not the source's, if the source has none.
                if self.options.has_header() {
                    let own = written.get(row.own_at..).unwrap_or_default();
                    own_header.push(own.to_vec());
                }
            }
            self.consume(reading.end);
        }
        Opened {
            bound,
            dialect: reading.dialect,
            detected: self.detected(reading.dialect, evidence),
            header,
            own_header,
            comment_rows: self.options.comment_rows.clone(),
            position: self.position,
            rest: std::mem::take(&mut self.pending),
        }
    }

    fn detected(&self, dialect: Dialect, evidence: Vec<Evidence>) -> Vec<Detected> {
        match self.options.delimiter {
            Some(_) => Vec::new(),
            None => vec![Detected {
                what: Trait::Delimiter,
                chosen: dialect.delimiter().as_str().to_owned(),
                evidence,
            }],
        }
    }

    /// Reads the header by every delimiter that may be meant. `None`: it takes more bytes.
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
            let options = &self.options;
            let limit = self.record_bytes_max;
            match Reading::read(dialect, options, limit, self.position, &self.pending, more) {
                Some(reading) => readings.push(reading),
                None if more == More::MayFollow => {
                    // Looking at twice as much each time keeps the work linear. Two bytes past the
                    // limit (half a line end may wait for the other) say that it was passed.
                    let n_bytes = self.pending.len();
                    let limit = limit.saturating_add(2);
                    let step = n_bytes.max(1).min(limit);
                    self.wanted = match n_bytes.saturating_add(step) {
                        wanted if n_bytes < limit => wanted.min(limit),
                        wanted => wanted,
                    };
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
            return Ok(vec![Dialect::new(&self.options, ',')?]);
        }
        let candidates = Dialect::CANDIDATES.map(|c| Dialect::new(&self.options, c));
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
        if let Some(what) = foreign(&self.pending) {
            return Err(Error::new(
                ErrorKind::Source,
                format!("the source is {what}, and is not to be read so: convert it first"),
            ));
        }
        self.is_signature_read = true;
        if self.pending.starts_with(UTF8_BOM) {
            self.pending.drain(..UTF8_BOM.len());
            self.position.byte_offset += to_u64(UTF8_BOM.len());
        }
        if self.pending.starts_with(QUARANTINE_COLUMNS[0].as_bytes()) {
            self.expect_quarantine();
        }
        Ok(true)
    }

    /// Expects the header rows first, and all of them: a quarantine holds none of the other rows.
    fn expect_quarantine(&mut self) {
        self.lines_to_skip = 0;
        let options = self.options.to_mut();
        options.comment_rows = None;
        if let Some(Header::Rows { rows, .. }) = &mut options.header {
            rows.close_up();
        }
    }

    /// Passes over the lines before the first row, and comments before the header. Returns whether
    /// that is done.
    fn pass_lines(&mut self, more: More) -> bool {
        let line_end = self.options.line_end.unwrap_or_default();
        let mut end = self.position;
        let mut at = 0;
        // Lines that are skipped are no rows, and a comment is one.
        let mut is_comment = false;
        let is_done = loop {
            if self.lines_to_skip == 0 && !is_comment {
                match self.comment_at(at, end.row, more) {
                    Found::Yes(_) => is_comment = true,
                    Found::No => break true,
                    Found::Unclear => break false,
                }
            }
            match first_line(line_end, &self.pending, at, more) {
                Line::Whole { next, .. } => {
                    at = next;
                    end.line += 1;
                    if is_comment {
                        end.row += 1;
                        is_comment = false;
                    } else {
                        self.lines_to_skip -= 1;
                    }
                }
                Line::WaitsAt(unclear) => {
                    at = unclear;
                    break false;
                }
                Line::Unended => {
                    at = self.pending.len();
                    break more == More::None;
                }
            }
        };
        if is_comment {
            // The rest of its line is passed as one that is skipped, and its row is counted now.
            self.lines_to_skip = 1;
            end.row += 1;
        }
        end.byte_offset += to_u64(at);
        self.consume(end);
        is_done
    }

    /// Returns whether a comment begins at `at`, in a row that is no header row by its number.
    fn comment_at(&self, at: usize, row: u64, more: More) -> Found {
        if at >= self.pending.len() {
            return match more {
                More::MayFollow => Found::Unclear,
                More::None => Found::No,
            };
        }
        match (self.options.comment, &self.options.header) {
            (None, _) => Found::No,
            (_, Some(Header::Rows { rows, .. })) if rows.contains(row) => Found::No,
            (Some(mark), _) => mark_at(mark, &self.pending, at, more),
        }
    }

    /// Passes over what is pending before `end`.
    fn consume(&mut self, end: Position) {
        let n_bytes = end.byte_offset.saturating_sub(self.position.byte_offset);
        let n_bytes = usize::try_from(n_bytes).unwrap_or(usize::MAX);
        self.pending.drain(..n_bytes.min(self.pending.len()));
        self.position = end;
    }
}

/// Returns what a source is that begins so and is no UTF-8 text.
fn foreign(head: &[u8]) -> Option<&'static str> {
    Some(match head {
        [0x1F, 0x8B, ..] => "compressed with gzip",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "compressed with zstd",
        // A label may begin with `BZh1`: the sign of the first block decides.
        [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] if rest.starts_with(b"1AY&SY") => {
            "compressed with bzip2"
        }
        [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => "compressed with xz",
        [b'P', b'K', 3, 4, ..] => "a ZIP archive (or a spreadsheet)",
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "UTF-16",
        _ => return None,
    })
}

/// Whether a label is a field's name.
fn is_name(schema: &Schema, label: &str) -> bool {
    schema.fields().iter().any(|field| field.name() == label)
}

fn ambiguous<'r>(
    readings: impl Iterator<Item = &'r Reading>,
    is_shown: impl Fn(&str) -> bool,
) -> Error {
    let readings: Vec<String> = readings.map(|reading| reading.shown(&is_shown)).collect();
    Error::new(
        ErrorKind::Settings,
        format!(
            "the delimiter may be any of {}: say which with --delimiter",
            readings.join(", ")
        ),
    )
}
