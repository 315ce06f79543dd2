//! One reading of a source's header.

use std::ops::Range;

use crate::batch::unescape;
use crate::detect::Evidence;
use crate::dialect::{Dialect, DialectOptions, Header, RowNumbers};
use crate::plan::{COLUMNS_MAX, HeaderFault, Plan, QUARANTINE_COLUMNS, stripped};
use crate::position::Position;
use crate::reason::Code;
use crate::scan::{Index, Kind, More, Record, Scanner, to_u64};
use crate::schema::Schema;
use crate::text::{shorten, visible};

/// How many records are looked at to find the delimiter without a schema.
const SAMPLE_RECORDS: usize = 100;

/// How many labels of a reading a message shows.
const SHOWN_LABELS: usize = 3;

/// A header, as one dialect reads it.
pub(super) struct Reading {
    pub(super) dialect: Dialect,
    pub(super) labels: Vec<String>,
    pub(super) rows: Vec<HeaderRow>,
    /// Where the first row behind it stands.
    pub(super) end: Position,
    kind: Kind,
    is_utf8: bool,
    agreement: Agreement,
}

/// A row of a header.
pub(super) struct HeaderRow {
    /// Where it is, line end included.
    pub(super) bytes: Range<usize>,
    /// Where the first cell begins in it that is the source's own.
    pub(super) own_at: usize,
    cells: Vec<Vec<u8>>,
}

/// How the first records agree with the header on the number of columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Agreement {
    n_records: usize,
    n_agreeing: usize,
}

/// How likely a reading is without a schema, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likelihood {
    /// No record has the header's columns.
    Unfit,
    FewAgree,
    OneColumn,
    MostAgree,
    AllAgree,
}

impl Reading {
    /// Reads the header, which begins in `pending` at the position `start`, where a row does. `None`:
    /// it takes more bytes.
    pub(super) fn read(
        dialect: Dialect,
        options: &DialectOptions,
        record_bytes_max: usize,
        start: Position,
        pending: &[u8],
        more: More,
    ) -> Option<Self> {
        let mut scanner = Scanner::new(dialect, record_bytes_max, start)
            .with_comment_rows(options.comment_rows.as_ref());
        let mut index = Index::default();
        let mut rows: Vec<HeaderRow> = Vec::new();
        let mut at = 0;
        loop {
            let rest = pending.get(at..).unwrap_or_default();
            let row = scanner.position().row;
            let n_bytes = scanner.scan_up_to(rest, more, 1, &mut index);
            let Some(record) = index.records().first() else {
                // Rows that were named may be missing.
                let is_over = more == More::None && !rows.is_empty();
                return is_over.then(|| {
                    Self::joined(dialect, options, rows, Kind::Fields, scanner.position())
                });
            };
            let (is_named, is_last) = match &options.header {
                Some(Header::Rows { rows, .. }) => (rows.contains(row), row >= rows.last()),
                Some(Header::Present | Header::Absent) | None => (true, true),
            };
            // Rows between them are held with them, and so are bounded as well.
            let is_too_long = at + (record.end - record.start) > record_bytes_max;
            if matches!(record.kind, Kind::Oversized | Kind::Piece) || is_too_long {
                // However much of it is there: the answer does not depend on how the bytes came.
                let end = Position {
                    byte_offset: start.byte_offset + to_u64(record_bytes_max),
                    ..start
                };
                let rows = vec![HeaderRow {
                    bytes: 0..record_bytes_max,
                    own_at: 0,
                    cells: Vec::new(),
                }];
                return Some(Self::joined(dialect, options, rows, Kind::Oversized, end));
            }
            let is_row = record.kind != Kind::Overhead;
            if is_row && is_named {
                let row = HeaderRow::read(dialect, rest, &index, record, at, rows.first());
                rows.push(row);
                if record.kind != Kind::Fields || is_last {
                    let kind = record.kind;
                    let end = scanner.position();
                    return Some(Self::joined(dialect, options, rows, kind, end));
                }
            } else if is_row && is_last && !rows.is_empty() {
                let (kind, end) = (Kind::Fields, scanner.position());
                return Some(Self::joined(dialect, options, rows, kind, end));
            }
            at += n_bytes;
        }
    }

