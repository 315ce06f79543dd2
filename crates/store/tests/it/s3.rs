//! What the S3 store makes of refusals, faults and settings.

use hyper::Method;
use rowgate_core::store::{Condition, FaultKind, ObjectStore as _, StoreFault};
use rowgate_store::s3::{Encryption, S3Client, S3Settings, S3Source, S3Store, S3WriteSettings};
use rowgate_testkit::faults::{Fault, Rule};
use rowgate_testkit::mem_s3::{
    ACCESS_KEY, Algorithm, MemS3Server, OWNER_ID, Operation, SECRET_KEY,
};

use crate::steps::{BUCKET, RUN, client, options, put, send, server, settings, store};

const SLOW_DOWN: Fault = Fault::Status {
    status: 503,
    code: "SlowDown",
};

/// Checks how a call was refused, and that the message says why.
#[track_caller]
fn check<T>(answer: Result<T, StoreFault>, kind: FaultKind, message: &str) {
    let fault = answer.err().expect("a refusal");
    assert_eq!(fault.kind(), kind, "{fault}");
    assert!(fault.to_string().contains(message), "{fault}");
    assert!(!fault.to_string().contains(SECRET_KEY), "{fault}");
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let server = server().await;
    let client = client(&server).await;
    let nowhere = S3Store::new(client.clone(), "nowhere", S3WriteSettings::default());
    let no_bucket = FaultKind::NoContainer;
    check(
        nowhere.look("a.csv").await,
        no_bucket,
        "no bucket `nowhere`",
    );
    check(
        put(&nowhere, "a.csv", b"", Condition::Absent).await,
        no_bucket,
        "`NoSuchBucket`",
    );
    let created = nowhere.create("a.csv", &options(Condition::Absent)).await;
    check(created, no_bucket, "`NoSuchBucket`");
    let opened = S3Source::open(&client, "nowhere", "a.csv", None).await;
    check(opened, no_bucket, "no bucket `nowhere`");

    let opened = S3Source::open(&client, BUCKET, "a.csv", None).await;
    check(
        opened,
        FaultKind::NotFound,
        "no object `a.csv` in bucket `lake`",
    );
    let opened = S3Source::open(&client, BUCKET, "orders/", None).await;
    check(opened, FaultKind::NotAnObject, "`orders/` names a folder");

    let store = store(&server).await;
    let (absent, body) = (options(Condition::Absent), b"id\n");
    let upload = store.create("a.csv", &absent).await.unwrap();
    store.abort(&upload).await.unwrap();
    check(
        send(&store, &upload, body).await,
        FaultKind::NotFound,
        "`NoSuchUpload`",
    );
}

#[tokio::test]
async fn who_is_not_let_in_is_told_so() {
    let server = server().await;
    let cases = [
        (ACCESS_KEY, "wrong", "`SignatureDoesNotMatch`"),
        ("nobody", SECRET_KEY, "`InvalidAccessKeyId`"),
    ];
    for (access_key, secret_key, code) in cases {
        let settings = settings(server.endpoint(), access_key, secret_key);
        let client = S3Client::connect(&settings).await.unwrap();
        let store = S3Store::new(client.clone(), BUCKET, S3WriteSettings::default());
        check(
            put(&store, "a", b"", Condition::Absent).await,
            FaultKind::Credentials,
            code,
        );
        // The answer to a `HEAD` does not say why: somebody asked again.
        check(store.look("a").await, FaultKind::Credentials, code);
        let opened = S3Source::open(&client, BUCKET, "a", None).await;
        check(opened, FaultKind::Credentials, code);
    }
}

