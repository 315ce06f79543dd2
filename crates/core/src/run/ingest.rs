//! The main job: judge a source, land what was accepted, quarantine what was not, report.

use std::panic::AssertUnwindSafe;

use bytes::Bytes;
use futures_util::FutureExt as _;
use tracing::{info, instrument};

use crate::batch::Batch;
use crate::checksum::Crc64;
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result, Role};
use crate::event::Event;
use crate::header::Opened;
use crate::landing::{Landing, Sealed};
use crate::ledger::Balanced;
use crate::plan::QUARANTINE_COLUMNS;
use crate::quarantine::QuarantineWriter;
use crate::report::{OutputReport, RecordError, RejectsReport, Report, Status};
use crate::run::judge::{Sink, judge};
use crate::run::{Existing, Job, Judged, Landings, cancelled};
use crate::store::{Condition, Found, ObjectStore, Place, Source, WriteOptions};

/// The media type of the destination and of the quarantine.
const CSV: &str = "text/csv; charset=utf-8";
/// The media type of the report.
const JSON: &str = "application/json";
/// How every report begins.
const REPORT_HEAD: &[u8] = b"{\n  \"rowgate_version\"";

/// Where a run writes.
#[derive(Clone, Debug)]
pub struct Places<S> {
    /// The accepted records.
    pub destination: Place<S>,
    /// The rejected records.
    pub quarantine: Place<S>,
    /// The report.
    pub report: Place<S>,
}

/// Lands a source: the accepted records at the destination, the rejected ones in quarantine, and a
/// report that accounts for both. Returns the report, whose status is [`Status::Landed`] or
/// [`Status::Refused`]; refused data leaves quarantine and report, and no destination.
///
/// # Errors
///
/// Whatever stops the run, of the caller's, a dependency's or our own. Then nothing became visible,
/// except that the quarantine, which is published first, may be there without its destination; the
/// next run replaces it.
///
/// # Cancel safety
///
/// Cancel it by [`Control::cancel`]: both uploads are aborted. If the future is dropped instead,
/// uploads may be left open in the store.
#[instrument(name = "run", skip_all, fields(run_id = %job.run_id))]
pub async fn ingest<Src: Source, S: ObjectStore>(
    job: &Job,
    source: &Src,
    places: Places<S>,
    landings: &Landings,
    control: &Control,
) -> Result<Report> {
    let started_at = control.clock.now();
    let looked = control
        .cancel
        .run_until_cancelled(look(job, &places, landings.existing));
    let options = looked.await.ok_or_else(cancelled)??;
    info!(
        event = Event::RunStarted.as_str(),
        source = %source.identity().uri,
        destination = %places.destination.uri,
    );
    let bytes_max = source.identity().bytes;
    let Places {
        destination,
        quarantine,
        report,
    } = places;
    let mut writers = Writers {
        destination: Landing::begin(
            destination,
            Role::Destination,
            options.destination,
            landings.options.clone(),
            bytes_max,
        ),
        quarantine: Landing::begin(
            quarantine,
            Role::Quarantine,
            options.quarantine,
            landings.options.clone(),
            None,
        ),
        rows: None,
        buffer: Vec::new(),
        control,
    };
    // A panic is a bug like any other: what the store holds is dropped before it is told.
    let guarded =
        AssertUnwindSafe(judge_and_flush(job, source, control, &mut writers)).catch_unwind();
    let judged = match guarded.await.unwrap_or_else(|panic| Err(panicked(&*panic))) {
        Ok(judged) => judged,
        Err(err) => {
            writers.abort().await;
            return Err(err);
        }
    };
    let landed = publish(judged, writers).await?;
    let made = landed.into_report(job, source, started_at, control);
    write_report(&report, &options.report, made).await
}

async fn judge_and_flush<Src: Source, S: ObjectStore>(
    job: &Job,
    source: &Src,
    control: &Control,
    writers: &mut Writers<'_, S>,
) -> Result<Judged> {
    let judged = judge(job, source, control, writers).await?;
    writers.flush().await?;
    Ok(judged)
}

