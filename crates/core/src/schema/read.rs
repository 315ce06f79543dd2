//! Reads the properties of a schema.

use std::collections::HashSet;
use std::sync::Arc;

use super::block::{self, BLOCK};
use super::extension::TemporalAny;
use super::fault::{Faults, Path, SchemaFaults};
use super::json::{Json, Object};
use super::keys::Keys;
use super::names::{Column, Names};
use super::text::{self, Notation};
use super::{Field, FieldsMatch, Schema, field};
use crate::check::Presence;
use crate::check::words::Words;

/// The most fields that a schema may have.
pub const FIELDS_MAX: usize = 10_000;

/// The properties of a schema.
const PROPERTIES: &[&str] = &[
    "$schema",
    "fields",
    "fieldsMatch",
    "missingValues",
    "primaryKey",
    "uniqueKeys",
    "foreignKeys",
    BLOCK,
];

/// What fields have from their schema.
pub(super) struct Inherited {
    /// The missing values of fields that have none of their own.
    pub(super) missing: Arc<Words>,
    /// Whether dates and times may have the format `any`.
    pub(super) temporal_any: TemporalAny,
}

pub(super) fn schema(text: &[u8], notation: Option<Notation>) -> Result<Schema, SchemaFaults> {
    let mut faults = Faults::default();
    let schema = text::parse(text, notation, &mut faults);
    let schema = schema.and_then(|json| root(&json, None, &mut faults));
    let notes = faults.take_notes();
    let mut schema = faults.finish(schema)?;
    schema.notes = notes.into();
    Ok(schema)
}

/// Reads a schema; a reference to a table of `own_name` is one to the table itself.
pub(super) fn root(json: &Json<'_>, own_name: Option<&str>, faults: &mut Faults) -> Option<Schema> {
    let Json::Object(object) = json else {
        faults.push_type(&Path::ROOT, "an object", json);
        return None;
    };
    string(object, "$schema", &Path::ROOT, faults);
    faults.note_unlikely(object, PROPERTIES, &Path::ROOT);
    let fields_match = object.get("fieldsMatch").map_or_else(
        || Some(FieldsMatch::default()),
        |json| fields_match(json, &Path::ROOT.key("fieldsMatch"), faults),
    );
    let missing = object.get("missingValues").map_or_else(
        || Some([""].into_iter().collect()),
        |json| missing_values(json, &Path::ROOT.key("missingValues"), faults),
    );
    let inherited = Inherited {
        missing: Arc::new(missing.unwrap_or_default()),
        temporal_any: block::temporal_any(object),
    };
    let columns = columns(object, &inherited, faults);
    let names = Names::new(columns.as_deref());
    let keys = Keys::read(object, &names, own_name, faults);
    let extension = block::extension(object, &names, faults);
    // What is said of rules is true only if no field is left out.
    let mut fields: Vec<Field> = columns?
        .into_iter()
        .map(|c| c.field)
        .collect::<Option<_>>()?;
    for idx in &keys.primary {
        if let Some(field) = fields.get_mut(*idx) {
            field.check.presence = Presence::Required;
        }
    }
    let rules = block::rules(&extension, &fields, faults);
    Some(Schema {
        rules: Arc::new(rules),
        fields: fields.into(),
        fields_match: fields_match?,
        primary_key: keys.primary.into(),
        unique_keys: keys.unique.into(),
        foreign_keys: keys.foreign.into(),
        extension: Arc::new(extension),
        notes: Arc::default(),
    })
}

