//! Bytes to record and field boundaries, whatever the chunking.
//!
//! The scanner never reads and never fails: bad input is data. It goes forward only, and its
//! answer depends on the bytes alone, never on how they were handed in.
//!
//! One bad quote costs one record, not the tail of the file. A record whose quoting is broken (text
//! after a closing quote, or a quote still open at the record limit or at the end of the input) is
//! its first physical line, and scanning resumes on the next one.

mod index;
mod record;
mod syntax;

pub use index::{Field, Index, Kind, Oversized, Quoting, Record};

use std::sync::Arc;

use crate::dialect::{Dialect, LineEnd, Mark, RowNumbers};
use crate::position::Position;
use crate::reason::Code;
use record::{Memo, Step, Within};
use syntax::{AnySyntax, Syntax};
pub(crate) use syntax::{Found, mark_at};

/// The longest record that is taken by default, in bytes.
pub const RECORD_BYTES_MAX: usize = 1024 * 1024;

/// Whether more input may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    /// More may follow: what is incomplete waits for it.
    MayFollow,
    /// This is all: what is incomplete ends here.
    None,
}

/// Finds records and fields in a stream of bytes.
#[derive(Clone, Debug)]
pub struct Scanner {
    syntax: AnySyntax,
    comment: Option<Mark>,
    /// Rows that are overhead, by their numbers.
    comment_rows: Option<Arc<RowNumbers>>,
    record_bytes_max: usize,
    /// Where the next byte of input stands.
    position: Position,
    /// What an earlier attempt at broken quoting has found out about the bytes ahead.
    memo: Option<Memo>,
    /// The record that is too long to hold, while its bytes go by.
    skip: Option<Skip>,
}

/// What is going by because it is too long to hold.
#[derive(Clone, Debug)]
enum Skip {
    /// A comment: overhead.
    Comment,
    /// A record.
    Record { record: Oversized, until: Until },
}

/// Where an oversized record ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    /// At the next line end.
    Line,
    /// At the next line end outside quotes.
    Record(Within),
}

impl Scanner {
    /// Makes a scanner that stands at `position`, where a record begins.
    #[must_use]
    pub fn new(dialect: Dialect, record_bytes_max: usize, position: Position) -> Self {
        Self {
            syntax: AnySyntax::of(dialect),
            comment: dialect.comment,
            comment_rows: None,
            record_bytes_max,
            position,
            memo: None,
            skip: None,
        }
    }

    /// Takes rows of these numbers for overhead.
    #[must_use]
    pub fn with_comment_rows(self, rows: Option<&RowNumbers>) -> Self {
        Self {
            comment_rows: rows.cloned().map(Arc::new),
            ..self
        }
    }

    /// Returns where the next byte of input stands.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// Indexes all whole records at the start of `input` and returns how many bytes they take.
    ///
    /// `index` is replaced. The rest of the input is to be handed in again, with more behind it.
    /// With [`More::None`] everything is consumed.
    pub fn scan(&mut self, input: &[u8], more: More, index: &mut Index) -> usize {
        self.scan_up_to(input, more, usize::MAX, index)
    }

    /// As [`scan`](Self::scan), but stops after `stretches_max` stretches.
    pub(crate) fn scan_up_to(
        &mut self,
        input: &[u8],
        more: More,
        stretches_max: usize,
        index: &mut Index,
    ) -> usize {
        match self.syntax {
            AnySyntax::Bytes(syntax) => self.scan_as(&syntax, input, more, stretches_max, index),
            AnySyntax::Marks(syntax) => self.scan_as(&syntax, input, more, stretches_max, index),
        }
    }

