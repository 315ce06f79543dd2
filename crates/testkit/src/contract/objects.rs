//! Objects that are written in one step, and what is seen of any object.

use bytes::Bytes;
use futures::future::join_all;
use rowgate_core::checksum::Crc64;
use rowgate_core::store::{Condition, FaultKind, Found, ObjectStore};

use super::Fixture;
use super::steps::{len_u64, must, must_fail, must_refuse, options, put};

/// How many writers race for one key.
const WRITERS: u8 = 8;

pub(super) fn limits_are_consistent(fixture: &impl Fixture) {
    let rules = fixture.store().rules();
    assert!(
        rules.part_bytes_min <= rules.part_bytes_max,
        "the smallest part is no larger than the largest"
    );
    assert!(rules.parts_max >= 1, "an upload may have a part");
    assert!(rules.in_flight_max >= 1, "a part may be on its way");
}

pub(super) async fn a_put_is_visible_whole(fixture: &impl Fixture) {
    let store = fixture.store();
    for (name, body) in [("put-some", "id\n1\n"), ("put-nothing", "")] {
        let key = fixture.key(name);
        let body = Bytes::from_static(body.as_bytes());
        let options = options(1, Condition::Absent);
        let stored = must("a put is taken", put(store, &key, &body, &options).await);
        let read = fixture.read(&key).await;
        assert_eq!(
            read,
            Some(body.clone()),
            "what was put is visible, and is all of it"
        );

        let found = look(store, &key).await;
        assert_eq!(found.bytes, len_u64(&body), "a look tells the length");
        assert!(!found.tag.is_empty(), "a look tells the version");
        if let Some(etag) = stored.etag {
            assert_eq!(found.tag, etag, "a look finds the version that was stored");
        }
        match found.run {
            Some(run) => assert_eq!(run, options.run, "a look tells who wrote"),
            None => assert_head(&found, &body),
        }
    }
}

/// Without metadata, the beginning of the object must do.
fn assert_head(found: &Found, body: &Bytes) {
    assert!(
        found.head.len() <= Found::HEAD_BYTES_MAX && body.starts_with(&found.head),
        "a look gives the object's own beginning, and not too much of it"
    );
    assert_eq!(
        found.head.is_empty(),
        body.is_empty(),
        "a look gives the beginning where the store keeps no metadata"
    );
}

pub(super) async fn nothing_is_where_nothing_was_put(fixture: &impl Fixture) {
    let key = fixture.key("never-written");
    let found = must(
        "a look at nothing is no fault",
        fixture.store().look(&key).await,
    );
    assert_eq!(found, None, "nothing is found where nothing was put");
}

pub(super) async fn absent_refuses_what_is_there(fixture: &impl Fixture) {
    let store = fixture.store();
    let key = fixture.key("put-absent");
    let (first, second) = (Bytes::from_static(b"first"), Bytes::from_static(b"second"));
    must(
        "a put to a free key is taken",
        put(store, &key, &first, &options(1, Condition::Absent)).await,
    );
    must_refuse(
        "a put on the condition that nothing is there is refused if something is",
        put(store, &key, &second, &options(2, Condition::Absent)).await,
        FaultKind::AlreadyExists,
    );
    let read = fixture.read(&key).await;
    assert_eq!(read, Some(first), "a refused put changes nothing");
}

pub(super) async fn unchanged_takes_only_that_version(fixture: &impl Fixture) {
    let store = fixture.store();
    let key = fixture.key("put-unchanged");
    let bodies = [&b"first"[..], b"the second", b"the third one"].map(Bytes::from_static);
    let [first, second, third] = &bodies;
    must(
        "a put to a free key is taken",
        put(store, &key, first, &options(1, Condition::Absent)).await,
    );
    let seen = look(store, &key).await.tag;
    must(
        "a put on the condition that a version is unchanged is taken if it is",
        put(
            store,
            &key,
            second,
            &options(2, Condition::Unchanged(seen.clone())),
        )
        .await,
    );
    let now = look(store, &key).await.tag;
    assert_ne!(now, seen, "another version has another tag");
    must_refuse(
        "a put on the condition that a version is unchanged is refused if it is not",
        put(store, &key, third, &options(3, Condition::Unchanged(seen))).await,
        FaultKind::Changed,
    );
    let read = fixture.read(&key).await;
    assert_eq!(read.as_ref(), Some(second), "a refused put changes nothing");

    let free = fixture.key("put-unchanged-gone");
    must_refuse(
        "a version that is gone is not unchanged",
        put(store, &free, third, &options(3, Condition::Unchanged(now))).await,
        FaultKind::Changed,
    );
    let read = fixture.read(&free).await;
    assert_eq!(read, None, "a refused put leaves nothing");
}

pub(super) async fn one_of_many_writers_wins(fixture: &impl Fixture) {
    let store = fixture.store();
    let key = fixture.key("put-race");
    let key = key.as_str();
    let puts = (0..WRITERS).map(|run| async move {
        let body = Bytes::from(format!("run {run}"));
        let put = put(store, key, &body, &options(run, Condition::Absent)).await;
        (body, put)
    });
    let (won, lost): (Vec<_>, Vec<_>) = join_all(puts)
        .await
        .into_iter()
        .partition(|(_, put)| put.is_ok());
    for (_, put) in lost {
        must_refuse(
            "who comes too late is told so",
            put,
            FaultKind::AlreadyExists,
        );
    }
    let winner = match won.as_slice() {
        [(body, _)] => Some(body.clone()),
        _ => None,
    };
    assert!(
        winner.is_some(),
        "of many writers exactly one wins, not {}",
        won.len()
    );
    assert_eq!(
        fixture.read(key).await,
        winner,
        "what is visible is the winner's"
    );
}

pub(super) async fn a_wrong_checksum_is_refused(fixture: &impl Fixture) {
    let store = fixture.store();
    let key = fixture.key("put-wrong-checksum");
    let body = Bytes::from_static(b"what was meant");
    let options = options(1, Condition::Absent);
    must_fail(
        "a body that does not match its checksum is refused",
        store
            .put(&key, body, Crc64::of(b"what was sent"), &options)
            .await,
    );
    assert_eq!(
        fixture.read(&key).await,
        None,
        "a refused put leaves nothing"
    );
}

pub(super) async fn a_missing_container_is_told(fixture: &impl Fixture) {
    let Some(store) = fixture.without_container() else {
        return;
    };
    let key = fixture.key("no-container");
    let options = options(1, Condition::Absent);
    let body = Bytes::from_static(b"body");
    must_refuse(
        "a look tells a missing container from a missing object",
        store.look(&key).await,
        FaultKind::NoContainer,
    );
    must_fail(
        "a put without a container is refused",
        put(&store, &key, &body, &options).await,
    );
    must_fail(
        "an upload without a container is refused",
        store.create(&key, &options).await,
    );
}

/// Looks at an object that must be there.
async fn look<S: ObjectStore>(store: &S, key: &str) -> Found {
    let found = must("a look at what is there is no fault", store.look(key).await);
    assert!(found.is_some(), "a look finds what is there");
    found.unwrap_or_else(|| Found {
        tag: String::new(),
        bytes: 0,
        run: None,
        kind: None,
        crc64: None,
        head: Bytes::new(),
    })
}
