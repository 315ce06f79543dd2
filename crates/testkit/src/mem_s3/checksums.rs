//! Checksums as S3 keeps them: claimed by the client, computed here, compared.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use futures::StreamExt as _;
use hyper::HeaderMap;
use md5::{Digest as _, Md5};
use s3s::checksum::ChecksumHasher;
use s3s::dto::{Checksum, ChecksumAlgorithm, StreamingBlob};
use s3s::{S3Result, TrailingHeaders, s3_error};

use super::body::{Content, ContentBuilder, Retention};

/// A checksum algorithm of S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// CRC-32 as in gzip.
    Crc32,
    /// CRC-32 with Castagnoli's polynomial.
    Crc32c,
    /// CRC-64/NVME: always of the whole object.
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 5] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
    ];

    /// Returns the name in the S3 API, such as `CRC64NVME`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => ChecksumAlgorithm::CRC32,
            Self::Crc32c => ChecksumAlgorithm::CRC32C,
            Self::Crc64Nvme => ChecksumAlgorithm::CRC64NVME,
            Self::Sha1 => ChecksumAlgorithm::SHA1,
            Self::Sha256 => ChecksumAlgorithm::SHA256,
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }

    /// Reads what the client asked for; an algorithm that we do not know is refused.
    pub(super) fn asked(name: Option<&ChecksumAlgorithm>) -> S3Result<Option<Self>> {
        let Some(name) = name else { return Ok(None) };
        match Self::parse(name.as_str()) {
            Some(algorithm) => Ok(Some(algorithm)),
            None => Err(s3_error!(InvalidRequest, "unknown checksum algorithm")),
        }
    }

    fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    /// Returns the value that `sums` holds for this algorithm.
    pub(super) fn of(self, sums: &Checksum) -> Option<&str> {
        let value = match self {
            Self::Crc32 => &sums.checksum_crc32,
            Self::Crc32c => &sums.checksum_crc32c,
            Self::Crc64Nvme => &sums.checksum_crc64nvme,
            Self::Sha1 => &sums.checksum_sha1,
            Self::Sha256 => &sums.checksum_sha256,
        };
        value.as_deref()
    }

    pub(super) fn set(self, sums: &mut Checksum, value: String) {
        let slot = match self {
            Self::Crc32 => &mut sums.checksum_crc32,
            Self::Crc32c => &mut sums.checksum_crc32c,
            Self::Crc64Nvme => &mut sums.checksum_crc64nvme,
            Self::Sha1 => &mut sums.checksum_sha1,
            Self::Sha256 => &mut sums.checksum_sha256,
        };
        *slot = Some(value);
    }

    fn enable(self, hasher: &mut ChecksumHasher) {
        match self {
            Self::Crc32 => hasher.crc32 = Some(s3s::crypto::Crc32::default()),
            Self::Crc32c => hasher.crc32c = Some(s3s::crypto::Crc32c::default()),
            Self::Crc64Nvme => hasher.crc64nvme = Some(s3s::crypto::Crc64Nvme::default()),
            Self::Sha1 => hasher.sha1 = Some(s3s::crypto::Sha1::default()),
            Self::Sha256 => hasher.sha256 = Some(s3s::crypto::Sha256::default()),
        }
    }

    fn crc(self) -> Option<CrcAlgorithm> {
        match self {
            Self::Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
            Self::Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
            Self::Crc64Nvme => Some(CrcAlgorithm::Crc64Nvme),
            Self::Sha1 | Self::Sha256 => None,
        }
    }

    /// Reports whether parts can be combined into the checksum of the whole object.
    pub(super) fn combines(self) -> bool {
        self.crc().is_some()
    }

    /// Computes the whole object's checksum from its parts' checksums and lengths, in order.
    ///
    /// Returns `None` for the SHA family, or if a part has no checksum.
    pub(super) fn full_object<'a>(
        self,
        parts: impl Iterator<Item = (&'a Checksum, u64)>,
    ) -> Option<String> {
        let crc = self.crc()?;
        let mut whole = None;
        let mut width = 0;
        for (sums, bytes) in parts {
            let digest = STANDARD.decode(self.of(sums)?).ok()?;
            width = digest.len();
            let part = digest
                .iter()
                .fold(0, |value, byte| (value << 8) | u64::from(*byte));
            whole = Some(match whole {
                None => part,
                Some(before) => crc_fast::checksum_combine(crc, before, part, bytes),
            });
        }
        let digest = whole?.to_be_bytes();
        let (_, tail) = digest.split_at_checked(digest.len() - width)?;
        Some(STANDARD.encode(tail))
    }

    /// Computes the checksum of the parts' checksums, with `-N` for the number of parts.
    pub(super) fn composite<'a>(self, parts: impl Iterator<Item = &'a Checksum>) -> Option<String> {
        let mut hasher = ChecksumHasher::default();
        self.enable(&mut hasher);
        let mut n_parts = 0;
        for sums in parts {
            hasher.update(&STANDARD.decode(self.of(sums)?).ok()?);
            n_parts += 1;
        }
        let digest = hasher.finalize();
        Some(format!("{}-{n_parts}", self.of(&digest)?))
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Gathers the five checksum fields of an S3 input into one [`Checksum`].
macro_rules! checksums_in {
    ($input:expr) => {
        s3s::dto::Checksum {
            checksum_crc32: $input.checksum_crc32.clone(),
            checksum_crc32c: $input.checksum_crc32c.clone(),
            checksum_crc64nvme: $input.checksum_crc64nvme.clone(),
            checksum_sha1: $input.checksum_sha1.clone(),
            checksum_sha256: $input.checksum_sha256.clone(),
            checksum_type: None,
        }
    };
}

/// Fills the five checksum fields of an S3 output.
macro_rules! checksums_out {
    ($output:expr, $sums:expr) => {{
        let sums: &s3s::dto::Checksum = $sums;
        $output.checksum_crc32.clone_from(&sums.checksum_crc32);
        $output.checksum_crc32c.clone_from(&sums.checksum_crc32c);
        $output
            .checksum_crc64nvme
            .clone_from(&sums.checksum_crc64nvme);
        $output.checksum_sha1.clone_from(&sums.checksum_sha1);
        $output.checksum_sha256.clone_from(&sums.checksum_sha256);
    }};
}

pub(super) use {checksums_in, checksums_out};

/// What the client says about a body that it sends.
#[derive(Debug, Default)]
pub(super) struct Claims {
    pub(super) sums: Checksum,
    pub(super) content_md5: Option<String>,
    /// The algorithms whose values are to be computed, claimed or not.
    pub(super) algorithms: Vec<Algorithm>,
}

impl Claims {
    /// Notes the algorithm that the request's headers announce for a trailer.
    pub(super) fn announced(&mut self, headers: &HeaderMap) {
        let trailers = headers
            .get("x-amz-trailer")
            .and_then(|value| value.to_str().ok());
        let announced = |algorithm: &Algorithm| {
            trailers.is_some_and(|names| {
                names
                    .split(',')
                    .any(|name| name.trim() == algorithm.header())
            })
        };
        self.algorithms
            .extend(Algorithm::ALL.into_iter().filter(announced));
    }

    /// Takes over the values that came after the body.
    fn read_trailers(&mut self, trailers: &HeaderMap) {
        for algorithm in Algorithm::ALL {
            let value = trailers.get(algorithm.header());
            if let Some(value) = value.and_then(|value| value.to_str().ok()) {
                algorithm.set(&mut self.sums, value.to_owned());
            }
        }
    }
}

/// A body that arrived whole and is what its sender said.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) content: Content,
    pub(super) md5: [u8; 16],
    pub(super) sums: Checksum,
}

