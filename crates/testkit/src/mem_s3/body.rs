//! What an object holds: chunks, a recipe for a large source, or only its length.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::stream;
use s3s::dto::StreamingBlob;

/// The size of the chunks in which bodies are kept.
const CHUNK_BYTES: usize = 1024 * 1024;
/// The largest piece that a response hands to the connection at once.
const PIECE_BYTES_MAX: u64 = 64 * 1024;

/// What becomes of the bodies that are uploaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Retention {
    /// They can be read again.
    #[default]
    Keep,
    /// They are counted and checked, then dropped.
    Discard,
}

/// The content of an object or a part. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Kept(Arc<[Chunk]>),
    Repeated(Repeated),
    Discarded { bytes: u64 },
}

/// Bytes, and where in the object they start.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    start: u64,
    bytes: Bytes,
}

/// A head, then the same block again and again: a large source that needs no memory.
#[derive(Clone, Debug)]
pub(super) struct Repeated {
    pub(super) head: Bytes,
    pub(super) block: Bytes,
    pub(super) times: u64,
}

impl Content {
    /// Returns the length in bytes.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Kept(chunks) => chunks.last().map_or(0, Chunk::end),
            Self::Repeated(repeated) => {
                len_u64(&repeated.head) + len_u64(&repeated.block) * repeated.times
            }
            Self::Discarded { bytes } => *bytes,
        }
    }

    /// Joins the contents of parts. One discarded part makes the whole unreadable.
    pub(super) fn join<'a>(parts: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let bytes = parts.clone().map(Self::len).sum();
        let mut joined = Vec::new();
        let mut start = 0;
        for part in parts {
            let Self::Kept(chunks) = part else {
                return Self::Discarded { bytes };
            };
            joined.extend(chunks.iter().map(|chunk| Chunk {
                start: start + chunk.start,
                bytes: chunk.bytes.clone(),
            }));
            start += part.len();
        }
        Self::Kept(joined.into())
    }

    /// Returns all bytes in one piece, or `None` if they were discarded.
    pub(super) fn to_bytes(&self) -> Option<Bytes> {
        if let Self::Kept(chunks) = self
            && let [only] = &**chunks
        {
            return Some(only.bytes.clone());
        }
        let pieces = self.pieces(0..self.len())?;
        let mut all = BytesMut::new();
        pieces.for_each(|piece| all.extend_from_slice(&piece));
        Some(all.freeze())
    }

    /// Streams a range in small pieces, or returns `None` if the bytes were discarded.
    pub(super) fn stream(&self, range: Range<u64>) -> Option<StreamingBlob> {
        let pieces = self.pieces(range)?.map(Ok::<_, io::Error>);
        Some(StreamingBlob::wrap(stream::iter(pieces)))
    }

    fn pieces(&self, range: Range<u64>) -> Option<impl Iterator<Item = Bytes> + use<>> {
        if let Self::Discarded { .. } = self {
            return None;
        }
        let content = self.clone();
        let mut at = range.start;
        Some(std::iter::from_fn(move || {
            let end = range.end.min(at.saturating_add(PIECE_BYTES_MAX));
            let piece = content.piece(at, end)?;
            at += len_u64(&piece);
            Some(piece)
        }))
    }

    /// Returns the bytes from `at` to `end`, or fewer; `None` where there are none.
    fn piece(&self, at: u64, end: u64) -> Option<Bytes> {
        let (bytes, start) = match self {
            Self::Kept(chunks) => {
                let next = chunks.partition_point(|chunk| chunk.start <= at);
                let chunk = chunks.get(next.checked_sub(1)?)?;
                (&chunk.bytes, chunk.start)
            }
            Self::Repeated(repeated) => repeated.section(at)?,
            Self::Discarded { .. } => return None,
        };
        let from = usize::try_from(at - start).ok()?;
        let to = usize::try_from(end.checked_sub(start)?)
            .ok()?
            .min(bytes.len());
        (from < to).then(|| bytes.slice(from..to))
    }
}

