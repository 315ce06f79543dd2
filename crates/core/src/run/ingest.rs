//! The main job: judge a source, land what was accepted, quarantine what was not, report.

use tokio_util::sync::CancellationToken;
use tracing::{info, instrument};

use crate::batch::Batch;
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result, Role, Whose};
use crate::event::Event;
use crate::gate::Redaction;
use crate::guard::guarded;
use crate::header::Opened;
use crate::landing::{Landing, Receipt, Sealed};
use crate::ledger::{Balanced, Extra};
use crate::plan::QUARANTINE_COLUMNS;
use crate::quarantine::{
    JsonLines, QuarantineOptions, QuarantineWriter, RejectsFormat, RejectsValues, begins_as_lines,
};
use crate::report::{OutputReport, RecordError, RejectsReport, Report, Status};
use crate::run::judge::{Sink, judge};
use crate::run::{Existing, Job, Judged, Landings};
use crate::scan::to_u64;
use crate::schema::FormulaPolicy;
use crate::store::{Condition, Found, ObjectKind, ObjectStore, Place, Source, WriteOptions};

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
/// Whatever stops the run, of the caller's, a dependency's or our own. Then the destination did not
/// become visible, unless the message says that it landed and only the report is missing. The
/// quarantine, which is published first, may be there without its destination; the next run replaces
/// it.
///
/// # Cancel safety
///
/// Cancel it by [`Control::cancel`]: both uploads are aborted, unless the run publishes already. If
/// the future is dropped instead, uploads may be left open in the store.
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
        .run_until_cancelled(look(job, &places, landings));
    let options = looked.await.ok_or_else(Error::cancelled)??;
    info!(
        event = Event::RunStarted.as_str(),
        source = %source.identity().uri,
        destination = %places.destination.uri,
    );
    let mut writers = Writers::begin(
        &places,
        &options,
        output_bytes_max(job, source.identity().bytes),
        landings,
        control,
    );
    // A panic is a bug like any other: what the store holds is dropped before it is told.
    let judged = match guarded(Box::pin(judge(job, source, control, &mut writers))).await {
        Ok(judged) => judged,
        Err(err) => {
            writers.abort().await;
            return Err(err);
        }
    };
    let landed = publish(judged, writers).await?;
    let made = landed.into_report(job, source, started_at, control);
    let written = write_report(&places, options.report, landings, &made).await;
    written.map_err(|err| unreported(&made, err))?;
    Ok(made)
}

/// Says of a report that could not be written what is there all the same.
fn unreported(report: &Report, err: Error) -> Error {
    let kind = match err.kind().whose() {
        Whose::Bug => ErrorKind::Bug,
        Whose::Caller | Whose::Dependency => ErrorKind::Dependency,
    };
    let message = match &report.output {
        Some(output) => format!("`{}` landed, but its report was not written", output.uri),
        None => "the data was refused, and its report was not written".to_owned(),
    };
    Error::caused(kind, message, err)
}

/// How each object is to be written.
struct Options {
    destination: WriteOptions,
    quarantine: WriteOptions,
    report: WriteOptions,
}

/// Looks at every place of a run, as [`ingest`] does before anything is read.
///
/// # Errors
///
/// [`ErrorKind::DestinationExists`] if something is there that may not be replaced, or the store's
/// refusal.
pub async fn look_at_places<S: ObjectStore>(
    job: &Job,
    places: &Places<S>,
    landings: &Landings,
) -> Result<()> {
    look(job, places, landings).await.map(drop)
}