/// Returns what a panic said. The writers are not used again but to abort them.
fn panicked(panic: &(dyn std::any::Any + Send)) -> Error {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::bug(format!(
        "the run panicked: {}",
        said.unwrap_or("without a message")
    ))
}

/// How each object is to be written.
struct Options {
    destination: WriteOptions,
    quarantine: WriteOptions,
    report: WriteOptions,
}

/// Looks at what is there, before anything is read, and decides on which condition to write.
async fn look<S: ObjectStore>(
    job: &Job,
    places: &Places<S>,
    existing: Existing,
) -> Result<Options> {
    let options = |content_type, condition| WriteOptions {
        run: job.run_id.clone(),
        content_type,
        condition,
    };
    let destination = condition(look_at_destination(&places.destination, existing).await?);
    let found = found_at(&places.quarantine, Role::Quarantine).await?;
    let is_ours = |found: &Found| {
        found.run.is_some() || found.head.starts_with(QUARANTINE_COLUMNS[0].as_bytes())
    };
    if found.as_ref().is_some_and(|f| !is_ours(f)) && existing == Existing::Keep {
        return Err(exists("quarantine", &places.quarantine.uri));
    }
    let quarantine = condition(found);
    let found = found_at(&places.report, Role::Report).await?;
    let is_ours = |found: &Found| found.run.is_some() || found.head.starts_with(REPORT_HEAD);
    if found.as_ref().is_some_and(|f| !is_ours(f)) && existing == Existing::Keep {
        return Err(exists("report", &places.report.uri));
    }
    Ok(Options {
        destination: options(CSV, destination),
        quarantine: options(CSV, quarantine),
        report: options(JSON, condition(found)),
    })
}

/// Returns what is at a destination, before a run begins.
///
/// # Errors
///
/// [`ErrorKind::DestinationExists`] if something is there that may not be replaced, or the store's
/// refusal.
pub async fn look_at_destination<S: ObjectStore>(
    place: &Place<S>,
    existing: Existing,
) -> Result<Option<Found>> {
    let found = found_at(place, Role::Destination).await?;
    if found.is_some() && existing == Existing::Keep {
        return Err(exists("destination", &place.uri));
    }
    Ok(found)
}

async fn found_at<S: ObjectStore>(place: &Place<S>, role: Role) -> Result<Option<Found>> {
    let found = place.store.look(&place.key).await;
    found.map_err(|fault| Error::store("write", role, place.uri.as_str(), fault))
}

fn condition(found: Option<Found>) -> Condition {
    found.map_or(Condition::Absent, |found| Condition::Unchanged(found.tag))
}

fn exists(what: &str, uri: &str) -> Error {
    Error::new(
        ErrorKind::DestinationExists,
        format!("the {what} `{uri}` exists"),
    )
}

/// Both outputs of a run while it goes on.
struct Writers<'a, S: ObjectStore> {
    destination: Landing<S>,
    quarantine: Landing<S>,
    rows: Option<QuarantineWriter>,
    buffer: Vec<u8>,
    control: &'a Control,
}

impl<S: ObjectStore> Writers<'_, S> {
    async fn flush(&mut self) -> Result<()> {
        let flushed = self.control.cancel.run_until_cancelled(async {
            self.quarantine.flush().await?;
            self.destination.flush().await
        });
        flushed.await.ok_or_else(cancelled)?
    }

    async fn abort(self) {
        self.destination.abort().await;
        self.quarantine.abort().await;
    }

    async fn write_quarantine(&mut self) -> Result<()> {
        let written = self.quarantine.write(&self.buffer);
        self.control
            .cancel
            .run_until_cancelled(written)
            .await
            .ok_or_else(cancelled)??;
        self.buffer.clear();
        Ok(())
    }
}

