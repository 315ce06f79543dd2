//! Why a record was turned away: published codes, and the sentence that goes with each finding.
//!
//! Codes are the names of Frictionless, and ours in the same manner. They are published: the list
//! only grows, and a code never changes its meaning.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// The kind of an error in the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Code {
    /// A cell is not a value of its column's type.
    TypeError,
    /// A value breaks a constraint of its column.
    ConstraintError,
    /// A record has fewer cells than the header has labels.
    MissingCell,
    /// A record has more cells than the header has labels.
    ExtraCell,
    /// A line has no bytes.
    BlankRow,
    /// A label of the header is empty.
    BlankLabel,
    /// A label stands twice in the header.
    DuplicateLabel,
    /// The header lacks a field of the schema.
    MissingLabel,
    /// The header has a label that the schema does not know.
    ExtraLabel,
    /// A label is not the name of the field in its place.
    IncorrectLabel,
    /// Bytes are not text in the encoding that was named.
    EncodingError,
    /// The quoting of a record is broken.
    QuoteError,
    /// A record is longer than the record limit.
    RecordTooLong,
    /// A quarantined record was fed back with its raw bytes still in place.
    UnmendedRecord,
    /// A value stands twice in a column whose values must differ.
    UniqueError,
    /// A record breaks a rule of the schema.
    RowConstraint,
    /// A spreadsheet would take a cell for a formula.
    FormulaInjection,
    /// A primary key lacks a component, or stands twice.
    PrimaryKey,
    /// Values that must differ together stand twice.
    UniqueKey,
    /// A reference leads to no record.
    ForeignKey,
    /// A field is longer than the field limit.
    FieldTooLong,
    /// The header has more columns than a source may have.
    TooManyColumns,
}

