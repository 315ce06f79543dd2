//! The middle of a run: batches to verdicts, in order, into a sink.

use crate::batch::Batch;
use crate::control::Control;
use crate::error::{Error, Result};
use crate::gate::{Fault, Gate, Rejected, Stretch, Verdicts, oversized};
use crate::header::{Opened, Opener};
use crate::keys::{Keys, line_of};
use crate::ledger::{Balanced, Extra, Ledger, ReadTotals};
use crate::plan::{HeaderFault, Plan};
use crate::report::{Counts, DialectReport, RecordError};
use crate::run::reader::{Batches, Reader};
use crate::run::{Job, Judged, Refusal, RejectsMax, refusal_at_end};
use crate::scan::{Kind, More, Scanner, to_u64};
use crate::store::Source;
use crate::text::shorten;

/// Where judged records go.
pub(super) trait Sink: Send {
    /// Takes the header, once; `names` are the columns' names.
    fn opened(
        &mut self,
        opened: &Opened,
        names: &[&str],
    ) -> impl Future<Output = Result<()>> + Send;

    /// Takes accepted records, as they were read.
    fn accepted(&mut self, bytes: &[u8]) -> impl Future<Output = Result<()>> + Send;

    /// Takes the record at `idx` of the batch, with everything that is wrong with it.
    fn rejected(
        &mut self,
        batch: &Batch,
        idx: usize,
        own_start: usize,
        errors: &[RecordError],
    ) -> impl Future<Output = Result<()>> + Send;

    /// Takes what is wrong with the header.
    fn refused_header(&mut self, errors: &[RecordError])
    -> impl Future<Output = Result<()>> + Send;

    /// Checks its own counts against balanced books.
    fn vouch(&self, books: &Balanced, extra: Extra) -> Result<()>;
}

/// Judges a whole source into a sink, or as much of it as the limits allow.
pub(super) async fn judge<S: Source>(
    job: &Job,
    source: &S,
    control: &Control,
    sink: &mut impl Sink,
) -> Result<Judged> {
    let mut reader = Reader::open(source, control).await?;
    let opened = open(job, &mut reader).await?;
    let names = names(job, &opened);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    sink.opened(&opened, &names).await?;
    let dialect = DialectReport::new(opened.dialect, job.dialect.has_header());
    let mut ledger = Ledger::new(job.limits.samples_max);
    ledger.pass_overhead(opened.position.byte_offset);
    let plan = match &opened.bound {
        Ok(plan) => plan,
        Err(faults) => {
            let errors = header_errors(&opened, faults);
            sink.refused_header(&errors).await?;
            for error in &errors {
                ledger.add_error(None, error);
            }
            let read = ReadTotals {
                records: 0,
                bytes: opened.position.byte_offset,
            };
            return Ok(Judged {
                counts: Counts::from(ledger.balance(read)?),
                summaries: Vec::new(),
                dialect,
                refusal: Some(Refusal::Header),
                complete: false,
                source_bytes: source.stored_bytes().unwrap_or(read.bytes),
            });
        }
    };
    ledger.open_columns(plan);
    let scanner = Scanner::new(opened.dialect, job.limits.record_bytes_max, opened.position);
    let own_header = opened
        .header
        .get(opened.own_header_at..)
        .unwrap_or_default();
    let mut judge = Judge {
        batches: reader.into_batches(scanner, &opened.rest, job.limits.batch_bytes),
        plan,
        job,
        control,
        ledger,
        bytes_left_out: 0,
        sink,
    };
    let stopped = judge.run().await?;
    let Judge {
        batches,
        ledger,
        bytes_left_out,
        sink,
        ..
    } = judge;
    let records = ledger.records();
    let (read, refusal, complete) = match stopped {
        Some(stopped) => (stopped.read, Some(stopped.refusal), false),
        None => (
            batches.totals(),
            refusal_at_end(&job.limits, records.accepted, records.rejected),
            true,
        ),
    };
    let books = ledger.balance(read)?;
    let extra = Extra {
        header: to_u64(own_header.len()),
        left_out: bytes_left_out,
    };
    sink.vouch(&books, extra)?;
    Ok(Judged {
        counts: Counts::from(books),
        summaries: Vec::new(),
        dialect,
        refusal,
        complete,
        source_bytes: source.stored_bytes().unwrap_or(read.bytes),
    })
}

