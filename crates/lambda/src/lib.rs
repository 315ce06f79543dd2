//! rowgate as an AWS Lambda function.
//!
//! It translates: an event into a job of `rowgate-app`, its outcome into an answer. Nothing of an
//! invocation outlives it: what a warm process keeps is an [`App`], which holds settings, one S3
//! client and a bounded cache of schemas.

mod event;
mod trace;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
pub use lambda_runtime::{Context, Diagnostic};
use rowgate_app::jobs::{App, control};
use rowgate_app::outcome::lambda_error_type;
use rowgate_app::telemetry::{PayloadSummary, log_failure};
use rowgate_core::report::Report;
use rowgate_core::{Error, Result};
use serde_json::value::RawValue;
use tracing::{Instrument as _, field, info_span};

pub use crate::event::{DirectEvent, Event};

/// Does what an event asks for, and returns the report: of data that landed or was refused.
///
/// # Errors
///
/// Whatever stops the run, as an error with the caller's, a dependency's or our own name on it.
///
/// # Cancel safety
///
/// Safe: the run is cancelled, and aborts its uploads.
pub async fn handle(app: &App, event: &RawValue) -> Result<Report> {
    let Event::Direct(event) = Event::parse(event)?;
    let request = event.into_request(&app.settings().lambda)?;
    app.ingest(request, &control()).await
}

/// Handles an invocation as Lambda sees it: with its identity in every log line, and an error or a
/// panic as a line of its own and an `errorType` that one can branch on.
///
/// # Errors
///
/// As [`handle`], as Lambda reports them.
pub async fn invoke(app: &App, event: &RawValue, context: &Context) -> Result<Report, Diagnostic> {
    let span = info_span!("invocation", request_id = %context.request_id, trace_id = field::Empty);
    let trace = context.xray_trace_id.as_deref().and_then(trace::trace_id);
    if let Some(trace_id) = trace {
        span.record("trace_id", trace_id);
    }
    let handled = async {
        let handled = AssertUnwindSafe(handle(app, event)).catch_unwind().await;
        let handled = handled.unwrap_or_else(|_| Err(panicked()));
        handled.map_err(|err| {
            log_failure(
                rowgate_core::event::Event::RequestFailed,
                &err,
                &summary(event),
            );
            Diagnostic {
                error_type: lambda_error_type(err.kind()).to_owned(),
                error_message: err.chain(),
            }
        })
    };
    handled.instrument(span).await
}

fn summary(event: &RawValue) -> PayloadSummary {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let summary = PayloadSummary::new().count("byte_count", count(event.get().len()));
    match Event::field_count(event) {
        Some(n_fields) => summary
            .kind("payload", "object")
            .count("field_count", count(n_fields)),
        None => summary.kind("payload", "other"),
    }
}

/// What the panic said is left out: it may quote the data.
fn panicked() -> Error {
    Error::bug("the handler panicked")
}
