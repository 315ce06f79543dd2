//! A world in memory: a source in chosen chunks, and a store that writes down what it saw and
//! refuses what it is told to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use jiff::Timestamp;
use rowgate_core::checksum::Crc64;
use rowgate_core::control::{CancellationToken, Clock, Control};
use rowgate_core::store::{
    Chunks, Condition, FaultKind, Found, ObjectStore, Part, PartRules, Place, Seal, Source,
    SourceIdentity, StoreFault, Stored, WriteOptions,
};

/// A source of given chunks; a chunk that is `None` is a fault.
pub(crate) struct MemorySource {
    identity: SourceIdentity,
    chunks: Vec<Option<Bytes>>,
}

impl MemorySource {
    pub(crate) fn new(chunks: impl IntoIterator<Item = Bytes>) -> Self {
        let chunks: Vec<_> = chunks
            .into_iter()
            .filter(|c| !c.is_empty())
            .map(Some)
            .collect();
        Self {
            identity: SourceIdentity {
                uri: "memory:source".to_owned(),
                version: Some("v1".to_owned()),
                bytes: Some(chunks.iter().flatten().map(|c| n_bytes(c)).sum()),
            },
            chunks,
        }
    }

    pub(crate) fn of(text: &[u8]) -> Self {
        Self::new([Bytes::copy_from_slice(text)])
    }

    pub(crate) fn then_fault(mut self) -> Self {
        self.chunks.push(None);
        self
    }
}

impl Source for MemorySource {
    type Chunks = MemoryChunks;

    fn identity(&self) -> &SourceIdentity {
        &self.identity
    }

    async fn read_from(&self, offset: u64) -> Result<Self::Chunks, StoreFault> {
        assert_eq!(offset, 0, "nothing resumes yet");
        Ok(MemoryChunks(self.chunks.clone().into_iter()))
    }
}

/// The chunks of a [`MemorySource`].
pub(crate) struct MemoryChunks(std::vec::IntoIter<Option<Bytes>>);

impl Chunks for MemoryChunks {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreFault> {
        match self.0.next() {
            Some(Some(chunk)) => Ok(Some(chunk)),
            Some(None) => Err(StoreFault::new(
                FaultKind::Unavailable,
                "the line went dead",
            )),
            None => Ok(None),
        }
    }
}

/// What a [`Script`] shares between its clones.
#[derive(Debug, Default)]
pub(crate) struct World {
    objects: BTreeMap<String, Vec<u8>>,
    uploads: BTreeMap<u32, BTreeMap<u32, Bytes>>,
    n_uploads: u32,
    calls: Vec<String>,
}

/// A store in memory. It refuses the call whose record is `refuse`, and panics at `panic`.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) world: Arc<Mutex<World>>,
    pub(crate) refuse: &'static str,
    pub(crate) cancel_at: Option<(&'static str, CancellationToken)>,
    pub(crate) panic_at: &'static str,
    pub(crate) part_bytes: u64,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            world: Arc::default(),
            refuse: "-",
            cancel_at: None,
            panic_at: "-",
            part_bytes: 8,
        }
    }
}

impl Script {
    pub(crate) fn calls(&self) -> Vec<String> {
        self.world.lock().unwrap().calls.clone()
    }

    pub(crate) fn object(&self, key: &str) -> Option<String> {
        let world = self.world.lock().unwrap();
        let bytes = world.objects.get(key)?.clone();
        Some(String::from_utf8(bytes).unwrap())
    }

    pub(crate) fn put_object(&self, key: &str, text: &str) {
        let mut world = self.world.lock().unwrap();
        world
            .objects
            .insert(key.to_owned(), text.as_bytes().to_vec());
    }

    pub(crate) fn open_uploads(&self) -> usize {
        self.world.lock().unwrap().uploads.len()
    }

    pub(crate) fn place(&self, key: &str) -> Place<Self> {
        Place {
            store: self.clone(),
            key: key.to_owned(),
            uri: format!("memory:{key}"),
        }
    }

    fn called(&self, call: String) -> Result<(), StoreFault> {
        let is_refused = call == self.refuse;
        assert_ne!(call, self.panic_at, "as scripted");
        if let Some((at, token)) = &self.cancel_at
            && call == *at
        {
            token.cancel();
        }
        self.world.lock().unwrap().calls.push(call);
        if is_refused {
            return Err(StoreFault::new(
                FaultKind::Unavailable,
                "refused as scripted",
            ));
        }
        Ok(())
    }