impl Code {
    /// Every code, in the order in which they were published.
    pub const ALL: &'static [Self] = &[
        Self::TypeError,
        Self::ConstraintError,
        Self::MissingCell,
        Self::ExtraCell,
        Self::BlankRow,
        Self::BlankLabel,
        Self::DuplicateLabel,
        Self::MissingLabel,
        Self::ExtraLabel,
        Self::IncorrectLabel,
        Self::EncodingError,
        Self::QuoteError,
        Self::RecordTooLong,
        Self::UnmendedRecord,
        Self::UniqueError,
        Self::RowConstraint,
        Self::FormulaInjection,
        Self::PrimaryKey,
        Self::UniqueKey,
        Self::ForeignKey,
        Self::FieldTooLong,
        Self::TooManyColumns,
    ];

    /// Returns the published name, in kebab case.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::reason::Code;
    ///
    /// assert_eq!(Code::TypeError.as_str(), "type-error");
    /// assert_eq!("type-error".parse(), Ok(Code::TypeError));
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TypeError => "type-error",
            Self::ConstraintError => "constraint-error",
            Self::MissingCell => "missing-cell",
            Self::ExtraCell => "extra-cell",
            Self::BlankRow => "blank-row",
            Self::BlankLabel => "blank-label",
            Self::DuplicateLabel => "duplicate-label",
            Self::MissingLabel => "missing-label",
            Self::ExtraLabel => "extra-label",
            Self::IncorrectLabel => "incorrect-label",
            Self::EncodingError => "encoding-error",
            Self::QuoteError => "quote-error",
            Self::RecordTooLong => "record-too-long",
            Self::UnmendedRecord => "unmended-record",
            Self::UniqueError => "unique-error",
            Self::RowConstraint => "row-constraint",
            Self::FormulaInjection => "formula-injection",
            Self::PrimaryKey => "primary-key",
            Self::UniqueKey => "unique-key",
            Self::ForeignKey => "foreign-key",
            Self::FieldTooLong => "field-too-long",
            Self::TooManyColumns => "too-many-columns",
        }
    }

    /// Returns what the code means, in a sentence or two.
    #[must_use]
    pub const fn summary(self) -> &'static str {
        match self {
            Self::TypeError => {
                "The cell is not a value of its column's type: the schema gives the type and \
                 the format."
            }
            Self::ConstraintError => {
                "The value has the right type and breaks a constraint of its column: \
                 `required`, `enum`, `pattern`, a length or a bound."
            }
            Self::MissingCell => {
                "The record has fewer cells than the header has labels, so no cell can be \
                 trusted to stand in its own column."
            }
            Self::ExtraCell => {
                "The record has more cells than the header has labels, so no cell can be \
                 trusted to stand in its own column."
            }
            Self::BlankRow => {
                "The line has no bytes at all. A line such as `,,` is not blank: its cells are \
                 empty."
            }
            Self::BlankLabel => {
                "A label of the header is empty, so its column cannot be told from others."
            }
            Self::DuplicateLabel => {
                "A label stands twice in the header, so its name means two columns."
            }
            Self::MissingLabel => "The header lacks a field that the schema asks for.",
            Self::ExtraLabel => "The header has a label that the schema does not know.",
            Self::IncorrectLabel => {
                "The label is not the name of the field in its place: `fieldsMatch` is `exact`, \
                 which asks for the same fields in the same order."
            }
            Self::EncodingError => {
                "The record's bytes are not text in the encoding in force (UTF-8 unless another \
                 is named). They are not decoded by guess."
            }
            Self::QuoteError => {
                "The record's quoting is broken: text follows a closing quote, or a quote is \
                 never closed. One line is rejected, and reading resumes on the next."
            }
            Self::RecordTooLong => {
                "The record is longer than the record limit, and was skipped to its end. Its \
                 quoting is not broken."
            }
            Self::UnmendedRecord => {
                "A record of a quarantine file was fed back while its raw bytes were still in \
                 place, so nobody has mended it."
            }
            Self::UniqueError => {
                "The value stands in an earlier accepted record too, and the column's values \
                 must differ. Values are compared, not their spelling: `1.0` equals `1`."
            }
            Self::RowConstraint => {
                "The record breaks a rule of the schema's `rowgate` block: a condition over \
                 several of its values. The message names the rule."
            }
            Self::FormulaInjection => {
                "A spreadsheet would take the cell for a formula, and the schema has \
                 `\"formula_injection\": \"reject\"`."
            }
            Self::PrimaryKey => {
                "A component of the primary key is missing, or an earlier accepted record has \
                 the same key. Values are compared, not their spelling: `1.0` equals `1`."
            }
            Self::UniqueKey => {
                "An earlier accepted record has the same values in all fields of one of the \
                 schema's `uniqueKeys`. Records that lack one of the values are not compared."
            }
            Self::ForeignKey => {
                "The values of a foreign key are not those of any record of the table that it \
                 refers to. A key that lacks a value refers to nothing, and is not checked."
            }
            Self::FieldTooLong => {
                "A cell takes more bytes, as it is written, than the field limit allows."
            }
            Self::TooManyColumns => {
                "The header has more columns than a source may have. Nothing else is said of it."
            }
        }
    }

    /// Returns an example of data that gets the code.
    #[must_use]
    pub const fn example(self) -> &'static str {
        match self {
            Self::TypeError => {
                "The column `ordered_on` has the type `date`, and the cell holds `31/12/2026` \
                 or `2026-02-30`."
            }
            Self::ConstraintError => {
                "The column `quantity` has `\"minimum\": 1`, and the cell holds `0`; or it is \
                 required, and the cell is empty."
            }
            Self::MissingCell => "The header is `id,name,amount`, and the record is `7,Smith`.",
            Self::ExtraCell => {
                "The header is `id,name,amount`, and the record is `7,Smith, John,12.50`."
            }
            Self::BlankRow => "Two line ends follow one another in the middle of the file.",
            Self::BlankLabel => "The header is `id,,amount`.",
            Self::DuplicateLabel => "The header is `id,amount,amount`.",
            Self::MissingLabel => {
                "The schema has the fields `id` and `amount`, and the header is `id`."
            }
            Self::ExtraLabel => {
                "The schema has the fields `id` and `amount`, and the header is \
                 `id,amount,note`."
            }
            Self::IncorrectLabel => {
                "The schema has the fields `id` and `amount`, and the header is `amount,id`."
            }
            Self::EncodingError => {
                "The byte `E9`, an `é` in Latin-1, in a file that is read as UTF-8."
            }
            Self::QuoteError => {
                "`7,\"Smith\" Ltd,12.50`, or `7,\"Smith,12.50` with no other quote to the end \
                 of the input."
            }
            Self::RecordTooLong => "A cell of 20 MB of text where the limit is 1 MiB.",
            Self::UnmendedRecord => {
                "A row of a rejects file whose column `_rowgate_raw` is not empty."
            }
            Self::UniqueError => {
                "The column `id` is `unique`, and two records hold `7`. The first is accepted, \
                 and the second is not."
            }
            Self::RowConstraint => {
                "The rule `ships-after-order` is `row.shipped_at >= row.ordered_at`, and the \
                 record was shipped the day before it was ordered."
            }
            Self::FormulaInjection => {
                "A column of the type `string` holds `=HYPERLINK(\"http://example.com\")`."
            }
            Self::PrimaryKey => {
                "The primary key is `order`, `line`, and two records hold `7,1`; or a record \
                 holds `7` and no line."
            }
            Self::UniqueKey => {
                "`\"uniqueKeys\": [[\"country\", \"tax_id\"]]`, and two records hold `DE,7`."
            }
            Self::ForeignKey => {
                "`customer` refers to the `id` of the resource `customers`, the cell holds `7`, \
                 and no customer has the id `7`."
            }
            Self::FieldTooLong => "A cell of 200 KB where the field limit is 100 KB.",
            Self::TooManyColumns => "A header of 70,000 labels.",
        }
    }

    /// Returns how to mend such data, or the schema where that is at fault.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::TypeError => {
                "Write the value as the message says. If the source writes it otherwise \
                 throughout, give the field the `format`, `decimalChar`, `groupChar`, \
                 `trueValues` or `missingValues` that the source uses."
            }
            Self::ConstraintError => {
                "Correct the value, or the constraint if the value is right. Every constraint \
                 that a value breaks is listed."
            }
            Self::MissingCell => {
                "Add the missing cells, empty ones if need be: `7,Smith,`. Look for a line \
                 break inside a value that should be in quotes."
            }
            Self::ExtraCell => {
                "Put a value that holds the delimiter in quotes: `7,\"Smith, John\",12.50`. \
                 Check that the delimiter is the right one."
            }
            Self::BlankRow => "Delete the line.",
            Self::BlankLabel => "Name the column, or take it out of the source.",
            Self::DuplicateLabel => "Give each column a name of its own.",
            Self::MissingLabel => {
                "Add the column. If the source may lack it, set `fieldsMatch` to `superset` or \
                 `partial`."
            }
            Self::ExtraLabel => {
                "Add the field to the schema, or take the column out. If such columns may stay, \
                 set `fieldsMatch` to `subset` or `partial`."
            }
            Self::IncorrectLabel => {
                "Put the columns in the schema's order. If any order will do, set `fieldsMatch` \
                 to `equal`."
            }
            Self::EncodingError => {
                "Name the encoding that the source is really in with `--encoding`, or save it as UTF-8. \
                 An encoding is never guessed."
            }
            Self::QuoteError => {
                "Close the quote, and write a quote inside a quoted value twice: \
                 `7,\"\"\"Smith\"\" Ltd\",12.50`."
            }
            Self::RecordTooLong => {
                "Shorten the record, or raise the limit; a run's memory grows with it."
            }
            Self::UnmendedRecord => {
                "Write the record's cells into the columns after it, clear `_rowgate_raw`, and \
                 ingest the file again; or delete the row."
            }
            Self::RowConstraint => {
                "Correct the values that the rule compares. If such records are to land all the \
                 same, give the rule the severity `warn`."
            }
            Self::FormulaInjection => {
                "Write the value without the sign before it; or set `formula_injection` to \
                 `escape`, which lands it with an apostrophe before it."
            }
            Self::UniqueError | Self::UniqueKey => {
                "Correct the value, or delete the record that is there twice."
            }
            Self::PrimaryKey => {
                "Give the record a key of its own, or delete the record that is there twice."
            }
            Self::ForeignKey => {
                "Correct the value, or add the record that it refers to. Of a table that refers \
                 to itself, only records that pass every other check count."
            }
            Self::FieldTooLong => "Shorten the value, or raise the limit.",
            Self::TooManyColumns => {
                "Check that the delimiter is the right one. If it is, split the table, or turn \
                 its columns into rows."
            }
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(name: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.iter().find(|code| code.as_str() == name);
        known.copied().ok_or(UnknownCode)
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The text is not the name of a [`Code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a code")]
pub struct UnknownCode;

/// Why a cell or a record was turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The published code.
    pub code: Code,
    /// Completes the sentence "expected …". It never holds the cell's value, so that values can be
    /// redacted.
    pub expected: Cow<'static, str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_listed_named_and_explained() {
        for code in Code::ALL.iter().copied() {
            assert_eq!(code.as_str().parse(), Ok(code));
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{code}\""));
            let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(code.as_str().chars().all(kebab), "{code}");
            for text in [code.summary(), code.example(), code.remedy()] {
                assert!(text.ends_with('.'), "{code}: {text:?}");
                assert!(!text.contains("  "), "{code}: {text:?}");
            }
        }
        let names: std::collections::BTreeSet<_> = Code::ALL.iter().collect();
        assert_eq!(names.len(), Code::ALL.len());
        assert_eq!("TypeError".parse::<Code>(), Err(UnknownCode));
    }
}
