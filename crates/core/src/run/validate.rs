//! The same validation without a destination.

use tracing::{info, instrument};

use crate::batch::Batch;
use crate::control::Control;
use crate::error::Result;
use crate::event::Event;
use crate::header::Opened;
use crate::ledger::{Balanced, Extra};
use crate::report::{RecordError, Report, Status};
use crate::run::Job;
use crate::run::judge::{Sink, judge};
use crate::store::Source;

/// Validates a source; hands every error to `on_error`, in order, and returns the report.
///
/// The report's status is [`Status::Validated`], or [`Status::Refused`] if the header does not match
/// or a limit was passed.
///
/// # Errors
///
/// The source cannot be read, is empty or changed; or a limit of memory was passed.
///
/// # Cancel safety
///
/// Safe: nothing was written.
#[instrument(name = "run", skip_all, fields(run_id = %job.run_id))]
pub async fn validate<S: Source>(
    job: &Job,
    source: &S,
    control: &Control,
    on_error: impl FnMut(&RecordError) + Send,
) -> Result<Report> {
    let started_at = control.clock.now();
    info!(event = Event::RunStarted.as_str(), source = %source.identity().uri);
    let mut sink = ErrorSink { on_error };
    let judged = judge(job, source, control, &mut sink).await?;
    let status = match judged.refusal {
        Some(_) => Status::Refused,
        None => Status::Validated,
    };
    let report = judged.into_report(job, source, status, started_at, control.clock.now());
    let event = match status {
        Status::Refused => Event::RunRefused,
        Status::Validated | Status::Landed => Event::RunValidated,
    };
    info!(
        event = event.as_str(),
        records.read = report.records.read,
        records.accepted = report.records.accepted,
        records.rejected = report.records.rejected,
    );
    Ok(report)
}

/// Hands errors on, and nothing else.
struct ErrorSink<F> {
    on_error: F,
}

impl<F: FnMut(&RecordError) + Send> Sink for ErrorSink<F> {
    async fn opened(&mut self, _: &Opened, _: &[&str]) -> Result<()> {
        Ok(())
    }

    async fn accepted(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }

    async fn rejected(
        &mut self,
        _: &Batch,
        _: usize,
        _: usize,
        errors: &[RecordError],
    ) -> Result<()> {
        errors.iter().for_each(&mut self.on_error);
        Ok(())
    }

    async fn refused_header(&mut self, errors: &[RecordError]) -> Result<()> {
        errors.iter().for_each(&mut self.on_error);
        Ok(())
    }

    fn vouch(&self, _: &Balanced, _: Extra) -> Result<()> {
        Ok(())
    }
}
