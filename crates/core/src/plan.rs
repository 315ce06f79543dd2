//! Schema and header, bound: which column is checked by which field.

use std::collections::{HashMap, HashSet};

use crate::check::ColumnCheck;
use crate::dialect::Dialect;
use crate::reason::Code;
use crate::schema::{Field, FieldsMatch, LabelCase, LabelMatching, LabelSpace, Schema};
use crate::text::shorten;

/// How many columns a source may have, those of a quarantine file not counted.
pub const COLUMNS_MAX: usize = 65_536;

/// How long a label may be, in characters.
pub const LABEL_CHARS_MAX: usize = 1_000;

/// How many faults of a header are listed; one more says how many are not.
const FAULTS_MAX: usize = 100;

/// The columns that a quarantine file has before the source's own, in order.
pub const QUARANTINE_COLUMNS: [&str; 5] = [
    "_rowgate_line",
    "_rowgate_code",
    "_rowgate_column",
    "_rowgate_message",
    "_rowgate_raw",
];

/// Where a column's values come from, and what checks them.
#[derive(Clone, Debug)]
pub struct Column {
    name: String,
    field: Option<usize>,
}

impl Column {
    /// Returns the column's label, or the field's name where there is no header.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns which field checks the column, by index.
    pub(crate) fn field_idx(&self) -> Option<usize> {
        self.field
    }
}

/// What is wrong with a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderFault {
    /// Which rule it breaks.
    pub code: Code,
    /// The label or field at fault.
    pub column: Option<String>,
    /// What completes "expected …".
    pub expected: String,
    /// The label that was found.
    pub found: Option<String>,
}

/// How a source's records are judged.
#[derive(Clone, Debug)]
pub struct Plan {
    schema: Schema,
    dialect: Dialect,
    columns: Vec<Column>,
    n_stripped: usize,
}

impl Plan {
    /// Binds the columns of a source with a header to the fields of a schema.
    ///
    /// `labels` are the header's cells. The five columns of a quarantine file are recognised and
    /// left out.
    ///
    /// # Errors
    ///
    /// What is wrong with the header, by the schema's `fieldsMatch`; of very much, the first faults
    /// and how many more there are. A header of more than [`COLUMNS_MAX`] columns, or a label of more
    /// than [`LABEL_CHARS_MAX`] characters, is wrong as well.
    pub fn bind(
        schema: &Schema,
        dialect: Dialect,
        labels: &[String],
    ) -> Result<Self, Vec<HeaderFault>> {
        let n_stripped = stripped(labels);
        let labels = labels.get(n_stripped..).unwrap_or_default();
        let mut faults = Faults::default();
        if labels.len() > COLUMNS_MAX {
            // Nothing else is worth saying of it.
            faults.add(too_many_labels);
            return Err(faults.into_list());
        }
        let known = Labels::new(schema);
        let fields: Vec<Option<usize>> = labels.iter().map(|label| known.field(label)).collect();
        check_labels(schema, labels, &fields, &mut faults);
        check_match(schema, labels, &fields, &mut faults);
        if !faults.is_empty() {
            return Err(faults.into_list());
        }
        let columns = labels.iter().zip(fields).map(|(label, field)| Column {
            name: label.clone(),
            field,
        });
        Ok(Self {
            columns: columns.collect(),
            schema: schema.clone(),
            dialect,
            n_stripped,
        })
    }

    /// Binds the columns of a source without a header: the schema's fields, in order.
    #[must_use]
    pub fn positional(schema: &Schema, dialect: Dialect) -> Self {
        let columns = schema
            .fields()
            .iter()
            .enumerate()
            .map(|(idx, field)| Column {
                name: field.name().to_owned(),
                field: Some(idx),
            });
        Self {
            columns: columns.collect(),
            schema: schema.clone(),
            dialect,
            n_stripped: 0,
        }
    }

    /// Returns the dialect in force.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Returns what stands around a quoted field; nothing if none is quoted.
    pub(crate) fn quote(&self) -> &[u8] {
        let quote = self.dialect.quote.as_ref();
        quote.map_or(&[], |mark| mark.as_bytes())
    }

    /// Returns the source's columns, those of a quarantine file left out.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Returns how many leading cells of each record are a quarantine file's and not the source's.
    #[must_use]
    pub fn n_stripped(&self) -> usize {
        self.n_stripped
    }

