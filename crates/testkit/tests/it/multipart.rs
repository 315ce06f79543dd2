//! Multipart uploads in the in-memory S3.

use rowgate_testkit::mem_s3::{Algorithm, MemS3};
use s3s::S3 as _;
use s3s::dto::{
    AbortMultipartUploadInput, ChecksumAlgorithm, ChecksumType, CompleteMultipartUploadInput,
    CompletedPart, CreateMultipartUploadInput, ETag, GetObjectInput, ListMultipartUploadsInput,
    ListPartsInput, UploadPartInput,
};

use crate::calls::{
    BUCKET, KEY, MIB, complete_input, condition, create, create_input, get, get_input, part_input,
    put_part, request, store, verdict,
};

/// Opens an upload and sends parts of these sizes, numbered from 1.
async fn upload(store: &MemS3, part_bytes: &[usize]) -> (String, Vec<CompletedPart>) {
    let id = create(store, create_input()).await.unwrap();
    let mut parts = Vec::new();
    for (number, bytes) in (1..).zip(part_bytes) {
        let body = vec![b'a'; *bytes];
        let input = part_input(&id, number, &body);
        parts.push(put_part(store, input).await.unwrap());
    }
    (id, parts)
}

async fn complete(store: &MemS3, input: CompleteMultipartUploadInput) -> String {
    verdict(store.complete_multipart_upload(request(input)).await)
}

/// Uploads two parts and completes with what `change` makes of the list; compares the answer.
async fn check_parts(
    part_bytes: [usize; 2],
    change: impl FnOnce(&mut Vec<CompletedPart>),
    expected: &str,
) {
    let store = store();
    let (id, mut parts) = upload(&store, &part_bytes).await;
    change(&mut parts);
    assert_eq!(complete(&store, complete_input(&id, parts)).await, expected);
    let is_open = expected != "ok";
    assert_eq!(store.open_uploads(), usize::from(is_open), "{expected}");
    assert_eq!(store.object(BUCKET, KEY).is_none(), is_open, "{expected}");
}

#[tokio::test]
async fn the_list_of_parts_is_checked() {
    let other_tag = |parts: &mut Vec<CompletedPart>| {
        parts[0].e_tag = Some(ETag::Strong("0".repeat(32)));
    };
    let other_sum = |parts: &mut Vec<CompletedPart>| {
        parts[0].checksum_crc64nvme = Some("AAAAAAAAAAA=".to_owned());
    };
    let foreign = |parts: &mut Vec<CompletedPart>| {
        parts[1].part_number = Some(3);
    };
    check_parts([5 * MIB, 1], |_| {}, "ok").await;
    check_parts([5 * MIB, 1], |parts| parts.truncate(1), "ok").await;
    check_parts([5 * MIB - 1, 1], |_| {}, "400 EntityTooSmall").await;
    check_parts([5 * MIB, 1], other_tag, "400 InvalidPart").await;
    check_parts([5 * MIB, 1], other_sum, "400 InvalidPart").await;
    check_parts([5 * MIB, 1], foreign, "400 InvalidPart").await;
    check_parts(
        [5 * MIB, 1],
        |parts| parts.reverse(),
        "400 InvalidPartOrder",
    )
    .await;
    check_parts([5 * MIB, 1], Vec::clear, "400 MalformedXML").await;
}

#[tokio::test]
async fn parts_of_another_upload_are_invalid() {
    let store = store();
    let (_predecessor, mut leaked) = upload(&store, &[5 * MIB]).await;
    let id = create(&store, create_input()).await.unwrap();
    let mut own = put_part(&store, part_input(&id, 2, b"tail")).await.unwrap();
    own.part_number = Some(2);
    leaked.push(own);
    assert_eq!(
        complete(&store, complete_input(&id, leaked)).await,
        "400 InvalidPart"
    );
}

#[tokio::test]
async fn the_object_is_the_parts_in_order() {
    let store = store();
    let (id, mut parts) = upload(&store, &[5 * MIB]).await;
    // Sent twice: the later one counts.
    put_part(&store, part_input(&id, 2, b"first"))
        .await
        .unwrap();
    parts.push(
        put_part(&store, part_input(&id, 2, b"second"))
            .await
            .unwrap(),
    );
    assert_eq!(complete(&store, complete_input(&id, parts)).await, "ok");

    let object = store.object(BUCKET, KEY).unwrap();
    assert_eq!(object.len(), 5 * MIB + 6);
    assert!(object.ends_with(b"asecond"));
    let info = store.object_info(BUCKET, KEY).unwrap();
    assert!(info.e_tag.ends_with("-2"), "{}", info.e_tag);
    assert_eq!(info.part_bytes, Some(vec![5 * 1024 * 1024, 6]));
    let part = GetObjectInput {
        part_number: Some(2),
        ..get_input()
    };
    let part = get(&store, part).await.unwrap();
    assert_eq!((part.content_length, part.parts_count), (Some(6), Some(2)));
}