impl Chunk {
    fn end(&self) -> u64 {
        self.start + len_u64(&self.bytes)
    }
}

impl Repeated {
    /// Returns the head or the block that covers `at`, and where it starts.
    fn section(&self, at: u64) -> Option<(&Bytes, u64)> {
        let head = len_u64(&self.head);
        if at < head {
            return Some((&self.head, 0));
        }
        let idx = (at - head).checked_div(len_u64(&self.block))?;
        (idx < self.times).then(|| (&self.block, head + idx * len_u64(&self.block)))
    }
}

/// Gathers a body into chunks, or only counts it.
#[derive(Debug)]
pub(super) struct ContentBuilder {
    retention: Retention,
    open: BytesMut,
    chunks: Vec<Chunk>,
    bytes: u64,
}

impl ContentBuilder {
    pub(super) fn new(retention: Retention) -> Self {
        Self {
            retention,
            open: BytesMut::new(),
            chunks: Vec::new(),
            bytes: 0,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes += len_u64(bytes);
        match self.retention {
            Retention::Keep => self.open.extend_from_slice(bytes),
            Retention::Discard => {}
        }
        while self.open.len() >= CHUNK_BYTES {
            let full = self.open.split_to(CHUNK_BYTES).freeze();
            self.close_chunk(full);
        }
    }

    pub(super) fn finish(mut self) -> Content {
        match self.retention {
            Retention::Keep => {
                let rest = self.open.split().freeze();
                if !rest.is_empty() {
                    self.close_chunk(rest);
                }
                Content::Kept(self.chunks.into())
            }
            Retention::Discard => Content::Discarded { bytes: self.bytes },
        }
    }

    fn close_chunk(&mut self, bytes: Bytes) {
        let start = self.chunks.last().map_or(0, Chunk::end);
        self.chunks.push(Chunk { start, bytes });
    }
}

/// Returns a length as the `u64` that S3 counts in.
pub(super) fn len_u64(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &[u8]) -> Content {
        let mut builder = ContentBuilder::new(Retention::Keep);
        builder.push(text);
        builder.finish()
    }

    #[track_caller]
    fn check(content: &Content, range: Range<u64>, expected: &[u8]) {
        let pieces: Vec<Bytes> = content.pieces(range.clone()).unwrap().collect();
        assert_eq!(pieces.concat(), expected, "range: {range:?}");
    }

    #[test]
    fn ranges_cross_parts() {
        let parts = [kept(b"abc"), kept(b""), kept(b"defg")];
        let joined = Content::join(parts.iter());
        assert_eq!(joined.len(), 7);
        check(&joined, 0..7, b"abcdefg");
        check(&joined, 2..4, b"cd");
        check(&joined, 3..3, b"");
        check(&joined, 6..7, b"g");
    }

    #[test]
    fn repeated_blocks_need_no_memory() {
        let content = Content::Repeated(Repeated {
            head: Bytes::from_static(b"h\n"),
            block: Bytes::from_static(b"row\n"),
            times: 1 << 32,
        });
        assert_eq!(content.len(), 2 + (4 << 32));
        check(&content, 0..10, b"h\nrow\nrow\n");
        let len = content.len();
        check(&content, len - 3..len, b"ow\n");
    }

    #[test]
    fn bodies_are_cut_into_chunks_that_read_back_whole() {
        let body: Vec<u8> = (0..=255).cycle().take(3 * CHUNK_BYTES + 7).collect();
        let content = kept(&body);
        assert_eq!(content.to_bytes().unwrap(), body);
    }

    #[test]
    fn a_discarded_part_makes_the_object_unreadable() {
        let parts = [kept(b"abc"), Content::Discarded { bytes: 5 }];
        let joined = Content::join(parts.iter());
        assert_eq!(joined.len(), 8);
        assert!(joined.stream(0..8).is_none());
    }
}
