//! Compressed and encoded sources, read as the UTF-8 text that rowgate judges.
//!
//! [`Decoded`] wraps a source and is one itself: it tells gzip, zstd, bzip2 and xz by their magic
//! bytes and UTF-16 by its byte order mark, or does as it is told, and gives UTF-8 text. A source
//! that needs neither passes through untouched. What is damaged, cut short or has something behind
//! it is a fault and never an end; bytes that an encoding cannot decode stay what they are, in a form
//! that only the record which holds them is rejected for (see [`Decoded`]).
//!
//! Memory is bounded: by [`DecodeLimits::memory_bytes_max`] for what a decoder keeps, and a block of
//! output. What a few bytes may grow to is bounded by [`DecodeLimits::expansion_max`].

mod chunks;
mod codec;
mod encoding;
mod fault;
mod hasher;
mod inflate;
mod magic;
mod peek;
mod source;
mod stored;
mod transcode;

pub use self::chunks::DecodedChunks;
pub use self::encoding::{TextEncoding, UnknownEncoding};
pub use self::inflate::DecodeLimits;
pub use self::magic::{CompressionOption, UnknownCompression};
pub use self::source::{DecodeOptions, Decoded};