fn columns<'j>(
    object: &'j Object<'_>,
    inherited: &Inherited,
    faults: &mut Faults,
) -> Option<Vec<Column<'j>>> {
    let Some(json) = object.get("fields") else {
        let hint = "list the columns: `\"fields\": [{\"name\": \"id\", \"type\": \"integer\"}]`";
        faults.push(&Path::ROOT, "descriptor lacks `fields`", hint);
        return None;
    };
    let path = Path::ROOT.key("fields");
    let Json::Array(items) = json else {
        faults.push_type(&path, "an array of objects", json);
        return None;
    };
    if items.is_empty() || items.len() > FIELDS_MAX {
        let message = format!("must hold 1 to {FIELDS_MAX} fields, not {}", items.len());
        faults.push(&path, message, "");
        return None;
    }
    let mut names = HashSet::new();
    let mut columns = Vec::with_capacity(items.len());
    for (idx, item) in items.iter().enumerate() {
        let path = path.index(idx);
        let name = field::name(item, &path, faults);
        if let Some(name) = name
            && !names.insert(name)
        {
            let message = format!("name `{name}` stands twice");
            faults.push(
                &path.key("name"),
                message,
                "give each field a name of its own",
            );
        }
        let field = field::field(item, name, &path, inherited, faults);
        columns.push(Column { name, field });
    }
    Some(columns)
}

fn fields_match(json: &Json<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<FieldsMatch> {
    let name = match json {
        Json::Text(name) => name,
        // The form of the standard's profile.
        Json::Array(items) if let [Json::Text(name)] = items.as_slice() => name,
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => {
            faults.push_type(path, "a string", json);
            return None;
        }
    };
    let known = FieldsMatch::ALL.iter().copied();
    let found = known.clone().find(|known| known.as_str() == name);
    if found.is_none() {
        let message = format!("unknown way to match `{name}`");
        faults.push_unknown(path, message, name, known.map(FieldsMatch::as_str));
    }
    found
}

/// Reads `missingValues`: strings, or objects with a `value` and perhaps a `label`; each value
/// once, each label once.
pub(super) fn missing_values(
    json: &Json<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<Words> {
    let Json::Array(items) = json else {
        faults.push_type(path, "an array of strings", json);
        return None;
    };
    let (mut values, mut labels) = (HashSet::new(), HashSet::new());
    for (idx, item) in items.iter().enumerate() {
        let path = path.index(idx);
        let value = match item {
            Json::Text(value) => Some(&**value),
            Json::Object(object) => {
                if let Some(label) = string(object, "label", &path, faults)
                    && !labels.insert(label)
                {
                    faults.push(
                        &path.key("label"),
                        format!("label `{label}` stands twice"),
                        "",
                    );
                }
                let value = string(object, "value", &path, faults);
                if object.get("value").is_none() {
                    faults.push(&path, "missing value lacks its `value`", "");
                }
                value
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) => {
                let message = format!("must be a string or an object, not {}", item.type_name());
                let hint = "missing values are compared with the text of a cell: put it in quotes";
                faults.push(&path, message, hint);
                None
            }
        };
        if let Some(value) = value
            && !values.insert(value)
        {
            faults.push(&path, format!("missing value `{value}` stands twice"), "");
        }
    }
    let n_objects = items
        .iter()
        .filter(|item| matches!(item, Json::Object(_)))
        .count();
    if n_objects != 0 && n_objects != items.len() {
        faults.push(
            path,
            "mixes strings and objects",
            "use one form for all of them",
        );
    }
    Some(values.into_iter().collect())
}

/// Reads a property that is a string if it is there.
pub(super) fn string<'j>(
    object: &'j Object<'_>,
    key: &str,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<&'j str> {
    let json = object.get(key)?;
    let text = json.as_text();
    if text.is_none() {
        faults.push_type(&path.key(key), "a string", json);
    }
    text
}

/// Reads a property that is an object if it is there.
pub(super) fn object<'j, 't>(
    of: &'j Object<'t>,
    key: &str,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<&'j Object<'t>> {
    let json = of.get(key)?;
    let object = json.as_object();
    if object.is_none() {
        faults.push_type(&path.key(key), "an object", json);
    }
    object
}

/// Reads a property that is a boolean if it is there.
pub(super) fn flag(
    object: &Object<'_>,
    key: &str,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<bool> {
    let json = object.get(key)?;
    if let Json::Bool(flag) = json {
        return Some(*flag);
    }
    faults.push_type(&path.key(key), "`true` or `false`", json);
    None
}
