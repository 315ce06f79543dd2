//! The session: one multipart upload from create to complete or abort.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tracing::{Instrument as _, debug_span, warn};

use crate::error::{Error, Result, Role};
use crate::event::Event;
use crate::store::{ObjectStore, Part, Seal, StoreFault, Stored, WriteOptions};

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
}

impl<S: ObjectStore> UploadSession<S> {
    /// Opens an upload.
    ///
    /// # Errors
    ///
    /// The store's refusal; nothing is owed to it then.
    pub(crate) async fn begin(
        target: Target<S>,
        options: &WriteOptions,
        in_flight_max: usize,
        budget: Budget,
    ) -> Result<Self> {
        let created = target.store.create(&target.key, options).await;
        let upload = created.map_err(|fault| target.error("begin to write", fault))?;
        Ok(Self {
            in_flight_max: in_flight_max.clamp(1, target.store.rules().in_flight_max.max(1)),
            upload: Arc::new(upload),
            tags: Vec::new(),
            in_flight: JoinSet::new(),
            budget,
            target,
        })
    }

    /// Sends the next part; waits until there is room for it in flight.
    ///
    /// # Errors
    ///
    /// The first refusal of this or an earlier part. The session is still open: the caller aborts it.
    ///
    /// # Cancel safety
    ///
    /// Not safe: the part may be lost. The session can still be aborted.
    pub async fn put(&mut self, part: Part) -> Result<()> {
        while self.in_flight.len() >= self.in_flight_max {
            self.join_one().await?;
        }
        let units = self.budget.units(part.body.len());
        let permit = Arc::clone(&self.budget.units)
            .acquire_many_owned(units)
            .await;
        let permit = permit.map_err(|err| Error::bug(format!("the budget was closed: {err}")))?;
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

    /// Waits until every part is confirmed.
    ///
    /// # Errors
    ///
    /// The first refusal of a part. The session is still open: the caller aborts it.
    pub(crate) async fn settle(&mut self) -> Result<()> {
        while !self.in_flight.is_empty() {
            self.join_one().await?;
        }
        Ok(())
    }

    async fn join_one(&mut self) -> Result<()> {
        let Some(joined) = self.in_flight.join_next().await else {
            return Ok(());
        };
        let sent = joined.map_err(|err| Error::bug(format!("a part's task ended early: {err}")))?;
        let (idx, tag) = sent.map_err(|fault| self.target.error("write a part of", fault))?;
        if let Some(slot) = self.tags.get_mut(idx) {
            *slot = Some(tag);
        }
        Ok(())
    }

    /// Publishes the object.
    ///
    /// # Errors
    ///
    /// The store's refusal, even if the abort that follows fails as well.
    ///
    /// # Cancel safety
    ///
    /// Not safe. If the future is dropped, the store may have published: ask it before a retry.
    pub async fn complete(mut self, seal: Seal) -> Result<Stored> {
        if let Err(err) = self.settle().await {
            self.abort().await;
            return Err(err);
        }
        let tags: Option<Vec<S::PartTag>> = std::mem::take(&mut self.tags).into_iter().collect();
        let Some(tags) = tags else {
            self.abort().await;
            return Err(Error::bug("a part was neither confirmed nor refused"));
        };
        match self.target.store.complete(&self.upload, tags, seal).await {
            Ok(stored) => Ok(stored),
            Err(fault) => {
                let err = self.target.error("publish", fault);
                self.abort().await;
                Err(err)
            }
        }
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
