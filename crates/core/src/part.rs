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
/// See [`SLOW_BYTES`]: 6, 12, 24 and then 32 MiB come to 103.5 GiB by part 5,000.
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
    /// Growing: for outputs of unknown length. The size doubles every 1,000 parts, but stays at
    /// 32 MiB until 5,000 are sent.
    Growing {
        /// The first part's size, in bytes.
        first: u64,
        /// The largest that the store takes, in bytes.
        max: u64,
    },
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
            None => Self::Growing {
                first: within(asked.bytes()),
                max: rules.part_bytes_max,
            },
        }
    }

    /// Returns the size of a part, in bytes; `number` is from 1.
    ///
    /// ```
    /// use rowgate_core::part::{PartSchedule, MIB};
    ///
    /// let growing = PartSchedule::Growing { first: 6 * MIB, max: 5 * 1024 * MIB };
    /// assert_eq!(growing.part_bytes(1), 6 * MIB);
    /// assert_eq!(growing.part_bytes(1_001), 12 * MIB);
    /// let first_100_gib: u64 = (1..=5_000).map(|n| growing.part_bytes(n)).sum();
    /// assert!(first_100_gib > 100 * 1024 * MIB);
    /// ```
    #[must_use]
    pub fn part_bytes(self, number: u32) -> u64 {
        match self {
            Self::Equal(bytes) => bytes,
            Self::Growing { first, max } => {
                let slow = SLOW_BYTES.max(first);
                let doubled = |bytes: u64, n_parts: u32| {
                    let n_steps = (n_parts / PARTS_PER_STEP).min(16);
                    bytes.saturating_mul(1 << n_steps)
                };
                let grown = match number.checked_sub(SLOW_PARTS + 1) {
                    None => doubled(first, number.saturating_sub(1)).min(slow),
                    Some(n_after) => doubled(slow, n_after + PARTS_PER_STEP),
                };
                grown.min(max)
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
            self.bytes
                .reserve_exact(growth.min(self.part_bytes - self.bytes.len()));
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

#[cfg(test)]
mod tests {
    use super::*;

    const S3: PartRules = PartRules {
        part_bytes_min: S3_PART_BYTES_MIN,
        part_bytes_max: S3_PART_BYTES_MAX,
        parts_max: S3_PARTS_MAX,
        in_flight_max: 256,
    };
    const GIB: u64 = 1024 * MIB;

    #[track_caller]
    fn check_equal(output_bytes_max: u64, part_bytes: u64) {
        let schedule = PartSchedule::plan(PartSize::default(), Some(output_bytes_max), &S3);
        assert_eq!(
            schedule,
            PartSchedule::Equal(part_bytes),
            "{output_bytes_max}"
        );
        assert!(output_bytes_max.div_ceil(part_bytes) <= u64::from(S3_PARTS_MAX));
    }

    #[test]
    fn parts_of_a_known_length_are_equal_and_few_enough() {
        check_equal(0, 6 * MIB);
        check_equal(60_000 * MIB, 6 * MIB);
        check_equal(60_000 * MIB + 1, 7 * MIB);
        // The largest object of S3, on paper: 48.8 TiB.
        check_equal(50_000 * GIB, 5_120 * MIB);
    }

    #[test]
    fn growing_parts_never_shrink_and_stay_within_the_store() {
        for (asked, rules) in [(6 * MIB, S3), (100 * MIB, S3)] {
            let schedule = PartSchedule::plan(PartSize::new(asked).unwrap(), None, &rules);
            let sizes: Vec<u64> = (1..=S3_PARTS_MAX).map(|n| schedule.part_bytes(n)).collect();
            assert!(sizes.is_sorted());
            assert!(
                sizes
                    .iter()
                    .all(|bytes| (asked..=S3_PART_BYTES_MAX).contains(bytes))
            );
        }
        let schedule = PartSchedule::plan(PartSize::default(), None, &S3);
        let capacity: u64 = (1..=S3_PARTS_MAX).map(|n| schedule.part_bytes(n)).sum();
        assert_eq!(capacity / GIB, 2_041, "as docs/landing.md says");
        assert!((1..=5_000).all(|n| schedule.part_bytes(n) <= 32 * MIB));
        let blocks = PartRules {
            part_bytes_min: 1,
            part_bytes_max: 512 * 1024,
            ..S3
        };
        let schedule = PartSchedule::plan(PartSize::default(), None, &blocks);
        assert!(
            (1..=1_000_000)
                .step_by(999)
                .all(|n| schedule.part_bytes(n) == 512 * 1024)
        );
    }

    #[test]
    fn a_buffer_is_cut_exactly() {
        let mut buffer = PartBuffer::new(4);
        assert_eq!(buffer.fill(b"abcdef"), b"ef");
        assert!(buffer.is_full());
        assert_eq!(buffer.take(1).as_ref(), b"abcd");
        assert_eq!(buffer.fill(b"ef"), b"f");
        assert_eq!((buffer.len(), buffer.is_empty()), (1, false));
    }
}
