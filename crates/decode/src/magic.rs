//! What a source is compressed with, by its first bytes.

use std::str::FromStr;

use rowgate_core::store::Compression;

/// How many bytes it takes to tell.
pub(crate) const MAGIC_BYTES: usize = 10;

/// What a caller says of a source's compression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CompressionOption {
    /// Nothing: its first bytes tell.
    #[default]
    Detect,
    /// It is this.
    Given(Compression),
}

/// It is no name of a compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("give `auto`, `none`, `gzip`, `zstd`, `bzip2` or `xz`")]
pub struct UnknownCompression;

impl CompressionOption {
    /// Returns the name that flags carry.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Detect => "auto",
            Self::Given(compression) => compression.as_str(),
        }
    }
}

impl FromStr for CompressionOption {
    type Err = UnknownCompression;

    fn from_str(text: &str) -> Result<Self, UnknownCompression> {
        Ok(Self::Given(match text {
            "auto" => return Ok(Self::Detect),
            "none" => Compression::None,
            "gzip" => Compression::Gzip,
            "zstd" => Compression::Zstd,
            "bzip2" => Compression::Bzip2,
            "xz" => Compression::Xz,
            _ => return Err(UnknownCompression),
        }))
    }
}

/// Returns what begins as `head` does: the first [`MAGIC_BYTES`], or all that there are.
pub(crate) fn detect(head: &[u8]) -> Compression {
    const CANDIDATES: [Compression; 4] = [
        Compression::Gzip,
        Compression::Zstd,
        Compression::Bzip2,
        Compression::Xz,
    ];
    let of = |candidate: &Compression| begins_as(*candidate, head);
    CANDIDATES.into_iter().find(of).unwrap_or_default()
}

/// Whether data of that format may begin so. Of text, only one that begins `BZh91AY&SY` or so passes for bzip2.
pub(crate) fn begins_as(format: Compression, head: &[u8]) -> bool {
    match format {
        Compression::None => true,
        Compression::Gzip => head.starts_with(b"\x1F\x8B"),
        Compression::Zstd => match head {
            [0x28, 0xB5, 0x2F, 0xFD, ..] => true,
            // A skippable frame.
            [first, 0x2A, 0x4D, 0x18, ..] => first & 0xF0 == 0x50,
            _ => false,
        },
        // A header may be called `BZh1`: the sign of the first block, or of the end, decides.
        Compression::Bzip2 => match head.split_at_checked(4) {
            Some(([b'B', b'Z', b'h', b'1'..=b'9'], rest)) => {
                rest.starts_with(b"\x31\x41\x59\x26\x53\x59")
                    || rest.starts_with(b"\x17\x72\x45\x38\x50\x90")
            }
            _ => false,
        },
        Compression::Xz => head.starts_with(b"\xFD7zXZ\0"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell() {
        #[track_caller]
        fn check(head: &[u8], expected: Compression) {
            assert_eq!(detect(head), expected, "{}", head.escape_ascii());
        }
        check(b"\x1F\x8B\x08\0\0\0\0\0\0\0", Compression::Gzip);
        check(b"\x28\xB5\x2F\xFD\0\0\0\0\0\0", Compression::Zstd);
        check(b"\x5A\x2A\x4D\x18\0\0\0\0\0\0", Compression::Zstd);
        check(b"BZh9\x31\x41\x59\x26\x53\x59", Compression::Bzip2);
        check(b"BZh1\x17\x72\x45\x38\x50\x90", Compression::Bzip2);
        check(b"\xFD7zXZ\0\0\x04\0\0", Compression::Xz);
        check(b"BZh9,a,b\n1", Compression::None);
        check(b"BZh", Compression::None);
        check(b"\x1F", Compression::None);
        check(b"", Compression::None);
        check(b"PK\x03\x04", Compression::None);
    }

    #[test]
    fn names_are_read_again() {
        for name in ["auto", "none", "gzip", "zstd", "bzip2", "xz"] {
            let option: CompressionOption = name.parse().unwrap();
            assert_eq!(option.as_str(), name);
        }
        assert!("gz".parse::<CompressionOption>().is_err());
    }
}