impl<S: ObjectStore> Sink for Writers<'_, S> {
    async fn opened(&mut self, opened: &Opened, names: &[&str]) -> Result<()> {
        let rows = QuarantineWriter::new(opened.dialect, names.len());
        let own_header = opened
            .header
            .get(opened.own_header_at..)
            .unwrap_or_default();
        // A header that is no text cannot stand in a quarantine that is.
        let shown = if str::from_utf8(own_header).is_ok() {
            own_header
        } else {
            &[]
        };
        rows.header(shown, names, &mut self.buffer);
        self.rows = Some(rows);
        self.write_quarantine().await?;
        self.accepted(own_header).await
    }

    async fn accepted(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.destination.write(bytes);
        self.control
            .cancel
            .run_until_cancelled(written)
            .await
            .ok_or_else(cancelled)??;
        Ok(())
    }

    async fn rejected(
        &mut self,
        batch: &Batch,
        idx: usize,
        own_start: usize,
        errors: &[RecordError],
    ) -> Result<()> {
        if let Some(rows) = &mut self.rows {
            rows.row(batch, idx, own_start, errors, &mut self.buffer);
        }
        self.write_quarantine().await
    }

    async fn refused_header(&mut self, _: &[RecordError]) -> Result<()> {
        Ok(())
    }

    fn vouch(&self, books: &Balanced, bytes_passed_on: u64) -> Result<()> {
        let n_rows = self.rows.as_ref().map_or(0, QuarantineWriter::n_rows);
        books.vouch(n_rows, self.destination.bytes_written(), bytes_passed_on)
    }
}

/// A run whose outputs are visible, and whose report is still to be written.
struct Landed {
    judged: Judged,
    output: Option<OutputReport>,
    rejects: RejectsReport,
}

/// Makes the outputs visible, quarantine first: accepted records never appear without the account of
/// those that were turned away. Data that is refused does not appear.
async fn publish<S: ObjectStore>(judged: Judged, writers: Writers<'_, S>) -> Result<Landed> {
    let destination = writers.destination.seal();
    let quarantine = writers.quarantine.seal();
    if writers.control.cancel.is_cancelled() {
        destination.abort().await;
        quarantine.abort().await;
        return Err(cancelled());
    }
    let destination: Option<Sealed<S>> = if judged.refusal.is_none() {
        Some(destination)
    } else {
        destination.abort().await;
        None
    };
    let rejects = match quarantine.publish().await {
        Ok(receipt) => RejectsReport {
            uri: receipt.uri,
            records: judged.counts.records.rejected,
        },
        Err(err) => {
            if let Some(destination) = destination {
                destination.abort().await;
            }
            return Err(err);
        }
    };
    let output = match destination {
        Some(destination) => Some(OutputReport::new(destination.publish().await?)),
        None => None,
    };
    Ok(Landed {
        judged,
        output,
        rejects,
    })
}

impl Landed {
    fn into_report<Src: Source>(
        self,
        job: &Job,
        source: &Src,
        started_at: jiff::Timestamp,
        control: &Control,
    ) -> Report {
        let status = match self.output {
            Some(_) => Status::Landed,
            None => Status::Refused,
        };
        let mut report = self.judged.into_report(
            job,
            source.identity(),
            status,
            started_at,
            control.clock.now(),
        );
        report.output = self.output;
        report.rejects = Some(self.rejects);
        let event = match status {
            Status::Landed | Status::Validated => Event::RunLanded,
            Status::Refused => Event::RunRefused,
        };
        info!(
            event = event.as_str(),
            records.read = report.records.read,
            records.accepted = report.records.accepted,
            records.rejected = report.records.rejected,
            parts = report.output.as_ref().map(|output| output.parts),
        );
        report
    }
}

async fn write_report<S: ObjectStore>(
    place: &Place<S>,
    options: &WriteOptions,
    report: Report,
) -> Result<Report> {
    let text = Bytes::from(report.to_json()?);
    let crc64 = Crc64::of(&text);
    let written = place.store.put(&place.key, text, crc64, options).await;
    written.map_err(|fault| Error::store("write", Role::Report, place.uri.as_str(), fault))?;
    Ok(report)
}