    /// Makes labels of header rows.
    ///
    /// A row with fewer cells goes on with its last one, as the standard's example has it; an empty
    /// part is left out.
    fn joined(
        dialect: Dialect,
        options: &DialectOptions,
        rows: Vec<HeaderRow>,
        kind: Kind,
        end: Position,
    ) -> Self {
        let join = match &options.header {
            Some(Header::Rows { join, .. }) => join.as_str(),
            Some(Header::Present | Header::Absent) | None => "",
        };
        let n_columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        let cells = || rows.iter().flat_map(|row| &row.cells);
        let is_utf8 = cells().all(|cell| str::from_utf8(cell).is_ok());
        let label = |column: usize| {
            let part = |row: &HeaderRow| {
                let cell = row.cells.get(column).or(row.cells.last())?;
                let text = String::from_utf8_lossy(cell).into_owned();
                (!text.is_empty()).then_some(text)
            };
            let parts: Vec<String> = rows.iter().filter_map(part).collect();
            parts.join(join)
        };
        Self {
            dialect,
            labels: (0..n_columns).map(label).collect(),
            end: Position {
                // Of a source, records are numbered from behind the header.
                records_before: 0,
                ..end
            },
            rows,
            kind,
            is_utf8,
            agreement: Agreement::default(),
        }
    }

    /// Whether it is a quarantine file's.
    pub(super) fn is_quarantine(&self) -> bool {
        stripped(&self.labels) > 0
    }

    /// Whether it is longer than a record may be.
    pub(super) fn is_too_long(&self) -> bool {
        matches!(self.kind, Kind::Oversized | Kind::Piece)
    }

    /// Binds the header, unless it cannot be read at all.
    pub(super) fn bind(&self, schema: &Schema) -> Result<Plan, Vec<HeaderFault>> {
        match self.unreadable() {
            None => Plan::bind(schema, self.dialect, &self.labels).map_err(|mut faults| {
                faults.splice(0..0, self.foreign_text());
                faults
            }),
            Some(fault) => Err(vec![fault]),
        }
    }

    /// Says why it is no header at all, whatever the schema.
    pub(super) fn unreadable(&self) -> Option<HeaderFault> {
        let (code, expected) = match self.kind {
            Kind::Fields if !self.is_utf8 => (Code::EncodingError, "a header in UTF-8"),
            Kind::Fields => return None,
            Kind::Blank => (Code::BlankLabel, "a header, found a blank line"),
            Kind::BrokenQuote => (Code::QuoteError, "a header whose quotes are closed"),
            Kind::Oversized | Kind::Piece | Kind::Overhead => {
                (Code::RecordTooLong, "a header within the record limit")
            }
        };
        Some(HeaderFault {
            code,
            column: None,
            expected: expected.to_owned(),
            found: None,
        })
    }

    /// Looks at the first records of a sample that begins where the header does.
    pub(super) fn sample(
        &mut self,
        sample: &[u8],
        more: More,
        record_bytes_max: usize,
        start: Position,
        comment_rows: Option<&RowNumbers>,
    ) {
        let n_header = self.end.byte_offset.saturating_sub(start.byte_offset);
        let n_header = usize::try_from(n_header).unwrap_or(usize::MAX);
        let mut scanner =
            Scanner::new(self.dialect, record_bytes_max, self.end).with_comment_rows(comment_rows);
        let mut index = Index::default();
        let records = sample.get(n_header..).unwrap_or_default();
        scanner.scan_up_to(records, more, SAMPLE_RECORDS, &mut index);
        let fields = index.records().iter().filter(|r| r.kind == Kind::Fields);
        for record in fields {
            self.agreement.n_records += 1;
            let agrees = index.fields(record).len() == self.labels.len();
            self.agreement.n_agreeing += usize::from(agrees);
        }
    }

    /// Returns how likely it is: readings of several columns that all records have come first, then
    /// those of which at least half have them, then one column, which is what is left if nothing
    /// separates any. Of equals, those with most columns; of one column, where most records have it.
    pub(super) fn likelihood(&self) -> (Likelihood, usize, usize) {
        let Agreement {
            n_records,
            n_agreeing,
        } = self.agreement;
        let n_columns = self.labels.len();
        let likelihood = match n_columns {
            _ if n_agreeing == 0 && n_records > 0 => Likelihood::Unfit,
            0 | 1 => Likelihood::OneColumn,
            _ if n_agreeing == n_records => Likelihood::AllAgree,
            _ if n_agreeing.saturating_mul(2) >= n_records => Likelihood::MostAgree,
            _ => Likelihood::FewAgree,
        };
        let n_alone = if n_columns > 1 { 0 } else { n_agreeing };
        (likelihood, n_columns, n_alone)
    }

