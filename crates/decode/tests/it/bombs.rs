//! A little that grows to a lot.

use bytes::Bytes;
use rowgate_core::store::{Chunks as _, Compression, Source as _};
use rowgate_decode::{DecodeLimits, DecodeOptions, Decoded};

use crate::memory::{FORMATS, Memory, compress, decode, run};

const MIB: usize = 1024 * 1024;

/// 10 GiB of zeros, in 1,280 members that share their bytes.
fn bomb(format: Compression) -> Memory {
    let member = Bytes::from(compress(format, &vec![0; 8 * MIB]));
    Memory::new(vec![member; 1_280])
}

#[test]
fn a_bomb_is_stopped_early() {
    for format in FORMATS {
        run(async {
            let source = Decoded::open(bomb(format), DecodeOptions::default())
                .await
                .unwrap();
            let mut chunks = source.read_from(0).await.unwrap();
            let mut n_bytes = 0;
            let fault = loop {
                match chunks.next().await {
                    Ok(Some(chunk)) => {
                        assert!(chunk.len() <= MIB, "a block at a time");
                        n_bytes += chunk.len();
                    }
                    Ok(None) => panic!("it came to its end"),
                    Err(fault) => break fault.to_string(),
                }
            };
            assert!(n_bytes < 66 * MIB, "{n_bytes}");
            assert!(fault.contains("`limits.expansion` is 200"), "{fault}");
        });
    }
}

#[test]
fn what_is_meant_may_grow() {
    let unlimited = DecodeOptions {
        limits: DecodeLimits {
            expansion_max: None,
            ..DecodeLimits::default()
        },
        ..DecodeOptions::default()
    };
    let member = Bytes::from(compress(Compression::Zstd, &vec![0; 8 * MIB]));
    let (decoded, _) = decode(Memory::new(vec![member; 16]), &unlimited).unwrap();
    assert_eq!(decoded.len(), 128 * MIB);
    let free = Memory::new(vec![
        compress(Compression::Gzip, &vec![0; 8 * MIB]).into();
        8
    ]);
    let (decoded, _) = decode(free, &DecodeOptions::default()).unwrap();
    assert_eq!(decoded.len(), 64 * MIB);
}
