//! `rowgate validate`: every error as it comes, and nothing written.

use std::io::{IsTerminal as _, stdout};

use rowgate_app::jobs::App;
use rowgate_app::outcome::{EXIT_REFUSED, report_exit_code};
use rowgate_app::views::ReportFormat;
use rowgate_core::control::Control;
use rowgate_core::report::{RecordError, Report};
use rowgate_core::{Error, ErrorKind, Result};

use crate::args::{Format, GlobalArgs, ValidateArgs};
use crate::output::{self, Lines, Reader};
use crate::progress::Bar;
use crate::summary::{ErrorLine, advice, codes, remarks, warnings};
use crate::text::{counted, thousands, visible};

pub(super) async fn run(
    app: &App,
    global: &GlobalArgs,
    args: &ValidateArgs,
    control: &Control,
) -> Result<u8> {
    let form = printed_form(global.format, args)?;
    let schema = app.schema(&args.schema).await?;
    let schema = app.with_resources(schema, &args.resource).await?;
    let source = app.source(&args.source).await?;
    let reports = match &args.report {
        Some(place) => {
            let formats = match args.report_format.as_slice() {
                [] => &[ReportFormat::Json],
                formats => formats,
            };
            Some(app.reports_at(formats, place).await?)
        }
        None => None,
    };
    let (dialect, decoding) = (args.dialect.resolve(), args.decoding.resolve());
    // On one terminal, a bar and lines would be in each other's way.
    let bar = match form {
        None if stdout().is_terminal() => None,
        None | Some(_) => Bar::show(global, &control.progress),
    };
    // A child: that nobody reads on stops the run, and is not the caller's wish.
    let control = Control {
        cancel: control.cancel.child_token(),
        ..control.clone()
    };
    let mut printer = match form {
        None => Printer::Lines(Lines::begin()),
        Some(form) => Printer::Report(form),
    };
    let stop = control.cancel.clone();
    let mut printing = Ok(Reader::Listens);
    let validated = app
        .validate(source, schema, dialect, &decoding, &control, |error| {
            if matches!(printing, Ok(Reader::Listens)) {
                printing = printer.print(error);
                if !matches!(printing, Ok(Reader::Listens)) {
                    stop.cancel();
                }
            }
        })
        .await;
    drop(bar);
    match (printing?, validated) {
        // Nobody wants to read on, and that there are errors is known.
        (Reader::IsGone, Err(err)) if err.kind() == ErrorKind::Cancelled => Ok(EXIT_REFUSED),
        (_, validated) => {
            let report = validated?;
            if let Some(reports) = reports {
                reports.write(&report).await?;
            }
            finish(printer, global, &report)
        }
    }
}

/// Returns the form in which the report is printed in place of the errors, if it is.
///
/// # Errors
///
/// Standard output has room for one report.
fn printed_form(format: Format, args: &ValidateArgs) -> Result<Option<ReportFormat>> {
    let json = match format {
        Format::Human => None,
        Format::Json => Some(ReportFormat::Json),
    };
    let asked = match (&args.report, args.report_format.as_slice()) {
        (Some(_), _) | (None, []) => return Ok(json),
        (None, [form]) => *form,
        (None, _) => {
            return Err(Error::new(
                ErrorKind::Settings,
                "standard output has room for one report: say with --report where several go",
            ));
        }
    };
    match json {
        Some(json) if json != asked => Err(Error::new(
            ErrorKind::Settings,
            format!("`--format json` and `--report-format {asked}` both want standard output"),
        )),
        Some(_) | None => Ok(Some(asked)),
    }
}

fn finish(printer: Printer, global: &GlobalArgs, report: &Report) -> Result<u8> {
    match printer {
        Printer::Report(form) => output::print(&form.render(report)?)?,
        Printer::Lines(mut lines) => {
            if !global.quiet {
                for warning in warnings(report) {
                    lines.print(&format!("warning: {}", ErrorLine(warning)))?;
                }
                lines.print(&summary(report))?;
                for remark in remarks(report).into_iter().chain(advice(report)) {
                    lines.print(&remark)?;
                }
            }
            lines.finish()?;
        }
    }
    Ok(report_exit_code(report))
}

/// Where errors are printed as they come.
#[derive(Debug)]
enum Printer {
    Lines(Lines),
    /// They stand in the report, which is printed in this form.
    Report(ReportFormat),
}

impl Printer {
    fn print(&mut self, error: &RecordError) -> Result<Reader, Error> {
        match self {
            Self::Lines(lines) => lines.print(&ErrorLine(error).to_string()),
            Self::Report(_) => Ok(Reader::Listens),
        }
    }
}

fn summary(report: &Report) -> String {
    let uri = visible(&report.source.uri);
    let records = report.records;
    if let Some(refusal) = &report.refusal
        && !report.complete
    {
        return format!("{uri}: {refusal} ({})", codes(report));
    }
    if report.errors.total == 0 {
        return format!("{uri}: {}, all valid", counted(records.read, "record"));
    }
    format!(
        "{uri}: {}, {} valid, {} invalid: {} ({})",
        counted(records.read, "record"),
        thousands(records.accepted),
        thousands(records.rejected),
        counted(report.errors.total, "error"),
        codes(report)
    )
}
