//! The check of one cell: pure, made from a field of the schema, and without allocation as long as
//! the cell is valid (and neither JSON, a list nor a place).

pub(crate) mod closed;
pub(crate) mod geojson;
pub(crate) mod json;
pub(crate) mod json_schema;
pub(crate) mod lengths;
pub(crate) mod list;
pub(crate) mod pattern;
pub(crate) mod rules;
pub(crate) mod text;
pub(crate) mod words;

use std::borrow::Cow;
use std::sync::Arc;

use regex::Regex;

use self::closed::{ClosedKeys, ClosedText};
use self::json::JsonRules;
use self::lengths::Lengths;
use self::list::ListRules;
use self::rules::Rules;
use self::text::TextFormat;
use self::words::Words;
use crate::reason::{Code, Reason};
use crate::value::Value;
use crate::value::decimal::{Decimal, Number, NumberSyntax, Surroundings};
use crate::value::geo::GeoPointSyntax;
use crate::value::temporal::{Date, Duration, Moment, TemporalFormat, Year, YearMonth};

/// What a cell was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The cell says that there is no value. If one is required, a reason says so.
    Missing,
    /// The cell is a value of its type and meets every constraint.
    Valid,
    /// It is not, or does not: the reasons say why.
    Invalid,
}

/// The check of a column's cells.
#[derive(Clone, Debug)]
pub struct ColumnCheck {
    /// Shared, for most fields have the schema's.
    pub(crate) missing: Arc<Words>,
    pub(crate) presence: Presence,
    pub(crate) cast: Cast,
    /// Completes "expected …" when the cast fails.
    pub(crate) expected: Box<str>,
}

/// Whether a column may lack values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Optional,
    Required,
}

/// How the text of a cell becomes a value, and what is asked of the value then.
#[derive(Clone, Debug)]
pub(crate) enum Cast {
    Any(Option<ClosedText>),
    Text(Box<TextRules>),
    Integer(NumberSyntax, Rules<Decimal<'static>>),
    Number(NumberSyntax, Rules<Number<'static>>),
    Boolean(BooleanSyntax, Rules<bool>),
    Json(Box<JsonRules>),
    List(Box<ListRules>),
    DateTime(TemporalFormat, Rules<Moment<'static>>),
    Date(TemporalFormat, Rules<Date>),
    Time(TemporalFormat, Rules<Moment<'static>>),
    Year(Rules<Year>),
    YearMonth(Rules<YearMonth>),
    Duration(Rules<Duration<'static>>),
    GeoPoint(GeoPointSyntax, Option<ClosedKeys>),
}

/// What the type `string` asks of a value.
#[derive(Clone, Debug)]
pub(crate) struct TextRules {
    pub(crate) format: TextFormat,
    pub(crate) lengths: Lengths,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) closed: Option<ClosedText>,
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) regex: Regex,
    pub(crate) expected: Box<str>,
}

/// The texts that mean true and false. No text means both.
#[derive(Clone, Debug)]
pub(crate) struct BooleanSyntax {
    pub(crate) true_values: Words,
    pub(crate) false_values: Words,
}

impl BooleanSyntax {
    pub(crate) fn parse(&self, text: &str) -> Option<bool> {
        if self.true_values.contains(text) {
            Some(true)
        } else {
            self.false_values.contains(text).then_some(false)
        }
    }
}

impl ColumnCheck {
    /// Judges a cell, and pushes a reason for each rule that it breaks.
    ///
    /// `cell` is the logical content: unquoted and unescaped. It is compared to the missing values
    /// first. A cell that is not of the type gets that one reason; otherwise every constraint is
    /// tested.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::check::Verdict;
    /// use rowgate_core::schema::Schema;
    ///
    /// let schema = Schema::parse(br#"{"fields": [{"name": "n", "type": "integer"}]}"#)?;
    /// let [field] = schema.fields() else { panic!("one field") };
    /// let mut reasons = Vec::new();
    /// assert_eq!(field.check().check("7", &mut reasons), Verdict::Valid);
    /// assert_eq!(field.check().check("", &mut reasons), Verdict::Missing);
    /// assert_eq!(field.check().check("7.5", &mut reasons), Verdict::Invalid);
    /// assert_eq!(reasons[0].expected, "an integer");
    /// # Ok::<(), rowgate_core::schema::SchemaFaults>(())
    /// ```
    pub fn check(&self, cell: &str, reasons: &mut Vec<Reason>) -> Verdict {
        if self.missing.contains(cell) {
            return self.check_missing(reasons);
        }
        let n_before = reasons.len();
        if self.cast.check(cell, reasons).is_none() {
            reasons.push(Reason {
                code: Code::TypeError,
                expected: Cow::Owned(self.expected.clone().into_string()),
            });
        }
        if reasons.len() == n_before {
            Verdict::Valid
        } else {
            Verdict::Invalid
        }
    }

    /// Judges a cell that has no value, whatever it holds.
    pub fn check_missing(&self, reasons: &mut Vec<Reason>) -> Verdict {
        match self.presence {
            Presence::Optional => {}
            Presence::Required => reasons.push(Reason {
                code: Code::ConstraintError,
                expected: Cow::Borrowed("a value, for the column is required"),
            }),
        }
        Verdict::Missing
    }

    /// Returns the logical value of a cell: `None` if it is missing, or not of the type. Constraints
    /// are not tested.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::schema::Schema;
    /// use rowgate_core::value::Value;
    ///
    /// let schema = Schema::parse(br#"{"fields": [{"name": "b", "type": "boolean"}]}"#)?;
    /// let check = schema.fields()[0].check();
    /// assert!(matches!(check.value("1"), Some(Value::Boolean(true))));
    /// assert!(check.value("").is_none());
    /// assert!(check.value("maybe").is_none());
    /// # Ok::<(), rowgate_core::schema::SchemaFaults>(())
    /// ```
    #[must_use]
    pub fn value<'c>(&self, cell: &'c str) -> Option<Value<'c>> {
        if self.missing.contains(cell) {
            return None;
        }
        self.cast.value(cell)
    }

    /// Reads a valid cell of the type `integer` or `number`; `None` if it has no finite number.
    pub(crate) fn decimal<'c>(&self, cell: &'c str) -> Option<Decimal<'c>> {
        let value = self.value(cell)?;
        if let Value::Integer(decimal) | Value::Number(Number::Finite(decimal)) = value {
            Some(decimal)
        } else {
            None
        }
    }

    /// Whether its cells are numbers that may have text around them.
    pub(crate) fn takes_text_around_numbers(&self) -> bool {
        if let Cast::Integer(syntax, _) | Cast::Number(syntax, _) = &self.cast {
            syntax.surroundings == Surroundings::Text
        } else {
            false
        }
    }

    /// Whether a cell says that there is no value.
    pub(crate) fn is_missing(&self, cell: &str) -> bool {
        self.missing.contains(cell)
    }

    /// Appends the canonical form of a valid cell's value: equal values, however written, give
    /// equal bytes, and others do not. It has no end mark: whoever joins several keys separates
    /// them.
    ///
    /// A cell that is not valid appends its text, which is the key of nothing.
    pub fn key(&self, cell: &str, out: &mut Vec<u8>) {
        match self.cast.value(cell) {
            Some(value) => value.write_key(out),
            None => out.extend_from_slice(cell.as_bytes()),
        }
    }
}

