//! Points on the globe.

use super::decimal::Decimal;
use super::json::{JsonObject, JsonValue};
use super::{Logical, write_delimited};

/// A longitude from -180 to 180 and a latitude from -90 to 90, both in degrees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeoPoint<'a> {
    /// East is positive.
    pub lon: Decimal<'a>,
    /// North is positive.
    pub lat: Decimal<'a>,
}

/// How a field writes its points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeoPointSyntax {
    /// `90.50, 45.50`: the longitude first; the space is optional.
    Text,
    /// `[90.50, 45.50]`: a JSON array, the longitude first.
    Array,
    /// `{"lon": 90.50, "lat": 45.50}`: a JSON object of exactly these members.
    Object,
}

impl GeoPointSyntax {
    /// Reads a point.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::value::geo::GeoPointSyntax;
    ///
    /// let point = GeoPointSyntax::Text.parse("90.50, 45.50");
    /// assert!(point.is_some());
    /// assert_eq!(point, GeoPointSyntax::Array.parse("[90.5, 4.55e1]"));
    /// assert_eq!(GeoPointSyntax::Text.parse("45.50, 90.50"), None);
    /// ```
    #[must_use]
    pub fn parse(self, text: &str) -> Option<GeoPoint<'_>> {
        let (lon, lat) = match self {
            Self::Text => {
                let (lon, lat) = text.split_once(',')?;
                let lat = lat.strip_prefix(' ').unwrap_or(lat);
                (Decimal::parse(lon)?, Decimal::parse(lat)?)
            }
            Self::Array => {
                let JsonValue::Array(items) = JsonValue::parse(text)? else {
                    return None;
                };
                let [lon, lat] = <[JsonValue<'_>; 2]>::try_from(items).ok()?;
                (number(lon)?, number(lat)?)
            }
            Self::Object => {
                let value = JsonValue::parse(text)?;
                let object = value.as_object().filter(|object| object.len() == 2)?;
                (member(object, "lon")?, member(object, "lat")?)
            }
        };
        let is_within = |value: &Decimal<'_>, least, most| {
            Decimal::parse(least).is_some_and(|least| *value >= least)
                && Decimal::parse(most).is_some_and(|most| *value <= most)
        };
        let is_point = is_within(&lon, "-180", "180") && is_within(&lat, "-90", "90");
        is_point.then_some(GeoPoint { lon, lat })
    }
}

fn member<'a>(object: &JsonObject<'a>, name: &str) -> Option<Decimal<'a>> {
    object.get(name)?.as_number().cloned()
}

fn number(value: JsonValue<'_>) -> Option<Decimal<'_>> {
    match value {
        JsonValue::Number(number) => Some(number),
        JsonValue::Null
        | JsonValue::Bool(_)
        | JsonValue::Text(_)
        | JsonValue::Array(_)
        | JsonValue::Object(_) => None,
    }
}

impl GeoPoint<'_> {
    /// Appends the canonical form of the point: equal points give equal bytes, and others do not.
    pub fn write_key(&self, out: &mut Vec<u8>) {
        write_delimited(out, |out| self.lon.write_key(out));
        self.lat.write_key(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(syntax: GeoPointSyntax, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(syntax.parse(text).is_some(), "{text}");
        }
        for text in bad {
            assert_eq!(syntax.parse(text), None, "{text}");
        }
    }

    #[test]
    fn points() {
        check(
            GeoPointSyntax::Text,
            &["180,90", "-180, -90", "90.50, 45.50", "0,0", "1e1,+.5"],
            &[
                "",
                ",",
                "1",
                "1,",
                ",1",
                "1,2,3",
                "1 ,2",
                " 1,2",
                "1,  2",
                "1,2 ",
                "180.0000000000000001,0",
                "0,90.1",
                "NaN,0",
                "0,INF",
                "1;2",
                "[1,2]",
            ],
        );
        check(
            GeoPointSyntax::Array,
            &["[180, -90]", " [ 1.5 , 2 ] "],
            &[
                "",
                "180,90",
                "[1]",
                "[1,2,3]",
                "[\"1\", 2]",
                "[1, null]",
                "[181, 0]",
                "{}",
            ],
        );
        check(
            GeoPointSyntax::Object,
            &[r#"{"lon": 180, "lat": 90}"#, r#"{"lat": 0, "lon": 1.50}"#],
            &[
                "",
                "180,90",
                "{}",
                r#"{"lon": 1}"#,
                r#"{"lon": 1, "lat": 2, "alt": 3}"#,
                r#"{"lon": "1", "lat": 2}"#,
                r#"{"lon": 1, "lat": 91}"#,
                "[1, 2]",
            ],
        );
    }
}
