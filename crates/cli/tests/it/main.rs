//! The built binary, driven as a process: exit codes, both outputs, what is left behind.

// `cfg(test)` on each module, so that the lints see that all of it is tests.
#[cfg(test)]
mod bench;
#[cfg(test)]
mod block;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod corpora;
#[cfg(test)]
mod descriptors;
#[cfg(test)]
mod help;
#[cfg(test)]
mod infer;
#[cfg(test)]
mod ingest;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod lake;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod quarantine;
#[cfg(test)]
mod redaction;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod resources;
#[cfg(test)]
mod s3;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod signals;
#[cfg(test)]
mod sizes;
#[cfg(test)]
mod stored;
#[cfg(test)]
mod streams;
