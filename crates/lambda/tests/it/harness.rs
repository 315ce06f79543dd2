//! A store with sources in it, and an app that reaches it. SeaweedFS and memory get the same tests.

use std::time::Duration;

use bytes::Bytes;
use rowgate_app::jobs::App;
use rowgate_app::settings::{FrontEnd, Settings};
use rowgate_core::checksum::Crc64;
use rowgate_core::store::{
    Chunks as _, Condition, ObjectKind, ObjectStore as _, Source as _, UploadLister as _,
    WriteOptions,
};
use rowgate_store::s3::{S3Client, S3Credentials, S3Settings, S3Source, S3Store, S3WriteSettings};
use rowgate_testkit::mem_s3::MemS3Server;
use rowgate_testkit::seaweed::{INSTALL, Seaweed};

/// The size of a part: what the function sends unless it is told otherwise.
pub(crate) const PART_BYTES: usize = 6_291_456;
pub(crate) const SCHEMA_KEY: &str = "rows.schema.json";
const SCHEMA: &str = r#"{"fields": [{"name": "id", "type": "integer"}, {"name": "padding"}]}"#;

/// Returns records that make so many parts when they land: all but the last are full. They are
/// long, so that a debug build has few to judge; the letter tells sources apart.
pub(crate) fn rows_of(n_parts: usize, letter: &str) -> Bytes {
    let bytes_max = (n_parts - 1) * PART_BYTES + PART_BYTES / 2;
    let padding = letter.repeat(4000);
    let mut csv = String::from("id,padding\n");
    for id in 0.. {
        let row = format!("{id},{padding}\n");
        if csv.len() + row.len() > bytes_max {
            break;
        }
        csv.push_str(&row);
    }
    csv.into()
}

/// Returns the length that each part of an output must have.
pub(crate) fn parts_of(csv: &Bytes) -> Vec<u64> {
    let parts = csv
        .chunks(PART_BYTES)
        .map(|part| u64::try_from(part.len()).unwrap());
    parts.collect()
}

/// A running S3 with one bucket, and the schema of its rows in it.
pub(crate) struct Lake {
    server: Server,
    client: S3Client,
    pub(crate) bucket: &'static str,
}

enum Server {
    Memory(MemS3Server),
    Weed(Seaweed),
}

impl Server {
    fn access(&self) -> (String, &'static str, &'static str) {
        match self {
            Self::Memory(server) => (server.endpoint(), server.access_key(), server.secret_key()),
            Self::Weed(server) => (server.endpoint(), server.access_key(), server.secret_key()),
        }
    }
}

impl Lake {
    pub(crate) async fn memory() -> Self {
        let server = MemS3Server::start().await.unwrap();
        server.store().create_bucket("lake");
        Self::new(Server::Memory(server), "lake").await
    }

    /// Starts SeaweedFS, or says loudly that it is not there.
    pub(crate) async fn weed() -> Option<Self> {
        if Seaweed::find().is_none() {
            eprintln!("SKIPPED, for SeaweedFS is not installed: {INSTALL}");
            return None;
        }
        let server = Seaweed::start().await.unwrap();
        let bucket = server.bucket();
        Some(Self::new(Server::Weed(server), bucket).await)
    }

    async fn new(server: Server, bucket: &'static str) -> Self {
        let (endpoint, access_key, secret_key) = server.access();
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
        let client = S3Client::connect(&settings).await.unwrap();
        let lake = Self {
            server,
            client,
            bucket,
        };
        lake.put(SCHEMA_KEY, SCHEMA).await;
        lake
    }

    /// Makes an app as a warm process holds it: one for all its invocations.
    pub(crate) fn app(&self) -> App {
        let mut settings = Settings::of(FrontEnd::Function);
        settings.lambda.bucket = Some(self.bucket.to_owned());
        settings.lambda.schema = Some(self.uri(SCHEMA_KEY));
        App::with_s3(settings, self.client.clone())
    }

    /// Returns the environment that leads a process here.
    pub(crate) fn environment(&self) -> [(&'static str, String); 7] {
        let (endpoint, access_key, secret_key) = self.server.access();
        [
            ("AWS_ENDPOINT_URL_S3", endpoint),
            ("AWS_ACCESS_KEY_ID", access_key.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", secret_key.to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("ROWGATE_LAMBDA__BUCKET", self.bucket.to_owned()),
            ("ROWGATE_LAMBDA__SCHEMA", self.uri(SCHEMA_KEY)),
        ]
    }

    pub(crate) fn uri(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }

    fn store(&self) -> S3Store {
        S3Store::new(self.client.clone(), self.bucket, S3WriteSettings::default())
    }

    pub(crate) async fn put(&self, key: &str, body: impl Into<Bytes>) {
        let body = body.into();
        let options = WriteOptions {
            run: "018f0000-0000-7000-8000-000000000001".to_owned(),
            kind: ObjectKind::Destination,
            condition: Condition::Absent,
        };
        self.store()
            .put(key, body.clone(), Crc64::of(&body), &options)
            .await
            .unwrap();
    }

    pub(crate) async fn get(&self, key: &str) -> Option<Bytes> {
        let source = S3Source::open(&self.client, self.bucket, key, None)
            .await
            .ok()?;
        let mut chunks = source.read_from(0).await.unwrap();
        let mut body = Vec::new();
        while let Some(chunk) = chunks.next().await.unwrap() {
            body.extend_from_slice(&chunk);
        }
        Some(body.into())
    }

    pub(crate) async fn open_uploads(&self) -> usize {
        self.store().open_uploads("").await.unwrap().len()
    }

    /// Returns the length of each part of an object, where one can look inside.
    pub(crate) fn part_bytes(&self, key: &str) -> Option<Vec<u64>> {
        match &self.server {
            Server::Memory(server) => server.store().object_info(self.bucket, key)?.part_bytes,
            Server::Weed(_) => None,
        }
    }
}
