//! Reads a Table Dialect, or the CSV Dialect of version 1.

use super::fault::{Faults, Path};
use super::json::{Json, Object};
use super::read::{flag, string};
use crate::dialect::{
    Dialect, DialectOptions, Header, InitialSpace, InnerQuote, LineEnd, Mark, Quote, RowNumbers,
};
use crate::error::Result;

/// The properties of delimited text.
const PROPERTIES: &[&str] = &[
    "$schema",
    "header",
    "headerRows",
    "headerJoin",
    "commentRows",
    "commentChar",
    "delimiter",
    "lineTerminator",
    "quoteChar",
    "doubleQuote",
    "escapeChar",
    "nullSequence",
    "skipInitialSpace",
];

/// The properties of other formats, which the standard has us ignore.
const OF_OTHERS: &[&str] = &[
    "property",
    "itemType",
    "itemKeys",
    "sheetNumber",
    "sheetName",
    "table",
];

/// What version 1 had, and version 2 removed.
const REMOVED: &[&str] = &["csvddfVersion", "caseSensitiveHeader"];

/// Reads how a table is written. What a dialect leaves out has the standard's default.
pub(super) fn dialect(json: &Json<'_>, path: &Path<'_>, faults: &mut Faults) -> DialectOptions {
    let Some(object) = json.as_object() else {
        faults.push_type(path, "an object, or the path of one", json);
        return DialectOptions::default();
    };
    let n_before = faults.count();
    note_ignored(object, path, faults);
    string(object, "$schema", path, faults);
    let mut reader = Reader {
        object,
        path,
        faults,
    };
    let default_delimiter = Mark::from(',');
    let options = DialectOptions {
        delimiter: reader.delimiter().or(Some(default_delimiter)),
        quote: reader.quote(),
        inner_quote: reader.flag("doubleQuote").map(|is_doubled| {
            if is_doubled {
                InnerQuote::Doubled
            } else {
                InnerQuote::Escaped
            }
        }),
        escape: reader.character("escapeChar"),
        line_end: reader.text("lineTerminator", LineEnd::declared),
        null_sequence: reader.text("nullSequence", Mark::new),
        initial_space: reader.flag("skipInitialSpace").map(|is_skipped| {
            if is_skipped {
                InitialSpace::Skipped
            } else {
                InitialSpace::Kept
            }
        }),
        header: reader.header(),
        comment: reader.filled("commentChar"),
        comment_rows: reader.rows("commentRows"),
        skip_lines: None,
    };
    if faults.count() == n_before
        && let Err(refused) = Dialect::new(&options, ',')
    {
        faults.push(path, refused.to_string(), "");
    }
    options
}

fn note_ignored(object: &Object<'_>, path: &Path<'_>, faults: &mut Faults) {
    for (key, _) in object.iter() {
        let why = if OF_OTHERS.contains(&key) {
            "is of other formats than delimited text, and is ignored"
        } else if REMOVED.contains(&key) {
            "is not of version 2 of the standard, and is ignored"
        } else {
            continue;
        };
        let hint = match key {
            "caseSensitiveHeader" => {
                "say `\"header\": {\"case_sensitive\": false}` in the schema's block `rowgate`"
            }
            _ => "",
        };
        faults.note(&path.key(key), format!("property `{key}` {why}"), hint);
    }
    let known = [PROPERTIES, OF_OTHERS, REMOVED].concat();
    faults.note_unlikely(object, &known, path);
}

struct Reader<'a, 'f> {
    object: &'a Object<'a>,
    path: &'a Path<'a>,
    faults: &'f mut Faults,
}

