//! The session: one multipart upload from create to complete or abort.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, debug_span, info, warn};

use crate::error::{Error, Result, Role, Whose};
use crate::event::Event;
use crate::guard::guarded;
use crate::landing::LandingOptions;
use crate::store::{Found, ObjectStore, Part, Seal, StoreFault, Stored, WriteOptions};

/// The unit in which the budget for parts in flight is counted, in bytes.
const BUDGET_UNIT_BYTES: u64 = 64 * 1024;

/// The memory that parts in flight may take, shared by all sessions of a run.
#[derive(Clone, Debug)]
pub struct Budget {
    units: Arc<Semaphore>,
    units_max: u32,
}

impl Budget {
    /// Makes a budget of so many bytes. One part may always be in flight, however large.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let units_max = u32::try_from((bytes / BUDGET_UNIT_BYTES).max(1)).unwrap_or(u32::MAX >> 4);
        let permits = usize::try_from(units_max).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            units: Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS))),
            units_max,
        }
    }

    fn units(&self, bytes: usize) -> u32 {
        let units = bytes.div_ceil(usize::try_from(BUDGET_UNIT_BYTES).unwrap_or(usize::MAX));
        u32::try_from(units)
            .unwrap_or(u32::MAX)
            .clamp(1, self.units_max)
    }
}

/// Which object a session writes.
#[derive(Clone, Debug)]
pub(crate) struct Target<S> {
    pub(crate) store: S,
    pub(crate) key: String,
    pub(crate) uri: String,
    pub(crate) role: Role,
}

impl<S> Target<S> {
    pub(crate) fn error(&self, verb: &'static str, fault: StoreFault) -> Error {
        Error::store(verb, self.role, self.uri.as_str(), fault)
    }
}

impl<S: ObjectStore> Target<S> {
    /// Returns the object, if a look shows that it is there and is what `run` wrote: a retry may have
    /// met the effect of its own first try, whose answer was lost.
    pub(crate) async fn settle(&self, run: &str, seal: Seal) -> Option<Stored> {
        let uri = self.uri.as_str();
        match self.store.look(&self.key).await {
            Ok(Some(found)) if is_own(&found, run, seal) => {
                info!(event = Event::CommitSettled.as_str(), uri);
                Some(Stored {
                    etag: Some(found.tag),
                })
            }
            Ok(_) => None,
            Err(fault) => {
                let error: &(dyn std::error::Error + 'static) = &fault;
                warn!(event = Event::CommitUnsettled.as_str(), uri, error);
                None
            }
        }
    }
}

/// By token, size and, where the store tells it, checksum.
fn is_own(found: &Found, run: &str, seal: Seal) -> bool {
    let is_same_sum = |crc64: &String| *crc64 == seal.crc64.to_base64();
    found.run.as_deref() == Some(run)
        && found.bytes == seal.bytes
        && found.crc64.as_ref().is_none_or(is_same_sum)
}

/// A multipart upload in flight.
///
/// Invariants, kept by construction:
///
/// * Part `n` is the `n`-th that was put: only [`put`](Self::put) counts.
/// * It ends once: [`complete`](Self::complete) and [`abort`](Self::abort) take `self`.
///
/// So a list of parts cannot outlive its upload, not even in a process that is kept warm:
///
/// ```compile_fail
/// # use rowgate_core::{store::{ObjectStore, Seal}, upload::UploadSession};
/// async fn twice<S: ObjectStore>(session: UploadSession<S>, seal: Seal) {
///     let _ = session.complete(seal).await;
///     let _ = session.complete(seal).await; // error[E0382]: use of moved value
/// }
/// ```
///
/// ```
/// # use rowgate_core::{store::{ObjectStore, Seal}, upload::UploadSession};
/// async fn once<S: ObjectStore>(session: UploadSession<S>, seal: Seal) {
///     let _ = session.complete(seal).await;
/// }
/// ```
#[must_use = "the store keeps the parts until the upload is completed or aborted"]
#[derive(Debug)]
pub struct UploadSession<S: ObjectStore> {
    target: Target<S>,
    upload: Arc<S::Upload>,
    tags: Vec<Option<S::PartTag>>,
    in_flight: JoinSet<Result<(usize, S::PartTag), StoreFault>>,
    in_flight_max: usize,
    budget: Budget,
    cancel: CancellationToken,
    run: String,
}

impl<S: ObjectStore> UploadSession<S> {
    /// Opens an upload. Once begun this runs to its end: an upload whose id nobody knows cannot be
    /// aborted.
    ///
    /// # Errors
    ///
    /// The store's refusal; nothing is owed to it then.
    pub(crate) async fn begin(
        target: Target<S>,
        options: &WriteOptions,
        sending: LandingOptions,
        cancel: CancellationToken,
    ) -> Result<Self> {
        let created = target.store.create(&target.key, options).await;
        let upload = created.map_err(|fault| target.error("begin to write", fault))?;
        let in_flight_max = target.store.rules().in_flight_max;
        Ok(Self {
            in_flight_max: sending.in_flight_max.min(in_flight_max).max(1),
            run: options.run.clone(),
            upload: Arc::new(upload),
            tags: Vec::new(),
            in_flight: JoinSet::new(),
            budget: sending.budget,
            cancel,
            target,
        })
    }