impl Cast {
    /// Tests the constraints; `None` if the cell is not of the type.
    fn check(&self, cell: &str, reasons: &mut Vec<Reason>) -> Option<()> {
        match self {
            Self::Any(None) => {}
            Self::Any(Some(closed)) => closed.check(cell, reasons),
            Self::Text(rules) => {
                if !rules.format.admits(cell) {
                    return None;
                }
                rules.check(cell, reasons);
            }
            Self::Integer(syntax, rules) => Rules::check(rules, &syntax.integer(cell)?, reasons),
            Self::Number(syntax, rules) => Rules::check(rules, &syntax.number(cell)?, reasons),
            Self::Boolean(syntax, rules) => rules.check(&syntax.parse(cell)?, reasons),
            Self::Json(rules) => rules.check(&rules.kind.parse(cell)?, reasons),
            Self::List(rules) => rules.check(rules.parse(cell)?, reasons),
            Self::DateTime(format, rules) => {
                Rules::check(rules, &format.datetime(cell)?, reasons);
            }
            Self::Date(format, rules) => rules.check(&format.date(cell)?, reasons),
            Self::Time(format, rules) => Rules::check(rules, &format.time(cell)?, reasons),
            Self::Year(rules) => rules.check(&Year::parse(cell)?, reasons),
            Self::YearMonth(rules) => rules.check(&YearMonth::parse(cell)?, reasons),
            Self::Duration(rules) => Rules::check(rules, &Duration::parse(cell)?, reasons),
            Self::GeoPoint(syntax, closed) => {
                let point = syntax.parse(cell)?;
                if let Some(closed) = closed {
                    closed.check(|out| point.write_key(out), reasons);
                }
            }
        }
        Some(())
    }

