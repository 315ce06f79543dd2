//! Text of any encoding in, UTF-8 out, and what is no text kept as it is.

use encoding_rs::{Decoder, DecoderResult, Encoding};

/// How many bytes back a malformed sequence may begin: six, as `encoding_rs` says of ISO-2022-JP.
const LOOK_BACK_BYTES: usize = 8;
/// How much is transcoded at once, in bytes of UTF-8.
const BUFFER_BYTES: usize = 32 * 1024;

/// Transcodes a stream, the same way whatever chunks it comes in.
///
/// A byte order mark comes out as that of UTF-8. A byte `b` that cannot be decoded becomes the pair
/// `F8 | b >> 6`, `80 | b & 3F`, which is never UTF-8 and neither a line end nor a quote.
pub(crate) struct Transcoder {
    decoder: Decoder,
    /// The last bytes that were read.
    recent: Vec<u8>,
    /// What the decoder writes to. It is made once: bytes that cannot be decoded interrupt the decoder
    /// as often as there are any, and nothing may be paid for that which is not theirs.
    buffer: Box<[u8]>,
}

impl Transcoder {
    pub(crate) fn new(encoding: &'static Encoding) -> Self {
        Self {
            decoder: encoding.new_decoder_without_bom_handling(),
            recent: Vec::with_capacity(2 * LOOK_BACK_BYTES),
            buffer: vec![0; BUFFER_BYTES].into(),
        }
    }

    /// Transcodes the next bytes.
    pub(crate) fn push(&mut self, input: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(input.len());
        self.transcode(input, false, &mut out);
        out
    }

