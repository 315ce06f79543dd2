//! The structure of `GeoJSON` (RFC 7946) and of `TopoJSON`.

use crate::value::decimal::Decimal;
use crate::value::json::{JsonObject, JsonValue};

/// Whether a value is a `GeoJSON` object: a geometry, a feature, or a collection of features.
pub(super) fn is_geojson(value: &JsonValue<'_>) -> bool {
    let Some(object) = value.as_object() else {
        return false;
    };
    has_bbox(object)
        && match type_of(object) {
            Some("FeatureCollection") => has_all(object, "features", is_feature),
            Some("Feature") => is_feature(value),
            Some(_) | None => is_geometry(value),
        }
}

fn type_of<'v>(object: &'v JsonObject<'_>) -> Option<&'v str> {
    object.get("type")?.as_text()
}

/// Whether a member is an array, and each of its items what `is` asks for.
fn has_all(object: &JsonObject<'_>, name: &str, is: fn(&JsonValue<'_>) -> bool) -> bool {
    object.get(name).is_some_and(|value| all(value, is))
}

fn all(value: &JsonValue<'_>, is: fn(&JsonValue<'_>) -> bool) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(is))
}

/// A box has twice as many numbers as a position: all of the south-west first (RFC 7946, 5).
fn has_bbox(object: &JsonObject<'_>) -> bool {
    let Some(bbox) = object.get("bbox") else {
        return true;
    };
    all(bbox, is_number)
        && bbox
            .as_array()
            .is_some_and(|items| items.len() >= 4 && items.len() % 2 == 0)
}

fn is_number(value: &JsonValue<'_>) -> bool {
    value.as_number().is_some()
}

/// RFC 7946, 3.2: `geometry` and `properties` are there, and may be null; an `id` is a string or a
/// number.
fn is_feature(value: &JsonValue<'_>) -> bool {
    let Some(object) = value.as_object() else {
        return false;
    };
    let is_geometry = match object.get("geometry") {
        Some(JsonValue::Null) => true,
        Some(geometry) => is_geometry(geometry),
        None => false,
    };
    type_of(object) == Some("Feature")
        && has_bbox(object)
        && is_geometry
        && matches!(
            object.get("properties"),
            Some(JsonValue::Null | JsonValue::Object(_))
        )
        && matches!(
            object.get("id"),
            None | Some(JsonValue::Text(_) | JsonValue::Number(_))
        )
}

/// RFC 7946, 3.1.
fn is_geometry(value: &JsonValue<'_>) -> bool {
    let Some(object) = value.as_object() else {
        return false;
    };
    let Some(coordinates) = object.get("coordinates") else {
        return type_of(object) == Some("GeometryCollection")
            && has_bbox(object)
            && has_all(object, "geometries", is_geometry);
    };
    has_bbox(object)
        && match type_of(object) {
            // Coordinates may be an empty array (3.1): the geometry without points.
            Some("Point") => is_position(coordinates) || is_empty(coordinates),
            Some("MultiPoint") => all(coordinates, is_position),
            Some("LineString") => is_line(coordinates) || is_empty(coordinates),
            Some("MultiLineString") => all(coordinates, is_line),
            Some("Polygon") => all(coordinates, is_ring),
            Some("MultiPolygon") => all(coordinates, |polygon| all(polygon, is_ring)),
            Some(_) | None => false,
        }
}

fn is_empty(value: &JsonValue<'_>) -> bool {
    value.as_array().is_some_and(<[_]>::is_empty)
}

/// Two numbers or more (3.1.1).
fn is_position(value: &JsonValue<'_>) -> bool {
    all(value, is_number) && value.as_array().is_some_and(|items| items.len() >= 2)
}

/// Two positions or more (3.1.4).
fn is_line(value: &JsonValue<'_>) -> bool {
    all(value, is_position) && value.as_array().is_some_and(|items| items.len() >= 2)
}

/// Four positions or more, the last of which is the first (3.1.6).
fn is_ring(value: &JsonValue<'_>) -> bool {
    all(value, is_position)
        && value
            .as_array()
            .is_some_and(|items| items.len() >= 4 && items.first() == items.last())
}

/// Whether a value is a `TopoJSON` object: a topology, or one of its geometries.
pub(super) fn is_topojson(value: &JsonValue<'_>) -> bool {
    let Some(object) = value.as_object() else {
        return false;
    };
    match type_of(object) {
        Some("Topology") => is_topology(object),
        Some(_) | None => is_topo_geometry(value),
    }
}

/// `TopoJSON`, 2.1: objects that are geometries, and arcs that are lines of positions.
fn is_topology(object: &JsonObject<'_>) -> bool {
    let are_objects = object
        .get("objects")
        .and_then(JsonValue::as_object)
        .is_some_and(|objects| {
            objects
                .iter()
                .all(|(_, geometry)| is_topo_geometry(geometry))
        });
    has_bbox(object) && are_objects && has_all(object, "arcs", is_line) && has_transform(object)
}

/// `TopoJSON`, 2.1.2: a scale and a translation, of two numbers each.
fn has_transform(object: &JsonObject<'_>) -> bool {
    let Some(transform) = object.get("transform") else {
        return true;
    };
    let is_pair = |name| {
        transform
            .as_object()
            .and_then(|transform| transform.get(name))
            .is_some_and(|pair| {
                all(pair, is_number) && pair.as_array().is_some_and(|items| items.len() == 2)
            })
    };
    is_pair("scale") && is_pair("translate")
}

