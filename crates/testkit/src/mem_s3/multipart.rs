//! Multipart uploads while they are open: create, send, list, abort.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::time::SystemTime;

use hyper::HeaderMap;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, ChecksumAlgorithm, ChecksumType,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, ListMultipartUploadsInput,
    ListMultipartUploadsOutput, ListPartsInput, ListPartsOutput, MultipartUpload, Part,
    UploadPartInput, UploadPartOutput,
};
use s3s::{S3Result, TrailingHeaders, s3_error};

use super::MemS3;
use super::checksums::{Algorithm, Claims, checksums_in, checksums_out, receive};
use super::objects::page_len;
use super::requests::{Operation, SeenRequest};
use super::state::{Attributes, ChecksumScope, OpenUpload, StoredPart, check_owner, signed};

/// The numbers that a part may have.
const PART_NUMBERS: std::ops::RangeInclusive<i32> = 1..=10_000;
/// The largest part, in bytes.
const PART_BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024;
/// How many parts or uploads a page lists unless fewer are asked for.
const PAGE_LEN: usize = 1_000;

impl MemS3 {
    pub(super) fn create(
        &self,
        input: CreateMultipartUploadInput,
    ) -> S3Result<CreateMultipartUploadOutput> {
        self.saw(SeenRequest::new(
            Operation::CreateMultipartUpload,
            &input.bucket,
            &input.key,
        ));
        check_owner(input.expected_bucket_owner.as_deref())?;
        let algorithm = Algorithm::asked(input.checksum_algorithm.as_ref())?;
        let scope = scope(algorithm, input.checksum_type.as_ref())?;
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

        let mut state = self.lock();
        state.bucket(&input.bucket)?;
        state.uploads_begun += 1;
        let id = format!("mem-upload-{:08}", state.uploads_begun);
        let output = CreateMultipartUploadOutput {
            bucket: Some(input.bucket.clone()),
            key: Some(input.key.clone()),
            upload_id: Some(id.clone()),
            checksum_algorithm: input.checksum_algorithm,
            checksum_type: algorithm.map(|_| scope.into()),
            server_side_encryption: attributes.encryption_out(),
            ssekms_key_id: attributes.kms_key_id.clone(),
            ..CreateMultipartUploadOutput::default()
        };
        let upload = OpenUpload {
            bucket: input.bucket,
            key: input.key,
            attributes,
            algorithm,
            scope,
            parts: BTreeMap::new(),
            initiated: SystemTime::now(),
        };
        state.open.insert(id, upload);
        Ok(output)
    }

    pub(super) async fn put_part(
        &self,
        input: UploadPartInput,
        headers: &HeaderMap,
        trailers: Option<TrailingHeaders>,
    ) -> S3Result<UploadPartOutput> {
        let number = input.part_number;
        self.saw(
            SeenRequest::new(Operation::UploadPart, &input.bucket, &input.key)
                .upload(&input.upload_id)
                .part(Some(number)),
        );
        check_owner(input.expected_bucket_owner.as_deref())?;
        if !PART_NUMBERS.contains(&number) {
            return Err(s3_error!(
                InvalidArgument,
                "Part number must be an integer between 1 and 10000, inclusive"
            ));
        }
        let mut claims = Claims {
            sums: checksums_in!(input),
            content_md5: input.content_md5,
            algorithms: Vec::new(),
        };
        let asked = Algorithm::asked(input.checksum_algorithm.as_ref())?;
        claims.algorithms.extend(asked);
        claims.announced(headers);
        let of_upload = self
            .lock()
            .upload(&input.bucket, &input.key, &input.upload_id)?
            .algorithm;
        check_algorithm(&claims, of_upload)?;
        // The object's own checksum will be made of these.
        claims
            .algorithms
            .push(of_upload.unwrap_or(Algorithm::Crc64Nvme));
        let received = receive(input.body, claims, trailers, self.retention).await?;
        if received.content.len() > PART_BYTES_MAX {
            return Err(s3_error!(EntityTooLarge));
        }

        // The upload may have been aborted or completed while the body came in.
        let mut state = self.lock();
        let upload = state.upload_mut(&input.bucket, &input.key, &input.upload_id)?;
        let e_tag = upload.attributes.e_tag(received.md5);
        let mut output = UploadPartOutput {
            e_tag: Some(ETag::Strong(e_tag.clone())),
            server_side_encryption: upload.attributes.encryption_out(),
            ssekms_key_id: upload.attributes.kms_key_id.clone(),
            ..UploadPartOutput::default()
        };
        checksums_out!(output, &received.sums);
        let part = StoredPart {
            e_tag,
            received,
            modified: SystemTime::now(),
        };
        upload.parts.insert(number, part);
        Ok(output)
    }

