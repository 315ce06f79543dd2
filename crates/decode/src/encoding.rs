//! Encodings: what a caller declares, what a byte order mark says, and which of them it is.

use std::str::FromStr;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::fault::DecodeFault;

/// How many bytes a byte order mark takes at most.
pub(crate) const MARK_BYTES: usize = 4;

/// An encoding that a caller declares, by a label of the WHATWG Encoding Standard.
///
/// `iso-8859-1`, `latin1` and `ascii` are labels of `windows-1252` there, of which they are parts.
///
/// ```
/// use rowgate_decode::TextEncoding;
///
/// let encoding: TextEncoding = "Shift_JIS".parse()?;
/// assert_eq!(encoding.as_str(), "shift_jis");
/// assert_eq!("latin1".parse::<TextEncoding>()?.as_str(), "windows-1252");
/// assert!("utf-7".parse::<TextEncoding>().is_err());
/// # Ok::<(), rowgate_decode::UnknownEncoding>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextEncoding(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// In the byte order that its mark says.
    Utf16,
    Of(&'static Encoding),
}

/// It is no label of an encoding that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no encoding that can be read: give a name such as `utf-8`, `utf-16`, `windows-1252` or `shift_jis`"
)]
pub struct UnknownEncoding(String);

impl FromStr for TextEncoding {
    type Err = UnknownEncoding;

    fn from_str(text: &str) -> Result<Self, UnknownEncoding> {
        let label = text.trim().to_ascii_lowercase();
        // Those labels say nothing of the byte order, though browsers take one for granted.
        if matches!(
            label.as_str(),
            "utf-16" | "utf16" | "utf_16" | "unicode" | "ucs-2" | "iso-10646-ucs-2"
        ) {
            return Ok(Self(Kind::Utf16));
        }
        // `utf_8` and `latin-1` are how some languages spell them.
        let spellings = [
            label.clone(),
            label.replace('_', "-"),
            label.replace(['-', '_'], ""),
        ];
        let known = spellings
            .iter()
            .find_map(|label| Encoding::for_label_no_replacement(label.as_bytes()));
        match (known, label.as_str()) {
            (Some(encoding), _) => Ok(Self(Kind::Of(encoding))),
            (None, "utf-8-sig" | "utf_8_sig") => Ok(Self(Kind::Of(UTF_8))),
            (None, "utf_16le" | "utf16le") => Ok(Self(Kind::Of(UTF_16LE))),
            (None, "utf_16be" | "utf16be") => Ok(Self(Kind::Of(UTF_16BE))),
            (None, _) => Err(UnknownEncoding(text.to_owned())),
        }
    }
}

impl TextEncoding {
    /// Returns its name, in lower case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self.0 {
            Kind::Utf16 => "utf-16",
            Kind::Of(encoding) => name(encoding),
        }
    }
}

/// Returns the encoding of a source that begins as `head` does ([`MARK_BYTES`], or all of it).
///
/// # Errors
///
/// The mark and the declaration contradict each other, or do not suffice.
pub(crate) fn settle(
    declared: Option<TextEncoding>,
    head: &[u8],
) -> Result<&'static Encoding, DecodeFault> {
    let is_utf_32 = head.starts_with(b"\xFF\xFE\0\0") || head.starts_with(b"\0\0\xFE\xFF");
    let marked = Encoding::for_bom(head).map(|(encoding, _)| encoding);
    match (declared.map(|declared| declared.0), marked) {
        (None, _) if is_utf_32 => Err(DecodeFault::Utf32),
        (None, Some(marked)) => Ok(marked),
        (None, None) => Ok(UTF_8),
        (Some(Kind::Utf16), Some(marked)) if marked != UTF_8 => Ok(marked),
        (Some(Kind::Utf16), None) => Err(DecodeFault::NoByteOrder),
        (Some(Kind::Of(encoding)), Some(marked)) if marked == encoding => Ok(encoding),
        (Some(Kind::Of(encoding)), None) => Ok(encoding),
        (Some(kind), Some(marked)) => Err(DecodeFault::Contradiction {
            mark: name(marked),
            declared: TextEncoding(kind).as_str(),
        }),
    }
}

