//! Whole objects: put, get, head, delete, list.

use std::ops::Range;

use hyper::{HeaderMap, StatusCode};
use s3s::dto::{
    Checksum, ChecksumMode, ChecksumType, DeleteObjectInput, DeleteObjectOutput, GetObjectInput,
    GetObjectOutput, HeadObjectInput, HeadObjectOutput, ListObjectsV2Input, ListObjectsV2Output,
    Object as ListedObject, PutObjectInput, PutObjectOutput, Range as AskedRange,
};
use s3s::{S3Error, S3ErrorCode, S3Result, TrailingHeaders, s3_error};

use super::MemS3;
use super::checksums::{Algorithm, Claims, checksums_in, checksums_out, receive};
use super::conditions::{check_read, check_write};
use super::requests::{Operation, SeenRequest};
use super::state::{Attributes, Object, check_owner, signed};

/// How many keys a page holds unless fewer are asked for.
const PAGE_KEYS: usize = 1_000;

impl MemS3 {
    pub(super) async fn put_one(
        &self,
        input: PutObjectInput,
        headers: &HeaderMap,
        trailers: Option<TrailingHeaders>,
    ) -> S3Result<PutObjectOutput> {
        self.saw(
            SeenRequest::new(Operation::PutObject, &input.bucket, &input.key)
                .conditions(input.if_match.as_ref(), input.if_none_match.as_ref()),
        );
        check_owner(input.expected_bucket_owner.as_deref())?;
        self.lock().bucket(&input.bucket)?;

        let mut claims = Claims {
            sums: checksums_in!(input),
            content_md5: input.content_md5,
            algorithms: Vec::new(),
        };
        let asked = Algorithm::asked(input.checksum_algorithm.as_ref())?;
        claims.algorithms.extend(asked);
        claims.announced(headers);
        let attributes = Attributes {
            content_type: input.content_type,
            storage_class: input.storage_class.map(|class| class.as_str().to_owned()),
            server_side_encryption: input
                .server_side_encryption
                .map(|name| name.as_str().to_owned()),
            kms_key_id: input.ssekms_key_id,
            tagging: input.tagging,
            ..Attributes::default()
        };
        let attributes = attributes.with_metadata(input.metadata)?;
        let received = receive(input.body, claims, trailers, self.retention).await?;
        let object = Object::new(received, attributes);

        let mut output = PutObjectOutput {
            e_tag: Some(object.e_tag()),
            checksum_type: Some(full_object()),
            server_side_encryption: object.attributes.encryption_out(),
            ssekms_key_id: object.attributes.kms_key_id.clone(),
            ..PutObjectOutput::default()
        };
        checksums_out!(output, &object.sums);

        let mut state = self.lock();
        let bucket = state.bucket_mut(&input.bucket)?;
        check_write(
            bucket.get(&input.key),
            input.if_match.as_ref(),
            input.if_none_match.as_ref(),
        )?;
        bucket.insert(input.key, object);
        Ok(output)
    }

