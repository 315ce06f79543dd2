//! An S3 in memory that is as strict as AWS documents, for the operations that rowgate uses.
//!
//! What it does not implement it refuses (`NotImplemented`); it never pretends. What a test wants
//! to know it can ask: [`MemS3::open_uploads`], [`MemS3::object_info`], [`MemS3::requests`].
//!
//! Known to be more lenient than AWS: an upload with a composite checksum may be completed without
//! naming the parts' checksums, bucket policies and versions do not exist, and every writer owns
//! every bucket.
//!
//! ```
//! use rowgate_testkit::mem_s3::MemS3Server;
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! # runtime.block_on(async {
//! let server = MemS3Server::start().await?;
//! server.store().create_bucket("lake");
//! server.store().put("lake", "orders.csv", "id\n1\n");
//!
//! // ... point an S3 client at server.endpoint(), and look at what it did:
//! assert_eq!(server.store().open_uploads(), 0);
//! assert_eq!(server.store().object("lake", "orders.csv").unwrap(), "id\n1\n");
//! # std::io::Result::Ok(()) })?;
//! # std::io::Result::Ok(())
//! ```

mod body;
mod checksums;
mod complete;
mod conditions;
mod multipart;
mod objects;
mod requests;
mod server;
mod service;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use md5::{Digest as _, Md5};
use s3s::checksum::ChecksumHasher;
use s3s::dto::Checksum;

pub use self::checksums::Algorithm;
pub use self::requests::{Operation, SeenRequest};
pub use self::server::{ACCESS_KEY, MemS3Server, SECRET_KEY};
pub use self::state::Attributes;

use self::body::{Content, ContentBuilder, Repeated, Retention};
use self::checksums::Received;
use self::state::{Object, State, hex};

/// The account that owns every bucket: any other `expected_bucket_owner` is answered with 403.
pub const OWNER_ID: &str = "111122223333";

/// The store. Cheap to clone: all clones share what is stored, so a test can look while a server
/// runs.
#[derive(Clone, Debug, Default)]
pub struct MemS3 {
    state: Arc<Mutex<State>>,
    retention: Retention,
}

/// What is known about an object, beside its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// The `ETag`, without quotes.
    pub e_tag: String,
    /// The length in bytes.
    pub bytes: u64,
    /// The length of each part; `None` where the object came in one piece.
    pub part_bytes: Option<Vec<u64>>,
    /// The checksums that are kept, in base64; those of a composite end in `-N`.
    pub checksums: Vec<(Algorithm, String)>,
    /// What the writer said about it.
    pub attributes: Attributes,
}

impl MemS3 {
    /// Makes an empty store without buckets.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a store that counts and verifies the bodies that are uploaded to it, and drops them.
    ///
    /// A test can write gigabytes to it. To read such an object is answered with 500. Objects that
    /// the test itself puts in are kept.
    #[must_use]
    pub fn discarding() -> Self {
        Self {
            retention: Retention::Discard,
            ..Self::default()
        }
    }

    /// Makes a bucket, unless it is there.
    pub fn create_bucket(&self, bucket: &str) {
        self.lock().buckets.entry(bucket.to_owned()).or_default();
    }

    /// Puts an object in, as if it had come as one body; makes its bucket where there is none.
    pub fn put(&self, bucket: &str, key: &str, body: impl Into<Bytes>) {
        let body = body.into();
        let mut content = ContentBuilder::new(Retention::Keep);
        content.push(&body);
        let mut hasher = ChecksumHasher {
            crc64nvme: Some(s3s::crypto::Crc64Nvme::default()),
            ..ChecksumHasher::default()
        };
        hasher.update(&body);
        let received = Received {
            content: content.finish(),
            md5: Md5::digest(&body).into(),
            sums: hasher.finalize(),
        };
        self.insert(bucket, key, Object::new(received, Attributes::default()));
    }

    /// Puts in a source that is too large for memory: `head`, then `block` `times` times.
    ///
    /// With a CSV header as the head and a run of whole records as the block, it is a CSV of any
    /// size. Its `ETag` is a digest of the recipe, not of the bytes, and it has no checksum.
    pub fn put_repeated(
        &self,
        bucket: &str,
        key: &str,
        head: impl Into<Bytes>,
        block: impl Into<Bytes>,
        times: u64,
    ) {
        let (head, block) = (head.into(), block.into());
        let digest = Md5::new()
            .chain_update(&head)
            .chain_update(&block)
            .chain_update(times.to_be_bytes());
        let object = Object {
            content: Content::Repeated(Repeated { head, block, times }),
            e_tag: hex(&digest.finalize()),
            sums: Checksum::default(),
            attributes: Attributes::default(),
            part_bytes: None,
            modified: SystemTime::now(),
        };
        self.insert(bucket, key, object);
    }

    /// Returns an object's bytes, or `None` if there is no such object or its body was dropped.
    #[must_use]
    pub fn object(&self, bucket: &str, key: &str) -> Option<Bytes> {
        let object = self.lock().object(bucket, key).ok()?.clone();
        object.content.to_bytes()
    }

    /// Returns what is known about an object, or `None` if there is none.
    #[must_use]
    pub fn object_info(&self, bucket: &str, key: &str) -> Option<ObjectInfo> {
        let object = self.lock().object(bucket, key).ok()?.clone();
        let checksums = Algorithm::ALL
            .into_iter()
            .filter_map(|algorithm| Some((algorithm, algorithm.of(&object.sums)?.to_owned())))
            .collect();
        Some(ObjectInfo {
            bytes: object.content.len(),
            e_tag: object.e_tag,
            part_bytes: object.part_bytes,
            checksums,
            attributes: object.attributes,
        })
    }

    /// Returns the keys of a bucket in order; none where there is no such bucket.
    #[must_use]
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        let state = self.lock();
        let bucket = state.buckets.get(bucket);
        bucket.map_or_else(Vec::new, |bucket| bucket.keys().cloned().collect())
    }

    /// Returns how many multipart uploads are neither completed nor aborted.
    #[must_use]
    pub fn open_uploads(&self) -> usize {
        self.lock().open.len()
    }

    /// Returns the requests seen so far, in the order in which they came in.
    #[must_use]
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.lock().requests.clone()
    }

    /// Returns how many requests asked for `operation`.
    #[must_use]
    pub fn count(&self, operation: Operation) -> usize {
        let state = self.lock();
        let seen = state.requests.iter();
        seen.filter(|seen| seen.operation == operation).count()
    }

    /// Forgets the requests seen so far.
    pub fn clear_requests(&self) {
        self.lock().requests.clear();
    }

    fn insert(&self, bucket: &str, key: &str, object: Object) {
        let mut state = self.lock();
        let bucket = state.buckets.entry(bucket.to_owned()).or_default();
        bucket.insert(key.to_owned(), object);
    }

    fn saw(&self, request: SeenRequest) {
        self.lock().requests.push(request);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is made in one step, so a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
