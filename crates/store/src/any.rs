//! One type over all adapters, so that a front end needs one `run` for every pair of places.

use bytes::Bytes;
use rowgate_core::checksum::Crc64;
use rowgate_core::store::{
    Chunks, FaultKind, Found, ObjectStore, OpenUpload, Part, PartRules, Seal, Source,
    SourceIdentity, StoreFault, Stored, UploadLister, WriteOptions,
};

use crate::local::{LocalPartTag, LocalSource, LocalStore, LocalUpload};
use crate::s3::{S3Chunks, S3PartTag, S3Source, S3Store, S3Upload};
use crate::stream::{BodySource, Feed, StdoutPartTag, StdoutStore, StdoutUpload, StreamSource};

/// Any source.
#[derive(Debug)]
pub enum AnySource {
    /// An object of S3.
    S3(S3Source),
    /// A file, or a pipe with a path.
    Local(LocalSource),
    /// Standard input.
    Stream(StreamSource),
    /// An HTTP body.
    Body(BodySource),
}

/// Any source's bytes.
#[derive(Debug)]
pub enum AnyChunks {
    /// From S3.
    S3(Box<S3Chunks>),
    /// From a file, a stream or a body.
    Feed(Feed),
}

impl Source for AnySource {
    type Chunks = AnyChunks;

    fn identity(&self) -> &SourceIdentity {
        match self {
            Self::S3(source) => source.identity(),
            Self::Local(source) => source.identity(),
            Self::Stream(source) => source.identity(),
            Self::Body(source) => source.identity(),
        }
    }

    async fn read_from(&self, offset: u64) -> Result<AnyChunks, StoreFault> {
        Ok(match self {
            // Boxed, like every future of the SDK below: they are large.
            Self::S3(source) => AnyChunks::S3(Box::new(Box::pin(source.read_from(offset)).await?)),
            Self::Local(source) => AnyChunks::Feed(source.read_from(offset).await?),
            Self::Stream(source) => AnyChunks::Feed(source.read_from(offset).await?),
            Self::Body(source) => AnyChunks::Feed(source.read_from(offset).await?),
        })
    }
}

impl Chunks for AnyChunks {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreFault> {
        match self {
            Self::S3(chunks) => Box::pin(chunks.next()).await,
            Self::Feed(feed) => feed.next().await,
        }
    }
}

/// Any store.
#[derive(Clone, Debug)]
pub enum AnyStore {
    /// A bucket of S3.
    S3(S3Store),
    /// The local file system.
    Local(LocalStore),
    /// Standard output.
    Stdout(StdoutStore),
}

/// Any store's upload.
#[derive(Debug)]
pub enum AnyUpload {
    /// Of S3.
    S3(S3Upload),
    /// Of the local file system.
    Local(LocalUpload),
    /// Of standard output.
    Stdout(StdoutUpload),
}

/// Any store's receipt for a part.
#[derive(Clone, Debug)]
pub enum AnyPartTag {
    /// Of S3.
    S3(S3PartTag),
    /// Of the local file system.
    Local(LocalPartTag),
    /// Of standard output.
    Stdout(StdoutPartTag),
}

/// The fault of an upload or a receipt that was given to a store which did not make it.
fn foreign() -> StoreFault {
    let message = "an upload or a part was given to another kind of store than made it";
    StoreFault::new(FaultKind::Protocol, message)
}

impl AnyPartTag {
    fn s3(self) -> Result<S3PartTag, StoreFault> {
        match self {
            Self::S3(tag) => Ok(tag),
            Self::Local(_) | Self::Stdout(_) => Err(foreign()),
        }
    }

    fn local(self) -> Result<LocalPartTag, StoreFault> {
        match self {
            Self::Local(tag) => Ok(tag),
            Self::S3(_) | Self::Stdout(_) => Err(foreign()),
        }
    }

    fn stdout(self) -> Result<StdoutPartTag, StoreFault> {
        match self {
            Self::Stdout(tag) => Ok(tag),
            Self::S3(_) | Self::Local(_) => Err(foreign()),
        }
    }
}

/// Turns every receipt into its store's own.
fn own<T>(
    parts: Vec<AnyPartTag>,
    own: fn(AnyPartTag) -> Result<T, StoreFault>,
) -> Result<Vec<T>, StoreFault> {
    parts.into_iter().map(own).collect()
}

