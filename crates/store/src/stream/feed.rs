//! Bytes that somebody else reads for us, a bounded number of blocks ahead.

use bytes::Bytes;
use rowgate_core::store::{Chunks, FaultKind, StoreFault};
use tokio::sync::mpsc;

/// What is fed: bytes, the verified end (`None`), or a fault.
pub(crate) type Item = Result<Option<Bytes>, StoreFault>;

/// The side that reads.
#[derive(Clone, Debug)]
pub(crate) struct Feeder(mpsc::Sender<Item>);

/// Nobody listens any more: the reader may stop.
#[derive(Debug)]
pub(crate) struct Unheard;

/// The side that is fed: the bytes of a file, a stream or a body.
///
/// The end must be said. A feeder that just goes away, as in a panic, is a fault and not an end.
#[derive(Debug)]
pub struct Feed {
    items: mpsc::Receiver<Item>,
    /// How many bytes are still to come, where that is known.
    missing: Option<u64>,
    has_ended: bool,
}

impl Feed {
    /// Makes both sides. At most `items_ahead` items wait between them.
    pub(crate) fn bounded(items_ahead: usize, bytes: Option<u64>) -> (Feeder, Self) {
        let (sender, items) = mpsc::channel(items_ahead);
        let feed = Self {
            items,
            missing: bytes,
            has_ended: false,
        };
        (Feeder(sender), feed)
    }

    /// Takes note of an item, and refuses what breaks the length.
    fn account(&mut self, item: Option<Bytes>) -> Item {
        let Some(missing) = &mut self.missing else {
            return Ok(item);
        };
        let n_bytes = item.as_ref().map_or(0, Bytes::len);
        let left = missing.checked_sub(u64::try_from(n_bytes).unwrap_or(u64::MAX));
        match (left, &item) {
            (None, _) => Err(broken("more bytes came than were announced".to_owned())),
            (Some(1..), None) => Err(broken(format!("the end came {missing} bytes early"))),
            (Some(left), _) => {
                *missing = left;
                Ok(item)
            }
        }
    }
}

impl Chunks for Feed {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreFault> {
        while !self.has_ended {
            let Some(item) = self.items.recv().await else {
                return Err(broken("the reader went away before the end".to_owned()));
            };
            match self.account(item?)? {
                Some(bytes) if bytes.is_empty() => {}
                Some(bytes) => return Ok(Some(bytes)),
                None => self.has_ended = true,
            }
        }
        Ok(None)
    }
}

fn broken(message: String) -> StoreFault {
    StoreFault::new(FaultKind::Unavailable, message)
}

impl Feeder {
    /// Feeds an item from a thread that may block.
    pub(crate) fn feed_blocking(&self, item: Item) -> Result<(), Unheard> {
        self.0.blocking_send(item).map_err(|_| Unheard)
    }

    /// Feeds an item.
    pub(crate) async fn feed(&self, item: Item) -> Result<(), Unheard> {
        self.0.send(item).await.map_err(|_| Unheard)
    }
}
