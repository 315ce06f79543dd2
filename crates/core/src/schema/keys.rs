//! Keys over several fields.

use std::collections::HashSet;
use std::sync::Arc;

use super::fault::{Faults, Path};
use super::json::{Json, Object};
use super::names::{Names, Single, names};
use super::read::{object as object_of, string};
use super::{Field, FieldKind, FieldsMatch, Schema, Uniqueness};
use crate::check::{Cast, Presence};

/// The most keys that a schema's `uniqueKeys` hold.
const UNIQUE_KEYS_MAX: usize = 1_000;

/// Fields of another table, or of the table itself, among whose values a record's must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// The referring fields, by their index in [`Schema::fields`]; never empty.
    ///
    /// [`Schema::fields`]: super::Schema::fields
    pub fields: Vec<usize>,
    /// The table that is referred to.
    pub table: ReferencedTable,
}

/// A table that a foreign key refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferencedTable {
    /// The table itself: these of its own fields, as many as refer.
    Itself(Vec<usize>),
    /// Another resource.
    Resource {
        /// Its name in the data package, or as the caller gives it.
        name: String,
        /// The names of its fields, as many as refer.
        fields: Vec<String>,
    },
}

/// The keys of a schema.
#[derive(Default)]
pub(super) struct Keys {
    pub(super) primary: Vec<usize>,
    pub(super) unique: Vec<Vec<usize>>,
    pub(super) foreign: Vec<ForeignKey>,
}

impl Keys {
    /// Reads what of a schema's keys is without fault.
    pub(super) fn read(
        object: &Object<'_>,
        names: &Names<'_>,
        own_name: Option<&str>,
        faults: &mut Faults,
    ) -> Self {
        let primary = object.get("primaryKey").and_then(|json| {
            let path = Path::ROOT.key("primaryKey");
            names.read_list(json, Single::Allowed, &path, faults)
        });
        let unique = object.get("uniqueKeys").map(|json| {
            let path = Path::ROOT.key("uniqueKeys");
            unique_keys(json, names, &path, faults)
        });
        let foreign = object.get("foreignKeys").map(|json| {
            let path = Path::ROOT.key("foreignKeys");
            foreign_keys(json, names, own_name, &path, faults)
        });
        Self {
            primary: primary.unwrap_or_default(),
            unique: unique.unwrap_or_default(),
            foreign: foreign.unwrap_or_default(),
        }
    }
}

