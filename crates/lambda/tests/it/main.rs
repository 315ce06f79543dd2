//! The function against real parts: its handler in this process, and the built `bootstrap`.

// Under `cfg(test)`, so that the lints know that helpers are tests as well.
#[cfg(test)]
mod block;
#[cfg(test)]
mod bootstrap;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod warm;
