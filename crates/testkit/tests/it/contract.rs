//! The contract suites against a plain model, and against the same model with one promise broken:
//! a suite that lets a broken store pass proves nothing.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use futures::FutureExt as _;
use rowgate_core::checksum::Crc64;
use rowgate_core::store::{
    Chunks, Condition, FaultKind, Found, ObjectStore, OpenUpload, Part, PartRules, Seal, Source,
    SourceIdentity, StoreFault, Stored, UploadLister, WriteOptions,
};
use rowgate_testkit::contract::{self, Fixture, SourceFixture};

/// The promise that a model breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Breaks {
    Nothing,
    ConditionOfPut,
    ConditionOfComplete,
    ChecksumOfPut,
    ChecksumOfPart,
    LengthOfSeal,
    ChecksumOfSeal,
    OrderOfParts,
    PartsReplaced,
    InvisibleUntilComplete,
    AbortTwice,
    AbortDrops,
    UploadsApart,
    OwnParts,
    RunTold,
    ContainerTold,
    ListingOfPrefix,
    ListingOfBytes,
}

const BROKEN_WRITES: [Breaks; 15] = [
    Breaks::ConditionOfPut,
    Breaks::ConditionOfComplete,
    Breaks::ChecksumOfPut,
    Breaks::ChecksumOfPart,
    Breaks::LengthOfSeal,
    Breaks::ChecksumOfSeal,
    Breaks::OrderOfParts,
    Breaks::PartsReplaced,
    Breaks::InvisibleUntilComplete,
    Breaks::AbortTwice,
    Breaks::AbortDrops,
    Breaks::UploadsApart,
    Breaks::OwnParts,
    Breaks::RunTold,
    Breaks::ContainerTold,
];

#[derive(Clone)]
struct Model {
    breaks: Breaks,
    has_container: bool,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Object>,
    uploads: BTreeMap<usize, Upload>,
    n_versions: usize,
    n_uploads: usize,
}

#[derive(Clone)]
struct Object {
    body: Bytes,
    version: usize,
    run: String,
}

struct Upload {
    key: String,
    options: WriteOptions,
    parts: Vec<(u32, Bytes)>,
}

/// A part's upload and number, and the body that was sent.
#[derive(Debug)]
struct Tag {
    upload: usize,
    number: u32,
    body: Bytes,
}

fn refuse<T>(kind: FaultKind) -> Result<T, StoreFault> {
    Err(StoreFault::new(kind, "refused by the model"))
}

impl Model {
    fn new(breaks: Breaks) -> Self {
        Self {
            breaks,
            has_container: true,
            state: Arc::default(),
        }
    }

