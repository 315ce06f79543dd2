//! rowgate's core: the gate between CSV that somebody else made and the store that one's own
//! systems trust.
//!
//! It is pure. It reaches the world through the traits of [`store`] and through values that are
//! passed in (time, identities, cancellation): no file, socket, environment, clock or global.
//!
//! Read it in the order in which bytes pass through it:
//!
//! 1. [`schema`] and [`dialect`] say what is expected; [`header`] binds them to a source as a
//!    [`plan`].
//! 2. [`scan`] finds records and fields, [`batch`] owns a run of them.
//! 3. [`gate`] judges a batch by the [`check`]s of the plan, [`keys`] settles uniqueness in order,
//!    and the [`ledger`] counts.
//! 4. [`landing`] cuts what was accepted into [`part`]s and lands them through an [`upload`]
//!    session; [`quarantine`] writes what was turned away.
//! 5. [`infer`] proposes a schema for a source that has none.
//! 6. [`run`] drives all of it and is the only async driver; [`report`] is what it makes public, with
//!    [`advice`] on what would mend it.

pub mod advice;
pub mod batch;
pub mod check;
pub mod checksum;
pub mod control;
pub mod detect;
pub mod dialect;
pub mod error;
pub mod event;
pub mod expectation;
pub mod gate;
mod guard;
mod habit;
pub mod header;
pub mod infer;
pub mod keys;
pub mod landing;
pub mod ledger;
mod legacy;
pub mod part;
pub mod plan;
pub mod position;
pub mod positions;
pub mod quarantine;
pub mod reason;
pub mod report;
pub mod resource;
pub mod rule;
pub mod run;
pub mod scan;
pub mod schema;
pub mod scratch;
pub mod store;
pub mod summary;
pub mod text;
pub mod tolerance;
pub mod upload;
pub mod value;

pub use error::{Error, ErrorKind, Result, Whose};