async fn open<S: Source>(job: &Job, reader: &mut Reader<'_, S>) -> Result<Opened> {
    let mut opener = Opener::new(&job.dialect, job.limits.record_bytes_max);
    loop {
        let more = reader.pull(|chunk| opener.push(chunk)).await?;
        if let Some(opened) = opener.open(&job.schema, more)? {
            return Ok(opened);
        }
        if more == More::None {
            return Err(crate::Error::bug(
                "a source ended before its beginning was read",
            ));
        }
    }
}

/// Returns the columns' names: the plan's, or the schema's where there is none.
fn names(job: &Job, opened: &Opened) -> Vec<String> {
    match &opened.bound {
        Ok(plan) => plan.columns().iter().map(|c| c.name().to_owned()).collect(),
        Err(_) => job
            .schema
            .fields()
            .iter()
            .map(|f| f.name().to_owned())
            .collect(),
    }
}

fn header_errors(opened: &Opened, faults: &[HeaderFault]) -> Vec<RecordError> {
    let at_line = opened.position.line.saturating_sub(1).max(1);
    let offset = opened
        .position
        .byte_offset
        .saturating_sub(to_u64(opened.header.len()));
    let errors = faults.iter().map(|fault| RecordError {
        record: None,
        line: at_line,
        byte_offset: offset,
        column: fault.column.as_deref().map(shorten),
        code: fault.code,
        message: RecordError::message(&fault.expected, fault.found.as_deref()),
        value: fault.found.as_deref().map(shorten),
    });
    errors.collect()
}

struct Judge<'a, S: Source, K: Sink> {
    batches: Batches<'a, S>,
    plan: &'a Plan,
    job: &'a Job,
    control: &'a Control,
    ledger: Ledger,
    bytes_left_out: u64,
    sink: &'a mut K,
}

/// What stopped a run early.
struct Stopped {
    refusal: Refusal,
    /// What had been settled by then.
    read: ReadTotals,
    /// The last stretch of the batch that was settled.
    idx: usize,
}

