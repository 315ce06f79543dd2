//! Scratch space: where a run puts what memory cannot hold, for as long as it goes on.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::error::{Error, Role};
use crate::scan::to_u64;
use crate::store::{FaultKind, StoreFault};

/// What a call to scratch space gives once it is done.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreFault>> + Send + 'a>>;

/// Room for files that nobody else sees.
///
/// # Contract
///
/// * A file is there as long as its [`ScratchFile`], and gone when that is dropped: also when a run
///   fails, panics or is killed.
/// * [`create`](Self::create) fails with [`FaultKind::Full`] if there is no room for so many bytes,
///   and says where, how many are needed and how many are free.
///
/// [`FaultKind::Full`]: crate::store::FaultKind::Full
pub trait Scratch: fmt::Debug + Send + Sync {
    /// Returns where it is, as messages name it.
    fn place(&self) -> String;

    /// Makes an empty file, if there is room for so many bytes; they are not reserved. The name is
    /// unique within a run, and says what the file holds.
    ///
    /// # Errors
    ///
    /// The refusal of whatever holds the space.
    fn create<'a>(&'a self, name: &'a str, bytes: u64) -> Pending<'a, Box<dyn ScratchFile>>;
}

/// A file in scratch space: written from its beginning to its end, and read anywhere.
pub trait ScratchFile: fmt::Debug + Send + Sync {
    /// Writes behind what was written before.
    ///
    /// # Errors
    ///
    /// The refusal of whatever holds the space. The file is of no use then.
    fn append(&mut self, bytes: Bytes) -> Pending<'_, ()>;

    /// Reads ranges that were written; each comes whole.
    ///
    /// # Errors
    ///
    /// The refusal of whatever holds the space.
    fn read(&self, ranges: Vec<Range<u64>>) -> Pending<'_, Vec<Bytes>>;
}

/// Makes the error of a refusal; `verb` completes "could not … the scratch space".
pub(crate) fn refused(verb: &'static str, place: String, fault: StoreFault) -> Error {
    Error::store(verb, Role::Scratch, place, fault)
}

/// Scratch space in memory of one run, for tests and simulated worlds: it counts what is in it, and
/// refuses a name that was given before.
#[derive(Clone, Debug)]
pub struct MemoryScratch {
    bytes_max: u64,
    held: Arc<AtomicU64>,
    names: Arc<Mutex<HashSet<String>>>,
}

impl MemoryScratch {
    /// Makes room for so many bytes.
    #[must_use]
    pub fn new(bytes_max: u64) -> Self {
        Self {
            bytes_max,
            held: Arc::default(),
            names: Arc::default(),
        }
    }

    /// Returns how many bytes the files hold that are there.
    #[must_use]
    pub fn held_bytes(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    fn check(&self, bytes: u64) -> Result<(), StoreFault> {
        let free = self.bytes_max.saturating_sub(self.held_bytes());
        if bytes <= free {
            return Ok(());
        }
        let message = format!("{bytes} bytes are needed in memory, and {free} are free");
        Err(StoreFault::new(FaultKind::Full, message))
    }
}

impl Scratch for MemoryScratch {
    fn place(&self) -> String {
        "memory".to_owned()
    }

    fn create<'a>(&'a self, name: &'a str, bytes: u64) -> Pending<'a, Box<dyn ScratchFile>> {
        Box::pin(async move {
            self.check(bytes)?;
            let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
            if !names.insert(name.to_owned()) {
                let message = format!("a file was named `{name}` before");
                return Err(StoreFault::new(FaultKind::Protocol, message));
            }
            drop(names);
            let file: Box<dyn ScratchFile> = Box::new(MemoryFile {
                scratch: self.clone(),
                bytes: Vec::new(),
            });
            Ok(file)
        })
    }
}

#[derive(Debug)]
struct MemoryFile {
    scratch: MemoryScratch,
    bytes: Vec<u8>,
}

impl ScratchFile for MemoryFile {
    fn append(&mut self, bytes: Bytes) -> Pending<'_, ()> {
        Box::pin(async move {
            let n_bytes = to_u64(bytes.len());
            self.scratch.check(n_bytes)?;
            self.scratch.held.fetch_add(n_bytes, Ordering::Relaxed);
            self.bytes.extend_from_slice(&bytes);
            Ok(())
        })
    }

    fn read(&self, ranges: Vec<Range<u64>>) -> Pending<'_, Vec<Bytes>> {
        let read = ranges.into_iter().map(|range| {
            let start = usize::try_from(range.start).ok()?;
            let end = usize::try_from(range.end).ok()?;
            Some(Bytes::copy_from_slice(self.bytes.get(start..end)?))
        });
        let read = read.collect::<Option<Vec<Bytes>>>();
        let missing = || StoreFault::new(FaultKind::Protocol, "a range was never written");
        Box::pin(std::future::ready(read.ok_or_else(missing)))
    }
}

impl Drop for MemoryFile {
    fn drop(&mut self) {
        let n_bytes = to_u64(self.bytes.len());
        self.scratch.held.fetch_sub(n_bytes, Ordering::Relaxed);
    }
}
