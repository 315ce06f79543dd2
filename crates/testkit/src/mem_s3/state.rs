//! What the store knows: buckets, objects, uploads, and the requests that it saw.

use std::collections::BTreeMap;
use std::time::SystemTime;

use md5::{Digest as _, Md5};
use s3s::dto::{Checksum, ETag, Metadata, ServerSideEncryption, StorageClass};
use s3s::{S3Result, s3_error};

use super::OWNER_ID;
use super::body::Content;
use super::checksums::{Algorithm, Received};
use super::requests::SeenRequest;

/// The limit of S3 for user metadata, names and values together.
const METADATA_BYTES_MAX: usize = 2 * 1024;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) buckets: BTreeMap<String, Bucket>,
    pub(super) open: BTreeMap<String, OpenUpload>,
    pub(super) completed: BTreeMap<String, CompletedUpload>,
    pub(super) uploads_begun: u64,
    pub(super) requests: Vec<SeenRequest>,
}

pub(super) type Bucket = BTreeMap<String, Object>;

impl State {
    pub(super) fn bucket(&self, name: &str) -> S3Result<&Bucket> {
        self.buckets
            .get(name)
            .ok_or_else(|| s3_error!(NoSuchBucket))
    }

    pub(super) fn bucket_mut(&mut self, name: &str) -> S3Result<&mut Bucket> {
        self.buckets
            .get_mut(name)
            .ok_or_else(|| s3_error!(NoSuchBucket))
    }

    pub(super) fn object(&self, bucket: &str, key: &str) -> S3Result<&Object> {
        self.bucket(bucket)?
            .get(key)
            .ok_or_else(|| s3_error!(NoSuchKey))
    }

    pub(super) fn upload(&self, bucket: &str, key: &str, id: &str) -> S3Result<&OpenUpload> {
        self.bucket(bucket)?;
        self.open
            .get(id)
            .filter(|upload| upload.bucket == bucket && upload.key == key)
            .ok_or_else(|| s3_error!(NoSuchUpload))
    }

    pub(super) fn upload_mut(
        &mut self,
        bucket: &str,
        key: &str,
        id: &str,
    ) -> S3Result<&mut OpenUpload> {
        self.bucket(bucket)?;
        self.open
            .get_mut(id)
            .filter(|upload| upload.bucket == bucket && upload.key == key)
            .ok_or_else(|| s3_error!(NoSuchUpload))
    }
}

#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) content: Content,
    pub(super) e_tag: String,
    pub(super) sums: Checksum,
    pub(super) attributes: Attributes,
    /// The length of each part; `None` where the object came in one piece.
    pub(super) part_bytes: Option<Vec<u64>>,
    pub(super) modified: SystemTime,
}

impl Object {
    pub(super) fn new(received: Received, attributes: Attributes) -> Self {
        Self {
            e_tag: attributes.e_tag(received.md5),
            content: received.content,
            sums: received.sums,
            attributes,
            part_bytes: None,
            modified: SystemTime::now(),
        }
    }

    /// Returns what is known about the object, without holding on to its bytes.
    pub(super) fn without_content(&self) -> Self {
        let bytes = self.content.len();
        Self {
            content: Content::Discarded { bytes },
            ..self.clone()
        }
    }

    pub(super) fn e_tag(&self) -> ETag {
        ETag::Strong(self.e_tag.clone())
    }
}

/// What the writer said about an object beside its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// The media type.
    pub content_type: Option<String>,
    /// The user metadata, names without `x-amz-meta-`.
    pub metadata: BTreeMap<String, String>,
    /// The storage class; `None` is `STANDARD`.
    pub storage_class: Option<String>,
    /// The encryption asked for, such as `aws:kms`.
    pub server_side_encryption: Option<String>,
    /// The key of that encryption.
    pub kms_key_id: Option<String>,
    /// The tags as they were sent, such as `team=lake&kind=orders`.
    pub tagging: Option<String>,
}

impl Attributes {
    /// Checks and takes over the user metadata.
    pub(super) fn with_metadata(mut self, metadata: Option<Metadata>) -> S3Result<Self> {
        self.metadata = metadata.unwrap_or_default().into_iter().collect();
        let bytes: usize = self
            .metadata
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        if bytes > METADATA_BYTES_MAX {
            return Err(s3_error!(MetadataTooLarge));
        }
        Ok(self)
    }

    /// Returns the `ETag` of a body with this digest: the digest itself, but under KMS something
    /// else, as on AWS, so that nobody learns to rely on it.
    pub(super) fn e_tag(&self, md5: [u8; 16]) -> String {
        match self.server_side_encryption.as_deref() {
            Some(name) if name.starts_with("aws:kms") => {
                let digest = Md5::new().chain_update(md5).chain_update(name).finalize();
                hex(&digest)
            }
            Some(_) | None => hex(&md5),
        }
    }

    pub(super) fn metadata_out(&self) -> Option<Metadata> {
        let metadata = self.metadata.clone().into_iter().collect();
        (!self.metadata.is_empty()).then_some(metadata)
    }

    pub(super) fn encryption_out(&self) -> Option<ServerSideEncryption> {
        self.server_side_encryption
            .clone()
            .map(ServerSideEncryption::from)
    }

    pub(super) fn storage_class_out(&self) -> Option<StorageClass> {
        self.storage_class.clone().map(StorageClass::from)
    }

    /// Returns the media type, or what AWS answers where none was given.
    pub(super) fn content_type_out(&self) -> String {
        let default = || "binary/octet-stream".to_owned();
        self.content_type.clone().unwrap_or_else(default)
    }
}

#[derive(Debug)]
pub(super) struct OpenUpload {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) attributes: Attributes,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) scope: ChecksumScope,
    pub(super) parts: BTreeMap<i32, StoredPart>,
    pub(super) initiated: SystemTime,
}

/// What the checksum of a multipart object covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChecksumScope {
    /// The bytes of the object.
    FullObject,
    /// The checksums of its parts.
    Composite,
}

#[derive(Clone, Debug)]
pub(super) struct StoredPart {
    pub(super) e_tag: String,
    pub(super) received: Received,
    pub(super) modified: SystemTime,
}

/// An upload that became an object: kept so that a repeated Complete gets the same answer.
#[derive(Clone, Debug)]
pub(super) struct CompletedUpload {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) object: Object,
}

/// Refuses a request that expects the bucket to be somebody else's.
pub(super) fn check_owner(expected: Option<&str>) -> S3Result<()> {
    match expected {
        Some(owner) if owner != OWNER_ID => Err(s3_error!(AccessDenied)),
        Some(_) | None => Ok(()),
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _written: std::fmt::Result = write!(text, "{byte:02x}");
        text
    })
}

/// Returns a length or count as the signed integer of the S3 API.
pub(super) fn signed<N, S: TryFrom<N>>(count: N) -> Option<S> {
    S::try_from(count).ok()
}