/// Reads a body and holds it against its claims.
///
/// A body without any checksum gets a CRC64NVME, as on AWS.
pub(super) async fn receive(
    body: Option<StreamingBlob>,
    mut claims: Claims,
    trailers: Option<TrailingHeaders>,
    retention: Retention,
) -> S3Result<Received> {
    let claimed = |algorithm: &Algorithm| algorithm.of(&claims.sums).is_some();
    let mut algorithms: Vec<_> = Algorithm::ALL.into_iter().filter(claimed).collect();
    algorithms.extend(&claims.algorithms);
    if algorithms.is_empty() {
        algorithms.push(Algorithm::Crc64Nvme);
    }

    let mut hasher = ChecksumHasher::default();
    for algorithm in algorithms {
        algorithm.enable(&mut hasher);
    }
    let mut md5 = Md5::new();
    let mut content = ContentBuilder::new(retention);
    if let Some(mut body) = body {
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(|_| s3_error!(IncompleteBody))?;
            hasher.update(&bytes);
            md5.update(&bytes);
            content.push(&bytes);
        }
    }
    if let Some(trailers) = trailers {
        trailers.read(|headers| claims.read_trailers(headers));
    }

    let received = Received {
        content: content.finish(),
        md5: md5.finalize().into(),
        sums: hasher.finalize(),
    };
    verify(&received, &claims)?;
    Ok(received)
}

fn verify(received: &Received, claims: &Claims) -> S3Result<()> {
    if let Some(claimed) = &claims.content_md5
        && *claimed != STANDARD.encode(received.md5)
    {
        return Err(s3_error!(BadDigest, "the Content-MD5 does not match"));
    }
    for algorithm in Algorithm::ALL {
        let claimed = algorithm.of(&claims.sums);
        if claimed.is_some() && claimed != algorithm.of(&received.sums) {
            return Err(s3_error!(BadDigest, "the {algorithm} does not match"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(algorithm: Algorithm, body: &[u8]) -> Checksum {
        let mut hasher = ChecksumHasher::default();
        algorithm.enable(&mut hasher);
        hasher.update(body);
        hasher.finalize()
    }

    proptest::proptest! {
        #[test]
        fn combined_parts_equal_the_whole(parts: Vec<Vec<u8>>) {
            for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| algorithm.combines()) {
                let part_sums: Vec<_> = parts.iter().map(|part| sums(algorithm, part)).collect();
                let lengths = parts.iter().map(|part| super::super::body::len_u64(part));
                let combined = algorithm.full_object(part_sums.iter().zip(lengths));
                let whole = sums(algorithm, &parts.concat());
                let expected = (!parts.is_empty()).then(|| algorithm.of(&whole).unwrap());
                proptest::prop_assert_eq!(combined.as_deref(), expected);
            }
        }
    }

    #[test]
    fn composite_is_the_checksum_of_the_checksums() {
        let parts = [sums(Algorithm::Sha256, b"a"), sums(Algorithm::Sha256, b"b")];
        let digests: Vec<u8> = parts
            .iter()
            .flat_map(|part| {
                STANDARD
                    .decode(Algorithm::Sha256.of(part).unwrap())
                    .unwrap()
            })
            .collect();
        let whole = sums(Algorithm::Sha256, &digests);
        let expected = format!("{}-2", Algorithm::Sha256.of(&whole).unwrap());
        assert_eq!(Algorithm::Sha256.composite(parts.iter()), Some(expected));
    }

    #[test]
    fn names_are_read_back() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::parse(algorithm.name()), Some(algorithm));
        }
    }
}
