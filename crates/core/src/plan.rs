//! Schema and header, bound: which column is checked by which field.

use crate::check::ColumnCheck;
use crate::dialect::Dialect;
use crate::reason::Code;
use crate::schema::{Field, FieldsMatch, Schema};

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
    /// Everything that is wrong with the header, by the schema's `fieldsMatch`.
    pub fn bind(
        schema: &Schema,
        dialect: Dialect,
        labels: &[String],
    ) -> Result<Self, Vec<HeaderFault>> {
        let n_stripped = stripped(labels);
        let labels = labels.get(n_stripped..).unwrap_or_default();
        let mut faults = label_faults(labels);
        match schema.fields_match() {
            FieldsMatch::Exact => exact(schema, labels, &mut faults),
            FieldsMatch::Equal => {
                missing(schema.fields(), labels, &mut faults);
                extra(schema, labels, &mut faults);
            }
            FieldsMatch::Subset => missing(schema.fields(), labels, &mut faults),
            FieldsMatch::Superset => {
                missing(
                    schema.fields().iter().filter(|f| f.is_required()),
                    labels,
                    &mut faults,
                );
                extra(schema, labels, &mut faults);
            }
            FieldsMatch::Partial => {
                missing(
                    schema.fields().iter().filter(|f| f.is_required()),
                    labels,
                    &mut faults,
                );
                if !labels.iter().any(|label| find(schema, label).is_some()) {
                    faults.push(HeaderFault {
                        code: Code::MissingLabel,
                        column: None,
                        expected: "at least one of the schema's fields in the header".to_owned(),
                        found: None,
                    });
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let columns = labels
            .iter()
            .map(|label| Column {
                name: label.clone(),
                field: find(schema, label),
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

    /// Returns the check of each column; a column that the schema does not name has none.
    pub(crate) fn checks(&self) -> Vec<Option<(&ColumnCheck, bool)>> {
        let bound = self.columns.iter().map(|column| self.field(column));
        bound
            .map(|field| field.map(|f| (f.check(), f.is_unique())))
            .collect()
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

fn find(schema: &Schema, label: &str) -> Option<usize> {
    schema
        .fields()
        .iter()
        .position(|field| field.name() == label)
}

fn label_faults(labels: &[String]) -> Vec<HeaderFault> {
    let mut faults = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (idx, label) in labels.iter().enumerate() {
        if label.is_empty() {
            faults.push(HeaderFault {
                code: Code::BlankLabel,
                column: None,
                expected: format!("a label for column {}", idx + 1),
                found: Some(String::new()),
            });
        } else if !seen.insert(label) {
            faults.push(HeaderFault {
                code: Code::DuplicateLabel,
                column: Some(label.clone()),
                expected: format!("each label once, column {} repeats one", idx + 1),
                found: Some(label.clone()),
            });
        }
    }
    faults
}

fn exact(schema: &Schema, labels: &[String], faults: &mut Vec<HeaderFault>) {
    for (idx, field) in schema.fields().iter().enumerate() {
        match labels.get(idx) {
            None => faults.push(missing_label(field.name())),
            Some(label) if label != field.name() => faults.push(HeaderFault {
                code: Code::IncorrectLabel,
                column: Some(field.name().to_owned()),
                expected: format!("the label `{}` for column {}", field.name(), idx + 1),
                found: Some(label.clone()),
            }),
            Some(_) => {}
        }
    }
    for label in labels.iter().skip(schema.fields().len()) {
        faults.push(extra_label(label));
    }
}

fn missing<'f>(
    fields: impl IntoIterator<Item = &'f Field>,
    labels: &[String],
    faults: &mut Vec<HeaderFault>,
) {
    let absent = fields
        .into_iter()
        .filter(|field| !labels.iter().any(|label| label == field.name()));
    faults.extend(absent.map(|field| missing_label(field.name())));
}

fn extra(schema: &Schema, labels: &[String], faults: &mut Vec<HeaderFault>) {
    let unknown = labels.iter().filter(|label| find(schema, label).is_none());
    faults.extend(unknown.map(|label| extra_label(label)));
}

fn missing_label(name: &str) -> HeaderFault {
    HeaderFault {
        code: Code::MissingLabel,
        column: Some(name.to_owned()),
        expected: format!("a column with the label `{name}`"),
        found: None,
    }
}

fn extra_label(label: &str) -> HeaderFault {
    HeaderFault {
        code: Code::ExtraLabel,
        column: Some(label.to_owned()),
        expected: "only columns that the schema names".to_owned(),
        found: Some(label.to_owned()),
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
        let dialect = Dialect::new(&DialectOptions::default(), b',').unwrap();
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
