//! The contracts, kept by the S3 adapters on two servers that have nothing in common.

use bytes::Bytes;
use rowgate_core::checksum::Crc64;
use rowgate_core::store::{Condition, ObjectStore, Seal, Source as _, StoreFault};
use rowgate_store::any::AnyStore;
use rowgate_store::s3::{Checksums, S3Client, S3Settings, S3Source, S3Store, S3WriteSettings};
use rowgate_testkit::contract::{self, Fixture, SourceFixture};
use rowgate_testkit::mem_s3::{ACCESS_KEY, MemS3, MemS3Server, SECRET_KEY};
use rowgate_testkit::seaweed::{INSTALL, Seaweed};

use crate::steps::{BUCKET, options, read_all, send, server, settings, store};

/// A bucket in memory, looked at from behind.
struct Memory<S> {
    memory: MemS3,
    store: S,
}

impl<S: ObjectStore> Fixture for Memory<S> {
    type Store = S;

    fn store(&self) -> &S {
        &self.store
    }

    fn key(&self, name: &str) -> String {
        format!("contract/{name}.csv")
    }

    async fn read(&self, key: &str) -> Option<Bytes> {
        self.memory.object(BUCKET, key)
    }
}

async fn memory(server: &MemS3Server) -> Memory<S3Store> {
    Memory {
        memory: server.store().clone(),
        store: store(server).await,
    }
}

#[tokio::test]
async fn a_bucket_in_memory_keeps_the_store_contract() {
    let server = server().await;
    let fixture = memory(&server).await;
    contract::object_store(&fixture).await;
    contract::upload_lister(&fixture).await;
}

#[tokio::test]
async fn any_store_keeps_the_store_contract() {
    let server = server().await;
    let Memory { memory, store } = memory(&server).await;
    let store = AnyStore::S3(store);
    let fixture = Memory { memory, store };
    contract::object_store(&fixture).await;
    contract::upload_lister(&fixture).await;
}

/// An object of a bucket, replaced from outside.
struct Object<'a> {
    client: S3Client,
    server: &'a MemS3Server,
}

impl SourceFixture for Object<'_> {
    type Source = S3Source;

    async fn replace(&self, body: Bytes) {
        self.server.store().put(BUCKET, "in.csv", body);
    }

    async fn open(&self) -> Result<S3Source, StoreFault> {
        S3Source::open(&self.client, BUCKET, "in.csv", None).await
    }
}

#[tokio::test]
async fn an_object_keeps_the_source_contract() {
    let server = server().await;
    let client = crate::steps::client(&server).await;
    let server = &server;
    contract::source(&Object { client, server }).await;
}

/// SeaweedFS's bucket, read through the adapter's own source: there is no way behind it.
struct Weed {
    client: S3Client,
    store: S3Store,
    prefix: &'static str,
}

impl Weed {
    async fn new(server: &Seaweed, checksums: Checksums, prefix: &'static str) -> Self {
        let settings = S3Settings {
            checksums: Some(checksums),
            ..settings(server.endpoint(), server.access_key(), server.secret_key())
        };
        let client = S3Client::connect(&settings).await.unwrap();
        let write = S3WriteSettings::default();
        Self {
            store: S3Store::new(client.clone(), server.bucket(), write),
            client,
            prefix,
        }
    }
}

impl Fixture for Weed {
    type Store = S3Store;

    fn store(&self) -> &S3Store {
        &self.store
    }

    fn key(&self, name: &str) -> String {
        format!("{}/{name}.csv", self.prefix)
    }

    fn decides_races(&self) -> bool {
        // SeaweedFS 4.48 looks first and writes later: we saw three of eight completions win.
        false
    }

    async fn read(&self, key: &str) -> Option<Bytes> {
        let source = S3Source::open(&self.client, "rowgate", key, None)
            .await
            .ok()?;
        Some(read_all(&source).await.unwrap().into())
    }
}

impl SourceFixture for Weed {
    type Source = S3Source;

    async fn replace(&self, body: Bytes) {
        let key = self.key("source");
        let condition = match self.store.look(&key).await.unwrap() {
            Some(found) => Condition::Unchanged(found.tag),
            None => Condition::Absent,
        };
        let crc64 = Crc64::of(&body);
        let options = options(condition);
        let put = self.store.put(&key, body, crc64, &options).await;
        put.unwrap();
    }

    async fn open(&self) -> Result<S3Source, StoreFault> {
        S3Source::open(&self.client, "rowgate", &self.key("source"), None).await
    }
}

#[tokio::test]
async fn seaweedfs_keeps_the_contracts() {
    if std::env::var_os("WEED_BIN").is_none() {
        println!("WEED_BIN is not set, SeaweedFS is not tried: {INSTALL}");
        return;
    }
    let server = Seaweed::start().await.unwrap();
    let fixture = Weed::new(&server, Checksums::Supported, "contract").await;
    contract::object_store(&fixture).await;
    contract::upload_lister(&fixture).await;
    contract::source(&fixture).await;

    // A store that breaks on checksums must do without them, and still take objects.
    let plain = Weed::new(&server, Checksums::Required, "plain").await;
    plain.replace(Bytes::from_static(b"id\n1\n")).await;
    let source = plain.open().await.unwrap();
    assert_eq!(source.identity().bytes, Some(5));
    assert_eq!(read_all(&source).await.unwrap(), b"id\n1\n");
}

#[tokio::test]
async fn without_checksums_none_is_sent() {
    let server = server().await;
    let settings = S3Settings {
        checksums: Some(Checksums::Required),
        ..settings(server.endpoint(), ACCESS_KEY, SECRET_KEY)
    };
    let client = S3Client::connect(&settings).await.unwrap();
    let store = S3Store::new(client, BUCKET, S3WriteSettings::default());
    // Nothing but a checksum could tell the store that these are wrong.
    let options = options(Condition::Absent);
    let body = Bytes::from_static(b"id\n");
    let wrong = Crc64::of(b"something else");
    store.put("put.csv", body, wrong, &options).await.unwrap();
    let upload = store.create("parts.csv", &options).await.unwrap();
    let (tags, seal) = send(&store, &upload, b"id\n").await.unwrap();
    let seal = Seal {
        crc64: wrong,
        ..seal
    };
    store.complete(&upload, tags, seal).await.unwrap();
}
