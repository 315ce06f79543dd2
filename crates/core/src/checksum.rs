//! Checksums end to end: CRC-64/NVME, the one that S3 keeps for a whole object however it was cut.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm::Crc64Nvme;

/// A CRC-64/NVME of some bytes.
///
/// Two of neighbouring runs combine into one of both, so every part is hashed once, where it is
/// sent, and the whole output's checksum costs nothing more.
///
/// ```
/// use rowgate_core::checksum::Crc64;
///
/// let whole = Crc64::of(b"123456789");
/// assert_eq!(Crc64::of(b"1234").then(Crc64::of(b"56789"), 5), whole);
/// assert_eq!(whole.to_base64(), "rosUhgp5mIg=");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crc64(u64);

impl Crc64 {
    /// What S3 calls the algorithm.
    pub const ALGORITHM: &'static str = "CRC64NVME";

    /// Returns the checksum of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(crc_fast::checksum(Crc64Nvme, bytes))
    }

    /// Returns the checksum of our bytes followed by `next`'s, which are `next_bytes` many.
    #[must_use]
    pub fn then(self, next: Self, next_bytes: u64) -> Self {
        Self(crc_fast::checksum_combine(
            Crc64Nvme, self.0, next.0, next_bytes,
        ))
    }

    /// Returns the form that S3 uses on the wire: base64 of the big-endian bytes.
    #[must_use]
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0.to_be_bytes())
    }
}
