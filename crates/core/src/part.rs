//! Part sizes, and the buffer that cuts an output into parts.

use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};
use crate::scan::to_u64;
use crate::store::PartRules;

/// One mebibyte, in bytes.
pub const MIB: u64 = 1024 * 1024;
/// The part size that is used unless another is asked for, in bytes.
pub const PART_BYTES_DEFAULT: u64 = 6 * MIB;
/// The smallest part that S3 takes before the last one, in bytes.
pub const S3_PART_BYTES_MIN: u64 = 5 * MIB;
/// The largest part that S3 takes, in bytes.
pub const S3_PART_BYTES_MAX: u64 = 5 * 1024 * MIB;
/// How many parts S3 takes.
pub const S3_PARTS_MAX: u32 = 10_000;

const _: () = assert!(
    S3_PART_BYTES_MIN < PART_BYTES_DEFAULT,
    "S3 would answer EntityTooSmall"
);

/// After how many parts a growing schedule doubles the part size.
const PARTS_PER_STEP: u32 = 1_000;
/// Where a growing schedule waits until [`SLOW_PARTS`] parts are sent, in bytes.
const SLOW_BYTES: u64 = 32 * MIB;
/// See [`SLOW_BYTES`]: 6, 12, 24 and then 32 MiB reach 101 GiB by part 5,000.
const SLOW_PARTS: u32 = 5_000;

/// A part size that every store's rules allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartSize(u64);

impl PartSize {
    /// Checks a part size, in bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] outside 5 MiB to 5 GiB.
    ///
    /// ```
    /// use rowgate_core::part::PartSize;
    ///
    /// assert!(PartSize::new(6 * 1024 * 1024).is_ok());
    /// assert!(PartSize::new(1024).is_err());
    /// ```
    pub fn new(bytes: u64) -> Result<Self> {
        if (S3_PART_BYTES_MIN..=S3_PART_BYTES_MAX).contains(&bytes) {
            return Ok(Self(bytes));
        }
        Err(Error::new(
            ErrorKind::Settings,
            format!(
                "the part size {bytes} is not between {S3_PART_BYTES_MIN} (5 MiB) and {S3_PART_BYTES_MAX} (5 GiB) bytes"
            ),
        ))
    }

    /// Returns the size in bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.0
    }
}

impl Default for PartSize {
    fn default() -> Self {
        Self(PART_BYTES_DEFAULT)
    }
}

/// Which size each part of an output has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartSchedule {
    /// All the same, in bytes; only the last may be smaller.
    Equal(u64),
    /// Growing, from this size in bytes: for outputs of unknown length. The size doubles every 1,000
    /// parts, but stays at 32 MiB until 5,000 are sent, and within the store's largest.
    Growing(u64),
}

impl PartSchedule {
    /// Plans the parts of an output.
    ///
    /// `output_bytes_max` is the most that the output can come to, where that is known: then parts
    /// are equal, and large enough to be within the store's count.
    #[must_use]
    pub fn plan(asked: PartSize, output_bytes_max: Option<u64>, rules: &PartRules) -> Self {
        let within = |bytes: u64| bytes.clamp(rules.part_bytes_min, rules.part_bytes_max);
        match output_bytes_max {
            Some(bytes) => {
                let needed = bytes.div_ceil(u64::from(rules.parts_max).max(1));
                let needed = needed.div_ceil(MIB) * MIB;
                Self::Equal(within(asked.bytes().max(needed)))
            }
            None if rules.part_bytes_min == rules.part_bytes_max => {
                Self::Equal(rules.part_bytes_min)
            }
            None => Self::Growing(within(asked.bytes())),
        }
    }

    /// Returns the size of a part, in bytes; `number` is from 1.
    ///
    /// ```
    /// use rowgate_core::part::{PartSchedule, MIB};
    ///
    /// let growing = PartSchedule::Growing(6 * MIB);
    /// assert_eq!(growing.part_bytes(1), 6 * MIB);
    /// assert_eq!(growing.part_bytes(1_001), 12 * MIB);
    /// let first_100_gib: u64 = (1..=5_000).map(|n| growing.part_bytes(n)).sum();
    /// assert!(first_100_gib > 100 * 1024 * MIB);
    /// ```
    #[must_use]
    pub fn part_bytes(self, number: u32) -> u64 {
        match self {
            Self::Equal(bytes) => bytes,
            Self::Growing(bytes) => {
                let steps = number.saturating_sub(1) / PARTS_PER_STEP;
                if number <= SLOW_PARTS {
                    let grown = bytes.saturating_mul(1 << steps.min(16));
                    return grown.min(SLOW_BYTES.max(bytes));
                }
                let steps = number.saturating_sub(SLOW_PARTS + 1) / PARTS_PER_STEP + 1;
                let grown = SLOW_BYTES.max(bytes).saturating_mul(1 << steps.min(16));
                grown.min(S3_PART_BYTES_MAX)
            }
        }
    }
}

/// Up to which size a buffer grows step by step, in bytes.
const SMALL_BYTES: usize = 256 * 1024;
/// By how much it grows from then on at least, in bytes: a part of the default size at once.
const GROWTH_BYTES: usize = 8 * 1024 * 1024;

/// Collects an output and cuts it into parts of an exact size, anywhere, even within a record.
#[derive(Debug)]
pub(crate) struct PartBuffer {
    bytes: Vec<u8>,
    part_bytes: usize,
}

impl PartBuffer {
    pub(crate) fn new(part_bytes: u64) -> Self {
        Self {
            bytes: Vec::new(),
            part_bytes: usize::try_from(part_bytes).unwrap_or(usize::MAX),
        }
    }

    /// Takes bytes up to the end of the part; returns those that did not fit.
    pub(crate) fn fill<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let room = self.part_bytes.saturating_sub(self.bytes.len());
        let (now, later) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
        let n_bytes = self.bytes.len() + now.len();
        if n_bytes > self.bytes.capacity() && n_bytes > SMALL_BYTES {
            // Never past the part: what doubling would add is not used, and parts are held in memory.
            let growth = self.bytes.len().max(GROWTH_BYTES);
            self.bytes.reserve_exact(growth.min(self.part_bytes - self.bytes.len()));
        }
        self.bytes.extend_from_slice(now);
        later
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes.len() >= self.part_bytes
    }

    pub(crate) fn len(&self) -> u64 {
        to_u64(self.bytes.len())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Takes what was collected; the next part is `part_bytes` long.
    pub(crate) fn take(&mut self, part_bytes: u64) -> Bytes {
        self.part_bytes = usize::try_from(part_bytes).unwrap_or(usize::MAX);
        Bytes::from(std::mem::take(&mut self.bytes))
    }
}
