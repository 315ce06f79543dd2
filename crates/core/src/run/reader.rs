//! The reading side of a run: chunks in, batches out, counted on the way.

use crate::batch::{BATCH_BYTES, Batch, Batcher};
use crate::control::Control;
use crate::dialect::DialectOptions;
use crate::error::{Error, ErrorKind, Result, Role};
use crate::header::{Opener, Untyped};
use crate::ledger::ReadTotals;
use crate::position::Position;
use crate::scan::{More, Scanner, to_u64};
use crate::store::{Chunks, Source, StoreFault};

/// Reads a source from its start.
pub(super) struct Reader<'a, S: Source> {
    source: &'a S,
    control: &'a Control,
    chunks: S::Chunks,
    more: More,
    bytes_read: u64,
}

/// Reads a source's records, a batch at a time.
pub(super) struct Batches<'a, S: Source> {
    reader: Reader<'a, S>,
    batcher: Batcher,
    end: Position,
}

impl<'a, S: Source> Reader<'a, S> {
    pub(super) async fn open(source: &'a S, control: &'a Control) -> Result<Self> {
        control.progress.set_total(source.identity().bytes);
        let opened = control
            .cancel
            .run_until_cancelled(source.read_from(0))
            .await;
        let chunks = opened
            .ok_or_else(Error::cancelled)?
            .map_err(|fault| unreadable(source, fault))?;
        Ok(Self {
            source,
            control,
            chunks,
            more: More::MayFollow,
            bytes_read: 0,
        })
    }

    /// Hands the next bytes to `push`; returns whether more may follow.
    pub(super) async fn pull(&mut self, push: impl FnOnce(&[u8])) -> Result<More> {
        let pulled = self
            .control
            .cancel
            .run_until_cancelled(self.chunks.next())
            .await;
        let chunk = pulled
            .ok_or_else(Error::cancelled)?
            .map_err(|fault| unreadable(self.source, fault))?;
        match chunk {
            Some(chunk) => {
                let n_bytes = to_u64(chunk.len());
                self.bytes_read += n_bytes;
                self.control.progress.add_read(n_bytes);
                push(&chunk);
            }
            None if self.bytes_read == 0 => {
                let uri = &self.source.identity().uri;
                return Err(Error::new(
                    ErrorKind::Source,
                    format!("the source is empty: not even a header is in `{uri}`"),
                ));
            }
            None => self.more = More::None,
        }
        Ok(self.more)
    }

    /// Reads the source's beginning, as far as `look` needs it.
    pub(super) async fn begin<'o, T>(
        &mut self,
        mut opener: Opener<'o>,
        look: impl Fn(&mut Opener<'o>, More) -> Result<Option<T>>,
    ) -> Result<T> {
        loop {
            let more = self.pull(|chunk| opener.push(chunk)).await?;
            if let Some(opened) = look(&mut opener, more)? {
                return Ok(opened);
            }
            if more == More::None {
                return Err(Error::bug("a source ended before its beginning was read"));
            }
        }
    }

    /// Reads the beginning of a source of which no schema is known, and goes on with its records.
    pub(super) async fn begin_untyped(
        mut self,
        dialect: &DialectOptions,
        record_bytes_max: usize,
    ) -> Result<(Untyped, Batches<'a, S>)> {
        let opener = Opener::new(dialect, record_bytes_max);
        let beginning = self.begin(opener, Opener::open_untyped).await?;
        let scanner = Scanner::new(beginning.dialect, record_bytes_max, beginning.position)
            .with_comment_rows(beginning.comment_rows.as_ref());
        let batches = self.into_batches(scanner, &beginning.rest, BATCH_BYTES);
        Ok((beginning, batches))
    }

    /// Goes on with the records, after what was read of them already.
    pub(super) fn into_batches(
        self,
        scanner: Scanner,
        rest: &[u8],
        batch_bytes: usize,
    ) -> Batches<'a, S> {
        let end = scanner.position();
        let mut batcher = Batcher::new(scanner, batch_bytes);
        batcher.push(rest);
        Batches {
            reader: self,
            batcher,
            end,
        }
    }
}

impl<S: Source> Batches<'_, S> {
    /// Reads the next batch into `batch`; returns whether there is one.
    pub(super) async fn next(&mut self, batch: &mut Batch) -> Result<bool> {
        // Batches of one chunk come without waiting: this is where a run can be stopped meanwhile.
        tokio::task::yield_now().await;
        if self.reader.control.cancel.is_cancelled() {
            return Err(Error::cancelled());
        }
        loop {
            if self.batcher.cut(self.reader.more, batch) {
                self.end.records_before =
                    batch.base().records_before + to_u64(batch.index().n_records());
                return Ok(true);
            }
            if self.reader.more == More::None {
                return Ok(false);
            }
            let batcher = &mut self.batcher;
            self.reader.pull(|chunk| batcher.push(chunk)).await?;
        }
    }

    /// Returns what was read in all, once there is no further batch.
    pub(super) fn totals(&self) -> ReadTotals {
        ReadTotals {
            records: self.end.records_before,
            bytes: self.reader.bytes_read,
        }
    }
}

fn unreadable<S: Source>(source: &S, fault: StoreFault) -> Error {
    Error::store("read", Role::Source, source.identity().uri.as_str(), fault)
}
