//! Whole objects in the in-memory S3.

use futures::StreamExt as _;
use rowgate_testkit::mem_s3::{MemS3, OWNER_ID, Operation};
use s3s::S3 as _;
use s3s::dto::{
    ChecksumMode, GetObjectInput, HeadBucketInput, HeadObjectInput, ListObjectsV2Input,
    PutObjectInput, Range, ServerSideEncryption, StorageClass,
};

use crate::calls::{
    BUCKET, KEY, condition, get, get_input, put, put_input, request, store, verdict,
};

/// Puts with the conditions; compares the answer.
async fn check_put(store: &MemS3, if_match: &str, if_none_match: &str, expected: &str) {
    let input = PutObjectInput {
        if_match: (!if_match.is_empty()).then(|| condition(if_match)),
        if_none_match: (!if_none_match.is_empty()).then(|| condition(if_none_match)),
        ..put_input(b"new")
    };
    let answer = verdict(put(store, input).await);
    assert_eq!(
        answer, expected,
        "If-Match: {if_match}, If-None-Match: {if_none_match}"
    );
}

#[tokio::test]
async fn conditional_puts() {
    let store = store();
    check_put(
        &store,
        "5d41402abc4b2a76b9719d911017c592",
        "",
        "404 NoSuchKey",
    )
    .await;
    check_put(&store, "", "*", "ok").await;
    check_put(&store, "", "*", "412 PreconditionFailed").await;
    check_put(
        &store,
        "",
        "5d41402abc4b2a76b9719d911017c592",
        "501 NotImplemented",
    )
    .await;
    check_put(
        &store,
        "5d41402abc4b2a76b9719d911017c592",
        "",
        "412 PreconditionFailed",
    )
    .await;
    let e_tag = store.object_info(BUCKET, KEY).unwrap().e_tag;
    check_put(&store, &e_tag, "", "ok").await;
}

/// Reads; compares the bytes and the `Content-Range`, or the refusal.
async fn check_get(store: &MemS3, input: GetObjectInput, expected: Result<(&str, &str), &str>) {
    let asked = format!("{:?} {:?}", input.range, input.part_number);
    match (get(store, input).await, expected) {
        (Ok(output), Ok((bytes, content_range))) => {
            let pieces = output.body.unwrap().map(Result::unwrap).collect::<Vec<_>>();
            assert_eq!(pieces.await.concat(), bytes.as_bytes(), "{asked}");
            assert_eq!(
                output.content_range.unwrap_or_default(),
                content_range,
                "{asked}"
            );
        }
        (answer, expected) => {
            assert_eq!(verdict(answer), expected.expect_err("a refusal"), "{asked}");
        }
    }
}

#[tokio::test]
async fn ranges() {
    let store = store();
    store.put(BUCKET, KEY, "0123456789");
    let int = |first, last| GetObjectInput {
        range: Some(Range::Int { first, last }),
        ..get_input()
    };
    let suffix = GetObjectInput {
        range: Some(Range::Suffix { length: 2 }),
        ..get_input()
    };
    check_get(&store, get_input(), Ok(("0123456789", ""))).await;
    check_get(&store, int(2, Some(4)), Ok(("234", "bytes 2-4/10"))).await;
    check_get(&store, int(8, Some(99)), Ok(("89", "bytes 8-9/10"))).await;
    check_get(&store, int(7, None), Ok(("789", "bytes 7-9/10"))).await;
    check_get(&store, suffix, Ok(("89", "bytes 8-9/10"))).await;
    check_get(&store, int(10, None), Err("416 InvalidRange")).await;
    let part = |number| GetObjectInput {
        part_number: Some(number),
        ..get_input()
    };
    check_get(&store, part(1), Ok(("0123456789", "bytes 0-9/10"))).await;
    check_get(&store, part(2), Err("416 InvalidPartNumber")).await;
}

