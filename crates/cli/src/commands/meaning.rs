//! What a descriptor asks for, in plain English: its header, its columns, and whatever else it says.

use rowgate_app::schemas::LoadedSchema;
use rowgate_core::dialect::{DialectOptions, Header, InitialSpace, InnerQuote, LineEnd, Quote};
use rowgate_core::schema::{
    Envelope, Extension, FieldsMatch, FormulaPolicy, LabelCase, LabelSpace, ReferencedTable,
    Schema, Severity, SummaryOf, TemporalAny,
};

use crate::text::{counted, visible};

/// Names longer than this push their own line out, and not all lines.
const NAME_WIDTH_MAX: usize = 32;

/// Says what a descriptor asks for.
pub(super) fn meaning(loaded: &LoadedSchema) -> String {
    let schema = &loaded.schema;
    let n_fields = u64::try_from(schema.fields().len()).unwrap_or(u64::MAX);
    let heading = format!(
        "{}: valid, {}\n{}\n",
        visible(&loaded.identity.uri),
        counted(n_fields, "field"),
        header_rule(schema.fields_match())
    );
    let envelope = &loaded.descriptor.envelope;
    let mut facts = keys(schema);
    facts.extend(extension(schema));
    facts.extend(resource(envelope));
    facts.extend(dialect(&envelope.dialect));
    let notes = loaded.descriptor.notes.iter();
    facts.extend(notes.map(|note| format!("note: {note}")));
    let facts = facts.iter().map(|fact| format!("{}\n", visible(fact)));
    heading + &columns(schema) + &facts.collect::<String>()
}

fn columns(schema: &Schema) -> String {
    let fields = schema.fields();
    let names: Vec<String> = fields.iter().map(|field| visible(field.name())).collect();
    let width = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0)
        .min(NAME_WIDTH_MAX);
    let columns = fields.iter().zip(&names).map(|(field, name)| {
        let rules = visible(&field.describe().join("; "));
        format!("  {name:width$}  {rules}\n")
    });
    columns.collect()
}

fn header_rule(fields_match: FieldsMatch) -> String {
    let rule = match fields_match {
        FieldsMatch::Exact => "has these fields, in this order",
        FieldsMatch::Equal => "has these fields, in any order",
        FieldsMatch::Subset => "has these fields, and may have more",
        FieldsMatch::Superset => "has none but these fields, and may have fewer",
        FieldsMatch::Partial => "has at least one of these fields",
    };
    format!("the header {rule} (`fieldsMatch` is `{fields_match}`)")
}

/// Names fields by their index.
fn named<'i>(schema: &Schema, fields: impl IntoIterator<Item = &'i usize>) -> String {
    let fields = fields
        .into_iter()
        .filter_map(|idx| schema.fields().get(*idx));
    let names: Vec<_> = fields.map(|field| format!("`{}`", field.name())).collect();
    names.join(", ")
}

fn keys(schema: &Schema) -> Vec<String> {
    let mut facts = Vec::new();
    if !schema.primary_key().is_empty() {
        facts.push(format!(
            "primary key: {}",
            named(schema, schema.primary_key())
        ));
    }
    let unique = schema.unique_keys().iter();
    facts.extend(unique.map(|key| format!("unique key: {}", named(schema, key))));
    facts.extend(schema.foreign_keys().iter().map(|key| {
        let table = match &key.table {
            ReferencedTable::Itself(fields) => {
                format!("{} of the table itself", named(schema, fields))
            }
            ReferencedTable::Resource { name, fields } => {
                let fields: Vec<_> = fields.iter().map(|name| format!("`{name}`")).collect();
                format!("{} of the resource `{name}`", fields.join(", "))
            }
        };
        format!("foreign key: {} among {table}", named(schema, &key.fields))
    }));
    facts
}