    /// Returns the field that a column is bound to.
    #[must_use]
    pub fn field(&self, column: &Column) -> Option<&Field> {
        column.field.and_then(|idx| self.schema.fields().get(idx))
    }

    /// Returns the schema that the columns are bound to.
    pub(crate) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Returns the column that is bound to a field.
    pub(crate) fn column_of(&self, field: usize) -> Option<usize> {
        self.columns.iter().position(|c| c.field == Some(field))
    }

    /// Returns the check of each column; a column that the schema does not name has none.
    pub(crate) fn checks(&self) -> Vec<Option<&ColumnCheck>> {
        let bound = self.columns.iter().map(|column| self.field(column));
        bound.map(|field| field.map(Field::check)).collect()
    }
}

/// Returns how many leading labels are a quarantine file's own.
#[must_use]
pub fn stripped(labels: &[String]) -> usize {
    let is_quarantine = labels
        .get(..QUARANTINE_COLUMNS.len())
        .is_some_and(|first| first == QUARANTINE_COLUMNS);
    if is_quarantine {
        QUARANTINE_COLUMNS.len()
    } else {
        0
    }
}

/// Faults of a header, as many as are worth listing: how many there are is the source's choice.
#[derive(Default)]
struct Faults {
    listed: Vec<HeaderFault>,
    n_more: usize,
}

impl Faults {
    fn add(&mut self, fault: impl FnOnce() -> HeaderFault) {
        if self.listed.len() < FAULTS_MAX {
            self.listed.push(fault());
        } else {
            self.n_more += 1;
        }
    }

    fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    fn into_list(mut self) -> Vec<HeaderFault> {
        let last = self.listed.last().map(|fault| fault.code);
        if let Some(code) = last.filter(|_| self.n_more > 0) {
            self.listed.push(HeaderFault {
                code,
                column: None,
                expected: format!(
                    "a header that matches, but {} more faults are not listed",
                    self.n_more
                ),
                found: None,
            });
        }
        self.listed
    }
}

/// Which field a label stands for.
pub(crate) struct Labels<'s> {
    matching: &'s LabelMatching,
    exact: HashMap<&'s str, usize>,
    /// Labels as they are compared, where case or white space do not count.
    loose: HashMap<Box<str>, usize>,
}

impl<'s> Labels<'s> {
    pub(crate) fn new(schema: &'s Schema) -> Self {
        let matching = &schema.extension().labels;
        let names = schema.fields().iter().map(Field::name).enumerate();
        let aliases = matching.aliases.iter();
        let aliases = aliases.map(|(field, alias)| (*field, alias.as_str()));
        let mut labels = Self {
            matching,
            exact: HashMap::new(),
            loose: HashMap::new(),
        };
        for (field, label) in names.chain(aliases) {
            labels.exact.entry(label).or_insert(field);
            if let Some(loose) = labels.loosened(label) {
                labels.loose.entry(loose).or_insert(field);
            }
        }
        labels
    }

    /// Returns the field that a label stands for. The very name of a field is never another's.
    pub(crate) fn field(&self, label: &str) -> Option<usize> {
        let exact = self.exact.get(label).copied();
        exact.or_else(|| self.loose.get(&self.loosened(label)?).copied())
    }

    /// Returns a label as it is compared, if that is not as it is written.
    fn loosened(&self, label: &str) -> Option<Box<str>> {
        let trimmed = match self.matching.space {
            LabelSpace::Significant => label,
            LabelSpace::Trimmed => label.trim(),
        };
        match (self.matching.case, self.matching.space) {
            (LabelCase::Sensitive, LabelSpace::Significant) => None,
            (LabelCase::Sensitive, LabelSpace::Trimmed) => Some(trimmed.into()),
            (LabelCase::Insensitive, _) => Some(trimmed.to_lowercase().into()),
        }
    }
}

