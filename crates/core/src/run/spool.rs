//! A source that can be read once, kept in scratch space so that it can be read again.

use std::sync::Arc;

use bytes::Bytes;

use crate::control::Control;
use crate::error::{Error, ErrorKind, Result, Role};
use crate::scan::to_u64;
use crate::scratch::{ScratchFile, refused};
use crate::store::{Chunks, Source, SourceFormat, SourceIdentity, StoreFault};

/// How much is read at once, in bytes.
const BLOCK_BYTES: u64 = 256 * 1024;

/// What a source gave, in scratch space.
#[derive(Debug)]
pub(super) struct Spooled {
    file: Arc<dyn ScratchFile>,
    identity: SourceIdentity,
    format: SourceFormat,
    bytes: u64,
    stored_bytes: Option<u64>,
}

impl Spooled {
    /// Reads a source to its end.
    ///
    /// # Errors
    ///
    /// There is no scratch space, or its refusal, or the source's.
    pub(super) async fn of<S: Source>(source: &S, control: &Control) -> Result<Self> {
        let reading = Self::read(source, control);
        let read = control.cancel.run_until_cancelled(reading).await;
        read.unwrap_or_else(|| Err(Error::cancelled()))
    }

    async fn read<S: Source>(source: &S, control: &Control) -> Result<Self> {
        let identity = source.identity().clone();
        let Some(scratch) = &control.scratch else {
            return Err(Error::new(
                ErrorKind::Settings,
                format!(
                    "the schema refers to the table itself, so `{}` must be read twice: it is a \
                     stream, and there is no scratch space to keep it in",
                    identity.uri
                ),
            ));
        };
        let unreadable = |fault| Error::store("read", Role::Source, identity.uri.as_str(), fault);
        let bytes_expected = identity.bytes.unwrap_or(0);
        let created = scratch.create("source", bytes_expected).await;
        let mut file = created.map_err(|fault| refused("write to", scratch.place(), fault))?;
        let mut chunks = source.read_from(0).await.map_err(unreadable)?;
        let mut bytes = 0;
        while let Some(chunk) = chunks.next().await.map_err(unreadable)? {
            bytes += to_u64(chunk.len());
            let written = file.append(chunk).await;
            written.map_err(|fault| refused("write to", scratch.place(), fault))?;
        }
        let stored_bytes = source.stored_bytes();
        Ok(Self {
            file: Arc::from(file),
            identity: SourceIdentity {
                bytes: Some(bytes),
                ..identity
            },
            format: source.format(),
            bytes,
            stored_bytes,
        })
    }
}

impl Source for Spooled {
    type Chunks = SpooledChunks;

    fn identity(&self) -> &SourceIdentity {
        &self.identity
    }

    fn format(&self) -> SourceFormat {
        self.format
    }

    fn stored_bytes(&self) -> Option<u64> {
        self.stored_bytes
    }

    async fn read_from(&self, offset: u64) -> Result<SpooledChunks, StoreFault> {
        Ok(SpooledChunks {
            file: Arc::clone(&self.file),
            at: offset,
            end: self.bytes,
        })
    }
}

/// The bytes of a [`Spooled`] source.
#[derive(Debug)]
pub(super) struct SpooledChunks {
    file: Arc<dyn ScratchFile>,
    at: u64,
    end: u64,
}

impl Chunks for SpooledChunks {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreFault> {
        if self.at >= self.end {
            return Ok(None);
        }
        let end = self.end.min(self.at + BLOCK_BYTES);
        let range = self.at..end;
        let read = self.file.read(vec![range]).await?;
        self.at = end;
        Ok(read.into_iter().next())
    }
}
