//! What an I/O error means to us, and the way to the blocking threads.

use std::io;
use std::path::Path;

use rowgate_core::store::{FaultKind, StoreFault};

/// Returns what it means that `verb` failed on `path`.
pub(crate) fn fault(verb: &str, path: &Path, err: io::Error) -> StoreFault {
    let message = format!("could not {verb} `{}`", path.display());
    StoreFault::with_source(kind(&err), message, err)
}

/// Returns what an I/O error means. What is not listed may pass: an ailing disk, a network mount.
pub(crate) fn kind(err: &io::Error) -> FaultKind {
    const MEANINGS: [(io::ErrorKind, FaultKind); 14] = [
        (io::ErrorKind::NotFound, FaultKind::NotFound),
        (io::ErrorKind::PermissionDenied, FaultKind::Denied),
        (io::ErrorKind::ReadOnlyFilesystem, FaultKind::Denied),
        (io::ErrorKind::AlreadyExists, FaultKind::AlreadyExists),
        (io::ErrorKind::IsADirectory, FaultKind::NotAnObject),
        (io::ErrorKind::NotADirectory, FaultKind::NoContainer),
        (io::ErrorKind::StorageFull, FaultKind::Full),
        (io::ErrorKind::QuotaExceeded, FaultKind::Full),
        (io::ErrorKind::FileTooLarge, FaultKind::Full),
        (io::ErrorKind::BrokenPipe, FaultKind::Closed),
        (io::ErrorKind::InvalidFilename, FaultKind::Unusable),
        (io::ErrorKind::InvalidInput, FaultKind::Unusable),
        (io::ErrorKind::CrossesDevices, FaultKind::Unusable),
        (io::ErrorKind::TooManyLinks, FaultKind::Unusable),
    ];
    MEANINGS
        .iter()
        .find(|(theirs, _)| *theirs == err.kind())
        .map_or(FaultKind::Unavailable, |(_, ours)| *ours)
}

/// Runs file work where it may block. It goes on to its end even if the caller stops waiting.
pub(crate) async fn blocking<T, F>(work: F) -> Result<T, StoreFault>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, StoreFault> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(err) => {
            let message = "a file operation was cut off";
            Err(StoreFault::with_source(
                FaultKind::Unavailable,
                message,
                err,
            ))
        }
    }
}
