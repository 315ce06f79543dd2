//! Advice: what would mend the errors of a run, and how many of them.

mod advisor;
mod column;
mod mend;
mod unit;

use serde::Serialize;

pub(crate) use self::advisor::Advisor;
use crate::text::{shorten, visible};

/// One thing that would mend errors.
///
/// ```
/// use rowgate_core::advice::{Advice, PatchOp, PatchValue};
///
/// let advice = Advice {
///     text: "2 of 3 errors of column `n` pass if `missingValues` has `N/A`".to_owned(),
///     column: Some("n".to_owned()),
///     mends: 2,
///     of: 3,
///     patch: vec![PatchOp::Add {
///         path: "/fields/0/missingValues".to_owned(),
///         value: PatchValue::Texts(vec![String::new(), "N/A".to_owned()]),
///     }],
/// };
/// let json = serde_json::to_string(&advice.patch)?;
/// assert_eq!(json, r#"[{"op":"add","path":"/fields/0/missingValues","value":["","N/A"]}]"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// What would mend what, for people. It may quote data.
    pub text: String,
    /// The column's label, shortened, if it is about one.
    pub column: Option<String>,
    /// How many errors it mends.
    pub mends: u64,
    /// Of how many.
    pub of: u64,
    /// What to change in the schema's descriptor, as a JSON Patch (RFC 6902); empty if that is not
    /// where it can be mended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub patch: Vec<PatchOp>,
}

/// One operation of a JSON Patch. Paths are JSON pointers into the schema, wherever that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum PatchOp {
    /// The value must be there, or nothing is changed.
    Test {
        /// Where.
        path: String,
        /// What.
        value: PatchValue,
    },
    /// The value is put there; in an object, in the place of what is there.
    Add {
        /// Where.
        path: String,
        /// What.
        value: PatchValue,
    },
}

/// A value of a patch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum PatchValue {
    /// A string.
    Text(String),
    /// Strings.
    Texts(Vec<String>),
    /// True or false.
    Flag(bool),
    /// A number.
    Count(u64),
    /// A category, as an object.
    Category {
        /// Its value.
        value: String,
    },
}

fn label(name: &str) -> String {
    format!("`{}`", visible(&shorten(name)))
}

/// Writes a count as people read it: `3,102`.
fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
