//! What stands at a place of the input, in the dialect in force.
//!
//! The scanner is compiled twice: for dialects whose marks are single bytes, which are nearly all,
//! and for the others.

use memchr::{memchr, memchr2, memmem};

use super::More;
use crate::dialect::{Dialect, InitialSpace, InnerQuote, LineEnd, Mark};

/// Whether a mark stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    No,
    /// It does, and takes so many bytes.
    Yes(usize),
    /// That takes more input to tell.
    Unclear,
}

/// What stands at a place outside quotes. Marks take so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Delimiter(usize),
    LineEnd(usize),
    Escape(usize),
    Text,
    /// That takes more input to tell.
    Unclear,
    /// Nothing: the input ends.
    End,
}

/// What comes next within quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inner {
    /// A quote at a place, of so many bytes.
    Quote(usize, usize),
    /// An escape at a place, of so many bytes.
    Escape(usize, usize),
    /// That takes more input to tell.
    Unclear,
    /// Neither.
    Nothing,
}

/// How a dialect is read.
pub(super) trait Syntax {
    /// Returns what stands at `at`, outside quotes.
    fn token(&self, input: &[u8], at: usize, more: More) -> Token;
    /// Returns whether a quote stands at `at`.
    fn quote_at(&self, input: &[u8], at: usize, more: More) -> Found;
    /// Returns the first quote or escape that begins in `from..to`.
    fn inner(&self, input: &[u8], from: usize, to: usize, more: More) -> Inner;
    /// Returns how a quote is written within quotes.
    fn inner_quote(&self) -> InnerQuote;
    /// Returns where a field that begins at `at` has its first byte that counts.
    fn pass_space(&self, input: &[u8], at: usize, more: More) -> usize;
    /// Returns where the first line end that ends in `from..to` and begins in `start..` ends.
    fn line_within(&self, input: &[u8], start: usize, from: usize, to: usize) -> Option<usize>;
    /// Returns what ends lines.
    fn line_end(&self) -> LineEnd;
}

/// The syntax of a dialect.
#[derive(Clone, Copy, Debug)]
pub(super) enum AnySyntax {
    Bytes(Bytes),
    Marks(Dialect),
}

impl AnySyntax {
    pub(super) fn of(dialect: Dialect) -> Self {
        let single = |mark: Mark| match mark.as_bytes() {
            [byte] => Some(*byte),
            _ => None,
        };
        let is_usual = dialect.line_end == LineEnd::Any
            && dialect.inner_quote == InnerQuote::Doubled
            && dialect.initial_space == InitialSpace::Kept;
        let delimiter = single(dialect.delimiter);
        let (quote, escape) = (dialect.quote.map(single), dialect.escape.map(single));
        match (delimiter, quote, escape) {
            (Some(delimiter), None | Some(Some(_)), None | Some(Some(_))) if is_usual => {
                Self::Bytes(Bytes {
                    delimiter,
                    quote: quote.flatten(),
                    escape: escape.flatten(),
                })
            }
            _ => Self::Marks(dialect),
        }
    }
}

/// A dialect whose marks are single bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes {
    delimiter: u8,
    quote: Option<u8>,
    escape: Option<u8>,
}

impl Syntax for Bytes {
    #[inline]
    fn token(&self, input: &[u8], at: usize, more: More) -> Token {
        match input.get(at) {
            None => Token::End,
            Some(&byte) if byte == self.delimiter => Token::Delimiter(1),
            Some(b'\n') => Token::LineEnd(1),
            Some(b'\r') => match any_line_end(input, at, more) {
                Found::Yes(n_bytes) => Token::LineEnd(n_bytes),
                Found::No | Found::Unclear => Token::Unclear,
            },
            Some(&byte) if self.escape == Some(byte) => Token::Escape(1),
            Some(_) => Token::Text,
        }
    }

    #[inline]
    fn quote_at(&self, input: &[u8], at: usize, more: More) -> Found {
        match (self.quote, input.get(at)) {
            (Some(quote), Some(&byte)) if byte == quote => Found::Yes(1),
            (Some(_), None) if more == More::MayFollow => Found::Unclear,
            (Some(_) | None, _) => Found::No,
        }
    }

    #[inline]
    fn inner(&self, input: &[u8], from: usize, to: usize, _: More) -> Inner {
        let window = input.get(from..to).unwrap_or_default();
        let found = match (self.quote, self.escape) {
            (Some(quote), Some(escape)) => memchr2(quote, escape, window),
            (Some(quote), None) => memchr(quote, window),
            (None, _) => None,
        };
        match found.map(|n| from + n) {
            None => Inner::Nothing,
            Some(at) if self.quote == input.get(at).copied() => Inner::Quote(at, 1),
            Some(at) => Inner::Escape(at, 1),
        }
    }

    #[inline]
    fn inner_quote(&self) -> InnerQuote {
        InnerQuote::Doubled
    }

    #[inline]
    fn pass_space(&self, _: &[u8], at: usize, _: More) -> usize {
        at
    }

    #[inline]
    fn line_within(&self, input: &[u8], _: usize, from: usize, to: usize) -> Option<usize> {
        any_line_within(input, from, to)
    }

    #[inline]
    fn line_end(&self) -> LineEnd {
        LineEnd::Any
    }
}

