//! Scratch space in a folder.

use std::fs::{File, OpenOptions, remove_file};
use std::io::{self, Write as _};
use std::ops::Range;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use rowgate_core::scratch::{Pending, Scratch, ScratchFile};
use rowgate_core::store::{FaultKind, StoreFault};
use rustix::fs::{StatVfs, StatVfsMountFlags, statvfs};
use uuid::Uuid;

use super::fault::{blocking, fault, kind};

/// What a message says at its end.
const REMEDY: &str = "name another folder with --temp-dir or `scratch.dir`";

/// Files in a folder that only this process can see: each loses its name as soon as it is open, so
/// that nothing is left however a run ends.
#[derive(Clone, Debug)]
pub struct LocalScratch {
    folder: PathBuf,
}

impl LocalScratch {
    /// Takes a folder, which is looked at when it is first needed.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }
}

impl Scratch for LocalScratch {
    fn place(&self) -> String {
        self.folder.display().to_string()
    }

    fn create<'a>(&'a self, name: &'a str, bytes: u64) -> Pending<'a, Box<dyn ScratchFile>> {
        let folder = self.folder.clone();
        let name = format!(".rowgate-{name}-{}.scratch", Uuid::now_v7());
        Box::pin(async move {
            let made = blocking(move || {
                check_room(&folder, bytes)?;
                let file = create(&folder, &name)?;
                Ok(LocalFile {
                    folder,
                    file: Arc::new(file),
                })
            });
            let file: Box<dyn ScratchFile> = Box::new(made.await?);
            Ok(file)
        })
    }
}

/// Makes a file that has no name any more.
fn create(folder: &Path, name: &str) -> Result<File, StoreFault> {
    let path = folder.join(name);
    let opened = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path);
    let file = opened.map_err(|err| {
        if err.kind() == io::ErrorKind::ReadOnlyFilesystem {
            read_only(folder)
        } else {
            fault("make a temporary file in", folder, err)
        }
    })?;
    remove_file(&path)
        .map_err(|err| fault("remove the name of a temporary file in", folder, err))?;
    Ok(file)
}

/// Checks that a folder can be written to, and has room for so many bytes.
fn check_room(folder: &Path, bytes: u64) -> Result<(), StoreFault> {
    let space = statvfs(folder).map_err(|err| fault("look at", folder, err.into()))?;
    if space.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Err(read_only(folder));
    }
    if free_bytes(&space) < bytes {
        return Err(full(folder, bytes));
    }
    Ok(())
}

fn free_bytes(space: &StatVfs) -> u64 {
    space.f_bavail.saturating_mul(space.f_frsize)
}

fn read_only(folder: &Path) -> StoreFault {
    let message = format!(
        "`{}` cannot be written to, for `{}` is mounted read-only: {REMEDY}",
        folder.display(),
        mount_of(folder).display()
    );
    StoreFault::new(FaultKind::Denied, message)
}

fn full(folder: &Path, bytes: u64) -> StoreFault {
    let free = statvfs(folder).map_or(0, |space| free_bytes(&space));
    let message = format!(
        "{bytes} bytes are needed in `{}`, and {free} are free on `{}`: make room, or {REMEDY}",
        folder.display(),
        mount_of(folder).display()
    );
    StoreFault::new(FaultKind::Full, message)
}

/// Returns where the file system of a folder is mounted: its outermost folder on the same device.
fn mount_of(folder: &Path) -> PathBuf {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let device = |path: &Path| path.metadata().map(|metadata| metadata.dev()).ok();
    let own = device(&folder);
    let outermost = folder.ancestors().take_while(|path| device(path) == own);
    outermost.last().unwrap_or(&folder).to_owned()
}

/// A file without a name.
#[derive(Debug)]
struct LocalFile {
    folder: PathBuf,
    file: Arc<File>,
}

impl ScratchFile for LocalFile {
    fn append(&mut self, bytes: Bytes) -> Pending<'_, ()> {
        let file = Arc::clone(&self.file);
        let folder = self.folder.clone();
        Box::pin(blocking(move || {
            let written = (&*file).write_all(&bytes);
            written.map_err(|err| {
                if kind(&err) == FaultKind::Full {
                    full(&folder, u64::try_from(bytes.len()).unwrap_or(u64::MAX))
                } else {
                    fault("write to a temporary file in", &folder, err)
                }
            })
        }))
    }

    fn read(&self, ranges: Vec<Range<u64>>) -> Pending<'_, Vec<Bytes>> {
        let file = Arc::clone(&self.file);
        let folder = self.folder.clone();
        Box::pin(blocking(move || {
            let read = ranges.into_iter().map(|range| {
                let n_bytes = usize::try_from(range.end.saturating_sub(range.start));
                let mut bytes = vec![0; n_bytes.unwrap_or(usize::MAX)];
                file.read_exact_at(&mut bytes, range.start)?;
                Ok(Bytes::from(bytes))
            });
            let read = read.collect::<io::Result<Vec<Bytes>>>();
            read.map_err(|err| fault("read a temporary file in", &folder, err))
        }))
    }
}
