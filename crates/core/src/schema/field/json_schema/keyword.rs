//! The keywords of JSON Schema that hold subschemas, and those that are refused.

use crate::schema::fault::Path;
use crate::schema::json::Json;

/// What would change a verdict, and is not tested.
pub(super) const UNSUPPORTED: &[&str] = &[
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$recursiveAnchor",
    "$recursiveRef",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Where a keyword holds its subschemas.
#[derive(Clone, Copy)]
enum Shape {
    /// It is one, or (in older drafts) a list of them.
    Itself,
    /// In a list.
    List,
    /// In an object, by name.
    Named,
}

const SHAPES: &[(&str, Shape)] = &[
    ("additionalItems", Shape::Itself),
    ("additionalProperties", Shape::Itself),
    ("contains", Shape::Itself),
    ("else", Shape::Itself),
    ("if", Shape::Itself),
    ("items", Shape::Itself),
    ("not", Shape::Itself),
    ("propertyNames", Shape::Itself),
    ("then", Shape::Itself),
    ("allOf", Shape::List),
    ("anyOf", Shape::List),
    ("oneOf", Shape::List),
    ("prefixItems", Shape::List),
    ("$defs", Shape::Named),
    ("definitions", Shape::Named),
    ("dependencies", Shape::Named),
    ("dependentSchemas", Shape::Named),
    ("patternProperties", Shape::Named),
    ("properties", Shape::Named),
];

/// Visits the subschemas right below a schema, in the order of the text.
pub(super) fn each_subschema(
    json: &Json<'_>,
    path: &Path<'_>,
    visit: &mut dyn FnMut(&Json<'_>, &Path<'_>),
) {
    let Json::Object(object) = json else {
        return;
    };
    for (name, value) in object.iter() {
        let Some((_, shape)) = SHAPES.iter().find(|(known, _)| *known == name) else {
            continue;
        };
        let path = path.key(name);
        match (shape, value) {
            (Shape::List, Json::Array(items)) => {
                for (idx, item) in items.iter().enumerate() {
                    visit(item, &path.index(idx));
                }
            }
            (Shape::Itself, Json::Array(items)) if name == "items" => {
                for (idx, item) in items.iter().enumerate() {
                    visit(item, &path.index(idx));
                }
            }
            (Shape::Itself, _) => visit(value, &path),
            (Shape::Named, Json::Object(members)) => {
                for (member, value) in members.iter() {
                    // A dependency may be a list of names instead.
                    if !(name == "dependencies" && matches!(value, Json::Array(_))) {
                        visit(value, &path.key(member));
                    }
                }
            }
            (
                Shape::List | Shape::Named,
                Json::Null
                | Json::Bool(_)
                | Json::Number(_)
                | Json::Text(_)
                | Json::Array(_)
                | Json::Object(_),
            ) => {}
        }
    }
}
