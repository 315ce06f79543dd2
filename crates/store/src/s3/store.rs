//! A bucket as a store: multipart uploads with checksums and conditions.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart,
    ServerSideEncryption, StorageClass,
};
use bytes::Bytes;
use rowgate_core::checksum::Crc64;
use rowgate_core::store::{
    Condition, FaultKind, Found, ObjectStore, Part, PartRules, Seal, StoreFault, Stored,
    WriteOptions,
};

use super::client::S3Client;
use super::etag;
use super::fault::{Guard, fault};
use super::settings::{Checksums, Encryption, S3WriteSettings};

/// The metadata key that holds the run which wrote an object.
const RUN: &str = "rowgate-run";
/// The metadata that names what an object holds.
const KIND: &str = "rowgate-kind";

const MIB: u64 = 1024 * 1024;
/// What S3 takes.
const RULES: PartRules = PartRules {
    part_bytes_min: 5 * MIB,
    part_bytes_max: 5 * 1024 * MIB,
    parts_max: 10_000,
    // S3 has no limit of its own; the caller's byte budget is reached long before this one.
    in_flight_max: 256,
};

/// One bucket, and how objects are written to it.
#[derive(Clone, Debug)]
pub struct S3Store {
    pub(super) client: S3Client,
    pub(super) bucket: String,
    pub(super) write: S3WriteSettings,
}

/// A multipart upload in flight.
#[derive(Clone, Debug)]
pub struct S3Upload {
    key: String,
    id: String,
    condition: Condition,
}

/// The receipt for a part.
#[derive(Clone, Debug)]
pub struct S3PartTag {
    number: i32,
    e_tag: String,
    bytes: u64,
}

impl S3Store {
    /// Names a bucket. Nothing is sent.
    #[must_use]
    pub fn new(client: S3Client, bucket: impl Into<String>, write: S3WriteSettings) -> Self {
        Self {
            client,
            bucket: bucket.into(),
            write,
        }
    }

    pub(super) fn owner(&self) -> Option<String> {
        self.write.expected_bucket_owner.clone()
    }

    fn sends_checksums(&self) -> bool {
        match self.client.checksums() {
            Checksums::Supported => true,
            Checksums::Required => false,
        }
    }

    /// Returns what a checksum header says, where one is sent.
    fn checksum(&self, crc64: Crc64) -> Option<String> {
        self.sends_checksums().then(|| crc64.to_base64())
    }

    fn content_type(&self, options: &WriteOptions) -> String {
        let of_the_writer = || options.kind.content_type().to_owned();
        self.write
            .content_type
            .clone()
            .unwrap_or_else(of_the_writer)
    }

    fn storage_class(&self) -> Option<StorageClass> {
        self.write.storage_class.as_deref().map(StorageClass::from)
    }

    fn encryption(&self) -> (Option<ServerSideEncryption>, Option<String>) {
        match &self.write.encryption {
            Encryption::BucketDefault => (None, None),
            Encryption::Aes256 => (Some(ServerSideEncryption::Aes256), None),
            Encryption::Kms { key_id } => (Some(ServerSideEncryption::AwsKms), key_id.clone()),
        }
    }

    fn tagging(&self) -> Option<String> {
        let pairs = self.write.tags.iter();
        let pairs = pairs.map(|(key, value)| format!("{}={}", quoted(key), quoted(value)));
        let text = pairs.collect::<Vec<_>>().join("&");
        (!text.is_empty()).then_some(text)
    }
}

impl ObjectStore for S3Store {
    type Upload = S3Upload;
    type PartTag = S3PartTag;

    fn rules(&self) -> PartRules {
        RULES
    }

