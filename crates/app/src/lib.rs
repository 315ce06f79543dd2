//! What rowgate's front ends share: settings, telemetry, places, and one call for each job.
//!
//! A front end translates its arguments into the requests of [`jobs`] and the outcome back by the
//! table of [`outcome`]. It holds no policy of its own.

pub mod decoding;
mod descriptors;
mod digest;
pub mod jobs;
pub mod outcome;
mod outputs;
pub mod place;
mod proposals;
pub mod resources;
pub mod schemas;
pub mod settings;
pub mod telemetry;
pub mod uploads;
pub mod views;
