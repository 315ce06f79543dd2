//! The world as the core needs it: sources that are pinned, stores that publish all or nothing.
//!
//! The traits are small and carry their promises as `# Contract`. Every adapter passes the suite
//! `rowgate_testkit::contract`. No vendor's type stands in a signature.

use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;

use crate::checksum::Crc64;

/// What kind of refusal a store gave: it decides whose fault a failure is and whether to retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The object, or the upload, is not there.
    NotFound,
    /// The bucket or the folder that should hold the object is not there.
    NoContainer,
    /// The store knows us, as far as we can tell, and refuses.
    Denied,
    /// The store does not know us: there are no credentials, or none that it takes.
    Credentials,
    /// The call was made on the condition that nothing is there, and something is.
    AlreadyExists,
    /// The call was made on the condition that a version is unchanged, and it is not.
    Changed,
    /// What is there is not an object that can be read or replaced, such as a folder.
    NotAnObject,
    /// The call as such is refused: an unusable name, or a setting that the store does not take.
    Unusable,
    /// There is no room left.
    Full,
    /// The reader of an output stream went away.
    Closed,
    /// The store could not answer, retries included. The same call may succeed later.
    Unavailable,
    /// The store says that we broke its protocol (`InvalidPart`, `EntityTooSmall`): our bug.
    Protocol,
}

/// A store's refusal.
#[derive(Debug)]
pub struct StoreFault {
    kind: FaultKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl StoreFault {
    /// Makes a fault with no further cause.
    #[must_use]
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// Makes a fault that keeps its cause.
    #[must_use]
    pub fn with_source(
        kind: FaultKind,
        message: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            message: message.into(),
            source: Some(source.into()),
        }
    }

    /// Returns what kind of refusal it was.
    #[must_use]
    pub fn kind(&self) -> FaultKind {
        self.kind
    }
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for StoreFault {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source: &(dyn StdError + 'static) = self.source.as_deref()?;
        Some(source)
    }
}

/// Who a source is, pinned when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceIdentity {
    /// The place it was read from, as a URI or a path.
    pub uri: String,
    /// What tells one version from another: an `ETag`, a version id, or a file's device, inode,
    /// size and modification time. `None` for a stream, which is never the same twice.
    pub version: Option<String>,
    /// How many bytes it gives, where that is known beforehand.
    pub bytes: Option<u64>,
}

/// How a source is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// By gzip (RFC 1952).
    Gzip,
    /// By Zstandard (RFC 8878).
    Zstd,
    /// By bzip2.
    Bzip2,
    /// By xz.
    Xz,
}

impl Compression {
    /// Returns the name that reports and flags carry.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        }
    }
}

/// How a source is stored. What it gives is UTF-8 text all the same: whoever opened it decodes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceFormat {
    /// How it is compressed.
    pub compression: Compression,
    /// The name of the encoding of its text, in lower case.
    pub encoding: &'static str,
}

impl SourceFormat {
    /// Text in UTF-8, not compressed.
    pub const PLAIN: Self = Self {
        compression: Compression::None,
        encoding: "utf-8",
    };
}

/// A pinned run of bytes.
///
/// # Contract
///
/// * [`identity`](Self::identity) never changes: it was read before the first byte.
/// * Every read asks for that same version; if it is gone, the read fails with
///   [`FaultKind::Changed`] and never gives another version's bytes.
/// * The bytes given are exactly [`SourceIdentity::bytes`] many, where that is known: a shorter or
///   longer body is a fault, not an end.
pub trait Source: Send + Sync {
    /// The bytes from an offset on.
    type Chunks: Chunks;

    /// Returns who the source is.
    fn identity(&self) -> &SourceIdentity;

    /// Returns how the source is stored. The bytes that it gives are decoded already.
    fn format(&self) -> SourceFormat {
        SourceFormat::PLAIN
    }

