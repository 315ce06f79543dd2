//! `rowgate ingest`: the main job.

use std::time::Instant;

use rowgate_app::jobs::App;
use rowgate_app::outcome::{EXIT_DONE, report_exit_code};
use rowgate_app::place::PlaceUri;
use rowgate_core::control::Control;
use rowgate_core::report::Status;
use rowgate_core::{Error, ErrorKind, Result};

use super::unless_cancelled;
use crate::args::{Format, GlobalArgs, IngestArgs};
use crate::output;
use crate::progress::Bar;
use crate::resolve::{Ingest, Mode};
use crate::summary::Summary;

pub(super) async fn run(
    app: &App,
    global: &GlobalArgs,
    args: &IngestArgs,
    control: &Control,
) -> Result<u8> {
    let Ingest { request, mode } = args.resolve(global.format)?;
    let started_at = Instant::now();
    let bar = Bar::show(global, &control.progress);
    let report = match mode {
        Mode::Land => {
            let landed = app.ingest(request, control).await;
            landed.map_err(|err| told_what_is_left(err, &args.to))?
        }
        Mode::DryRun => {
            let judged = Box::pin(app.dry_run(request, control));
            unless_cancelled(control, judged).await?
        }
    };
    drop(bar);
    match global.format {
        Format::Json => output::print_report(&report)?,
        Format::Human if global.quiet => {}
        Format::Human => {
            let beside = args.to.beside(".report.json");
            let report_place = args.report.as_ref().unwrap_or(&beside);
            let summary = Summary {
                report: &report,
                schema: &args.schema,
                to: &args.to,
                report_place: (mode == Mode::Land).then_some(report_place),
                rejects_format: app.settings().rejects.format,
                took: started_at.elapsed(),
            };
            // Accepted records have standard output to themselves.
            if args.to == PlaceUri::Stream && mode == Mode::Land {
                output::note(summary.to_string().trim_end());
            } else {
                output::print(&summary.to_string())?;
            }
        }
    }
    Ok(match (mode, report.status) {
        // What would land is no failure, rejects or not.
        (Mode::DryRun, Status::Validated) => EXIT_DONE,
        (Mode::DryRun, Status::Landed | Status::Refused) | (Mode::Land, _) => {
            report_exit_code(&report)
        }
    })
}

/// Says of a run that was stopped what became of its output.
fn told_what_is_left(err: Error, to: &PlaceUri) -> Error {
    let left = match (err.kind(), to) {
        (ErrorKind::Cancelled, PlaceUri::Stream) => {
            "stopped: what was written to standard output is not whole"
        }
        (ErrorKind::Cancelled, PlaceUri::Local(_) | PlaceUri::S3 { .. }) => {
            "stopped: nothing appeared at the destination, and its uploads were aborted"
        }
        (_, _) => return err,
    };
    Error::new(ErrorKind::Cancelled, left)
}
