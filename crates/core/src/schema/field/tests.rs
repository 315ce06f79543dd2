use crate::check::Verdict;
use crate::schema::{Field, Schema};

/// Reads a field of these properties.
fn field(properties: &str) -> Field {
    let text = format!(r#"{{"fields": [{{"name": "x", {properties}}}]}}"#);
    let schema = Schema::parse(text.as_bytes()).unwrap_or_else(|faults| panic!("{text}: {faults}"));
    schema.fields()[0].clone()
}

/// Checks which cells a field takes.
#[track_caller]
pub(super) fn check(properties: &str, good: &[&str], bad: &[&str]) {
    let field = field(properties);
    for cell in good {
        let mut reasons = Vec::new();
        let verdict = field.check().check(cell, &mut reasons);
        assert_eq!(
            verdict,
            Verdict::Valid,
            "{properties}: {cell:?}: {reasons:?}"
        );
        assert!(
            field.check().value(cell).is_some(),
            "{properties}: {cell:?}"
        );
    }
    for cell in bad {
        let mut reasons = Vec::new();
        let verdict = field.check().check(cell, &mut reasons);
        assert_eq!(verdict, Verdict::Invalid, "{properties}: {cell:?}");
        assert!(!reasons.is_empty());
    }
}

/// Checks the faults of a field: pointer within the field, then part of the message.
#[track_caller]
pub(super) fn check_faults(properties: &str, expected: &[(&str, &str)]) {
    let text = format!(r#"{{"fields": [{{"name": "x", {properties}}}]}}"#);
    let faults = Schema::parse(text.as_bytes()).unwrap_err();
    let found: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), expected.len(), "{properties}: {found:#?}");
    for (fault, (pointer, part)) in faults.iter().zip(expected) {
        assert_eq!(fault.pointer, format!("/fields/0{pointer}"), "{fault}");
        assert!(fault.message.contains(part), "{fault}");
    }
}

/// Checks which of two cells are the same value.
#[track_caller]
pub(super) fn check_same(properties: &str, same: &[&str], other: &str) {
    let field = field(properties);
    let key = |cell: &str| {
        let mut key = Vec::new();
        field.check().key(cell, &mut key);
        key
    };
    for cell in same {
        assert_eq!(key(cell), key(same[0]), "{properties}: {cell}");
    }
    assert_ne!(key(other), key(same[0]), "{properties}: {other}");
}

