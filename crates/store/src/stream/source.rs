//! A stream as a source: standard input, a pipe, a device.

use std::fmt;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use rowgate_core::store::{FaultKind, Source, SourceIdentity, StoreFault};

use super::feed::{Feed, Feeder};
use crate::local::fault;

/// How much is read at once, in bytes: what a pipe holds.
const BLOCK_BYTES: usize = 64 * 1024;
/// How many blocks are read ahead.
const BLOCKS_AHEAD: usize = 4;

type Reader = Box<dyn Read + Send>;
type Opener = Box<dyn FnOnce() -> io::Result<Reader> + Send>;

/// Something that can be read once, from its beginning.
///
/// It is read on a thread of its own, which nothing waits for: a read that never returns, such as
/// that of a terminal, holds up neither ctrl-c nor the end of the process.
pub struct StreamSource {
    identity: SourceIdentity,
    /// Taken by the first read.
    opener: Mutex<Option<Opener>>,
}

impl fmt::Debug for StreamSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamSource")
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

impl StreamSource {
    /// Makes a source of whatever `open` opens. It is opened on the reading thread: opening a named
    /// pipe waits for its writer.
    pub fn new<R, F>(uri: impl Into<String>, open: F) -> Self
    where
        R: Read + Send + 'static,
        F: FnOnce() -> io::Result<R> + Send + 'static,
    {
        let opener: Opener = Box::new(move || Ok(Box::new(open()?)));
        Self {
            identity: SourceIdentity {
                uri: uri.into(),
                version: None,
                bytes: None,
            },
            opener: Mutex::new(Some(opener)),
        }
    }

    /// Makes a source of standard input, which people call `-`.
    #[must_use]
    pub fn stdin() -> Self {
        Self::new("-", || Ok(io::stdin()))
    }
}

impl Source for StreamSource {
    type Chunks = Feed;

    fn identity(&self) -> &SourceIdentity {
        &self.identity
    }

    async fn read_from(&self, offset: u64) -> Result<Feed, StoreFault> {
        if offset > 0 {
            let message = format!("a stream cannot be read from offset {offset}");
            return Err(StoreFault::new(FaultKind::Unusable, message));
        }
        // A poisoned lock holds what it held: nothing panics while it is held.
        let opener = self
            .opener
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(opener) = opener else {
            let message = "a stream can be read once, and was";
            return Err(StoreFault::new(FaultKind::Unusable, message));
        };
        let (feeder, feed) = Feed::bounded(BLOCKS_AHEAD, None);
        let uri = self.identity.uri.clone();
        std::thread::Builder::new()
            .name("rowgate-read".to_owned())
            .spawn(move || read(opener, Path::new(&uri), &feeder))
            .map_err(|err| {
                fault::fault("start a thread to read", Path::new(&self.identity.uri), err)
            })?;
        Ok(feed)
    }
}

/// Feeds what can be read, until the end, a fault, or until nobody listens any more.
fn read(opener: Opener, path: &Path, feeder: &Feeder) {
    let mut reader = match opener() {
        Ok(reader) => reader,
        Err(err) => {
            // Whoever does not listen any more does not need to know; the same below.
            drop(feeder.feed_blocking(Err(fault::fault("open", path, err))));
            return;
        }
    };
    loop {
        let mut block = vec![0; BLOCK_BYTES];
        let item = match reader.read(&mut block) {
            Ok(0) => Ok(None),
            Ok(n_bytes) => {
                block.truncate(n_bytes);
                Ok(Some(Bytes::from(block)))
            }
            Err(err) if err.kind() == ErrorKind::Interrupted => continue,
            Err(err) => Err(fault::fault("read", path, err)),
        };
        let is_last = !matches!(item, Ok(Some(_)));
        if feeder.feed_blocking(item).is_err() || is_last {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use rowgate_core::store::Chunks as _;

    use super::*;

    fn run<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(work)
    }

    async fn read_all(source: &StreamSource) -> Result<Vec<u8>, StoreFault> {
        let mut chunks = source.read_from(0).await?;
        let mut all = Vec::new();
        while let Some(bytes) = chunks.next().await? {
            assert!(!bytes.is_empty());
            all.extend(bytes);
        }
        Ok(all)
    }

    #[test]
    fn a_stream_is_read_once_and_whole() {
        run(async {
            let text = b"a,b\n".repeat(100_000);
            let whole = text.clone();
            let source = StreamSource::new("-", || Ok(Cursor::new(text)));
            assert_eq!(source.identity().bytes, None);
            assert_eq!(read_all(&source).await.unwrap(), whole);
            let again = read_all(&source).await.unwrap_err();
            assert_eq!(again.kind(), FaultKind::Unusable);
        });
    }

    #[test]
    fn an_error_is_not_an_end() {
        struct Broken(bool);
        impl Read for Broken {
            fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::Error::other("gone"));
                }
                buf[0] = b'x';
                Ok(1)
            }
        }
        run(async {
            let source = StreamSource::new("pipe", || Ok(Broken(false)));
            let fault = read_all(&source).await.unwrap_err();
            assert_eq!(fault.to_string(), "could not read `pipe`");
        });
    }

    #[test]
    fn a_panic_is_not_an_end() {
        struct Panics;
        impl Read for Panics {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                panic!("on purpose")
            }
        }
        run(async {
            let source = StreamSource::new("pipe", || Ok(Panics));
            let fault = read_all(&source).await.unwrap_err();
            assert_eq!(fault.kind(), FaultKind::Unavailable);
        });
    }

    #[test]
    fn a_pending_read_holds_up_nothing() {
        struct Never(std::sync::mpsc::Receiver<()>);
        impl Read for Never {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                self.0.recv().map_or(Ok(0), |()| Ok(0))
            }
        }
        let (release, pending) = std::sync::mpsc::channel();
        run(async {
            let source = StreamSource::new("-", || Ok(Never(pending)));
            drop(source.read_from(0).await.unwrap());
        }); // The runtime is gone, and the read is still pending.
        drop(release);
    }
}
