//! The integration tests of the core, in one binary.
//!
//! The modules are `cfg(test)`, so that clippy knows their helpers for test code.

#[cfg(test)]
mod advice;
#[cfg(test)]
mod csv_spectrum;
#[cfg(test)]
mod descriptors;
#[cfg(test)]
mod dialects;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod header;
#[cfg(test)]
mod infer;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod quarantine;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod run;
#[cfg(test)]
mod scan;
#[cfg(test)]
mod session;
#[cfg(test)]
mod table_schema_values;
