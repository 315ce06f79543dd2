//! Reads the constraints of a field.

mod closed;
mod lengths;

use std::fmt::Display;

use super::FieldKind;
use super::fault::{Faults, Path};
use super::field::json_schema;
use super::json::{Json, Object};
use super::read::flag;
use crate::check::json_schema::JsonSchema;
use crate::check::rules::{Bound, Members, Rules, Side};
use crate::check::{Pattern, pattern};
use crate::value::Logical;

/// The constraints of the standard.
const NAMES: &[&str] = &[
    "required",
    "unique",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "jsonSchema",
];

const SIDES: [(Side, &str); 4] = [
    (Side::Minimum, "minimum"),
    (Side::ExclusiveMinimum, "exclusiveMinimum"),
    (Side::Maximum, "maximum"),
    (Side::ExclusiveMaximum, "exclusiveMaximum"),
];

/// The most members of an `enum` that a message names.
const MEMBERS_SHOWN_MAX: usize = 10;

/// Whether the standard has the constraint for the type.
fn applies(name: &str, kind: FieldKind) -> bool {
    match name {
        "required" | "unique" | "enum" => true,
        "pattern" => kind == FieldKind::String,
        "minLength" | "maxLength" => {
            matches!(
                kind,
                FieldKind::String | FieldKind::Object | FieldKind::Array
            )
        }
        "jsonSchema" => matches!(kind, FieldKind::Object | FieldKind::Array),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => match kind {
            FieldKind::Integer
            | FieldKind::Number
            | FieldKind::DateTime
            | FieldKind::Date
            | FieldKind::Time
            | FieldKind::Year
            | FieldKind::YearMonth
            | FieldKind::Duration => true,
            FieldKind::Any
            | FieldKind::String
            | FieldKind::Boolean
            | FieldKind::Object
            | FieldKind::Array
            | FieldKind::List
            | FieldKind::GeoPoint
            | FieldKind::GeoJson => false,
        },
        _ => false,
    }
}

/// How a literal of a constraint becomes a value.
pub(super) struct Literal<'a, T> {
    read: &'a dyn Fn(&Json<'_>) -> Option<T>,
    /// Completes "is not …".
    expected: &'a str,
    /// What a bound says of the values beside their order.
    note: fn(&T) -> &'static str,
}

impl<'a, T> Literal<'a, T> {
    pub(super) fn new(read: &'a dyn Fn(&Json<'_>) -> Option<T>, expected: &'a str) -> Self {
        Self {
            read,
            expected,
            note: |_| "",
        }
    }

    pub(super) fn noting(self, note: fn(&T) -> &'static str) -> Self {
        Self { note, ..self }
    }
}

/// The constraints of one field.
pub(super) struct Constraints<'a> {
    object: Option<&'a Object<'a>>,
    categories: Option<&'a Json<'a>>,
    field_path: &'a Path<'a>,
    path: &'a Path<'a>,
    kind: Option<FieldKind>,
    pub(super) faults: &'a mut Faults,
}

impl<'a> Constraints<'a> {
    /// Takes the constraints of a field, and checks that the standard has each of them, and for the
    /// type if that is known. `path` is that of the constraints.
    pub(super) fn read(
        field: &'a Object<'a>,
        kind: Option<FieldKind>,
        field_path: &'a Path<'a>,
        path: &'a Path<'a>,
        faults: &'a mut Faults,
    ) -> Self {
        let object = match field.get("constraints") {
            Some(Json::Object(object)) => Some(object),
            Some(other) => {
                faults.push_type(path, "an object", other);
                None
            }
            None => None,
        };
        for (name, _) in object.into_iter().flat_map(Object::iter) {
            let path = path.key(name);
            if !NAMES.contains(&name) {
                let message = format!("unknown constraint `{name}`");
                faults.push_unknown(&path, message, name, NAMES.iter().copied());
            } else if let Some(kind) = kind
                && !applies(name, kind)
            {
                let hint = if kind == FieldKind::Any {
                    "give the field a `type`"
                } else {
                    ""
                };
                let message = format!("constraint `{name}` does not apply to the type `{kind}`");
                faults.push(&path, message, hint);
            }
        }
        Self {
            object,
            categories: field.get("categories"),
            field_path,
            path,
            kind,
            faults,
        }
    }

    fn get(&self, name: &str) -> Option<&'a Json<'a>> {
        self.object?.get(name)
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        let object = self.object;
        object
            .and_then(|object| flag(object, name, self.path, self.faults))
            .unwrap_or(false)
    }

    pub(super) fn pattern(&mut self) -> Option<Pattern> {
        let json = self.get("pattern")?;
        let path = self.path.key("pattern");
        let Json::Text(text) = json else {
            self.faults.push_type(&path, "a string", json);
            return None;
        };
        match pattern::compile(text) {
            Ok(regex) => Some(Pattern {
                regex,
                expected: format!("text that matches the pattern `{text}`").into(),
            }),
            Err(fault) => {
                self.faults.push(&path, fault.message, fault.hint);
                None
            }
        }
    }

