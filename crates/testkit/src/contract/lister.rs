//! Unfinished uploads that were left behind.

use rowgate_core::store::{Condition, ObjectStore, UploadLister};

use super::Fixture;
use super::steps::{Plan, must, options};

/// Checks the whole contract of [`UploadLister`].
///
/// # Panics
///
/// A promise is broken.
pub async fn upload_lister<F>(fixture: &F)
where
    F: Fixture,
    F::Store: UploadLister,
{
    let store = fixture.store();
    let prefix = fixture.key("lister-mine");
    let elsewhere = fixture.key("lister-other");
    let keys = ["-b", "-a", "-c"].map(|name| format!("{prefix}{name}"));
    let plan = Plan::new(store, b"ab");

    let mut uploads = Vec::new();
    for key in keys.iter().chain([&elsewhere]) {
        let options = options(1, Condition::Absent);
        let upload = must("an upload is opened", store.create(key, &options).await);
        let tags = plan.send(store, &upload).await;
        uploads.push((upload, tags));
    }
    let found = must("uploads are listed", store.open_uploads(&prefix).await);
    let mut found_keys: Vec<_> = found.iter().map(|upload| upload.key.clone()).collect();
    found_keys.sort();
    let mut expected = keys.to_vec();
    expected.sort();
    assert_eq!(
        found_keys, expected,
        "the open uploads below a prefix are listed, and no others"
    );
    assert!(
        found.is_sorted_by_key(|upload| upload.started_at_s),
        "the oldest upload comes first"
    );
    for upload in &found {
        assert!(!upload.id.is_empty(), "an upload has an id");
        assert_eq!(
            upload.bytes,
            plan.seal().bytes,
            "a listing tells what the store holds"
        );
    }

    let Some((abandoned, others)) = found.split_first() else {
        return;
    };
    must(
        "a listed upload can be dropped",
        store.abort_open(abandoned).await,
    );
    must(
        "to drop it twice is no fault",
        store.abort_open(abandoned).await,
    );
    let left = must("uploads are listed", store.open_uploads(&prefix).await);
    assert_eq!(
        left, others,
        "a dropped upload is not listed, and the others are untouched"
    );

    for (key, (upload, tags)) in keys.iter().chain([&elsewhere]).zip(uploads) {
        if *key != abandoned.key {
            must(
                "it can be completed",
                store.complete(&upload, tags, plan.seal()).await,
            );
        }
    }
    let left = must("uploads are listed", store.open_uploads(&prefix).await);
    assert_eq!(left, [], "a completed upload is not listed");
}