    /// Returns the value; `None` if the cell is not of the type.
    pub(crate) fn value<'c>(&self, cell: &'c str) -> Option<Value<'c>> {
        Some(match self {
            Self::Any(_) => Value::Text(Cow::Borrowed(cell)),
            Self::Text(rules) if rules.format.admits(cell) => Value::Text(Cow::Borrowed(cell)),
            Self::Text(_) => return None,
            Self::Integer(syntax, _) => Value::Integer(syntax.integer(cell)?),
            Self::Number(syntax, _) => Value::Number(syntax.number(cell)?),
            Self::Boolean(syntax, _) => Value::Boolean(syntax.parse(cell)?),
            Self::Json(rules) => Value::Json(rules.kind.parse(cell)?),
            Self::List(rules) => Value::List(rules.parse(cell)?),
            Self::DateTime(format, _) => Value::DateTime(format.datetime(cell)?),
            Self::Date(format, _) => Value::Date(format.date(cell)?),
            Self::Time(format, _) => Value::Time(format.time(cell)?),
            Self::Year(_) => Value::Year(Year::parse(cell)?),
            Self::YearMonth(_) => Value::YearMonth(YearMonth::parse(cell)?),
            Self::Duration(_) => Value::Duration(Duration::parse(cell)?),
            Self::GeoPoint(syntax, _) => Value::GeoPoint(syntax.parse(cell)?),
        })
    }

    /// What is expected of a value of the type, a phrase for each rule.
    pub(crate) fn constraints(&self) -> Vec<&str> {
        match self {
            Self::Any(closed) => closed.iter().map(|closed| &*closed.expected).collect(),
            Self::Text(rules) => rules.expected().collect(),
            Self::Integer(_, rules) => rules.expected().collect(),
            Self::Number(_, rules) => rules.expected().collect(),
            Self::Boolean(_, rules) => rules.expected().collect(),
            Self::Json(rules) => rules.expected().collect(),
            Self::List(rules) => rules.expected().collect(),
            Self::Date(_, rules) => rules.expected().collect(),
            Self::Time(_, rules) | Self::DateTime(_, rules) => rules.expected().collect(),
            Self::Year(rules) => rules.expected().collect(),
            Self::YearMonth(rules) => rules.expected().collect(),
            Self::Duration(rules) => rules.expected().collect(),
            Self::GeoPoint(_, closed) => closed.iter().map(|closed| &*closed.expected).collect(),
        }
    }
}

impl TextRules {
    /// Whether a text of the format meets the constraints.
    pub(crate) fn admits(&self, text: &str) -> bool {
        let mut reasons = Vec::new();
        self.check(text, &mut reasons);
        reasons.is_empty()
    }

    fn check(&self, cell: &str, reasons: &mut Vec<Reason>) {
        self.lengths
            .check(|n_chars| has_chars(cell, n_chars), reasons);
        if let Some(pattern) = &self.pattern
            && !pattern.regex.is_match(cell)
        {
            reasons.push(broken(&pattern.expected));
        }
        if let Some(closed) = &self.closed {
            closed.check(cell, reasons);
        }
    }

    fn expected(&self) -> impl Iterator<Item = &str> {
        let lengths = self.lengths.expected();
        lengths
            .chain(self.pattern.iter().map(|pattern| &*pattern.expected))
            .chain(self.closed.iter().map(|closed| &*closed.expected))
    }
}

/// Whether `text` has at least `n_chars` characters. Most texts are far from the bound and need no
/// count.
fn has_chars(text: &str, n_chars: usize) -> bool {
    const CHAR_BYTES_MAX: usize = 4;
    if text.len() < n_chars {
        return false;
    }
    text.len().div_ceil(CHAR_BYTES_MAX) >= n_chars || text.chars().count() >= n_chars
}

#[cold]
fn broken(expected: &str) -> Reason {
    Reason {
        code: Code::ConstraintError,
        expected: Cow::Owned(expected.to_owned()),
    }
}

impl NumberSyntax {
    /// Completes "expected …" for a field of the type `integer`.
    pub(crate) fn expected_integer(&self) -> String {
        self.expected_with("an integer", "")
    }

    /// Completes "expected …" for a field of the type `number`.
    pub(crate) fn expected_number(&self) -> String {
        let decimal = match &*self.decimal_mark {
            "." => String::new(),
            mark => format!(" with the decimal mark `{mark}`"),
        };
        self.expected_with("a number", &decimal)
    }

    fn expected_with(&self, noun: &str, decimal: &str) -> String {
        let group = match &self.group_mark {
            Some(mark) => format!(", its digits grouped by `{mark}` or not"),
            None => String::new(),
        };
        let text = match self.surroundings {
            Surroundings::Bare => "",
            Surroundings::Text => ", with text around it or not",
        };
        format!("{noun}{decimal}{group}{text}")
    }
}

#[cfg(test)]
mod tests;
