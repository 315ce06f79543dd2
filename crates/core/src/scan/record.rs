//! One record: its fields and its end.

use super::index::{Index, Quoting};
use super::syntax::{Found, Inner, Syntax, Token};
use super::{Line, More};
use crate::dialect::InnerQuote;

/// What became of an attempt to read a record.
pub(super) enum Step {
    /// It is whole, and its fields are in the index.
    Whole {
        end: usize,
        next: usize,
        n_lines: u64,
    },
    /// It takes more input.
    Incomplete,
    /// It is longer than a record may be, and no quote is open where that shows.
    TooLong { reached: usize, within: Within },
    /// Its quoting is broken.
    Broken(Memo),
}

/// Where in a record some byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// At the start of a field.
    FieldStart,
    /// In a field without quotes, or after the end of a quoted one.
    Plain,
    /// Within quotes, since so many bytes.
    Quoted(usize),
    /// Behind a quote that closes, unless another one follows.
    Closing,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// With text after a closing quote.
    TextAfterQuote,
    /// With a quote still open.
    Open,
}

/// What an attempt from one line found out about the bytes ahead.
///
/// An attempt passes line ends only within quotes. So a later attempt that is within quotes at one
/// of the same line ends is in the same state and need not walk the same way: it goes on where the
/// earlier one stopped. That keeps the scan linear, whatever the quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memo {
    /// How far the earlier attempt came: within quotes there, if it ended [`Ended::Open`].
    reached: usize,
    ended: Ended,
}

impl Memo {
    /// Returns the memo that reaches farther. An earlier one stays true for all later lines.
    pub(super) fn farther(self, earlier: Option<Self>) -> Self {
        match earlier {
            Some(earlier) if earlier.reached > self.reached => earlier,
            Some(_) | None => self,
        }
    }

    /// Returns the memo as seen after the first `n_bytes` of the input were consumed.
    pub(super) fn moved_back(self, n_bytes: usize) -> Option<Self> {
        let reached = self.reached.checked_sub(n_bytes)?;
        (reached > 0).then_some(Self { reached, ..self })
    }
}

/// What follows a field.
enum After {
    Field {
        end: usize,
        next: usize,
        quoting: Quoting,
        n_lines: u64,
    },
    LastField {
        end: usize,
        next: usize,
        quoting: Quoting,
        n_lines: u64,
    },
    Stop(Step),
}

struct Walk<'a, S> {
    syntax: &'a S,
    input: &'a [u8],
    more: More,
    /// Where the record would be too long.
    limit: usize,
    memo: Option<&'a Memo>,
}

/// Reads the record that begins at `start`.
pub(super) fn scan<S: Syntax>(
    syntax: &S,
    record_bytes_max: usize,
    memo: Option<&Memo>,
    input: &[u8],
    start: usize,
    more: More,
    index: &mut Index,
) -> Step {
    let walk = Walk {
        syntax,
        input,
        more,
        limit: start.saturating_add(record_bytes_max),
        memo: memo.filter(|memo| memo.reached > start),
    };
    let mut at = start;
    let mut n_lines_seen = 0;
    loop {
        at = syntax.pass_space(input, at, more);
        let after = walk.field(at);
        match after {
            After::Field {
                end,
                next,
                quoting,
                n_lines,
            } => {
                index.push_field(at, end, quoting);
                n_lines_seen += n_lines;
                at = next;
            }
            After::LastField {
                end,
                next,
                quoting,
                n_lines,
            } => {
                index.push_field(at, end, quoting);
                return Step::Whole {
                    end,
                    next,
                    n_lines: n_lines_seen + n_lines + u64::from(next > end),
                };
            }
            After::Stop(step) => {
                index.drop_fields();
                return step;
            }
        }
    }
}

