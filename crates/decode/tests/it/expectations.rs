//! The length and the digest of stored bytes.

use rowgate_core::expectation::Expectation;
use rowgate_core::store::Compression;
use rowgate_decode::DecodeOptions;

use crate::memory::{Memory, compress, decode};

#[track_caller]
fn check(memory: Memory, bytes: Option<u64>, hash: Option<&str>, fault: Option<&str>) {
    let options = DecodeOptions {
        expectation: Expectation {
            bytes,
            hash: hash.map(|hash| hash.parse().unwrap()),
        },
        ..DecodeOptions::default()
    };
    let decoded = decode(memory, &options);
    assert_eq!(decoded.err().as_deref(), fault);
}

#[test]
fn the_length_is_that_of_stored_bytes() {
    let stored = compress(Compression::Gzip, b"a\n1\n");
    let n_bytes = u64::try_from(stored.len()).unwrap();
    let memory = || Memory::cut(&stored, 4);
    check(memory(), Some(n_bytes), None, None);
    check(memory().streamed(), Some(n_bytes), None, None);
    let differs = format!("it has {n_bytes} bytes as it is stored, and 4 were expected");
    check(memory(), Some(4), None, Some(&differs));
    let longer = "it is longer than the 4 bytes that were expected";
    check(memory().streamed(), Some(4), None, Some(longer));
    let shorter = format!("it has {n_bytes} bytes as it is stored, and 99 were expected");
    check(memory().streamed(), Some(99), None, Some(&shorter));
}

#[test]
fn the_digest_is_that_of_stored_bytes() {
    let memory = || Memory::cut(b"a\n1\n", 3);
    for hash in [
        "4f9cfc6ce6c4f2d3f0b5a3b3f4b2a6a0",
        "sha1:0000000000000000000000000000000000000000",
    ] {
        let options = DecodeOptions {
            expectation: Expectation {
                bytes: None,
                hash: Some(hash.parse().unwrap()),
            },
            ..DecodeOptions::default()
        };
        let message = decode(memory(), &options).unwrap_err();
        // What is said to be found is what would have been right.
        let found = message.split('`').nth(1).unwrap();
        check(memory(), None, Some(found), None);
        check(memory().streamed(), Some(4), Some(found), None);
    }
    let empty = [
        "d41d8cd98f00b204e9800998ecf8427e",
        "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce\
         47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
    ];
    for hash in empty {
        check(Memory::cut(b"", 1), None, Some(hash), None);
    }
}
