//! The decoders of each format, with one face: bytes in, bytes out, no waiting.

use bzip2::{Decompress as Bzip2, Status as Bzip2Status};
use flate2::{Decompress as Gzip, FlushDecompress, Status as GzipStatus};
use liblzma::stream::{Action, Error as XzError, Status as XzStatus, Stream as Xz};
use rowgate_core::store::Compression;
use zstd::stream::raw::{DParameter, Decoder as Zstd, InBuffer, Operation as _, OutBuffer};

/// The window of gzip: as large as there is, in bits.
const GZIP_WINDOW_BITS: u8 = 15;
/// The windows that zstd takes a limit for, in bits.
const ZSTD_WINDOW_BITS: std::ops::RangeInclusive<u32> = 10..=31;
/// What zstd says of a window that is larger than allowed.
const ZSTD_WINDOW_TOO_LARGE: &str = "Frame requires too much memory for decoding";

/// A decoder, at some point of its data.
pub(crate) enum Codec {
    Gzip(Gzip),
    Zstd(Zstd<'static>),
    Bzip2(Bzip2),
    Xz(Box<Xz>),
}

/// Whether more of the data must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Member {
    /// It must: a member, frame or stream was begun.
    Inside,
    /// It need not: the last one is complete and checked.
    Complete,
}

/// Why a decoder does not go on.
#[derive(Debug)]
pub(crate) enum Refusal {
    Damaged(String),
    Memory,
}

/// What a step did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ran {
    /// How many bytes of input it took.
    pub(crate) consumed: u64,
    pub(crate) member: Member,
}

impl Codec {
    /// Makes a decoder that keeps at most about `memory_bytes_max`; `None` if there is nothing to
    /// decode.
    pub(crate) fn new(format: Compression, memory_bytes_max: u64) -> Result<Option<Self>, Refusal> {
        Ok(Some(match format {
            Compression::None => return Ok(None),
            Compression::Gzip => Self::Gzip(Gzip::new_gzip(GZIP_WINDOW_BITS)),
            Compression::Zstd => Self::Zstd(zstd(memory_bytes_max).map_err(damaged)?),
            Compression::Bzip2 => Self::Bzip2(Bzip2::new(false)),
            Compression::Xz => Self::Xz(xz(memory_bytes_max)?),
        }))
    }

    /// Begins the next member.
    pub(crate) fn begin_member(&mut self, memory_bytes_max: u64) -> Result<(), Refusal> {
        match self {
            Self::Gzip(gzip) => gzip.reset(true),
            // It goes on by itself.
            Self::Zstd(_) => {}
            Self::Bzip2(bzip2) => *bzip2 = Bzip2::new(false),
            Self::Xz(stream) => *stream = xz(memory_bytes_max)?,
        }
        Ok(())
    }

    /// Decodes into what is left of `out`'s capacity.
    pub(crate) fn run(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<Ran, Refusal> {
        match self {
            Self::Gzip(gzip) => {
                let before = gzip.total_in();
                let status = gzip
                    .decompress_vec(input, out, FlushDecompress::None)
                    .map_err(|err| damaged(err.message().unwrap_or("its bits make no sense")))?;
                Ok(Ran {
                    consumed: gzip.total_in() - before,
                    member: match status {
                        GzipStatus::StreamEnd => Member::Complete,
                        GzipStatus::Ok | GzipStatus::BufError => Member::Inside,
                    },
                })
            }
            Self::Zstd(zstd) => run_zstd(zstd, input, out),
            Self::Bzip2(bzip2) => {
                let before = bzip2.total_in();
                let status = bzip2.decompress_vec(input, out).map_err(damaged)?;
                Ok(Ran {
                    consumed: bzip2.total_in() - before,
                    member: match status {
                        Bzip2Status::StreamEnd => Member::Complete,
                        Bzip2Status::MemNeeded => return Err(Refusal::Memory),
                        Bzip2Status::Ok
                        | Bzip2Status::FlushOk
                        | Bzip2Status::RunOk
                        | Bzip2Status::FinishOk => Member::Inside,
                    },
                })
            }
            Self::Xz(xz) => run_xz(xz, input, out),
        }
    }
}

fn zstd(memory_bytes_max: u64) -> std::io::Result<Zstd<'static>> {
    let window_bits = memory_bytes_max.max(1).ilog2();
    let window_bits = window_bits.clamp(*ZSTD_WINDOW_BITS.start(), *ZSTD_WINDOW_BITS.end());
    let mut zstd = Zstd::new()?;
    zstd.set_parameter(DParameter::WindowLogMax(window_bits))?;
    Ok(zstd)
}

fn run_zstd(zstd: &mut Zstd<'static>, input: &[u8], out: &mut Vec<u8>) -> Result<Ran, Refusal> {
    let n_out = out.len();
    let mut input = InBuffer::around(input);
    let wanted = {
        let mut output = OutBuffer::around_pos(out, n_out);
        zstd.run(&mut input, &mut output)
    };
    let wanted = wanted.map_err(|err| match err.to_string() {
        message if message == ZSTD_WINDOW_TOO_LARGE => Refusal::Memory,
        message => Refusal::Damaged(message),
    })?;
    Ok(Ran {
        consumed: u64::try_from(input.pos()).unwrap_or(u64::MAX),
        member: if wanted == 0 {
            Member::Complete
        } else {
            Member::Inside
        },
    })
}

fn xz(memory_bytes_max: u64) -> Result<Box<Xz>, Refusal> {
    let stream = Xz::new_stream_decoder(memory_bytes_max, 0);
    stream.map(Box::new).map_err(damaged)
}

fn run_xz(xz: &mut Xz, input: &[u8], out: &mut Vec<u8>) -> Result<Ran, Refusal> {
    let before = xz.total_in();
    let status = xz
        .process_vec(input, out, Action::Run)
        .map_err(|err| match err {
            XzError::MemLimit | XzError::Mem => Refusal::Memory,
            XzError::Data
            | XzError::Options
            | XzError::Format
            | XzError::Program
            | XzError::NoCheck
            | XzError::UnsupportedCheck => damaged(err),
        })?;
    Ok(Ran {
        consumed: xz.total_in() - before,
        member: match status {
            XzStatus::StreamEnd => Member::Complete,
            XzStatus::Ok | XzStatus::GetCheck | XzStatus::MemNeeded => Member::Inside,
        },
    })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it serves `map_err`, which gives values"
)]
fn damaged(detail: impl ToString) -> Refusal {
    Refusal::Damaged(detail.to_string())
}
