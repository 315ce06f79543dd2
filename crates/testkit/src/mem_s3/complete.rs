//! The end of a multipart upload: the one place where parts become an object.

use std::time::SystemTime;

use md5::{Digest as _, Md5};
use s3s::dto::{
    Checksum, ChecksumType, CompleteMultipartUploadInput, CompleteMultipartUploadOutput,
    CompletedPart,
};
use s3s::{S3Result, s3_error};

use super::MemS3;
use super::body::Content;
use super::checksums::{Algorithm, checksums_in, checksums_out};
use super::conditions::check_write;
use super::requests::{Operation, SeenRequest};
use super::state::{ChecksumScope, CompletedUpload, Object, OpenUpload, StoredPart, check_owner};

/// The smallest part before the last one, in bytes.
const PART_BYTES_MIN: u64 = 5 * 1024 * 1024;

impl MemS3 {
    pub(super) fn complete(
        &self,
        input: CompleteMultipartUploadInput,
    ) -> S3Result<CompleteMultipartUploadOutput> {
        self.saw(
            SeenRequest::new(
                Operation::CompleteMultipartUpload,
                &input.bucket,
                &input.key,
            )
            .upload(&input.upload_id)
            .conditions(input.if_match.as_ref(), input.if_none_match.as_ref()),
        );
        check_owner(input.expected_bucket_owner.as_deref())?;
        let mut state = self.lock();
        if let Some(done) = state.completed.get(&input.upload_id)
            && (&done.bucket, &done.key) == (&input.bucket, &input.key)
        {
            // AWS answers a repeated Complete as it answered the first.
            return Ok(answer(input, &done.object));
        }

        let upload = state.upload(&input.bucket, &input.key, &input.upload_id)?;
        let object = assemble(upload, &input)?;
        let current = state.bucket(&input.bucket)?.get(&input.key);
        check_write(
            current,
            input.if_match.as_ref(),
            input.if_none_match.as_ref(),
        )?;

        state.open.remove(&input.upload_id);
        let bucket = state.bucket_mut(&input.bucket)?;
        bucket.insert(input.key.clone(), object.clone());
        let done = CompletedUpload {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
            object: object.without_content(),
        };
        state.completed.insert(input.upload_id.clone(), done);
        Ok(answer(input, &object))
    }
}

fn answer(input: CompleteMultipartUploadInput, object: &Object) -> CompleteMultipartUploadOutput {
    let mut output = CompleteMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(object.e_tag()),
        checksum_type: object.sums.checksum_type.clone(),
        server_side_encryption: object.attributes.encryption_out(),
        ssekms_key_id: object.attributes.kms_key_id.clone(),
        ..CompleteMultipartUploadOutput::default()
    };
    checksums_out!(output, &object.sums);
    output
}

/// Makes the object out of the parts that the request names, or says what is wrong with them.
fn assemble(upload: &OpenUpload, input: &CompleteMultipartUploadInput) -> S3Result<Object> {
    let named = input.multipart_upload.as_ref();
    let named = named
        .and_then(|named| named.parts.as_deref())
        .unwrap_or(&[]);
    let parts = named_parts(upload, named)?;
    let part_bytes: Vec<u64> = parts
        .iter()
        .map(|part| part.received.content.len())
        .collect();
    if let Some((_last, before)) = part_bytes.split_last()
        && before.iter().any(|bytes| *bytes < PART_BYTES_MIN)
    {
        return Err(s3_error!(EntityTooSmall));
    }
    let total: u64 = part_bytes.iter().sum();
    if input
        .mpu_object_size
        .is_some_and(|size| u64::try_from(size) != Ok(total))
    {
        return Err(s3_error!(
            InvalidRequest,
            "the parts' sizes do not add up to x-amz-mp-object-size"
        ));
    }

    let sums = object_sums(upload, &parts);
    check_sums(input, &sums)?;
    let mut digest = Md5::new();
    for part in &parts {
        digest.update(part.received.md5);
    }
    let digest = upload.attributes.e_tag(digest.finalize().into());
    Ok(Object {
        content: Content::join(parts.iter().map(|part| &part.received.content)),
        e_tag: format!("{digest}-{}", parts.len()),
        sums,
        attributes: upload.attributes.clone(),
        part_bytes: Some(part_bytes),
        modified: SystemTime::now(),
    })
}

