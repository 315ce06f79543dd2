//! What a store that writes in place knows of its parts, and whether they make the whole.

use rowgate_core::checksum::Crc64;
use rowgate_core::store::{FaultKind, Part, Seal, StoreFault};

/// The receipt for a part of a file or a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
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
    let message = "a part's bytes do not match its checksum";
    Err(StoreFault::new(FaultKind::Protocol, message))
}

/// Checks that the parts follow each other without a gap and make the whole.
pub(crate) fn check_whole(parts: &[Tally], seal: Seal) -> Result<(), StoreFault> {
    let broken = |message: String| Err(StoreFault::new(FaultKind::Protocol, message));
    if parts.is_empty() {
        return broken("an upload without parts cannot be completed".to_owned());
    }
    let mut bytes = 0;
    let mut crc64 = Crc64::of(b"");
    for part in parts {
        if part.offset != bytes {
            return broken(format!("a part begins at {}, not at {bytes}", part.offset));
        }
        crc64 = crc64.then(part.crc64, part.bytes);
        bytes = part.end();
    }
    if bytes != seal.bytes {
        return broken(format!("the parts are {bytes} bytes, not {}", seal.bytes));
    }
    if crc64 != seal.crc64 {
        return broken("the parts do not match the whole's checksum".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn tally(offset: u64, body: &'static [u8]) -> Tally {
        let part = Part {
            number: 1,
            offset,
            body: Bytes::from_static(body),
            crc64: Crc64::of(body),
        };
        Tally::of(&part).unwrap()
    }

    #[track_caller]
    fn check(parts: &[Tally], whole: &[u8], expected: Option<&str>) {
        let seal = Seal {
            bytes: u64::try_from(whole.len()).unwrap(),
            crc64: Crc64::of(whole),
        };
        let res = check_whole(parts, seal).map_err(|fault| fault.to_string());
        assert_eq!(res.err().as_deref(), expected);
    }

    #[test]
    fn only_the_whole_will_do() {
        let (ab, cd) = (tally(0, b"ab"), tally(2, b"cd"));
        check(&[ab, cd], b"abcd", None);
        check(&[tally(0, b"")], b"", None);
        check(
            &[],
            b"",
            Some("an upload without parts cannot be completed"),
        );
        check(&[cd, ab], b"cdab", Some("a part begins at 2, not at 0"));
        check(&[ab], b"abcd", Some("the parts are 2 bytes, not 4"));
        check(
            &[ab, cd],
            b"abcx",
            Some("the parts do not match the whole's checksum"),
        );
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
