//! The middle of a run: batches to verdicts, in order, into a sink.

use std::ops::Range;

use crate::advice::Advisor;
use crate::batch::Batch;
use crate::control::Control;
use crate::error::{Error, Result};
use crate::gate::{
    Broken, Escaped, FORMULA_ESCAPE, Gate, Redaction, Rejected, Stretch, Verdicts, broken_rule,
    check_escape,
};
use crate::header::{Opened, Opener};
use crate::keys::Keys;
use crate::ledger::{Balanced, Extra, Ledger, ReadTotals};
use crate::plan::{HeaderFault, Plan};
use crate::reason::Code;
use crate::report::{Counts, DialectReport, RecordError, ResourceReport};
use crate::run::errors::{At, formula_labels, header_errors, record_errors};
use crate::run::figures::Figures;
use crate::run::reader::{Batches, Reader};
use crate::run::references::{References, refers_to_itself};
use crate::run::spool::Spooled;
use crate::run::stop::{Refusal, Stopped, Tolerance};
use crate::run::{Job, Judged};
use crate::scan::{Kind, Scanner, to_u64};
use crate::schema::Severity;
use crate::store::Source;

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
    let is_stream = source.identity().version.is_none();
    if is_stream && refers_to_itself(&job.schema) {
        let spooled = Spooled::of(source, control).await?;
        return judge_pinned(job, &spooled, control, sink).await;
    }
    judge_pinned(job, source, control, sink).await
}

async fn judge_pinned<S: Source>(
    job: &Job,
    source: &S,
    control: &Control,
    sink: &mut impl Sink,
) -> Result<Judged> {
    let references = References::load(job, source, control).await?;
    let mut reader = Reader::open(source, control).await?;
    let opened = open(job, &mut reader).await?;
    let names = names(job, &opened);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    sink.opened(&opened, &names).await?;
    let plan = match &opened.bound {
        Ok(plan) => plan,
        Err(faults) => {
            return refuse_header(job, source, &opened, faults, references.reports, sink).await;
        }
    };
    let faults = formula_labels(plan);
    if !faults.is_empty() {
        return refuse_header(job, source, &opened, &faults, references.reports, sink).await;
    }
    check_escape(plan)?;
    let mut ledger = Ledger::new(job.limits.samples_max);
    ledger.pass_overhead(opened.position.byte_offset);
    ledger.open_columns(plan);
    ledger.open_rules(plan);
    let scanner = Scanner::new(opened.dialect, job.limits.record_bytes_max, opened.position)
        .with_comment_rows(opened.comment_rows.as_ref());
    let mut judge = Judge {
        batches: reader.into_batches(scanner, &opened.rest, job.limits.batch_bytes),
        plan,
        control,
        ledger,
        tolerance: Tolerance::of(job),
        redaction: Redaction::of(plan),
        advisor: Advisor::of(plan),
        figures: Figures::of(plan),
        field_bytes_max: job.limits.field_bytes_max,
        bytes_left_out: 0,
        cells_escaped: 0,
        sink,
    };
    let (keys, resources) = references.into_keys(plan);
    let stopped = judge.run(keys).await?;
    let Judge {
        batches,
        ledger,
        tolerance,
        advisor,
        figures,
        bytes_left_out,
        cells_escaped,
        sink,
        ..
    } = judge;
    let records = ledger.records();
    let (read, refusal, complete) = match stopped {
        Some(stopped) => (stopped.read, Some(stopped.refusal), false),
        None => (
            batches.totals(),
            tolerance.at_end(records.accepted, records.rejected),
            true,
        ),
    };
    let books = ledger.balance(read)?;
    let extra = Extra {
        header: to_u64(opened.own_header_bytes().len()),
        left_out: bytes_left_out,
        escapes: cells_escaped,
    };
    sink.vouch(&books, extra)?;
    Ok(Judged {
        counts: Counts::from(books),
        advice: advisor.finish(plan),
        summaries: figures.into_reports(),
        cells_escaped,
        detected: opened.detected.clone(),
        dialect: dialect_report(job, &opened),
        resources,
        refusal,
        complete,
        source_bytes: source.stored_bytes().unwrap_or(read.bytes),
    })
}

