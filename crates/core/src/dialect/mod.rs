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
    pub(crate) delimiter: Mark,
    pub(crate) quote: Option<Mark>,
    pub(crate) inner_quote: InnerQuote,
    pub(crate) escape: Option<Mark>,
    pub(crate) line_end: LineEnd,
    pub(crate) null_sequence: Option<Mark>,
    pub(crate) initial_space: InitialSpace,
    pub(crate) comment: Option<Mark>,
}

impl Dialect {
    /// The delimiters that detection tries, in order of preference.
    pub const CANDIDATES: [char; 4] = [',', ';', '\t', '|'];

    /// Checks the options, and takes `delimiter` where they leave it open.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] if two of the marks are the same or one cannot be told from another.
    ///
    /// ```
    /// use rowgate_core::dialect::{Dialect, DialectOptions, Quote};
    ///
    /// let options = DialectOptions { quote: Some(Quote::By(';')), ..DialectOptions::default() };
    /// assert!(Dialect::new(&options, ',').is_ok());
    /// assert!(Dialect::new(&options, ';').is_err());
    /// ```
    pub fn new(options: &DialectOptions, delimiter: char) -> Result<Self> {
        let dialect = Self {
            delimiter: options.delimiter.unwrap_or(Mark::from(delimiter)),
            quote: match options.quote.unwrap_or_default() {
                Quote::By(c) => Some(Mark::from(c)),
                Quote::Never => None,
            },
            inner_quote: options.inner_quote.unwrap_or_default(),
            escape: options.escape.map(Mark::from),
            line_end: options.line_end.unwrap_or_default(),
            null_sequence: options.null_sequence,
            initial_space: options.initial_space.unwrap_or_default(),
            comment: options.comment,
        };
        dialect.check().map(|()| dialect)
    }

    /// Checks that no mark can be taken for another.
    fn check(&self) -> Result<()> {
        let roles = [
            ("delimiter", Some(self.delimiter)),
            ("quote", self.quote),
            ("escape", self.escape),
            ("comment", self.comment),
        ];
        let set: Vec<(&str, Mark)> = roles
            .into_iter()
            .filter_map(|(name, mark)| mark.map(|m| (name, m)))
            .collect();
        for (idx, (name, mark)) in set.iter().enumerate() {
            if mark.as_bytes().is_empty() {
                return refused(format!("the {name} is empty: give it a character"));
            }
            if let Some((other, _)) = set.iter().take(idx).find(|(_, m)| m == mark) {
                return refused(format!(
                    "the {other} and the {name} are both `{mark}`: give one of them another character"
                ));
            }
            self.check_line_end(name, *mark)?;
        }
        for (name, mark) in [("quote", self.quote), ("escape", self.escape)] {
            if mark.is_some_and(|m| self.delimiter.as_str().contains(m.as_str())) {
                return refused(format!(
                    "the delimiter `{}` holds the {name}: give one of them another character",
                    self.delimiter
                ));
            }
        }
        Ok(())
    }

    /// Checks that a line end is found wherever one stands outside quotes.
    fn check_line_end(&self, name: &str, mark: Mark) -> Result<()> {
        let LineEnd::Only(line_end) = self.line_end else {
            return if mark.as_str().contains(['\n', '\r']) {
                refused(format!("the {name} `{mark}` holds a line end"))
            } else {
                Ok(())
            };
        };
        let text = line_end.as_str();
        if text.is_empty() {
            return refused("a line end has at least one character".to_owned());
        }
        let tails = mark.as_str().char_indices();
        let mut tails = tails.filter_map(|(at, _)| mark.as_str().get(at..));
        // The line end may be the longer of the two, such as `;\n` where `;` delimits.
        let is_hidden = tails.any(|tail| {
            tail.starts_with(text) || (tail.len() < mark.as_str().len() && text.starts_with(tail))
        });
        let is_held = name != "delimiter" && name != "comment" && text.contains(mark.as_str());
        if is_hidden || is_held {
            return refused(format!(
                "the {name} `{mark}` and the line end `{line_end}` cannot be told from one another"
            ));
        }
        Ok(())
    }

    /// Returns what stands between fields.
    #[must_use]
    pub fn delimiter(&self) -> Mark {
        self.delimiter
    }

    /// Returns what stands around quoted fields, if fields are quoted at all.
    #[must_use]
    pub fn quote(&self) -> Option<Mark> {
        self.quote
    }
}

fn refused<T>(message: String) -> Result<T> {
    Err(Error::new(ErrorKind::Settings, message))
}
