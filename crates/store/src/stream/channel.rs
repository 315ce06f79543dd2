//! A body that arrives in pieces, such as an HTTP request's, as a source.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use rowgate_core::store::{FaultKind, Source, SourceIdentity, StoreFault};

use super::feed::{Feed, Feeder};

/// How many pieces wait between the connection and the run.
const PIECES_AHEAD: usize = 4;

/// A body, to be read once.
#[derive(Debug)]
pub struct BodySource {
    identity: SourceIdentity,
    /// Taken by the first read.
    feed: Mutex<Option<Feed>>,
}

/// Where a body's pieces go in.
#[derive(Debug)]
#[must_use = "a body whose feeder is dropped ends in a fault"]
pub struct BodyFeeder(Feeder);

impl BodySource {
    /// Makes a source and what feeds it. `bytes` is the announced length (`Content-Length`): a body
    /// that turns out otherwise is a fault.
    pub fn new(uri: impl Into<String>, bytes: Option<u64>) -> (BodyFeeder, Self) {
        let (feeder, feed) = Feed::bounded(PIECES_AHEAD, bytes);
        let source = Self {
            identity: SourceIdentity {
                uri: uri.into(),
                version: None,
                bytes,
            },
            feed: Mutex::new(Some(feed)),
        };
        (BodyFeeder(feeder), source)
    }
}

impl BodyFeeder {
    /// Feeds a piece; waits while the run is busy.
    ///
    /// # Errors
    ///
    /// The piece comes back nowhere: the run does not listen any more, and feeding may stop.
    pub async fn feed(&self, bytes: Bytes) -> Result<(), StoreFault> {
        self.0.feed(Ok(Some(bytes))).await.map_err(|_| {
            let message = "the run does not read the body any more";
            StoreFault::new(FaultKind::Closed, message)
        })
    }

    /// Says that the body is whole.
    pub async fn finish(self) {
        // A run that does not listen any more does not need to know.
        drop(self.0.feed(Ok(None)).await);
    }

    /// Says that the rest will not come, and why.
    pub async fn fail(self, fault: StoreFault) {
        drop(self.0.feed(Err(fault)).await); // As above.
    }
}

impl Source for BodySource {
    type Chunks = Feed;

    fn identity(&self) -> &SourceIdentity {
        &self.identity
    }

    async fn read_from(&self, offset: u64) -> Result<Feed, StoreFault> {
        if offset > 0 {
            let message = format!("a body cannot be read from offset {offset}");
            return Err(StoreFault::new(FaultKind::Unusable, message));
        }
        // A poisoned lock holds what it held: nothing panics while it is held.
        let feed = self
            .feed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        feed.ok_or_else(|| {
            let message = "a body can be read once, and was";
            StoreFault::new(FaultKind::Unusable, message)
        })
    }
}

#[cfg(test)]
mod tests {
    use rowgate_core::store::Chunks as _;

    use super::*;

    /// How the feeding ends.
    #[derive(Clone, Copy)]
    enum End {
        Finish,
        Fail,
        Drop,
    }

    /// Feeds `abc` and `de`; compares what the run sees.
    #[track_caller]
    fn check(announced: Option<u64>, end: End, expected: Result<&[u8], FaultKind>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let res = runtime.block_on(async {
            let (feeder, source) = BodySource::new("request", announced);
            feeder.feed(Bytes::from_static(b"abc")).await.unwrap();
            feeder.feed(Bytes::from_static(b"")).await.unwrap();
            feeder.feed(Bytes::from_static(b"de")).await.unwrap();
            match end {
                End::Finish => feeder.finish().await,
                End::Fail => feeder.fail(StoreFault::new(FaultKind::Full, "no")).await,
                End::Drop => drop(feeder),
            }
            let mut chunks = source.read_from(0).await.unwrap();
            assert!(source.read_from(0).await.is_err(), "once");
            let mut all = Vec::new();
            loop {
                match chunks.next().await {
                    Ok(Some(bytes)) => all.extend(bytes),
                    Ok(None) => break Ok(all),
                    Err(fault) => break Err(fault.kind()),
                }
            }
        });
        assert_eq!(res.as_deref().map_err(|kind| *kind), expected);
    }

    #[test]
    fn only_a_finished_body_of_its_length_ends_well() {
        check(None, End::Finish, Ok(b"abcde"));
        check(Some(5), End::Finish, Ok(b"abcde"));
        check(Some(6), End::Finish, Err(FaultKind::Unavailable));
        check(Some(4), End::Finish, Err(FaultKind::Unavailable));
        check(Some(5), End::Drop, Err(FaultKind::Unavailable));
        check(None, End::Drop, Err(FaultKind::Unavailable));
        check(None, End::Fail, Err(FaultKind::Full));
    }
}
