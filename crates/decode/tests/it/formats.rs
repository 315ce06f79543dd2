//! Every format, whole, in members, cut, damaged, and with something behind it.

use proptest::prelude::*;
use rowgate_core::store::{Compression, Source as _, SourceFormat};
use rowgate_decode::{CompressionOption, DecodeLimits, DecodeOptions, Decoded};

use crate::memory::{FORMATS, Memory, compress, decode, read_from, run};

/// Text that does not compress to nothing.
fn text(n_rows: u32) -> Vec<u8> {
    let row = |n: u32| format!("{n},{:x},\"é\r\n\"\n", n.wrapping_mul(2_654_435_761));
    (0..n_rows).map(row).collect::<String>().into_bytes()
}

fn detected() -> DecodeOptions {
    DecodeOptions::default()
}

#[track_caller]
fn check_text(stored: &[u8], expected: &[u8], compression: Compression) {
    for chunk_bytes in [1, 7, 4096, usize::MAX] {
        let memory = Memory::cut(stored, chunk_bytes.min(stored.len().max(1)));
        let (decoded, format) = decode(memory, &detected()).unwrap();
        assert!(decoded == expected, "{compression:?} {chunk_bytes}");
        assert_eq!(format.compression, compression);
        assert_eq!(format.encoding, "utf-8");
    }
}