#[tokio::test]
async fn the_expected_owner_goes_with_every_call() {
    let server = server().await;
    server.store().put(BUCKET, "in.csv", "id\n");
    let client = client(&server).await;
    let store_of = |owner: &str| {
        let write = S3WriteSettings {
            expected_bucket_owner: Some(owner.to_owned()),
            ..S3WriteSettings::default()
        };
        S3Store::new(client.clone(), BUCKET, write)
    };
    let (ours, theirs) = (store_of(OWNER_ID), store_of("999999999999"));
    let absent = options(Condition::Absent);
    let upload = ours.create("a.csv", &absent).await.unwrap();
    let (tags, seal) = send(&ours, &upload, b"id\n").await.unwrap();

    let denied = FaultKind::Denied;
    check(theirs.look("in.csv").await, denied, "");
    check(
        put(&theirs, "b.csv", b"", Condition::Absent).await,
        denied,
        "",
    );
    check(theirs.create("b.csv", &absent).await, denied, "");
    check(send(&theirs, &upload, b"id\n").await, denied, "");
    check(
        theirs.complete(&upload, tags.clone(), seal).await,
        denied,
        "",
    );
    check(theirs.abort(&upload).await, denied, "");
    let opened = S3Source::open(&client, BUCKET, "in.csv", Some("999999999999")).await;
    check(opened, denied, "");

    ours.complete(&upload, tags, seal).await.unwrap();
}

#[tokio::test]
async fn what_is_set_is_written() {
    let server = server().await;
    let write = S3WriteSettings {
        storage_class: Some("STANDARD_IA".to_owned()),
        encryption: Encryption::Kms {
            key_id: Some("alias/lake".to_owned()),
        },
        tags: vec![("team".to_owned(), "a&b".to_owned())],
        expected_bucket_owner: None,
        content_type: Some("text/plain".to_owned()),
    };
    let store = S3Store::new(client(&server).await, BUCKET, write);
    put(&store, "put.csv", b"id\n", Condition::Absent)
        .await
        .unwrap();
    let absent = options(Condition::Absent);
    let upload = store.create("parts.csv", &absent).await.unwrap();
    let (tags, seal) = send(&store, &upload, b"id\n").await.unwrap();
    store.complete(&upload, tags, seal).await.unwrap();

    for key in ["put.csv", "parts.csv"] {
        let info = server.store().object_info(BUCKET, key).unwrap();
        let sums = [(Algorithm::Crc64Nvme, seal.crc64.to_base64())];
        assert_eq!(info.checksums, sums, "{key}");
        let attributes = info.attributes;
        assert_eq!(attributes.metadata["rowgate-run"], RUN);
        assert_eq!(attributes.content_type.as_deref(), Some("text/plain"));
        assert_eq!(attributes.storage_class.as_deref(), Some("STANDARD_IA"));
        assert_eq!(
            attributes.server_side_encryption.as_deref(),
            Some("aws:kms")
        );
        assert_eq!(attributes.kms_key_id.as_deref(), Some("alias/lake"));
        assert_eq!(attributes.tagging.as_deref(), Some("team=a%26b"));
        let found = store.look(key).await.unwrap().unwrap();
        assert_eq!(found.run.as_deref(), Some(RUN));
    }
}

/// Writes under a fault that passes; the SDK's retries must hide it.
async fn check_hidden(rule: Rule) {
    let server = server().await;
    server.faults().add(rule);
    let store = store(&server).await;
    let absent = options(Condition::Absent);
    let upload = store.create("a.csv", &absent).await.unwrap();
    let (tags, seal) = send(&store, &upload, b"id\n").await.unwrap();
    store.complete(&upload, tags, seal).await.unwrap();
    assert_eq!(server.faults().unspent(), 0, "the fault did happen");
    assert_eq!(server.store().object(BUCKET, "a.csv").unwrap(), "id\n");
}

#[tokio::test]
async fn a_fault_that_passes_is_not_seen() {
    check_hidden(Rule::new(Method::PUT, SLOW_DOWN)).await;
    check_hidden(Rule::new(Method::PUT, Fault::ResetBefore)).await;
    check_hidden(Rule::new(Method::PUT, Fault::LoseAnswer)).await;
    let late_error = Fault::OkWithError {
        code: "InternalError",
    };
    check_hidden(Rule::new(Method::POST, late_error).query("uploadId")).await;
}

