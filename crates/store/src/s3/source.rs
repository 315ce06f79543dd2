//! An object of S3 as a source: pinned by its `ETag`, resumed where a body breaks.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::{ByteStream, ByteStreamError};
use bytes::Bytes;
use rowgate_core::store::{Chunks, FaultKind, Source, SourceIdentity, StoreFault};
use tracing::warn;

use super::client::S3Client;
use super::etag;
use super::fault::{Guard, fault};
use super::store::{check_bucket, check_key, why_refused};

/// The first wait before a broken body is asked for again; it doubles, and is jittered.
const RESUME_WAIT: Duration = Duration::from_millis(100);
/// How much must have come since the last break for it not to count against us, in bytes.
const RESUME_PROGRESS_BYTES: u64 = 64 * 1024;

/// One object, pinned.
///
/// It is pinned by its `ETag` and not by its version id: a version would need a permission of its
/// own (`s3:GetObjectVersion`), and would hide that the object was replaced during the run.
#[derive(Clone, Debug)]
pub struct S3Source(Arc<Pinned>);

#[derive(Debug)]
struct Pinned {
    client: S3Client,
    bucket: String,
    key: String,
    expected_bucket_owner: Option<String>,
    identity: SourceIdentity,
    tag: String,
    bytes: u64,
}

impl S3Source {
    /// Looks at an object and pins what is there.
    ///
    /// # Errors
    ///
    /// [`FaultKind::NotFound`], [`FaultKind::NoContainer`] where the bucket is missing,
    /// [`FaultKind::NotAnObject`] for a key that names a folder, or any other refusal.
    pub async fn open(
        client: &S3Client,
        bucket: &str,
        key: &str,
        expected_bucket_owner: Option<&str>,
    ) -> Result<Self, StoreFault> {
        check_key(key)?;
        let head = client
            .sdk()
            .head_object()
            .bucket(bucket)
            .key(key)
            .set_expected_bucket_owner(expected_bucket_owner.map(str::to_owned))
            .send()
            .await;
        let head = match head.map_err(|err| fault("HeadObject", Guard::Free, err)) {
            Ok(head) => head,
            Err(fault) if fault.kind() == FaultKind::NotFound => {
                check_bucket(client, bucket, expected_bucket_owner).await?;
                let message = format!("there is no object `{key}` in bucket `{bucket}`");
                return Err(StoreFault::with_source(FaultKind::NotFound, message, fault));
            }
            Err(fault) => {
                return Err(why_refused(client, bucket, key, expected_bucket_owner, fault).await);
            }
        };
        let (Some(tag), Some(bytes)) = (head.e_tag(), head.content_length()) else {
            let message = "HeadObject gave no `ETag` or no length: the object cannot be pinned";
            return Err(StoreFault::new(FaultKind::Unusable, message));
        };
        let tag = etag::plain(tag);
        // A length is never negative; the SDK's type only says so badly.
        let bytes = u64::try_from(bytes).unwrap_or(0);
        Ok(Self(Arc::new(Pinned {
            client: client.clone(),
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            expected_bucket_owner: expected_bucket_owner.map(str::to_owned),
            identity: SourceIdentity {
                uri: format!("s3://{bucket}/{key}"),
                version: Some(tag.clone()),
                bytes: Some(bytes),
            },
            tag,
            bytes,
        })))
    }
}

impl Source for S3Source {
    type Chunks = S3Chunks;

    fn identity(&self) -> &SourceIdentity {
        &self.0.identity
    }

    async fn read_from(&self, offset: u64) -> Result<S3Chunks, StoreFault> {
        if offset > self.0.bytes {
            let message = format!("offset {offset} is past the end, {}", self.0.bytes);
            return Err(StoreFault::new(FaultKind::Unusable, message));
        }
        let body = self.0.get(offset).await?;
        Ok(S3Chunks {
            pinned: Arc::clone(&self.0),
            body,
            offset,
            breaks: 0,
            offset_at_break: offset,
        })
    }
}

