//! The bytes as they are stored: counted, and compared with what was expected of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use rowgate_core::expectation::{Expectation, ExpectedHash};
use rowgate_core::store::{Chunks, StoreFault};

use crate::fault::DecodeFault;
use crate::hasher::Hasher;

/// How many bytes were read of a source, for whoever asks meanwhile.
pub(crate) type Count = Arc<AtomicU64>;

/// Stored bytes, read from the first one on.
#[derive(Debug)]
pub(crate) struct Stored<C> {
    chunks: C,
    n_bytes: u64,
    count: Count,
    bytes: Option<u64>,
    hash: Option<(ExpectedHash, Hasher)>,
}

impl<C: Chunks> Stored<C> {
    pub(crate) fn new(chunks: C, expectation: &Expectation, count: Count) -> Self {
        let hash = expectation.hash.clone();
        Self {
            chunks,
            n_bytes: 0,
            count,
            bytes: expectation.bytes,
            hash: hash.map(|hash| {
                let hasher = Hasher::new(hash.algorithm());
                (hash, hasher)
            }),
        }
    }

    fn take(&mut self, chunk: &Bytes) -> Result<(), DecodeFault> {
        let n_bytes = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        self.n_bytes = self.n_bytes.saturating_add(n_bytes);
        self.count.store(self.n_bytes, Ordering::Relaxed);
        if let Some((_, hasher)) = &mut self.hash {
            hasher.update(chunk);
        }
        match self.bytes {
            Some(expected) if self.n_bytes > expected => Err(DecodeFault::TooLong(expected)),
            Some(_) | None => Ok(()),
        }
    }

    fn check_end(&self) -> Result<(), DecodeFault> {
        if let Some(expected) = self.bytes
            && self.n_bytes != expected
        {
            let found = self.n_bytes;
            return Err(DecodeFault::Length { expected, found });
        }
        let Some((expected, hasher)) = &self.hash else {
            return Ok(());
        };
        let found = hasher.hex();
        if found == expected.hex() {
            return Ok(());
        }
        Err(DecodeFault::Digest {
            expected: expected.to_string(),
            found: format!("{}:{found}", expected.algorithm().as_str()),
        })
    }
}

impl<C: Chunks> Chunks for Stored<C> {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreFault> {
        let chunk = self.chunks.next().await?;
        match &chunk {
            Some(chunk) => self.take(chunk)?,
            None => self.check_end()?,
        }
        Ok(chunk)
    }
}