#[tokio::test]
async fn completion_is_conditional_and_repeatable() {
    let store = store();
    store.put(BUCKET, KEY, "old");
    let old = store.object_info(BUCKET, KEY).unwrap().e_tag;
    let (id, parts) = upload(&store, &[1]).await;
    let with = |if_match: Option<&str>, if_none_match: Option<&str>| CompleteMultipartUploadInput {
        if_match: if_match.map(condition),
        if_none_match: if_none_match.map(condition),
        ..complete_input(&id, parts.clone())
    };
    assert_eq!(
        complete(&store, with(None, Some("*"))).await,
        "412 PreconditionFailed"
    );
    assert_eq!(
        complete(&store, with(Some("0"), None)).await,
        "412 PreconditionFailed"
    );
    assert_eq!(
        store.open_uploads(),
        1,
        "a refused condition leaves the upload open"
    );
    assert_eq!(complete(&store, with(Some(&old), None)).await, "ok");
    assert_eq!(
        complete(&store, with(Some(&old), None)).await,
        "ok",
        "a repeat"
    );
    assert_eq!(store.object(BUCKET, KEY).unwrap(), "a");
    assert_eq!(store.open_uploads(), 0);
}

#[tokio::test]
async fn a_wrong_size_or_checksum_of_the_whole_is_refused() {
    let store = store();
    let (id, parts) = upload(&store, &[3]).await;
    let sized = |bytes| CompleteMultipartUploadInput {
        mpu_object_size: Some(bytes),
        ..complete_input(&id, parts.clone())
    };
    let summed = CompleteMultipartUploadInput {
        checksum_crc64nvme: Some("AAAAAAAAAAA=".to_owned()),
        ..complete_input(&id, parts.clone())
    };
    let composite = CompleteMultipartUploadInput {
        checksum_type: Some(ChecksumType::from_static(ChecksumType::COMPOSITE)),
        ..complete_input(&id, parts.clone())
    };
    assert_eq!(complete(&store, sized(4)).await, "400 InvalidRequest");
    assert_eq!(complete(&store, summed).await, "400 BadDigest");
    assert_eq!(complete(&store, composite).await, "400 InvalidRequest");
    assert_eq!(complete(&store, sized(3)).await, "ok");
}

fn with_checksum(
    algorithm: &'static str,
    kind: Option<&'static str>,
) -> CreateMultipartUploadInput {
    CreateMultipartUploadInput {
        checksum_algorithm: Some(ChecksumAlgorithm::from_static(algorithm)),
        checksum_type: kind.map(ChecksumType::from_static),
        ..create_input()
    }
}

#[tokio::test]
async fn checksum_types_that_s3_does_not_offer_are_refused() {
    let store = store();
    for (algorithm, kind, expected) in [
        ("CRC64NVME", None, "ok"),
        ("CRC64NVME", Some("FULL_OBJECT"), "ok"),
        ("CRC64NVME", Some("COMPOSITE"), "400 InvalidRequest"),
        ("CRC32", Some("FULL_OBJECT"), "ok"),
        ("CRC32C", Some("COMPOSITE"), "ok"),
        ("SHA256", None, "ok"),
        ("SHA256", Some("FULL_OBJECT"), "400 InvalidRequest"),
        ("MD5", None, "400 InvalidRequest"),
    ] {
        let answer = verdict(create(&store, with_checksum(algorithm, kind)).await);
        assert_eq!(answer, expected, "{algorithm} {kind:?}");
    }
}

#[tokio::test]
async fn a_part_with_another_kind_of_checksum_is_refused() {
    let store = store();
    let id = create(&store, with_checksum("CRC64NVME", None))
        .await
        .unwrap();
    let part = UploadPartInput {
        checksum_crc32: Some("y/Q5Jg==".to_owned()),
        ..part_input(&id, 1, b"123456789")
    };
    assert_eq!(verdict(put_part(&store, part).await), "400 InvalidRequest");
    let part = UploadPartInput {
        checksum_crc64nvme: Some("AAAAAAAAAAA=".to_owned()),
        ..part_input(&id, 1, b"123456789")
    };
    assert_eq!(verdict(put_part(&store, part).await), "400 BadDigest");
}

