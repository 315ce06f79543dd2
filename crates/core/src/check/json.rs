//! The types whose cells are JSON: `object`, `array` and `geojson`.

use super::closed::ClosedKeys;
use super::json_schema::JsonSchema;
use super::lengths::Lengths;
use super::{broken, geojson};
use crate::reason::Reason;
use crate::value::json::JsonValue;

/// What JSON a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonKind {
    Object,
    Array,
    GeoJson,
    TopoJson,
}

impl JsonKind {
    pub(crate) fn parse(self, cell: &str) -> Option<JsonValue<'_>> {
        let value = JsonValue::parse(cell)?;
        let is_of_kind = match self {
            Self::Object => value.as_object().is_some(),
            Self::Array => value.as_array().is_some(),
            Self::GeoJson => geojson::is_geojson(&value),
            Self::TopoJson => geojson::is_topojson(&value),
        };
        is_of_kind.then_some(value)
    }

    /// Completes "expected …".
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Self::Object => "a JSON object",
            Self::Array => "a JSON array",
            Self::GeoJson => {
                "a GeoJSON object, such as `{\"type\": \"Point\", \"coordinates\": [30.5, 10]}`"
            }
            Self::TopoJson => {
                "a TopoJSON object, such as `{\"type\": \"LineString\", \"arcs\": [0]}`"
            }
        }
    }
}

/// What is asked of JSON in a cell.
#[derive(Clone, Debug)]
pub(crate) struct JsonRules {
    pub(crate) kind: JsonKind,
    /// In members of an object, or items of an array.
    pub(crate) lengths: Lengths,
    pub(crate) closed: Option<ClosedKeys>,
    pub(crate) schema: Option<JsonSchema>,
}

impl JsonRules {
    pub(super) fn check(&self, value: &JsonValue<'_>, reasons: &mut Vec<Reason>) {
        let n_units = match value {
            JsonValue::Object(object) => object.len(),
            JsonValue::Array(items) => items.len(),
            JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) | JsonValue::Text(_) => 0,
        };
        self.lengths.check(|n| n <= n_units, reasons);
        if let Some(closed) = &self.closed {
            closed.check(|out| value.write_key(out), reasons);
        }
        if let Some(schema) = &self.schema
            && let Err(expected) = schema.check(value)
        {
            reasons.push(broken(expected));
        }
    }

    pub(super) fn expected(&self) -> impl Iterator<Item = &str> {
        let closed = self.closed.iter().map(|closed| &*closed.expected);
        let schema = self
            .schema
            .iter()
            .map(|_| "JSON that meets its `jsonSchema`");
        self.lengths.expected().chain(closed).chain(schema)
    }
}