impl<S: Source, K: Sink> Judge<'_, S, K> {
    async fn run(&mut self) -> Result<Option<Stopped>> {
        let mut gate = Gate::new(self.plan);
        let mut keys = Keys::new(self.plan, self.job.limits.unique_bytes_max);
        let mut batch = Batch::default();
        let mut verdicts = Verdicts::default();
        while self.batches.next(&mut batch).await? {
            let n_stretches = batch.index().records().len();
            let mut first = 0;
            while first < n_stretches {
                gate.judge(&batch, first..n_stretches, &mut verdicts);
                let settled = keys.settle(&batch, &mut verdicts);
                if let Some(stopped) = self.pass_on(&batch, &verdicts).await? {
                    // Only what was settled counts, wherever a batch or a slice ends.
                    gate.judge(&batch, first..stopped.idx + 1, &mut verdicts);
                    self.ledger.add_missing(verdicts.missing());
                    return Ok(Some(stopped));
                }
                settled?;
                self.ledger.add_missing(verdicts.missing());
                first = verdicts.slice().end;
                let records = self.ledger.records();
                self.control
                    .progress
                    .set_records(records.accepted, records.rejected);
            }
        }
        Ok(None)
    }

    /// Books a slice and hands it to the sink, in order.
    async fn pass_on(&mut self, batch: &Batch, verdicts: &Verdicts) -> Result<Option<Stopped>> {
        for stretch in verdicts.stretches(batch) {
            match stretch {
                Stretch::Accepted { first, end } => self.accept(batch, first, end).await?,
                Stretch::Passed { idx } => self.pass(batch, idx),
                Stretch::Rejected(rejected) => {
                    let number = self.reject(batch, rejected).await?;
                    let n_rejected = self.ledger.records().rejected;
                    if let Some(max @ RejectsMax::Count(n_max)) = self.job.limits.rejects_max
                        && n_rejected > n_max
                    {
                        let record = batch.index().records().get(rejected.idx);
                        let read = ReadTotals {
                            records: number,
                            bytes: batch.base().byte_offset + record.map_or(0, |r| to_u64(r.next)),
                        };
                        let refusal = Refusal::TooManyRejects {
                            rejected: n_rejected,
                            max,
                        };
                        return Ok(Some(Stopped {
                            refusal,
                            read,
                            idx: rejected.idx,
                        }));
                    }
                }
            }
        }
        Ok(None)
    }

    async fn accept(&mut self, batch: &Batch, first: usize, end: usize) -> Result<()> {
        let records = batch.index().records().get(first..end).unwrap_or_default();
        let (Some(start), Some(next)) = (
            records.first().map(|r| r.start),
            records.last().map(|r| r.next),
        ) else {
            return Ok(());
        };
        self.ledger
            .accept(to_u64(records.len()), to_u64(next - start));
        if self.plan.n_stripped() == 0 {
            return self.hand_on(batch.bytes().get(start..next)).await;
        }
        for idx in first..end {
            let own_start = self.own_start(batch, idx);
            let record = batch.index().records().get(idx);
            self.bytes_left_out += record.map_or(0, |r| to_u64(own_start - r.start));
            let own = record.and_then(|r| batch.bytes().get(own_start..r.next));
            self.hand_on(own).await?;
        }
        Ok(())
    }

    async fn hand_on(&mut self, bytes: Option<&[u8]>) -> Result<()> {
        let bytes = bytes.ok_or_else(|| Error::bug("an accepted record is not in its batch"))?;
        self.sink.accepted(bytes).await
    }

    fn pass(&mut self, batch: &Batch, idx: usize) {
        let Some(record) = batch.index().records().get(idx) else {
            return;
        };
        let n_bytes = to_u64(record.next - record.start);
        match record.kind {
            Kind::Piece => self.ledger.reject_piece(n_bytes),
            Kind::Overhead | Kind::Fields | Kind::Blank | Kind::BrokenQuote | Kind::Oversized => {
                self.ledger.pass_overhead(n_bytes);
            }
        }
    }

    /// Books and hands on a rejected record; returns its number.
    async fn reject(&mut self, batch: &Batch, rejected: &Rejected) -> Result<u64> {
        let records_before = batch
            .index()
            .records()
            .get(rejected.idx)
            .map_or(0, |r| r.records_before);
        let number = batch.base().records_before + to_u64(records_before) + 1;
        let errors = self.errors(batch, rejected, number);
        let record = batch.index().records().get(rejected.idx);
        self.ledger
            .reject(record.map_or(0, |r| to_u64(r.next - r.start)));
        for (fault, error) in rejected.faults.iter().zip(&errors) {
            self.ledger.add_error(fault.column, error);
        }
        let own_start = self.own_start(batch, rejected.idx);
        self.sink
            .rejected(batch, rejected.idx, own_start, &errors)
            .await?;
        Ok(number)
    }

    fn errors(&self, batch: &Batch, rejected: &Rejected, number: u64) -> Vec<RecordError> {
        let record = batch.index().records().get(rejected.idx);
        let start = record.map_or(0, |r| r.start);
        let (line, byte_offset) = match record.and_then(|r| oversized(batch, r)) {
            Some(found) => (found.line, found.byte_offset),
            None => (
                line_of(batch, rejected.idx),
                batch.base().byte_offset + to_u64(start),
            ),
        };
        let error = |fault: &Fault| RecordError {
            record: Some(number),
            line,
            byte_offset,
            column: fault
                .column
                .and_then(|idx| self.plan.columns().get(idx))
                .map(|column| shorten(column.name())),
            code: fault.reason.code,
            message: RecordError::message(&fault.reason.expected, fault.value.as_deref()),
            value: fault.value.as_deref().map(str::to_owned),
        };
        rejected.faults.iter().map(error).collect()
    }

    /// Returns where a record's own cells begin: after those of a quarantine file.
    fn own_start(&self, batch: &Batch, idx: usize) -> usize {
        let Some(record) = batch.index().records().get(idx) else {
            return 0;
        };
        match self.plan.n_stripped() {
            0 => record.start,
            n_stripped => {
                let own = batch.index().fields(record).get(n_stripped);
                own.map_or(record.end, |field| field.start)
            }
        }
    }
}
