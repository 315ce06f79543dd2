//! Reads fields of the type `geopoint`.

use super::Reader;
use super::literal::json_text;
use crate::check::Cast;
use crate::schema::constraint::Constraints;
use crate::schema::json::Json;
use crate::value::geo::GeoPointSyntax;

const FORMATS: &[(&str, GeoPointSyntax, &str)] = &[
    (
        "default",
        GeoPointSyntax::Text,
        "a longitude and a latitude, such as `90.50, 45.50`",
    ),
    (
        "array",
        GeoPointSyntax::Array,
        "a longitude and a latitude in a JSON array, such as `[90.50, 45.50]`",
    ),
    (
        "object",
        GeoPointSyntax::Object,
        "a longitude and a latitude in a JSON object, such as `{\"lon\": 90.50, \"lat\": 45.50}`",
    ),
];

impl Reader<'_> {
    pub(super) fn geopoint(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        let (_, syntax, expected) = self.format(FORMATS, |(name, ..)| name, constraints.faults)?;
        let read = |json: &Json<'_>| {
            let of_json = match json {
                Json::Array(_) => GeoPointSyntax::Array,
                Json::Object(_) => GeoPointSyntax::Object,
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => syntax,
            };
            let text = json_text(json);
            let mut key = Vec::new();
            of_json.parse(&text)?.write_key(&mut key);
            Some(key.into())
        };
        let closed = constraints.closed_keys(&read, expected);
        Some((Cast::GeoPoint(syntax, closed), expected.to_owned()))
    }
}