    /// Answers the object, and the status where it is only a part of it.
    pub(super) fn get(
        &self,
        input: &GetObjectInput,
    ) -> S3Result<(GetObjectOutput, Option<StatusCode>)> {
        self.saw(
            SeenRequest::new(Operation::GetObject, &input.bucket, &input.key)
                .part(input.part_number)
                .range(input.range.as_ref())
                .conditions(input.if_match.as_ref(), input.if_none_match.as_ref()),
        );
        check_owner(input.expected_bucket_owner.as_deref())?;
        let object = self.lock().object(&input.bucket, &input.key)?.clone();
        check_read(
            &object,
            input.if_match.as_ref(),
            input.if_none_match.as_ref(),
        )?;
        let selection = Selection::new(&object, input.range.as_ref(), input.part_number)?;

        let body = object.content.stream(selection.bytes.clone());
        let body = body.ok_or_else(|| s3_error!(InternalError, "this store discards bodies"))?;
        let attributes = &object.attributes;
        let mut output = GetObjectOutput {
            body: Some(body),
            accept_ranges: Some("bytes".to_owned()),
            content_length: selection.length(),
            content_range: selection.content_range.clone(),
            e_tag: Some(object.e_tag()),
            content_type: Some(attributes.content_type_out()),
            metadata: attributes.metadata_out(),
            last_modified: Some(object.modified.into()),
            parts_count: parts_count(&object, input.part_number),
            storage_class: attributes.storage_class_out(),
            server_side_encryption: attributes.encryption_out(),
            ssekms_key_id: attributes.kms_key_id.clone(),
            tag_count: tag_count(attributes),
            ..GetObjectOutput::default()
        };
        if let Some(sums) = selection.sums(&object, input.checksum_mode.as_ref()) {
            checksums_out!(output, &sums);
            output.checksum_type = sums.checksum_type;
        }
        Ok((output, selection.status()))
    }

    /// Answers what a get would, without the body.
    pub(super) fn head(
        &self,
        input: &HeadObjectInput,
    ) -> S3Result<(HeadObjectOutput, Option<StatusCode>)> {
        self.saw(
            SeenRequest::new(Operation::HeadObject, &input.bucket, &input.key)
                .part(input.part_number)
                .range(input.range.as_ref())
                .conditions(input.if_match.as_ref(), input.if_none_match.as_ref()),
        );
        check_owner(input.expected_bucket_owner.as_deref())?;
        let object = self.lock().object(&input.bucket, &input.key)?.clone();
        check_read(
            &object,
            input.if_match.as_ref(),
            input.if_none_match.as_ref(),
        )?;
        let selection = Selection::new(&object, input.range.as_ref(), input.part_number)?;

        let attributes = &object.attributes;
        let mut output = HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: selection.length(),
            content_range: selection.content_range.clone(),
            e_tag: Some(object.e_tag()),
            content_type: Some(attributes.content_type_out()),
            metadata: attributes.metadata_out(),
            last_modified: Some(object.modified.into()),
            parts_count: parts_count(&object, input.part_number),
            storage_class: attributes.storage_class_out(),
            server_side_encryption: attributes.encryption_out(),
            ssekms_key_id: attributes.kms_key_id.clone(),
            ..HeadObjectOutput::default()
        };
        if let Some(sums) = selection.sums(&object, input.checksum_mode.as_ref()) {
            checksums_out!(output, &sums);
            output.checksum_type = sums.checksum_type;
        }
        Ok((output, selection.status()))
    }

    pub(super) fn delete(&self, input: &DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
        self.saw(SeenRequest::new(
            Operation::DeleteObject,
            &input.bucket,
            &input.key,
        ));
        check_owner(input.expected_bucket_owner.as_deref())?;
        self.lock().bucket_mut(&input.bucket)?.remove(&input.key);
        Ok(DeleteObjectOutput::default())
    }

    pub(super) fn list(&self, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
        let prefix = input.prefix.unwrap_or_default();
        self.saw(SeenRequest::new(
            Operation::ListObjectsV2,
            &input.bucket,
            &prefix,
        ));
        check_owner(input.expected_bucket_owner.as_deref())?;
        if input.delimiter.is_some() {
            return Err(s3_error!(NotImplemented, "listing with a delimiter"));
        }
        let state = self.lock();
        let bucket = state.bucket(&input.bucket)?;
        let page_keys = page_len(input.max_keys, PAGE_KEYS);
        let after = input
            .continuation_token
            .as_ref()
            .or(input.start_after.as_ref());
        let mut found = bucket
            .iter()
            .filter(|(key, _)| key.starts_with(&prefix))
            .filter(|(key, _)| after.is_none_or(|after| *key > after))
            .peekable();
        let contents: Vec<_> = found
            .by_ref()
            .take(page_keys)
            .map(|(key, object)| ListedObject {
                key: Some(key.clone()),
                size: signed(object.content.len()),
                e_tag: Some(object.e_tag()),
                last_modified: Some(object.modified.into()),
                ..ListedObject::default()
            })
            .collect();
        let is_truncated = found.peek().is_some();
        let last = contents.last().and_then(|object| object.key.clone());
        Ok(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: Some(prefix),
            max_keys: signed(page_keys),
            key_count: signed(contents.len()),
            is_truncated: Some(is_truncated),
            continuation_token: input.continuation_token,
            next_continuation_token: last.filter(|_| is_truncated),
            contents: Some(contents),
            ..ListObjectsV2Output::default()
        })
    }
}

