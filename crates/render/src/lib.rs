//! The report of a run in forms that people and their tools read: a page for a browser, `JUnit` XML
//! for a build server, SARIF for a code host, Markdown for a comment.
//!
//! Each is a pure function of the report. Foreign text is escaped for its form, and made visible
//! first: nothing in a report is obeyed by what shows it.

mod html;
mod junit;
mod markdown;
mod number;
mod sarif;

use std::fmt;
use std::str::FromStr;

use rowgate_core::Result;
use rowgate_core::report::Report;

/// A form of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportFormat {
    /// The report itself.
    Json,
    /// A page that stands alone: no script, nothing from the network.
    Html,
    /// `JUnit` XML: a test suite, with a test for each column and rule.
    Junit,
    /// SARIF 2.1.0, the OASIS standard for findings.
    Sarif,
    /// GitHub's Markdown.
    Markdown,
}

impl ReportFormat {
    /// Every form.
    pub const ALL: &'static [Self] = &[
        Self::Json,
        Self::Html,
        Self::Junit,
        Self::Sarif,
        Self::Markdown,
    ];

    /// Returns the form's name, as it is asked for.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Markdown => "markdown",
        }
    }

    /// Returns how the name of a file of this form ends, with its dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json => ".json",
            Self::Html => ".html",
            Self::Junit => ".junit.xml",
            Self::Sarif => ".sarif",
            Self::Markdown => ".md",
        }
    }

    /// Returns how every report of this form begins, and no file of somebody else: by it, a file is
    /// known to be one. It is 64 bytes at most, which is as much as a look at a file shows.
    #[must_use]
    pub const fn head(self) -> &'static str {
        match self {
            Self::Json => Report::HEAD,
            Self::Html | Self::Markdown => "<!-- a report of rowgate -->",
            Self::Junit => "<?xml version=\"1.0\"?>\n<!-- a report of rowgate -->",
            Self::Sarif => "{\n  \"properties\": {\n    \"rowgate_version\"",
        }
    }

    /// Writes a report in this form, as UTF-8 text that ends with a line end.
    ///
    /// # Errors
    ///
    /// A bug of ours, if the report cannot be written so.
    pub fn render(self, report: &Report) -> Result<String> {
        match self {
            Self::Json => report.to_json(),
            Self::Html => Ok(format!("{}\n{}", self.head(), html::page(report))),
            Self::Junit => junit::suites(report),
            Self::Sarif => sarif::log(report),
            Self::Markdown => Ok(format!("{}\n{}", self.head(), markdown::text(report))),
        }
    }
}

impl fmt::Display for ReportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ReportFormat {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownFormat> {
        let mut all = Self::ALL.iter().copied();
        all.find(|format| format.as_str() == text)
            .ok_or(UnknownFormat)
    }
}

/// That there is no such form of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFormat;

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<_> = ReportFormat::ALL.iter().map(|f| f.as_str()).collect();
        write!(f, "a report is one of: {}", known.join(", "))
    }
}

impl std::error::Error for UnknownFormat {}