impl Pinned {
    /// Asks for the pinned version's bytes from `offset` on.
    async fn get(&self, offset: u64) -> Result<ByteStream, StoreFault> {
        if offset == self.bytes && offset > 0 {
            return Ok(ByteStream::from_static(&[])); // A range of nothing cannot be asked for.
        }
        // From the start, no range: only then does the store send the whole object's checksum.
        let range = (offset > 0).then(|| format!("bytes={offset}-"));
        let output = self
            .client
            .sdk()
            .get_object()
            .bucket(&self.bucket)
            .key(&self.key)
            .set_range(range)
            .if_match(etag::wire(&self.tag))
            .set_expected_bucket_owner(self.expected_bucket_owner.clone())
            .send()
            .await
            .map_err(|err| fault("GetObject", Guard::Version, err))?;
        self.check(&output, offset)?;
        Ok(output.body)
    }

    /// Believes the answer only if it is about our version and our bytes: some stores ignore
    /// conditions and ranges.
    fn check(&self, output: &GetObjectOutput, offset: u64) -> Result<(), StoreFault> {
        if output.e_tag().map(etag::plain).as_ref() != Some(&self.tag) {
            return Err(self.changed());
        }
        let begins_there = |range: &str| range.starts_with(&format!("bytes {offset}-"));
        if offset > 0 && !output.content_range().is_some_and(begins_there) {
            let message = "GetObject ignored the range that was asked for";
            return Err(StoreFault::new(FaultKind::Unusable, message));
        }
        Ok(())
    }

    fn changed(&self) -> StoreFault {
        let message = format!("`{}` is no longer version `{}`", self.key, self.tag);
        StoreFault::new(FaultKind::Changed, message)
    }
}

/// The bytes of an [`S3Source`].
#[derive(Debug)]
pub struct S3Chunks {
    pinned: Arc<Pinned>,
    body: ByteStream,
    offset: u64,
    /// How often the body broke without much progress in between.
    breaks: u32,
    offset_at_break: u64,
}

impl Chunks for S3Chunks {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreFault> {
        loop {
            match self.body.next().await {
                Some(Ok(bytes)) if bytes.is_empty() => {}
                Some(Ok(bytes)) => {
                    let n_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                    self.offset = self.offset.saturating_add(n_bytes);
                    if self.offset > self.pinned.bytes {
                        return Err(self.pinned.changed());
                    }
                    return Ok(Some(bytes));
                }
                None if self.offset == self.pinned.bytes => return Ok(None),
                None => self.resume(None).await?,
                Some(Err(err)) => self.resume(Some(err)).await?,
            }
        }
    }
}

impl S3Chunks {
    /// Asks again for what is missing, unless that was done often enough.
    async fn resume(&mut self, cause: Option<ByteStreamError>) -> Result<(), StoreFault> {
        if self.offset.saturating_sub(self.offset_at_break) >= RESUME_PROGRESS_BYTES {
            self.breaks = 0;
        }
        self.breaks = self.breaks.saturating_add(1);
        self.offset_at_break = self.offset;
        // Every byte came and still there is an error: the bytes are wrong, not too few.
        let is_whole = self.offset == self.pinned.bytes;
        if is_whole || self.breaks >= self.pinned.client.attempts_max() {
            let message = if is_whole {
                "the body does not match the store's checksum of it".to_owned()
            } else {
                format!(
                    "the body broke off at byte {}, again and again",
                    self.offset
                )
            };
            return Err(match cause {
                Some(cause) => StoreFault::with_source(FaultKind::Unavailable, message, cause),
                None => StoreFault::new(FaultKind::Unavailable, message),
            });
        }
        warn!(
            key = %self.pinned.key,
            offset = self.offset,
            breaks = self.breaks,
            cause = cause.map(|err| DisplayErrorContext(err).to_string()),
            "body broke off, asking for the rest"
        );
        let wait = RESUME_WAIT.saturating_mul(1 << self.breaks.min(6));
        tokio::time::sleep(wait.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
        self.body = self.pinned.get(self.offset).await?;
        Ok(())
    }
}
