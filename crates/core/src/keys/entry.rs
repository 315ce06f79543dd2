//! How a key is written, in memory and in runs: its hash, the line of its claimant, its length and
//! its bytes.

use std::hash::{DefaultHasher, Hasher as _};

use crate::keys::rule::write_length;
use crate::scan::to_u64;

/// Where the hash and the line end.
const HASH_BYTES: usize = 8;
const LINE_BYTES: usize = 8;

/// Hashes keys. Who does not know the seed cannot make keys whose hashes collide; which keys are
/// equal never depends on it.
#[derive(Clone, Debug)]
pub(super) struct KeyHasher(DefaultHasher);

impl KeyHasher {
    pub(super) fn new(seed: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        hasher.write(seed.as_bytes());
        Self(hasher)
    }

    pub(super) fn hash(&self, key: &[u8]) -> u64 {
        let mut hasher = self.0.clone();
        hasher.write(key);
        hasher.finish()
    }
}

/// A key, where it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry<'b> {
    pub(super) hash: u64,
    pub(super) line: u64,
    pub(super) key: &'b [u8],
}

impl<'b> Entry<'b> {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.hash.to_be_bytes());
        out.extend_from_slice(&self.line.to_be_bytes());
        write_length(self.key.len(), out);
        out.extend_from_slice(self.key);
    }

    /// Reads the entry at the start of `bytes`; returns it with its length, or `None` if it is not
    /// whole.
    pub(super) fn read(bytes: &'b [u8]) -> Option<(Self, usize)> {
        let (hash, rest) = bytes.split_first_chunk::<HASH_BYTES>()?;
        let (line, rest) = rest.split_first_chunk::<LINE_BYTES>()?;
        let mut key_bytes = 0_usize;
        let mut shift = 0_u32;
        let mut n_length_bytes = 0_usize;
        for byte in rest {
            n_length_bytes += 1;
            key_bytes |= usize::from(byte & 0x7F).checked_shl(shift)?;
            shift += 7;
            if byte & 0x80 == 0 {
                let key = rest.get(n_length_bytes..n_length_bytes.checked_add(key_bytes)?)?;
                let entry = Self {
                    hash: u64::from_be_bytes(*hash),
                    line: u64::from_be_bytes(*line),
                    key,
                };
                let n_bytes = HASH_BYTES + LINE_BYTES + n_length_bytes + key_bytes;
                return Some((entry, n_bytes));
            }
        }
        None
    }

    /// What runs are sorted by.
    pub(super) fn order(&self) -> (u64, &'b [u8]) {
        (self.hash, self.key)
    }

    /// How many bytes an entry takes, at most.
    pub(super) fn bytes_max(key: &[u8]) -> u64 {
        const LENGTH_BYTES_MAX: usize = 10;
        to_u64(HASH_BYTES + LINE_BYTES + LENGTH_BYTES_MAX + key.len())
    }
}