fn unique_keys(
    json: &Json<'_>,
    names: &Names<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Vec<Vec<usize>> {
    let Json::Array(items) = json else {
        faults.push_type(path, "an array of keys", json);
        return Vec::new();
    };
    if items.is_empty() {
        faults.push(path, "must hold at least one key", "leave it out");
    }
    if !items.is_empty() && items.iter().all(|item| item.as_text().is_some()) {
        let hint = "each key is an array of its own, as in `[[\"a\"], [\"b\", \"c\"]]`";
        faults.push(path, "must be an array of arrays, not of strings", hint);
        return Vec::new();
    }
    if items.len() > UNIQUE_KEYS_MAX {
        let n_keys = items.len();
        let message = format!("must hold at most {UNIQUE_KEYS_MAX} keys, not {n_keys}");
        faults.push(path, message, "");
        return Vec::new();
    }
    let mut keys: Vec<Vec<usize>> = Vec::new();
    let mut seen = HashSet::new();
    for (idx, item) in items.iter().enumerate() {
        let path = path.index(idx);
        let Some(key) = names.read_list(item, Single::Refused, &path, faults) else {
            continue;
        };
        let mut sorted = key.clone();
        sorted.sort_unstable();
        if !seen.insert(sorted) {
            faults.push(&path, "key stands twice", "");
        }
        keys.push(key);
    }
    keys
}

fn foreign_keys(
    json: &Json<'_>,
    names: &Names<'_>,
    own_name: Option<&str>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Vec<ForeignKey> {
    let Json::Array(items) = json else {
        faults.push_type(path, "an array of objects", json);
        return Vec::new();
    };
    let mut keys = Vec::with_capacity(items.len());
    for (idx, item) in items.iter().enumerate() {
        let path = path.index(idx);
        if let Some(object) = item.as_object() {
            keys.extend(foreign_key(object, names, own_name, &path, faults));
        } else {
            faults.push_type(&path, "an object", item);
        }
    }
    keys
}

fn foreign_key(
    object: &Object<'_>,
    known: &Names<'_>,
    own_name: Option<&str>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<ForeignKey> {
    faults.note_unlikely(object, &["fields", "reference"], path);
    let own_path = path.key("fields");
    for key in ["fields", "reference"] {
        if object.get(key).is_none() {
            faults.push(path, format!("foreign key lacks its `{key}`"), "");
        }
    }
    // What is written counts, even where a name is unknown: the numbers are compared all the same.
    let written = object
        .get("fields")
        .and_then(|json| names(json, Single::Allowed, &own_path, faults));
    let fields = object.get("fields").and_then(|json| {
        written.as_ref()?;
        known.read_list(json, Single::Allowed, &own_path, faults)
    });
    let reference_path = path.key("reference");
    let reference = object_of(object, "reference", path, faults)?;
    let table = referenced(reference, known, own_name, &reference_path, faults);
    let (n_fields, n_referenced) = (written?.len(), table.as_ref()?.0);
    if n_fields != n_referenced {
        faults.push(
            &reference_path.key("fields"),
            format!("refers to {n_referenced} fields by {n_fields}"),
            "`fields` and `reference.fields` are as many",
        );
    }
    Some(ForeignKey {
        fields: fields?,
        table: table?.1?,
    })
}

/// Reads the table that is referred to, and by how many fields.
fn referenced(
    reference: &Object<'_>,
    known: &Names<'_>,
    own_name: Option<&str>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<(usize, Option<ReferencedTable>)> {
    faults.note_unlikely(reference, &["fields", "resource"], path);
    let resource = string(reference, "resource", path, faults);
    let fields_path = path.key("fields");
    let Some(json) = reference.get("fields") else {
        faults.push(path, "reference lacks its `fields`", "");
        return None;
    };
    let written = names(json, Single::Allowed, &fields_path, faults)?;
    // An empty name is how version 1 wrote a reference to the table itself.
    let other = resource.filter(|name| !name.is_empty() && Some(*name) != own_name);
    let table = match other {
        None => known
            .read_list(json, Single::Allowed, &fields_path, faults)
            .map(ReferencedTable::Itself),
        Some(name) => Some(ReferencedTable::Resource {
            name: name.to_owned(),
            fields: written.iter().map(|&name| name.to_owned()).collect(),
        }),
    };
    Some((written.len(), table))
}

impl Schema {
    /// Makes the schema of a table that a key refers to: fields of these names, of the kinds of these
    /// fields, among any others. What is asked of other fields, or of missing values, is not asked.
    pub(crate) fn of_key(names: &[String], fields: &[&Field]) -> Self {
        let renamed = names.iter().zip(fields).map(|(name, field)| {
            let mut field = Field::clone(field);
            field.name = name.as_str().into();
            field.uniqueness = Uniqueness::Repeatable;
            field.check.presence = Presence::Optional;
            field
        });
        Self {
            fields: renamed.collect(),
            fields_match: FieldsMatch::Subset,
            primary_key: Arc::default(),
            unique_keys: Arc::default(),
            foreign_keys: Arc::default(),
            extension: Arc::default(),
            rules: Arc::default(),
            notes: Arc::default(),
        }
    }

    /// Makes the schema of a table that a key of these of its fields refers to, where columns are
    /// known by their places among all. As of [`of_key`](Self::of_key), the others hold anything.
    pub(crate) fn of_key_in_place(&self, key: &[usize]) -> Self {
        let all = self.fields.iter().enumerate().map(|(idx, field)| {
            let mut field = field.clone();
            field.uniqueness = Uniqueness::Repeatable;
            field.check.presence = Presence::Optional;
            if !key.contains(&idx) {
                field.kind = FieldKind::Any;
                field.check.cast = Cast::Any(None);
            }
            field
        });
        Self {
            fields: all.collect(),
            fields_match: self.fields_match,
            primary_key: Arc::default(),
            unique_keys: Arc::default(),
            foreign_keys: Arc::default(),
            extension: Arc::default(),
            rules: Arc::default(),
            notes: Arc::default(),
        }
    }
}
