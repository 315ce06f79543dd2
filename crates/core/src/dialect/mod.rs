//! How a CSV is written: what separates, quotes and escapes.

mod mark;
mod options;

pub use mark::Mark;
pub use options::{
    DialectOptions, Header, InitialSpace, InnerQuote, LineEnd, Quote, ROWS_MAX, RowNumbers,
};

use crate::error::{Error, ErrorKind, Result};

/// A dialect in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    pub(crate) delimiter: u8,
    pub(crate) quote: Option<u8>,
    pub(crate) escape: Option<u8>,
    pub(crate) comment: Option<u8>,
}

impl Dialect {
    /// The delimiters that detection tries, in order of preference.
    pub const CANDIDATES: [char; 4] = [',', ';', '\t', '|'];

    /// Checks the options, and takes `delimiter` where they leave it open.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] if two of the marks are the same, or one cannot serve.
    ///
    /// ```
    /// use rowgate_core::dialect::{Dialect, DialectOptions, Quote};
    ///
    /// let options = DialectOptions { quote: Some(Quote::By(';')), ..DialectOptions::default() };
    /// assert!(Dialect::new(&options, ',').is_ok());
    /// assert!(Dialect::new(&options, ';').is_err());
    /// ```
    pub fn new(options: &DialectOptions, delimiter: char) -> Result<Self> {
        refuse_unbuilt(options)?;
        let single = |mark: Mark| match mark.as_bytes() {
            [byte] => Ok(*byte),
            _ => Err(unbuilt("a mark of several characters")),
        };
        let quote = match options.quote.unwrap_or_default() {
            Quote::By(c) => Some(Mark::from(c)),
            Quote::Never => None,
        };
        let dialect = Self {
            delimiter: single(options.delimiter.unwrap_or(Mark::from(delimiter)))?,
            quote: quote.map(single).transpose()?,
            escape: options.escape.map(Mark::from).map(single).transpose()?,
            comment: options.comment.map(single).transpose()?,
        };
        let roles = [
            ("delimiter", Some(dialect.delimiter)),
            ("quote", dialect.quote),
            ("escape", dialect.escape),
            ("comment", dialect.comment),
        ];
        let set: Vec<(&str, u8)> = roles
            .into_iter()
            .filter_map(|(name, byte)| byte.map(|b| (name, b)))
            .collect();
        for (idx, (name, byte)) in set.iter().enumerate() {
            if !byte.is_ascii() || matches!(byte, b'\n' | b'\r') {
                return Err(Error::new(
                    ErrorKind::Settings,
                    format!(
                        "the {name} `{}` is not a single ASCII character other than a line end",
                        byte.escape_ascii()
                    ),
                ));
            }
            if let Some((other, _)) = set.iter().take(idx).find(|(_, b)| b == byte) {
                return Err(Error::new(
                    ErrorKind::Settings,
                    format!(
                        "the {other} and the {name} are both `{}`: give one of them another character",
                        byte.escape_ascii()
                    ),
                ));
            }
        }
        Ok(dialect)
    }

    /// Returns the byte between fields.
    #[must_use]
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// Returns the byte around quoted fields, if fields are quoted at all.
    #[must_use]
    pub fn quote(&self) -> Option<u8> {
        self.quote
    }
}

/// Refuses what is still to come.
fn refuse_unbuilt(options: &DialectOptions) -> Result<()> {
    let unbuilt_parts = [
        (
            options.inner_quote == Some(InnerQuote::Escaped),
            "`doubleQuote`: false",
        ),
        (
            !matches!(options.line_end, None | Some(LineEnd::Any)),
            "`lineTerminator`",
        ),
        (options.null_sequence.is_some(), "`nullSequence`"),
        (
            options.initial_space == Some(InitialSpace::Skipped),
            "`skipInitialSpace`",
        ),
        (
            matches!(options.header, Some(Header::Rows { .. })),
            "`headerRows`",
        ),
        (options.comment_rows.is_some(), "`commentRows`"),
    ];
    match unbuilt_parts.into_iter().find(|(is_asked, _)| *is_asked) {
        Some((_, what)) => Err(unbuilt(what)),
        None => Ok(()),
    }
}

fn unbuilt(what: &str) -> Error {
    Error::new(
        ErrorKind::Settings,
        format!("{what} is not supported by this version"),
    )
}