    pub(super) fn parts(&self, input: ListPartsInput) -> S3Result<ListPartsOutput> {
        self.saw(
            SeenRequest::new(Operation::ListParts, &input.bucket, &input.key)
                .upload(&input.upload_id),
        );
        check_owner(input.expected_bucket_owner.as_deref())?;
        let state = self.lock();
        let upload = state.upload(&input.bucket, &input.key, &input.upload_id)?;
        let after = input.part_number_marker.unwrap_or(0);
        let page_len = page_len(input.max_parts, PAGE_LEN);
        let mut found = upload
            .parts
            .range((Bound::Excluded(after), Bound::Unbounded))
            .peekable();
        let parts: Vec<_> = found
            .by_ref()
            .take(page_len)
            .map(|(number, part)| listed_part(*number, part))
            .collect();
        Ok(ListPartsOutput {
            is_truncated: Some(found.peek().is_some()),
            next_part_number_marker: parts.last().and_then(|part| part.part_number),
            part_number_marker: Some(after),
            max_parts: signed(page_len),
            parts: Some(parts),
            checksum_algorithm: upload.algorithm.map(api_algorithm),
            checksum_type: upload.algorithm.map(|_| upload.scope.into()),
            storage_class: upload.attributes.storage_class_out(),
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            ..ListPartsOutput::default()
        })
    }

    pub(super) fn uploads(
        &self,
        input: ListMultipartUploadsInput,
    ) -> S3Result<ListMultipartUploadsOutput> {
        let prefix = input.prefix.clone().unwrap_or_default();
        self.saw(SeenRequest::new(
            Operation::ListMultipartUploads,
            &input.bucket,
            &prefix,
        ));
        check_owner(input.expected_bucket_owner.as_deref())?;
        if input.delimiter.is_some() {
            return Err(s3_error!(NotImplemented, "listing with a delimiter"));
        }
        let state = self.lock();
        state.bucket(&input.bucket)?;
        let page_len = page_len(input.max_uploads, PAGE_LEN);
        // S3 sorts by key, then by age; our ids count up.
        let found: BTreeMap<_, _> = state
            .open
            .iter()
            .filter(|(_, upload)| upload.bucket == input.bucket)
            .filter(|(_, upload)| upload.key.starts_with(&prefix))
            .map(|(id, upload)| ((&upload.key, id), upload))
            .filter(|(at, _)| is_after(*at, &input))
            .collect();
        let uploads: Vec<_> = found
            .iter()
            .take(page_len)
            .map(|((key, id), upload)| MultipartUpload {
                key: Some((*key).clone()),
                upload_id: Some((*id).clone()),
                initiated: Some(upload.initiated.into()),
                checksum_algorithm: upload.algorithm.map(api_algorithm),
                checksum_type: upload.algorithm.map(|_| upload.scope.into()),
                storage_class: upload.attributes.storage_class_out(),
                ..MultipartUpload::default()
            })
            .collect();
        let is_truncated = found.len() > uploads.len();
        let last = uploads.last().filter(|_| is_truncated);
        Ok(ListMultipartUploadsOutput {
            is_truncated: Some(is_truncated),
            next_key_marker: last.and_then(|upload| upload.key.clone()),
            next_upload_id_marker: last.and_then(|upload| upload.upload_id.clone()),
            key_marker: input.key_marker,
            upload_id_marker: input.upload_id_marker,
            max_uploads: signed(page_len),
            prefix: input.prefix,
            uploads: Some(uploads),
            bucket: Some(input.bucket),
            ..ListMultipartUploadsOutput::default()
        })
    }

