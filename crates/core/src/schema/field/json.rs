//! Reads fields of the types `object`, `array` and `geojson`, whose cells are JSON.

use super::Reader;
use super::literal::json_text;
use crate::check::Cast;
use crate::check::json::{JsonKind, JsonRules};
use crate::check::lengths::Lengths;
use crate::schema::constraint::Constraints;
use crate::schema::json::Json;

const GEOJSON_FORMATS: &[(&str, JsonKind)] = &[
    ("default", JsonKind::GeoJson),
    ("topojson", JsonKind::TopoJson),
];

impl Reader<'_> {
    pub(super) fn object(&self, constraints: &mut Constraints<'_>) -> (Cast, String) {
        self.only_default(constraints.faults);
        let lengths = constraints.lengths("member");
        of_kind(JsonKind::Object, lengths, constraints)
    }

    pub(super) fn array(&self, constraints: &mut Constraints<'_>) -> (Cast, String) {
        self.only_default(constraints.faults);
        let lengths = constraints.lengths("item");
        of_kind(JsonKind::Array, lengths, constraints)
    }

    pub(super) fn geojson(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        let (_, kind) = self.format(GEOJSON_FORMATS, |(name, _)| name, constraints.faults)?;
        Some(of_kind(kind, Lengths::NONE, constraints))
    }
}

fn of_kind(kind: JsonKind, lengths: Lengths, constraints: &mut Constraints<'_>) -> (Cast, String) {
    let read = |json: &Json<'_>| {
        let mut key = Vec::new();
        kind.parse(&json_text(json))
            .map(|value| value.write_key(&mut key))?;
        Some(key.into())
    };
    let rules = JsonRules {
        kind,
        lengths,
        closed: constraints.closed_keys(&read, kind.expected()),
        schema: constraints.json_schema(),
    };
    (Cast::Json(Box::new(rules)), kind.expected().to_owned())
}
