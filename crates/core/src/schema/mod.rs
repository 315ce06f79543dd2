//! The schema: a Table Schema (Data Package v2) descriptor, checked whole, with all its faults at
//! once.
//!
//! Properties that the standard does not know are ignored, as it asks; those that look like a
//! misspelt one of its own are remarked on by [`Schema::notes`].

mod block;
mod constraint;
mod dialect;
mod extension;
mod fault;
mod field;
mod json;
mod keys;
mod names;
mod package;
mod patch;
mod read;
mod resource;
mod text;
mod write;
mod yaml;

use std::fmt;
use std::sync::Arc;

pub use self::extension::{
    Extension, FormulaPolicy, LabelCase, LabelMatching, LabelSpace, RuleText, Severity, SummaryOf,
    SummaryText, TemporalAny,
};
pub use self::fault::{FAULTS_MAX, SchemaFault, SchemaFaults};
pub use self::json::{DESCRIPTOR_BYTES_MAX, DESCRIPTOR_DEPTH_MAX, DESCRIPTOR_VALUES_MAX};
pub use self::keys::{ForeignKey, ReferencedTable};
pub use self::package::{Descriptor, DescriptorRead, LinkedFile, ReadOptions};
pub use self::patch::patch;
pub use self::read::FIELDS_MAX;
pub use self::resource::{Envelope, ReferencedResource};
pub use self::text::Notation;
use crate::check::{ColumnCheck, Presence};
use crate::rule::{Column, RuleFault, RuleSet, compile};

/// What a table looks like. A clone is cheap.
#[derive(Clone, Debug)]
pub struct Schema {
    fields: Arc<[Field]>,
    fields_match: FieldsMatch,
    primary_key: Arc<[usize]>,
    unique_keys: Arc<[Vec<usize>]>,
    foreign_keys: Arc<[ForeignKey]>,
    extension: Arc<Extension>,
    rules: Arc<RuleSet>,
    notes: Arc<[SchemaFault]>,
}

impl Schema {
    /// Reads a descriptor in JSON or YAML: text that begins with `{` or `[` is JSON.
    ///
    /// # Errors
    ///
    /// Every fault that it has, each with its JSON pointer. Text that is neither is one fault,
    /// with line and column.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::schema::Schema;
    ///
    /// let text = br#"{"fields": [{"name": "id", "type": "int"}], "fieldsMatch": "some"}"#;
    /// let faults = Schema::parse(text).unwrap_err();
    /// let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    /// assert_eq!(pointers, ["/fieldsMatch", "/fields/0/type"]);
    /// ```
    pub fn parse(text: &[u8]) -> Result<Self, SchemaFaults> {
        Self::parse_as(text, None)
    }

    /// Reads a descriptor in the given notation, or in the one that its text looks like.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub fn parse_as(text: &[u8], notation: Option<Notation>) -> Result<Self, SchemaFaults> {
        read::schema(text, notation)
    }

    /// Returns the fields in the descriptor's order, at least one. No two have the same name.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Returns how fields and the labels of a header are matched.
    #[must_use]
    pub fn fields_match(&self) -> FieldsMatch {
        self.fields_match
    }

    /// Returns the fields of the primary key, by index; none if there is no such key. Each of them is
    /// required.
    #[must_use]
    pub fn primary_key(&self) -> &[usize] {
        &self.primary_key
    }

    /// Returns the fields of each unique key, by index.
    #[must_use]
    pub fn unique_keys(&self) -> &[Vec<usize>] {
        &self.unique_keys
    }

    /// Returns the foreign keys.
    #[must_use]
    pub fn foreign_keys(&self) -> &[ForeignKey] {
        &self.foreign_keys
    }

    /// Returns what the extension block asks for.
    #[must_use]
    pub fn extension(&self) -> &Extension {
        &self.extension
    }

    /// Returns remarks on what is no fault, but likely not what was meant.
    ///
    /// ```
    /// use rowgate_core::schema::Schema;
    ///
    /// let schema = Schema::parse(br#"{"fields": [{"name": "id"}], "primarykey": ["id"]}"#)?;
    /// assert!(schema.primary_key().is_empty());
    /// let note = &schema.notes()[0];
    /// assert_eq!(note.hint.as_deref(), Some("did you mean `primaryKey`?"));
    /// # Ok::<(), rowgate_core::schema::SchemaFaults>(())
    /// ```
    #[must_use]
    pub fn notes(&self) -> &[SchemaFault] {
        &self.notes
    }

    /// Returns the rules of the extension block, checked, in its order.
    #[must_use]
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Returns the schema with another extension block, as an embedding program may have its own
    /// policies. Fields that the block names and the schema does not have are ignored.
    ///
    /// # Errors
    ///
    /// What is wrong with the block's rules.
    pub fn with_extension(self, extension: Extension) -> Result<Self, Vec<RuleFault>> {
        let columns: Vec<Column<'_>> = self.fields.iter().map(Column::of).collect();
        let rules = compile(&extension.rules, &columns)?;
        Ok(Self {
            rules: Arc::new(rules),
            extension: Arc::new(extension),
            ..self
        })
    }
}

