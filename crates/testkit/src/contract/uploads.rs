//! Objects that are written in parts.

use bytes::Bytes;
use futures::future::join_all;
use rowgate_core::checksum::Crc64;
use rowgate_core::store::{Condition, FaultKind, ObjectStore, Seal};

use super::Fixture;
use super::steps::{Plan, must, must_fail, must_refuse, options, put};

/// How many uploads race for one key.
const WRITERS: u8 = 3;

/// Opens an upload to a key that is free.
async fn create<S: ObjectStore>(store: &S, key: &str, run: u8) -> S::Upload {
    let options = options(run, Condition::Absent);
    must("an upload is opened", store.create(key, &options).await)
}

pub(super) async fn nothing_is_visible_before_complete(fixture: &impl Fixture) {
    let store = fixture.store();
    let key = fixture.key("upload-whole");
    let plan = Plan::new(store, b"ab");
    let upload = create(store, &key, 1).await;
    let tags = plan.send(store, &upload).await;
    assert_eq!(
        fixture.read(&key).await,
        None,
        "an open upload is not visible"
    );
    let found = must("a look is no fault", store.look(&key).await);
    assert_eq!(found, None, "an open upload is not found");

    let stored = must(
        "parts that match their seal are published",
        store.complete(&upload, tags, plan.seal()).await,
    );
    let read = fixture.read(&key).await;
    assert_eq!(
        read,
        Some(plan.whole()),
        "what was completed is visible, and is all of it"
    );
    let found = must("a look is no fault", store.look(&key).await);
    let tag = found.as_ref().map(|found| found.tag.clone());
    assert_eq!(
        found.map(|found| found.bytes),
        Some(plan.seal().bytes),
        "a look finds what was completed"
    );
    if stored.etag.is_some() {
        assert_eq!(tag, stored.etag, "a look finds the version that was stored");
    }
}

pub(super) async fn parts_may_come_in_any_order(fixture: &impl Fixture) {
    let store = fixture.store();
    if store.rules().in_flight_max == 1 {
        return; // The store says that order matters.
    }
    let key = fixture.key("upload-any-order");
    let plan = Plan::new(store, b"abc");
    let upload = create(store, &key, 1).await;
    let mut tags = Vec::new();
    for part in plan.parts().into_iter().rev() {
        let number = part.number;
        let tag = must(
            "a part is taken in any order",
            store.put_part(&upload, part).await,
        );
        tags.push((number, tag));
    }
    tags.sort_by_key(|(number, _)| *number);
    let tags = tags.into_iter().map(|(_, tag)| tag).collect();
    must(
        "parts that came in any order are published",
        store.complete(&upload, tags, plan.seal()).await,
    );
    let read = fixture.read(&key).await;
    assert_eq!(read, Some(plan.whole()), "parts are put together by number");
}

pub(super) async fn a_repeated_part_replaces_the_earlier_one(fixture: &impl Fixture) {
    let store = fixture.store();
    let key = fixture.key("upload-repeat");
    let (wrong, right) = (Plan::new(store, b"ax"), Plan::new(store, b"ab"));
    let upload = create(store, &key, 1).await;
    wrong.send(store, &upload).await;
    let tags = right.send(store, &upload).await;
    must(
        "a part may be repeated",
        store.complete(&upload, tags, right.seal()).await,
    );
    let read = fixture.read(&key).await;
    assert_eq!(
        read,
        Some(right.whole()),
        "a repeated number replaces the earlier part"
    );
}

pub(super) async fn the_condition_is_tested_at_complete(fixture: &impl Fixture) {
    let store = fixture.store();
    let key = fixture.key("upload-absent");
    let plan = Plan::new(store, b"ab");
    let theirs = Bytes::from_static(b"theirs");
    let late = create(store, &key, 1).await;
    let tags = plan.send(store, &late).await;
    must(
        "a put to a free key is taken",
        put(store, &key, &theirs, &options(2, Condition::Absent)).await,
    );
    must_refuse(
        "a condition is tested when the object would become visible",
        store.complete(&late, tags, plan.seal()).await,
        FaultKind::AlreadyExists,
    );
    let read = fixture.read(&key).await;
    assert_eq!(read, Some(theirs), "a refused complete changes nothing");
    must(
        "an upload whose complete was refused can be aborted",
        store.abort(&late).await,
    );

    let found = must("a look is no fault", store.look(&key).await);
    let seen = found.map(|found| found.tag).unwrap_or_default();
    for (run, expected) in [(3, None), (4, Some(FaultKind::Changed))] {
        let plan = Plan::new(store, &[b'a', run]);
        let options = options(run, Condition::Unchanged(seen.clone()));
        let upload = must("an upload is opened", store.create(&key, &options).await);
        let tags = plan.send(store, &upload).await;
        let completed = store.complete(&upload, tags, plan.seal()).await;
        match expected {
            None => {
                must("a complete is taken if the version is unchanged", completed);
                assert_eq!(fixture.read(&key).await, Some(plan.whole()));
            }
            Some(kind) => {
                must_refuse("a complete is refused if it is not", completed, kind);
                must("it can be aborted", store.abort(&upload).await);
            }
        }
    }
}

