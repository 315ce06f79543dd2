//! A decoded source, from its stored bytes to its text.

// `cfg(test)` on each module, so that the lints see that all of it is tests.
#[cfg(test)]
mod bombs;
#[cfg(test)]
mod encodings;
#[cfg(test)]
mod expectations;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod memory;
