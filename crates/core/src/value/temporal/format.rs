//! The formats of dates, times and datetimes.

use std::fmt;
use std::sync::Arc;

use super::any;
use super::date::Date;
use super::moment::Moment;
use super::pattern::Pattern;

/// What a format is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemporalKind {
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// Both.
    DateTime,
}

/// How a date, a time or a datetime is written.
#[derive(Clone, Debug)]
pub enum TemporalFormat {
    /// As XML Schema has it.
    Default,
    /// By a pattern as Python's and C's `strptime` take it, compiled.
    Pattern(Arc<Pattern>),
    /// In any of the forms that mean one thing only.
    Any,
}

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatFault {
    /// What is wrong.
    pub message: String,
    /// What may mend it; may be empty.
    pub hint: &'static str,
}

impl TemporalFormat {
    /// Compiles a pattern.
    ///
    /// # Errors
    ///
    /// If it has a directive that is not known, if it has one twice, or if what it tells is not
    /// exactly a value of the kind.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::value::temporal::{Date, TemporalFormat, TemporalKind};
    ///
    /// let format = TemporalFormat::compile("%d/%m/%Y", TemporalKind::Date).unwrap();
    /// assert_eq!(format.date("3/12/2021"), Date::parse("2021-12-03"));
    /// assert_eq!(format.date("31/02/2021"), None);
    /// assert!(TemporalFormat::compile("%m/%Y", TemporalKind::Date).is_err());
    /// ```
    pub fn compile(pattern: &str, kind: TemporalKind) -> Result<Self, FormatFault> {
        Ok(Self::Pattern(Arc::new(Pattern::compile(pattern, kind)?)))
    }

    /// Reads a date.
    #[must_use]
    pub fn date(&self, text: &str) -> Option<Date> {
        match self {
            Self::Default => Date::parse(text),
            Self::Pattern(pattern) => pattern.date(text),
            Self::Any => any::date(text),
        }
    }

    /// Reads a time of day.
    #[must_use]
    pub fn time<'a>(&self, text: &'a str) -> Option<Moment<'a>> {
        match self {
            Self::Default => Moment::parse_time(text),
            Self::Pattern(pattern) => pattern.time(text),
            Self::Any => any::time(text),
        }
    }

    /// Reads a datetime.
    #[must_use]
    pub fn datetime<'a>(&self, text: &'a str) -> Option<Moment<'a>> {
        match self {
            Self::Default => Moment::parse_datetime(text),
            Self::Pattern(pattern) => pattern.datetime(text),
            Self::Any => any::datetime(text),
        }
    }

    /// Completes "expected …".
    #[must_use]
    pub fn expected(&self, kind: TemporalKind) -> String {
        match (self, kind) {
            (Self::Default, TemporalKind::Date) => "a date of the calendar, as `YYYY-MM-DD`".into(),
            (Self::Default, TemporalKind::Time) => {
                "a time as `hh:mm:ss`, with a fraction and a zone or not".into()
            }
            (Self::Default, TemporalKind::DateTime) => {
                "a datetime as `YYYY-MM-DDThh:mm:ss`, with a fraction and a zone or not".into()
            }
            (Self::Pattern(pattern), kind) => {
                format!("a {} as `{}`", kind.as_str(), pattern.text())
            }
            (Self::Any, kind) => format!("a {} in a form that means one thing only", kind.as_str()),
        }
    }
}

impl TemporalKind {
    /// Returns the name of the type.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Time => "time",
            Self::DateTime => "datetime",
        }
    }
}

impl fmt::Display for TemporalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
