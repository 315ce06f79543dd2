//! What the fuzz targets share: a world in memory, and whole validations in it.

mod marks;
mod world;

pub use marks::Marks;
pub use world::{Outcome, judge};
