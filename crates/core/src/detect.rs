//! What was detected, and by what evidence.

use serde::Serialize;

/// Something that nobody had said, and that the source itself decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Detected {
    /// What it is.
    pub what: Trait,
    /// What was chosen.
    pub chosen: String,
    /// What spoke for each candidate, and for the others.
    pub evidence: Vec<Evidence>,
}

/// What can be detected of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Trait {
    /// What stands between fields.
    Delimiter,
}

/// What was found of a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The candidate.
    pub candidate: String,
    /// What was found, as a phrase.
    pub finding: String,
}
