//! A look at what comes next.

use bytes::Bytes;
use rowgate_core::store::{Chunks, StoreFault};

/// Chunks whose beginning can be looked at before it is read.
#[derive(Debug)]
pub(crate) struct Peeked<C> {
    chunks: C,
    head: Option<Bytes>,
    has_ended: bool,
}

impl<C: Chunks> Peeked<C> {
    pub(crate) fn new(chunks: C) -> Self {
        Self {
            chunks,
            head: None,
            has_ended: false,
        }
    }

    /// Returns the next bytes: at least `n_bytes`, or all that there are.
    pub(crate) async fn peek(&mut self, n_bytes: usize) -> Result<&[u8], StoreFault> {
        while !self.has_ended && self.head.as_ref().map_or(0, Bytes::len) < n_bytes {
            match self.chunks.next().await? {
                None => self.has_ended = true,
                Some(chunk) => {
                    self.head = Some(match self.head.take() {
                        None => chunk,
                        Some(head) => [head, chunk].concat().into(),
                    });
                }
            }
        }
        Ok(self.head.as_deref().unwrap_or_default())
    }
}

impl<C: Chunks> Chunks for Peeked<C> {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreFault> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        if self.has_ended {
            return Ok(None);
        }
        let next = self.chunks.next().await?;
        self.has_ended = next.is_none();
        Ok(next)
    }
}
