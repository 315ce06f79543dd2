//! Closed sets of values: the `enum` of types that are not ordered.

use super::broken;
use super::words::Words;
use crate::reason::Reason;

/// The `enum` of a field whose values are texts.
#[derive(Clone, Debug)]
pub(crate) struct ClosedText {
    pub(crate) members: Words,
    pub(crate) expected: Box<str>,
    /// Where the members stand in the descriptor; in all of these lists.
    pub(crate) lists: Vec<MemberList>,
}

/// A list of the descriptor that holds the members of a closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MemberList {
    /// The constraint `enum`.
    Enum,
    /// `categories` of values.
    Categories,
    /// `categories` of objects with a `value`.
    CategoryObjects,
}

impl ClosedText {
    pub(super) fn check(&self, cell: &str, reasons: &mut Vec<Reason>) {
        if !self.members.contains(cell) {
            reasons.push(broken(&self.expected));
        }
    }
}

/// The `enum` of a field whose values are told apart by their canonical form.
#[derive(Clone, Debug)]
pub(crate) struct ClosedKeys {
    sorted: Vec<Box<[u8]>>,
    pub(crate) expected: Box<str>,
}

impl ClosedKeys {
    pub(crate) fn new(mut keys: Vec<Box<[u8]>>, expected: Box<str>) -> Self {
        keys.sort_unstable();
        Self {
            sorted: keys,
            expected,
        }
    }

    pub(super) fn check(&self, write_key: impl FnOnce(&mut Vec<u8>), reasons: &mut Vec<Reason>) {
        let mut key = Vec::new();
        write_key(&mut key);
        let found = self.sorted.binary_search_by(|member| (**member).cmp(&*key));
        if found.is_err() {
            reasons.push(broken(&self.expected));
        }
    }
}
