//! Sources that are pinned when they are opened.

use std::future::Future;

use bytes::Bytes;
use rowgate_core::store::{Chunks, FaultKind, Source, StoreFault};

use super::steps::must;

/// A source under test, and a way to change what lies under it.
pub trait SourceFixture: Sync {
    /// The adapter.
    type Source: Source;

    /// Puts `body` where the source is read from, as another version.
    fn replace(&self, body: Bytes) -> impl Future<Output = ()> + Send;

    /// Opens the source, and pins what is there now.
    fn open(&self) -> impl Future<Output = Result<Self::Source, StoreFault>> + Send;
}

/// Checks the whole contract of [`Source`] and [`Chunks`].
///
/// # Panics
///
/// A promise is broken.
pub async fn source(fixture: &impl SourceFixture) {
    // Longer than any buffer that an adapter is likely to have, and not periodic in it.
    let body: Bytes = (0..=250).cycle().take(3 * 1024 * 1024 + 17).collect();
    every_offset_reads_to_the_end(fixture, &body).await;
    every_offset_reads_to_the_end(fixture, &Bytes::from_static(b"id\n1\n")).await;
    every_offset_reads_to_the_end(fixture, &Bytes::new()).await;
    another_version_is_never_given(fixture, &body).await;
}

async fn every_offset_reads_to_the_end(fixture: &impl SourceFixture, body: &Bytes) {
    fixture.replace(body.clone()).await;
    let source = must("a source is opened", fixture.open().await);
    let identity = source.identity().clone();
    assert!(identity.version.is_some(), "a version is pinned");
    if let Some(bytes) = identity.bytes {
        assert_eq!(Ok(bytes), u64::try_from(body.len()), "the length is known");
    }
    for offset in [0, 1, body.len() / 2, body.len()] {
        let rest = body.slice(offset.min(body.len())..);
        let at = u64::try_from(offset).unwrap_or(u64::MAX);
        if offset > body.len() {
            continue;
        }
        let (read, end) = read(&source, at).await;
        assert_eq!(end, None, "a source that did not change is read to its end");
        assert_eq!(
            read.len(),
            rest.len(),
            "from {offset}: not a byte too few or too many"
        );
        assert!(
            read == rest,
            "from {offset}: the bytes are those of the source"
        );
    }
    assert_eq!(*source.identity(), identity, "an identity never changes");
}

async fn another_version_is_never_given(fixture: &impl SourceFixture, body: &Bytes) {
    fixture.replace(body.clone()).await;
    let source = must("a source is opened", fixture.open().await);
    let identity = source.identity().clone();
    // Of the same length, so that only the version tells them apart.
    let other: Bytes = body.iter().map(|byte| byte ^ 0xff).collect();
    fixture.replace(other.clone()).await;
    for offset in [0, 4096] {
        let at = u64::try_from(offset).unwrap_or(u64::MAX);
        let rest = body.slice(offset.min(body.len())..);
        let (read, end) = read(&source, at).await;
        assert!(
            rest.starts_with(&read),
            "no byte of another version is given"
        );
        match end {
            // Where the store still had the old version, all of it is given.
            None => assert_eq!(read.len(), rest.len(), "an end means that all was read"),
            Some(kind) => assert_eq!(kind, FaultKind::Changed, "a version that is gone is told"),
        }
    }
    assert_eq!(*source.identity(), identity, "an identity never changes");

    let reopened = must("a source is opened", fixture.open().await);
    assert_ne!(
        reopened.identity().version,
        identity.version,
        "another version has another identity"
    );
    let (read, end) = read(&reopened, 0).await;
    assert!(
        end.is_none() && read == other,
        "a new look pins the new version"
    );
}

/// Reads to the end, or to the first fault; returns what came, and the fault.
async fn read<S: Source>(source: &S, offset: u64) -> (Vec<u8>, Option<FaultKind>) {
    let mut all = Vec::new();
    let mut chunks = match source.read_from(offset).await {
        Ok(chunks) => chunks,
        Err(fault) => return (all, Some(fault.kind())),
    };
    loop {
        match chunks.next().await {
            Ok(Some(bytes)) => {
                assert!(!bytes.is_empty(), "a chunk is never empty");
                all.extend_from_slice(&bytes);
            }
            Ok(None) => return (all, None),
            Err(fault) => return (all, Some(fault.kind())),
        }
    }
}