    /// Returns how long the source is as it is stored, in bytes; of a stream, how much of it was read
    /// so far. `None` if that is not known: then what was given counts.
    fn stored_bytes(&self) -> Option<u64> {
        self.identity().bytes
    }

    /// Starts to read at `offset`, counted from 0 in the bytes that the source gives.
    ///
    /// # Errors
    ///
    /// The store's refusal. A stream that was read before is [`FaultKind::Unusable`].
    fn read_from(
        &self,
        offset: u64,
    ) -> impl Future<Output = Result<Self::Chunks, StoreFault>> + Send;
}

/// Bytes in order.
pub trait Chunks: Send {
    /// Returns the next bytes, never empty, or `None` at the verified end.
    ///
    /// # Errors
    ///
    /// The store's refusal. Reading again after a fault is not supported.
    fn next(&mut self) -> impl Future<Output = Result<Option<Bytes>, StoreFault>> + Send;
}

/// What must hold at the destination for a write to become visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Nothing is there.
    Absent,
    /// What is there is still the version with this tag (see [`Found::tag`]).
    Unchanged(String),
}

/// What an object holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// Accepted records.
    Destination,
    /// Rejected records, as a CSV.
    Quarantine,
    /// Rejected records, as JSON Lines.
    QuarantineLines,
    /// The report.
    Report,
}

impl ObjectKind {
    /// Returns the name that metadata carries.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Destination => "destination",
            Self::Quarantine | Self::QuarantineLines => "quarantine",
            Self::Report => "report",
        }
    }

    /// Returns the media type.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Destination | Self::Quarantine => "text/csv; charset=utf-8",
            Self::QuarantineLines => "application/x-ndjson",
            Self::Report => "application/json",
        }
    }
}

/// How an object is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteOptions {
    /// The run that writes, as a UUID: kept in the object's metadata where the store has any, so
    /// that a commit whose answer was lost can be told from somebody else's.
    pub run: String,
    /// What it holds: kept in the object's metadata too, and it decides the media type.
    pub kind: ObjectKind,
    /// What must hold when the object becomes visible.
    pub condition: Condition,
}

/// What a look at a key found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The version that is there: an `ETag`, or what serves as one.
    pub tag: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// The run that wrote it, where the store keeps metadata and a run of ours wrote it.
    pub run: Option<String>,
    /// What it holds ([`ObjectKind::as_str`]), where a run of ours wrote that down.
    pub kind: Option<String>,
    /// Its checksum as [`Crc64::to_base64`] gives it, where the store tells.
    pub crc64: Option<String>,
    /// Its first bytes (at most [`Found::HEAD_BYTES_MAX`]) where the store keeps no metadata.
    pub head: Bytes,
}

impl Found {
    /// How much of an object's beginning a look gives at most, in bytes.
    pub const HEAD_BYTES_MAX: usize = 64;
}

/// One part of an upload.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its number, from 1.
    pub number: u32,
    /// Where it begins in the whole output, in bytes from 0.
    pub offset: u64,
    /// Its bytes.
    pub body: Bytes,
    /// The checksum of `body`.
    pub crc64: Crc64,
}

/// What the whole output must turn out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Its length in bytes.
    pub bytes: u64,
    /// Its checksum.
    pub crc64: Crc64,
}

/// What the store says of an object that it has made visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The version's tag, where the store has one.
    pub etag: Option<String>,
}

/// What a store takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartRules {
    /// The smallest part before the last one, in bytes.
    pub part_bytes_min: u64,
    /// The largest part, in bytes.
    pub part_bytes_max: u64,
    /// How many parts an upload may have.
    pub parts_max: u32,
    /// How many parts may be on their way at once; 1 where order matters.
    pub in_flight_max: usize,
}

/// An unfinished upload that was found in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenUpload {
    /// The key it would become.
    pub key: String,
    /// The store's id of it.
    pub id: String,
    /// When it was begun, in seconds since the Unix epoch.
    pub started_at_s: i64,
    /// How many bytes of it the store holds.
    pub bytes: u64,
}