impl<'a> Reader<'a, '_> {
    fn flag(&mut self, key: &str) -> Option<bool> {
        flag(self.object, key, self.path, self.faults)
    }

    fn string(&mut self, key: &str) -> Option<&'a str> {
        string(self.object, key, self.path, self.faults)
    }

    fn refuse(&mut self, key: &str, message: impl Into<String>, hint: &str) {
        self.faults.push(&self.path.key(key), message, hint);
    }

    /// Reads a text by a constructor that checks it.
    fn text<T>(&mut self, key: &str, read: impl FnOnce(&str) -> Result<T>) -> Option<T> {
        let text = self.string(key)?;
        match read(text) {
            Ok(value) => Some(value),
            Err(refused) => {
                self.refuse(key, refused.to_string(), "");
                None
            }
        }
    }

    /// Reads a mark that holds something.
    fn filled(&mut self, key: &str) -> Option<Mark> {
        if self.string(key)?.is_empty() {
            self.refuse(key, "must not be empty", "leave it out");
            return None;
        }
        self.text(key, Mark::new)
    }

    fn delimiter(&mut self) -> Option<Mark> {
        self.filled("delimiter")
    }

    fn character(&mut self, key: &str) -> Option<char> {
        let text = self.string(key)?;
        let mut chars = text.chars();
        let (Some(c), None) = (chars.next(), chars.next()) else {
            self.refuse(key, format!("must be a single character, not `{text}`"), "");
            return None;
        };
        Some(c)
    }

    /// Reads `quoteChar`. An empty one, which is how the reference implementation says it, is none.
    ///
    /// The standard has it exclude `escapeChar`: where that is said, nothing is quoted, unless a property
    /// of quotes is said too.
    fn quote(&mut self) -> Option<Quote> {
        let has = |key| self.object.get(key).is_some();
        let is_escaped = has("escapeChar");
        match self.object.get("quoteChar") {
            None if is_escaped && !has("doubleQuote") => Some(Quote::Never),
            Some(Json::Text(text)) if text.is_empty() => Some(Quote::Never),
            Some(_) if is_escaped => {
                let message = "the standard has either `escapeChar` or `quoteChar`: here both hold";
                self.faults.note(&self.path.key("escapeChar"), message, "");
                self.character("quoteChar").map(Quote::By)
            }
            Some(_) | None => self.character("quoteChar").map(Quote::By),
        }
    }

    fn header(&mut self) -> Option<Header> {
        let is_present = self.flag("header");
        let rows = self.rows("headerRows");
        let join = self.string("headerJoin").unwrap_or(" ").to_owned();
        match (is_present, rows) {
            (Some(false), Some(_)) => {
                let message = "names rows of a header that there is none of";
                self.refuse("headerRows", message, "leave out `header` or `headerRows`");
                None
            }
            (Some(false), None) => Some(Header::Absent),
            (Some(true) | None, Some(rows)) if rows.as_slice() != [1] => {
                Some(Header::Rows { rows, join })
            }
            (Some(true) | None, Some(_)) | (Some(true), None) => Some(Header::Present),
            (None, None) => None,
        }
    }

    fn rows(&mut self, key: &str) -> Option<RowNumbers> {
        let json = self.object.get(key)?;
        let path = self.path.key(key);
        let Json::Array(items) = json else {
            self.faults
                .push_type(&path, "an array of the numbers of rows", json);
            return None;
        };
        let mut numbers = Vec::with_capacity(items.len());
        for (idx, item) in items.iter().enumerate() {
            let number = match item {
                Json::Number(text) => text.parse().ok(),
                Json::Null | Json::Bool(_) | Json::Text(_) | Json::Array(_) | Json::Object(_) => {
                    None
                }
            };
            match number {
                Some(number) => numbers.push(number),
                None => self.faults.push(
                    &path.index(idx),
                    format!("`{item}` is no number of a row"),
                    "rows are numbered from 1",
                ),
            }
        }
        if numbers.len() < items.len() {
            return None;
        }
        match RowNumbers::new(numbers) {
            Ok(rows) => Some(rows),
            Err(refused) => {
                let hint = match key {
                    "headerRows" => "for a table without a header, `header` is `false`",
                    _ => "",
                };
                self.refuse(key, refused.to_string(), hint);
                None
            }
        }
    }
}
