//! What the scanner found: flat lists that are reused from batch to batch.

use crate::position::Position;
use crate::reason::Code;

/// What a stretch of input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A record, cut into fields.
    Fields,
    /// A record that is a line without bytes.
    Blank,
    /// A record whose quoting is broken: its first physical line.
    BrokenQuote,
    /// The last bytes of a record that is too long to hold: see [`Index::oversized`].
    Oversized,
    /// Bytes of a record that is too long to hold, before its last ones. Not a record of its own.
    Piece,
    /// Neither a record nor part of one: a comment.
    Overhead,
}

impl Kind {
    /// Returns whether a stretch of this kind ends a record.
    #[must_use]
    pub fn is_record(self) -> bool {
        match self {
            Self::Fields | Self::Blank | Self::BrokenQuote | Self::Oversized => true,
            Self::Piece | Self::Overhead => false,
        }
    }
}

/// A stretch of input. Places are offsets into the batch's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is.
    pub kind: Kind,
    /// Where it begins.
    pub start: usize,
    /// Where it ends, its line end excluded.
    pub end: usize,
    /// Where the next one begins.
    pub next: usize,
    /// How many line ends stand before it in the batch.
    pub lines_before: u64,
    /// How many records stand before it in the batch.
    pub records_before: usize,
    /// Where its fields begin and end in the list of fields.
    fields_start: usize,
    fields_end: usize,
}

/// How a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// As it is.
    Plain,
    /// Between quotes, with nothing to undo inside.
    Quoted,
    /// With doubled quotes or escapes inside, which have to be undone.
    Escaped,
}

/// A field. Places are offsets into the batch's bytes, quotes included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// How it is written.
    pub quoting: Quoting,
}

/// A record that was too long to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oversized {
    /// Why: too long as such, or a broken quote on an endless line.
    pub code: Code,
    /// Where it begins, in bytes of the source.
    pub byte_offset: u64,
    /// The line on which it begins.
    pub line: u64,
    /// Its length in bytes, the line end excluded.
    pub bytes: u64,
    /// Its first bytes, at most [`Oversized::HEAD_BYTES`].
    pub head: Vec<u8>,
}

impl Oversized {
    /// How much of an oversized record is kept, in bytes.
    pub const HEAD_BYTES: usize = 1024;
}

/// The records and fields of a batch.
#[derive(Debug)]
pub struct Index {
    base: Position,
    records: Vec<Record>,
    fields: Vec<Field>,
    oversized: Vec<Oversized>,
    n_records: usize,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            base: Position::START,
            records: Vec::new(),
            fields: Vec::new(),
            oversized: Vec::new(),
            n_records: 0,
        }
    }
}

impl Index {
    pub(super) fn clear(&mut self, base: Position) {
        self.base = base;
        self.records.clear();
        self.fields.clear();
        self.oversized.clear();
        self.n_records = 0;
    }

    pub(super) fn push_field(&mut self, start: usize, end: usize, quoting: Quoting) {
        self.fields.push(Field {
            start,
            end,
            quoting,
        });
    }

    /// Forgets the fields of a record that turned out not to be one.
    pub(super) fn drop_fields(&mut self) {
        self.fields
            .truncate(self.records.last().map_or(0, |r| r.fields_end));
    }

    pub(super) fn push(
        &mut self,
        kind: Kind,
        start: usize,
        end: usize,
        next: usize,
        lines_before: u64,
    ) {
        let fields_start = self.records.last().map_or(0, |r| r.fields_end);
        self.records.push(Record {
            kind,
            start,
            end,
            next,
            lines_before,
            records_before: self.n_records,
            fields_start,
            fields_end: self.fields.len(),
        });
        self.n_records += usize::from(kind.is_record());
    }

    /// Takes the last stretch for no record after all.
    #[cold]
    pub(super) fn turn_last_into_overhead(&mut self) {
        if let Some(last) = self.records.last_mut()
            && matches!(last.kind, Kind::Fields | Kind::Blank | Kind::BrokenQuote)
        {
            last.kind = Kind::Overhead;
            last.fields_end = last.fields_start;
            self.fields.truncate(last.fields_start);
            self.n_records -= 1;
        }
    }

    pub(super) fn push_oversized(
        &mut self,
        record: Oversized,
        start: usize,
        end: usize,
        next: usize,
    ) {
        self.oversized.push(record);
        self.push(Kind::Oversized, start, end, next, 0);
    }

    /// Returns where the first byte of the batch stands in the source.
    #[must_use]
    pub fn base(&self) -> Position {
        self.base
    }

    /// Returns how many records there are; pieces and overhead are none.
    #[must_use]
    pub fn n_records(&self) -> usize {
        self.n_records
    }

    /// Returns all stretches of the batch, in order; together they cover it.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Returns a stretch's fields; only [`Kind::Fields`] has any.
    #[must_use]
    pub fn fields(&self, record: &Record) -> &[Field] {
        let range = record.fields_start..record.fields_end;
        self.fields.get(range).unwrap_or_default()
    }

    /// Returns the oversized records that end in this batch, in order.
    #[must_use]
    pub fn oversized(&self) -> &[Oversized] {
        &self.oversized
    }
}
