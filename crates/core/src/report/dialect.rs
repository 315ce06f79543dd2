//! The dialect as the report names it.

use serde::Serialize;

use crate::dialect::{Dialect, DialectOptions, Header, InitialSpace, InnerQuote, LineEnd, Mark};

/// The dialect in force, in the words of the Table Dialect.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DialectReport {
    /// What stands between fields.
    pub delimiter: String,
    /// What stands around quoted fields, if any are.
    #[serde(rename = "quoteChar")]
    pub quote: Option<String>,
    /// Whether a quote within quotes is written twice; said only if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub double_quote: Option<bool>,
    /// What makes the next character literal, if anything does.
    #[serde(rename = "escapeChar")]
    pub escape: Option<String>,
    /// What ends a line, if it is not one of the usual line ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_terminator: Option<String>,
    /// The cell that has no value, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub null_sequence: Option<String>,
    /// Whether white space at the start of a field is no part of it; said only if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_initial_space: Option<bool>,
    /// What begins a line that is overhead, if anything does.
    #[serde(rename = "commentChar")]
    pub comment: Option<String>,
    /// The rows that are overhead, if any were named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment_rows: Option<Vec<u64>>,
    /// Whether there is a header.
    pub header: bool,
    /// The rows that are the header, if they were named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_rows: Option<Vec<u64>>,
    /// What joins the parts of a label, if header rows were named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_join: Option<String>,
}

impl DialectReport {
    pub(crate) fn new(dialect: Dialect, options: &DialectOptions) -> Self {
        let text = |mark: Mark| mark.as_str().to_owned();
        let (header_rows, header_join) = match &options.header {
            Some(Header::Rows { rows, join }) => {
                (Some(rows.as_slice().to_vec()), Some(join.clone()))
            }
            Some(Header::Present | Header::Absent) | None => (None, None),
        };
        Self {
            delimiter: text(dialect.delimiter),
            quote: dialect.quote.map(text),
            double_quote: (dialect.inner_quote == InnerQuote::Escaped).then_some(false),
            escape: dialect.escape.map(text),
            line_terminator: match dialect.line_end {
                LineEnd::Any => None,
                LineEnd::Only(mark) => Some(text(mark)),
            },
            null_sequence: dialect.null_sequence.map(text),
            skip_initial_space: (dialect.initial_space == InitialSpace::Skipped).then_some(true),
            comment: dialect.comment.map(text),
            comment_rows: options.comment_rows.as_ref().map(|r| r.as_slice().to_vec()),
            header: options.has_header(),
            header_rows,
            header_join,
        }
    }
}
