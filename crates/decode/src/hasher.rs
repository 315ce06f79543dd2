//! Digests of stored bytes.

use md5::Md5;
use rowgate_core::expectation::HashAlgorithm;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

/// A digest in the making.
#[derive(Debug)]
pub(crate) enum Hasher {
    Md5(Md5),
    Sha1(Sha1),
    Sha256(Sha256),
    Sha512(Sha512),
}

impl Hasher {
    pub(crate) fn new(algorithm: HashAlgorithm) -> Self {
        match algorithm {
            HashAlgorithm::Md5 => Self::Md5(Md5::new()),
            HashAlgorithm::Sha1 => Self::Sha1(Sha1::new()),
            HashAlgorithm::Sha256 => Self::Sha256(Sha256::new()),
            HashAlgorithm::Sha512 => Self::Sha512(Sha512::new()),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Md5(hasher) => hasher.update(bytes),
            Self::Sha1(hasher) => hasher.update(bytes),
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha512(hasher) => hasher.update(bytes),
        }
    }

    /// Returns the digest in hex, in lower case.
    pub(crate) fn hex(&self) -> String {
        match self {
            Self::Md5(hasher) => hex(&hasher.clone().finalize()),
            Self::Sha1(hasher) => hex(&hasher.clone().finalize()),
            Self::Sha256(hasher) => hex(&hasher.clone().finalize()),
            Self::Sha512(hasher) => hex(&hasher.clone().finalize()),
        }
    }
}

fn hex(digest: &[u8]) -> String {
    digest
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|nibble| char::from_digit(nibble.into(), 16))
        .collect()
}