fn extension(schema: &Schema) -> Vec<String> {
    let extension: &Extension = schema.extension();
    let mut facts = Vec::new();
    for rule in &extension.rules {
        let severity = match rule.severity {
            Severity::Reject => "reject",
            Severity::Warn => "warn",
            Severity::Fail => "fail",
        };
        facts.push(format!("rule `{}` ({severity}): {}", rule.name, rule.expr));
    }
    if let Some(max) = extension.rejects_max {
        facts.push(format!("rejects: at most {max}"));
    }
    if let Some(max) = extension.consecutive_rejects_max {
        facts.push(format!("rejects in a row: at most {max}"));
    }
    if extension.labels.case == LabelCase::Insensitive {
        facts.push("labels: upper and lower case are the same".to_owned());
    }
    if extension.labels.space == LabelSpace::Trimmed {
        facts.push("labels: white space around them is ignored".to_owned());
    }
    for (field, label) in &extension.labels.aliases {
        facts.push(format!(
            "label: `{label}` stands for {}",
            named(schema, [field])
        ));
    }
    if !extension.redacted.is_empty() {
        facts.push(format!(
            "never shown: {}",
            named(schema, &extension.redacted)
        ));
    }
    match extension.formulas {
        FormulaPolicy::Allow => {}
        FormulaPolicy::Reject => facts.push("formulas: their record is rejected".to_owned()),
        FormulaPolicy::Escape => facts.push("formulas: escaped where they land".to_owned()),
    }
    for summary in &extension.summaries {
        let of = match &summary.of {
            SummaryOf::Sum(field) => format!("sum of {}", named(schema, [field])),
            SummaryOf::Mean(field) => format!("mean of {}", named(schema, [field])),
            SummaryOf::WeightedMean { value, weight } => format!(
                "mean of {} weighted by {}",
                named(schema, [value]),
                named(schema, [weight])
            ),
        };
        facts.push(format!("summary `{}`: {of}", summary.name));
    }
    if extension.temporal_any == TemporalAny::Allowed {
        facts.push("dates and times: the format `any` is allowed".to_owned());
    }
    facts
}

fn resource(envelope: &Envelope) -> Vec<String> {
    let facts = [
        ("resource", envelope.name.clone()),
        ("path", envelope.path.clone()),
        ("encoding", envelope.encoding.clone()),
        (
            "bytes",
            envelope.expectation.bytes.map(|bytes| bytes.to_string()),
        ),
        (
            "hash",
            envelope.expectation.hash.as_ref().map(ToString::to_string),
        ),
    ];
    let facts = facts.into_iter();
    facts
        .filter_map(|(what, fact)| Some(format!("{what}: {}", fact?)))
        .collect()
}

fn dialect(dialect: &DialectOptions) -> Vec<String> {
    let rows = |rows: &[u64]| {
        let rows: Vec<_> = rows.iter().map(u64::to_string).collect();
        rows.join(", ")
    };
    let facts = [
        dialect.delimiter.map(|mark| format!("delimiter: `{mark}`")),
        dialect.quote.map(|quote| match quote {
            Quote::By(c) => format!("quote: `{c}`"),
            Quote::Never => "quote: none".to_owned(),
        }),
        dialect.inner_quote.map(|inner| match inner {
            InnerQuote::Doubled => "a quote within quotes: doubled".to_owned(),
            InnerQuote::Escaped => "a quote within quotes: escaped, never doubled".to_owned(),
        }),
        dialect.escape.map(|c| format!("escape: `{c}`")),
        dialect.line_end.map(|end| match end {
            LineEnd::Any => "line end: LF, CRLF or CR".to_owned(),
            LineEnd::Only(mark) => format!("line end: `{mark}`"),
        }),
        dialect
            .null_sequence
            .map(|mark| format!("a cell without a value: `{mark}`")),
        dialect.initial_space.map(|space| match space {
            InitialSpace::Kept => "white space behind a delimiter: kept".to_owned(),
            InitialSpace::Skipped => "white space behind a delimiter: skipped".to_owned(),
        }),
        dialect.header.as_ref().map(|header| match header {
            Header::Present => "header: the first row".to_owned(),
            Header::Absent => "header: none, columns are the fields in order".to_owned(),
            Header::Rows {
                rows: numbers,
                join,
            } => {
                format!(
                    "header: rows {} joined by `{join}`",
                    rows(numbers.as_slice())
                )
            }
        }),
        dialect
            .comment
            .map(|mark| format!("comments begin with `{mark}`")),
        dialect
            .comment_rows
            .as_ref()
            .map(|numbers| format!("comments: rows {}", rows(numbers.as_slice()))),
    ];
    facts.into_iter().flatten().collect()
}
