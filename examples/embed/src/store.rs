//! What an embedder brings: where records come from, and where they go.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use rowgate_core::checksum::Crc64;
use rowgate_core::store::{
    Chunks, Condition, FaultKind, Found, ObjectStore, Part, PartRules, Seal, Source,
    SourceIdentity, StoreFault, Stored, WriteOptions,
};

/// A source that is in memory already.
pub(crate) struct MemorySource {
    identity: SourceIdentity,
    bytes: Bytes,
}

impl MemorySource {
    pub(crate) fn new(name: &str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let identity = SourceIdentity {
            uri: format!("memory:{name}"),
            // What is in memory cannot change, so any constant tells its version.
            version: Some("1".to_owned()),
            bytes: u64::try_from(bytes.len()).ok(),
        };
        Self { identity, bytes }
    }
}

impl Source for MemorySource {
    type Chunks = OneChunk;

    fn identity(&self) -> &SourceIdentity {
        &self.identity
    }

    async fn read_from(&self, offset: u64) -> Result<OneChunk, StoreFault> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let mut bytes = self.bytes.clone();
        Ok(OneChunk(bytes.split_off(start.min(bytes.len()))))
    }
}

/// All the bytes at once. Another source would give what one read of the network gave.
pub(crate) struct OneChunk(Bytes);

impl Chunks for OneChunk {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreFault> {
        let bytes = std::mem::take(&mut self.0);
        Ok((!bytes.is_empty()).then_some(bytes))
    }
}

/// A store in memory. Its state is its own: clones share it, and nothing outlives the last of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryStore(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    objects: BTreeMap<String, Object>,
    uploads: BTreeMap<u64, BTreeMap<u32, Bytes>>,
    n_created: u64,
}

#[derive(Clone, Debug)]
struct Object {
    bytes: Bytes,
    tag: String,
    run: String,
}

/// An upload in flight: what the store needs to know when the rest of it comes.
#[derive(Debug)]
pub(crate) struct Upload {
    id: u64,
    key: String,
    options: WriteOptions,
}

impl MemoryStore {
    /// Returns an object's text.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        let bytes = self.lock().objects.get(key)?.bytes.to_vec();
        String::from_utf8(bytes).ok()
    }

    /// Returns how many uploads are neither completed nor aborted.
    pub(crate) fn n_uploads(&self) -> usize {
        self.lock().uploads.len()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Tests the condition and makes the object visible, in one step: the lock is held.
    fn publish(
        &mut self,
        key: &str,
        bytes: Bytes,
        seal: Seal,
        options: &WriteOptions,
    ) -> Result<Stored, StoreFault> {
        let found = self.objects.get(key).map(|object| object.tag.as_str());
        match (&options.condition, found) {
            (Condition::Absent, None) => {}
            (Condition::Unchanged(tag), Some(found)) if tag == found => {}
            (Condition::Absent, Some(_)) => {
                return Err(StoreFault::new(FaultKind::AlreadyExists, "it is there"));
            }
            (Condition::Unchanged(_), _) => {
                return Err(StoreFault::new(FaultKind::Changed, "it has changed"));
            }
        }
        if u64::try_from(bytes.len()) != Ok(seal.bytes) || Crc64::of(&bytes) != seal.crc64 {
            let message = "the checksum does not match";
            return Err(StoreFault::new(FaultKind::Unavailable, message));
        }
        self.n_created += 1;
        let tag = self.n_created.to_string();
        let object = Object {
            bytes,
            tag: tag.clone(),
            run: options.run.clone(),
        };
        self.objects.insert(key.to_owned(), object);
        Ok(Stored { etag: Some(tag) })
    }
}

impl ObjectStore for MemoryStore {
    type Upload = Upload;
    /// The store knows a part by its number alone.
    type PartTag = ();

    fn rules(&self) -> PartRules {
        PartRules {
            // So small only that the example has more than one part.
            part_bytes_min: 4 * 1024,
            part_bytes_max: 4 * 1024,
            parts_max: 10_000,
            in_flight_max: 4,
        }
    }

    async fn look(&self, key: &str) -> Result<Option<Found>, StoreFault> {
        let found = self.lock().objects.get(key).cloned();
        Ok(found.map(|object| Found {
            tag: object.tag,
            bytes: u64::try_from(object.bytes.len()).unwrap_or(u64::MAX),
            run: Some(object.run),
            kind: None,
            crc64: None,
            head: Bytes::new(),
        }))
    }

    async fn put(
        &self,
        key: &str,
        body: Bytes,
        crc64: Crc64,
        options: &WriteOptions,
    ) -> Result<Stored, StoreFault> {
        let bytes = u64::try_from(body.len()).unwrap_or(u64::MAX);
        self.lock()
            .publish(key, body, Seal { bytes, crc64 }, options)
    }

    async fn create(&self, key: &str, options: &WriteOptions) -> Result<Upload, StoreFault> {
        let mut inner = self.lock();
        inner.n_created += 1;
        let id = inner.n_created;
        inner.uploads.insert(id, BTreeMap::new());
        Ok(Upload {
            id,
            key: key.to_owned(),
            options: options.clone(),
        })
    }

    async fn put_part(&self, upload: &Upload, part: Part) -> Result<(), StoreFault> {
        if Crc64::of(&part.body) != part.crc64 {
            let message = "the checksum does not match";
            return Err(StoreFault::new(FaultKind::Unavailable, message));
        }
        let mut inner = self.lock();
        let parts = inner.uploads.get_mut(&upload.id).ok_or_else(gone)?;
        parts.insert(part.number, part.body);
        Ok(())
    }

    async fn complete(
        &self,
        upload: &Upload,
        parts: Vec<()>,
        seal: Seal,
    ) -> Result<Stored, StoreFault> {
        let mut inner = self.lock();
        let held = inner.uploads.get(&upload.id).ok_or_else(gone)?;
        if held.len() != parts.len() {
            let message = "not the parts that it holds";
            return Err(StoreFault::new(FaultKind::Protocol, message));
        }
        let whole: Vec<u8> = held.values().flatten().copied().collect();
        let stored = inner.publish(&upload.key, whole.into(), seal, &upload.options)?;
        inner.uploads.remove(&upload.id);
        Ok(stored)
    }

    async fn abort(&self, upload: &Upload) -> Result<(), StoreFault> {
        self.lock().uploads.remove(&upload.id);
        Ok(())
    }
}

fn gone() -> StoreFault {
    StoreFault::new(FaultKind::NotFound, "no such upload")
}