    /// Reads `jsonSchema`, of a type that has it.
    pub(super) fn json_schema(&mut self) -> Option<JsonSchema> {
        let json = self.get("jsonSchema")?;
        json_schema::read(json, &self.path.key("jsonSchema"), self.faults)
    }

    /// Reads bounds and `enum`, and checks that they leave room.
    pub(super) fn rules<T: Logical>(&mut self, literal: &Literal<'_, T>) -> Rules<T> {
        let bounds = self.bounds(literal);
        let members = self.members(literal.read, literal.expected);
        if let (Some(bound), Some((members, _))) = (bounds.first(), &members) {
            let note = (literal.note)(&bound.literal);
            if members.iter().any(|value| (literal.note)(value) != note) {
                let message = "`enum` and bounds mix values with and without a zone";
                let hint = "give all of them a zone, or none";
                self.faults.push(self.path, message, hint);
            }
        }
        self.close_bounds(bounds, members)
    }

    /// Reads bounds, `enum` and `categories`, and checks that they leave room.
    pub(super) fn rules_of_categories<T: Logical + Ord>(
        &mut self,
        literal: &Literal<'_, T>,
    ) -> Rules<T> {
        let bounds = self.bounds(literal);
        let members = self.members_of_categories(literal.read, literal.expected);
        self.close_bounds(bounds, members)
    }

    fn close_bounds<T: Logical>(
        &mut self,
        bounds: Vec<Bound<T>>,
        members: Option<(Vec<T>, Box<str>)>,
    ) -> Rules<T> {
        if let Some((literals, _)) = &members
            && !literals.is_empty()
            && !literals
                .iter()
                .any(|value| bounds.iter().all(|bound| bound.admits(value)))
        {
            self.push_unmet("bounds");
        }
        Rules {
            bounds,
            members: members.map(|(literals, expected)| Members::new(literals, expected)),
        }
    }

    fn bounds<T: Logical>(&mut self, literal: &Literal<'_, T>) -> Vec<Bound<T>> {
        let bounds: Vec<Bound<T>> = SIDES
            .into_iter()
            .filter_map(|(side, name)| self.bound(side, name, literal))
            .collect();
        self.check_bounds(&bounds, literal);
        bounds
    }

    fn bound<T: Logical>(
        &mut self,
        side: Side,
        name: &str,
        literal: &Literal<'_, T>,
    ) -> Option<Bound<T>> {
        // One that does not apply to the type is a fault already, whatever its literal.
        let json = self
            .get(name)
            .filter(|_| self.kind.is_none_or(|kind| applies(name, kind)))?;
        let path = self.path.key(name);
        let Some(value) = (literal.read)(json) else {
            self.faults
                .push(&path, format!("`{json}` is not {}", literal.expected), "");
            return None;
        };
        if value.compare(&value).is_none() {
            self.faults
                .push(&path, format!("`{json}` bounds nothing"), "");
            return None;
        }
        let note = (literal.note)(&value);
        Some(Bound {
            side,
            expected: format!("{} `{json}`{note}", side.words()).into(),
            literal: value,
        })
    }

    fn check_bounds<T: Logical>(&mut self, bounds: &[Bound<T>], literal: &Literal<'_, T>) {
        let mut notes = bounds.iter().map(|bound| (literal.note)(&bound.literal));
        if let Some(first) = notes.next()
            && notes.any(|note| note != first)
        {
            let message = "bounds with and without a zone are mixed";
            self.faults
                .push(self.path, message, "give all of them a zone, or none");
            return;
        }
        for lower in bounds.iter().filter(|bound| bound.side.is_lower()) {
            for upper in bounds.iter().filter(|bound| !bound.side.is_lower()) {
                if !lower.leaves_room_below(upper) {
                    let (lower, upper) = (&lower.expected, &upper.expected);
                    let message = format!("no value is {lower} and {upper}");
                    self.faults.push(self.path, message, "");
                }
            }
        }
    }
}

/// Names the members of a closed set, the first of them if they are many.
pub(super) fn one_of<T: Display>(members: impl Iterator<Item = T> + Clone) -> String {
    let n_members = members.clone().count();
    let shown: Vec<String> = members
        .take(MEMBERS_SHOWN_MAX)
        .map(|member| format!("`{member}`"))
        .collect();
    let shown = shown.join(", ");
    match n_members.saturating_sub(MEMBERS_SHOWN_MAX) {
        0 if n_members == 1 => shown,
        0 => format!("one of {shown}"),
        n_others => format!("one of {shown} and {n_others} others"),
    }
}
