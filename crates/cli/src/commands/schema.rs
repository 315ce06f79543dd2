//! `rowgate schema check`: what a schema means, or everything that is wrong with it.

use rowgate_app::jobs::App;
use rowgate_app::outcome::EXIT_DONE;
use rowgate_core::Result;
use rowgate_core::schema::{SchemaFault, SchemaFaults};

use crate::args::{Format, GlobalArgs, SchemaCheckArgs, SchemaPatchArgs};
use crate::commands::meaning::meaning;
use crate::output;

/// What was found, for programs.
#[derive(serde::Serialize)]
struct Findings<'a> {
    valid: bool,
    errors: Vec<Finding<'a>>,
    /// What is no fault, but likely not what was meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Finding<'a>>,
}

#[derive(serde::Serialize)]
struct Finding<'a> {
    pointer: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

pub(super) async fn check(app: &App, global: &GlobalArgs, args: &SchemaCheckArgs) -> Result<u8> {
    let checked = app.schema(&args.schema).await;
    let faults = match &checked {
        Ok(_) => None,
        Err(err) => err.schema_faults(),
    };
    match (global.format, &checked, faults) {
        (Format::Json, Ok(schema), _) => output::print_json(&Findings {
            valid: true,
            errors: Vec::new(),
            notes: schema.descriptor.notes.iter().map(finding).collect(),
        })?,
        (Format::Json, Err(_), Some(faults)) => output::print_json(&findings(faults))?,
        (Format::Human, Ok(schema), _) => output::print(&meaning(schema))?,
        // The error that is returned shows every fault to people.
        (Format::Human, Err(_), Some(_)) | (_, Err(_), None) => {}
    }
    checked.map(|_| EXIT_DONE)
}

/// Prints a schema to which advice was applied.
pub(super) async fn patch(app: &App, args: &SchemaPatchArgs) -> Result<u8> {
    // It is JSON for people and programs alike.
    output::print(&app.patch(&args.schema, &args.advice, &args.pick).await?)?;
    Ok(EXIT_DONE)
}

fn findings(faults: &SchemaFaults) -> Findings<'_> {
    Findings {
        valid: false,
        errors: faults.iter().map(finding).collect(),
        notes: Vec::new(),
    }
}

fn finding(fault: &SchemaFault) -> Finding<'_> {
    Finding {
        pointer: &fault.pointer,
        message: &fault.message,
        hint: fault.hint.as_deref(),
    }
}
