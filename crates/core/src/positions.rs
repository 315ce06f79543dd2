//! Where in the source errors lie: a histogram that adapts to a length that nobody knows beforehand.

use crate::report::PositionsReport;

/// How many bins there are at most.
pub const BINS_MAX: usize = 64;

/// How wide a bin is at first, in bytes.
const BIN_BYTES_MIN: u64 = 1_024;

/// Counts of places, in bins of one width. When a place lies behind the last bin, all bins become
/// twice as wide: so the outcome does not depend on the order of the places.
#[derive(Clone, Debug)]
pub(crate) struct Positions {
    bin_bytes: u64,
    counts: [u64; BINS_MAX],
}

impl Default for Positions {
    fn default() -> Self {
        Self {
            bin_bytes: BIN_BYTES_MIN,
            counts: [0; BINS_MAX],
        }
    }
}

impl Positions {
    /// Counts a place, in bytes from 0.
    pub(crate) fn add(&mut self, byte_offset: u64) {
        loop {
            let bin = usize::try_from(byte_offset / self.bin_bytes);
            if let Some(count) = bin.ok().and_then(|bin| self.counts.get_mut(bin)) {
                *count += 1;
                return;
            }
            self.widen();
        }
    }

    fn widen(&mut self) {
        let mut wider = [0; BINS_MAX];
        for (count, pair) in wider.iter_mut().zip(self.counts.chunks(2)) {
            *count = pair.iter().sum();
        }
        self.counts = wider;
        // A place is below 2^64, and so in a bin long before this is too much.
        self.bin_bytes = self.bin_bytes.saturating_mul(2);
    }

    /// Returns the bins up to the last one that is not empty.
    pub(crate) fn into_report(self) -> Option<PositionsReport> {
        let last = self.counts.iter().rposition(|count| *count > 0)?;
        Some(PositionsReport {
            bin_bytes: self.bin_bytes,
            counts: self.counts.into_iter().take(last + 1).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn report(places: &[u64]) -> Option<PositionsReport> {
        let mut positions = Positions::default();
        for place in places {
            positions.add(*place);
        }
        positions.into_report()
    }

    #[test]
    fn bins_widen_as_places_go_on() {
        #[track_caller]
        fn check(places: &[u64], bin_bytes: u64, counts: &[u64]) {
            let found = report(places).unwrap();
            assert_eq!((found.bin_bytes, &*found.counts), (bin_bytes, counts));
        }
        assert_eq!(report(&[]), None);
        check(&[0, 1_023, 1_024], 1_024, &[2, 1]);
        check(&[0, 1_024, 2_048, 65_536], 2_048, &{
            let mut counts = [0; 33];
            (counts[0], counts[1], counts[32]) = (2, 1, 1);
            counts
        });
        assert_eq!(report(&[u64::MAX]).unwrap().counts.len(), BINS_MAX);
    }

    proptest! {
        #[test]
        fn order_changes_nothing_and_no_place_is_lost(mut places in prop::collection::vec(any::<u64>(), 1..50)) {
            let found = report(&places).unwrap();
            prop_assert_eq!(found.counts.iter().sum::<u64>(), u64::try_from(places.len()).unwrap());
            places.sort_unstable();
            prop_assert_eq!(found, report(&places).unwrap());
        }
    }
}
