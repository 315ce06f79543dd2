//! The block `rowgate` of a descriptor: what the standard does not have. Other tools ignore it.

use std::borrow::Cow;

use crate::tolerance::RejectsMax;

/// What the extension block asks for. Fields are named by their index in [`Schema::fields`].
///
/// [`Schema::fields`]: super::Schema::fields
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extension {
    /// Conditions over whole records, in order.
    pub rules: Vec<RuleText>,
    /// How many rejected records are tolerated, unless the job says otherwise; `None`: any number.
    pub rejects_max: Option<RejectsMax>,
    /// How many records may be rejected one after the other; `None`: any number.
    pub consecutive_rejects_max: Option<u64>,
    /// How the labels of a source are matched to fields.
    pub labels: LabelMatching,
    /// Fields whose values are shown nowhere.
    pub redacted: Vec<usize>,
    /// What becomes of cells that a spreadsheet would take for a formula.
    pub formulas: FormulaPolicy,
    /// Sums and means over accepted records.
    pub summaries: Vec<SummaryText>,
    /// Whether the format `any` of dates and times may be used.
    pub temporal_any: TemporalAny,
}

/// A condition over a record, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleText {
    /// What the rule is called; no two have the same name.
    pub name: String,
    /// The condition, in the Common Expression Language.
    pub expr: String,
    /// What is said of a record that breaks it.
    pub message: Option<String>,
    /// What becomes of such a record.
    pub severity: Severity,
}

/// What becomes of a record that breaks a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Severity {
    /// It is rejected.
    #[default]
    Reject,
    /// It is accepted, and the report says so.
    Warn,
    /// The run is refused.
    Fail,
}

impl Severity {
    /// Returns the name in a descriptor and in a report.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reject => "reject",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// How labels are matched to fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelMatching {
    /// Whether upper and lower case differ.
    pub case: LabelCase,
    /// Whether white space around a label counts.
    pub space: LabelSpace,
    /// Further labels of fields: the field, and a label that stands for it.
    pub aliases: Vec<(usize, String)>,
}

impl LabelMatching {
    /// Returns a label as it is compared: two labels stand for the same field if these are equal.
    ///
    /// ```
    /// use rowgate_core::schema::{LabelCase, LabelMatching, LabelSpace};
    ///
    /// let exact = LabelMatching::default();
    /// assert_eq!(exact.compared(" Name "), " Name ");
    /// let lax = LabelMatching {
    ///     case: LabelCase::Insensitive,
    ///     space: LabelSpace::Trimmed,
    ///     aliases: Vec::new(),
    /// };
    /// assert_eq!(lax.compared(" Name "), "name");
    /// ```
    #[must_use]
    pub fn compared<'l>(&self, label: &'l str) -> Cow<'l, str> {
        let label = match self.space {
            LabelSpace::Significant => label,
            LabelSpace::Trimmed => label.trim(),
        };
        match self.case {
            LabelCase::Insensitive
                if label
                    .chars()
                    .any(|c| !c.is_ascii() || c.is_ascii_uppercase()) =>
            {
                // By way of upper case, so that `ß` is `SS` and both sigmas are one.
                Cow::Owned(label.to_uppercase().to_lowercase())
            }
            LabelCase::Sensitive | LabelCase::Insensitive => Cow::Borrowed(label),
        }
    }
}

/// Whether upper and lower case of labels differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LabelCase {
    /// They do.
    #[default]
    Sensitive,
    /// They do not.
    Insensitive,
}

/// Whether white space around a label counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LabelSpace {
    /// It does.
    #[default]
    Significant,
    /// It is trimmed before labels are matched.
    Trimmed,
}

/// What becomes of cells that a spreadsheet would take for a formula.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FormulaPolicy {
    /// They are values like others.
    #[default]
    Allow,
    /// Their record is rejected.
    Reject,
    /// They are landed with an apostrophe before them.
    Escape,
}

/// Whether the format `any` of dates and times may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TemporalAny {
    /// It is a fault of the schema.
    #[default]
    Refused,
    /// It takes the unambiguous forms that are documented.
    Allowed,
}

/// A figure over the accepted records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryText {
    /// What it is called; no two have the same name.
    pub name: String,
    /// What is computed.
    pub of: SummaryOf,
}

/// What is computed of numeric fields. Records without a value, or without a weight, do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SummaryOf {
    /// The sum of a field.
    Sum(usize),
    /// The mean of a field.
    Mean(usize),
    /// The mean of a field, each value as often as another field says.
    WeightedMean {
        /// The field of the values.
        value: usize,
        /// The field of the weights.
        weight: usize,
    },
}

impl SummaryOf {
    /// Returns the name in a descriptor and in a report.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sum(_) => "sum",
            Self::Mean(_) => "mean",
            Self::WeightedMean { .. } => "weighted_mean",
        }
    }
}
