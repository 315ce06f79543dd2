//! Unfinished uploads: what interrupted runs left behind, listed and dropped.

use rowgate_core::error::Role;
use rowgate_core::store::{OpenUpload, UploadLister as _};
use rowgate_core::{Error, ErrorKind, Result};
use rowgate_store::any::AnyStore;
use rowgate_store::local::LocalStore;
use rowgate_store::s3::S3Store;

use crate::jobs::App;
use crate::place::PlaceUri;

impl App {
    /// Returns the unfinished uploads under a place, oldest first: of a bucket's keys that begin with
    /// the key, or of files beside the path.
    ///
    /// # Errors
    ///
    /// The store's refusal, or [`ErrorKind::Settings`] for standard streams.
    pub async fn uploads(&self, under: &PlaceUri) -> Result<Vec<OpenUpload>> {
        let (store, prefix) = self.lister(under).await?;
        let listed = store.open_uploads(&prefix).await;
        listed.map_err(|fault| {
            Error::store(
                "list the uploads under",
                Role::Destination,
                under.to_string(),
                fault,
            )
        })
    }

    /// Drops one of the uploads that [`uploads`](Self::uploads) returned for the same place.
    ///
    /// # Errors
    ///
    /// The store's refusal. One that is gone already is none.
    pub async fn abort_upload(&self, under: &PlaceUri, upload: &OpenUpload) -> Result<()> {
        let (store, _) = self.lister(under).await?;
        let aborted = store.abort_open(upload).await;
        aborted.map_err(|fault| {
            Error::store(
                "abort an upload to",
                Role::Destination,
                upload.key.as_str(),
                fault,
            )
        })
    }

    async fn lister(&self, under: &PlaceUri) -> Result<(AnyStore, String)> {
        match under {
            PlaceUri::Stream => Err(Error::new(
                ErrorKind::Settings,
                "standard output has no uploads: name a path or an `s3://bucket/prefix`",
            )),
            PlaceUri::Local(path) => {
                let prefix = path.to_str().ok_or_else(|| {
                    Error::new(ErrorKind::Settings, format!("`{under}` is not UTF-8"))
                })?;
                Ok((AnyStore::Local(LocalStore), prefix.to_owned()))
            }
            PlaceUri::S3 { bucket, key } => {
                let client = self.s3().await?.clone();
                let store = S3Store::new(client, bucket, self.settings().write.to_store());
                Ok((AnyStore::S3(store), key.clone()))
            }
        }
    }
}