/// Checks the labels as such.
fn check_labels(schema: &Schema, labels: &[String], fields: &[Option<usize>], faults: &mut Faults) {
    let mut seen = HashSet::new();
    let mut bound: HashMap<usize, &str> = HashMap::new();
    for ((number, label), field) in (1_usize..).zip(labels).zip(fields) {
        if label.is_empty() {
            faults.add(|| HeaderFault {
                code: Code::BlankLabel,
                column: None,
                expected: format!("a label for column {number}"),
                found: Some(String::new()),
            });
        } else if label.chars().nth(LABEL_CHARS_MAX).is_some() {
            faults.add(|| HeaderFault {
                code: Code::RecordTooLong,
                column: Some(shorten(label)),
                expected: format!(
                    "labels of at most {LABEL_CHARS_MAX} characters, column {number} has a longer one"
                ),
                found: Some(shorten(label)),
            });
        } else if !seen.insert(label) {
            faults.add(|| HeaderFault {
                code: Code::DuplicateLabel,
                column: Some(shorten(label)),
                expected: format!("each label once, column {number} repeats one"),
                found: Some(shorten(label)),
            });
        } else if let Some(idx) = field
            && let Some(earlier) = bound.insert(*idx, label)
        {
            let name = schema.fields().get(*idx).map_or("", Field::name);
            faults.add(|| HeaderFault {
                code: Code::DuplicateLabel,
                column: Some(shorten(label)),
                expected: format!(
                    "one label for the field `{}`, column {number} has another beside `{}`",
                    shorten(name),
                    shorten(earlier)
                ),
                found: Some(shorten(label)),
            });
        }
    }
}

/// Checks the labels against the fields, by the schema's `fieldsMatch`.
fn check_match(schema: &Schema, labels: &[String], fields: &[Option<usize>], faults: &mut Faults) {
    match schema.fields_match() {
        FieldsMatch::Exact => exact(schema, labels, fields, faults),
        FieldsMatch::Equal => {
            missing(schema, fields, |_| true, faults);
            extra(labels, fields, faults);
        }
        FieldsMatch::Subset => missing(schema, fields, |_| true, faults),
        FieldsMatch::Superset => {
            missing(schema, fields, Field::is_required, faults);
            extra(labels, fields, faults);
        }
        FieldsMatch::Partial => {
            missing(schema, fields, Field::is_required, faults);
            if fields.iter().all(Option::is_none) {
                faults.add(|| HeaderFault {
                    code: Code::MissingLabel,
                    column: None,
                    expected: "at least one of the schema's fields in the header".to_owned(),
                    found: None,
                });
            }
        }
    }
}

fn exact(schema: &Schema, labels: &[String], fields: &[Option<usize>], faults: &mut Faults) {
    for (idx, field) in schema.fields().iter().enumerate() {
        match labels.get(idx) {
            None => faults.add(|| missing_label(field.name())),
            Some(label) if fields.get(idx) != Some(&Some(idx)) => faults.add(|| HeaderFault {
                code: Code::IncorrectLabel,
                column: Some(shorten(field.name())),
                expected: format!(
                    "the label `{}` for column {}",
                    shorten(field.name()),
                    idx + 1
                ),
                found: Some(shorten(label)),
            }),
            Some(_) => {}
        }
    }
    for label in labels.iter().skip(schema.fields().len()) {
        faults.add(|| extra_label(label));
    }
}

fn missing(
    schema: &Schema,
    bound: &[Option<usize>],
    is_asked: impl Fn(&Field) -> bool,
    faults: &mut Faults,
) {
    let bound: HashSet<usize> = bound.iter().copied().flatten().collect();
    let fields = schema.fields().iter().enumerate();
    for (_, field) in fields.filter(|(idx, field)| is_asked(field) && !bound.contains(idx)) {
        faults.add(|| missing_label(field.name()));
    }
}

fn extra(labels: &[String], fields: &[Option<usize>], faults: &mut Faults) {
    for (label, _) in labels.iter().zip(fields).filter(|(_, f)| f.is_none()) {
        faults.add(|| extra_label(label));
    }
}

fn missing_label(name: &str) -> HeaderFault {
    HeaderFault {
        code: Code::MissingLabel,
        column: Some(shorten(name)),
        expected: format!("a column with the label `{}`", shorten(name)),
        found: None,
    }
}

fn extra_label(label: &str) -> HeaderFault {
    HeaderFault {
        code: Code::ExtraLabel,
        column: Some(shorten(label)),
        expected: "only columns that the schema names".to_owned(),
        found: Some(shorten(label)),
    }
}

fn too_many_labels() -> HeaderFault {
    HeaderFault {
        code: Code::TooManyColumns,
        column: None,
        expected: format!("at most {COLUMNS_MAX} columns"),
        found: None,
    }
}

#[cfg(test)]
mod tests;
