//! What a caller holds of a run while it goes on: a way to stop it, and its figures so far.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
pub use tokio_util::sync::CancellationToken;

use crate::scratch::Scratch;

/// Tells the time. The core has no clock of its own.
pub trait Clock: Send + Sync {
    /// Returns the time.
    fn now(&self) -> Timestamp;
}

/// Stands for a length that is not known: an empty source is an error, and has no progress.
const UNKNOWN: u64 = 0;

/// A run's figures so far, for a progress bar or an endpoint. Cheap to share; monotonic.
#[derive(Debug, Default)]
pub struct Progress {
    bytes_total: AtomicU64,
    bytes_read: AtomicU64,
    accepted: AtomicU64,
    rejected: AtomicU64,
}

impl Progress {
    /// Notes the source's length, where it is known.
    pub(crate) fn set_total(&self, bytes: Option<u64>) {
        self.bytes_total
            .store(bytes.unwrap_or(UNKNOWN), Ordering::Relaxed);
    }

    pub(crate) fn add_read(&self, bytes: u64) {
        self.bytes_read.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn set_records(&self, accepted: u64, rejected: u64) {
        self.accepted.store(accepted, Ordering::Relaxed);
        self.rejected.store(rejected, Ordering::Relaxed);
    }

    /// Returns how many bytes the source has, once that is known, if ever it is.
    #[must_use]
    pub fn bytes_total(&self) -> Option<u64> {
        let bytes = self.bytes_total.load(Ordering::Relaxed);
        (bytes != UNKNOWN).then_some(bytes)
    }

    /// Returns how many bytes of the source were read.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// Returns how many records were accepted and rejected.
    #[must_use]
    pub fn records(&self) -> (u64, u64) {
        (
            self.accepted.load(Ordering::Relaxed),
            self.rejected.load(Ordering::Relaxed),
        )
    }
}

/// What a run is handed by its caller.
#[derive(Clone)]
pub struct Control {
    /// Stops the run when it is cancelled: uploads are aborted, nothing is published.
    pub cancel: CancellationToken,
    /// Where the run writes its figures.
    pub progress: Arc<Progress>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where the run puts what memory cannot hold; `None`: a run that needs it stops with an error.
    pub scratch: Option<Arc<dyn Scratch>>,
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control")
            .field("cancel", &self.cancel)
            .field("progress", &self.progress)
            .field("scratch", &self.scratch)
            .finish_non_exhaustive()
    }
}