    fn publish(
        &self,
        key: &str,
        body: Vec<u8>,
        condition: &Condition,
    ) -> Result<Stored, StoreFault> {
        let mut world = self.world.lock().unwrap();
        let is_there = world.objects.contains_key(key);
        if *condition == Condition::Absent && is_there {
            return Err(StoreFault::new(
                FaultKind::AlreadyExists,
                "something is there",
            ));
        }
        world.objects.insert(key.to_owned(), body);
        Ok(Stored { etag: None })
    }
}

/// An upload to a [`Script`].
#[derive(Debug)]
pub(crate) struct ScriptUpload {
    id: u32,
    key: String,
    condition: Condition,
}

impl ObjectStore for Script {
    type Upload = ScriptUpload;
    type PartTag = u32;

    fn rules(&self) -> PartRules {
        PartRules {
            part_bytes_min: self.part_bytes,
            part_bytes_max: self.part_bytes,
            parts_max: 1_000,
            in_flight_max: 1,
        }
    }

    async fn look(&self, key: &str) -> Result<Option<Found>, StoreFault> {
        self.called(format!("look {key}"))?;
        let world = self.world.lock().unwrap();
        Ok(world.objects.get(key).map(|bytes| Found {
            tag: "t".to_owned(),
            bytes: n_bytes(bytes),
            run: None,
            head: Bytes::copy_from_slice(&bytes[..bytes.len().min(Found::HEAD_BYTES_MAX)]),
        }))
    }

    async fn put(
        &self,
        key: &str,
        body: Bytes,
        crc64: Crc64,
        options: &WriteOptions,
    ) -> Result<Stored, StoreFault> {
        self.called(format!("put {key}"))?;
        assert_eq!(crc64, Crc64::of(&body));
        self.publish(key, body.to_vec(), &options.condition)
    }

    async fn create(&self, key: &str, options: &WriteOptions) -> Result<ScriptUpload, StoreFault> {
        self.called(format!("create {key}"))?;
        let mut world = self.world.lock().unwrap();
        world.n_uploads += 1;
        let id = world.n_uploads;
        world.uploads.insert(id, BTreeMap::new());
        Ok(ScriptUpload {
            id,
            key: key.to_owned(),
            condition: options.condition.clone(),
        })
    }

    async fn put_part(&self, upload: &ScriptUpload, part: Part) -> Result<u32, StoreFault> {
        self.called(format!("part {} of {}", part.number, upload.key))?;
        assert_eq!(part.crc64, Crc64::of(&part.body));
        assert_eq!(part.offset, u64::from(part.number - 1) * self.part_bytes);
        let mut world = self.world.lock().unwrap();
        let parts = world.uploads.get_mut(&upload.id).expect("an open upload");
        parts.insert(part.number, part.body);
        Ok(part.number)
    }

    async fn complete(
        &self,
        upload: &ScriptUpload,
        parts: Vec<u32>,
        seal: Seal,
    ) -> Result<Stored, StoreFault> {
        self.called(format!("complete {}", upload.key))?;
        let held = self
            .world
            .lock()
            .unwrap()
            .uploads
            .remove(&upload.id)
            .expect("an open upload");
        assert_eq!(
            parts,
            held.keys().copied().collect::<Vec<_>>(),
            "all parts, and its own alone"
        );
        let whole: Vec<u8> = held.into_values().flatten().collect();
        assert_eq!(
            seal,
            Seal {
                bytes: n_bytes(&whole),
                crc64: Crc64::of(&whole)
            }
        );
        self.publish(&upload.key, whole, &upload.condition)
    }

    async fn abort(&self, upload: &ScriptUpload) -> Result<(), StoreFault> {
        self.called(format!("abort {}", upload.key))?;
        self.world.lock().unwrap().uploads.remove(&upload.id);
        Ok(())
    }
}

/// A clock that stands still.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

pub(crate) fn control() -> Control {
    Control {
        cancel: CancellationToken::new(),
        progress: Arc::default(),
        clock: Arc::new(Still),
    }
}

fn n_bytes(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap()
}