    /// How many of the records that were looked at have as many columns.
    pub(super) fn n_agreeing(&self) -> usize {
        self.agreement.n_agreeing
    }

    /// Says how the records that were looked at agree, if there were any.
    pub(super) fn agreement(&self) -> Option<String> {
        let Agreement {
            n_records,
            n_agreeing,
        } = self.agreement;
        (n_records > 0)
            .then(|| format!("{n_agreeing} of the first {n_records} records have as many cells"))
    }

    /// Says what UTF-16 looks like where it has no mark, if it looks so.
    pub(super) fn foreign_text(&self) -> Option<HeaderFault> {
        let has_nul = self.labels.iter().any(|label| label.contains('\0'));
        has_nul.then(nul_found)
    }

    /// Returns what speaks for it without a schema.
    pub(super) fn evidence(&self) -> Evidence {
        let Agreement {
            n_records,
            n_agreeing,
        } = self.agreement;
        let n_columns = self.labels.len();
        self.found(format!(
            "{n_columns} columns, as {n_agreeing} of the first {n_records} records have"
        ))
    }

    /// Returns a finding as evidence.
    pub(super) fn found(&self, finding: String) -> Evidence {
        Evidence {
            candidate: self.dialect.delimiter().as_str().to_owned(),
            finding,
        }
    }

    /// Returns the reading as a message shows it, with no other labels than those that may be shown.
    pub(super) fn shown(&self, is_shown: impl Fn(&str) -> bool) -> String {
        let shown = self.labels.iter().filter(|label| is_shown(label));
        let shown = shown.take(SHOWN_LABELS).map(|l| visible(&shorten(l)));
        let shown: Vec<String> = shown.collect();
        let n_labels = self.labels.len();
        let more = if shown.len() < n_labels { ", …" } else { "" };
        let labels = if shown.is_empty() {
            String::new()
        } else {
            format!(": {}{more}", shown.join(", "))
        };
        let delimiter = self.dialect.delimiter();
        format!("`{delimiter}` ({n_labels} columns{labels})")
    }
}

/// Says of a header that does not match what UTF-16 looks like where it has no mark.
fn nul_found() -> HeaderFault {
    HeaderFault {
        code: Code::EncodingError,
        column: None,
        expected: "text, found NUL bytes; it may be UTF-16: say so with --encoding utf-16le (or \
                   utf-16be) if it is"
            .to_owned(),
        found: None,
    }
}

impl HeaderRow {
    /// Reads a row that stands in `bytes`, which begin at `at` of what is pending. `first` is the
    /// header's first row, if this is another one.
    fn read(
        dialect: Dialect,
        bytes: &[u8],
        index: &Index,
        record: &Record,
        at: usize,
        first: Option<&Self>,
    ) -> Self {
        let fields = index.fields(record);
        // One more than a plan takes tells it that there are too many.
        let n_cells_max = QUARANTINE_COLUMNS.len() + COLUMNS_MAX + 1;
        let cell = |field: &crate::scan::Field| {
            let raw = bytes.get(field.start..field.end).unwrap_or_default();
            let mut cell = Vec::new();
            unescape(dialect, raw, &mut cell);
            cell
        };
        let mut cells: Vec<Vec<u8>> = fields.iter().take(n_cells_max).map(cell).collect();
        let is_ours = |cells: &[Vec<u8>]| {
            let ours = QUARANTINE_COLUMNS.iter().map(|name| name.as_bytes());
            cells.len() >= QUARANTINE_COLUMNS.len() && cells.iter().zip(ours).all(|(a, b)| a == b)
        };
        let is_quarantine = is_ours(first.map_or(cells.as_slice(), |row| row.cells.as_slice()));
        let own_at = if is_quarantine {
            let own = fields.get(QUARANTINE_COLUMNS.len());
            own.map_or(record.end, |field| field.start)
        } else {
            0
        };
        if is_quarantine && first.is_some() {
            // Its first cells are empty: it has no part in our own labels.
            for cell in cells.iter_mut().take(QUARANTINE_COLUMNS.len()) {
                cell.clear();
            }
        }
        Self {
            bytes: at + record.start..at + record.next,
            own_at: own_at.saturating_sub(record.start),
            cells,
        }
    }
}
