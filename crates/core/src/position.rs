//! Where something stands in a source.

/// A place in the decompressed source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Bytes from the start, from 0.
    pub byte_offset: u64,
    /// The physical line, from 1.
    pub line: u64,
    /// The row, from 1: a record, a header row, a blank line or a comment.
    pub row: u64,
    /// How many records (header excluded) stand before it.
    pub records_before: u64,
}

impl Position {
    /// Where every source begins.
    pub const START: Self = Self {
        byte_offset: 0,
        line: 1,
        row: 1,
        records_before: 0,
    };
}