    /// Transcodes what the end leaves: an incomplete character, if anything. Nothing may be pushed
    /// after it.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.transcode(&[], true, &mut out);
        out
    }

    fn transcode(&mut self, mut input: &[u8], is_last: bool, out: &mut Vec<u8>) {
        loop {
            let (result, n_read, n_written) =
                self.decoder
                    .decode_to_utf8_without_replacement(input, &mut self.buffer, is_last);
            out.extend_from_slice(self.buffer.get(..n_written).unwrap_or_default());
            let (read, rest) = input.split_at_checked(n_read).unwrap_or((input, &[]));
            self.remember(read);
            input = rest;
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(n_bytes, n_behind) => {
                    self.keep(n_bytes.into(), n_behind.into(), out);
                }
            }
        }
    }

    fn remember(&mut self, read: &[u8]) {
        let n_old = read.len().saturating_sub(LOOK_BACK_BYTES);
        self.recent
            .extend_from_slice(read.get(n_old..).unwrap_or_default());
        let n_old = self.recent.len().saturating_sub(LOOK_BACK_BYTES);
        self.recent.drain(..n_old);
    }

    /// Keeps the bytes that cannot be decoded: the `n_bytes` before the last `n_behind`.
    fn keep(&self, n_bytes: usize, n_behind: usize, out: &mut Vec<u8>) {
        let end = self.recent.len().saturating_sub(n_behind);
        let malformed = self.recent.get(end.saturating_sub(n_bytes)..end);
        for byte in malformed.unwrap_or_default() {
            out.extend([0xF8 | byte >> 6, 0x80 | byte & 0x3F]);
        }
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{
        BIG5, EUC_JP, EUC_KR, GB18030, ISO_2022_JP, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_1252,
        WINDOWS_1253,
    };
    use proptest::prelude::*;

    use super::*;

    fn transcode(encoding: &'static Encoding, chunks: &[&[u8]]) -> Vec<u8> {
        let mut transcoder = Transcoder::new(encoding);
        let mut out = Vec::new();
        for chunk in chunks {
            out.extend(transcoder.push(chunk));
        }
        out.extend(transcoder.finish());
        out
    }

    /// The bytes of `text`, with every byte after a `\` in place of the pair that keeps it.
    #[track_caller]
    fn check(encoding: &'static Encoding, input: &[u8], expected: &[u8]) {
        let whole = transcode(encoding, &[input]);
        assert_eq!(
            whole.escape_ascii().to_string(),
            expected.escape_ascii().to_string()
        );
        for at in 0..=input.len() {
            let (head, tail) = input.split_at(at);
            assert_eq!(transcode(encoding, &[head, tail]), whole, "split at {at}");
        }
    }

    /// Undoes what keeps a byte; returns runs of text and runs of bytes.
    fn kept(out: &[u8]) -> Vec<Result<String, u8>> {
        let mut runs = Vec::new();
        let mut rest = out;
        while !rest.is_empty() {
            let n_text = rest.iter().position(|b| *b >= 0xF8).unwrap_or(rest.len());
            if n_text > 0 {
                runs.push(Ok(str::from_utf8(&rest[..n_text]).unwrap().to_owned()));
                rest = &rest[n_text..];
            } else {
                assert!(rest[0] <= 0xFB && rest[1] & 0xC0 == 0x80);
                runs.push(Err(rest[0] << 6 | rest[1] & 0x3F));
                rest = &rest[2..];
            }
        }
        runs
    }

    #[test]
    fn text_comes_out_and_what_is_none_is_kept() {
        check(UTF_16LE, b"\xFF\xFEa\0,\0\xE9\0", "\u{FEFF}a,é".as_bytes());
        check(UTF_16BE, b"\xD8\x3D\xDE\x00", "😀".as_bytes());
        // A lone surrogate, high then low, and an odd byte.
        check(UTF_16LE, b"\x3D\xD8a\0", b"\xF8\xBD\xFB\x98a");
        check(UTF_16LE, b"\x00\xDEa\0", b"\xF8\x80\xFB\x9Ea");
        check(UTF_16LE, b"a\0b", b"a\xF9\xA2");
        check(UTF_16LE, b"a\0\x3D\xD8", b"a\xF8\xBD\xFB\x98");
        check(
            UTF_16LE,
            b"\x3D\xD8\x3D\xD8\x00\xDE",
            b"\xF8\xBD\xFB\x98\xF0\x9F\x98\x80",
        );
        check(WINDOWS_1252, b"caf\xE9 \x80", "café €".as_bytes());
        check(WINDOWS_1253, b"\xD2\xE1", b"\xFB\x92\xCE\xB1");
        check(SHIFT_JIS, b"\x93\xFA\x96{", "日本".as_bytes());
        // A lead byte before a line end costs the lead byte and not the line end.
        check(SHIFT_JIS, b"\x81\n\xA0,", b"\xFA\x81\n\xFA\xA0,");
        check(GB18030, b"\x81\x30\x81\n", b"\xFA\x810\xFA\x81\n");
    }

    /// With time that grows with the square of the length, this would take minutes.
    #[test]
    fn much_that_cannot_be_decoded_is_kept_byte_for_byte() {
        #[track_caller]
        fn check(encoding: &'static Encoding, bad: &[u8], kept: &[u8]) {
            let n_bad = 4 * 1024 * 1024 / bad.len();
            let input = bad.repeat(n_bad);
            let whole = transcode(encoding, &[&input]);
            assert!(whole == kept.repeat(n_bad), "{}", encoding.name());
            let chunks: Vec<&[u8]> = input.chunks(64 * 1024 - 1).collect();
            assert!(transcode(encoding, &chunks) == whole, "{}", encoding.name());
        }
        check(WINDOWS_1253, b"\xD2", b"\xFB\x92");
        check(WINDOWS_1253, b"\xD2a", b"\xFB\x92a");
        check(UTF_16LE, b"\x00\xDE", b"\xF8\x80\xFB\x9E");
        check(UTF_16LE, b"\x3D\xD8", b"\xF8\xBD\xFB\x98");
    }

    /// However often the decoder is interrupted, its buffer stays where it is.
    #[test]
    fn what_cannot_be_decoded_takes_no_further_buffer() {
        let mut transcoder = Transcoder::new(WINDOWS_1253);
        let before = transcoder.buffer.as_ptr();
        let out = transcoder.push(&b"\xD2".repeat(64 * 1024));
        assert_eq!(out.len(), 2 * 64 * 1024);
        assert!(out.capacity() <= 4 * 64 * 1024, "{}", out.capacity());
        assert_eq!(transcoder.buffer.as_ptr(), before);
        assert_eq!(transcoder.buffer.len(), BUFFER_BYTES);
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(
            encoding in prop::sample::select(vec![
                UTF_16LE, UTF_16BE, SHIFT_JIS, EUC_JP, EUC_KR, BIG5, GB18030, ISO_2022_JP,
                WINDOWS_1253,
            ]),
            input in prop::collection::vec(
                prop_oneof![any::<u8>(), prop::sample::select(b"\x1B$B(J\x81\x8E\x8F\xD8\n".to_vec())],
                0..64,
            ),
            cuts in prop::collection::vec(0usize..65, 0..4),
        ) {
            let whole = transcode(encoding, &[&input]);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|at| at.min(input.len())).collect();
            cuts.extend([0, input.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|w| &input[w[0]..w[1]]).collect();
            prop_assert_eq!(transcode(encoding, &chunks), whole);
        }

        #[test]
        fn every_byte_of_utf_16_is_kept(units in prop::collection::vec(
            prop_oneof![any::<u16>(), 0xD7F0u16..0xE010], 0..64), odd: Option<u8>) {
            let mut input: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            input.extend(odd);
            let mut again = Vec::new();
            for run in kept(&transcode(UTF_16LE, &[&input])) {
                match run {
                    Ok(text) => again.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
                    Err(byte) => again.push(byte),
                }
            }
            prop_assert_eq!(again, input);
        }

        #[test]
        fn every_undecodable_byte_is_kept(input: Vec<u8>) {
            // Every byte of this encoding is a character or none.
            let n_out: usize = kept(&transcode(WINDOWS_1253, &[&input]))
                .iter()
                .map(|run| run.as_ref().map_or(1, |text| text.chars().count()))
                .sum();
            prop_assert_eq!(n_out, input.len());
        }
    }
}
