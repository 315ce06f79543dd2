//! The testkit's own tests: the parts that other tests rest on.

// Under `cfg(test)`, so that the lints know that helpers are tests as well.
#[cfg(test)]
mod calls;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod multipart;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod runtime_api;
#[cfg(test)]
mod seaweed;
