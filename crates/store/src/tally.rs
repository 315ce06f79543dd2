//! What a store that writes in place knows of its parts, and whether they make the whole.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rowgate_core::checksum::Crc64;
use rowgate_core::store::{FaultKind, Part, Seal, StoreFault};

/// The receipt for a part of a file or a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    number: u32,
    offset: u64,
    bytes: u64,
    crc64: Crc64,
}

impl Tally {
    /// Weighs a part.
    ///
    /// # Errors
    ///
    /// [`FaultKind::Protocol`] if its bytes are not what its checksum says.
    pub(crate) fn of(part: &Part) -> Result<Self, StoreFault> {
        check_body(&part.body, part.crc64)?;
        Ok(Self {
            number: part.number,
            offset: part.offset,
            bytes: u64::try_from(part.body.len()).unwrap_or(u64::MAX),
            crc64: part.crc64,
        })
    }

    /// Returns where the part begins.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns where the next part begins.
    pub(crate) fn end(&self) -> u64 {
        self.offset.saturating_add(self.bytes)
    }
}

/// Checks that bytes are what their checksum says.
pub(crate) fn check_body(body: &[u8], crc64: Crc64) -> Result<(), StoreFault> {
    if Crc64::of(body) == crc64 {
        return Ok(());
    }
    Err(broken("a part's bytes do not match its checksum"))
}

/// The parts that one upload has got.
#[derive(Debug, Default)]
pub(crate) struct Parts(Mutex<BTreeMap<u32, Tally>>);

impl Parts {
    /// Takes note of a part; a repeated number replaces the earlier one.
    pub(crate) fn note(&self, tally: Tally) {
        // A poisoned lock holds what it held: nothing panics while it is held.
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.insert(tally.number, tally);
    }

    /// Checks that these parts are ours, follow each other without a gap, and make the whole.
    ///
    /// # Errors
    ///
    /// [`FaultKind::Protocol`]: parts of another upload are refused here.
    pub(crate) fn check_whole(&self, claimed: &[Tally], seal: Seal) -> Result<(), StoreFault> {
        if claimed.is_empty() {
            return Err(broken("an upload without parts cannot be completed"));
        }
        let ours = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = 0;
        let mut crc64 = Crc64::of(b"");
        for (number, part) in (1..).zip(claimed) {
            if ours.get(&number) != Some(part) {
                return Err(broken(format!("part {number} is not this upload's")));
            }
            if part.offset != bytes {
                let offset = part.offset;
                return Err(broken(format!(
                    "part {number} begins at {offset}, not at {bytes}"
                )));
            }
            crc64 = crc64.then(part.crc64, part.bytes);
            bytes = part.end();
        }
        if bytes != seal.bytes {
            return Err(broken(format!(
                "the parts are {bytes} bytes, not {}",
                seal.bytes
            )));
        }
        if crc64 != seal.crc64 {
            return Err(broken("the parts do not match the whole's checksum"));
        }
        Ok(())
    }
}

fn broken(message: impl Into<String>) -> StoreFault {
    StoreFault::new(FaultKind::Protocol, message)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn tally(number: u32, offset: u64, body: &'static [u8]) -> Tally {
        let part = Part {
            number,
            offset,
            body: Bytes::from_static(body),
            crc64: Crc64::of(body),
        };
        Tally::of(&part).unwrap()
    }

    /// Notes `noted`, claims `claimed`; compares what is said of it.
    #[track_caller]
    fn check(noted: &[Tally], claimed: &[Tally], whole: &[u8], expected: Option<&str>) {
        let parts = Parts::default();
        for tally in noted {
            parts.note(*tally);
        }
        let seal = Seal {
            bytes: u64::try_from(whole.len()).unwrap(),
            crc64: Crc64::of(whole),
        };
        let res = parts
            .check_whole(claimed, seal)
            .map_err(|fault| fault.to_string());
        assert_eq!(res.err().as_deref(), expected);
    }

    #[test]
    fn only_the_whole_will_do() {
        let (ab, cd) = (tally(1, 0, b"ab"), tally(2, 2, b"cd"));
        let all = [ab, cd];
        check(&all, &all, b"abcd", None);
        check(&[cd, ab], &all, b"abcd", None);
        check(&[tally(1, 0, b"")], &[tally(1, 0, b"")], b"", None);
        check(
            &all,
            &[],
            b"",
            Some("an upload without parts cannot be completed"),
        );
        check(
            &all,
            &[cd, ab],
            b"cdab",
            Some("part 1 is not this upload's"),
        );
        check(&all, &[ab], b"abcd", Some("the parts are 2 bytes, not 4"));
        check(
            &all,
            &all,
            b"abcx",
            Some("the parts do not match the whole's checksum"),
        );
        let gap = tally(2, 3, b"cd");
        check(
            &[ab, gap],
            &[ab, gap],
            b"abcd",
            Some("part 2 begins at 3, not at 2"),
        );
    }

    #[test]
    fn another_uploads_parts_are_refused() {
        let (ab, cd) = (tally(1, 0, b"ab"), tally(1, 0, b"cd"));
        check(&[ab], &[cd], b"cd", Some("part 1 is not this upload's"));
        check(&[], &[cd], b"cd", Some("part 1 is not this upload's"));
        check(&[ab, cd], &[cd], b"cd", None);
    }

    #[test]
    fn a_part_is_what_its_checksum_says() {
        let part = Part {
            number: 1,
            offset: 0,
            body: Bytes::from_static(b"a"),
            crc64: Crc64::of(b"b"),
        };
        assert_eq!(Tally::of(&part).unwrap_err().kind(), FaultKind::Protocol);
    }
}
