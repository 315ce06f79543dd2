//! Constraints on logical values, compiled: bounds and closed sets.

use std::cmp::Ordering;

use super::broken;
use crate::reason::Reason;
use crate::value::Logical;

/// Which end of a range a bound closes, and whether the bound itself is inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Minimum,
    ExclusiveMinimum,
    Maximum,
    ExclusiveMaximum,
}

impl Side {
    /// Whether a value may stand so in relation to the bound.
    pub(super) fn admits(self, value_to_bound: Ordering) -> bool {
        match self {
            Self::Minimum => value_to_bound.is_ge(),
            Self::ExclusiveMinimum => value_to_bound.is_gt(),
            Self::Maximum => value_to_bound.is_le(),
            Self::ExclusiveMaximum => value_to_bound.is_lt(),
        }
    }

    pub(crate) fn is_lower(self) -> bool {
        match self {
            Self::Minimum | Self::ExclusiveMinimum => true,
            Self::Maximum | Self::ExclusiveMaximum => false,
        }
    }

    /// Completes "expected a value …".
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Minimum => "at least",
            Self::ExclusiveMinimum => "greater than",
            Self::Maximum => "at most",
            Self::ExclusiveMaximum => "less than",
        }
    }
}

/// One bound of a field.
#[derive(Clone, Debug)]
pub(crate) struct Bound<T> {
    pub(crate) side: Side,
    pub(crate) literal: T,
    pub(crate) expected: Box<str>,
}

impl<T: Logical> Bound<T> {
    /// Whether a value meets the bound. One that does not compare (NaN, a time with and a bound
    /// without a zone) does not.
    pub(crate) fn admits(&self, value: &T) -> bool {
        let order = value.compare(&self.literal);
        order.is_some_and(|order| self.side.admits(order))
    }

    /// Whether some value could meet both this lower and that upper bound. None lies between two that
    /// do not compare.
    pub(crate) fn leaves_room_below(&self, upper: &Self) -> bool {
        match self.literal.compare(&upper.literal) {
            Some(Ordering::Less) => true,
            Some(Ordering::Equal) => self.side == Side::Minimum && upper.side == Side::Maximum,
            Some(Ordering::Greater) | None => false,
        }
    }
}

/// The closed set of an `enum`.
#[derive(Clone, Debug)]
pub(crate) struct Members<T> {
    sorted: Vec<T>,
    pub(crate) expected: Box<str>,
}

impl<T: Logical> Members<T> {
    pub(crate) fn new(mut literals: Vec<T>, expected: Box<str>) -> Self {
        literals.sort_by(T::total_cmp);
        Self {
            sorted: literals,
            expected,
        }
    }

    fn contains(&self, value: &T) -> bool {
        self.sorted
            .binary_search_by(|member| member.total_cmp(value))
            .is_ok()
    }
}

/// What a field asks of its values, once they are of the right type.
#[derive(Clone, Debug)]
pub(crate) struct Rules<T> {
    pub(crate) bounds: Vec<Bound<T>>,
    pub(crate) members: Option<Members<T>>,
}

impl<T> Rules<T> {
    /// Asks nothing.
    pub(crate) fn none() -> Self {
        Self {
            bounds: Vec::new(),
            members: None,
        }
    }
}

impl<T: Logical> Rules<T> {
    pub(crate) fn check(&self, value: &T, reasons: &mut Vec<Reason>) {
        for bound in &self.bounds {
            if !bound.admits(value) {
                reasons.push(broken(&bound.expected));
            }
        }
        if let Some(members) = &self.members
            && !members.contains(value)
        {
            reasons.push(broken(&members.expected));
        }
    }

    /// What is expected of a value, a phrase for each rule.
    pub(crate) fn expected(&self) -> impl Iterator<Item = &str> {
        let bounds = self.bounds.iter().map(|bound| &*bound.expected);
        bounds.chain(self.members.iter().map(|members| &*members.expected))
    }
}
