//! Why a source cannot be decoded.

use rowgate_core::store::{Compression, FaultKind, StoreFault};

/// Why a source cannot be decoded. Offsets count its stored bytes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecodeFault {
    #[error(
        "it is not {}: its first bytes are others; name its compression, or leave it to detection",
        .0.as_str()
    )]
    NotOf(Compression),
    #[error(
        "its {} data is damaged near byte {at} ({detail}): fetch it again, or make it anew",
        format.as_str()
    )]
    Damaged {
        format: Compression,
        at: u64,
        detail: String,
    },
    #[error(
        "its {} data is cut short: it ends at byte {at}, in the middle; fetch it again, or make it anew",
        format.as_str()
    )]
    Truncated { format: Compression, at: u64 },
    #[error(
        "something else follows its {} data at byte {at}: cut it off, or make it anew",
        format.as_str()
    )]
    Trailing { format: Compression, at: u64 },
    #[error(
        "its {} data needs more memory than the {bytes_max} bytes of `limits.decoder_memory`",
        format.as_str()
    )]
    Memory { format: Compression, bytes_max: u64 },
    #[error(
        "its {} data grows beyond measure: {decoded} bytes came of its first {at}, and `limits.expansion` is {ratio}; raise that if this is meant",
        format.as_str()
    )]
    Expansion {
        format: Compression,
        at: u64,
        decoded: u64,
        ratio: u64,
    },
    #[error(
        "it is compressed twice, with {} inside {}: undo one of them first",
        inner.as_str(),
        outer.as_str()
    )]
    Nested {
        outer: Compression,
        inner: Compression,
    },
    #[error("it is UTF-32, which is not read: convert it to UTF-8 first")]
    Utf32,
    #[error(
        "its byte order mark says `{mark}`, but its encoding is declared as `{declared}`: correct the declaration, or leave it out"
    )]
    Contradiction {
        mark: &'static str,
        declared: &'static str,
    },
    #[error(
        "its encoding is declared as `utf-16`, and it has no byte order mark: say `utf-16le` or `utf-16be`"
    )]
    NoByteOrder,
    #[error("it has {found} bytes as it is stored, and {expected} were expected")]
    Length { expected: u64, found: u64 },
    #[error("it is longer than the {0} bytes that were expected")]
    TooLong(u64),
    #[error("its digest is `{found}`, and `{expected}` was expected")]
    Digest { expected: String, found: String },
}

impl From<DecodeFault> for StoreFault {
    fn from(fault: DecodeFault) -> Self {
        Self::new(FaultKind::Unusable, fault.to_string())
    }
}
