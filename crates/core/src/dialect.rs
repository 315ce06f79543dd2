//! How a CSV is written: which bytes separate, quote and escape.

use crate::error::{Error, ErrorKind, Result};

/// Whether the first record names the columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// It does.
    #[default]
    Present,
    /// It does not: columns are the schema's fields, in order.
    Absent,
}

/// What a caller asks for. What is `None` is detected, or the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialectOptions {
    /// The byte between fields; detected by the header if `None`.
    pub delimiter: Option<u8>,
    /// How fields are quoted.
    pub quote: Quote,
    /// The byte that makes the next one literal.
    pub escape: Option<u8>,
    /// Whether there is a header.
    pub header: Header,
    /// Lines that begin with this byte are overhead, not records.
    pub comment: Option<u8>,
    /// How many physical lines stand before the header (or the first record).
    pub skip_lines: u64,
}

/// Whether and how fields are quoted. A quote within a quoted field is doubled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// By this byte.
    By(u8),
    /// Quotes are ordinary bytes.
    Never,
}

impl Default for Quote {
    fn default() -> Self {
        Self::By(b'"')
    }
}

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
    pub const CANDIDATES: [u8; 4] = *b",;\t|";

    /// Checks the options, and takes `delimiter` where they leave it open.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] if two of the bytes are the same, or one cannot serve.
    ///
    /// ```
    /// use rowgate_core::dialect::{Dialect, DialectOptions, Quote};
    ///
    /// let options = DialectOptions { quote: Quote::By(b';'), ..DialectOptions::default() };
    /// assert!(Dialect::new(&options, b',').is_ok());
    /// assert!(Dialect::new(&options, b';').is_err());
    /// ```
    pub fn new(options: &DialectOptions, delimiter: u8) -> Result<Self> {
        let dialect = Self {
            delimiter: options.delimiter.unwrap_or(delimiter),
            quote: match options.quote {
                Quote::By(byte) => Some(byte),
                Quote::Never => None,
            },
            escape: options.escape,
            comment: options.comment,
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
