//! The chunks of a decoded source: stored bytes, decompressed, transcoded.

use std::future::poll_fn;
use std::task::Poll;

use bytes::{Buf as _, Bytes};
use rowgate_core::expectation::Expectation;
use rowgate_core::store::{Chunks, Compression, SourceFormat, StoreFault};

use crate::encoding::{MARK_BYTES, TextEncoding, name, settle};
use crate::fault::DecodeFault;
use crate::inflate::Inflated;
use crate::magic::{CompressionOption, MAGIC_BYTES, begins_as, detect};
use crate::peek::Peeked;
use crate::source::DecodeOptions;
use crate::stored::{Count, Stored};
use crate::transcode::Transcoder;

/// The text of a source, in UTF-8.
pub struct DecodedChunks<C> {
    /// Boxed: futures hold it, and it is large.
    text: Box<Peeked<Inflated<Peeked<Stored<C>>>>>,
    transcoder: Option<Transcoder>,
    work: Work,
    /// How many bytes are not wanted: they come before the offset that was asked for.
    to_skip: u64,
}

/// What a chunk costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    /// Nothing: it is passed on.
    None,
    /// So much that others may have their turn before the next one.
    Decoding,
}

impl<C> std::fmt::Debug for DecodedChunks<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DecodedChunks").finish_non_exhaustive()
    }
}

impl<C: Chunks> DecodedChunks<C> {
    /// Looks at a source's first bytes, and says how it is stored.
    pub(crate) async fn open(
        chunks: C,
        options: &DecodeOptions,
        count: Count,
    ) -> Result<(Self, SourceFormat), StoreFault> {
        let mut stored = Peeked::new(Stored::new(chunks, &options.expectation, count));
        let compression = compression(&mut stored, options.compression).await?;
        let inflated = Inflated::new(stored, compression, options.limits)?;
        let mut text = Box::new(Peeked::new(inflated));
        if compression != Compression::None {
            let inner = detect(text.peek(MAGIC_BYTES).await?);
            if inner != Compression::None {
                let outer = compression;
                return Err(DecodeFault::Nested { outer, inner }.into());
            }
        }
        let (transcoder, encoding) = encoding(&mut text, options.encoding).await?;
        let is_plain = compression == Compression::None && transcoder.is_none();
        let opened = Self {
            text,
            transcoder,
            work: if is_plain { Work::None } else { Work::Decoding },
            to_skip: 0,
        };
        let format = SourceFormat {
            compression,
            encoding,
        };
        Ok((opened, format))
    }

    /// Reads a source on from somewhere, which is neither compressed nor to be transcoded.
    pub(crate) fn plain(
        chunks: C,
        options: &DecodeOptions,
        count: Count,
    ) -> Result<Self, StoreFault> {
        // What was expected of the whole cannot be said of a part.
        let stored = Peeked::new(Stored::new(chunks, &Expectation::default(), count));
        let inflated = Inflated::new(stored, Compression::None, options.limits)?;
        Ok(Self {
            text: Box::new(Peeked::new(inflated)),
            transcoder: None,
            work: Work::None,
            to_skip: 0,
        })
    }

    pub(crate) fn skip(self, to_skip: u64) -> Self {
        Self { to_skip, ..self }
    }

    async fn next_text(&mut self) -> Result<Option<Bytes>, StoreFault> {
        let Some(transcoder) = &mut self.transcoder else {
            self.work.give_way().await;
            return self.text.next().await;
        };
        loop {
            // Before the chunk is taken: a caller that goes away meanwhile loses nothing.
            self.work.give_way().await;
            let Some(chunk) = self.text.next().await? else {
                break;
            };
            let out = transcoder.push(&chunk);
            // Half a character gives nothing yet.
            if !out.is_empty() {
                return Ok(Some(out.into()));
            }
        }
        let rest = transcoder.finish();
        self.transcoder = None;
        Ok((!rest.is_empty()).then(|| rest.into()))
    }
}

impl<C: Chunks> Chunks for DecodedChunks<C> {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreFault> {
        while let Some(mut chunk) = self.next_text().await? {
            if self.to_skip == 0 {
                return Ok(Some(chunk));
            }
            let n_skipped = usize::try_from(self.to_skip)
                .unwrap_or(usize::MAX)
                .min(chunk.len());
            chunk.advance(n_skipped);
            self.to_skip -= u64::try_from(n_skipped)
                .unwrap_or(u64::MAX)
                .min(self.to_skip);
            if !chunk.is_empty() {
                return Ok(Some(chunk));
            }
        }
        Ok(None)
    }
}

impl Work {
    /// Lets other tasks run, if there was work: what is stored may be at hand all the time.
    async fn give_way(self) {
        let mut is_due = self == Self::Decoding;
        poll_fn(|context| {
            if std::mem::take(&mut is_due) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
    }
}

async fn compression<C: Chunks>(
    stored: &mut Peeked<C>,
    option: CompressionOption,
) -> Result<Compression, StoreFault> {
    match option {
        CompressionOption::Given(Compression::None) => Ok(Compression::None),
        CompressionOption::Given(compression) => {
            let head = stored.peek(MAGIC_BYTES).await?;
            // An empty source is told as what it is: empty.
            if head.is_empty() {
                Ok(Compression::None)
            } else if begins_as(compression, head) {
                Ok(compression)
            } else {
                Err(DecodeFault::NotOf(compression).into())
            }
        }
        CompressionOption::Detect => Ok(detect(stored.peek(MAGIC_BYTES).await?)),
    }
}

async fn encoding<C: Chunks>(
    text: &mut Peeked<C>,
    declared: Option<TextEncoding>,
) -> Result<(Option<Transcoder>, &'static str), StoreFault> {
    let head = text.peek(MARK_BYTES).await?;
    if head.is_empty() {
        return Ok((None, declared.map_or("utf-8", TextEncoding::as_str)));
    }
    let encoding = settle(declared, head)?;
    let transcoder = (encoding != encoding_rs::UTF_8).then(|| Transcoder::new(encoding));
    Ok((transcoder, name(encoding)))
}
