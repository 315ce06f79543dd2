//! The service over real HTTP, in process and as the built binary.

// Under `cfg(test)`, so that the lints know that helpers are tests as well.
#[cfg(test)]
mod binary;
#[cfg(test)]
mod block;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod problems;
#[cfg(test)]
mod process;
#[cfg(test)]
mod validate;
