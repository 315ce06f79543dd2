//! rowgate's adapters: the store traits of `rowgate_core::store`, kept by the real world.
//!
//! * [`s3`]: S3 and whatever speaks its protocol. The only code that knows the AWS SDK.
//! * [`local`]: files, which appear whole or not at all.
//! * [`stream`]: standard streams, pipes and HTTP bodies, which are read or written once.
//! * [`any`]: one type over all of them, so that a front end needs one `run`.
//!
//! Adapters translate. They repeat a call where that is safe; they do not buffer, sort or abort.

pub mod any;
pub mod local;
pub mod s3;
pub mod stream;

mod tally;
