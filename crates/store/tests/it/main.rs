//! Adapters against real parts: an S3 in memory, SeaweedFS, and the file system.

// `cfg(test)` on each module, so that the lints see that all of it is tests.
#[cfg(test)]
mod local;
#[cfg(test)]
mod local_contract;
#[cfg(test)]
mod paging;
#[cfg(test)]
mod s3;
#[cfg(test)]
mod s3_contract;
#[cfg(test)]
mod s3_source;
#[cfg(test)]
mod steps;
