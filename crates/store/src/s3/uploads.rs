//! Unfinished uploads of a bucket, for those who clean up.

use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{MultipartUpload, Part};
use rowgate_core::store::{FaultKind, OpenUpload, StoreFault, UploadLister};

use super::fault::{Guard, fault};
use super::store::S3Store;

/// Where a page ended: the key and the upload id.
type Marker = (Option<String>, Option<String>);

impl UploadLister for S3Store {
    async fn open_uploads(&self, prefix: &str) -> Result<Vec<OpenUpload>, StoreFault> {
        let mut uploads = Vec::new();
        let mut after: Option<Marker> = None;
        loop {
            let (key_marker, upload_id_marker) = after.clone().unwrap_or_default();
            let page = self
                .client
                .sdk()
                .list_multipart_uploads()
                .bucket(&self.bucket)
                .prefix(prefix)
                .set_key_marker(key_marker)
                .set_upload_id_marker(upload_id_marker)
                .set_expected_bucket_owner(self.owner())
                .send()
                .await
                .map_err(|err| fault("ListMultipartUploads", Guard::Free, err))?;
            for upload in page.uploads.unwrap_or_default() {
                uploads.extend(self.sized(upload).await?);
            }
            let next = (page.next_key_marker, page.next_upload_id_marker);
            // A store that says "more" without saying where would be asked forever.
            if page.is_truncated != Some(true) || after.as_ref() == Some(&next) {
                break;
            }
            after = Some(next);
        }
        uploads.sort_by_key(|upload| upload.started_at_s);
        Ok(uploads)
    }

    async fn abort_open(&self, upload: &OpenUpload) -> Result<(), StoreFault> {
        self.abort_id(&upload.key, &upload.id).await
    }
}

impl S3Store {
    /// Adds up an upload's parts; `None` if it ended meanwhile.
    async fn sized(&self, upload: MultipartUpload) -> Result<Option<OpenUpload>, StoreFault> {
        let started_at_s = upload.initiated().map_or(0, DateTime::secs);
        let (Some(key), Some(id)) = (upload.key, upload.upload_id) else {
            return Ok(None); // Without both there is nothing to abort either.
        };
        let mut pages = self
            .client
            .sdk()
            .list_parts()
            .bucket(&self.bucket)
            .key(&key)
            .upload_id(&id)
            .set_expected_bucket_owner(self.owner())
            .into_paginator()
            .send();
        let mut bytes = 0_u64;
        while let Some(page) = pages.next().await {
            let page = match page.map_err(|err| fault("ListParts", Guard::Free, err)) {
                Ok(page) => page,
                Err(fault) if fault.kind() == FaultKind::NotFound => return Ok(None),
                Err(fault) => return Err(fault),
            };
            let sizes = page.parts().iter().filter_map(Part::size);
            let sizes = sizes.filter_map(|size| u64::try_from(size).ok());
            bytes = bytes.saturating_add(sizes.sum());
        }
        Ok(Some(OpenUpload {
            key,
            id,
            started_at_s,
            bytes,
        }))
    }
}
