//! Local files, which appear whole or not at all.
//!
//! A [`LocalSource`] is a file pinned by device, inode, size and modification time. A
//! [`LocalStore`] writes a temporary file beside the destination and renames it when all of it is
//! on the disk. What a crash leaves behind is listed by [`LocalStore`]'s
//! [`UploadLister`](rowgate_core::store::UploadLister).

pub(crate) mod fault;
mod leftovers;
mod pin;
mod publish;
mod scratch;
mod source;
mod store;
mod target;
mod temp;

pub use self::scratch::LocalScratch;
pub use self::source::LocalSource;
pub use self::store::{LocalStore, LocalUpload};
pub use crate::tally::Tally as LocalPartTag;
