//! Reads a field: its type, its format, and what else its type is told.

mod boolean;
mod example;
mod geo;
mod json;
pub(super) mod json_schema;
mod list;
mod literal;
mod number;
mod temporal;
mod text;

use std::sync::Arc;

use super::constraint::Constraints;
use super::extension::TemporalAny;
use super::fault::{Faults, Path};
use super::json::{Json, Object};
use super::read::{Inherited, flag, missing_values, string};
use super::{Field, FieldKind, Uniqueness};
use crate::check::{Cast, ColumnCheck, Presence};

/// Reads the name of a field.
pub(super) fn name<'j>(
    json: &'j Json<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<&'j str> {
    let Json::Object(object) = json else {
        faults.push_type(path, "an object", json);
        return None;
    };
    if object.get("name").is_none() {
        faults.push(
            path,
            "field lacks its `name`",
            "it is the label of its column",
        );
    }
    let name = string(object, "name", path, faults)?;
    if name.is_empty() {
        faults.push(
            &path.key("name"),
            "must not be empty",
            "an empty label is an error too",
        );
        return None;
    }
    Some(name)
}

/// Reads the rest of a field. `None` if it is at fault.
pub(super) fn field(
    json: &Json<'_>,
    name: Option<&str>,
    path: &Path<'_>,
    inherited: &Inherited,
    faults: &mut Faults,
) -> Option<Field> {
    let Json::Object(object) = json else {
        return None;
    };
    for key in ["title", "description", "rdfType"] {
        string(object, key, path, faults);
    }
    flag(object, "categoriesOrdered", path, faults);
    let missing = object.get("missingValues").map_or_else(
        || Some(Arc::clone(&inherited.missing)),
        |json| missing_values(json, &path.key("missingValues"), faults).map(Arc::new),
    );
    let kind = kind(object, path, faults);
    if let Some(kind) = kind
        && object.get("categories").is_some()
        && !matches!(kind, FieldKind::String | FieldKind::Integer)
    {
        let message = format!("`categories` do not apply to the type `{kind}`");
        let hint = "they are of strings and integers; use the constraint `enum`";
        faults.push(&path.key("categories"), message, hint);
    }
    let constraints_path = path.key("constraints");
    let mut constraints = Constraints::read(object, kind, path, &constraints_path, &mut *faults);
    let presence = if constraints.flag("required") {
        Presence::Required
    } else {
        Presence::Optional
    };
    let uniqueness = if constraints.flag("unique") {
        Uniqueness::Unique
    } else {
        Uniqueness::Repeatable
    };
    let kind = kind?;
    let reader = Reader {
        object,
        path,
        kind,
        temporal_any: inherited.temporal_any,
    };
    let (cast, expected) = reader.cast(&mut constraints)?;
    let check = ColumnCheck {
        missing: missing?,
        presence,
        cast,
        expected: expected.into(),
    };
    example::check(object, kind, &check, path, faults);
    Some(Field {
        name: name?.into(),
        kind,
        uniqueness,
        check,
    })
}

fn kind(object: &Object<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<FieldKind> {
    if object.get("type").is_none() {
        return Some(FieldKind::Any);
    }
    let name = string(object, "type", path, faults)?;
    let known = FieldKind::ALL.iter().copied();
    let found = known.clone().find(|known| known.as_str() == name);
    let path = path.key("type");
    if found.is_none() {
        let known = known.map(FieldKind::as_str);
        faults.push_unknown(&path, format!("unknown type `{name}`"), name, known);
    }
    found
}

/// A field whose type is known.
struct Reader<'a> {
    object: &'a Object<'a>,
    path: &'a Path<'a>,
    kind: FieldKind,
    temporal_any: TemporalAny,
}

impl Reader<'_> {
    /// Reads how cells are cast, and completes "expected …" for those that cannot be.
    fn cast(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        let n_before = constraints.faults.count();
        let read = match self.kind {
            FieldKind::Any => Some(self.any(constraints)),
            FieldKind::String => Some(self.text(constraints)),
            FieldKind::Integer | FieldKind::Number => self.numeric(constraints),
            FieldKind::Boolean => self.boolean(constraints),
            FieldKind::Object => Some(self.object(constraints)),
            FieldKind::Array => Some(self.array(constraints)),
            FieldKind::List => self.list(constraints),
            FieldKind::DateTime => self.datetime(constraints),
            FieldKind::Date => self.date(constraints),
            FieldKind::Time => self.time(constraints),
            FieldKind::Year => Some(self.year(constraints)),
            FieldKind::YearMonth => Some(self.yearmonth(constraints)),
            FieldKind::Duration => Some(self.duration(constraints)),
            FieldKind::GeoPoint => self.geopoint(constraints),
            FieldKind::GeoJson => self.geojson(constraints),
        }?;
        (constraints.faults.count() == n_before).then_some(read)
    }

    /// Reads `format`; without one, it is `default`.
    fn format_name(&self, faults: &mut Faults) -> Option<&str> {
        if self.object.get("format").is_none() {
            return Some("default");
        }
        let written = string(self.object, "format", self.path, faults)?;
        // The prefix of version 0 of the standard.
        Some(written.strip_prefix("fmt:").unwrap_or(written))
    }

    /// Checks the format of a type that has no other than `default`.
    fn only_default(&self, faults: &mut Faults) {
        if let Some(name) = self.format_name(faults)
            && name != "default"
        {
            let message = format!("type `{}` has no format `{name}`", self.kind);
            faults.push(&self.path.key("format"), message, "leave it out");
        }
    }

    /// Reads which of the known formats it is.
    fn format<T: Copy>(
        &self,
        known: &[T],
        as_str: fn(T) -> &'static str,
        faults: &mut Faults,
    ) -> Option<T> {
        let name = self.format_name(faults)?;
        let known = known.iter().copied();
        let found = known.clone().find(|known| as_str(*known) == name);
        if found.is_none() {
            let message = format!("unknown format `{name}` of a {}", self.kind);
            faults.push_unknown(&self.path.key("format"), message, name, known.map(as_str));
        }
        found
    }
}

#[cfg(test)]
mod temporal_tests;
#[cfg(test)]
mod tests;