    fn scan_as<S: Syntax>(
        &mut self,
        syntax: &S,
        input: &[u8],
        more: More,
        stretches_max: usize,
        index: &mut Index,
    ) -> usize {
        index.clear(self.position);
        let mut at = 0;
        let mut lines = 0;
        while at < input.len() && index.records().len() < stretches_max {
            let is_row_start = self.skip.is_none();
            let Some((next, n_lines)) = self.step(syntax, input, at, lines, more, index) else {
                break;
            };
            at = next;
            lines += n_lines;
            if self.skip.is_none() {
                if is_row_start && self.is_comment_row() {
                    index.turn_last_into_overhead();
                }
                self.position.row += 1;
            }
        }
        if more == More::None
            && at == input.len()
            && let Some(Skip::Record { record, .. }) = self.skip.take()
            && !self.is_comment_row()
        {
            // The input ended right where the last piece did.
            index.push_oversized(record, at, at, at);
        }
        self.memo = self.memo.take().and_then(|memo| memo.moved_back(at));
        self.position.byte_offset += to_u64(at);
        self.position.line += lines;
        self.position.records_before += to_u64(index.n_records());
        at
    }

    fn is_comment_row(&self) -> bool {
        let rows = self.comment_rows.as_ref();
        rows.is_some_and(|rows| rows.contains(self.position.row))
    }

    /// Indexes what begins at `at`; returns where it ends and how many line ends it holds, or
    /// `None` if that takes more input.
    fn step<S: Syntax>(
        &mut self,
        syntax: &S,
        input: &[u8],
        at: usize,
        lines: u64,
        more: More,
        index: &mut Index,
    ) -> Option<(usize, u64)> {
        if let Some(skip) = self.skip.take() {
            return self.skip_on(syntax, skip, input, at, at, more, index);
        }
        match syntax.line_end().at(input, at, more) {
            Found::Yes(n_bytes) => {
                index.push(Kind::Blank, at, at, at + n_bytes, lines);
                return Some((at + n_bytes, 1));
            }
            Found::Unclear => return None,
            Found::No => {}
        }
        match self
            .comment
            .map_or(Found::No, |mark| mark_at(mark, input, at, more))
        {
            Found::Yes(_) => return self.comment(syntax, input, at, lines, more, index),
            Found::Unclear => return None,
            Found::No => {}
        }
        match record::scan(
            syntax,
            self.record_bytes_max,
            self.memo.as_ref(),
            input,
            at,
            more,
            index,
        ) {
            Step::Whole { end, next, n_lines } => {
                index.push(Kind::Fields, at, end, next, lines);
                Some((next, n_lines))
            }
            Step::Incomplete => None,
            Step::TooLong { reached, within } => {
                let until = Until::Record(within);
                let skip = self.oversized(Code::RecordTooLong, until, input, at, lines);
                self.skip_on(syntax, skip, input, at, reached, more, index)
            }
            Step::Broken(memo) => self.broken(syntax, memo, input, at, lines, more, index),
        }
    }

    /// Takes the line of a comment.
    fn comment<S: Syntax>(
        &mut self,
        syntax: &S,
        input: &[u8],
        at: usize,
        lines: u64,
        more: More,
        index: &mut Index,
    ) -> Option<(usize, u64)> {
        match first_line(syntax.line_end(), input, at, more) {
            Line::Whole { end, next } => {
                index.push(Kind::Overhead, at, end, next, lines);
                Some((next, 1))
            }
            _ if more == More::None || input.len() - at > self.record_bytes_max => {
                self.skip_on(syntax, Skip::Comment, input, at, at, more, index)
            }
            Line::WaitsAt(_) | Line::Unended => None,
        }
    }