impl<S: Syntax> Walk<'_, S> {
    /// Reads the field that begins at `start`.
    fn field(&self, start: usize) -> After {
        if start > self.limit {
            return too_long(start, Within::FieldStart);
        }
        match self.syntax.quote_at(self.input, start, self.more) {
            Found::Yes(n_bytes) => self.quoted(start, start + n_bytes),
            Found::Unclear => After::Stop(Step::Incomplete),
            Found::No => self.plain(start),
        }
    }

    /// Reads a field that does not begin with a quote.
    fn plain(&self, start: usize) -> After {
        let mut at = start;
        let mut quoting = Quoting::Plain;
        loop {
            if at > self.limit {
                return too_long(at, Within::Plain);
            }
            match self.token(at) {
                Token::Text => at += 1,
                Token::Delimiter(n_bytes) => {
                    return After::Field {
                        end: at,
                        next: at + n_bytes,
                        quoting,
                        n_lines: 0,
                    };
                }
                Token::LineEnd(n_bytes) => return self.at_line_end(at, n_bytes, quoting, 0),
                Token::End => return self.at_end(at, quoting, 0),
                Token::Unclear => return After::Stop(Step::Incomplete),
                Token::Escape(n_bytes) => match self.token(at + n_bytes) {
                    Token::Unclear => return After::Stop(Step::Incomplete),
                    Token::End if self.more == More::MayFollow => {
                        return After::Stop(Step::Incomplete);
                    }
                    // A line end cannot be escaped outside quotes: it ends the record.
                    Token::End | Token::LineEnd(_) => at += n_bytes,
                    Token::Text | Token::Delimiter(_) | Token::Escape(_) => {
                        quoting = Quoting::Escaped;
                        at += n_bytes + 1;
                    }
                },
            }
        }
    }

    /// Reads a field that begins with a quote at `start`, from `from` on, which is within quotes.
    fn quoted(&self, start: usize, from: usize) -> After {
        let mut at = from;
        let mut quoting = Quoting::Quoted;
        let mut memo = self.memo;
        loop {
            let end = self.input.len().min(self.limit.saturating_add(1)).max(at);
            let found = self.syntax.inner(self.input, at, end, self.more);
            let passed = match found {
                // An escaped line end is within quotes as well.
                Inner::Escape(mark, n_bytes) => mark + n_bytes + 1,
                Inner::Quote(mark, _) => mark,
                Inner::Unclear => return After::Stop(Step::Incomplete),
                Inner::Nothing => end,
            };
            if let Some(earlier) = memo
                && let Some(line) = self.line_within(from, at, passed)
                && line <= earlier.reached
            {
                match earlier.ended {
                    Ended::TextAfterQuote => return After::Stop(Step::Broken(*earlier)),
                    Ended::Open => {}
                }
                match self.goes_on(earlier.reached) {
                    Some(step) => return After::Stop(step),
                    // It is whole after all: it has to be walked for its fields.
                    None => memo = None,
                }
            }
            match found {
                Inner::Escape(mark, n_bytes) => {
                    if mark + n_bytes >= self.input.len() && self.more == More::MayFollow {
                        return After::Stop(Step::Incomplete);
                    }
                    quoting = Quoting::Escaped;
                    at = mark + n_bytes + 1;
                }
                Inner::Quote(mark, n_bytes) => {
                    let behind = mark + n_bytes;
                    match self.doubled(behind) {
                        Found::Yes(n_bytes) => {
                            quoting = Quoting::Escaped;
                            at = behind + n_bytes;
                        }
                        Found::Unclear => return After::Stop(Step::Incomplete),
                        Found::No => return self.closed(start, behind, quoting),
                    }
                }
                Inner::Unclear | Inner::Nothing => {
                    return match self.more {
                        More::MayFollow if end <= self.limit => After::Stop(Step::Incomplete),
                        More::MayFollow | More::None => After::Stop(Step::Broken(Memo {
                            reached: end,
                            ended: Ended::Open,
                        })),
                    };
                }
            }
        }
    }

    /// Reads on at `end`, behind the quote that closes a field.
    fn closed(&self, start: usize, end: usize, quoting: Quoting) -> After {
        match self.token(end) {
            Token::Delimiter(n_bytes) => After::Field {
                end,
                next: end + n_bytes,
                quoting,
                n_lines: self.lines(start, end),
            },
            Token::LineEnd(n_bytes) => {
                self.at_line_end(end, n_bytes, quoting, self.lines(start, end))
            }
            Token::End => self.at_end(end, quoting, self.lines(start, end)),
            Token::Unclear => After::Stop(Step::Incomplete),
            Token::Text | Token::Escape(_) => After::Stop(Step::Broken(Memo {
                reached: end,
                ended: Ended::TextAfterQuote,
            })),
        }
    }

    /// Returns whether the quote before `at` is the first of two that mean one.
    fn doubled(&self, at: usize) -> Found {
        match self.syntax.inner_quote() {
            InnerQuote::Doubled => self.syntax.quote_at(self.input, at, self.more),
            InnerQuote::Escaped => Found::No,
        }
    }

    /// Goes on within quotes at `at`, where an earlier attempt stopped. `None`: the record is whole.
    fn goes_on(&self, at: usize) -> Option<Step> {
        let rest = Walk {
            memo: None,
            ..*self
        };
        let mut after = rest.quoted(at, at);
        loop {
            match after {
                After::Field { next, .. } => {
                    let start = self.syntax.pass_space(self.input, next, self.more);
                    after = rest.field(start);
                }
                After::LastField { .. } => return None,
                After::Stop(step) => return Some(step),
            }
        }
    }

    fn token(&self, at: usize) -> Token {
        self.syntax.token(self.input, at, self.more)
    }

    /// Returns where the first line end between two places of a quoted field ends.
    fn line_within(&self, start: usize, from: usize, to: usize) -> Option<usize> {
        let to = to.min(self.input.len());
        self.syntax.line_within(self.input, start, from, to)
    }

    fn lines(&self, start: usize, end: usize) -> u64 {
        let field = self.input.get(start..end).unwrap_or_default();
        self.syntax.line_end().count(field)
    }

    fn at_line_end(&self, end: usize, n_bytes: usize, quoting: Quoting, n_lines: u64) -> After {
        if end > self.limit {
            return too_long(end, Within::Plain);
        }
        After::LastField {
            end,
            next: end + n_bytes,
            quoting,
            n_lines,
        }
    }

    fn at_end(&self, end: usize, quoting: Quoting, n_lines: u64) -> After {
        match self.more {
            More::MayFollow => After::Stop(Step::Incomplete),
            More::None if end > self.limit => too_long(end, Within::Plain),
            More::None => After::LastField {
                end,
                next: end,
                quoting,
                n_lines,
            },
        }
    }
}