#[tokio::test]
async fn composite_checksums_need_consecutive_numbers() {
    let store = store();
    let id = create(&store, with_checksum("SHA256", None)).await.unwrap();
    let first = put_part(&store, part_input(&id, 1, &vec![0; 5 * MIB]))
        .await
        .unwrap();
    let third = put_part(&store, part_input(&id, 3, b"x")).await.unwrap();
    let gap = complete_input(&id, vec![first.clone(), third]);
    assert_eq!(complete(&store, gap).await, "500 InternalError");
    assert_eq!(
        complete(&store, complete_input(&id, vec![first])).await,
        "ok"
    );
    let checksums = store.object_info(BUCKET, KEY).unwrap().checksums;
    let [(Algorithm::Sha256, value)] = checksums.as_slice() else {
        panic!("{checksums:?}");
    };
    assert!(value.ends_with("-1"), "{value}");
}

#[tokio::test]
async fn the_whole_has_the_checksum_of_its_bytes() {
    let store = store();
    let (id, parts) = upload(&store, &[5 * MIB, 7]).await;
    assert_eq!(complete(&store, complete_input(&id, parts)).await, "ok");
    let uploaded = store.object_info(BUCKET, KEY).unwrap().checksums;
    store.put(BUCKET, "copy", store.object(BUCKET, KEY).unwrap());
    assert_eq!(
        uploaded,
        store.object_info(BUCKET, "copy").unwrap().checksums
    );
}

async fn abort(store: &MemS3, id: &str) -> String {
    let input = AbortMultipartUploadInput {
        bucket: BUCKET.to_owned(),
        key: KEY.to_owned(),
        upload_id: id.to_owned(),
        ..AbortMultipartUploadInput::default()
    };
    verdict(store.abort_multipart_upload(request(input)).await)
}

#[tokio::test]
async fn an_aborted_upload_is_gone() {
    let store = store();
    let (id, parts) = upload(&store, &[1]).await;
    assert_eq!(abort(&store, &id).await, "ok");
    assert_eq!(store.open_uploads(), 0);
    let again = put_part(&store, part_input(&id, 2, b"")).await;
    assert_eq!(verdict(again), "404 NoSuchUpload");
    assert_eq!(
        complete(&store, complete_input(&id, parts)).await,
        "404 NoSuchUpload"
    );
    assert_eq!(abort(&store, &id).await, "404 NoSuchUpload");
}

#[tokio::test]
async fn part_numbers_have_bounds() {
    let store = store();
    let id = create(&store, create_input()).await.unwrap();
    for (number, expected) in [
        (0, "400 InvalidArgument"),
        (1, "ok"),
        (10_000, "ok"),
        (10_001, "400 InvalidArgument"),
    ] {
        let answer = verdict(put_part(&store, part_input(&id, number, b"")).await);
        assert_eq!(answer, expected, "{number}");
    }
}

#[tokio::test]
async fn parts_are_listed_in_pages() {
    let store = store();
    let (id, _parts) = upload(&store, &[1, 2, 3]).await;
    let page = |after, len| ListPartsInput {
        bucket: BUCKET.to_owned(),
        key: KEY.to_owned(),
        upload_id: id.clone(),
        part_number_marker: after,
        max_parts: len,
        ..ListPartsInput::default()
    };
    let first = store
        .list_parts(request(page(None, Some(2))))
        .await
        .unwrap()
        .output;
    assert_eq!(
        (first.is_truncated, first.next_part_number_marker),
        (Some(true), Some(2))
    );
    let rest = store
        .list_parts(request(page(Some(2), None)))
        .await
        .unwrap()
        .output;
    assert_eq!(rest.is_truncated, Some(false));
    let sizes: Vec<_> = [first.parts, rest.parts]
        .into_iter()
        .flat_map(Option::unwrap)
        .map(|part| (part.part_number.unwrap(), part.size.unwrap()))
        .collect();
    assert_eq!(sizes, [(1, 1), (2, 2), (3, 3)]);
}

#[tokio::test]
async fn uploads_are_listed_in_pages_by_key_and_age() {
    let store = store();
    for key in ["in/b", "in/a", "in/b", "out/c"] {
        let input = CreateMultipartUploadInput {
            key: key.to_owned(),
            ..create_input()
        };
        create(&store, input).await.unwrap();
    }
    let (mut seen, mut markers) = (Vec::new(), (None, None));
    loop {
        let input = ListMultipartUploadsInput {
            bucket: BUCKET.to_owned(),
            prefix: Some("in/".to_owned()),
            max_uploads: Some(1),
            key_marker: markers.0,
            upload_id_marker: markers.1,
            ..ListMultipartUploadsInput::default()
        };
        let page = store
            .list_multipart_uploads(request(input))
            .await
            .unwrap()
            .output;
        for upload in page.uploads.unwrap() {
            seen.push((upload.key.unwrap(), upload.upload_id.unwrap()));
        }
        markers = (page.next_key_marker, page.next_upload_id_marker);
        if page.is_truncated == Some(false) {
            break;
        }
    }
    let keys: Vec<_> = seen.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["in/a", "in/b", "in/b"]);
    assert!(seen.is_sorted());
}