/// Finds the stored parts that the request names.
fn named_parts<'a>(
    upload: &'a OpenUpload,
    named: &[CompletedPart],
) -> S3Result<Vec<&'a StoredPart>> {
    if named.is_empty() {
        return Err(s3_error!(MalformedXML, "no part is named"));
    }
    let mut parts = Vec::with_capacity(named.len());
    let mut last = 0;
    for claim in named {
        let Some(number) = claim.part_number else {
            return Err(s3_error!(MalformedXML, "a part without a number"));
        };
        if number <= last {
            return Err(s3_error!(InvalidPartOrder));
        }
        check_consecutive(upload, claim, number == last + 1)?;
        last = number;
        let part = upload
            .parts
            .get(&number)
            .filter(|part| is_same(claim, part));
        parts.push(part.ok_or_else(|| s3_error!(InvalidPart))?);
    }
    Ok(parts)
}

/// A checksum of checksums needs the numbers 1, 2, 3 and so on; AWS answers 500 to a gap.
///
/// Only those who name the parts' checksums are held to it: SDKs switch on a composite CRC32 by
/// themselves, for callers who know nothing of it.
fn check_consecutive(upload: &OpenUpload, claim: &CompletedPart, follows: bool) -> S3Result<()> {
    let names_sum = upload
        .algorithm
        .is_some_and(|algorithm| algorithm.of(&checksums_in!(claim)).is_some());
    match upload.scope {
        ChecksumScope::Composite if names_sum && !follows => {
            Err(s3_error!(InternalError, "part numbers must be consecutive"))
        }
        ChecksumScope::Composite | ChecksumScope::FullObject => Ok(()),
    }
}

/// Reports whether a part is the one that the request means: the tag, and each checksum given.
fn is_same(claim: &CompletedPart, part: &StoredPart) -> bool {
    let claimed = checksums_in!(claim);
    let sums_agree = Algorithm::ALL.into_iter().all(|algorithm| {
        let value = algorithm.of(&claimed);
        value.is_none() || value == algorithm.of(&part.received.sums)
    });
    sums_agree
        && claim
            .e_tag
            .as_ref()
            .is_some_and(|e_tag| e_tag.value() == part.e_tag)
}

fn object_sums(upload: &OpenUpload, parts: &[&StoredPart]) -> Checksum {
    let algorithm = upload.algorithm.unwrap_or(Algorithm::Crc64Nvme);
    let value = match upload.scope {
        ChecksumScope::FullObject => algorithm.full_object(
            parts
                .iter()
                .map(|part| (&part.received.sums, part.received.content.len())),
        ),
        ChecksumScope::Composite => {
            algorithm.composite(parts.iter().map(|part| &part.received.sums))
        }
    };
    let mut sums = Checksum {
        checksum_type: value.as_ref().map(|_| upload.scope.into()),
        ..Checksum::default()
    };
    if let Some(value) = value {
        algorithm.set(&mut sums, value);
    }
    sums
}

/// Holds the object's checksum against what the request says that it must be.
fn check_sums(input: &CompleteMultipartUploadInput, sums: &Checksum) -> S3Result<()> {
    let kind = |kind: &Option<ChecksumType>| kind.as_ref().map(|kind| kind.as_str().to_owned());
    if input.checksum_type.is_some() && kind(&input.checksum_type) != kind(&sums.checksum_type) {
        return Err(s3_error!(
            InvalidRequest,
            "the upload has another checksum type"
        ));
    }
    let claimed = checksums_in!(input);
    for algorithm in Algorithm::ALL {
        let value = algorithm.of(&claimed);
        if value.is_some() && value != algorithm.of(sums) {
            return Err(s3_error!(
                BadDigest,
                "the {algorithm} of the object does not match"
            ));
        }
    }
    Ok(())
}
