//! Compressed chunks in, decompressed chunks out.

use bytes::{Buf as _, Bytes};
use rowgate_core::store::{Chunks, Compression, StoreFault};

use crate::codec::{Codec, Member, Refusal};
use crate::fault::DecodeFault;

/// How much is decompressed at once, in bytes.
const BLOCK_BYTES: usize = 128 * 1024;
/// How much any source may grow to, in bytes: so much does no harm.
const EXPANSION_FREE_BYTES: u64 = 64 * 1024 * 1024;

/// What the zeros between and behind xz streams are a multiple of, in bytes.
const XZ_PADDING_BYTES: u64 = 4;

/// What decoding may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeLimits {
    /// How many times as many bytes a compressed source may decode to, beyond the first 64 MiB of
    /// them; `None`: any number.
    pub expansion_max: Option<u64>,
    /// How much memory a decoder may keep, in bytes: the window of zstd and all of xz. (gzip and
    /// bzip2 need 4 MiB at most.)
    pub memory_bytes_max: u64,
}

impl Default for DecodeLimits {
    /// 200 times, which no text of records that differ comes near, and 128 MiB, which is what the
    /// formats' own tools take for granted.
    fn default() -> Self {
        Self {
            expansion_max: Some(200),
            memory_bytes_max: 128 * 1024 * 1024,
        }
    }
}

/// Decompressed chunks; those of a source that is not compressed, as they are.
pub(crate) struct Inflated<C> {
    chunks: C,
    inflater: Option<Inflater>,
}

impl<C: Chunks> Inflated<C> {
    pub(crate) fn new(
        chunks: C,
        format: Compression,
        limits: DecodeLimits,
    ) -> Result<Self, StoreFault> {
        let codec = Codec::new(format, limits.memory_bytes_max)
            .map_err(|refusal| refused(refusal, format, 0, limits))?;
        Ok(Self {
            chunks,
            inflater: codec.map(|codec| Inflater::new(codec, format, limits)),
        })
    }
}

impl<C: Chunks> Chunks for Inflated<C> {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreFault> {
        let Some(inflater) = &mut self.inflater else {
            return self.chunks.next().await;
        };
        loop {
            if let Some(block) = inflater.block()? {
                return Ok(Some(block));
            }
            match inflater.more {
                Input::Last => return Ok(None),
                Input::MayFollow => match self.chunks.next().await? {
                    Some(chunk) => inflater.input = chunk,
                    None => inflater.more = Input::Last,
                },
            }
        }
    }
}

/// Whether there is more input than what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    MayFollow,
    Last,
}

/// Where the data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// In a member, a frame or a stream.
    Member,
    /// Behind a complete one, and behind that many zeros.
    Boundary(u64),
}

struct Inflater {
    codec: Codec,
    format: Compression,
    limits: DecodeLimits,
    input: Bytes,
    more: Input,
    at: At,
    consumed: u64,
    produced: u64,
}

impl Inflater {
    fn new(codec: Codec, format: Compression, limits: DecodeLimits) -> Self {
        Self {
            codec,
            format,
            limits,
            input: Bytes::new(),
            more: Input::MayFollow,
            at: At::Member,
            consumed: 0,
            produced: 0,
        }
    }

    /// Decodes the next block; `None` if it takes more input, or if that was the verified end.
    fn block(&mut self) -> Result<Option<Bytes>, DecodeFault> {
        // With a fault goes what came right before it: it may be damaged as well.
        let mut block = Vec::with_capacity(BLOCK_BYTES);
        while block.len() < BLOCK_BYTES && self.pass_boundary()? {
            if !self.step(&mut block)? {
                break;
            }
        }
        if !block.is_empty() {
            return Ok(Some(block.into()));
        }
        match (self.more, self.at) {
            (Input::Last, At::Member) => Err(DecodeFault::Truncated {
                format: self.format,
                at: self.consumed,
            }),
            (Input::Last, At::Boundary(n_zeros)) => self.check_padding(n_zeros).map(|()| None),
            (Input::MayFollow, _) => Ok(None),
        }
    }

