//! Panics, caught where something is owed to a store.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use crate::error::{Error, Result};

/// Runs a future to its end; a panic in it is a bug like any other.
///
/// What the panic said is left out: it may quote the data. Whatever the future had borrowed is fit
/// only to be aborted.
pub(crate) async fn guarded<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let caught = AssertUnwindSafe(future).catch_unwind().await;
    caught.unwrap_or_else(|_| Err(Error::bug("a step of the run panicked")))
}