#[tokio::test]
async fn a_fault_that_stays_is_unavailable() {
    let server = server().await;
    server
        .faults()
        .add(Rule::new(Method::PUT, SLOW_DOWN).times(3));
    let store = store(&server).await;
    let answer = put(&store, "a.csv", b"", Condition::Absent).await;
    check(answer, FaultKind::Unavailable, "`SlowDown`");
    assert_eq!(server.faults().unspent(), 0, "every attempt was made");

    let endpoint = server.endpoint();
    drop(server);
    let settings = settings(endpoint, ACCESS_KEY, SECRET_KEY);
    let client = S3Client::connect(&settings).await.unwrap();
    let store = S3Store::new(client, BUCKET, S3WriteSettings::default());
    let answer = store.look("a.csv").await;
    check(answer, FaultKind::Unavailable, "could not reach the store");
}

/// Refuses each PUT with a code; compares what it means.
async fn check_code(status: u16, code: &'static str, kind: FaultKind) {
    let server = server().await;
    server
        .faults()
        .add(Rule::new(Method::PUT, Fault::Status { status, code }).times(9));
    let store = store(&server).await;
    let answer = put(&store, "a.csv", b"", Condition::Absent).await;
    check(answer, kind, code);
}

#[tokio::test]
async fn a_code_on_the_wire_keeps_its_meaning() {
    check_code(409, "ConditionalRequestConflict", FaultKind::Unavailable).await;
    check_code(403, "AccessDenied", FaultKind::Denied).await;
    check_code(400, "ExpiredToken", FaultKind::Credentials).await;
    check_code(400, "InvalidStorageClass", FaultKind::Unusable).await;
    check_code(400, "BadDigest", FaultKind::Unavailable).await;
    check_code(507, "XMinioStorageFull", FaultKind::Full).await;
}

/// A lost answer looks like somebody else's object: the run that stands in it says whose it is.
#[tokio::test]
async fn a_lost_answer_can_be_told_from_a_conflict() {
    let server = server().await;
    server
        .faults()
        .add(Rule::new(Method::PUT, Fault::LoseAnswer));
    let store = store(&server).await;
    let answer = put(&store, "a.csv", b"id\n", Condition::Absent).await;
    check(answer, FaultKind::AlreadyExists, "`PreconditionFailed`");
    let found = store.look("a.csv").await.unwrap().unwrap();
    assert_eq!(found.run.as_deref(), Some(RUN));
}

#[tokio::test]
async fn a_part_below_the_minimum_is_our_bug() {
    let server = server().await;
    let store = store(&server).await;
    let absent = options(Condition::Absent);
    let upload = store.create("a.csv", &absent).await.unwrap();
    let mut tags = Vec::new();
    let mut whole = Vec::new();
    for number in 1..=2 {
        let part = rowgate_core::store::Part {
            number,
            offset: u64::from(number) - 1,
            body: bytes::Bytes::from_static(b"x"),
            crc64: rowgate_core::checksum::Crc64::of(b"x"),
        };
        whole.push(b'x');
        tags.push(store.put_part(&upload, part).await.unwrap());
    }
    let seal = rowgate_core::store::Seal {
        bytes: 2,
        crc64: rowgate_core::checksum::Crc64::of(&whole),
    };
    let answer = store.complete(&upload, tags, seal).await;
    check(answer, FaultKind::Protocol, "`EntityTooSmall`");
    assert_eq!(server.store().open_uploads(), 1, "it is still the caller's");
    assert_eq!(server.store().count(Operation::AbortMultipartUpload), 0);
}

#[tokio::test]
async fn a_region_is_not_needed_where_the_endpoint_is_custom() {
    let server: MemS3Server = server().await;
    let settings = S3Settings {
        region: None,
        ..settings(server.endpoint(), ACCESS_KEY, SECRET_KEY)
    };
    let client = S3Client::connect(&settings).await.unwrap();
    let store = S3Store::new(client, BUCKET, S3WriteSettings::default());
    assert_eq!(store.look("a.csv").await.unwrap(), None);
}
