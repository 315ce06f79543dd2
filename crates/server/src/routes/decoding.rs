//! How a body is stored, as query parameters say it.

use rowgate_app::decoding::{CompressionOption, TextEncoding, UnknownCompression, UnknownEncoding};
use rowgate_core::store;
use serde::Deserialize;

/// How a body is compressed; `auto` for its first bytes to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Compression(CompressionOption);

/// How a body's text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Encoding(TextEncoding);

impl TryFrom<String> for Compression {
    type Error = UnknownCompression;

    fn try_from(text: String) -> Result<Self, UnknownCompression> {
        text.parse().map(Self)
    }
}

impl TryFrom<String> for Encoding {
    type Error = UnknownEncoding;

    fn try_from(text: String) -> Result<Self, UnknownEncoding> {
        text.parse().map(Self)
    }
}

impl Compression {
    pub(crate) const GZIP: Self = Self(CompressionOption::Given(store::Compression::Gzip));
    pub(crate) const ZSTD: Self = Self(CompressionOption::Given(store::Compression::Zstd));

    pub(crate) fn option(self) -> CompressionOption {
        self.0
    }
}

impl Encoding {
    pub(crate) fn encoding(self) -> TextEncoding {
        self.0
    }
}
