//! Real parts for rowgate's tests, where a mock would only repeat its author's assumptions.
//!
//! * [`mem_s3`]: an S3 in memory, strict, behind real HTTP and signatures; one can look inside.
//! * [`faults`]: what goes wrong between a client and that S3, by rule.
//! * [`seaweed`]: the second opinion, an S3 that others wrote.
//! * [`runtime_api`]: the Lambda Runtime API, to drive a real `bootstrap` binary.
//! * [`generate`]: CSV of any size, deterministic, with a manifest of what is wrong in it.
//! * [`contract`]: what every adapter of the core's store traits must keep.
//!
//! Nothing here is for production, and nothing outside tests may depend on it.

pub mod contract;
pub mod faults;
pub mod generate;
mod loopback;
pub mod mem_s3;
pub mod runtime_api;
pub mod seaweed;