    fn check_container(&self) -> Result<(), StoreFault> {
        if self.has_container {
            Ok(())
        } else {
            refuse(FaultKind::NoContainer)
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn keeps(&self, promise: Breaks) -> bool {
        self.breaks != promise
    }

    fn publish(state: &mut State, key: &str, body: Bytes, options: &WriteOptions) -> Stored {
        state.n_versions += 1;
        let object = Object {
            body,
            version: state.n_versions,
            run: options.run.clone(),
        };
        let etag = Some(object.version.to_string());
        state.objects.insert(key.to_owned(), object);
        Stored { etag }
    }

    fn check_condition(state: &State, key: &str, condition: &Condition) -> Result<(), StoreFault> {
        let now = state
            .objects
            .get(key)
            .map(|object| object.version.to_string());
        match (condition, now) {
            (Condition::Absent, None) => Ok(()),
            (Condition::Absent, Some(_)) => refuse(FaultKind::AlreadyExists),
            (Condition::Unchanged(tag), Some(now)) if *tag == now => Ok(()),
            (Condition::Unchanged(_), _) => refuse(FaultKind::Changed),
        }
    }
}

impl ObjectStore for Model {
    type Upload = usize;
    type PartTag = Tag;

    fn rules(&self) -> PartRules {
        PartRules {
            part_bytes_min: 100,
            part_bytes_max: 1000,
            parts_max: 10,
            in_flight_max: 4,
        }
    }

    async fn look(&self, key: &str) -> Result<Option<Found>, StoreFault> {
        if self.keeps(Breaks::ContainerTold) {
            self.check_container()?;
        }
        let object = self.lock().objects.get(key).cloned();
        Ok(object.map(|object| Found {
            tag: object.version.to_string(),
            bytes: u64::try_from(object.body.len()).unwrap(),
            run: self.keeps(Breaks::RunTold).then_some(object.run),
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
        self.check_container()?;
        let mut state = self.lock();
        if Crc64::of(&body) != crc64 && self.keeps(Breaks::ChecksumOfPut) {
            return refuse(FaultKind::Protocol);
        }
        if self.keeps(Breaks::ConditionOfPut) {
            Self::check_condition(&state, key, &options.condition)?;
        }
        Ok(Self::publish(&mut state, key, body, options))
    }

    async fn create(&self, key: &str, options: &WriteOptions) -> Result<usize, StoreFault> {
        self.check_container()?;
        let mut state = self.lock();
        let shared = state.uploads.iter().find(|(_, upload)| upload.key == key);
        if let Some((id, _)) = shared
            && !self.keeps(Breaks::UploadsApart)
        {
            return Ok(*id);
        }
        state.n_uploads += 1;
        let upload = Upload {
            key: key.to_owned(),
            options: options.clone(),
            parts: Vec::new(),
        };
        let id = state.n_uploads;
        state.uploads.insert(id, upload);
        Ok(id)
    }

    async fn put_part(&self, upload: &usize, part: Part) -> Result<Tag, StoreFault> {
        let mut state = self.lock();
        let Some(open) = state.uploads.get_mut(upload) else {
            return refuse(FaultKind::NotFound);
        };
        if Crc64::of(&part.body) != part.crc64 && self.keeps(Breaks::ChecksumOfPart) {
            return refuse(FaultKind::Protocol);
        }
        let is_repeat = open.parts.iter().any(|(number, _)| *number == part.number);
        if self.keeps(Breaks::PartsReplaced) || !is_repeat {
            open.parts.retain(|(number, _)| *number != part.number);
            open.parts.push((part.number, part.body.clone()));
        }
        if self.keeps(Breaks::OrderOfParts) {
            open.parts.sort_by_key(|(number, _)| *number);
        }
        let (key, options) = (open.key.clone(), open.options.clone());
        if !self.keeps(Breaks::InvisibleUntilComplete) {
            Self::publish(&mut state, &key, part.body.clone(), &options);
        }
        Ok(Tag {
            upload: *upload,
            number: part.number,
            body: part.body,
        })
    }

    async fn complete(
        &self,
        upload: &usize,
        parts: Vec<Tag>,
        seal: Seal,
    ) -> Result<Stored, StoreFault> {
        let mut state = self.lock();
        let Some(open) = state.uploads.get(upload) else {
            return refuse(FaultKind::NotFound);
        };
        let is_own = |tag: &Tag| {
            tag.upload == *upload && open.parts.iter().any(|(number, _)| *number == tag.number)
        };
        if !parts.iter().all(is_own) && self.keeps(Breaks::OwnParts) {
            return refuse(FaultKind::Protocol);
        }
        let whole: Bytes = if self.keeps(Breaks::OwnParts) {
            open.parts
                .iter()
                .flat_map(|(_, body)| body.clone())
                .collect()
        } else {
            parts.into_iter().flat_map(|tag| tag.body).collect()
        };
        let is_length = u64::try_from(whole.len()) == Ok(seal.bytes);
        if !is_length && self.keeps(Breaks::LengthOfSeal) {
            return refuse(FaultKind::Protocol);
        }
        // The broken kinds that mix bodies up would otherwise be caught here, and not by the suite.
        let sums_matter = self.keeps(Breaks::ChecksumOfSeal)
            && self.keeps(Breaks::OrderOfParts)
            && self.keeps(Breaks::PartsReplaced);
        if is_length && Crc64::of(&whole) != seal.crc64 && sums_matter {
            return refuse(FaultKind::Protocol);
        }
        let (key, options) = (open.key.clone(), open.options.clone());
        if self.keeps(Breaks::ConditionOfComplete) {
            Self::check_condition(&state, &key, &options.condition)?;
        }
        state.uploads.remove(upload);
        Ok(Self::publish(&mut state, &key, whole, &options))
    }

    async fn abort(&self, upload: &usize) -> Result<(), StoreFault> {
        if !self.keeps(Breaks::AbortDrops) {
            return Ok(());
        }
        match self.lock().uploads.remove(upload) {
            None if !self.keeps(Breaks::AbortTwice) => refuse(FaultKind::NotFound),
            Some(_) | None => Ok(()),
        }
    }
}

impl UploadLister for Model {
    async fn open_uploads(&self, prefix: &str) -> Result<Vec<OpenUpload>, StoreFault> {
        let state = self.lock();
        let below = |key: &str| key.starts_with(prefix) || !self.keeps(Breaks::ListingOfPrefix);
        let uploads = state
            .uploads
            .iter()
            .filter(|(_, upload)| below(&upload.key));
        let open = uploads.map(|(id, upload)| OpenUpload {
            key: upload.key.clone(),
            id: id.to_string(),
            started_at_s: i64::try_from(*id).unwrap(),
            bytes: if self.keeps(Breaks::ListingOfBytes) {
                let parts = upload.parts.iter();
                parts
                    .map(|(_, body)| u64::try_from(body.len()).unwrap())
                    .sum()
            } else {
                0
            },
        });
        Ok(open.collect())
    }

    async fn abort_open(&self, upload: &OpenUpload) -> Result<(), StoreFault> {
        self.abort(&upload.id.parse().unwrap()).await
    }
}

impl Fixture for Model {
    type Store = Self;

    fn store(&self) -> &Self {
        self
    }

    fn key(&self, name: &str) -> String {
        format!("suite/{name}")
    }

    fn without_container(&self) -> Option<Self> {
        Some(Self {
            has_container: false,
            ..self.clone()
        })
    }

    async fn read(&self, key: &str) -> Option<Bytes> {
        let object = self.lock().objects.get(key).cloned();
        object.map(|object| object.body)
    }
}

/// Runs a suite; returns whether the store passed.
async fn passes(suite: impl Future<Output = ()>) -> bool {
    AssertUnwindSafe(suite).catch_unwind().await.is_ok()
}

#[tokio::test]
async fn a_store_that_keeps_its_promises_passes() {
    contract::object_store(&Model::new(Breaks::Nothing)).await;
    contract::upload_lister(&Model::new(Breaks::Nothing)).await;
}

#[tokio::test]
async fn every_broken_promise_is_noticed() {
    for breaks in BROKEN_WRITES {
        let model = Model::new(breaks);
        assert!(!passes(contract::object_store(&model)).await, "{breaks:?}");
    }
    for breaks in [
        Breaks::ListingOfPrefix,
        Breaks::ListingOfBytes,
        Breaks::AbortDrops,
    ] {
        let model = Model::new(breaks);
        assert!(!passes(contract::upload_lister(&model)).await, "{breaks:?}");
    }
}

/// What a model of a source does when its version is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pinning {
    TellsChanges,
    KeepsOldVersions,
    GivesWhatIsThere,
    EndsEarly,
}

#[derive(Clone)]
struct SourceModel {
    pinning: Pinning,
    versions: Arc<Mutex<Vec<Bytes>>>,
}

struct PinnedModel {
    model: SourceModel,
    pinned: usize,
    identity: SourceIdentity,
}

struct ModelChunks {
    rest: Bytes,
}

impl SourceFixture for SourceModel {
    type Source = PinnedModel;

    async fn replace(&self, body: Bytes) {
        self.versions.lock().unwrap().push(body);
    }

    async fn open(&self) -> Result<PinnedModel, StoreFault> {
        let versions = self.versions.lock().unwrap();
        let pinned = versions.len() - 1;
        let identity = SourceIdentity {
            uri: "model:source".to_owned(),
            version: Some(pinned.to_string()),
            bytes: u64::try_from(versions[pinned].len()).ok(),
        };
        Ok(PinnedModel {
            model: self.clone(),
            pinned,
            identity,
        })
    }
}

impl Source for PinnedModel {
    type Chunks = ModelChunks;

    fn identity(&self) -> &SourceIdentity {
        &self.identity
    }

    async fn read_from(&self, offset: u64) -> Result<ModelChunks, StoreFault> {
        let versions = self.model.versions.lock().unwrap();
        let now = versions.len() - 1;
        let mut body = match self.model.pinning {
            Pinning::TellsChanges if now != self.pinned => return refuse(FaultKind::Changed),
            Pinning::TellsChanges | Pinning::KeepsOldVersions => versions[self.pinned].clone(),
            Pinning::GivesWhatIsThere | Pinning::EndsEarly => versions[now].clone(),
        };
        if self.model.pinning == Pinning::EndsEarly {
            body.truncate(body.len().saturating_sub(1));
        }
        let offset = usize::try_from(offset).unwrap().min(body.len());
        Ok(ModelChunks {
            rest: body.slice(offset..),
        })
    }
}

impl Chunks for ModelChunks {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreFault> {
        let n_bytes = self.rest.len().min(1000);
        let chunk = self.rest.split_to(n_bytes);
        Ok((!chunk.is_empty()).then_some(chunk))
    }
}

#[tokio::test]
async fn sources_are_told_apart() {
    for (pinning, expected) in [
        (Pinning::TellsChanges, true),
        (Pinning::KeepsOldVersions, true),
        (Pinning::GivesWhatIsThere, false),
        (Pinning::EndsEarly, false),
    ] {
        let model = SourceModel {
            pinning,
            versions: Arc::default(),
        };
        assert_eq!(
            passes(contract::source(&model)).await,
            expected,
            "{pinning:?}"
        );
    }
}
