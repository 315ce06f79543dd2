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

    /// A stream: its length is not known before its end.
    pub(crate) fn streamed(mut self) -> Self {
        self.identity.bytes = None;
        self
    }

    /// A stream that can be read once.
    pub(crate) fn unversioned(mut self) -> Self {
        self.identity.version = None;
        self
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
    objects: BTreeMap<String, (Vec<u8>, Option<WriteOptions>)>,
    uploads: BTreeMap<u32, BTreeMap<u32, Bytes>>,
    n_uploads: u32,
    calls: Vec<String>,
}

/// What goes wrong at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// It is refused, without effect.
    Refused,
    /// It takes effect, and the answer is lost.
    AnswerLost,
    /// It panics.
    Panic,
    /// The run is cancelled while it goes on; the call itself succeeds.
    Cancelled,
}

/// A store in memory, in which one thing may go wrong: at the call of this name. Every call lets
/// others go first, before its effect and after it, as a network would.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) world: Arc<Mutex<World>>,
    pub(crate) mishap: Option<(&'static str, Mishap)>,
    pub(crate) cancel: CancellationToken,
    pub(crate) part_bytes: u64,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            world: Arc::default(),
            mishap: None,
            cancel: CancellationToken::new(),
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
        let bytes = world.objects.get(key)?.0.clone();
        Some(String::from_utf8(bytes).unwrap())
    }

    pub(crate) fn put_object(&self, key: &str, text: &str) {
        let mut world = self.world.lock().unwrap();
        world
            .objects
            .insert(key.to_owned(), (text.as_bytes().to_vec(), None));
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

    /// Writes a call down and carries it out, with what goes wrong at it.
    async fn call<T>(
        &self,
        call: String,
        effect: impl FnOnce(&mut World) -> Result<T, StoreFault>,
    ) -> Result<T, StoreFault> {
        let mishap = self
            .mishap
            .filter(|(at, _)| *at == call)
            .map(|(_, mishap)| mishap);
        self.world.lock().unwrap().calls.push(call);
        tokio::task::yield_now().await;
        let lost = || StoreFault::new(FaultKind::Unavailable, "refused as scripted");
        match mishap {
            Some(Mishap::Refused) => return Err(lost()),
            Some(Mishap::Panic) => panic!("as scripted"),
            Some(Mishap::Cancelled) => self.cancel.cancel(),
            Some(Mishap::AnswerLost) | None => {}
        }
        let answer = effect(&mut self.world.lock().unwrap());
        tokio::task::yield_now().await;
        if mishap == Some(Mishap::AnswerLost) {
            Err(lost())
        } else {
            answer
        }
    }
}

impl World {
    fn publish(
        &mut self,
        key: &str,
        body: Vec<u8>,
        options: &WriteOptions,
    ) -> Result<Stored, StoreFault> {
        let is_there = self.objects.contains_key(key);
        if options.condition == Condition::Absent && is_there {
            return Err(StoreFault::new(
                FaultKind::AlreadyExists,
                "something is there",
            ));
        }
        self.objects
            .insert(key.to_owned(), (body, Some(options.clone())));
        Ok(Stored { etag: None })
    }
}

/// An upload to a [`Script`].
#[derive(Debug)]
pub(crate) struct ScriptUpload {
    id: u32,
    key: String,
    options: WriteOptions,
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
        let looked = self.call(format!("look {key}"), |world| {
            Ok(world.objects.get(key).map(|(bytes, options)| Found {
                tag: "t".to_owned(),
                bytes: n_bytes(bytes),
                run: options.as_ref().map(|o| o.run.clone()),
                kind: options.as_ref().map(|o| o.kind.as_str().to_owned()),
                crc64: Some(Crc64::of(bytes).to_base64()),
                head: Bytes::copy_from_slice(&bytes[..bytes.len().min(Found::HEAD_BYTES_MAX)]),
            }))
        });
        looked.await
    }

    async fn put(
        &self,
        key: &str,
        body: Bytes,
        crc64: Crc64,
        options: &WriteOptions,
    ) -> Result<Stored, StoreFault> {
        assert_eq!(crc64, Crc64::of(&body));
        let put = self.call(format!("put {key}"), |world| {
            world.publish(key, body.to_vec(), options)
        });
        put.await
    }

    async fn create(&self, key: &str, options: &WriteOptions) -> Result<ScriptUpload, StoreFault> {
        let created = self.call(format!("create {key}"), |world| {
            world.n_uploads += 1;
            world.uploads.insert(world.n_uploads, BTreeMap::new());
            Ok(world.n_uploads)
        });
        Ok(ScriptUpload {
            id: created.await?,
            key: key.to_owned(),
            options: options.clone(),
        })
    }

    async fn put_part(&self, upload: &ScriptUpload, part: Part) -> Result<u32, StoreFault> {
        assert_eq!(part.crc64, Crc64::of(&part.body));
        assert_eq!(part.offset, u64::from(part.number - 1) * self.part_bytes);
        let stored = self.call(format!("part {} of {}", part.number, upload.key), |world| {
            let parts = world.uploads.get_mut(&upload.id);
            let parts = parts.ok_or_else(|| StoreFault::new(FaultKind::NotFound, "no upload"))?;
            parts.insert(part.number, part.body);
            Ok(part.number)
        });
        stored.await
    }

    async fn complete(
        &self,
        upload: &ScriptUpload,
        parts: Vec<u32>,
        seal: Seal,
    ) -> Result<Stored, StoreFault> {
        let completed = self.call(format!("complete {}", upload.key), |world| {
            let held = world.uploads.remove(&upload.id);
            let held = held.ok_or_else(|| StoreFault::new(FaultKind::NotFound, "no upload"))?;
            let numbers: Vec<u32> = held.keys().copied().collect();
            assert_eq!(parts, numbers, "all parts, and its own alone");
            let whole: Vec<u8> = held.into_values().flatten().collect();
            let crc64 = Crc64::of(&whole);
            assert_eq!(
                seal,
                Seal {
                    bytes: n_bytes(&whole),
                    crc64
                }
            );
            world.publish(&upload.key, whole, &upload.options)
        });
        completed.await
    }

    async fn abort(&self, upload: &ScriptUpload) -> Result<(), StoreFault> {
        let aborted = self.call(format!("abort {}", upload.key), |world| {
            world.uploads.remove(&upload.id);
            Ok(())
        });
        aborted.await
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
        scratch: None,
    }
}

fn n_bytes(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap()
}