#[test]
fn json() {
    let object = r#""type": "object", "missingValues": []"#;
    check(
        object,
        &["{}", r#" {"a": [1, {"b": null}]} "#],
        &["", "1", "[]", "{", r#"{"a": 1, "a": 2}"#, "{}{}"],
    );
    let array = r#""type": "array", "missingValues": []"#;
    check(array, &["[]", "[1e400, \"a\"]"], &["", "{}", "[1,]", "1"]);
    check(
        r#""type": "array", "constraints": {"minLength": 1, "maxLength": 2}"#,
        &["[1]", "[[1, 2, 3], 4]"],
        &["[]", "[1, 2, 3]"],
    );
    check(
        r#""type": "object", "constraints": {"minLength": 1, "maxLength": 1}"#,
        &[r#"{"a": [1, 2, 3]}"#],
        &["{}", r#"{"a": 1, "b": 2}"#],
    );
    check(
        r#""type": "object", "constraints": {"enum": [{"a": 1.0, "b\n\u001f": "\"\\"}, "{\"c\": [2]}"]}"#,
        &[
            r#"{"b\n\u001f": "\u0022\\", "a": 1}"#,
            r#"{ "c": [ 20e-1 ] }"#,
        ],
        &["{}", r#"{"a": 1}"#],
    );
    check_same(
        r#""type": "object", "constraints": {"unique": true}"#,
        &[r#"{"a": 1, "b": 2}"#, r#"{"b": 2.0, "a": 1}"#],
        r#"{"a": 1, "b": 3}"#,
    );
    check_faults(
        r#""type": "object", "constraints": {"enum": [[], 1, "{"], "minimum": 1}"#,
        &[
            ("/constraints/minimum", "does not apply"),
            ("/constraints/enum/0", "is not a JSON object"),
            ("/constraints/enum/1", "is not a JSON object"),
            ("/constraints/enum/2", "is not a JSON object"),
        ],
    );
}

#[test]
fn lists() {
    check(r#""type": "list""#, &["a", "a,b", ",", " a, b"], &[]);
    check(
        r#""type": "list", "missingValues": [], "itemType": "integer""#,
        &["", "1", "1,-2,007"],
        &[",", "1,", "1, 2", "1.0", "1;2"],
    );
    check(
        r#""type": "list", "delimiter": "; ", "itemType": "number""#,
        &["1.5; NaN; 1e3", "1"],
        &["1.5;2", "1,5"],
    );
    check(
        r#""type": "list", "itemType": "boolean""#,
        &["true,0,FALSE"],
        &["yes"],
    );
    check(
        r#""type": "list", "itemType": "date""#,
        &["2024-01-01,2024-02-29"],
        &["2023-02-29"],
    );
    check(
        r#""type": "list", "itemType": "time""#,
        &["12:00:00"],
        &["12:00"],
    );
    check(
        r#""type": "list", "itemType": "datetime""#,
        &["2024-01-01T12:00:00"],
        &["2024-01-01"],
    );
    check(
        r#""type": "list", "itemType": "integer", "constraints": {"enum": ["1,2", [3, "4"]]}"#,
        &["1,2", "3,+4", "01,2"],
        &["2,1", "12", "1"],
    );
    check_same(
        r#""type": "list", "itemType": "number""#,
        &["1,2", "1.0,2e0"],
        "2,1",
    );
    check_same(r#""type": "list""#, &["a,b"], "a,,b");
    check_faults(
        r#""type": "list", "itemType": "list", "delimiter": "", "format": "x""#,
        &[
            ("/format", "has no format `x`"),
            ("/delimiter", "must be 1 to 16 bytes"),
            ("/itemType", "no items of the type `list`"),
        ],
    );
    check_faults(
        r#""type": "list", "constraints": {"enum": [["a,b"], [null], 1], "minLength": 1}"#,
        &[
            ("/constraints/minLength", "does not apply"),
            ("/constraints/enum/0", "is not a list of texts"),
            ("/constraints/enum/1", "is not a list"),
            ("/constraints/enum/2", "is not a list"),
        ],
    );
}

#[test]
fn points() {
    check(r#""type": "geopoint""#, &["180,90", "0, 0"], &["181,90"]);
    check(
        r#""type": "geopoint", "format": "array""#,
        &["[0, 1]"],
        &["0,1"],
    );
    check(
        r#""type": "geopoint", "format": "object""#,
        &[r#"{"lon": 0, "lat": 1}"#],
        &["[0, 1]"],
    );
    check(
        r#""type": "geopoint", "constraints": {"enum": ["1,2", [3, 4.0], {"lon": 5, "lat": 6}]}"#,
        &["1.0, 2", "3,4", "5,6"],
        &["2,1"],
    );
    check_same(r#""type": "geopoint""#, &["1,2", "1.0, 02"], "1,20");
    check_faults(
        r#""type": "geopoint", "format": "topojson", "constraints": {"enum": [1]}"#,
        &[("/format", "unknown format `topojson` of a geopoint")],
    );
    check_faults(
        r#""type": "geopoint", "constraints": {"enum": ["181,0"], "maximum": "0,0"}"#,
        &[
            ("/constraints/maximum", "does not apply"),
            ("/constraints/enum/0", "is not a longitude"),
        ],
    );
}

#[test]
fn geojson() {
    check(
        r#""type": "geojson""#,
        &[r#"{"type": "Point", "coordinates": [1, 2]}"#],
        &["{}", "[1, 2]", r#"{"type": "LineString", "arcs": [1]}"#],
    );
    check(
        r#""type": "geojson", "format": "topojson""#,
        &[r#"{"type": "LineString", "arcs": [1]}"#],
        &["{}"],
    );
    check_same(
        r#""type": "geojson""#,
        &[
            r#"{"type": "Point", "coordinates": [1, 2]}"#,
            r#"{"coordinates": [1.0, 2e0], "type": "Point"}"#,
        ],
        r#"{"type": "Point", "coordinates": [2, 1]}"#,
    );
}

#[test]
fn categories() {
    check(
        r#""type": "string", "categories": ["a", "b"], "categoriesOrdered": true"#,
        &["a", "b"],
        &["c", "A"],
    );
    check(
        r#""type": "integer", "categories": [{"value": 0, "label": "no"}, {"value": "1"}]"#,
        &["0", "+1"],
        &["no", "2"],
    );
    check(
        r#""type": "string", "categories": ["a", "b"], "constraints": {"enum": ["a"]}"#,
        &["a"],
        &["b"],
    );
    check_faults(
        r#""type": "string", "categories": ["a"], "constraints": {"enum": ["a", "b"]}"#,
        &[("/constraints/enum", "not among the `categories`")],
    );
    check_faults(
        r#""type": "number", "categories": [1], "categoriesOrdered": "yes""#,
        &[
            ("/categoriesOrdered", "`true` or `false`"),
            ("/categories", "do not apply to the type `number`"),
        ],
    );
    check_faults(
        r#""type": "integer", "categories": [1, "1", 2.5, {"value": 3, "label": "l"}, {"value": 4, "label": "l"}, {}]"#,
        &[
            ("/categories/2", "`2.5` is not an integer"),
            ("/categories/4/label", "stands twice"),
            ("/categories/5", "lacks its `value`"),
            ("/categories", "mixes values and objects"),
            ("/categories", "holds a value twice"),
        ],
    );
    check_faults(
        r#""type": "string", "categories": []"#,
        &[("/categories", "at least one value")],
    );
    check_faults(
        r#""type": "string", "categories": "a""#,
        &[("/categories", "must be an array")],
    );
}

#[test]
fn an_unknown_format_hides_no_other_fault() {
    check_faults(
        r#""type": "string", "format": "emial", "constraints": {"pattern": "(", "minLength": -1}"#,
        &[
            ("/format", "unknown format `emial`"),
            ("/constraints/minLength", ""),
            ("/constraints/pattern", ""),
        ],
    );
}

#[test]
fn a_closed_set_leaves_room() {
    check_faults(
        r#""type": "integer", "constraints": {"enum": [1, 2], "minimum": 3}"#,
        &[("/constraints", "no value of the closed set")],
    );
    check_faults(
        r#""type": "string", "constraints": {"enum": ["a"], "pattern": "b"}"#,
        &[("/constraints", "no value of the closed set")],
    );
    check_faults(
        r#""type": "string", "categories": ["ab", "cd"], "constraints": {"maxLength": 1}"#,
        &[("/constraints", "no value of the closed set")],
    );
    check(
        r#""type": "integer", "constraints": {"enum": [1, 2], "minimum": 2}"#,
        &["2"],
        &["1"],
    );
}

#[test]
fn examples() {
    for properties in [
        r#""example": {"a": 1}"#,
        r#""type": "string", "example": 1"#,
        r#""type": "string", "example": "", "constraints": {"minLength": 2}"#,
        r#""type": "number", "decimalChar": ",", "example": 1.5"#,
        r#""type": "number", "decimalChar": ",", "example": "1,5""#,
        r#""type": "boolean", "trueValues": ["yes"], "example": true"#,
        r#""type": "list", "itemType": "integer", "example": [1, 2]"#,
        r#""type": "geopoint", "format": "array", "example": [1, 2]"#,
        r#""type": "object", "example": {"a": 1}"#,
        r#""type": "integer", "example": null"#,
    ] {
        field(properties);
    }
    check_faults(
        r#""type": "integer", "example": "seven""#,
        &[(
            "/example",
            "`seven` is no value of the field: expected an integer",
        )],
    );
    check_faults(
        r#""type": "integer", "example": 7, "constraints": {"maximum": 6}"#,
        &[("/example", "expected at most `6`")],
    );
}

#[test]
fn missing_values_come_before_any_cast() {
    let field = field(r#""type": "integer", "missingValues": ["-", "1"]"#);
    let verdict = |cell| field.check().check(cell, &mut Vec::new());
    assert_eq!(verdict("-"), Verdict::Missing);
    assert_eq!(verdict("1"), Verdict::Missing);
    assert_eq!(verdict("2"), Verdict::Valid);
    assert_eq!(verdict(""), Verdict::Invalid);
    assert!(field.check().value("1").is_none());
}

#[test]
fn fields_describe_themselves() {
    #[track_caller]
    fn check(properties: &str, expected: &[&str]) {
        assert_eq!(field(properties).describe(), expected, "{properties}");
    }
    check(
        r#""type": "array", "missingValues": [], "constraints": {"minLength": 1, "enum": [[1]]}"#,
        &[
            "a JSON array",
            "at least 1 item",
            "`[…]`",
            "no cell is missing, not even an empty one",
        ],
    );
    check(
        r#""type": "list", "itemType": "date", "delimiter": "|""#,
        &[
            "a list of dates (`YYYY-MM-DD`) with `|` between them",
            "missing: \"\"",
        ],
    );
    check(
        r#""type": "string", "categories": ["a", "b"]"#,
        &["text", "one of `a`, `b`", "missing: \"\""],
    );
    check(
        r#""type": "geopoint", "constraints": {"enum": ["1,2"]}"#,
        &[
            "a longitude and a latitude, such as `90.50, 45.50`",
            "`1,2`",
            "missing: \"\"",
        ],
    );
}