fn too_long(reached: usize, within: Within) -> After {
    After::Stop(Step::TooLong { reached, within })
}

/// Finds the end of a record that is too long to hold, from `from` on.
///
/// A quote that stays open for another record's length is taken for a bad one: the record ends at
/// the next line end.
pub(super) fn rest<S: Syntax>(
    syntax: &S,
    record_bytes_max: usize,
    within: &mut Within,
    input: &[u8],
    from: usize,
    more: More,
) -> Line {
    let mut at = from;
    loop {
        let token = syntax.token(input, at, more);
        match token {
            Token::End => return Line::Unended,
            Token::Unclear => return Line::WaitsAt(at),
            Token::LineEnd(n_bytes) if within.may_end(record_bytes_max) => {
                return Line::Whole {
                    end: at,
                    next: at + n_bytes,
                };
            }
            Token::LineEnd(_) | Token::Delimiter(_) | Token::Escape(_) | Token::Text => {}
        }
        match within.after(syntax, token, input, at, more) {
            Some((next, state)) => {
                at = next;
                *within = state;
            }
            None => return Line::WaitsAt(at),
        }
    }
}

impl Within {
    /// Returns whether a line end here ends the record.
    fn may_end(self, record_bytes_max: usize) -> bool {
        match self {
            Self::Quoted(n_bytes) => n_bytes >= record_bytes_max,
            Self::FieldStart | Self::Plain | Self::Closing => true,
        }
    }

    /// Returns what comes behind what stands at `at`, and where; `None` if that takes more input.
    fn after<S: Syntax>(
        self,
        syntax: &S,
        token: Token,
        input: &[u8],
        at: usize,
        more: More,
    ) -> Option<(usize, Self)> {
        let quote = match syntax.quote_at(input, at, more) {
            Found::Yes(n_bytes) => Some(n_bytes),
            Found::No => None,
            Found::Unclear => return None,
        };
        let is_doubled = syntax.inner_quote() == InnerQuote::Doubled;
        let next = match (self, quote, token) {
            (Self::FieldStart, Some(n_bytes), _) => (at + n_bytes, Self::Quoted(0)),
            (Self::Closing, Some(n_bytes), _) if is_doubled => (at + n_bytes, Self::Quoted(0)),
            (Self::Quoted(_), Some(n_bytes), _) => (at + n_bytes, Self::Closing),
            (_, _, Token::Escape(n_bytes)) => {
                return self.escaped(syntax, input, at + n_bytes, more);
            }
            (Self::Quoted(n_bytes), _, Token::LineEnd(n)) => (at + n, Self::Quoted(n_bytes + n)),
            (Self::Quoted(n_bytes), ..) => (at + 1, Self::Quoted(n_bytes + 1)),
            (_, _, Token::Delimiter(n_bytes)) => (at + n_bytes, Self::FieldStart),
            (Self::FieldStart, ..) => match syntax.pass_space(input, at, more) {
                next if next > at => (next, Self::FieldStart),
                _ => (at + 1, Self::Plain),
            },
            (Self::Plain | Self::Closing, ..) => (at + 1, Self::Plain),
        };
        Some(next)
    }

    /// As [`after`](Self::after) an escape that ends at `at`.
    fn escaped<S: Syntax>(
        self,
        syntax: &S,
        input: &[u8],
        at: usize,
        more: More,
    ) -> Option<(usize, Self)> {
        let next = match (self, syntax.token(input, at, more)) {
            (_, Token::Unclear) => return None,
            (_, Token::End) if more == More::MayFollow => return None,
            (Self::Quoted(n_bytes), Token::End) => (at, Self::Quoted(n_bytes)),
            // Whole, so that no piece ends within it.
            (Self::Quoted(n_bytes), Token::LineEnd(n)) => (at + n, Self::Quoted(n_bytes + 1 + n)),
            (Self::Quoted(n_bytes), _) => (at + 1, Self::Quoted(n_bytes + 2)),
            (_, Token::End | Token::LineEnd(_)) => (at, Self::Plain),
            (_, Token::Text | Token::Delimiter(_) | Token::Escape(_)) => (at + 1, Self::Plain),
        };
        Some(next)
    }
}