    /// Sends the next part; waits until there is room for it in flight, or the run is cancelled.
    ///
    /// # Errors
    ///
    /// The first refusal of this or an earlier part, or [`ErrorKind::Cancelled`]. The session is
    /// still open: the caller aborts it.
    ///
    /// [`ErrorKind::Cancelled`]: crate::ErrorKind::Cancelled
    pub async fn put(&mut self, part: Part) -> Result<()> {
        let cancel = self.cancel.clone();
        let room = cancel.run_until_cancelled(self.room(part.body.len()));
        let permit = room.await.ok_or_else(Error::cancelled)??;
        let idx = self.tags.len();
        self.tags.push(None);
        let store = self.target.store.clone();
        let upload = Arc::clone(&self.upload);
        let span = debug_span!("put_part", number = part.number, bytes = part.body.len());
        let send = async move {
            let tag = store.put_part(&upload, part).await?;
            drop(permit);
            Ok((idx, tag))
        };
        self.in_flight.spawn(send.instrument(span));
        Ok(())
    }

    /// Waits for a place and for memory in flight. May be dropped: only waiting is lost.
    async fn room(&mut self, bytes: usize) -> Result<OwnedSemaphorePermit> {
        while self.in_flight.len() >= self.in_flight_max {
            self.join_one().await?;
        }
        let units = self.budget.units(bytes);
        let permit = Arc::clone(&self.budget.units).acquire_many_owned(units);
        let permit = permit.await;
        permit.map_err(|err| Error::bug(format!("the budget was closed: {err}")))
    }

    /// Waits until every part is confirmed, or the run is cancelled.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put).
    pub(crate) async fn settle(&mut self) -> Result<()> {
        if self.in_flight.is_empty() {
            return Ok(());
        }
        let cancel = self.cancel.clone();
        let settled = cancel.run_until_cancelled(async {
            while !self.in_flight.is_empty() {
                self.join_one().await?;
            }
            Ok(())
        });
        settled.await.ok_or_else(Error::cancelled)?
    }

    async fn join_one(&mut self) -> Result<()> {
        let Some(joined) = self.in_flight.join_next().await else {
            return Ok(());
        };
        // What a panic said may quote the data: it is not repeated.
        let sent = joined.map_err(|_| Error::bug("a part's task ended early"))?;
        let (idx, tag) = sent.map_err(|fault| self.target.error("write a part of", fault))?;
        if let Some(slot) = self.tags.get_mut(idx) {
            *slot = Some(tag);
        }
        Ok(())
    }

    /// Publishes the object.
    ///
    /// A commit that the store refused is settled by looking, before the abort and, if the outcome
    /// was unknown, after it: what is there, if it is ours, is a success.
    ///
    /// # Errors
    ///
    /// The store's refusal, even if the abort that follows fails as well.
    ///
    /// # Cancel safety
    ///
    /// Not safe. If the future is dropped, the store may have published: ask it before a retry.
    pub async fn complete(mut self, seal: Seal) -> Result<Stored> {
        let err = match self.try_complete(seal).await {
            Ok(stored) => return Ok(stored),
            Err(err) => err,
        };
        if let Some(stored) = self.target.settle(&self.run, seal).await {
            return Ok(stored);
        }
        let (target, run) = (self.target.clone(), self.run.clone());
        self.abort().await;
        match err.kind().whose() {
            // The store may have gone on with what it had not answered: now it has decided.
            Whose::Dependency => target.settle(&run, seal).await.ok_or(err),
            Whose::Caller | Whose::Bug => Err(err),
        }
    }

    async fn try_complete(&mut self, seal: Seal) -> Result<Stored> {
        self.settle().await?;
        let tags: Option<Vec<S::PartTag>> = std::mem::take(&mut self.tags).into_iter().collect();
        let tags = tags.ok_or_else(|| Error::bug("a part was neither confirmed nor refused"))?;
        let completed = async {
            let completed = self.target.store.complete(&self.upload, tags, seal).await;
            completed.map_err(|fault| self.target.error("publish", fault))
        };
        guarded(completed).await
    }

    /// Gives up. A fault is logged and not returned: the caller already has a reason to stop.
    pub async fn abort(mut self) {
        self.in_flight.shutdown().await;
        if let Err(fault) = self.target.store.abort(&self.upload).await {
            let error: &(dyn std::error::Error + 'static) = &fault;
            let uri = self.target.uri.as_str();
            warn!(event = Event::UploadLeftOpen.as_str(), uri, error);
        }
    }
}
