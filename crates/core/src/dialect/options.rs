//! What a caller asks of a dialect.

use super::Mark;
use crate::error::{Error, ErrorKind, Result};

/// How many header rows, and how many comment rows, may be named.
pub const ROWS_MAX: usize = 1_000;

/// What a caller asks for. What is `None` is detected, or the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialectOptions {
    /// What stands between fields; detected by the header if `None`.
    pub delimiter: Option<Mark>,
    /// How fields are quoted; by `"` if `None`.
    pub quote: Option<Quote>,
    /// How a quote is written within quotes; twice if `None`.
    pub inner_quote: Option<InnerQuote>,
    /// The character that makes the next one literal.
    pub escape: Option<char>,
    /// What ends a line; LF, CRLF or CR, in any mixture, if `None`.
    pub line_end: Option<LineEnd>,
    /// A cell without quotes that is exactly this has no value.
    pub null_sequence: Option<Mark>,
    /// Whether white space at the start of a field is part of it; it is if `None`.
    pub initial_space: Option<InitialSpace>,
    /// Which rows name the columns; the first if `None`.
    pub header: Option<Header>,
    /// Rows that begin with this are overhead, not records.
    pub comment: Option<Mark>,
    /// Rows of these numbers are overhead, not records.
    pub comment_rows: Option<RowNumbers>,
    /// How many physical lines stand before the first row; none if `None`.
    pub skip_lines: Option<u64>,
}

impl DialectOptions {
    /// Returns these options, and those of `other` where these leave something open.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::dialect::{DialectOptions, Mark};
    ///
    /// let flags = DialectOptions { delimiter: Some(Mark::from(';')), ..DialectOptions::default() };
    /// let resource = DialectOptions {
    ///     delimiter: Some(Mark::from(',')),
    ///     escape: Some('\\'),
    ///     ..DialectOptions::default()
    /// };
    /// let both = flags.or(resource);
    /// assert_eq!((both.delimiter, both.escape), (Some(Mark::from(';')), Some('\\')));
    /// ```
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            delimiter: self.delimiter.or(other.delimiter),
            quote: self.quote.or(other.quote),
            inner_quote: self.inner_quote.or(other.inner_quote),
            escape: self.escape.or(other.escape),
            line_end: self.line_end.or(other.line_end),
            null_sequence: self.null_sequence.or(other.null_sequence),
            initial_space: self.initial_space.or(other.initial_space),
            header: self.header.or(other.header),
            comment: self.comment.or(other.comment),
            comment_rows: self.comment_rows.or(other.comment_rows),
            skip_lines: self.skip_lines.or(other.skip_lines),
        }
    }

    /// Returns whether there is a header.
    #[must_use]
    pub fn has_header(&self) -> bool {
        self.header != Some(Header::Absent)
    }
}

/// Which rows name the columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// The first one.
    #[default]
    Present,
    /// None does: columns are the schema's fields, in order.
    Absent,
    /// These do. Rows before the last of them that are not among them are overhead.
    Rows {
        /// Which.
        rows: RowNumbers,
        /// What stands between the parts of a label, one from each row that has one.
        join: String,
    },
}

/// Numbers of rows, from 1 and in order. A row is a record, a blank line or a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowNumbers(Vec<u64>);

impl RowNumbers {
    /// Takes numbers in any order.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] if there are none, more than [`ROWS_MAX`], or one of them is 0.
    pub fn new(mut numbers: Vec<u64>) -> Result<Self> {
        numbers.sort_unstable();
        numbers.dedup();
        let refused = match numbers.first() {
            None => Some("name at least one row".to_owned()),
            Some(0) => Some("rows are numbered from 1".to_owned()),
            Some(_) if numbers.len() > ROWS_MAX => {
                Some(format!("at most {ROWS_MAX} rows can be named"))
            }
            Some(_) => None,
        };
        match refused {
            Some(message) => Err(Error::new(ErrorKind::Settings, message)),
            None => Ok(Self(numbers)),
        }
    }

    /// Returns the numbers in order.
    #[must_use]
    pub fn as_slice(&self) -> &[u64] {
        &self.0
    }

    /// Returns whether a row is among them.
    #[must_use]
    pub fn contains(&self, number: u64) -> bool {
        self.0.binary_search(&number).is_ok()
    }

    /// Numbers them anew, from 1 and without gaps.
    pub(crate) fn close_up(&mut self) {
        for (number, old) in (1..).zip(&mut self.0) {
            *old = number;
        }
    }

    /// Returns the last of them.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.0.last().copied().unwrap_or(1)
    }
}

/// Whether and how fields are quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// By this character.
    By(char),
    /// Quotes are ordinary characters.
    Never,
}

impl Default for Quote {
    fn default() -> Self {
        Self::By('"')
    }
}

/// How a quote is written within quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InnerQuote {
    /// Twice.
    #[default]
    Doubled,
    /// Behind the escape character; not at all where there is none.
    Escaped,
}

/// What ends a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineEnd {
    /// LF, CRLF or CR, in any mixture.
    #[default]
    Any,
    /// This, and nothing else: LF and CR are ordinary characters.
    Only(Mark),
}

impl LineEnd {
    /// Reads what a descriptor declares. LF, CRLF and CR all mean any of them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] if it is empty or longer than a [`Mark`] may be.
    pub fn declared(text: &str) -> Result<Self> {
        match text {
            "\n" | "\r\n" | "\r" => Ok(Self::Any),
            "" => Err(Error::new(
                ErrorKind::Settings,
                "a line end has at least one character",
            )),
            _ => Mark::new(text).map(Self::Only),
        }
    }
}

/// Whether white space (spaces and tabulators) at the start of a field is part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InitialSpace {
    /// It is.
    #[default]
    Kept,
    /// It is not. It is landed all the same: only the value does not have it.
    Skipped,
}
