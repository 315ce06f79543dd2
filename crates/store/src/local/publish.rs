//! Makes a finished temporary file visible, in one step and on its condition.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;

use rowgate_core::event::Event;
use rowgate_core::store::{Condition, FaultKind, StoreFault, Stored};
use rustix::fs::{CWD, RenameFlags};
use rustix::io::Errno;

use super::fault::fault;
use super::pin::Pin;
use super::target::Target;
use super::temp::TempFile;

/// Brings the file to the disk, then to its place.
pub(super) fn publish(
    temp: &TempFile,
    target: &Target,
    condition: &Condition,
) -> Result<Stored, StoreFault> {
    match condition {
        Condition::Absent => {
            sync(temp)?;
            move_if_absent(temp.path(), target)?;
        }
        Condition::Unchanged(tag) => replace(temp, target, tag)?,
    }
    temp.keep();
    Ok(settle(temp, target))
}

/// Does what is left to do for a file that is visible: whatever fails now, it was published.
fn settle(temp: &TempFile, target: &Target) -> Stored {
    let doubt = |err: &io::Error, what: &str| {
        tracing::warn!(path = %target.path.display(), error = %err, "{what}");
    };
    // The name is an entry of the folder: it lasts once the folder is on the disk.
    let folder = File::open(&target.folder);
    if let Err(err) = folder.and_then(|folder| folder.sync_all()) {
        doubt(&err, "published file may not outlast a loss of power");
    }
    // By its handle: whatever else may stand at its place by now, this is what was published.
    let etag = match temp.file.metadata() {
        Ok(metadata) => Some(Pin::of(&metadata).to_string()),
        Err(err) => {
            doubt(&err, "published file could not be looked at");
            None
        }
    };
    Stored { etag }
}

fn sync(temp: &TempFile) -> Result<(), StoreFault> {
    let synced = temp.file.sync_all();
    synced.map_err(|err| fault("bring to the disk", temp.path(), err))
}

/// Moves the file where nothing may be yet.
fn move_if_absent(from: &Path, target: &Target) -> Result<(), StoreFault> {
    let to = &target.path;
    let moved = match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // The file system cannot; a second name cannot replace anything either.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => link_if_absent(from, to),
        moved => moved.map_err(io::Error::from),
    };
    moved.map_err(|err| {
        if err.kind() == ErrorKind::AlreadyExists {
            let message = format!("`{}` exists", to.display());
            StoreFault::with_source(FaultKind::AlreadyExists, message, err)
        } else {
            fault("move the finished file to", to, err)
        }
    })
}

fn link_if_absent(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::hard_link(from, to)?;
    if let Err(err) = std::fs::remove_file(from) {
        tracing::warn!(
            event = Event::UploadLeftOpen.as_str(),
            path = %from.display(),
            error = %err,
            "published file keeps its temporary name as well"
        );
    }
    Ok(())
}

/// Moves the file over the version that has this tag, and keeps that version's permissions.
///
/// That version is locked from the look at it until the move: of two runs that would replace it,
/// the second finds it changed. Who writes without such a lock can still slip in between.
fn replace(temp: &TempFile, target: &Target, tag: &str) -> Result<(), StoreFault> {
    let to = &target.path;
    let changed = || {
        let message = format!("`{}` was changed or replaced meanwhile", to.display());
        StoreFault::new(FaultKind::Changed, message)
    };
    let old = match File::open(to) {
        Ok(old) => old,
        Err(err) if err.kind() == ErrorKind::NotFound => return Err(changed()),
        Err(err) => return Err(fault("open", to, err)),
    };
    match old.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(changed()),
        Err(TryLockError::Error(err)) => {
            // Some network file systems have no locks: the look itself must do.
            tracing::debug!(path = %to.display(), error = %err, "file not locked");
        }
    }
    let look = || match to.symlink_metadata() {
        Ok(metadata) => Ok(metadata),
        Err(err) if err.kind() == ErrorKind::NotFound => Err(changed()),
        Err(err) => Err(fault("look at", to, err)),
    };
    let permissions = look()?.permissions();
    let kept = temp.file.set_permissions(permissions);
    kept.map_err(|err| fault("set the permissions of", temp.path(), err))?;
    sync(temp)?;
    if Pin::of(&look()?).to_string() != tag {
        return Err(changed());
    }
    std::fs::rename(temp.path(), to).map_err(|err| fault("replace", to, err))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_moved_is_published_whatever_follows() {
        let dir = tempfile::tempdir().unwrap();
        let key = dir.path().join("out.csv");
        let target = Target::resolve(key.to_str().unwrap()).unwrap();
        let temp = TempFile::create(&target, "run").unwrap();
        move_if_absent(temp.path(), &target).unwrap();
        temp.keep();
        let etag = Pin::of(&key.metadata().unwrap()).to_string();
        std::fs::remove_dir_all(dir.path()).unwrap();
        assert_eq!(settle(&temp, &target).etag, Some(etag));
    }
}
