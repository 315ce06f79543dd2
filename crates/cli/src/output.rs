//! Where text goes: results to standard output, everything else to standard error.
//!
//! A reader of results that goes away (`rowgate … | head`) is no error: what it does not want to read
//! is dropped, and the verdict is what it would have been. A destination (`ingest --to -`) is another
//! matter: it is a store.

use std::io::{self, BufWriter, ErrorKind as IoErrorKind, IsTerminal as _, Stdout, Write as _};

use clap::builder::styling::{AnsiColor, Style};
use rowgate_app::outcome;
use rowgate_core::report::Report;
use rowgate_core::{Error, ErrorKind, Result};

use crate::text::visible;

/// How much is gathered before it is printed, in bytes.
const BLOCK_BYTES: usize = 64 * 1024;
const VERSION: &str = env!("CARGO_PKG_VERSION");
const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Prints a whole result.
///
/// # Errors
///
/// It could not be written, for another reason than that its reader is gone.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    heard(
        stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush()),
    )
    .map(drop)
}

/// Prints a value as JSON, with a line end.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<()> {
    let json = serde_json::to_string_pretty(value);
    let text = json.map_err(|err| Error::bug(format!("a result is no JSON: {err}")))?;
    print(&(text + "\n"))
}

/// Prints a report as one JSON object.
pub(crate) fn print_report(report: &Report) -> Result<()> {
    print(&report.to_json()?)
}

/// Whether somebody reads what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    Listens,
    IsGone,
}

/// Prints results line by line, while they come: at once on a terminal, else a block at a time.
#[derive(Debug)]
pub(crate) struct Lines {
    out: BufWriter<Stdout>,
    flush: Flush,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flush {
    EachLine,
    FullBlocks,
}

impl Lines {
    /// Begins to print.
    pub(crate) fn begin() -> Self {
        let stdout = io::stdout();
        let flush = if stdout.is_terminal() {
            Flush::EachLine
        } else {
            Flush::FullBlocks
        };
        let out = BufWriter::with_capacity(BLOCK_BYTES, stdout);
        Self { out, flush }
    }

    /// Prints one line.
    pub(crate) fn print(&mut self, line: &str) -> Result<Reader> {
        let written = writeln!(self.out, "{line}");
        match self.flush {
            Flush::EachLine => heard(written.and_then(|()| self.out.flush())),
            Flush::FullBlocks => heard(written),
        }
    }

    /// Prints what is still buffered.
    pub(crate) fn finish(mut self) -> Result<Reader> {
        heard(self.out.flush())
    }
}

fn heard(written: io::Result<()>) -> Result<Reader> {
    match written {
        Ok(()) => Ok(Reader::Listens),
        Err(err) if err.kind() == IoErrorKind::BrokenPipe => Ok(Reader::IsGone),
        Err(err) => Err(Error::caused(
            ErrorKind::Dependency,
            "could not write to standard output",
            err,
        )),
    }
}

/// Tells people something on standard error.
pub(crate) fn note(text: &str) {
    to_stderr(&format!("{text}\n"));
}

/// Tells people what went wrong, why, and what to do.
pub(crate) fn show_error(err: &Error) {
    let kind = err.kind();
    let mut lines = vec![format!(
        "{ERROR}error:{ERROR:#} {}",
        indented(&err.to_string())
    )];
    let first_cause = std::error::Error::source(err);
    let causes = std::iter::successors(first_cause, |cause| cause.source());
    lines.extend(causes.map(|cause| format!("  because: {}", indented(&cause.to_string()))));
    // A schema's faults have hints of their own, and who stopped us knows what to do.
    let is_wanted = err.schema_faults().is_none() && kind != ErrorKind::Cancelled;
    let advice = outcome::advice(kind).filter(|_| is_wanted);
    lines.extend(advice.map(|advice| format!("{HINT}hint:{HINT:#} {advice}")));
    lines.extend(
        err.backtrace()
            .map(|trace| format!("rowgate {VERSION}\n{trace}")),
    );
    to_stderr(&(lines.join("\n") + "\n"));
}

/// Makes lines after the first stand apart, and control characters visible.
fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(visible).collect();
    lines.join("\n    ")
}

fn to_stderr(text: &str) {
    // Where standard error is closed, the exit code still speaks.
    drop(anstream::stderr().lock().write_all(text.as_bytes()));
}