/// Writes as object stores offer them: nothing is visible before it is whole.
///
/// # Contract
///
/// * Nothing is visible under a key until [`put`](Self::put) or [`complete`](Self::complete)
///   returns `Ok`; then all of it is, at once, and it is durable.
/// * A [`Condition`] is tested by the store in the same step that makes the object visible.
/// * What does not match its checksum or length is refused.
/// * Adapters may repeat a call that is safe to repeat. They do not buffer, sort or abort: that is
///   policy, and it lives in [`upload`](crate::upload), where it is written and tested once.
pub trait ObjectStore: Clone + Send + Sync + 'static {
    /// The store's name for an upload in flight.
    type Upload: fmt::Debug + Send + Sync + 'static;
    /// The store's receipt for a part.
    type PartTag: fmt::Debug + Send + 'static;

    /// Returns what the store takes.
    fn rules(&self) -> PartRules;

    /// Returns what is visible under `key`, or `None`.
    ///
    /// # Errors
    ///
    /// [`FaultKind::NoContainer`] where the bucket or folder is missing,
    /// [`FaultKind::NotAnObject`] where something is there that cannot be replaced, or any other
    /// refusal.
    fn look(&self, key: &str) -> impl Future<Output = Result<Option<Found>, StoreFault>> + Send;

    /// Writes a whole object in one step.
    ///
    /// # Errors
    ///
    /// [`FaultKind::AlreadyExists`] or [`FaultKind::Changed`] if the condition does not hold, or any
    /// other refusal.
    fn put(
        &self,
        key: &str,
        body: Bytes,
        crc64: Crc64,
        options: &WriteOptions,
    ) -> impl Future<Output = Result<Stored, StoreFault>> + Send;

    /// Opens an upload. The caller now owes the store a `complete` or an `abort`.
    ///
    /// # Errors
    ///
    /// The store's refusal; nothing is owed then.
    fn create(
        &self,
        key: &str,
        options: &WriteOptions,
    ) -> impl Future<Output = Result<Self::Upload, StoreFault>> + Send;

    /// Stores a part. A repeated number replaces the earlier part.
    ///
    /// # Errors
    ///
    /// The store's refusal; the upload is still open.
    fn put_part(
        &self,
        upload: &Self::Upload,
        part: Part,
    ) -> impl Future<Output = Result<Self::PartTag, StoreFault>> + Send;

    /// Publishes the parts, whose numbers are `1..=parts.len()`, on the condition that the upload
    /// was created with.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put); the upload is still open, unless the store says that it is gone.
    fn complete(
        &self,
        upload: &Self::Upload,
        parts: Vec<Self::PartTag>,
        seal: Seal,
    ) -> impl Future<Output = Result<Stored, StoreFault>> + Send;

    /// Drops the upload and its parts. To abort twice is no fault.
    ///
    /// # Errors
    ///
    /// The store's refusal.
    fn abort(&self, upload: &Self::Upload) -> impl Future<Output = Result<(), StoreFault>> + Send;
}

/// Unfinished uploads, for those who clean up.
pub trait UploadLister: Send + Sync {
    /// Returns the unfinished uploads whose keys begin with `prefix`, oldest first.
    ///
    /// # Errors
    ///
    /// The store's refusal.
    fn open_uploads(
        &self,
        prefix: &str,
    ) -> impl Future<Output = Result<Vec<OpenUpload>, StoreFault>> + Send;

    /// Drops one of them. One that is gone already is no fault.
    ///
    /// # Errors
    ///
    /// The store's refusal.
    fn abort_open(
        &self,
        upload: &OpenUpload,
    ) -> impl Future<Output = Result<(), StoreFault>> + Send;
}

/// A key in a store, and how people call it.
#[derive(Clone, Debug)]
pub struct Place<S> {
    /// The store.
    pub store: S,
    /// The key in it.
    pub key: String,
    /// The URI or path that messages and reports show.
    pub uri: String,
}
