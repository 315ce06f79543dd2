//! The integration tests of the core, in one binary.

mod corpora;
mod memory;
mod run;
mod scan;
mod session;