/// `TopoJSON`, 2.2: points have coordinates, the rest has indexes of arcs; a null type is the
/// geometry that is not there.
fn is_topo_geometry(value: &JsonValue<'_>) -> bool {
    let Some(object) = value.as_object() else {
        return false;
    };
    let arcs = |is: fn(&JsonValue<'_>) -> bool| object.get("arcs").is_some_and(is);
    let coordinates = |is: fn(&JsonValue<'_>) -> bool| object.get("coordinates").is_some_and(is);
    let has_members = matches!(
        object.get("properties"),
        None | Some(JsonValue::Null | JsonValue::Object(_))
    ) && matches!(
        object.get("id"),
        None | Some(JsonValue::Text(_) | JsonValue::Number(_))
    );
    has_bbox(object)
        && has_members
        && match object.get("type") {
            Some(JsonValue::Null) => true,
            Some(JsonValue::Text(name)) => match &**name {
                "Point" => coordinates(is_position),
                "MultiPoint" => coordinates(|value| all(value, is_position)),
                "LineString" => arcs(is_arc_list),
                "MultiLineString" | "Polygon" => arcs(|value| all(value, is_arc_list)),
                "MultiPolygon" => arcs(|value| all(value, |polygon| all(polygon, is_arc_list))),
                "GeometryCollection" => has_all(object, "geometries", is_topo_geometry),
                _ => false,
            },
            Some(
                JsonValue::Bool(_)
                | JsonValue::Number(_)
                | JsonValue::Array(_)
                | JsonValue::Object(_),
            )
            | None => false,
        }
}

fn is_arc_list(value: &JsonValue<'_>) -> bool {
    all(value, |item| {
        item.as_number().is_some_and(Decimal::is_integer)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(is: fn(&JsonValue<'_>) -> bool, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(is(&JsonValue::parse(text).unwrap()), "{text}");
        }
        for text in bad {
            assert!(!is(&JsonValue::parse(text).unwrap()), "{text}");
        }
    }

    #[test]
    fn geojson() {
        check(
            is_geojson,
            &[
                r#"{"type": "Point", "coordinates": [30.5, 10]}"#,
                r#"{"type": "Point", "coordinates": [30.5, 10, 100], "bbox": [1, 2, 3, 4]}"#,
                r#"{"type": "Point", "coordinates": []}"#,
                r#"{"type": "MultiPoint", "coordinates": [[1, 2]]}"#,
                r#"{"type": "LineString", "coordinates": [[1, 2], [3, 4]]}"#,
                r#"{"type": "MultiLineString", "coordinates": []}"#,
                r#"{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0.0]]]}"#,
                r#"{"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]]]}"#,
                r#"{"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2]}]}"#,
                r#"{"type": "Feature", "geometry": null, "properties": null, "id": 7, "x": 1}"#,
                r#"{"type": "FeatureCollection", "features": []}"#,
            ],
            &[
                "1",
                "[]",
                "{}",
                r#"{"type": "point", "coordinates": [1, 2]}"#,
                r#"{"type": "Point"}"#,
                r#"{"type": "Point", "coordinates": [1]}"#,
                r#"{"type": "Point", "coordinates": ["1", "2"]}"#,
                r#"{"type": "Point", "coordinates": [1, 2], "bbox": [1, 2, 3]}"#,
                r#"{"type": "LineString", "coordinates": [[1, 2]]}"#,
                r#"{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [0, 0]]]}"#,
                r#"{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}"#,
                r#"{"type": "GeometryCollection", "geometries": [1]}"#,
                r#"{"type": "Feature", "properties": {}}"#,
                r#"{"type": "Feature", "geometry": null}"#,
                r#"{"type": "Feature", "geometry": null, "properties": {}, "id": true}"#,
                r#"{"type": "FeatureCollection", "features": [{"type": "Point", "coordinates": [1, 2]}]}"#,
                r#"{"type": "Topology", "objects": {}, "arcs": []}"#,
            ],
        );
    }

    #[test]
    fn topojson() {
        check(
            is_topojson,
            &[
                r#"{"type": "LineString", "arcs": [42]}"#,
                r#"{"type": "Topology", "objects": {"a": {"type": "Polygon", "arcs": [[0, -1]]}}, "arcs": [[[0, 0], [1, 1]]],
                   "transform": {"scale": [1, 1], "translate": [0, 0]}}"#,
                r#"{"type": "Point", "coordinates": [1, 2], "properties": {}}"#,
                r#"{"type": "GeometryCollection", "geometries": [{"type": null}]}"#,
            ],
            &[
                "1",
                "{}",
                r#"{"type": "LineString", "arcs": [0.5]}"#,
                r#"{"type": "LineString", "coordinates": [[1, 2], [3, 4]]}"#,
                r#"{"type": "Topology", "objects": {}}"#,
                r#"{"type": "Topology", "objects": {"a": {"type": "Feature"}}, "arcs": []}"#,
                r#"{"type": "Topology", "objects": {}, "arcs": [], "transform": {"scale": [1]}}"#,
            ],
        );
    }
}