#[tokio::test]
async fn reads_are_pinned_by_e_tag() {
    let store = store();
    store.put(BUCKET, KEY, "v1");
    let e_tag = store.object_info(BUCKET, KEY).unwrap().e_tag;
    let pinned = || GetObjectInput {
        if_match: Some(condition(&e_tag)),
        ..get_input()
    };
    check_get(&store, pinned(), Ok(("v1", ""))).await;
    store.put(BUCKET, KEY, "v2");
    check_get(&store, pinned(), Err("412 PreconditionFailed")).await;
}

#[tokio::test]
async fn bodies_are_held_against_their_claims() {
    let store = store();
    let good = PutObjectInput {
        checksum_crc64nvme: Some("rosUhgp5mIg=".to_owned()),
        ..put_input(b"123456789")
    };
    assert_eq!(verdict(put(&store, good).await), "ok");
    let bad = PutObjectInput {
        checksum_crc64nvme: Some("rosUhgp5mIg=".to_owned()),
        ..put_input(b"12345678")
    };
    assert_eq!(verdict(put(&store, bad).await), "400 BadDigest");
    let bad = PutObjectInput {
        content_md5: Some("AAAAAAAAAAAAAAAAAAAAAA==".to_owned()),
        ..put_input(b"1")
    };
    assert_eq!(verdict(put(&store, bad).await), "400 BadDigest");
    assert_eq!(store.object(BUCKET, KEY).unwrap(), "123456789");

    let head = HeadObjectInput {
        bucket: BUCKET.to_owned(),
        key: KEY.to_owned(),
        checksum_mode: Some(ChecksumMode::from_static(ChecksumMode::ENABLED)),
        ..HeadObjectInput::default()
    };
    let head = store.head_object(request(head)).await.unwrap().output;
    assert_eq!(head.checksum_crc64nvme.as_deref(), Some("rosUhgp5mIg="));
    assert_eq!(head.content_length, Some(9));
}

#[tokio::test]
async fn what_the_writer_said_is_kept() {
    let store = store();
    let input = PutObjectInput {
        content_type: Some("text/csv".to_owned()),
        metadata: Some([("rowgate-run".to_owned(), "r1".to_owned())].into()),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD_IA)),
        server_side_encryption: Some(ServerSideEncryption::from_static(
            ServerSideEncryption::AWS_KMS,
        )),
        ssekms_key_id: Some("key-1".to_owned()),
        tagging: Some("team=lake".to_owned()),
        ..put_input(b"hello")
    };
    put(&store, input).await.unwrap();
    let info = store.object_info(BUCKET, KEY).unwrap();
    let said = info.attributes;
    assert_eq!(said.content_type.as_deref(), Some("text/csv"));
    assert_eq!(said.metadata["rowgate-run"], "r1");
    assert_eq!(said.storage_class.as_deref(), Some("STANDARD_IA"));
    assert_eq!(said.server_side_encryption.as_deref(), Some("aws:kms"));
    assert_eq!(said.kms_key_id.as_deref(), Some("key-1"));
    assert_eq!(said.tagging.as_deref(), Some("team=lake"));
    // Under KMS the tag is not the MD5.
    assert_ne!(info.e_tag, "5d41402abc4b2a76b9719d911017c592");
}

#[tokio::test]
async fn metadata_has_a_limit() {
    let metadata = |bytes: usize| PutObjectInput {
        metadata: Some([("k".to_owned(), "v".repeat(bytes - 1))].into()),
        ..put_input(b"")
    };
    let store = store();
    assert_eq!(verdict(put(&store, metadata(2048)).await), "ok");
    assert_eq!(
        verdict(put(&store, metadata(2049)).await),
        "400 MetadataTooLarge"
    );
}