impl ObjectStore for AnyStore {
    type Upload = AnyUpload;
    type PartTag = AnyPartTag;

    fn rules(&self) -> PartRules {
        match self {
            Self::S3(store) => store.rules(),
            Self::Local(store) => store.rules(),
            Self::Stdout(store) => store.rules(),
        }
    }

    async fn look(&self, key: &str) -> Result<Option<Found>, StoreFault> {
        match self {
            Self::S3(store) => Box::pin(store.look(key)).await,
            Self::Local(store) => store.look(key).await,
            Self::Stdout(store) => store.look(key).await,
        }
    }

    async fn put(
        &self,
        key: &str,
        body: Bytes,
        crc64: Crc64,
        options: &WriteOptions,
    ) -> Result<Stored, StoreFault> {
        match self {
            Self::S3(store) => Box::pin(store.put(key, body, crc64, options)).await,
            Self::Local(store) => store.put(key, body, crc64, options).await,
            Self::Stdout(store) => store.put(key, body, crc64, options).await,
        }
    }

    async fn create(&self, key: &str, options: &WriteOptions) -> Result<AnyUpload, StoreFault> {
        Ok(match self {
            Self::S3(store) => AnyUpload::S3(Box::pin(store.create(key, options)).await?),
            Self::Local(store) => AnyUpload::Local(store.create(key, options).await?),
            Self::Stdout(store) => AnyUpload::Stdout(store.create(key, options).await?),
        })
    }

    async fn put_part(&self, upload: &AnyUpload, part: Part) -> Result<AnyPartTag, StoreFault> {
        Ok(match (self, upload) {
            (Self::S3(store), AnyUpload::S3(upload)) => {
                AnyPartTag::S3(Box::pin(store.put_part(upload, part)).await?)
            }
            (Self::Local(store), AnyUpload::Local(upload)) => {
                AnyPartTag::Local(store.put_part(upload, part).await?)
            }
            (Self::Stdout(store), AnyUpload::Stdout(upload)) => {
                AnyPartTag::Stdout(store.put_part(upload, part).await?)
            }
            (Self::S3(_) | Self::Local(_) | Self::Stdout(_), _) => return Err(foreign()),
        })
    }

    async fn complete(
        &self,
        upload: &AnyUpload,
        parts: Vec<AnyPartTag>,
        seal: Seal,
    ) -> Result<Stored, StoreFault> {
        match (self, upload) {
            (Self::S3(store), AnyUpload::S3(upload)) => {
                Box::pin(store.complete(upload, own(parts, AnyPartTag::s3)?, seal)).await
            }
            (Self::Local(store), AnyUpload::Local(upload)) => {
                store
                    .complete(upload, own(parts, AnyPartTag::local)?, seal)
                    .await
            }
            (Self::Stdout(store), AnyUpload::Stdout(upload)) => {
                store
                    .complete(upload, own(parts, AnyPartTag::stdout)?, seal)
                    .await
            }
            (Self::S3(_) | Self::Local(_) | Self::Stdout(_), _) => Err(foreign()),
        }
    }

    async fn abort(&self, upload: &AnyUpload) -> Result<(), StoreFault> {
        match (self, upload) {
            (Self::S3(store), AnyUpload::S3(upload)) => Box::pin(store.abort(upload)).await,
            (Self::Local(store), AnyUpload::Local(upload)) => store.abort(upload).await,
            (Self::Stdout(store), AnyUpload::Stdout(upload)) => store.abort(upload).await,
            (Self::S3(_) | Self::Local(_) | Self::Stdout(_), _) => Err(foreign()),
        }
    }
}

/// Standard output never has unfinished uploads.
impl UploadLister for AnyStore {
    async fn open_uploads(&self, prefix: &str) -> Result<Vec<OpenUpload>, StoreFault> {
        match self {
            Self::S3(store) => Box::pin(store.open_uploads(prefix)).await,
            Self::Local(store) => store.open_uploads(prefix).await,
            Self::Stdout(_) => Ok(Vec::new()),
        }
    }

    async fn abort_open(&self, upload: &OpenUpload) -> Result<(), StoreFault> {
        match self {
            Self::S3(store) => Box::pin(store.abort_open(upload)).await,
            Self::Local(store) => store.abort_open(upload).await,
            Self::Stdout(_) => Ok(()),
        }
    }
}
