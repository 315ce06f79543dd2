//! Logical values: what the text of a cell means, exactly, without a copy and without binary
//! floats.
//!
//! A value borrows the digits of the cell that it was read from; a literal of a schema is the same
//! type and owns them.

pub mod decimal;
pub mod temporal;

use std::cmp::Ordering;

/// How the logical values of one type relate to one another.
///
/// The two orders agree wherever [`compare`](Self::compare) gives an answer, and two values write
/// the same key if and only if [`total_cmp`](Self::total_cmp) calls them equal.
pub trait Logical {
    /// Compares two values as a bound does: `None` where neither is below, above or equal to the
    /// other.
    fn compare(&self, other: &Self) -> Option<Ordering>;

    /// Orders all values of the type, so that lists of them can be searched.
    fn total_cmp(&self, other: &Self) -> Ordering;

    /// Appends the canonical form of the value.
    fn write_key(&self, out: &mut Vec<u8>);
}

impl Logical for bool {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }

    fn total_cmp(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
}
