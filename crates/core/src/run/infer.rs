//! A schema for a source, from one pass over all of it.

use crate::batch::{Batch, unescape};
use crate::control::Control;
use crate::dialect::{Dialect, DialectOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::gate::{Gate, Stretch, Verdicts};
use crate::header::Untyped;
use crate::infer::{Inference, Inferred};
use crate::plan::{Column, HeaderFault, Plan, stripped};
use crate::reason::Code;
use crate::report::RecordError;
use crate::run::errors::At;
use crate::run::reader::Reader;
use crate::scan::{Kind, to_u64};
use crate::schema::{FIELDS_MAX, Schema};
use crate::store::Source;
use crate::text::visible;

/// How many faults of a header are told.
const FAULTS_SHOWN: usize = 5;

/// Proposes a schema that accepts every well-formed record of a source.
///
/// # Errors
///
/// The source cannot be read, is empty, its labels cannot be the names of fields, or none of its
/// records is well-formed; or its dialect is unusable or ambiguous.
///
/// # Cancel safety
///
/// Safe: nothing was written.
pub async fn infer<S: Source>(
    dialect: &DialectOptions,
    record_bytes_max: usize,
    source: &S,
    control: &Control,
) -> Result<Inferred> {
    let reader = Reader::open(source, control).await?;
    let (beginning, mut batches) = reader.begin_untyped(dialect, record_bytes_max).await?;
    let mut batch = Batch::default();
    let mut is_batch = batches.next(&mut batch).await?;
    let plan = if dialect.has_header() {
        by_labels(&beginning)?
    } else {
        by_first_record(beginning.dialect, &batch)?
    };
    let mut inference = Inference::new(plan.columns().len())?;
    let mut gate = Gate::new(&plan);
    let mut verdicts = Verdicts::default();
    let mut cell = Vec::new();
    while is_batch {
        let n_stretches = batch.index().records().len();
        let mut first = 0;
        while first < n_stretches {
            gate.judge(&batch, first..n_stretches, &mut verdicts);
            add(&plan, &batch, &verdicts, &mut inference, &mut cell);
            first = verdicts.slice().end;
        }
        is_batch = batches.next(&mut batch).await?;
    }
    if inference.fits_none() {
        return Err(Error::new(
            ErrorKind::Source,
            format!(
                "no record is well-formed and has as many cells as the header if the delimiter is `{}`: say which is \
                 meant with --delimiter",
                visible(plan.dialect().delimiter().as_str())
            ),
        ));
    }
    let names: Vec<&str> = plan.columns().iter().map(Column::name).collect();
    inference.conclude(&names, beginning.detected)
}

/// Takes the cells of a slice's well-formed records.
fn add(
    plan: &Plan,
    batch: &Batch,
    verdicts: &Verdicts,
    inference: &mut Inference,
    cell: &mut Vec<u8>,
) {
    for stretch in verdicts.stretches(batch) {
        let (first, end) = match stretch {
            Stretch::Accepted { first, end } => (first, end),
            Stretch::Rejected(_) => {
                inference.add_malformed(1);
                continue;
            }
            Stretch::Passed { .. } => continue,
        };
        let records = batch.index().records().get(first..end).unwrap_or_default();
        inference.add_records(to_u64(records.len()));
        for (idx, record) in (first..).zip(records) {
            let fields = batch.index().fields(record).iter().skip(plan.n_stripped());
            for (column, field) in fields.enumerate() {
                cell.clear();
                unescape(plan.dialect(), batch.raw(field), cell);
                // The gate has seen that it is text.
                if let Ok(cell) = str::from_utf8(cell) {
                    inference.add_cell(column, cell, || At::of(batch, idx).line);
                }
            }
        }
    }
}

/// Plans for columns that a header names.
fn by_labels(beginning: &Untyped) -> Result<Plan> {
    if let Some(fault) = &beginning.unreadable {
        return Err(unnamed(std::slice::from_ref(fault)));
    }
    let labels = &beginning.labels;
    let own = labels.get(stripped(labels)..).unwrap_or_default();
    let mut names: Vec<&str> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    names.extend(
        own.iter()
            .map(String::as_str)
            .filter(|label| !label.is_empty() && seen.insert(*label)),
    );
    let schema = probe(&names)?;
    Plan::bind(&schema, beginning.dialect, labels).map_err(|faults| unnamed(&faults))
}

/// Plans for as many columns as the first record has.
fn by_first_record(dialect: Dialect, batch: &Batch) -> Result<Plan> {
    let records = batch.index().records().iter();
    let mut counts = records
        .filter(|record| record.kind == Kind::Fields)
        .map(|record| batch.index().fields(record).len());
    let n_columns = counts.next().unwrap_or(0);
    let names: Vec<String> = (1..=n_columns).map(|n| format!("field{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Ok(Plan::positional(&probe(&names)?, dialect))
}

/// Makes a schema that takes any text in any cell, so that what it turns away is malformed.
fn probe(names: &[&str]) -> Result<Schema> {
    #[derive(serde::Serialize)]
    struct Field<'a> {
        name: &'a str,
    }
    #[derive(serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Descriptor<'a> {
        missing_values: [&'static str; 0],
        fields: Vec<Field<'a>>,
    }
    if names.is_empty() || names.len() > FIELDS_MAX {
        return Err(Error::new(
            ErrorKind::Source,
            format!(
                "a schema has 1 to {FIELDS_MAX} fields, and the source has {} columns with a label or a value",
                names.len()
            ),
        ));
    }
    let descriptor = Descriptor {
        missing_values: [],
        fields: names.iter().map(|name| Field { name }).collect(),
    };
    let bug = |why: String| Error::bug(format!("labels make no schema: {why}"));
    let text = serde_json::to_vec(&descriptor).map_err(|err| bug(err.to_string()))?;
    Schema::parse(&text).map_err(|faults| bug(faults.to_string()))
}

/// Says which labels cannot be names.
fn unnamed(faults: &[HeaderFault]) -> Error {
    // What the probe does not name is told already, as blank or repeated.
    let faults = faults.iter().filter(|fault| fault.code != Code::ExtraLabel);
    let n_faults = faults.clone().count();
    let told = faults.take(FAULTS_SHOWN);
    let told: Vec<String> = told
        .map(|fault| RecordError::message(&fault.expected, fault.found.as_deref()))
        .collect();
    let more = match n_faults.saturating_sub(FAULTS_SHOWN) {
        0 => String::new(),
        n => format!("; and {n} more"),
    };
    Error::new(
        ErrorKind::Source,
        format!(
            "the header's labels cannot be the names of fields: {}{more}",
            told.join("; ")
        ),
    )
}