/// Returns an encoding's name in lower case.
pub(crate) fn name(encoding: &'static Encoding) -> &'static str {
    const CAPITAL: [&str; 25] = [
        "utf-8",
        "utf-16le",
        "utf-16be",
        "big5",
        "euc-jp",
        "euc-kr",
        "gbk",
        "ibm866",
        "iso-2022-jp",
        "iso-8859-2",
        "iso-8859-3",
        "iso-8859-4",
        "iso-8859-5",
        "iso-8859-6",
        "iso-8859-7",
        "iso-8859-8",
        "iso-8859-8-i",
        "iso-8859-10",
        "iso-8859-13",
        "iso-8859-14",
        "iso-8859-15",
        "iso-8859-16",
        "koi8-r",
        "koi8-u",
        "shift_jis",
    ];
    let own = encoding.name();
    CAPITAL
        .into_iter()
        .find(|name| name.eq_ignore_ascii_case(own))
        .unwrap_or(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(declared: Option<&str>, head: &[u8], expected: Result<&str, &str>) {
        let declared = declared.map(|label| label.parse().unwrap());
        let settled = settle(declared, head).map(name);
        match expected {
            Ok(expected) => assert_eq!(settled.unwrap(), expected),
            Err(part) => {
                let message = settled.unwrap_err().to_string();
                assert!(message.contains(part), "{message}");
            }
        }
    }

    #[test]
    fn a_mark_decides_and_a_declaration_must_agree() {
        const LE: &[u8] = b"\xFF\xFEa\0";
        const BE: &[u8] = b"\xFE\xFF\0a";
        const EIGHT: &[u8] = b"\xEF\xBB\xBFa";
        check(None, b"a,b\n", Ok("utf-8"));
        check(None, b"", Ok("utf-8"));
        check(None, EIGHT, Ok("utf-8"));
        check(None, LE, Ok("utf-16le"));
        check(None, BE, Ok("utf-16be"));
        check(None, b"\xFF\xFE\0\0", Err("UTF-32"));
        check(None, b"\0\0\xFE\xFF", Err("UTF-32"));
        check(Some("utf-16"), LE, Ok("utf-16le"));
        check(Some("UTF-16"), BE, Ok("utf-16be"));
        check(Some("utf-16"), b"a\0", Err("say `utf-16le` or `utf-16be`"));
        check(Some("utf-16"), EIGHT, Err("mark says `utf-8`"));
        check(Some("utf-16le"), b"a\0", Ok("utf-16le"));
        check(Some("utf-16le"), LE, Ok("utf-16le"));
        check(Some("utf-16le"), BE, Err("mark says `utf-16be`"));
        check(Some("utf_8"), LE, Err("declared as `utf-8`"));
        check(Some("utf-8-sig"), EIGHT, Ok("utf-8"));
        check(Some("latin-1"), b"\xE9", Ok("windows-1252"));
        check(Some("cp1252"), EIGHT, Err("declared as `windows-1252`"));
        check(Some("Shift_JIS"), b"a", Ok("shift_jis"));
    }

    #[test]
    fn what_cannot_be_read_is_no_encoding() {
        for label in [
            "",
            "utf-7",
            "utf-32",
            "replacement",
            "iso-2022-kr",
            "hz-gb-2312",
        ] {
            assert!(label.parse::<TextEncoding>().is_err(), "{label}");
        }
    }

    #[test]
    fn every_name_is_in_lower_case_and_a_label() {
        for label in [
            "big5",
            "euc-jp",
            "euc-kr",
            "gbk",
            "gb18030",
            "ibm866",
            "iso-2022-jp",
            "iso-8859-2",
            "iso-8859-3",
            "iso-8859-4",
            "iso-8859-5",
            "iso-8859-6",
            "iso-8859-7",
            "iso-8859-8",
            "iso-8859-8-i",
            "iso-8859-10",
            "iso-8859-13",
            "iso-8859-14",
            "iso-8859-15",
            "iso-8859-16",
            "koi8-r",
            "koi8-u",
            "macintosh",
            "shift_jis",
            "utf-8",
            "utf-16",
            "utf-16le",
            "utf-16be",
            "windows-874",
            "windows-1250",
            "windows-1251",
            "windows-1252",
            "windows-1253",
            "windows-1254",
            "windows-1255",
            "windows-1256",
            "windows-1257",
            "windows-1258",
            "x-mac-cyrillic",
            "x-user-defined",
        ] {
            let encoding: TextEncoding = label.parse().unwrap();
            assert_eq!(encoding.as_str(), label);
        }
    }
}
