//! A source that is decoded while it is read.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use rowgate_core::expectation::Expectation;
use rowgate_core::store::{Source, SourceFormat, SourceIdentity, StoreFault};

use crate::chunks::DecodedChunks;
use crate::encoding::TextEncoding;
use crate::fault::DecodeFault;
use crate::inflate::DecodeLimits;
use crate::magic::CompressionOption;
use crate::stored::Count;

/// What a caller says of how a source is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecodeOptions {
    /// How it is compressed.
    pub compression: CompressionOption,
    /// How its text is encoded; `None`: as its byte order mark says, or in UTF-8.
    pub encoding: Option<TextEncoding>,
    /// What its stored bytes must turn out to be. That is checked whenever it is read from its start
    /// to its end.
    pub expectation: Expectation,
    /// What decoding may take.
    pub limits: DecodeLimits,
}

/// A source, decoded: decompressed, and transcoded to UTF-8.
///
/// Offsets and lengths are those of the decoded text. A byte order mark comes out as that of UTF-8.
/// A byte `b` that its encoding cannot decode becomes the pair `F8 | b >> 6`, `80 | b & 3F`: never
/// UTF-8, and neither a line end nor a quote, so that framing is unharmed, just the record that
/// holds it is rejected, and the byte is kept. The same text comes out whatever chunks come in.
///
/// A source of UTF-8 text that is not compressed passes through: no byte is copied or looked at,
/// but its first ones. Bad UTF-8 is for the core to find.
///
/// Reading from an offset decodes from the start, unless the source passes through.
#[derive(Debug)]
pub struct Decoded<S: Source> {
    inner: S,
    options: DecodeOptions,
    identity: SourceIdentity,
    format: SourceFormat,
    count: Count,
    /// What was begun to find out about it, for the first read: a stream is read only once.
    first: Mutex<Option<DecodedChunks<S::Chunks>>>,
}

impl<S: Source> Decoded<S> {
    /// Reads the beginning of a source, and finds out how it is stored.
    ///
    /// # Errors
    ///
    /// The store's refusal; or [`FaultKind::Unusable`](rowgate_core::store::FaultKind::Unusable) if
    /// the source is not what `options` say, or cannot be decoded.
    ///
    /// # Cancel safety
    ///
    /// Not safe for a stream, whose beginning would be lost.
    pub async fn open(inner: S, options: DecodeOptions) -> Result<Self, StoreFault> {
        let known = inner.identity().bytes;
        if let (Some(expected), Some(found)) = (options.expectation.bytes, known)
            && expected != found
        {
            return Err(DecodeFault::Length { expected, found }.into());
        }
        let count = Count::default();
        let chunks = inner.read_from(0).await?;
        let (first, format) = DecodedChunks::open(chunks, &options, Count::clone(&count)).await?;
        let mut identity = inner.identity().clone();
        if format != SourceFormat::PLAIN {
            identity.bytes = None;
        }
        Ok(Self {
            inner,
            options,
            identity,
            format,
            count,
            first: Mutex::new(Some(first)),
        })
    }

    /// Returns the source that is decoded.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    fn take_first(&self) -> Option<DecodedChunks<S::Chunks>> {
        // A poisoned lock holds what it held: nothing panics while it is held.
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        first.take()
    }
}

impl<S: Source> Source for Decoded<S> {
    type Chunks = DecodedChunks<S::Chunks>;

    fn identity(&self) -> &SourceIdentity {
        &self.identity
    }

    fn format(&self) -> SourceFormat {
        self.format
    }

    fn stored_bytes(&self) -> Option<u64> {
        let known = self.inner.identity().bytes;
        if self.format == SourceFormat::PLAIN {
            return known;
        }
        known.or_else(|| Some(self.count.load(Ordering::Relaxed)))
    }

    async fn read_from(&self, offset: u64) -> Result<Self::Chunks, StoreFault> {
        let first = self.take_first();
        if self.format == SourceFormat::PLAIN && offset > 0 {
            let chunks = self.inner.read_from(offset).await?;
            return DecodedChunks::plain(chunks, &self.options, Count::default());
        }
        if let Some(first) = first {
            return Ok(first.skip(offset));
        }
        let chunks = self.inner.read_from(0).await?;
        let count = Count::clone(&self.count);
        // The version is pinned, so that it is stored as it was.
        let (again, _) = DecodedChunks::open(chunks, &self.options, count).await?;
        Ok(again.skip(offset))
    }
}
