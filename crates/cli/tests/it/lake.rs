//! An S3 to run against: in memory, or SeaweedFS. Both get the same suite.

use std::time::Duration;

use bytes::Bytes;
use rowgate_core::checksum::Crc64;
use rowgate_core::store::{
    Chunks as _, Condition, ObjectKind, ObjectStore as _, Source as _, UploadLister as _,
    WriteOptions,
};
use rowgate_store::s3::{
    S3Client, S3Credentials, S3Settings, S3Source, S3Store, S3Upload, S3WriteSettings,
};
use rowgate_testkit::mem_s3::MemS3Server;
use rowgate_testkit::seaweed::{INSTALL, Seaweed};
use tokio::runtime::Runtime;

use crate::bench::Bench;

fn options() -> WriteOptions {
    WriteOptions {
        run: "018f0000-0000-7000-8000-000000000001".to_owned(),
        kind: ObjectKind::Destination,
        condition: Condition::Absent,
    }
}

/// A running S3 with one bucket.
pub(crate) struct Lake {
    runtime: Runtime,
    server: Server,
    client: S3Client,
    bucket: &'static str,
}

enum Server {
    Memory(MemS3Server),
    Weed(Seaweed),
}

impl Server {
    fn reached_by(&self) -> (String, &'static str, &'static str) {
        match self {
            Self::Memory(server) => (server.endpoint(), server.access_key(), server.secret_key()),
            Self::Weed(server) => (server.endpoint(), server.access_key(), server.secret_key()),
        }
    }
}

impl Lake {
    pub(crate) fn memory() -> Self {
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(MemS3Server::start()).unwrap();
        server.store().create_bucket("lake");
        Self::new(runtime, Server::Memory(server), "lake")
    }

    /// Starts SeaweedFS, or says loudly that it is not there.
    pub(crate) fn weed() -> Option<Self> {
        if Seaweed::find().is_none() {
            eprintln!("SKIPPED, for SeaweedFS is not installed: {INSTALL}");
            return None;
        }
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(Seaweed::start()).unwrap();
        let bucket = server.bucket();
        Some(Self::new(runtime, Server::Weed(server), bucket))
    }

    fn new(runtime: Runtime, server: Server, bucket: &'static str) -> Self {
        let (endpoint, access_key, secret_key) = server.reached_by();
        let settings = S3Settings {
            endpoint_url: Some(endpoint),
            region: Some("us-east-1".to_owned()),
            credentials: Some(S3Credentials {
                access_key_id: access_key.to_owned(),
                secret_access_key: secret_key.to_owned(),
                session_token: None,
            }),
            read_timeout: Duration::from_secs(30),
            ..S3Settings::default()
        };
        let client = runtime.block_on(S3Client::connect(&settings)).unwrap();
        Self {
            runtime,
            server,
            client,
            bucket,
        }
    }

    /// Returns the server in memory, to look inside or to plan faults.
    #[track_caller]
    pub(crate) fn inside(&self) -> &MemS3Server {
        match &self.server {
            Server::Memory(server) => server,
            Server::Weed(_) => panic!("there is no way into SeaweedFS"),
        }
    }

    /// Returns a bench whose environment leads here.
    pub(crate) fn bench(&self) -> Bench {
        let (endpoint, access_key, secret_key) = self.server.reached_by();
        Bench::new()
            .env("AWS_ENDPOINT_URL_S3", endpoint)
            .env("AWS_ACCESS_KEY_ID", access_key)
            .env("AWS_SECRET_ACCESS_KEY", secret_key)
            .env("AWS_REGION", "us-east-1")
    }

    pub(crate) fn uri(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }

    fn store(&self) -> S3Store {
        S3Store::new(self.client.clone(), self.bucket, S3WriteSettings::default())
    }

    pub(crate) fn put(&self, key: &str, body: impl Into<Bytes>) {
        let body = body.into();
        let crc64 = Crc64::of(&body);
        let store = self.store();
        let options = options();
        let put = store.put(key, body, crc64, &options);
        self.runtime.block_on(put).unwrap();
    }

    pub(crate) fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.runtime.block_on(async {
            let source = S3Source::open(&self.client, self.bucket, key, None)
                .await
                .ok()?;
            let mut chunks = source.read_from(0).await.unwrap();
            let mut body = Vec::new();
            while let Some(chunk) = chunks.next().await.unwrap() {
                body.extend_from_slice(&chunk);
            }
            Some(body)
        })
    }

    #[track_caller]
    pub(crate) fn text(&self, key: &str) -> String {
        let body = self
            .get(key)
            .unwrap_or_else(|| panic!("there is no `{key}`"));
        String::from_utf8(body).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self, key: &str) -> serde_json::Value {
        serde_json::from_str(&self.text(key)).unwrap()
    }

    /// Returns how many uploads are open under a prefix.
    pub(crate) fn open_uploads(&self, prefix: &str) -> usize {
        self.runtime
            .block_on(self.store().open_uploads(prefix))
            .unwrap()
            .len()
    }

    /// Opens an upload and forgets it, as a process does that is killed.
    pub(crate) fn leave_upload(&self, key: &str) -> S3Upload {
        let store = self.store();
        let options = options();
        let created = store.create(key, &options);
        self.runtime.block_on(created).unwrap()
    }
}
