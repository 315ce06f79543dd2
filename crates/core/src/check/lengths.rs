//! Bounds on how long a value is.

use super::broken;
use crate::reason::Reason;

/// How long a value may be: in characters (code points), members or items.
#[derive(Clone, Debug)]
pub(crate) struct Lengths {
    pub(crate) min: Option<Length>,
    pub(crate) max: Option<Length>,
}

/// A bound on a length.
#[derive(Clone, Debug)]
pub(crate) struct Length {
    pub(crate) n_units: usize,
    pub(crate) expected: Box<str>,
}

impl Lengths {
    /// Any length will do.
    pub(crate) const NONE: Self = Self {
        min: None,
        max: None,
    };

    /// Tests a value of which `has` tells whether it has at least so many units.
    pub(super) fn check(&self, has: impl Fn(usize) -> bool, reasons: &mut Vec<Reason>) {
        if let Some(min) = &self.min
            && !has(min.n_units)
        {
            reasons.push(broken(&min.expected));
        }
        if let Some(max) = &self.max
            && max.n_units.checked_add(1).is_some_and(has)
        {
            reasons.push(broken(&max.expected));
        }
    }

    pub(super) fn expected(&self) -> impl Iterator<Item = &str> {
        let lengths = self.min.iter().chain(&self.max);
        lengths.map(|length| &*length.expected)
    }
}
