//! The one place that knows how the store is called without a server.

use hyper::{HeaderMap, Method, Uri};
use rowgate_testkit::mem_s3::MemS3;
use s3s::dto::{
    CompleteMultipartUploadInput, CompletedMultipartUpload, CompletedPart,
    CreateMultipartUploadInput, ETag, ETagCondition, GetObjectInput, GetObjectOutput,
    PutObjectInput, PutObjectOutput, StreamingBlob, UploadPartInput,
};
use s3s::{Body, S3, S3Request, S3Result};

pub(crate) const BUCKET: &str = "lake";
pub(crate) const KEY: &str = "orders.csv";
pub(crate) const MIB: usize = 1024 * 1024;

/// Makes a store with the bucket.
pub(crate) fn store() -> MemS3 {
    let store = MemS3::new();
    MemS3::create_bucket(&store, BUCKET);
    store
}

pub(crate) fn request<T>(input: T) -> S3Request<T> {
    S3Request {
        input,
        method: Method::GET,
        uri: Uri::default(),
        headers: HeaderMap::new(),
        extensions: hyper::http::Extensions::new(),
        credentials: None,
        region: None,
        service: None,
        trailing_headers: None,
    }
}

pub(crate) fn body(bytes: &[u8]) -> StreamingBlob {
    StreamingBlob::from(Body::from(bytes.to_vec()))
}

/// Returns what the store answered: `ok`, or the status and the code.
pub(crate) fn verdict<T>(result: S3Result<T>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(err) => {
            let status = err.status_code().or(err.code().status_code());
            format!("{} {}", status.unwrap().as_u16(), err.code().as_str())
        }
    }
}

pub(crate) fn put_input(bytes: &[u8]) -> PutObjectInput {
    PutObjectInput {
        bucket: BUCKET.to_owned(),
        key: KEY.to_owned(),
        body: Some(body(bytes)),
        ..PutObjectInput::default()
    }
}

pub(crate) async fn put(store: &MemS3, input: PutObjectInput) -> S3Result<PutObjectOutput> {
    store.put_object(request(input)).await.map(|res| res.output)
}

pub(crate) fn get_input() -> GetObjectInput {
    GetObjectInput {
        bucket: BUCKET.to_owned(),
        key: KEY.to_owned(),
        ..GetObjectInput::default()
    }
}

pub(crate) async fn get(store: &MemS3, input: GetObjectInput) -> S3Result<GetObjectOutput> {
    store.get_object(request(input)).await.map(|res| res.output)
}

/// A condition: `*`, or an `ETag` without quotes.
pub(crate) fn condition(text: &str) -> ETagCondition {
    match text {
        "*" => ETagCondition::Any,
        e_tag => ETagCondition::ETag(ETag::Strong(e_tag.to_owned())),
    }
}

pub(crate) fn create_input() -> CreateMultipartUploadInput {
    CreateMultipartUploadInput {
        bucket: BUCKET.to_owned(),
        key: KEY.to_owned(),
        ..CreateMultipartUploadInput::default()
    }
}

/// Opens an upload and returns its id.
pub(crate) async fn create(store: &MemS3, input: CreateMultipartUploadInput) -> S3Result<String> {
    let created = store.create_multipart_upload(request(input)).await?;
    Ok(created.output.upload_id.unwrap())
}

pub(crate) fn part_input(upload_id: &str, number: i32, bytes: &[u8]) -> UploadPartInput {
    UploadPartInput {
        bucket: BUCKET.to_owned(),
        key: KEY.to_owned(),
        upload_id: upload_id.to_owned(),
        part_number: number,
        body: Some(body(bytes)),
        ..UploadPartInput::default()
    }
}

/// Sends a part and returns what a Complete must say of it.
pub(crate) async fn put_part(store: &MemS3, input: UploadPartInput) -> S3Result<CompletedPart> {
    let part_number = Some(input.part_number);
    let sent = store.upload_part(request(input)).await?.output;
    Ok(CompletedPart {
        part_number,
        e_tag: sent.e_tag,
        checksum_crc32: sent.checksum_crc32,
        checksum_crc32c: sent.checksum_crc32c,
        checksum_crc64nvme: sent.checksum_crc64nvme,
        checksum_sha1: sent.checksum_sha1,
        checksum_sha256: sent.checksum_sha256,
    })
}

pub(crate) fn complete_input(
    upload_id: &str,
    parts: Vec<CompletedPart>,
) -> CompleteMultipartUploadInput {
    CompleteMultipartUploadInput {
        bucket: BUCKET.to_owned(),
        key: KEY.to_owned(),
        upload_id: upload_id.to_owned(),
        multipart_upload: Some(CompletedMultipartUpload { parts: Some(parts) }),
        ..CompleteMultipartUploadInput::default()
    }
}
