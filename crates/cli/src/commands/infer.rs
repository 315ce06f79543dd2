//! `rowgate infer`: a schema for a source that has none, and the evidence for it.

use rowgate_app::jobs::App;
use rowgate_app::outcome::EXIT_DONE;
use rowgate_core::Result;
use rowgate_core::control::Control;
use rowgate_core::infer::Evidence;
use serde_json::value::RawValue;

use crate::args::{Format, GlobalArgs, InferArgs};
use crate::output;
use crate::progress::Bar;

/// Both in one, for programs.
#[derive(serde::Serialize)]
struct Proposal<'a> {
    schema: &'a RawValue,
    evidence: &'a Evidence,
}

pub(super) async fn run(
    app: &App,
    global: &GlobalArgs,
    args: &InferArgs,
    control: &Control,
) -> Result<u8> {
    let bar = Bar::show(global, &control.progress);
    let (dialect, decoding) = (args.dialect.resolve(), args.decoding.resolve());
    let inferred = app.infer(&args.source, &dialect, &decoding, control).await;
    drop(bar);
    let inferred = inferred?;
    match global.format {
        // Nothing but the schema, so that it can be sent to a file.
        Format::Human => {
            output::print(&inferred.schema)?;
            if !global.quiet {
                output::note(inferred.evidence.to_string().trim_end());
            }
        }
        Format::Json => {
            let schema = serde_json::from_str(&inferred.schema).map_err(|err| {
                rowgate_core::Error::bug(format!("what was inferred is no JSON: {err}"))
            })?;
            output::print_json(&Proposal {
                schema,
                evidence: &inferred.evidence,
            })?;
        }
    }
    Ok(EXIT_DONE)
}