/// The bytes of an object that were asked for.
#[derive(Debug)]
struct Selection {
    bytes: Range<u64>,
    /// The answer's `Content-Range`, unless the whole object was asked for.
    content_range: Option<String>,
}

impl Selection {
    fn new(
        object: &Object,
        range: Option<&AskedRange>,
        part_number: Option<i32>,
    ) -> S3Result<Self> {
        let whole = object.content.len();
        let bytes = match (range, part_number) {
            (None, None) => {
                return Ok(Self {
                    bytes: 0..whole,
                    content_range: None,
                });
            }
            (Some(_), Some(_)) => {
                return Err(s3_error!(InvalidRequest, "a range and a part number"));
            }
            (Some(range), None) => range.check(whole).map_err(|_| s3_error!(InvalidRange))?,
            (None, Some(number)) => part_range(object, number).ok_or_else(|| {
                let mut err = S3Error::new(S3ErrorCode::Custom("InvalidPartNumber".into()));
                err.set_status_code(StatusCode::RANGE_NOT_SATISFIABLE);
                err
            })?,
        };
        let last = bytes.end.saturating_sub(1);
        let content_range = format!("bytes {}-{last}/{whole}", bytes.start);
        Ok(Self {
            bytes,
            content_range: Some(content_range),
        })
    }

    fn length(&self) -> Option<i64> {
        signed(self.bytes.end - self.bytes.start)
    }

    fn status(&self) -> Option<StatusCode> {
        self.content_range
            .as_ref()
            .map(|_| StatusCode::PARTIAL_CONTENT)
    }

    /// Returns the checksums, if they were asked for and cover what is answered.
    fn sums(&self, object: &Object, mode: Option<&ChecksumMode>) -> Option<Checksum> {
        mode?;
        self.content_range.is_none().then(|| Checksum {
            checksum_type: object.sums.checksum_type.clone().or(Some(full_object())),
            ..object.sums.clone()
        })
    }
}

/// Returns the bytes of a part. An object that came in one piece is its own part 1.
fn part_range(object: &Object, number: i32) -> Option<Range<u64>> {
    let idx = usize::try_from(number).ok()?.checked_sub(1)?;
    let whole = [object.content.len()];
    let parts = object.part_bytes.as_deref().unwrap_or(&whole);
    let start = parts.iter().take(idx).sum();
    let bytes = parts.get(idx)?;
    Some(start..start + bytes)
}

/// S3 tells the number of parts only to those who ask for a part.
fn parts_count(object: &Object, part_number: Option<i32>) -> Option<i32> {
    part_number?;
    signed(object.part_bytes.as_ref()?.len())
}

fn tag_count(attributes: &Attributes) -> Option<i32> {
    signed(attributes.tagging.as_ref()?.split('&').count())
}

fn full_object() -> ChecksumType {
    ChecksumType::from_static(ChecksumType::FULL_OBJECT)
}

/// Returns how long a page is to be: what was asked for, at most `most`.
pub(super) fn page_len(asked: Option<i32>, most: usize) -> usize {
    asked.map_or(most, |asked| usize::try_from(asked).unwrap_or(0).min(most))
}
