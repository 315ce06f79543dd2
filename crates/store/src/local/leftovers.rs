//! What crashed runs left behind, for those who clean up.

use std::io::ErrorKind;
use std::path::Path;
use std::time::UNIX_EPOCH;

use rowgate_core::store::{FaultKind, OpenUpload, StoreFault, UploadLister};

use super::fault::{blocking, fault};
use super::store::LocalStore;
use super::target::folder_of;
use super::temp::destination_of;

/// A prefix is a path: a folder, or the beginning of a file's name in one. Folders below are not
/// entered.
impl UploadLister for LocalStore {
    async fn open_uploads(&self, prefix: &str) -> Result<Vec<OpenUpload>, StoreFault> {
        let prefix = prefix.to_owned();
        blocking(move || list(&prefix)).await
    }

    async fn abort_open(&self, upload: &OpenUpload) -> Result<(), StoreFault> {
        let id = upload.id.clone();
        blocking(move || remove(Path::new(&id))).await
    }
}

fn list(prefix: &str) -> Result<Vec<OpenUpload>, StoreFault> {
    let path = Path::new(prefix);
    let (folder, name) = if prefix.is_empty() || prefix.ends_with('/') || path.is_dir() {
        (path.join("."), "")
    } else {
        let name = path.file_name().and_then(|name| name.to_str());
        (folder_of(path), name.unwrap_or_default())
    };
    let entries = match folder.read_dir() {
        Ok(entries) => entries,
        Err(err) if err.kind() == ErrorKind::NotFound => {
            let message = format!("the folder `{}` does not exist", folder.display());
            return Err(StoreFault::with_source(
                FaultKind::NoContainer,
                message,
                err,
            ));
        }
        Err(err) => return Err(fault("list", &folder, err)),
    };
    let mut uploads = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|err| fault("list", &folder, err))?;
        uploads.extend(leftover(&entry.path(), name)?);
    }
    uploads.sort_by(|a, b| (a.started_at_s, &a.id).cmp(&(b.started_at_s, &b.id)));
    Ok(uploads)
}

/// Returns the upload that a file is, if it is one and its destination's name begins so.
fn leftover(path: &Path, name_prefix: &str) -> Result<Option<OpenUpload>, StoreFault> {
    let name = path.file_name().and_then(|name| name.to_str());
    let destination = name.and_then(destination_of);
    let Some(destination) = destination.filter(|name| name.starts_with(name_prefix)) else {
        return Ok(None);
    };
    let metadata = match path.symlink_metadata() {
        Ok(metadata) if metadata.is_file() => metadata,
        Ok(_) => return Ok(None),
        Err(err) if err.kind() == ErrorKind::NotFound => return Ok(None), // It ended meanwhile.
        Err(err) => return Err(fault("look at", path, err)),
    };
    // Not every file system knows when a file was made.
    let began = metadata.created().or_else(|_| metadata.modified()).ok();
    let since = began.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    Ok(Some(OpenUpload {
        key: path.with_file_name(destination).display().to_string(),
        id: path.display().to_string(),
        started_at_s: since.map_or(0, |at| i64::try_from(at.as_secs()).unwrap_or(i64::MAX)),
        bytes: metadata.len(),
    }))
}

/// Removes a temporary file of ours, and nothing else.
fn remove(path: &Path) -> Result<(), StoreFault> {
    let name = path.file_name().and_then(|name| name.to_str());
    if name.and_then(destination_of).is_none() {
        let message = format!("`{}` is not a temporary file of ours", path.display());
        return Err(StoreFault::new(FaultKind::Unusable, message));
    }
    match std::fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(err) if err.kind() == ErrorKind::NotFound => Ok(()),
        Err(err) => Err(fault("remove", path, err)),
    }
}
