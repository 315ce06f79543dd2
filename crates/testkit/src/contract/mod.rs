//! What every adapter of the core's store traits must keep, one check for each promise.
//!
//! An adapter's tests make a [`Fixture`] and call [`object_store`]; with
//! [`UploadLister`](rowgate_core::store::UploadLister) also [`upload_lister`]. A source's tests
//! call [`source`]. A promise that is broken fails the test with a sentence that names it.
//!
//! The checks use keys of their own, so one fixture serves them all.

mod lister;
mod objects;
mod source;
mod steps;
mod uploads;

use std::future::Future;

use bytes::Bytes;
use rowgate_core::store::ObjectStore;

pub use self::lister::upload_lister;
pub use self::source::{SourceFixture, source};

/// A store under test, and a way around it.
pub trait Fixture: Sync {
    /// The adapter.
    type Store: ObjectStore;

    /// Returns the store.
    fn store(&self) -> &Self::Store;

    /// Returns a key that nothing is at, made of `name`, which has only letters and dashes.
    fn key(&self, name: &str) -> String;

    /// Returns a store whose bucket or folder is missing, if there is such a thing: some stores
    /// make what is missing.
    fn without_container(&self) -> Option<Self::Store> {
        None
    }

    /// Returns whether the store decides between writers that commit in the same moment. Those that
    /// test a condition first and write later do not; AWS does.
    fn decides_races(&self) -> bool {
        true
    }

    /// Reads what is visible at `key` by other means than the adapter.
    fn read(&self, key: &str) -> impl Future<Output = Option<Bytes>> + Send;
}

/// Checks the whole contract of [`ObjectStore`].
///
/// # Panics
///
/// A promise is broken.
pub async fn object_store(fixture: &impl Fixture) {
    objects::limits_are_consistent(fixture);
    objects::a_put_is_visible_whole(fixture).await;
    objects::nothing_is_where_nothing_was_put(fixture).await;
    objects::absent_refuses_what_is_there(fixture).await;
    objects::unchanged_takes_only_that_version(fixture).await;
    if fixture.decides_races() {
        objects::one_of_many_writers_wins(fixture).await;
    }
    objects::a_wrong_checksum_is_refused(fixture).await;
    objects::a_missing_container_is_told(fixture).await;
    uploads::nothing_is_visible_before_complete(fixture).await;
    uploads::parts_may_come_in_any_order(fixture).await;
    uploads::a_repeated_part_replaces_the_earlier_one(fixture).await;
    uploads::the_condition_is_tested_at_complete(fixture).await;
    if fixture.decides_races() {
        uploads::one_of_many_completes_wins(fixture).await;
    }
    uploads::a_wrong_part_is_refused(fixture).await;
    uploads::a_wrong_seal_is_refused(fixture).await;
    uploads::parts_of_another_upload_are_refused(fixture).await;
    uploads::an_abort_leaves_nothing_and_may_be_repeated(fixture).await;
    uploads::uploads_of_one_key_are_apart(fixture).await;
}
