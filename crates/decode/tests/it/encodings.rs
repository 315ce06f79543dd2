//! Encodings, by mark and by declaration, compressed and not.

use rowgate_core::store::Compression;
use rowgate_decode::{DecodeOptions, Decoded};

use crate::memory::{Memory, compress, decode, read_from, run};

#[track_caller]
fn check(declared: Option<&str>, stored: &[u8], expected: &[u8], encoding: &str) {
    let options = DecodeOptions {
        encoding: declared.map(|label| label.parse().unwrap()),
        ..DecodeOptions::default()
    };
    for compression in [Compression::None, Compression::Gzip] {
        let stored = compress(compression, stored);
        for chunk_bytes in 1..=stored.len() {
            let (decoded, format) = decode(Memory::cut(&stored, chunk_bytes), &options).unwrap();
            assert_eq!(
                decoded.escape_ascii().to_string(),
                expected.escape_ascii().to_string(),
                "{chunk_bytes}"
            );
            assert_eq!(format.encoding, encoding);
        }
    }
}

fn utf_16le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn text_comes_out_in_utf_8() {
    let text = "\u{FEFF}naïve,😀\r\n1,2\n";
    check(None, &utf_16le(text), text.as_bytes(), "utf-16le");
    check(Some("utf-16"), &utf_16le(text), text.as_bytes(), "utf-16le");
    let unmarked = text.trim_start_matches('\u{FEFF}');
    check(
        Some("utf-16le"),
        &utf_16le(unmarked),
        unmarked.as_bytes(),
        "utf-16le",
    );
    check(None, text.as_bytes(), text.as_bytes(), "utf-8");
    check(Some("utf-8"), text.as_bytes(), text.as_bytes(), "utf-8");
    check(
        Some("windows-1252"),
        b"caf\xE9,\x80\n",
        "café,€\n".as_bytes(),
        "windows-1252",
    );
    check(
        Some("sjis"),
        b"\x93\xFA\x96{,\x81\n",
        b"\xE6\x97\xA5\xE6\x9C\xAC,\xFA\x81\n",
        "shift_jis",
    );
    check(Some("utf-16be"), b"\0a\0", b"a\xF8\x80", "utf-16be");
    // Bad UTF-8 is for the core to find.
    check(None, b"a\xFF,\xE9\n", b"a\xFF,\xE9\n", "utf-8");
}

#[test]
fn a_declaration_that_contradicts_the_mark_is_refused() {
    let options = DecodeOptions {
        encoding: Some("windows-1252".parse().unwrap()),
        ..DecodeOptions::default()
    };
    let message = decode(Memory::cut(&utf_16le("\u{FEFF}a"), 1), &options).unwrap_err();
    assert_eq!(
        message,
        "its byte order mark says `utf-16le`, but its encoding is declared as `windows-1252`: \
         correct the declaration, or leave it out"
    );
}

#[test]
fn an_empty_source_stays_empty() {
    for declared in [None, Some("utf-16"), Some("utf-16le"), Some("koi8-r")] {
        let options = DecodeOptions {
            encoding: declared.map(|label| label.parse().unwrap()),
            ..DecodeOptions::default()
        };
        assert_eq!(decode(Memory::cut(b"", 1), &options).unwrap().0, b"");
    }
}

/// Counts how often reading all of a source, from an offset, let others run.
fn n_turns(compression: Compression, text: &[u8], offset: u64) -> usize {
    let options = DecodeOptions::default();
    let memory = Memory::cut(&compress(compression, text), 64 * 1024);
    run(async {
        let source = Decoded::open(memory, options).await.unwrap();
        let mut reading = std::pin::pin!(read_from(&source, offset));
        let mut n_turns = 0;
        std::future::poll_fn(|context| {
            let polled = reading.as_mut().poll(context);
            n_turns += usize::from(polled.is_pending());
            polled
        })
        .await
        .unwrap();
        n_turns
    })
}

#[test]
fn others_have_their_turn_between_chunks() {
    let text = "\u{FEFF}naïve\n".repeat(100_000);
    assert_eq!(n_turns(Compression::None, text.as_bytes(), 0), 0);
    let utf_16 = utf_16le(&text);
    for offset in [0, 1_000_000] {
        assert!(n_turns(Compression::None, &utf_16, offset) > 10);
        assert!(n_turns(Compression::Gzip, text.as_bytes(), offset) > 5);
    }
}
