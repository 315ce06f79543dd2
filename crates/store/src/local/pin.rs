//! What tells one version of a file from another.

use std::fmt;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;

/// A file's device, inode, size and modification time.
///
/// Whoever writes a file in place within one tick of the file system's clock, and keeps its size,
/// goes unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pin {
    device: u64,
    inode: u64,
    bytes: u64,
    modified_at_s: i64,
    modified_at_ns: i64,
}

impl Pin {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified_at_s: metadata.mtime(),
            modified_at_ns: metadata.mtime_nsec(),
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// The form that is compared and kept as a tag.
impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            device,
            inode,
            bytes,
            modified_at_s,
            modified_at_ns,
        } = self;
        write!(
            f,
            "{device:x}-{inode:x}-{bytes:x}-{modified_at_s}.{modified_at_ns:09}"
        )
    }
}