    /// Takes the first physical line of a record whose quoting is broken.
    #[expect(
        clippy::too_many_arguments,
        reason = "they are the state of one step of the scan"
    )]
    fn broken<S: Syntax>(
        &mut self,
        syntax: &S,
        memo: Memo,
        input: &[u8],
        at: usize,
        lines: u64,
        more: More,
        index: &mut Index,
    ) -> Option<(usize, u64)> {
        let (end, next) = match first_line(syntax.line_end(), input, at, more) {
            Line::Whole { end, next } => (end, next),
            Line::WaitsAt(end) => (end, end),
            Line::Unended => (input.len(), input.len()),
        };
        if end - at > self.record_bytes_max {
            let skip = self.oversized(Code::QuoteError, Until::Line, input, at, lines);
            return self.skip_on(syntax, skip, input, at, at, more, index);
        }
        if next == end && more == More::MayFollow {
            return None;
        }
        self.memo = Some(memo.farther(self.memo.take()));
        index.push(Kind::BrokenQuote, at, end, next, lines);
        Some((next, u64::from(next > end)))
    }

    fn oversized(&self, code: Code, until: Until, input: &[u8], at: usize, lines: u64) -> Skip {
        let rest = input.get(at..).unwrap_or_default();
        let head_bytes = Oversized::HEAD_BYTES.min(self.record_bytes_max);
        Skip::Record {
            record: Oversized {
                code,
                byte_offset: self.position.byte_offset + to_u64(at),
                line: self.position.line + lines,
                bytes: 0,
                head: rest.get(..head_bytes).unwrap_or(rest).to_vec(),
            },
            until,
        }
    }

    /// Lets the bytes of what is too long to hold go by, and indexes it when its end is seen, which
    /// is not before `from`.
    #[expect(
        clippy::too_many_arguments,
        reason = "they are the state of one step of the scan"
    )]
    fn skip_on<S: Syntax>(
        &mut self,
        syntax: &S,
        mut skip: Skip,
        input: &[u8],
        at: usize,
        from: usize,
        more: More,
        index: &mut Index,
    ) -> Option<(usize, u64)> {
        let found = match &mut skip {
            Skip::Comment
            | Skip::Record {
                until: Until::Line, ..
            } => first_line(syntax.line_end(), input, from, more),
            Skip::Record {
                until: Until::Record(within),
                ..
            } => record::rest(syntax, self.record_bytes_max, within, input, from, more),
        };
        let (end, next, is_whole) = match found {
            Line::Whole { end, next } => (end, next, true),
            Line::WaitsAt(end) => (end, end, false),
            Line::Unended => (input.len(), input.len(), more == More::None),
        };
        if next == at {
            self.skip = Some(skip);
            return None;
        }
        let n_lines = syntax
            .line_end()
            .count(input.get(at..next).unwrap_or_default());
        match skip {
            Skip::Comment => {
                index.push(Kind::Overhead, at, end, next, 0);
                self.skip = (!is_whole).then_some(Skip::Comment);
            }
            Skip::Record { .. } if self.is_comment_row() => {
                index.push(Kind::Overhead, at, end, next, 0);
                self.skip = (!is_whole).then_some(skip);
            }
            Skip::Record { mut record, until } => {
                record.bytes += to_u64(end - at);
                if is_whole {
                    index.push_oversized(record, at, end, next);
                } else {
                    index.push(Kind::Piece, at, end, next, 0);
                    self.skip = Some(Skip::Record { record, until });
                }
            }
        }
        Some((next, n_lines))
    }
}

/// The first physical line from some place on.
pub(crate) enum Line {
    /// Where its line end begins and ends.
    Whole { end: usize, next: usize },
    /// Its line end begins here, and takes one byte more to tell.
    WaitsAt(usize),
    /// Its end is not in the input.
    Unended,
}

pub(crate) fn first_line(line_end: LineEnd, input: &[u8], at: usize, more: More) -> Line {
    let Some(end) = line_end.find(input, at, more) else {
        return Line::Unended;
    };
    match line_end.at(input, end, more) {
        Found::Yes(n_bytes) => Line::Whole {
            end,
            next: end + n_bytes,
        },
        Found::Unclear | Found::No => Line::WaitsAt(end),
    }
}

/// Widens a count. No target of ours has pointers wider than 64 bits.
pub(crate) fn to_u64(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