/// One field of a schema.
#[derive(Clone, Debug)]
pub struct Field {
    name: Box<str>,
    kind: FieldKind,
    uniqueness: Uniqueness,
    check: ColumnCheck,
}

/// Whether a column may hold a value twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Uniqueness {
    Repeatable,
    Unique,
}

impl Field {
    /// Returns the name, never empty.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the type.
    #[must_use]
    pub fn kind(&self) -> FieldKind {
        self.kind
    }

    /// Returns the check of the field's cells.
    #[must_use]
    pub fn check(&self) -> &ColumnCheck {
        &self.check
    }

    /// Returns whether every record must have a value.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.check.presence == Presence::Required
    }

    /// Returns whether no two accepted records may have the same value. See [`ColumnCheck::key`].
    #[must_use]
    pub fn is_unique(&self) -> bool {
        self.uniqueness == Uniqueness::Unique
    }

    /// Returns what is expected of the field's cells, in plain English: the type first, then a
    /// phrase for each rule.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::schema::Schema;
    ///
    /// let text = br#"{"fields": [{
    ///     "name": "n", "type": "integer", "constraints": {"required": true, "minimum": 1}
    /// }]}"#;
    /// let schema = Schema::parse(text)?;
    /// assert_eq!(
    ///     schema.fields()[0].describe(),
    ///     ["an integer", "required", "at least `1`", "missing: \"\""],
    /// );
    /// # Ok::<(), rowgate_core::schema::SchemaFaults>(())
    /// ```
    #[must_use]
    pub fn describe(&self) -> Vec<String> {
        let mut lines = vec![self.check.expected.to_string()];
        if self.is_required() {
            lines.push("required".to_owned());
        }
        if self.is_unique() {
            lines.push("unique".to_owned());
        }
        let constraints = self.check.cast.constraints();
        lines.extend(constraints.into_iter().map(str::to_owned));
        let missing: Vec<String> = self
            .check
            .missing
            .iter()
            .map(|m| format!("{m:?}"))
            .collect();
        lines.push(match missing.as_slice() {
            [] => "no cell is missing, not even an empty one".to_owned(),
            missing => format!("missing: {}", missing.join(", ")),
        });
        lines
    }
}

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldKind {
    /// Text, of a format.
    String,
    /// Exact decimal numbers, NaN and the infinities.
    Number,
    /// Whole numbers without a range.
    Integer,
    /// True and false.
    Boolean,
    /// JSON objects.
    Object,
    /// JSON arrays.
    Array,
    /// Items of one type between delimiters.
    List,
    /// Days with a time.
    DateTime,
    /// Days.
    Date,
    /// Times of day.
    Time,
    /// Calendar years.
    Year,
    /// Months of a year.
    YearMonth,
    /// Lengths of time.
    Duration,
    /// A longitude and a latitude.
    GeoPoint,
    /// `GeoJSON` or `TopoJSON` objects.
    GeoJson,
    /// Anything: the text of the cell, as it is.
    Any,
}

