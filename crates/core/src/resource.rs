//! Tables that a schema's foreign keys refer to.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;

use crate::dialect::DialectOptions;
use crate::schema::Schema;
use crate::store::{Chunks, Source, SourceFormat, SourceIdentity, StoreFault};

/// A table that foreign keys refer to, by its name.
#[derive(Clone, Debug)]
pub struct Resource {
    /// What the schema calls it.
    pub name: String,
    /// Where its records are.
    pub source: SharedSource,
    /// What its records are; `None`: its columns are read as the fields that refer to them.
    pub schema: Option<Schema>,
    /// How it is written.
    pub dialect: DialectOptions,
}

/// A source of any kind, shared.
#[derive(Clone)]
pub struct SharedSource(Arc<dyn Erased>);

impl SharedSource {
    /// Shares a source.
    #[must_use]
    pub fn new<S: Source + 'static>(source: S) -> Self {
        Self(Arc::new(source))
    }
}

impl fmt::Debug for SharedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SharedSource")
            .field(self.0.erased_identity())
            .finish()
    }
}

impl Source for SharedSource {
    type Chunks = SharedChunks;

    fn identity(&self) -> &SourceIdentity {
        self.0.erased_identity()
    }

    fn format(&self) -> SourceFormat {
        self.0.erased_format()
    }

    fn stored_bytes(&self) -> Option<u64> {
        self.0.erased_stored_bytes()
    }

    async fn read_from(&self, offset: u64) -> Result<SharedChunks, StoreFault> {
        self.0.erased_read_from(offset).await.map(SharedChunks)
    }
}

/// The bytes of a [`SharedSource`].
pub struct SharedChunks(Box<dyn ErasedChunks>);

impl fmt::Debug for SharedChunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedChunks").finish_non_exhaustive()
    }
}

impl Chunks for SharedChunks {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreFault> {
        self.0.erased_next().await
    }
}

type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreFault>> + Send + 'a>>;

/// [`Source`] as a trait object.
trait Erased: Send + Sync {
    fn erased_identity(&self) -> &SourceIdentity;
    fn erased_format(&self) -> SourceFormat;
    fn erased_stored_bytes(&self) -> Option<u64>;
    fn erased_read_from(&self, offset: u64) -> Pending<'_, Box<dyn ErasedChunks>>;
}

/// [`Chunks`] as a trait object.
trait ErasedChunks: Send {
    fn erased_next(&mut self) -> Pending<'_, Option<Bytes>>;
}

impl<S: Source + 'static> Erased for S {
    fn erased_identity(&self) -> &SourceIdentity {
        self.identity()
    }

    fn erased_format(&self) -> SourceFormat {
        self.format()
    }

    fn erased_stored_bytes(&self) -> Option<u64> {
        self.stored_bytes()
    }

    fn erased_read_from(&self, offset: u64) -> Pending<'_, Box<dyn ErasedChunks>> {
        Box::pin(async move {
            let chunks: Box<dyn ErasedChunks> = Box::new(self.read_from(offset).await?);
            Ok(chunks)
        })
    }
}

impl<C: Chunks> ErasedChunks for C {
    fn erased_next(&mut self) -> Pending<'_, Option<Bytes>> {
        Box::pin(self.next())
    }
}