/// Looks at what is there, before anything is read, and decides on which condition to write.
async fn look<S: ObjectStore>(
    job: &Job,
    places: &Places<S>,
    landings: &Landings,
) -> Result<Options> {
    let existing = landings.existing;
    let quarantine_kind = match landings.quarantine.format {
        RejectsFormat::Csv => ObjectKind::Quarantine,
        RejectsFormat::JsonLines => ObjectKind::QuarantineLines,
    };
    let options = |kind, found: Option<Found>| WriteOptions {
        run: job.run_id.clone(),
        kind,
        condition: found.map_or(Condition::Absent, |found| Condition::Unchanged(found.tag)),
    };
    let destination = look_at_destination(&places.destination, existing).await?;
    let quarantine = found_at(&places.quarantine, Role::Quarantine).await?;
    let quarantine = replaceable(quarantine, quarantine_kind, existing, &places.quarantine)?;
    let report = found_at(&places.report, Role::Report).await?;
    let report = replaceable(report, ObjectKind::Report, existing, &places.report)?;
    Ok(Options {
        destination: options(ObjectKind::Destination, destination),
        quarantine: options(quarantine_kind, quarantine),
        report: options(ObjectKind::Report, report),
    })
}

/// Lets a quarantine or a report of ours be replaced: there is no destination yet that it belongs to.
/// What anybody else wrote is kept, as a destination is.
fn replaceable<S>(
    found: Option<Found>,
    kind: ObjectKind,
    existing: Existing,
    place: &Place<S>,
) -> Result<Option<Found>> {
    let is_ours = |found: &Found| {
        let begins_as_ours = match kind {
            ObjectKind::Destination => false,
            ObjectKind::Quarantine => found.head.starts_with(QUARANTINE_COLUMNS[0].as_bytes()),
            // An empty one is known by its metadata alone: any file may be empty.
            ObjectKind::QuarantineLines => begins_as_lines(&found.head),
            ObjectKind::Report => found.head.starts_with(Report::HEAD.as_bytes()),
        };
        begins_as_ours || found.kind.as_deref() == Some(kind.as_str())
    };
    match found {
        Some(found) if existing == Existing::Keep && !is_ours(&found) => {
            Err(exists(kind.as_str(), &place.uri))
        }
        found => Ok(found),
    }
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

fn exists(what: &str, uri: &str) -> Error {
    Error::new(
        ErrorKind::DestinationExists,
        format!("the {what} `{uri}` exists"),
    )
}

/// How long a destination may become. What is accepted is passed on as it was read, so it is never
/// more than was read, unless cells are escaped.
fn output_bytes_max(job: &Job, source_bytes: Option<u64>) -> Option<u64> {
    match job.schema.extension().formulas {
        FormulaPolicy::Allow | FormulaPolicy::Reject => source_bytes,
        FormulaPolicy::Escape => None,
    }
}

/// Both outputs of a run while it goes on.
struct Writers<S: ObjectStore> {
    destination: Landing<S>,
    quarantine: Landing<S>,
    quarantined: QuarantineOptions,
    rows: Option<Rows>,
    buffer: Vec<u8>,
    cancel: CancellationToken,
}

/// Who writes the quarantine, once the dialect is known.
enum Rows {
    Csv(QuarantineWriter),
    Lines(JsonLines),
}

impl<S: ObjectStore> Writers<S> {
    fn begin(
        places: &Places<S>,
        options: &Options,
        destination_bytes_max: Option<u64>,
        landings: &Landings,
        control: &Control,
    ) -> Self {
        let cancel = &control.cancel;
        let begin = |place: &Place<S>, role, options: &WriteOptions, bytes_max| {
            let sending = landings.options.clone();
            Landing::begin(
                place.clone(),
                role,
                options.clone(),
                sending,
                bytes_max,
                cancel.clone(),
            )
        };
        Self {
            destination: begin(
                &places.destination,
                Role::Destination,
                &options.destination,
                destination_bytes_max,
            ),
            quarantine: begin(
                &places.quarantine,
                Role::Quarantine,
                &options.quarantine,
                None,
            ),
            quarantined: landings.quarantine,
            rows: None,
            buffer: Vec::new(),
            cancel: cancel.clone(),
        }
    }

    async fn abort(self) {
        self.destination.abort().await;
        self.quarantine.abort().await;
    }

    async fn write_quarantine(&mut self) -> Result<()> {
        self.quarantine.write(&self.buffer).await?;
        self.buffer.clear();
        Ok(())
    }
}

impl<S: ObjectStore> Sink for Writers<S> {
    async fn opened(&mut self, opened: &Opened, names: &[&str]) -> Result<()> {
        let own_header = opened.own_header_bytes();
        let is_redacting = self.quarantined.values == RejectsValues::Redacted;
        let plan = opened.bound.as_ref().ok();
        let redaction = plan.filter(|_| is_redacting).and_then(Redaction::of);
        self.rows = Some(match self.quarantined.format {
            RejectsFormat::JsonLines => Rows::Lines(JsonLines::new(opened.dialect, redaction)),
            RejectsFormat::Csv => {
                // A header that is no text cannot stand in a quarantine that is; and one that does not
                // match may be a record of values that are not to be shown.
                let is_shown =
                    str::from_utf8(&own_header).is_ok() && !(is_redacting && plan.is_none());
                let shown = if is_shown {
                    opened.own_header.as_slice()
                } else {
                    &[]
                };
                let rows = QuarantineWriter::new(opened.dialect, names.len()).redacting(redaction);
                rows.header(shown, names, &mut self.buffer);
                Rows::Csv(rows)
            }
        });
        self.write_quarantine().await?;
        self.accepted(&own_header).await
    }

    async fn accepted(&mut self, bytes: &[u8]) -> Result<()> {
        self.destination.write(bytes).await
    }

    async fn rejected(
        &mut self,
        batch: &Batch,
        idx: usize,
        own_start: usize,
        errors: &[RecordError],
    ) -> Result<()> {
        match &mut self.rows {
            Some(Rows::Csv(rows)) => rows.row(batch, idx, own_start, errors, &mut self.buffer),
            Some(Rows::Lines(rows)) => rows.row(batch, idx, own_start, errors, &mut self.buffer)?,
            None => {}
        }
        self.write_quarantine().await
    }

    async fn refused_header(&mut self, _: &[RecordError]) -> Result<()> {
        Ok(())
    }

    fn vouch(&self, books: &Balanced, extra: Extra) -> Result<()> {
        let n_rows = match &self.rows {
            Some(Rows::Csv(rows)) => rows.n_rows(),
            Some(Rows::Lines(rows)) => rows.n_rows(),
            None => 0,
        };
        books.vouch(n_rows, self.destination.bytes_written(), extra)
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
async fn publish<S: ObjectStore>(judged: Judged, writers: Writers<S>) -> Result<Landed> {
    let quarantine = match writers.quarantine.seal().await {
        Ok(quarantine) => quarantine,
        Err(err) => {
            writers.destination.abort().await;
            return Err(err);
        }
    };
    let destination = match writers.destination.seal().await {
        Ok(destination) => destination,
        Err(err) => {
            quarantine.abort().await;
            return Err(err);
        }
    };
    // From here on the run is carried through: half of it would be worse than either end.
    if writers.cancel.is_cancelled() {
        destination.abort().await;
        quarantine.abort().await;
        return Err(Error::cancelled());
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
        let mut report =
            self.judged
                .into_report(job, source, status, started_at, control.clock.now());
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
    places: &Places<S>,
    options: WriteOptions,
    landings: &Landings,
    report: &Report,
) -> Result<Receipt> {
    let text = report.to_json()?;
    let bytes_max = Some(to_u64(text.len()));
    let sending = landings.options.clone();
    // Nobody stops it: what it reports is there.
    let cancel = CancellationToken::new();
    let place = places.report.clone();
    let mut landing = Landing::begin(place, Role::Report, options, sending, bytes_max, cancel);
    if let Err(err) = guarded(landing.write(text.as_bytes())).await {
        landing.abort().await;
        return Err(err);
    }
    landing.seal().await?.publish().await
}
