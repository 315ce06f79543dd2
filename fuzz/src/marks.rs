//! Dialects, from bytes.

use arbitrary::Arbitrary;
use rowgate_core::dialect::{
    DialectOptions, Header, InitialSpace, InnerQuote, LineEnd, Mark, Quote, RowNumbers,
};

/// What a mark may be: the usual ones, and some that are not.
const MARKS: [&str; 16] = [
    ",", ";", "\t", "|", "\"", "'", "\\", "#", "::", "~~~", "é", "\u{1F}", " ", "\\N", "\n", "aa",
];

/// The choices that make a dialect; many of them make none.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Marks {
    delimiter: Option<u8>,
    quote: Option<Option<u8>>,
    is_inner_quote_escaped: Option<bool>,
    escape: Option<u8>,
    line_end: Option<u8>,
    null_sequence: Option<u8>,
    is_space_skipped: Option<bool>,
    header: Option<Option<[u8; 2]>>,
    comment: Option<u8>,
    comment_rows: Option<[u8; 2]>,
    skip_lines: Option<u8>,
}

impl Marks {
    /// Returns the options.
    #[must_use]
    pub fn options(self) -> DialectOptions {
        DialectOptions {
            delimiter: self.delimiter.and_then(mark),
            quote: self.quote.map(|quote| match quote.and_then(char_of) {
                Some(c) => Quote::By(c),
                None => Quote::Never,
            }),
            inner_quote: self.is_inner_quote_escaped.map(|is_escaped| {
                if is_escaped {
                    InnerQuote::Escaped
                } else {
                    InnerQuote::Doubled
                }
            }),
            escape: self.escape.and_then(char_of),
            line_end: self.line_end.and_then(|n| LineEnd::declared(text(n)).ok()),
            null_sequence: self.null_sequence.and_then(mark),
            initial_space: self.is_space_skipped.map(|is_skipped| {
                if is_skipped {
                    InitialSpace::Skipped
                } else {
                    InitialSpace::Kept
                }
            }),
            header: self.header.map(|rows| match rows.and_then(numbers) {
                Some(rows) => Header::Rows {
                    rows,
                    join: "/".to_owned(),
                },
                None => Header::Absent,
            }),
            comment: self.comment.and_then(mark),
            comment_rows: self.comment_rows.and_then(numbers),
            skip_lines: self.skip_lines.map(|n| u64::from(n % 4)),
        }
    }
}

fn text(n: u8) -> &'static str {
    MARKS[usize::from(n) % MARKS.len()]
}

fn mark(n: u8) -> Option<Mark> {
    Mark::new(text(n)).ok()
}

fn char_of(n: u8) -> Option<char> {
    mark(n)?.as_char()
}

fn numbers(rows: [u8; 2]) -> Option<RowNumbers> {
    RowNumbers::new(rows.map(|row| u64::from(row % 8)).to_vec()).ok()
}
