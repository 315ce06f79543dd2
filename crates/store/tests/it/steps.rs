//! What most of these tests do.

use std::time::Duration;

use bytes::Bytes;
use rowgate_core::checksum::Crc64;
use rowgate_core::store::{
    Chunks, Condition, ObjectKind, ObjectStore, Part, Seal, Source, StoreFault, Stored,
    WriteOptions,
};
use rowgate_store::s3::{S3Client, S3Credentials, S3Settings, S3Store, S3WriteSettings};
use rowgate_testkit::mem_s3::{ACCESS_KEY, MemS3Server, SECRET_KEY};

pub(crate) const RUN: &str = "018f0000-0000-7000-8000-000000000001";
pub(crate) const BUCKET: &str = "lake";

pub(crate) fn options(condition: Condition) -> WriteOptions {
    WriteOptions {
        run: RUN.to_owned(),
        kind: ObjectKind::Destination,
        condition,
    }
}

/// Settings that never look at this machine's own.
pub(crate) fn settings(endpoint: String, access_key: &str, secret_key: &str) -> S3Settings {
    S3Settings {
        endpoint_url: Some(endpoint),
        region: Some("us-east-1".to_owned()),
        credentials: Some(S3Credentials {
            access_key_id: access_key.to_owned(),
            secret_access_key: secret_key.to_owned(),
            session_token: None,
        }),
        read_timeout: Duration::from_secs(30),
        attempts_max: 3,
        ..S3Settings::default()
    }
}

/// Starts an S3 in memory with one bucket.
pub(crate) async fn server() -> MemS3Server {
    let server = MemS3Server::start().await.unwrap();
    server.store().create_bucket(BUCKET);
    server
}

pub(crate) async fn client(server: &MemS3Server) -> S3Client {
    let settings = settings(server.endpoint(), ACCESS_KEY, SECRET_KEY);
    S3Client::connect(&settings).await.unwrap()
}

pub(crate) async fn store(server: &MemS3Server) -> S3Store {
    S3Store::new(client(server).await, BUCKET, S3WriteSettings::default())
}

pub(crate) async fn put<S: ObjectStore>(
    store: &S,
    key: &str,
    body: &'static [u8],
    condition: Condition,
) -> Result<Stored, StoreFault> {
    let body = Bytes::from_static(body);
    let crc64 = Crc64::of(&body);
    store.put(key, body, crc64, &options(condition)).await
}

/// Sends a whole body as one part.
pub(crate) async fn send<S: ObjectStore>(
    store: &S,
    upload: &S::Upload,
    body: &'static [u8],
) -> Result<(Vec<S::PartTag>, Seal), StoreFault> {
    let part = Part {
        number: 1,
        offset: 0,
        body: Bytes::from_static(body),
        crc64: Crc64::of(body),
    };
    let seal = Seal {
        bytes: u64::try_from(body.len()).unwrap(),
        crc64: part.crc64,
    };
    Ok((vec![store.put_part(upload, part).await?], seal))
}

/// Reads from the start to the end, or to the first fault.
pub(crate) async fn read_all<S: Source>(source: &S) -> Result<Vec<u8>, StoreFault> {
    let mut chunks = source.read_from(0).await?;
    let mut all = Vec::new();
    while let Some(bytes) = chunks.next().await? {
        all.extend_from_slice(&bytes);
    }
    Ok(all)
}
