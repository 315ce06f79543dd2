//! `rowgate schema check`: what a schema means, or everything that is wrong with it.

use rowgate_app::jobs::App;
use rowgate_app::outcome::EXIT_DONE;
use rowgate_app::schemas::LoadedSchema;
use rowgate_core::Result;
use rowgate_core::schema::{FieldsMatch, SchemaFaults};

use crate::args::{Format, GlobalArgs, SchemaCheckArgs};
use crate::output;
use crate::text::{counted, visible};

/// What was found, for programs.
#[derive(serde::Serialize)]
struct Findings<'a> {
    valid: bool,
    errors: Vec<Finding<'a>>,
}

#[derive(serde::Serialize)]
struct Finding<'a> {
    pointer: &'a str,
    message: &'a str,
    hint: Option<&'a str>,
}

pub(super) async fn check(app: &App, global: &GlobalArgs, args: &SchemaCheckArgs) -> Result<u8> {
    let checked = app.schema(&args.schema).await;
    let faults = match &checked {
        Ok(_) => None,
        Err(err) => err.schema_faults(),
    };
    match (global.format, &checked, faults) {
        (Format::Json, Ok(_), _) => output::print_json(&Findings {
            valid: true,
            errors: Vec::new(),
        })?,
        (Format::Json, Err(_), Some(faults)) => output::print_json(&findings(faults))?,
        (Format::Human, Ok(schema), _) => output::print(&meaning(schema))?,
        // The error that is returned shows every fault to people.
        (Format::Human, Err(_), Some(_)) | (_, Err(_), None) => {}
    }
    checked.map(|_| EXIT_DONE)
}

fn findings(faults: &SchemaFaults) -> Findings<'_> {
    let findings = faults.iter().map(|fault| Finding {
        pointer: &fault.pointer,
        message: &fault.message,
        hint: fault.hint.as_deref(),
    });
    Findings {
        valid: false,
        errors: findings.collect(),
    }
}

/// Says in plain English what a schema asks for.
fn meaning(loaded: &LoadedSchema) -> String {
    let schema = &loaded.schema;
    let fields = schema.fields();
    let n_fields = u64::try_from(fields.len()).unwrap_or(u64::MAX);
    let heading = format!(
        "{}: valid, {}\n{}\n",
        visible(&loaded.identity.uri),
        counted(n_fields, "field"),
        header_rule(schema.fields_match())
    );
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
    heading + &columns.collect::<String>()
}

/// Names longer than this push their own line out, and not all lines.
const NAME_WIDTH_MAX: usize = 32;

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
