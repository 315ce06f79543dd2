//! What a payload was like, without anything of what it said.

use std::fmt;

use serde::{Serialize, Serializer};

/// Counts and types of what was given: all that a log may hold of it.
///
/// Names and types are the program's own words, so that no value of a cell can get in.
///
/// ```
/// use rowgate_app::telemetry::PayloadSummary;
///
/// let summary = PayloadSummary::new().count("item_count", 42).kind("items", "array");
/// assert_eq!(summary.to_string(), r#"{"item_count":42,"items":"array"}"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PayloadSummary(Vec<(&'static str, Fact)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Fact {
    Count(u64),
    Kind(&'static str),
}

impl PayloadSummary {
    /// Makes a summary that says nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds how many there are of something, or how many bytes.
    #[must_use]
    pub fn count(mut self, name: &'static str, n: u64) -> Self {
        self.0.push((name, Fact::Count(n)));
        self
    }

    /// Adds of which type something is.
    #[must_use]
    pub fn kind(mut self, name: &'static str, kind: &'static str) -> Self {
        self.0.push((name, Fact::Kind(kind)));
        self
    }
}

impl Serialize for PayloadSummary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

impl fmt::Display for PayloadSummary {
    /// Writes it as JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}
