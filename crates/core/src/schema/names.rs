//! The names of a schema's fields, as other properties refer to them.

use super::fault::{Faults, Path};
use super::json::Json;
use super::{Field, FieldKind};

/// A field as far as it could be read: one that is at fault still has its place, and perhaps its name.
pub(super) struct Column<'j> {
    pub(super) name: Option<&'j str>,
    pub(super) field: Option<Field>,
}

/// The fields that a descriptor has, by name.
pub(super) struct Names<'c> {
    /// Sorted by name; of two with one name, which is a fault, the first.
    by_name: Vec<(&'c str, usize)>,
    columns: &'c [Column<'c>],
    /// Whether every field has a name. If not, an unknown name proves nothing.
    are_complete: bool,
}

/// Whether one name may stand for a list of one, as in version 1 of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Single {
    Allowed,
    Refused,
}

impl<'c> Names<'c> {
    /// Takes the fields of a descriptor; `None` if there was no list of them.
    pub(super) fn new(columns: Option<&'c [Column<'c>]>) -> Self {
        let are_complete =
            columns.is_some_and(|columns| columns.iter().all(|column| column.name.is_some()));
        let columns = columns.unwrap_or_default();
        let named = columns.iter().enumerate();
        let mut by_name: Vec<_> = named
            .filter_map(|(idx, column)| Some((column.name?, idx)))
            .collect();
        by_name.sort_unstable();
        by_name.dedup_by_key(|(name, _)| *name);
        Self {
            by_name,
            columns,
            are_complete,
        }
    }

    /// Returns the names, sorted.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'c str> + Clone {
        self.by_name.iter().map(|(name, _)| *name)
    }

    /// Returns the index of a field.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        let found = self.by_name.binary_search_by_key(&name, |(name, _)| name);
        let (_, idx) = self.by_name.get(found.ok()?)?;
        Some(*idx)
    }

    /// Returns the type of a field, if it could be read.
    pub(super) fn kind(&self, idx: usize) -> Option<FieldKind> {
        let field = self.columns.get(idx)?.field.as_ref()?;
        Some(field.kind())
    }

    /// Finds a field that the descriptor names.
    pub(super) fn refer(&self, name: &str, path: &Path<'_>, faults: &mut Faults) -> Option<usize> {
        let found = self.find(name);
        if found.is_none() && self.are_complete {
            faults.push_unknown(path, format!("unknown field `{name}`"), name, self.iter());
        }
        found
    }

    /// Reads the name of a field.
    pub(super) fn read(
        &self,
        json: &Json<'_>,
        path: &Path<'_>,
        faults: &mut Faults,
    ) -> Option<usize> {
        let Some(name) = json.as_text() else {
            faults.push_type(path, "the name of a field", json);
            return None;
        };
        self.refer(name, path, faults)
    }

    /// Reads the names of fields, at least one, each once.
    pub(super) fn read_list(
        &self,
        json: &Json<'_>,
        single: Single,
        path: &Path<'_>,
        faults: &mut Faults,
    ) -> Option<Vec<usize>> {
        let names = names(json, single, path, faults)?;
        let is_single = json.as_text().is_some();
        let mut fields = Vec::with_capacity(names.len());
        for (idx, name) in names.iter().enumerate() {
            let item_path = path.index(idx);
            let at = if is_single { path } else { &item_path };
            fields.extend(self.refer(name, at, faults));
        }
        (fields.len() == names.len()).then_some(fields)
    }
}

/// Reads names of fields of whatever table, at least one, each once.
pub(super) fn names<'j>(
    json: &'j Json<'_>,
    single: Single,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<Vec<&'j str>> {
    if single == Single::Allowed
        && let Some(name) = json.as_text()
    {
        return Some(vec![name]);
    }
    let Json::Array(items) = json else {
        faults.push_type(path, "an array of the names of fields", json);
        return None;
    };
    if items.is_empty() {
        faults.push(path, "must name at least one field", "leave it out");
        return None;
    }
    let n_before = faults.count();
    let mut names = Vec::with_capacity(items.len());
    let mut seen = std::collections::HashSet::new();
    for (idx, item) in items.iter().enumerate() {
        let path = path.index(idx);
        match item.as_text() {
            Some(name) if seen.insert(name) => names.push(name),
            Some(name) => faults.push(&path, format!("field `{name}` stands twice"), ""),
            None => faults.push_type(&path, "the name of a field", item),
        }
    }
    (faults.count() == n_before).then_some(names)
}