    async fn look(&self, key: &str) -> Result<Option<Found>, StoreFault> {
        check_key(key)?;
        let head = self
            .client
            .sdk()
            .head_object()
            .bucket(&self.bucket)
            .key(key)
            .checksum_mode(ChecksumMode::Enabled)
            .set_expected_bucket_owner(self.owner())
            .send()
            .await;
        let head = match head.map_err(|err| fault("HeadObject", Guard::Free, err)) {
            Ok(head) => head,
            Err(fault) if fault.kind() == FaultKind::NotFound => {
                let owner = self.write.expected_bucket_owner.as_deref();
                check_bucket(&self.client, &self.bucket, owner).await?;
                return Ok(None);
            }
            Err(fault) => {
                let owner = self.write.expected_bucket_owner.as_deref();
                return Err(why_refused(&self.client, &self.bucket, key, owner, fault).await);
            }
        };
        let Some(tag) = head.e_tag() else {
            let message = "HeadObject gave no `ETag`: the object cannot be replaced safely";
            return Err(StoreFault::new(FaultKind::Unusable, message));
        };
        Ok(Some(Found {
            tag: etag::plain(tag),
            bytes: head
                .content_length()
                .map_or(0, |n| u64::try_from(n).unwrap_or(0)),
            run: head.metadata().and_then(|all| all.get(RUN)).cloned(),
            kind: head.metadata().and_then(|all| all.get(KIND)).cloned(),
            crc64: head.checksum_crc64_nvme().map(str::to_owned),
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
        check_key(key)?;
        let (if_none_match, if_match) = preconditions(&options.condition);
        let (encryption, kms_key_id) = self.encryption();
        let output = self
            .client
            .sdk()
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .body(ByteStream::from(body))
            .set_checksum_crc64_nvme(self.checksum(crc64))
            .set_if_none_match(if_none_match)
            .set_if_match(if_match)
            .metadata(RUN, &options.run)
            .metadata(KIND, options.kind.as_str())
            .content_type(self.content_type(options))
            .set_storage_class(self.storage_class())
            .set_server_side_encryption(encryption)
            .set_ssekms_key_id(kms_key_id)
            .set_tagging(self.tagging())
            .set_expected_bucket_owner(self.owner())
            .send()
            .await
            .map_err(|err| fault("PutObject", Guard::from(&options.condition), err))?;
        Ok(Stored {
            etag: output.e_tag().map(etag::plain),
        })
    }

    async fn create(&self, key: &str, options: &WriteOptions) -> Result<S3Upload, StoreFault> {
        check_key(key)?;
        let (encryption, kms_key_id) = self.encryption();
        let checksums = self.sends_checksums();
        let output = self
            .client
            .sdk()
            .create_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .set_checksum_algorithm(checksums.then_some(ChecksumAlgorithm::Crc64Nvme))
            .set_checksum_type(checksums.then_some(ChecksumType::FullObject))
            .metadata(RUN, &options.run)
            .metadata(KIND, options.kind.as_str())
            .content_type(self.content_type(options))
            .set_storage_class(self.storage_class())
            .set_server_side_encryption(encryption)
            .set_ssekms_key_id(kms_key_id)
            .set_tagging(self.tagging())
            .set_expected_bucket_owner(self.owner())
            .send()
            .await
            .map_err(|err| fault("CreateMultipartUpload", Guard::Free, err))?;
        let Some(id) = output.upload_id else {
            let message = "CreateMultipartUpload gave no upload id";
            return Err(StoreFault::new(FaultKind::Unavailable, message));
        };
        Ok(S3Upload {
            key: key.to_owned(),
            id,
            condition: options.condition.clone(),
        })
    }

    async fn put_part(&self, upload: &S3Upload, part: Part) -> Result<S3PartTag, StoreFault> {
        let Ok(number) = i32::try_from(part.number) else {
            let message = format!("part number {} is past every limit", part.number);
            return Err(StoreFault::new(FaultKind::Protocol, message));
        };
        let bytes = u64::try_from(part.body.len()).unwrap_or(u64::MAX);
        let output = self
            .client
            .sdk()
            .upload_part()
            .bucket(&self.bucket)
            .key(&upload.key)
            .upload_id(&upload.id)
            .part_number(number)
            .body(ByteStream::from(part.body))
            .set_checksum_crc64_nvme(self.checksum(part.crc64))
            .set_expected_bucket_owner(self.owner())
            .send()
            .await
            .map_err(|err| fault("UploadPart", Guard::Free, err))?;
        let Some(e_tag) = output.e_tag else {
            let message = "UploadPart gave no `ETag`";
            return Err(StoreFault::new(FaultKind::Unavailable, message));
        };
        Ok(S3PartTag {
            number,
            e_tag,
            bytes,
        })
    }

    async fn complete(
        &self,
        upload: &S3Upload,
        parts: Vec<S3PartTag>,
        seal: Seal,
    ) -> Result<Stored, StoreFault> {
        check_length(&parts, seal)?;
        let (if_none_match, if_match) = preconditions(&upload.condition);
        let parts = parts.into_iter().map(|tag| {
            CompletedPart::builder()
                .part_number(tag.number)
                .e_tag(tag.e_tag)
                .build()
        });
        let parts = CompletedMultipartUpload::builder()
            .set_parts(Some(parts.collect()))
            .build();
        let checksums = self.sends_checksums();
        let bytes = i64::try_from(seal.bytes).ok();
        let output = self
            .client
            .sdk()
            .complete_multipart_upload()
            .bucket(&self.bucket)
            .key(&upload.key)
            .upload_id(&upload.id)
            .multipart_upload(parts)
            .set_checksum_crc64_nvme(self.checksum(seal.crc64))
            .set_checksum_type(checksums.then_some(ChecksumType::FullObject))
            .set_mpu_object_size(bytes.filter(|_| checksums))
            .set_if_none_match(if_none_match)
            .set_if_match(if_match)
            .set_expected_bucket_owner(self.owner())
            .send()
            .await
            .map_err(|err| {
                fault(
                    "CompleteMultipartUpload",
                    Guard::from(&upload.condition),
                    err,
                )
            })?;
        Ok(Stored {
            etag: output.e_tag().map(etag::plain),
        })
    }

    async fn abort(&self, upload: &S3Upload) -> Result<(), StoreFault> {
        self.abort_id(&upload.key, &upload.id).await
    }
}

impl S3Store {
    /// Aborts an upload; one that is gone is no fault.
    pub(super) async fn abort_id(&self, key: &str, id: &str) -> Result<(), StoreFault> {
        let aborted = self
            .client
            .sdk()
            .abort_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(id)
            .set_expected_bucket_owner(self.owner())
            .send()
            .await;
        match aborted.map_err(|err| fault("AbortMultipartUpload", Guard::Free, err)) {
            Ok(_) => Ok(()),
            Err(fault) if fault.kind() == FaultKind::NotFound => Ok(()),
            Err(fault) => Err(fault),
        }
    }
}

/// Refuses a key under which no object is expected.
pub(super) fn check_key(key: &str) -> Result<(), StoreFault> {
    if key.is_empty() || key.ends_with('/') {
        let message = format!("`{key}` names a folder, not an object: give the whole key");
        return Err(StoreFault::new(FaultKind::NotAnObject, message));
    }
    Ok(())
}

/// Says whether it is the bucket that is missing: an answer to `HEAD` has no body that would.
///
/// # Errors
///
/// [`FaultKind::NoContainer`] if it is. A store that will not say is not asked further.
pub(super) async fn check_bucket(
    client: &S3Client,
    bucket: &str,
    expected_bucket_owner: Option<&str>,
) -> Result<(), StoreFault> {
    let head = client
        .sdk()
        .head_bucket()
        .bucket(bucket)
        .set_expected_bucket_owner(expected_bucket_owner.map(str::to_owned))
        .send()
        .await;
    match head.map_err(|err| fault("HeadBucket", Guard::Free, err)) {
        Err(fault) if fault.kind() == FaultKind::NotFound => {
            let message = format!("there is no bucket `{bucket}`");
            Err(StoreFault::with_source(
                FaultKind::NoContainer,
                message,
                fault,
            ))
        }
        Err(fault) if fault.kind() == FaultKind::NoContainer => Err(fault),
        // Without the permission to list, the bucket's existence is a secret.
        Err(fault) => {
            tracing::debug!(bucket, error = %fault, "bucket not looked at");
            Ok(())
        }
        Ok(_) => Ok(()),
    }
}

/// Asks why a `HEAD` was refused: its answer has no body that would tell wrong credentials from a
/// lack of permission. Returns what is known then.
pub(super) async fn why_refused(
    client: &S3Client,
    bucket: &str,
    key: &str,
    expected_bucket_owner: Option<&str>,
    refusal: StoreFault,
) -> StoreFault {
    // An expired token is answered with 400, which reads as a call that cannot be made.
    if !matches!(refusal.kind(), FaultKind::Denied | FaultKind::Unusable) {
        return refusal;
    }
    let get = client
        .sdk()
        .get_object()
        .bucket(bucket)
        .key(key)
        .range("bytes=0-0")
        .set_expected_bucket_owner(expected_bucket_owner.map(str::to_owned))
        .send()
        .await;
    match get.map_err(|err| fault("GetObject", Guard::Free, err)) {
        Err(told) if matches!(told.kind(), FaultKind::Denied | FaultKind::Credentials) => told,
        // Whatever else it says, it does not say why the first call was refused.
        Ok(_) | Err(_) => refusal,
    }
}

/// Checks that the parts are as long as the whole: not every store looks at the size that it is told.
fn check_length(parts: &[S3PartTag], seal: Seal) -> Result<(), StoreFault> {
    let bytes = parts
        .iter()
        .fold(0_u64, |sum, tag| sum.saturating_add(tag.bytes));
    if bytes == seal.bytes {
        return Ok(());
    }
    let message = format!("the parts are {bytes} bytes, not {}", seal.bytes);
    Err(StoreFault::new(FaultKind::Protocol, message))
}

/// Returns the values of `If-None-Match` and `If-Match`.
fn preconditions(condition: &Condition) -> (Option<String>, Option<String>) {
    match condition {
        Condition::Absent => (Some("*".to_owned()), None),
        Condition::Unchanged(tag) => (None, Some(etag::wire(tag))),
    }
}

/// Percent-encodes a tag's key or value.
fn quoted(text: &str) -> String {
    let quoted = text.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    });
    quoted.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_survive_the_query_string() {
        assert_eq!(quoted("a b&c=d/é"), "a%20b%26c%3Dd%2F%C3%A9");
    }
}
