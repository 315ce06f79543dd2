//! What a descriptor says of a source's stored bytes: how many they are, and their digest.

use std::fmt;
use std::str::FromStr;

/// What the stored bytes of a source must turn out to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// How many there are.
    pub bytes: Option<u64>,
    /// Their digest.
    pub hash: Option<ExpectedHash>,
}

/// An algorithm of a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashAlgorithm {
    /// MD5: what a digest without a name is.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl HashAlgorithm {
    const ALL: [Self; 4] = [Self::Md5, Self::Sha1, Self::Sha256, Self::Sha512];

    /// Returns the name that stands before a digest.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// Returns how many bytes a digest has.
    #[must_use]
    pub fn digest_bytes(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

/// A digest, as the `hash` of a resource gives it.
///
/// ```
/// use rowgate_core::expectation::{ExpectedHash, HashAlgorithm};
///
/// let hash: ExpectedHash = "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709".parse()?;
/// assert_eq!(hash.algorithm(), HashAlgorithm::Sha1);
/// let hash: ExpectedHash = "D41D8CD98F00B204E9800998ECF8427E".parse()?;
/// assert_eq!(hash.to_string(), "md5:d41d8cd98f00b204e9800998ecf8427e");
/// assert!("crc32:00000000".parse::<ExpectedHash>().is_err());
/// # Ok::<(), rowgate_core::expectation::NotAHash>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedHash {
    algorithm: HashAlgorithm,
    /// In lower case.
    hex: String,
}

/// It is no digest in hex with a known algorithm's name before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an MD5 in hex, or `sha1:`, `sha256:` or `sha512:` and a digest in hex")]
pub struct NotAHash;

impl ExpectedHash {
    /// Returns the algorithm.
    #[must_use]
    pub fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// Returns the digest in hex, in lower case.
    #[must_use]
    pub fn hex(&self) -> &str {
        &self.hex
    }
}

impl FromStr for ExpectedHash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let (name, hex) = text.split_once(':').unwrap_or(("md5", text));
        // `sha-256` is how some tools spell it.
        let name = name.to_ascii_lowercase().replace('-', "");
        let algorithm = HashAlgorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
            .ok_or(NotAHash)?;
        let is_digest = hex.len() == 2 * algorithm.digest_bytes()
            && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_digest {
            return Err(NotAHash);
        }
        Ok(Self {
            algorithm,
            hex: hex.to_ascii_lowercase(),
        })
    }
}

impl fmt::Display for ExpectedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.as_str(), self.hex)
    }
}