impl Syntax for Dialect {
    fn token(&self, input: &[u8], at: usize, more: More) -> Token {
        if at >= input.len() {
            return Token::End;
        }
        // A line end may begin as a delimiter does, and is the longer of the two.
        match self.line_end.at(input, at, more) {
            Found::Yes(n_bytes) => return Token::LineEnd(n_bytes),
            Found::Unclear => return Token::Unclear,
            Found::No => {}
        }
        match mark_at(self.delimiter, input, at, more) {
            Found::Yes(n_bytes) => return Token::Delimiter(n_bytes),
            Found::Unclear => return Token::Unclear,
            Found::No => {}
        }
        match self.escape.map(|mark| mark_at(mark, input, at, more)) {
            Some(Found::Yes(n_bytes)) => Token::Escape(n_bytes),
            Some(Found::Unclear) => Token::Unclear,
            Some(Found::No) | None => Token::Text,
        }
    }

    fn quote_at(&self, input: &[u8], at: usize, more: More) -> Found {
        self.quote
            .map_or(Found::No, |mark| mark_at(mark, input, at, more))
    }

    fn inner(&self, input: &[u8], from: usize, to: usize, more: More) -> Inner {
        let first = |mark: &Mark| mark.as_bytes().first().copied();
        let Some(quote) = self.quote.as_ref().and_then(first) else {
            return Inner::Nothing;
        };
        let escape = self.escape.as_ref().and_then(first).unwrap_or(quote);
        let mut from = from;
        loop {
            let window = input.get(from..to).unwrap_or_default();
            let Some(at) = memchr2(quote, escape, window).map(|n| from + n) else {
                return Inner::Nothing;
            };
            let escaped = self.escape.map(|mark| mark_at(mark, input, at, more));
            match (self.quote_at(input, at, more), escaped) {
                (Found::Yes(n_bytes), _) => return Inner::Quote(at, n_bytes),
                (_, Some(Found::Yes(n_bytes))) => return Inner::Escape(at, n_bytes),
                (Found::Unclear, _) | (_, Some(Found::Unclear)) => return Inner::Unclear,
                (Found::No, Some(Found::No) | None) => from = at + 1,
            }
        }
    }

    fn inner_quote(&self) -> InnerQuote {
        self.inner_quote
    }

    fn pass_space(&self, input: &[u8], at: usize, more: More) -> usize {
        let mut at = at;
        while self.initial_space == InitialSpace::Skipped
            && matches!(input.get(at), Some(b' ' | b'\t'))
            && self.token(input, at, more) == Token::Text
        {
            at += 1;
        }
        at
    }

    fn line_within(&self, input: &[u8], start: usize, from: usize, to: usize) -> Option<usize> {
        let LineEnd::Only(mark) = self.line_end else {
            return any_line_within(input, from, to);
        };
        // Its first bytes may stand behind an escape before `from`.
        let overlap = mark.as_bytes().len().saturating_sub(1);
        let from = from.saturating_sub(overlap).max(start);
        let found = memmem::find(input.get(from..to).unwrap_or_default(), mark.as_bytes());
        found.map(|n| from + n + mark.as_bytes().len())
    }

    fn line_end(&self) -> LineEnd {
        self.line_end
    }
}

impl LineEnd {
    /// Returns whether a line ends at `at`.
    pub(super) fn at(self, input: &[u8], at: usize, more: More) -> Found {
        match self {
            Self::Any => any_line_end(input, at, more),
            Self::Only(mark) => mark_at(mark, input, at, more),
        }
    }

    /// Returns where the first line end from `from` on begins, or may begin where the input ends.
    pub(super) fn find(self, input: &[u8], from: usize, more: More) -> Option<usize> {
        let rest = input.get(from..).unwrap_or_default();
        match self {
            Self::Any => memchr2(b'\n', b'\r', rest).map(|n| from + n),
            Self::Only(mark) => memmem::find(rest, mark.as_bytes())
                .map(|n| from + n)
                .or_else(|| begun_at_end(mark, input, from, more)),
        }
    }

    /// Counts the lines that end.
    pub(super) fn count(self, bytes: &[u8]) -> u64 {
        match self {
            Self::Any => {
                let mut n_lines = 0;
                let mut was_cr = false;
                for &byte in bytes {
                    n_lines += u64::from(byte == b'\r' || (byte == b'\n' && !was_cr));
                    was_cr = byte == b'\r';
                }
                n_lines
            }
            Self::Only(mark) => super::to_u64(memmem::find_iter(bytes, mark.as_bytes()).count()),
        }
    }
}

/// Returns where the input's last bytes begin a mark that they do not end.
fn begun_at_end(mark: Mark, input: &[u8], from: usize, more: More) -> Option<usize> {
    let overlap = mark.as_bytes().len().saturating_sub(1);
    let first = input.len().saturating_sub(overlap).max(from);
    (first..input.len()).find(|&at| mark_at(mark, input, at, more) == Found::Unclear)
}

fn any_line_end(input: &[u8], at: usize, more: More) -> Found {
    match (input.get(at), input.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => Found::Yes(2),
        (Some(b'\r') | None, None) if more == More::MayFollow => Found::Unclear,
        (Some(b'\r' | b'\n'), _) => Found::Yes(1),
        (Some(_) | None, _) => Found::No,
    }
}

fn any_line_within(input: &[u8], from: usize, to: usize) -> Option<usize> {
    let stretch = input.get(from..to).unwrap_or_default();
    memchr2(b'\n', b'\r', stretch).map(|n| from + n + 1)
}

/// Returns whether a mark stands at `at`.
pub(crate) fn mark_at(mark: Mark, input: &[u8], at: usize, more: More) -> Found {
    let (mark, rest) = (mark.as_bytes(), input.get(at..).unwrap_or_default());
    if rest.starts_with(mark) {
        Found::Yes(mark.len())
    } else if more == More::MayFollow && mark.starts_with(rest) {
        Found::Unclear
    } else {
        Found::No
    }
}
