//! Schema and header, bound: which column is checked by which field.

use std::collections::{HashMap, HashSet};

use crate::check::ColumnCheck;
use crate::dialect::Dialect;
use crate::reason::Code;
use crate::schema::{Field, FieldsMatch, Schema};
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
        let by_name: HashMap<&str, usize> = schema
            .fields()
            .iter()
            .enumerate()
            .map(|(idx, field)| (field.name(), idx))
            .collect();
        let mut faults = Faults::default();
        if labels.len() > COLUMNS_MAX {
            // Nothing else is worth saying of it.
            faults.add(too_many_labels);
            return Err(faults.into_list());
        }
        check_labels(labels, &mut faults);
        check_match(schema, &by_name, labels, &mut faults);
        if !faults.is_empty() {
            return Err(faults.into_list());
        }
        let columns = labels
            .iter()
            .map(|label| Column {
                name: label.clone(),
                field: by_name.get(label.as_str()).copied(),
            })
            .collect();
        Ok(Self {
            schema: schema.clone(),
            dialect,
            columns,
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

/// Checks the labels as such.
fn check_labels(labels: &[String], faults: &mut Faults) {
    let mut seen = HashSet::new();
    for (number, label) in (1_usize..).zip(labels) {
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
        }
    }
}

/// Checks the labels against the fields, by the schema's `fieldsMatch`.
fn check_match(
    schema: &Schema,
    by_name: &HashMap<&str, usize>,
    labels: &[String],
    faults: &mut Faults,
) {
    let fields = schema.fields().iter();
    let primary_key = schema.primary_key();
    let all = schema.fields().iter().enumerate();
    let required = all
        .filter(|(idx, field)| field.is_required() || primary_key.contains(idx))
        .map(|(_, field)| field);
    match schema.fields_match() {
        FieldsMatch::Exact => exact(schema, labels, faults),
        FieldsMatch::Equal => {
            missing(fields, labels, faults);
            extra(by_name, labels, faults);
        }
        FieldsMatch::Subset => missing(fields, labels, faults),
        FieldsMatch::Superset => {
            missing(required, labels, faults);
            extra(by_name, labels, faults);
        }
        FieldsMatch::Partial => {
            missing(required, labels, faults);
            if !labels.iter().any(|l| by_name.contains_key(l.as_str())) {
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

fn exact(schema: &Schema, labels: &[String], faults: &mut Faults) {
    for (idx, field) in schema.fields().iter().enumerate() {
        match labels.get(idx) {
            None => faults.add(|| missing_label(field.name())),
            Some(label) if label != field.name() => faults.add(|| HeaderFault {
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

fn missing<'f>(fields: impl Iterator<Item = &'f Field>, labels: &[String], faults: &mut Faults) {
    let labels: HashSet<&str> = labels.iter().map(String::as_str).collect();
    for field in fields.filter(|field| !labels.contains(field.name())) {
        faults.add(|| missing_label(field.name()));
    }
}

fn extra(by_name: &HashMap<&str, usize>, labels: &[String], faults: &mut Faults) {
    for label in labels.iter().filter(|l| !by_name.contains_key(l.as_str())) {
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
        code: Code::RecordTooLong,
        column: None,
        expected: format!("at most {COLUMNS_MAX} columns"),
        found: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::DialectOptions;

    /// Binds a header to the fields `a` (required) and `b`; compares the faults' codes and columns.
    #[track_caller]
    fn check(fields_match: &str, labels: &[&str], expected: &[(Code, &str)]) {
        let descriptor = format!(
            r#"{{"fieldsMatch": "{fields_match}", "fields": [
                {{"name": "a", "constraints": {{"required": true}}}}, {{"name": "b"}}]}}"#
        );
        let schema = Schema::parse(descriptor.as_bytes()).unwrap();
        let dialect = Dialect::new(&DialectOptions::default(), ',').unwrap();
        let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
        let faults = Plan::bind(&schema, dialect, &labels)
            .err()
            .unwrap_or_default();
        let found: Vec<(Code, &str)> = faults
            .iter()
            .map(|fault| (fault.code, fault.column.as_deref().unwrap_or("-")))
            .collect();
        assert_eq!(found, expected, "{fields_match} {labels:?}");
    }

    #[test]
    fn each_mode_takes_what_it_says() {
        use Code::{ExtraLabel, IncorrectLabel, MissingLabel};
        check("exact", &["a", "b"], &[]);
        check(
            "exact",
            &["b", "a"],
            &[(IncorrectLabel, "a"), (IncorrectLabel, "b")],
        );
        check("exact", &["a"], &[(MissingLabel, "b")]);
        check("exact", &["a", "b", "c"], &[(ExtraLabel, "c")]);
        check("equal", &["b", "a"], &[]);
        check(
            "equal",
            &["b", "c"],
            &[(MissingLabel, "a"), (ExtraLabel, "c")],
        );
        check("subset", &["c", "b", "a"], &[]);
        check("subset", &["c", "a"], &[(MissingLabel, "b")]);
        check("superset", &["a"], &[]);
        check("superset", &["b"], &[(MissingLabel, "a")]);
        check("superset", &["a", "c"], &[(ExtraLabel, "c")]);
        check("partial", &["c", "a"], &[]);
        check(
            "partial",
            &["c"],
            &[(MissingLabel, "a"), (MissingLabel, "-")],
        );
    }

    #[test]
    fn labels_are_there_and_differ() {
        use Code::{BlankLabel, DuplicateLabel};
        check("subset", &["a", "b", ""], &[(BlankLabel, "-")]);
        check("subset", &["a", "b", "a"], &[(DuplicateLabel, "a")]);
    }

    /// Binds a header of so many labels; returns its faults.
    fn faults_of(labels: &[String]) -> Vec<HeaderFault> {
        let schema = Schema::parse(br#"{"fieldsMatch": "superset", "fields": [{"name": "a"}]}"#);
        let dialect = Dialect::new(&DialectOptions::default(), ',').unwrap();
        Plan::bind(&schema.unwrap(), dialect, labels)
            .err()
            .unwrap_or_default()
    }

    #[test]
    fn what_is_said_of_a_header_is_bounded() {
        let labels: Vec<String> = (0..COLUMNS_MAX).map(|n| format!("c{n}")).collect();
        let faults = faults_of(&labels);
        assert_eq!(faults.len(), FAULTS_MAX + 1);
        assert_eq!(
            faults[FAULTS_MAX].expected,
            "a header that matches, but 65436 more faults are not listed"
        );
        let labels = vec![String::new(); COLUMNS_MAX + 1];
        let faults = faults_of(&labels);
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].code, Code::RecordTooLong);
        assert_eq!(faults[0].expected, "at most 65536 columns");
    }

    #[test]
    fn a_long_label_is_refused_and_shortened() {
        let faults = faults_of(&["a".to_owned(), "é".repeat(LABEL_CHARS_MAX + 1)]);
        assert_eq!(faults[0].code, Code::RecordTooLong);
        for fault in faults {
            assert!(fault.found.unwrap().chars().count() <= 101);
            assert!(fault.column.unwrap().chars().count() <= 101);
        }
        let longest = "é".repeat(LABEL_CHARS_MAX);
        let faults = faults_of(&["a".to_owned(), longest]);
        assert_eq!(faults.len(), 1, "only that the schema does not name it");
        assert_eq!(faults[0].code, Code::ExtraLabel);
    }

    #[test]
    fn a_quarantine_file_is_known_by_its_first_columns() {
        let ours = QUARANTINE_COLUMNS;
        check(
            "exact",
            &[ours[0], ours[1], ours[2], ours[3], ours[4], "a", "b"],
            &[],
        );
        check(
            "subset",
            &[ours[1], ours[0], ours[2], ours[3], ours[4], "a", "b"],
            &[],
        );
    }
}
