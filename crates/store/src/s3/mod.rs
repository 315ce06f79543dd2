//! S3, and whatever speaks its protocol.
//!
//! One [`S3Client`] serves a process: it holds the connections, the credentials and the retry
//! policy. An [`S3Source`] is one object, pinned by its `ETag`; an [`S3Store`] is one bucket with
//! the settings of what is written to it.

mod client;
mod etag;
mod fault;
mod settings;
mod source;
mod store;
mod uploads;

pub use self::client::S3Client;
pub use self::settings::{
    Checksums, Encryption, PathStyle, S3Credentials, S3Settings, S3WriteSettings,
};
pub use self::source::{S3Chunks, S3Source};
pub use self::store::{S3PartTag, S3Store, S3Upload};