#[track_caller]
fn check_fault(stored: &[u8], part: &str) {
    for chunk_bytes in [1, 4096, usize::MAX] {
        let memory = Memory::cut(stored, chunk_bytes.min(stored.len().max(1)));
        let message = decode(memory, &detected()).unwrap_err();
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn every_format_gives_its_text() {
    for format in FORMATS {
        for n_rows in [1, 20_000] {
            check_text(&compress(format, &text(n_rows)), &text(n_rows), format);
        }
        check_text(&compress(format, b""), b"", format);
    }
    check_text(&text(100), &text(100), Compression::None);
}

#[test]
fn members_follow_each_other() {
    for format in FORMATS {
        let mut stored = Vec::new();
        let mut expected = Vec::new();
        for n_rows in [10, 0, 3_000] {
            stored.extend(compress(format, &text(n_rows)));
            expected.extend(text(n_rows));
        }
        check_text(&stored, &expected, format);
    }
}

#[test]
fn skippable_frames_are_passed_over() {
    let skippable = [b"\x5A\x2A\x4D\x18\x03\0\0\0abc".as_slice()].concat();
    let frame = compress(Compression::Zstd, &text(10));
    let stored = [&skippable, &frame, &skippable, &frame]
        .map(Vec::as_slice)
        .concat();
    check_text(&stored, &[text(10), text(10)].concat(), Compression::Zstd);
}

#[test]
fn zeros_behind_gzip_and_xz_are_padding() {
    for (format, n_zeros) in [(Compression::Gzip, 10_001), (Compression::Xz, 8)] {
        let mut stored = compress(format, &text(10));
        stored.extend(vec![0; n_zeros]);
        check_text(&stored, &text(10), format);
    }
    let mut stored = compress(Compression::Gzip, &text(10));
    stored.extend([0, 0, 0x1F]);
    check_fault(&stored, "something else follows its gzip data");
    let mut stored = compress(Compression::Xz, &text(10));
    stored.extend([0; 5]);
    check_fault(&stored, "something else follows its xz data");
    stored.extend([0; 3]);
    stored.extend(compress(Compression::Xz, b"x\n"));
    check_text(
        &stored,
        &[text(10), b"x\n".to_vec()].concat(),
        Compression::Xz,
    );
}

#[test]
fn what_is_cut_short_is_no_end() {
    for format in FORMATS {
        let stored = compress(format, &text(2_000));
        for n_bytes in [11, stored.len() / 2, stored.len() - 1] {
            check_fault(&stored[..n_bytes], "cut short");
        }
    }
}

#[test]
fn what_follows_is_no_end() {
    for format in FORMATS {
        let mut stored = compress(format, &text(10));
        let at = stored.len();
        stored.extend(b"a,b\n");
        let part = format!("follows its {} data at byte {at}", format.as_str());
        check_fault(&stored, &part);
    }
}

#[test]
fn a_wrong_checksum_is_damage() {
    for format in FORMATS {
        let stored = compress(format, &text(2_000));
        let n_bytes = stored.len();
        // Where each format keeps the checksum of its text, and in the middle of the data.
        let at_checksum = match format {
            Compression::None => 0,
            Compression::Gzip => n_bytes - 8,
            Compression::Zstd => n_bytes - 1,
            Compression::Bzip2 => 12,
            Compression::Xz => n_bytes - 30,
        };
        for at in [at_checksum, n_bytes / 2] {
            let mut damaged = stored.clone();
            damaged[at] ^= 0x10;
            check_fault(
                &damaged,
                &format!("its {} data is damaged near byte", format.as_str()),
            );
        }
    }
}

#[test]
fn a_flag_is_taken_at_its_word() {
    let given = |compression| DecodeOptions {
        compression: CompressionOption::Given(compression),
        ..DecodeOptions::default()
    };
    for format in FORMATS {
        let stored = compress(format, b"a\n1\n");
        let memory = || Memory::cut(&stored, 5);
        assert_eq!(decode(memory(), &given(format)).unwrap().0, b"a\n1\n");
        let other = FORMATS.into_iter().find(|other| *other != format).unwrap();
        let message = decode(memory(), &given(other)).unwrap_err();
        assert!(
            message.contains(&format!("it is not {}", other.as_str())),
            "{message}"
        );
        let plain = decode(memory(), &given(Compression::None));
        // Nothing is undone, and xz begins with no byte order mark either.
        assert_eq!(plain.unwrap(), (stored.clone(), SourceFormat::PLAIN));
    }
    let empty = decode(Memory::cut(b"", 1), &given(Compression::Gzip));
    assert_eq!(empty.unwrap().0, b"");
}

#[test]
fn nothing_is_undone_twice() {
    for (outer, inner) in [
        (Compression::Gzip, Compression::Xz),
        (Compression::Zstd, Compression::Gzip),
    ] {
        let stored = compress(outer, &compress(inner, &text(10)));
        let part = format!(
            "compressed twice, with {} inside {}",
            inner.as_str(),
            outer.as_str()
        );
        check_fault(&stored, &part);
    }
}

#[test]
fn memory_is_limited() {
    let limited = DecodeOptions {
        limits: DecodeLimits {
            memory_bytes_max: 256 * 1024,
            ..DecodeLimits::default()
        },
        ..DecodeOptions::default()
    };
    for format in FORMATS {
        let stored = compress(format, &text(100_000));
        let decoded = decode(Memory::cut(&stored, 4096), &limited);
        match format {
            Compression::Zstd | Compression::Xz => {
                let message = decoded.unwrap_err();
                assert!(
                    message.contains("more memory than the 262144 bytes"),
                    "{message}"
                );
            }
            Compression::None | Compression::Gzip | Compression::Bzip2 => {
                assert!(decoded.unwrap().0 == text(100_000));
            }
        }
    }
}

#[test]
fn it_is_read_again_from_anywhere() {
    for format in FORMATS.into_iter().chain([Compression::None]) {
        let whole = text(5_000);
        let stored = compress(format, &whole);
        run(async {
            let source = Decoded::open(Memory::cut(&stored, 1000), detected())
                .await
                .unwrap();
            for offset in [0_usize, 1, 77_777, 0, whole.len(), whole.len() + 1] {
                let read = read_from(&source, offset.try_into().unwrap())
                    .await
                    .unwrap();
                assert!(
                    read == whole.get(offset..).unwrap_or_default(),
                    "{format:?} {offset}"
                );
            }
            let n_stored = u64::try_from(stored.len()).unwrap();
            assert_eq!(source.stored_bytes(), Some(n_stored));
            let known = (format == Compression::None).then_some(n_stored);
            assert_eq!(source.identity().bytes, known);
        });
    }
}

#[test]
fn a_stream_is_decoded_as_it_comes() {
    for format in FORMATS {
        let stored = compress(format, &text(5_000));
        run(async {
            let memory = Memory::cut(&stored, 1000).streamed();
            let source = Decoded::open(memory, detected()).await.unwrap();
            assert!(read_from(&source, 0).await.unwrap() == text(5_000));
            assert_eq!(
                source.stored_bytes(),
                Some(stored.len().try_into().unwrap())
            );
            let again = read_from(&source, 0).await.unwrap_err();
            assert_eq!(again.to_string(), "read twice");
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is done to stored data, the decoder ends, and never gives other text for an end.
    #[test]
    fn damage_is_never_another_text(
        format in prop::sample::select(FORMATS.to_vec()),
        at: prop::sample::Index,
        flip in 1_u8..,
        chunk_bytes in 1_usize..2000,
    ) {
        let whole = text(300);
        let mut stored = compress(format, &whole);
        let at = at.index(stored.len());
        stored[at] ^= flip;
        // What does not begin as compressed data is text for all we know.
        if let Ok((decoded, found)) = decode(Memory::cut(&stored, chunk_bytes), &detected()) {
            prop_assert!(decoded == whole || found.compression == Compression::None, "{at}");
        }
    }
}