#[tokio::test]
async fn strangers_and_missing_buckets_are_refused() {
    let store = store();
    let of_owner = |owner: &str| PutObjectInput {
        expected_bucket_owner: Some(owner.to_owned()),
        ..put_input(b"")
    };
    assert_eq!(verdict(put(&store, of_owner(OWNER_ID)).await), "ok");
    assert_eq!(
        verdict(put(&store, of_owner("999999999999")).await),
        "403 AccessDenied"
    );
    let elsewhere = PutObjectInput {
        bucket: "nowhere".to_owned(),
        ..put_input(b"")
    };
    assert_eq!(verdict(put(&store, elsewhere).await), "404 NoSuchBucket");
    let bucket = HeadBucketInput {
        bucket: "nowhere".to_owned(),
        ..HeadBucketInput::default()
    };
    assert_eq!(
        verdict(store.head_bucket(request(bucket)).await),
        "404 NoSuchBucket"
    );
    assert_eq!(store.object("nowhere", KEY), None);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let store = store();
    for idx in 0..5 {
        store.put(BUCKET, &format!("in/{idx}"), "");
    }
    store.put(BUCKET, "other", "");
    let (mut keys, mut token) = (Vec::new(), None);
    loop {
        let input = ListObjectsV2Input {
            bucket: BUCKET.to_owned(),
            prefix: Some("in/".to_owned()),
            max_keys: Some(2),
            continuation_token: token,
            ..ListObjectsV2Input::default()
        };
        let page = store.list_objects_v2(request(input)).await.unwrap().output;
        keys.extend(
            page.contents
                .unwrap()
                .into_iter()
                .map(|object| object.key.unwrap()),
        );
        token = page.next_continuation_token;
        assert_eq!(page.is_truncated, Some(token.is_some()));
        if token.is_none() {
            break;
        }
    }
    assert_eq!(keys, ["in/0", "in/1", "in/2", "in/3", "in/4"]);
    assert_eq!(store.count(Operation::ListObjectsV2), 3);
}

#[tokio::test]
async fn requests_are_written_down() {
    let store = store();
    store.put(BUCKET, KEY, "0123456789");
    let ranged = GetObjectInput {
        range: Some(Range::Int {
            first: 0,
            last: Some(3),
        }),
        if_match: Some(condition("*")),
        ..get_input()
    };
    get(&store, ranged).await.unwrap();
    put(&store, put_input(b"x")).await.unwrap();
    let lines: Vec<_> = store.requests().iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        ["GetObject orders.csv bytes=0-3", "PutObject orders.csv"]
    );
    assert_eq!(store.requests()[0].if_match.as_deref(), Some("*"));
    store.clear_requests();
    assert_eq!(store.requests(), []);
}

#[tokio::test]
async fn large_sources_come_from_a_recipe() {
    let store = store();
    store.put_repeated(BUCKET, KEY, "id\n", "1\n", 1 << 31);
    let info = store.object_info(BUCKET, KEY).unwrap();
    assert_eq!(info.bytes, 3 + (1 << 32));
    let tail = GetObjectInput {
        range: Some(Range::Suffix { length: 4 }),
        ..get_input()
    };
    check_get(
        &store,
        tail,
        Ok(("1\n1\n", "bytes 4294967295-4294967298/4294967299")),
    )
    .await;
}

#[tokio::test]
async fn a_discarding_store_verifies_and_forgets() {
    let store = MemS3::discarding();
    MemS3::create_bucket(&store, BUCKET);
    let bad = PutObjectInput {
        checksum_crc64nvme: Some("AAAAAAAAAAA=".to_owned()),
        ..put_input(b"123456789")
    };
    assert_eq!(verdict(put(&store, bad).await), "400 BadDigest");
    assert_eq!(verdict(put(&store, put_input(b"123456789")).await), "ok");
    assert_eq!(store.object_info(BUCKET, KEY).unwrap().bytes, 9);
    assert_eq!(store.object(BUCKET, KEY), None);
    assert_eq!(verdict(get(&store, get_input()).await), "500 InternalError");
}