pub(super) async fn one_of_many_completes_wins(fixture: &impl Fixture) {
    let store = fixture.store();
    let key = fixture.key("upload-race");
    let mut ready = Vec::new();
    for run in 0..WRITERS {
        let plan = Plan::new(store, &[b'a', b'0' + run]);
        let upload = create(store, &key, run).await;
        let tags = plan.send(store, &upload).await;
        ready.push((plan, upload, tags));
    }
    let completes = ready.into_iter().map(|(plan, upload, tags)| async move {
        let completed = store.complete(&upload, tags, plan.seal()).await;
        if completed.is_err() {
            must("who came too late can abort", store.abort(&upload).await);
        }
        (plan.whole(), completed)
    });
    let (won, lost): (Vec<_>, Vec<_>) = join_all(completes)
        .await
        .into_iter()
        .partition(|(_, completed)| completed.is_ok());
    for (_, completed) in lost {
        must_refuse(
            "who comes too late is told so",
            completed,
            FaultKind::AlreadyExists,
        );
    }
    let winner = match won.as_slice() {
        [(whole, _)] => Some(whole.clone()),
        _ => None,
    };
    assert!(
        winner.is_some(),
        "of many uploads exactly one wins, not {}",
        won.len()
    );
    assert_eq!(
        fixture.read(&key).await,
        winner,
        "what is visible is the winner's"
    );
}

pub(super) async fn a_wrong_part_is_refused(fixture: &impl Fixture) {
    let store = fixture.store();
    let key = fixture.key("upload-wrong-part");
    let plan = Plan::new(store, b"ab");
    let upload = create(store, &key, 1).await;
    for mut part in plan.parts() {
        part.crc64 = Crc64::of(b"something else");
        must_fail(
            "a part that does not match its checksum is refused",
            store.put_part(&upload, part).await,
        );
    }
    // It is still open: the right parts are taken.
    let tags = plan.send(store, &upload).await;
    must(
        "a refused part leaves the upload open",
        store.complete(&upload, tags, plan.seal()).await,
    );
    assert_eq!(fixture.read(&key).await, Some(plan.whole()));
}

pub(super) async fn a_wrong_seal_is_refused(fixture: &impl Fixture) {
    let store = fixture.store();
    let right = Plan::new(store, b"ab").seal();
    let shorter = Seal {
        bytes: right.bytes - 1,
        ..right
    };
    let other = Seal {
        crc64: Crc64::of(b"something else"),
        ..right
    };
    for (name, seal) in [
        ("upload-wrong-length", shorter),
        ("upload-wrong-sum", other),
    ] {
        let key = fixture.key(name);
        let upload = create(store, &key, 1).await;
        let tags = Plan::new(store, b"ab").send(store, &upload).await;
        must_fail(
            "a whole that does not match its seal is refused",
            store.complete(&upload, tags, seal).await,
        );
        assert_eq!(
            fixture.read(&key).await,
            None,
            "a refused complete leaves nothing"
        );
        must("it can be aborted", store.abort(&upload).await);
    }
}

/// The failure that rowgate comes from: a list of parts that outlived its upload.
pub(super) async fn parts_of_another_upload_are_refused(fixture: &impl Fixture) {
    let store = fixture.store();
    let (first, second) = (
        fixture.key("upload-leaking"),
        fixture.key("upload-leaked-to"),
    );
    let (theirs, ours) = (Plan::new(store, b"ab"), Plan::new(store, b"cd"));
    let leaking = create(store, &first, 1).await;
    let leaked = theirs.send(store, &leaking).await;
    let upload = create(store, &second, 2).await;
    ours.send(store, &upload).await;
    must_fail(
        "another upload's parts are refused",
        store.complete(&upload, leaked, theirs.seal()).await,
    );
    assert_eq!(
        fixture.read(&second).await,
        None,
        "a refused complete leaves nothing"
    );
    for upload in [leaking, upload] {
        must("it can be aborted", store.abort(&upload).await);
    }
}

pub(super) async fn an_abort_leaves_nothing_and_may_be_repeated(fixture: &impl Fixture) {
    let store = fixture.store();
    let key = fixture.key("upload-abort");
    let plan = Plan::new(store, b"ab");
    let upload = create(store, &key, 1).await;
    let tags = plan.send(store, &upload).await;
    must("an upload can be aborted", store.abort(&upload).await);
    must("to abort twice is no fault", store.abort(&upload).await);
    must_fail(
        "an aborted upload cannot be completed",
        store.complete(&upload, tags, plan.seal()).await,
    );
    assert_eq!(
        fixture.read(&key).await,
        None,
        "an aborted upload leaves nothing"
    );
}

pub(super) async fn uploads_of_one_key_are_apart(fixture: &impl Fixture) {
    let store = fixture.store();
    let key = fixture.key("upload-twice");
    let (given_up, kept) = (Plan::new(store, b"xy"), Plan::new(store, b"ab"));
    let one = create(store, &key, 1).await;
    let other = create(store, &key, 2).await;
    let tags = kept.send(store, &other).await;
    given_up.send(store, &one).await;
    must("one upload of a key is aborted", store.abort(&one).await);
    must(
        "another upload of that key is untouched",
        store.complete(&other, tags, kept.seal()).await,
    );
    assert_eq!(
        fixture.read(&key).await,
        Some(kept.whole()),
        "parts do not mix"
    );
}