    /// Begins the next member if the last one is complete and more follows. Returns whether the
    /// decoder is in one.
    fn pass_boundary(&mut self) -> Result<bool, DecodeFault> {
        let At::Boundary(n_zeros) = self.at else {
            return Ok(true);
        };
        let n_zeros = n_zeros.saturating_add(self.pass_zeros());
        self.at = At::Boundary(n_zeros);
        let Some(&first) = self.input.first() else {
            return Ok(false);
        };
        let may_begin = match self.format {
            Compression::None => false,
            // As gzip does itself: zeros are what tapes leave behind, and nothing follows them.
            Compression::Gzip => first == 0x1F && n_zeros == 0,
            Compression::Zstd => first == 0x28 || first & 0xF0 == 0x50,
            Compression::Bzip2 => first == b'B',
            Compression::Xz => first == 0xFD && n_zeros.is_multiple_of(XZ_PADDING_BYTES),
        };
        if !may_begin {
            return Err(DecodeFault::Trailing {
                format: self.format,
                at: self.consumed,
            });
        }
        self.codec
            .begin_member(self.limits.memory_bytes_max)
            .map_err(|refusal| refused(refusal, self.format, self.consumed, self.limits))?;
        self.at = At::Member;
        Ok(true)
    }

    /// Passes over the zeros that a format allows behind its data; returns how many there were.
    fn pass_zeros(&mut self) -> u64 {
        let n_zeros = match self.format {
            Compression::None | Compression::Zstd | Compression::Bzip2 => 0,
            Compression::Gzip | Compression::Xz => {
                self.input.iter().take_while(|byte| **byte == 0).count()
            }
        };
        self.pass(n_zeros);
        u64::try_from(n_zeros).unwrap_or(u64::MAX)
    }

    fn pass(&mut self, n_bytes: usize) {
        self.input.advance(n_bytes);
        self.consumed = self
            .consumed
            .saturating_add(u64::try_from(n_bytes).unwrap_or(u64::MAX));
    }

    /// Decodes once. Returns whether there is a point in doing so again before more input comes.
    fn step(&mut self, block: &mut Vec<u8>) -> Result<bool, DecodeFault> {
        let n_before = block.len();
        let ran = self
            .codec
            .run(&self.input, block)
            .map_err(|refusal| refused(refusal, self.format, self.consumed, self.limits))?;
        self.pass(
            usize::try_from(ran.consumed)
                .unwrap_or(usize::MAX)
                .min(self.input.len()),
        );
        let produced = block.len() - n_before;
        self.produced = self
            .produced
            .saturating_add(u64::try_from(produced).unwrap_or(u64::MAX));
        self.check_expansion()?;
        if ran.member == Member::Complete {
            self.at = At::Boundary(0);
            return Ok(true);
        }
        if produced == 0 && ran.consumed == 0 && !self.input.is_empty() {
            return Err(DecodeFault::Damaged {
                format: self.format,
                at: self.consumed,
                detail: "nothing can be made of it".to_owned(),
            });
        }
        // With room left, all that the input held came out.
        Ok(!self.input.is_empty() || produced > 0)
    }

    fn check_padding(&self, n_zeros: u64) -> Result<(), DecodeFault> {
        if self.format == Compression::Xz && !n_zeros.is_multiple_of(XZ_PADDING_BYTES) {
            return Err(DecodeFault::Trailing {
                format: self.format,
                at: self.consumed,
            });
        }
        Ok(())
    }

    fn check_expansion(&self) -> Result<(), DecodeFault> {
        let Some(ratio) = self.limits.expansion_max else {
            return Ok(());
        };
        if self.produced <= EXPANSION_FREE_BYTES
            || self.produced <= self.consumed.saturating_mul(ratio)
        {
            return Ok(());
        }
        Err(DecodeFault::Expansion {
            format: self.format,
            at: self.consumed,
            decoded: self.produced,
            ratio,
        })
    }
}

fn refused(refusal: Refusal, format: Compression, at: u64, limits: DecodeLimits) -> DecodeFault {
    match refusal {
        Refusal::Damaged(detail) => DecodeFault::Damaged { format, at, detail },
        Refusal::Memory => DecodeFault::Memory {
            format,
            bytes_max: limits.memory_bytes_max,
        },
    }
}
