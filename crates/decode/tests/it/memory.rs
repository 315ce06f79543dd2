//! A source in memory, whose chunks come as they are given.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::sync::Mutex;

use bytes::Bytes;
use rowgate_core::store::{
    Chunks, Compression, FaultKind, Source, SourceFormat, SourceIdentity, StoreFault,
};
use rowgate_decode::{DecodeOptions, Decoded};

/// Bytes that can be read again and from anywhere, or once.
#[derive(Debug)]
pub(crate) struct Memory {
    identity: SourceIdentity,
    chunks: Vec<Bytes>,
    reads_left: Mutex<u32>,
}

#[derive(Debug)]
pub(crate) struct MemoryChunks(VecDeque<Bytes>);

impl Memory {
    pub(crate) fn new(chunks: Vec<Bytes>) -> Self {
        let bytes = chunks.iter().map(Bytes::len).sum::<usize>();
        Self {
            identity: SourceIdentity {
                uri: "memory".to_owned(),
                version: Some("1".to_owned()),
                bytes: Some(bytes.try_into().unwrap()),
            },
            chunks,
            reads_left: Mutex::new(u32::MAX),
        }
    }

    /// Chunks of that many bytes each.
    pub(crate) fn cut(bytes: &[u8], chunk_bytes: usize) -> Self {
        Self::new(
            bytes
                .chunks(chunk_bytes)
                .map(Bytes::copy_from_slice)
                .collect(),
        )
    }

    /// Makes a stream of it: of no known length, and read once.
    pub(crate) fn streamed(mut self) -> Self {
        self.identity.bytes = None;
        self.identity.version = None;
        self.reads_left = Mutex::new(1);
        self
    }
}

impl Source for Memory {
    type Chunks = MemoryChunks;

    fn identity(&self) -> &SourceIdentity {
        &self.identity
    }

    async fn read_from(&self, offset: u64) -> Result<MemoryChunks, StoreFault> {
        let mut left = self.reads_left.lock().unwrap();
        *left = left
            .checked_sub(1)
            .ok_or_else(|| StoreFault::new(FaultKind::Unusable, "read twice"))?;
        let mut offset = usize::try_from(offset).unwrap();
        let mut chunks = VecDeque::new();
        for chunk in &self.chunks {
            let n_skipped = offset.min(chunk.len());
            offset -= n_skipped;
            if n_skipped < chunk.len() {
                chunks.push_back(chunk.slice(n_skipped..));
            }
        }
        Ok(MemoryChunks(chunks))
    }
}

impl Chunks for MemoryChunks {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreFault> {
        Ok(self.0.pop_front())
    }
}

pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(work)
}

pub(crate) async fn read_from<S: Source>(source: &S, offset: u64) -> Result<Vec<u8>, StoreFault> {
    let mut chunks = source.read_from(offset).await?;
    let mut all = Vec::new();
    while let Some(bytes) = chunks.next().await? {
        assert!(!bytes.is_empty());
        all.extend(bytes);
    }
    assert!(chunks.next().await?.is_none(), "the end is the end");
    Ok(all)
}

/// Decodes all of it; or says why not.
pub(crate) fn decode(
    memory: Memory,
    options: &DecodeOptions,
) -> Result<(Vec<u8>, SourceFormat), String> {
    run(async {
        let source = Decoded::open(memory, options.clone()).await?;
        Ok((read_from(&source, 0).await?, source.format()))
    })
    .map_err(|fault: StoreFault| fault.to_string())
}

/// Compresses a text.
pub(crate) fn compress(format: Compression, text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match format {
        Compression::None => out.extend_from_slice(text),
        Compression::Gzip => {
            let mut encoder = flate2::read::GzEncoder::new(text, flate2::Compression::default());
            encoder.read_to_end(&mut out).unwrap();
        }
        Compression::Zstd => {
            let mut encoder = zstd::stream::Encoder::new(&mut out, 3).unwrap();
            encoder.include_checksum(true).unwrap();
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap();
        }
        Compression::Bzip2 => {
            let mut encoder = bzip2::read::BzEncoder::new(text, bzip2::Compression::default());
            encoder.read_to_end(&mut out).unwrap();
        }
        Compression::Xz => {
            let mut encoder = liblzma::read::XzEncoder::new(text, 6);
            encoder.read_to_end(&mut out).unwrap();
        }
    }
    out
}

pub(crate) const FORMATS: [Compression; 4] = [
    Compression::Gzip,
    Compression::Zstd,
    Compression::Bzip2,
    Compression::Xz,
];
