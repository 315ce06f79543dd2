//! One record: its fields and its end.

use memchr::{memchr, memchr2};

use super::index::{Index, Quoting};
use super::{Line, More, count_lines, line_end};
use crate::dialect::Dialect;

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

struct Walk<'a> {
    dialect: Dialect,
    input: &'a [u8],
    more: More,
    /// Where the record would be too long.
    limit: usize,
    memo: Option<&'a Memo>,
}

/// Reads the record that begins at `start`.
pub(super) fn scan(
    dialect: Dialect,
    record_bytes_max: usize,
    memo: Option<&Memo>,
    input: &[u8],
    start: usize,
    more: More,
    index: &mut Index,
) -> Step {
    let walk = Walk {
        dialect,
        input,
        more,
        limit: start.saturating_add(record_bytes_max),
        memo: memo.filter(|memo| memo.reached > start),
    };
    let mut at = start;
    let mut n_lines_seen = 0;
    loop {
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

impl Walk<'_> {
    /// Reads the field that begins at `start`.
    fn field(&self, start: usize) -> After {
        if start > self.limit {
            return too_long(start, Within::FieldStart);
        }
        match self.dialect.quote {
            Some(quote) if self.input.get(start) == Some(&quote) => self.quoted(start, quote),
            Some(_) | None => self.plain(start),
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
            let Some(&byte) = self.input.get(at) else {
                return self.at_end(at, quoting, 0);
            };
            if byte == self.dialect.delimiter {
                return After::Field {
                    end: at,
                    next: at + 1,
                    quoting,
                    n_lines: 0,
                };
            }
            if matches!(byte, b'\n' | b'\r') {
                return self.at_line_end(at, quoting, 0);
            }
            let is_cut = self.dialect.escape == Some(byte) && at + 1 == self.input.len();
            if is_cut && self.more == More::MayFollow {
                return After::Stop(Step::Incomplete);
            }
            // A line end cannot be escaped outside quotes: it ends the record.
            let is_escape = self.dialect.escape == Some(byte)
                && self
                    .input
                    .get(at + 1)
                    .is_some_and(|b| !matches!(b, b'\n' | b'\r'));
            if is_escape {
                quoting = Quoting::Escaped;
            }
            at += 1 + usize::from(is_escape);
        }
    }

    /// Reads a field that begins with a quote.
    fn quoted(&self, start: usize, quote: u8) -> After {
        let mut at = start + 1;
        let mut quoting = Quoting::Quoted;
        let mut memo = self.memo;
        loop {
            let window = self
                .input
                .get(at..self.input.len().min(self.limit.saturating_add(1)))
                .unwrap_or_default();
            let found = match self.dialect.escape {
                Some(escape) => memchr2(quote, escape, window),
                None => memchr(quote, window),
            };
            let is_escape = found.is_some_and(|n| window.get(n) != Some(&quote));
            // An escaped line end is within quotes as well.
            let end = found.map_or(window.len(), |n| n + 2 * usize::from(is_escape));
            let rest = self.input.get(at..).unwrap_or_default();
            let stretch = rest.get(..end).unwrap_or(rest);
            if let Some(earlier) = memo
                && let Some(line) = memchr2(b'\n', b'\r', stretch)
                && at + line < earlier.reached
            {
                match earlier.ended {
                    Ended::TextAfterQuote => return After::Stop(Step::Broken(*earlier)),
                    Ended::Open => {}
                }
                match self.goes_on(earlier.reached, quote) {
                    Some(step) => return After::Stop(step),
                    // It is whole after all: it has to be walked for its fields.
                    None => memo = None,
                }
            }
            let Some(found) = found else {
                let reached = at + window.len();
                return match self.more {
                    More::MayFollow if reached <= self.limit => After::Stop(Step::Incomplete),
                    More::MayFollow | More::None => After::Stop(Step::Broken(Memo {
                        reached,
                        ended: Ended::Open,
                    })),
                };
            };
            let mark = at + found;
            let next = self.input.get(mark + 1).copied();
            if next.is_none() && self.more == More::MayFollow {
                return After::Stop(Step::Incomplete);
            }
            match next {
                _ if is_escape => {
                    quoting = Quoting::Escaped;
                    at = mark + 2;
                }
                Some(byte) if byte == quote => {
                    quoting = Quoting::Escaped;
                    at = mark + 2;
                }
                Some(b'\n' | b'\r') => {
                    return self.at_line_end(mark + 1, quoting, self.lines(start, mark));
                }
                Some(byte) if byte == self.dialect.delimiter => {
                    return After::Field {
                        end: mark + 1,
                        next: mark + 2,
                        quoting,
                        n_lines: self.lines(start, mark),
                    };
                }
                Some(_) => {
                    return After::Stop(Step::Broken(Memo {
                        reached: mark + 1,
                        ended: Ended::TextAfterQuote,
                    }));
                }
                None => return self.at_end(mark + 1, quoting, self.lines(start, mark)),
            }
        }
    }

    /// Goes on within quotes at `at`, where an earlier attempt stopped. `None`: the record is whole.
    fn goes_on(&self, at: usize, quote: u8) -> Option<Step> {
        let rest = Walk {
            memo: None,
            ..*self
        };
        let mut after = rest.quoted(at.saturating_sub(1), quote);
        loop {
            match after {
                After::Field { next, .. } => after = rest.field(next),
                After::LastField { .. } => return None,
                After::Stop(step) => return Some(step),
            }
        }
    }

    fn lines(&self, start: usize, end: usize) -> u64 {
        count_lines(self.input.get(start..end).unwrap_or_default())
    }

    fn at_line_end(&self, end: usize, quoting: Quoting, n_lines: u64) -> After {
        if end > self.limit {
            return too_long(end, Within::Plain);
        }
        match line_end(self.input, end, self.more) {
            Some(next) => After::LastField {
                end,
                next,
                quoting,
                n_lines,
            },
            None => After::Stop(Step::Incomplete),
        }
    }

    fn at_end(&self, end: usize, quoting: Quoting, n_lines: u64) -> After {
        match self.more {
            _ if end > self.limit => too_long(end, Within::Plain),
            More::MayFollow => After::Stop(Step::Incomplete),
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
/// Its fields are not looked at any more, so escapes are not either. A quote that stays open for
/// another record's length is taken for a bad one: the record ends at the next line end.
pub(super) fn rest(
    dialect: Dialect,
    record_bytes_max: usize,
    within: &mut Within,
    input: &[u8],
    from: usize,
    more: More,
) -> Line {
    // A carriage return at the very end may be half of a line end: it waits.
    let is_cut = more == More::MayFollow && input.last() == Some(&b'\r');
    let end = input.len() - usize::from(is_cut);
    for (at, &byte) in input.iter().enumerate().take(end).skip(from) {
        let is_line_end = matches!(byte, b'\n' | b'\r');
        if is_line_end && within.may_end(record_bytes_max) {
            return match line_end(input, at, more) {
                Some(next) => Line::Whole { end: at, next },
                None => Line::WaitsAt(at),
            };
        }
        *within = within.after(byte, dialect);
    }
    if is_cut {
        Line::WaitsAt(end)
    } else {
        Line::Unended
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

    /// Returns where the byte behind `byte` stands.
    fn after(self, byte: u8, dialect: Dialect) -> Self {
        let is_quote = dialect.quote == Some(byte);
        match self {
            Self::FieldStart | Self::Closing if is_quote => Self::Quoted(0),
            Self::Quoted(_) if is_quote => Self::Closing,
            Self::Quoted(n_bytes) => Self::Quoted(n_bytes + 1),
            _ if byte == dialect.delimiter => Self::FieldStart,
            Self::FieldStart | Self::Plain | Self::Closing => Self::Plain,
        }
    }
}
