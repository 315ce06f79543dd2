//! What bytes that are no UTF-8 may be. It is suggested, and never chosen.

/// Completes "expected …" for a record whose bytes are no UTF-8 from `at` on.
#[cold]
pub(crate) fn expected(record: &[u8], at: usize) -> String {
    let rest = record.get(at..).unwrap_or_default();
    if let [high @ 0xF8..=0xFB, low @ 0x80..=0xBF, ..] = rest {
        // What stands for a byte that the declared encoding does not have: see `rowgate-decode`.
        let byte = ((high & 0b11) << 6) | (low & 0b11_1111);
        return format!(
            "text in the source's encoding, found the byte {byte:02X} that has no meaning there"
        );
    }
    let byte = rest.first().copied().unwrap_or_default();
    let hint = if record.contains(&0) {
        "; it may be UTF-16: say so with --encoding if it is"
    } else if is_western(record) {
        "; it may be windows-1252 (or ISO-8859-1): say so with --encoding if it is"
    } else {
        ""
    };
    format!("UTF-8, found the byte {byte:02X} {at} bytes into the record{hint}")
}

/// Whether all bytes beyond ASCII stand where Western texts have letters and signs: alone or in
/// pairs between ASCII characters.
fn is_western(record: &[u8]) -> bool {
    let is_sign =
        |byte: u8| matches!(byte, 0x80..=0x9F if !matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D));
    let is_letter = |byte: u8| byte >= 0xA0;
    record
        .chunk_by(|a, b| a.is_ascii() == b.is_ascii())
        .filter(|run| !run.is_ascii())
        .all(|run| run.len() <= 2 && run.iter().all(|&b| is_sign(b) || is_letter(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn western_text_is_named_and_nothing_else() {
        #[track_caller]
        fn check(record: &[u8], hint: &str) {
            let at = str::from_utf8(record).unwrap_err().valid_up_to();
            let found = expected(record, at);
            assert!(found.starts_with("UTF-8, found the byte "), "{found}");
            assert!(found.contains(hint), "{found}");
            assert_eq!(found.contains("--encoding"), !hint.is_empty(), "{found}");
        }
        check(b"caf\xE9,1", "windows-1252");
        check(b"\x93quoted\x94", "windows-1252");
        check(b"\x8A\x8B\x8C\x8D", "");
        check(b"\xCF\xF0\xE8\xE2\xE5\xF2", "");
        check(b"a\xFF\0b\0", "UTF-16");
    }

    #[test]
    fn a_byte_that_an_encoding_lacks_is_named_as_it_was() {
        assert_eq!(
            expected(b"a\xFB\xA9b", 1),
            "text in the source's encoding, found the byte E9 that has no meaning there"
        );
    }
}
