//! Telemetry: what is logged, one line an event, for people or as JSON.
//!
//! Values of cells never stand in a line. Nothing here takes one, and what other crates say is cut
//! off at `debug`: below it they print bodies.

mod layer;
mod line;
mod summary;

use std::io::IsTerminal as _;
use std::panic;

use jiff::Timestamp;
use rowgate_core::event::Event;
use rowgate_core::{Error, ErrorKind, Result, Whose};
use tracing::{Metadata, Subscriber, field};
use tracing_subscriber::filter::{FilterFn, LevelFilter};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

use self::layer::LineLayer;
pub use self::summary::PayloadSummary;
use crate::settings::{LogFormat, LogLevel};

/// How a process logs.
#[derive(Clone, Copy, Debug)]
pub struct LogOptions {
    /// How lines are written.
    pub format: LogFormat,
    /// The least that is worth a line.
    pub level: LogLevel,
    /// The name of the process, in every JSON line: `rowgate-server`.
    pub service: &'static str,
    /// Whether lines for people are coloured.
    pub color: Color,
}

/// Whether lines for people are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// They are.
    Ansi,
    /// They are not.
    Plain,
}

impl Color {
    /// Chooses for standard error: plain if it is not a terminal, or if `NO_COLOR` is set to
    /// anything.
    #[must_use]
    pub fn of_stderr() -> Self {
        let is_refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if is_refused || !std::io::stderr().is_terminal() {
            Self::Plain
        } else {
            Self::Ansi
        }
    }
}

/// Sends all that this process logs to `writer`, and makes a line of every panic.
///
/// The line has the panic's place and not what it said: that may quote the data.
///
/// # Errors
///
/// A bug of ours, if it was done before.
pub fn init<W>(options: LogOptions, writer: W) -> Result<()>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing::subscriber::set_global_default(subscriber(options, writer))
        .map_err(|err| Error::bug(format!("logging was set up twice: {err}")))?;
    panic::set_hook(Box::new(|info| log_panic(info.location())));
    Ok(())
}

fn log_panic(location: Option<&panic::Location<'_>>) {
    tracing::error!(
        location = location.map(field::display),
        error_class = Whose::Bug.as_str(),
        error_kind = ErrorKind::Bug.as_str(),
        "panicked"
    );
}

/// Makes what [`init`] installs, for a test or a part of a process.
pub fn subscriber<W>(options: LogOptions, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    registry()
        .with(filter(options.level))
        .with(LineLayer::new(options, writer, Timestamp::now))
}

/// Lets rowgate speak at the level that was asked for, and others at `warn`, or at `debug` if
/// `debug` or more was asked for. Our spans pass whatever the level: they carry the identities that
/// the lines within them show.
fn filter(asked: LogLevel) -> FilterFn<impl Fn(&Metadata<'_>) -> bool> {
    let (ours, others) = match asked {
        LogLevel::Error => (LevelFilter::ERROR, LevelFilter::ERROR),
        LogLevel::Warn => (LevelFilter::WARN, LevelFilter::WARN),
        LogLevel::Info => (LevelFilter::INFO, LevelFilter::WARN),
        LogLevel::Debug => (LevelFilter::DEBUG, LevelFilter::DEBUG),
        LogLevel::Trace => (LevelFilter::TRACE, LevelFilter::DEBUG),
    };
    let spans = ours.max(LevelFilter::INFO);
    let passes = move |metadata: &Metadata<'_>| {
        let level = metadata.level();
        if MUTED.contains(&metadata.target()) {
            return false;
        }
        match (is_ours(metadata.target()), metadata.is_span()) {
            (true, true) => *level <= spans,
            (true, false) => *level <= ours,
            (false, _) => *level <= others,
        }
    };
    FilterFn::new(passes).with_max_level_hint(spans)
}

/// Others' lines that help nobody: the first repeats, as text, the error that [`log_failure`] has
/// logged with its request; the second warns at every object that was uploaded in parts that the SDK
/// cannot check the checksum of such an object.
const MUTED: [&str; 2] = [
    "lambda_runtime::layers::panic",
    "aws_sdk_s3::http_response_checksum",
];

/// The Lambda's program has the name that its platform asks for.
fn is_ours(target: &str) -> bool {
    target.starts_with("rowgate") || target.split("::").next() == Some("bootstrap")
}

/// Logs a failure: its cause chain, its class and kind, and what was given; of a bug the backtrace
/// too. What is the caller's to mend is a warning, the rest are errors.
pub fn log_failure(event: Event, error: &Error, summary: &PayloadSummary) {
    let event = event.as_str();
    let exception: &(dyn std::error::Error + 'static) = error;
    let class = error.kind().whose();
    let kind = error.kind().as_str();
    match class {
        Whose::Caller => tracing::warn!(
            event,
            exception,
            error_class = class.as_str(),
            error_kind = kind,
            input_payload_summary = %summary,
        ),
        Whose::Dependency | Whose::Bug => tracing::error!(
            event,
            exception,
            error_class = class.as_str(),
            error_kind = kind,
            input_payload_summary = %summary,
            backtrace = error.backtrace().map(field::display),
        ),
    }
}

#[cfg(test)]
mod tests;