impl FieldKind {
    /// Every type, in the standard's order.
    pub const ALL: &'static [Self] = &[
        Self::String,
        Self::Number,
        Self::Integer,
        Self::Boolean,
        Self::Object,
        Self::Array,
        Self::List,
        Self::DateTime,
        Self::Date,
        Self::Time,
        Self::Year,
        Self::YearMonth,
        Self::Duration,
        Self::GeoPoint,
        Self::GeoJson,
        Self::Any,
    ];

    /// Returns the type's name in a descriptor.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Object => "object",
            Self::Array => "array",
            Self::List => "list",
            Self::DateTime => "datetime",
            Self::Date => "date",
            Self::Time => "time",
            Self::Year => "year",
            Self::YearMonth => "yearmonth",
            Self::Duration => "duration",
            Self::GeoPoint => "geopoint",
            Self::GeoJson => "geojson",
            Self::Any => "any",
        }
    }
}

impl fmt::Display for FieldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How the fields of a schema and the labels of a header are matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FieldsMatch {
    /// The same fields in the same order.
    #[default]
    Exact,
    /// The same fields in any order.
    Equal,
    /// All fields of the schema; the source may have more.
    Subset,
    /// Only fields of the schema; the source may have fewer.
    Superset,
    /// At least one field of the schema.
    Partial,
}

impl FieldsMatch {
    /// Every way to match.
    pub const ALL: &'static [Self] = &[
        Self::Exact,
        Self::Equal,
        Self::Subset,
        Self::Superset,
        Self::Partial,
    ];

    /// Returns the name in a descriptor.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Equal => "equal",
            Self::Subset => "subset",
            Self::Superset => "superset",
            Self::Partial => "partial",
        }
    }
}

impl fmt::Display for FieldsMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Returns a hint at the known name that `name` is likely to stand for, or else at all of them.
pub(crate) fn did_you_mean<'k>(name: &str, known: impl Iterator<Item = &'k str> + Clone) -> String {
    const KNOWN_SHOWN_MAX: usize = 20;
    if let Some(candidate) = likely(name, known.clone()) {
        return format!("did you mean `{candidate}`?");
    }
    let n_shown = known.clone().take(KNOWN_SHOWN_MAX);
    let n_shown = n_shown
        .take_while(|name| name.len() <= NAME_BYTES_MAX)
        .count();
    let n_more = known.clone().skip(n_shown).count();
    let known: Vec<String> = known
        .take(n_shown)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = match n_more {
        0 => String::new(),
        n if n_shown == 0 => return format!("{n} are known"),
        n => format!(" and {n} more"),
    };
    format!("known: {}{more}", known.join(", "))
}

/// The longest name that hints compare and show: to compare takes time with the square of it.
const NAME_BYTES_MAX: usize = 100;

/// Returns the known name that `name` is likely to stand for, among the first thousand.
fn likely<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    const SIMILARITY_MIN: f64 = 0.8;
    const COMPARED_MAX: usize = 1_000;
    if name.len() > NAME_BYTES_MAX {
        return None;
    }
    let lower = name.to_lowercase();
    let is_as_long = |candidate: &&str| {
        let (short, long) = (
            name.len().min(candidate.len()),
            name.len().max(candidate.len()),
        );
        long <= 2 * short + 2
    };
    let comparable = known.take(COMPARED_MAX).filter(is_as_long);
    let similar = comparable.map(|candidate| {
        let similarity = strsim::jaro_winkler(&lower, &candidate.to_lowercase());
        (similarity, candidate)
    });
    let likely = similar
        .filter(|(similarity, _)| *similarity >= SIMILARITY_MIN)
        .max_by(|(left, _), (right, _)| left.total_cmp(right));
    likely.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests;
