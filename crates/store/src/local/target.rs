//! Where a key leads: the file that will be written or replaced, never something else.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rowgate_core::store::{FaultKind, StoreFault};

use super::fault::fault;

/// How many links are followed, one after the other.
const LINKS_MAX: usize = 40;

/// The file that a key stands for.
///
/// A link as the last component is followed, so that the link stays and what it points to is
/// replaced, as a shell's `>` does; even where that is not there yet.
#[derive(Debug)]
pub(super) struct Target {
    /// The file's path, which is no link.
    pub(super) path: PathBuf,
    /// The folder that holds it.
    pub(super) folder: PathBuf,
    /// What is there, if anything is: always a regular file.
    pub(super) metadata: Option<Metadata>,
}

impl Target {
    /// Finds out where `key` leads.
    ///
    /// # Errors
    ///
    /// [`FaultKind::NotAnObject`] for folders, pipes and devices, [`FaultKind::NoContainer`] for a
    /// folder that is missing.
    pub(super) fn resolve(key: &str) -> Result<Self, StoreFault> {
        let given = Path::new(key);
        // First what it is, following every link: `/dev/stdout` is a link whose text means nothing.
        let metadata = match given.metadata() {
            Ok(metadata) if metadata.is_file() => Some(metadata),
            Ok(metadata) => return Err(no_object(key, &metadata)),
            Err(err) if err.kind() == ErrorKind::NotFound => None,
            Err(err) if err.kind() == ErrorKind::NotADirectory => None, // Named below.
            Err(err) => return Err(fault("look at", given, err)),
        };
        if key.is_empty() || key.ends_with('/') || given.file_name().is_none() {
            let message = format!("`{key}` names a folder, not a file");
            return Err(StoreFault::new(FaultKind::NotAnObject, message));
        }
        let path = follow(given)?;
        let folder = folder_of(&path);
        match folder.metadata() {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(no_folder(&folder, "is not a folder")),
            Err(err) if err.kind() == ErrorKind::NotFound => {
                return Err(no_folder(&folder, "does not exist"));
            }
            Err(err) => return Err(fault("look at", &folder, err)),
        }
        Ok(Self {
            path,
            folder,
            metadata,
        })
    }

    /// Returns the file's name.
    pub(super) fn name(&self) -> &OsStr {
        self.path.file_name().unwrap_or_default()
    }
}

/// Follows links in the last component.
fn follow(given: &Path) -> Result<PathBuf, StoreFault> {
    let mut path = given.to_owned();
    for _ in 0..LINKS_MAX {
        let Ok(link) = path.read_link() else {
            return Ok(path);
        };
        path = folder_of(&path).join(link);
    }
    let message = format!("`{}` is a link that leads in circles", given.display());
    Err(StoreFault::new(FaultKind::Unusable, message))
}

/// Returns the folder of a path, which is `.` for a bare name.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => PathBuf::from("/"),
    }
}

fn no_object(key: &str, metadata: &Metadata) -> StoreFault {
    let message = if metadata.is_dir() {
        format!("`{key}` is a folder: name a file in it")
    } else {
        format!("`{key}` is a pipe or a device, which cannot be replaced: `-` streams")
    };
    StoreFault::new(FaultKind::NotAnObject, message)
}

fn no_folder(folder: &Path, what: &str) -> StoreFault {
    let message = format!("the folder `{}` {what}", folder.display());
    StoreFault::new(FaultKind::NoContainer, message)
}