    pub(super) fn abort(
        &self,
        input: &AbortMultipartUploadInput,
    ) -> S3Result<AbortMultipartUploadOutput> {
        self.saw(
            SeenRequest::new(Operation::AbortMultipartUpload, &input.bucket, &input.key)
                .upload(&input.upload_id),
        );
        check_owner(input.expected_bucket_owner.as_deref())?;
        let mut state = self.lock();
        state.upload(&input.bucket, &input.key, &input.upload_id)?;
        state.open.remove(&input.upload_id);
        Ok(AbortMultipartUploadOutput::default())
    }
}

/// Returns what an upload's checksum covers; the combinations that S3 does not offer are refused.
fn scope(algorithm: Option<Algorithm>, asked: Option<&ChecksumType>) -> S3Result<ChecksumScope> {
    let full = match asked.map(ChecksumType::as_str) {
        None => matches!(algorithm, None | Some(Algorithm::Crc64Nvme)),
        Some(name) => name == ChecksumType::FULL_OBJECT,
    };
    match (algorithm, full) {
        (Some(Algorithm::Crc64Nvme), false) => Err(s3_error!(
            InvalidRequest,
            "The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm."
        )),
        (Some(algorithm), true) if !algorithm.combines() => Err(s3_error!(
            InvalidRequest,
            "The FULL_OBJECT checksum type cannot be used with the {algorithm} checksum algorithm."
        )),
        (_, true) => Ok(ChecksumScope::FullObject),
        (_, false) => Ok(ChecksumScope::Composite),
    }
}

/// Refuses a part whose checksum is of another kind than the upload's.
fn check_algorithm(claims: &Claims, of_upload: Option<Algorithm>) -> S3Result<()> {
    let Some(of_upload) = of_upload else {
        return Ok(());
    };
    let claimed = |algorithm: &Algorithm| {
        algorithm.of(&claims.sums).is_some() || claims.algorithms.contains(algorithm)
    };
    match Algorithm::ALL
        .into_iter()
        .filter(claimed)
        .find(|claimed| *claimed != of_upload)
    {
        None => Ok(()),
        Some(actual) => Err(s3_error!(
            InvalidRequest,
            "Checksum Type mismatch occurred, expected checksum Type: {of_upload}, \
             actual checksum Type: {actual}"
        )),
    }
}

fn listed_part(number: i32, part: &StoredPart) -> Part {
    let mut listed = Part {
        part_number: Some(number),
        size: signed(part.received.content.len()),
        e_tag: Some(ETag::Strong(part.e_tag.clone())),
        last_modified: Some(part.modified.into()),
        ..Part::default()
    };
    checksums_out!(listed, &part.received.sums);
    listed
}

/// Reports whether an upload comes after the markers: without an upload id marker, its key must be
/// greater.
fn is_after((key, id): (&String, &String), input: &ListMultipartUploadsInput) -> bool {
    match (&input.key_marker, &input.upload_id_marker) {
        (None, _) => true,
        (Some(key_marker), None) => key > key_marker,
        (Some(key_marker), Some(id_marker)) => (key, id) > (key_marker, id_marker),
    }
}

fn api_algorithm(algorithm: Algorithm) -> ChecksumAlgorithm {
    ChecksumAlgorithm::from_static(algorithm.name())
}

impl From<ChecksumScope> for ChecksumType {
    fn from(scope: ChecksumScope) -> Self {
        Self::from_static(match scope {
            ChecksumScope::FullObject => Self::FULL_OBJECT,
            ChecksumScope::Composite => Self::COMPOSITE,
        })
    }
}