/// Ends a run whose header is wrong.
async fn refuse_header<S: Source>(
    job: &Job,
    source: &S,
    opened: &Opened,
    faults: &[HeaderFault],
    resources: Vec<ResourceReport>,
    sink: &mut impl Sink,
) -> Result<Judged> {
    let errors = header_errors(&job.schema, opened, faults);
    sink.refused_header(&errors).await?;
    let mut ledger = Ledger::new(job.limits.samples_max);
    ledger.pass_overhead(opened.position.byte_offset);
    for error in &errors {
        ledger.add_error(None, error);
    }
    let read = ReadTotals {
        records: 0,
        bytes: opened.position.byte_offset,
    };
    Ok(Judged {
        counts: Counts::from(ledger.balance(read)?),
        advice: Vec::new(),
        summaries: Vec::new(),
        cells_escaped: 0,
        detected: opened.detected.clone(),
        dialect: dialect_report(job, opened),
        resources,
        refusal: Some(Refusal::Header),
        complete: false,
        source_bytes: source.stored_bytes().unwrap_or(read.bytes),
    })
}

fn dialect_report(job: &Job, opened: &Opened) -> DialectReport {
    DialectReport::new(opened.dialect, &job.dialect)
}

async fn open<S: Source>(job: &Job, reader: &mut Reader<'_, S>) -> Result<Opened> {
    let beginning = Opener::new(&job.dialect, job.limits.record_bytes_max);
    let look = |opener: &mut Opener<'_>, more| opener.open(&job.schema, more);
    reader.begin(beginning, look).await
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

struct Judge<'a, S: Source, K: Sink> {
    batches: Batches<'a, S>,
    plan: &'a Plan,
    control: &'a Control,
    ledger: Ledger,
    tolerance: Tolerance,
    redaction: Option<Redaction>,
    advisor: Advisor,
    figures: Figures<'a>,
    field_bytes_max: usize,
    bytes_left_out: u64,
    cells_escaped: u64,
    sink: &'a mut K,
}

