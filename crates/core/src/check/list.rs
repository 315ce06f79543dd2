//! The type `list`: items of one type between delimiters.

use super::Cast;
use super::closed::ClosedKeys;
use crate::reason::Reason;
use crate::value::Value;

/// How a list is written, and what is asked of it.
#[derive(Clone, Debug)]
pub(crate) struct ListRules {
    pub(crate) delimiter: Box<str>,
    /// Without constraints: a list's are about the whole of it.
    pub(crate) item: Cast,
    pub(crate) closed: Option<ClosedKeys>,
}

impl ListRules {
    /// Reads a list. Text without a byte is the list without items. Nothing is trimmed.
    pub(crate) fn parse<'c>(&self, cell: &'c str) -> Option<Vec<Value<'c>>> {
        if cell.is_empty() {
            return Some(Vec::new());
        }
        let items = cell.split(&*self.delimiter);
        items.map(|item| self.item.value(item)).collect()
    }

    pub(super) fn check(&self, items: Vec<Value<'_>>, reasons: &mut Vec<Reason>) {
        if let Some(closed) = &self.closed {
            closed.check(|out| Value::List(items).write_key(out), reasons);
        }
    }

    pub(super) fn expected(&self) -> impl Iterator<Item = &str> {
        self.closed.iter().map(|closed| &*closed.expected)
    }
}
