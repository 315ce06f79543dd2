//! Proposes a schema from data: for each column the narrowest type that admits every value there is,
//! and the evidence for it.
//!
//! Nothing is guessed. A type is tried by the check that a run would make of it, on every cell of
//! every well-formed record; so the schema accepts all of them. Where two types are equally likely,
//! the column stays text, and the evidence says why.

mod candidate;
mod column;
mod text;

use serde::Serialize;

use self::candidate::{Candidates, TypeProperties};
use self::column::Column;
use crate::detect::Detected;
use crate::error::{Error, Result};
use crate::schema::Schema;

/// The profile of a Table Schema, version 2.
const PROFILE: &str = "https://datapackage.org/profiles/2.0/tableschema.json";

/// A schema, as it was inferred.
#[derive(Clone, Debug)]
pub struct Inferred {
    /// The descriptor: JSON, indented, with a line end.
    pub schema: String,
    /// Why it is as it is.
    pub evidence: Evidence,
}

/// Why a schema is as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The well-formed records, all of which the schema accepts.
    pub records: u64,
    /// Records that no schema accepts: ragged, blank, badly quoted or encoded, too long. They count
    /// for nothing.
    pub malformed: u64,
    /// What was detected of the source itself.
    pub detected: Vec<Detected>,
    /// The columns, in the source's order.
    pub columns: Vec<ColumnEvidence>,
}

/// Why a field is as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnEvidence {
    /// Its name.
    pub name: String,
    /// Its type, with what is special about it.
    pub chosen: String,
    /// How many values there are, all of that type.
    pub values: u64,
    /// What says that there is no value, and how often it does.
    pub missing: Vec<Counted>,
    /// What else is to be known of the choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// What the column is not, and since when; the first such values, and the last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<Rejection>,
    /// The different values, if they are few and short.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub distinct: Vec<Counted>,
}

/// A value that ended types.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// The types; none if no narrower type than text admits it.
    pub candidates: Vec<String>,
    /// How many values they had admitted.
    pub after: u64,
    /// The line on which its record begins, from 1.
    pub line: u64,
    /// The value, shortened.
    pub value: String,
}

/// A value and how often it occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// The value.
    pub value: String,
    /// How often.
    pub count: u64,
}

/// What is known of a table while its records go by.
#[derive(Debug)]
pub(crate) struct Inference {
    candidates: Candidates,
    columns: Vec<Column>,
    n_records: u64,
    n_malformed: u64,
}

impl Inference {
    pub(crate) fn new(n_columns: usize) -> Result<Self> {
        let candidates = Candidates::new()?;
        let columns = (0..n_columns).map(|_| Column::new(&candidates)).collect();
        Ok(Self {
            candidates,
            columns,
            n_records: 0,
            n_malformed: 0,
        })
    }

    /// Takes a cell of a well-formed record; `line` tells where it is.
    pub(crate) fn add_cell(&mut self, column: usize, cell: &str, line: impl FnOnce() -> u64) {
        if let Some(column) = self.columns.get_mut(column) {
            column.add(&self.candidates, cell, line);
        }
    }

    pub(crate) fn add_records(&mut self, n_records: u64) {
        self.n_records += n_records;
    }

    pub(crate) fn add_malformed(&mut self, n_records: u64) {
        self.n_malformed += n_records;
    }

    /// Whether there are records, and a schema would accept none of them.
    pub(crate) fn fits_none(&self) -> bool {
        self.n_records == 0 && self.n_malformed > 0
    }

    /// Says what the columns are; `names` are theirs.
    ///
    /// # Errors
    ///
    /// A bug of ours, if what comes of it is no schema.
    pub(crate) fn conclude(self, names: &[&str], detected: Vec<Detected>) -> Result<Inferred> {
        let candidates = &self.candidates;
        let columns = self.columns.into_iter().zip(names);
        let concluded: Vec<_> = columns
            .map(|(column, name)| (name, column.conclude(name, candidates)))
            .collect();
        let fields = concluded.iter().map(|(name, column)| FieldDescriptor {
            name,
            properties: &column.properties,
            missing_values: match column.missing.as_slice() {
                [] => Vec::new(),
                words => [""].iter().chain(words).copied().collect(),
            },
            constraints: column
                .is_required
                .then_some(ConstraintsDescriptor { required: true }),
        });
        let descriptor = Descriptor {
            profile: PROFILE,
            fields: fields.collect(),
        };
        let bug = |why: String| Error::bug(format!("what was inferred is no schema: {why}"));
        let schema = serde_json::to_string_pretty(&descriptor);
        let schema = schema.map_err(|err| bug(err.to_string()))? + "\n";
        Schema::parse(schema.as_bytes()).map_err(|faults| bug(faults.to_string()))?;
        let columns = concluded.into_iter().map(|(_, column)| column.evidence);
        Ok(Inferred {
            schema,
            evidence: Evidence {
                records: self.n_records,
                malformed: self.n_malformed,
                detected,
                columns: columns.collect(),
            },
        })
    }
}

#[derive(Serialize)]
struct Descriptor<'a> {
    #[serde(rename = "$schema")]
    profile: &'static str,
    fields: Vec<FieldDescriptor<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FieldDescriptor<'a> {
    name: &'a str,
    #[serde(flatten)]
    properties: &'a TypeProperties,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing_values: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constraints: Option<ConstraintsDescriptor>,
}

#[derive(Serialize)]
struct ConstraintsDescriptor {
    required: bool,
}

#[cfg(test)]
mod tests;