impl<S: Source, K: Sink> Judge<'_, S, K> {
    async fn run(&mut self, mut keys: Keys) -> Result<Option<Stopped>> {
        let mut gate = Gate::new(self.plan).with_field_bytes_max(self.field_bytes_max);
        let mut batch = Batch::default();
        let mut verdicts = Verdicts::default();
        while self.batches.next(&mut batch).await? {
            let n_stretches = batch.index().records().len();
            let mut first = 0;
            while first < n_stretches {
                gate.judge(&batch, first..n_stretches, &mut verdicts);
                let settled = self.settle(&mut keys, &batch, &mut verdicts).await;
                if let Some(redaction) = &self.redaction {
                    redaction.apply(&batch, &mut verdicts);
                }
                if let Some(stopped) = self.pass_on(&batch, &verdicts).await? {
                    // Only what was settled counts, wherever a batch or a slice ends.
                    gate.judge(&batch, first..stopped.idx + 1, &mut verdicts);
                    self.ledger.add_missing(verdicts.missing());
                    self.ledger.add_undecided(&verdicts.undecided);
                    return Ok(Some(stopped));
                }
                settled?;
                self.ledger.add_missing(verdicts.missing());
                self.ledger.add_undecided(&verdicts.undecided);
                first = verdicts.slice().end;
                let records = self.ledger.records();
                self.control
                    .progress
                    .set_records(records.accepted, records.rejected);
            }
        }
        Ok(None)
    }

    /// Settles a slice's keys, unless the run is stopped meanwhile: then the slice is cut at its
    /// start, for nobody asked whether its keys are there.
    async fn settle(&self, keys: &mut Keys, batch: &Batch, verdicts: &mut Verdicts) -> Result<()> {
        let settling = keys.settle(batch, verdicts);
        let settled = self.control.cancel.run_until_cancelled(settling).await;
        settled.unwrap_or_else(|| {
            verdicts.cut(verdicts.slice().start);
            Err(Error::cancelled())
        })
    }

    /// Books a slice and hands it to the sink, in order.
    async fn pass_on(&mut self, batch: &Batch, verdicts: &Verdicts) -> Result<Option<Stopped>> {
        for stretch in verdicts.stretches(batch) {
            match stretch {
                Stretch::Accepted { first, end } => {
                    let escaped = verdicts.escaped_in(first..end);
                    self.accept(batch, first, end, escaped).await?;
                    self.warn(batch, verdicts.broken_in(first..end));
                }
                Stretch::Passed { idx } => self.pass(batch, idx),
                Stretch::Rejected(rejected) => {
                    self.reject(batch, rejected).await?;
                    let n_rejected = self.ledger.records().rejected;
                    let broken = verdicts.broken_in(rejected.idx..rejected.idx + 1);
                    let failed = self.fail(batch, broken);
                    let unquoted = self.break_quotes(batch, rejected);
                    let refused = self.tolerance.reject(n_rejected);
                    if let Some(refusal) = failed.or(unquoted).or(refused) {
                        return Ok(Some(stopped(batch, rejected.idx, refusal)));
                    }
                }
            }
        }
        Ok(None)
    }

    async fn accept(
        &mut self,
        batch: &Batch,
        first: usize,
        end: usize,
        escaped: &[Escaped],
    ) -> Result<()> {
        let records = batch.index().records().get(first..end).unwrap_or_default();
        let (Some(start), Some(next)) = (
            records.first().map(|r| r.start),
            records.last().map(|r| r.next),
        ) else {
            return Ok(());
        };
        self.tolerance.accept();
        self.figures.add(batch, first, end);
        self.ledger
            .accept(to_u64(records.len()), to_u64(next - start));
        if self.plan.n_stripped() == 0 {
            return self.hand_on(batch, start..next, escaped).await;
        }
        for (idx, record) in (first..end).zip(records) {
            let own_start = self.own_start(batch, idx);
            self.bytes_left_out += to_u64(own_start - record.start);
            let escaped_before = escaped.partition_point(|e| e.idx < idx);
            let escaped = escaped.get(escaped_before..).unwrap_or_default();
            self.hand_on(batch, own_start..record.next, escaped).await?;
        }
        Ok(())
    }

    /// Books what rules say of accepted records.
    fn warn(&mut self, batch: &Batch, broken: &[Broken]) {
        let (plan, texts) = (self.plan, &self.plan.schema().extension().rules);
        for broken in broken {
            self.ledger.add_broken(broken.rule);
            if let Some(rule) = texts.get(broken.rule) {
                let warning = || At::of(batch, broken.idx).error(plan, &broken_rule(rule));
                self.ledger.add_warning(broken.rule, warning);
            }
        }
    }

    /// Books what rules say of a rejected record; returns the refusal if it must not be there at all.
    fn fail(&mut self, batch: &Batch, broken: &[Broken]) -> Option<Refusal> {
        let texts = &self.plan.schema().extension().rules;
        let mut refusal = None;
        for broken in broken {
            self.ledger.add_broken(broken.rule);
            let rule = texts.get(broken.rule);
            if let Some(rule) = rule.filter(|rule| rule.severity == Severity::Fail) {
                refusal.get_or_insert_with(|| Refusal::RuleBroken {
                    rule: rule.name.clone(),
                    line: At::of(batch, broken.idx).line,
                });
            }
        }
        refusal
    }

    /// Returns the refusal if a rejected record's quotes are broken, and may not be.
    fn break_quotes(&self, batch: &Batch, rejected: &Rejected) -> Option<Refusal> {
        let mut codes = rejected.faults.iter().map(|fault| fault.reason.code);
        let is_broken = codes.any(|code| code == Code::QuoteError);
        let line = is_broken.then(|| At::of(batch, rejected.idx).line)?;
        self.tolerance.break_quotes(line)
    }

    /// Hands bytes of a batch to the sink, with an apostrophe before each escaped cell in them.
    async fn hand_on(
        &mut self,
        batch: &Batch,
        place: Range<usize>,
        escaped: &[Escaped],
    ) -> Result<()> {
        let lost = || Error::bug("an accepted record is not in its batch");
        let mut at = place.start;
        for cell in escaped.iter().take_while(|cell| cell.at < place.end) {
            let before = batch.bytes().get(at..cell.at).ok_or_else(lost)?;
            self.sink.accepted(before).await?;
            self.sink.accepted(&[FORMULA_ESCAPE]).await?;
            self.cells_escaped += 1;
            at = cell.at;
        }
        let rest = batch.bytes().get(at..place.end).ok_or_else(lost)?;
        self.sink.accepted(rest).await
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

    /// Books and hands on a rejected record.
    async fn reject(&mut self, batch: &Batch, rejected: &Rejected) -> Result<()> {
        self.advisor.add(self.plan, batch, rejected);
        let errors = record_errors(self.plan, batch, rejected);
        let record = batch.index().records().get(rejected.idx);
        self.ledger
            .reject(record.map_or(0, |r| to_u64(r.next - r.start)));
        for (fault, error) in rejected.faults.iter().zip(&errors) {
            self.ledger.add_error(fault.column, error);
        }
        let own_start = self.own_start(batch, rejected.idx);
        self.sink
            .rejected(batch, rejected.idx, own_start, &errors)
            .await
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

/// Stops a run behind the record at `idx`.
fn stopped(batch: &Batch, idx: usize, refusal: Refusal) -> Stopped {
    let next = batch.index().records().get(idx).map_or(0, |r| r.next);
    let read = ReadTotals {
        records: At::of(batch, idx).number,
        bytes: batch.base().byte_offset + to_u64(next),
    };
    Stopped { refusal, read, idx }
}
