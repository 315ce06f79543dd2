use super::*;

mod block;
mod keys;
mod package;
mod yaml;

/// Reads a descriptor, and compares its faults: pointer, then part of the message.
#[track_caller]
fn check(text: &str, expected: &[(&str, &str)]) {
    check_bytes(text.as_bytes(), expected);
}

#[track_caller]
fn check_bytes(text: &[u8], expected: &[(&str, &str)]) {
    let shown = String::from_utf8_lossy(text);
    let shown = shown.get(..400).unwrap_or(&shown);
    let faults = match Schema::parse(text) {
        Ok(_) => Vec::new(),
        Err(faults) => {
            assert_eq!(faults.to_string().lines().count(), faults.iter().len());
            faults.iter().cloned().collect()
        }
    };
    let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    let expected_pointers: Vec<_> = expected.iter().map(|(pointer, _)| *pointer).collect();
    assert_eq!(pointers, expected_pointers, "{shown}: {faults:#?}");
    for (fault, (_, part)) in faults.iter().zip(expected) {
        assert!(fault.message.contains(part), "{shown}: {fault}");
    }
}

/// Checks the properties of one field; pointers are relative to it.
#[track_caller]
fn check_field(properties: &str, expected: &[(&str, &str)]) {
    let text = format!(r#"{{"fields": [{{"name": "x", {properties}}}]}}"#);
    let pointers: Vec<_> = expected
        .iter()
        .map(|(at, part)| (format!("/fields/0{at}"), *part))
        .collect();
    let expected: Vec<_> = pointers
        .iter()
        .map(|(at, part)| (at.as_str(), *part))
        .collect();
    check(&text, &expected);
}

#[test]
fn json_that_cannot_be_read() {
    check(
        "",
        &[("", "not JSON: EOF while parsing a value at line 1 column 0")],
    );
    check("{\n  \"fields\": [,]\n}", &[("", "line 2 column 14")]);
    check("{} x", &[("", "trailing characters at line 1 column 4")]);
    check("[]", &[("", "must be an object, not an array")]);
    check_bytes(
        b"{\n\"a\": \"\xFF\"}",
        &[("", "not UTF-8 at line 2, column 7")],
    );
    check("\u{feff}{\"fields\": [{\"name\": \"a\"}]}", &[]);
    check(
        r#"{"fields": [{"name": "\ud800"}]}"#,
        &[
            (
                "/fields/0/name",
                "surrogate pair in what starts at line 1, column 22",
            ),
            ("/fields/0", "lacks its `name`"),
        ],
    );
    check(
        r#"{"fields": [{"name": "a", "name": "b"}], "a/b~c": {"x": 1, "\u0078": 1}}"#,
        &[
            ("/fields/0/name", "`name` stands twice"),
            ("/a~1b~0c/x", "`x` stands twice"),
        ],
    );
    let deep = format!(
        r#"{{"fields": [{{"name": "a"}}], "x": {}{}}}"#,
        "[".repeat(100),
        "]".repeat(100)
    );
    check(
        &deep,
        &[(&format!("/x{}", "/0".repeat(32)), "nests deeper than 32")],
    );
    let many = format!(
        r#"{{"fields": [{{"name": "a"}}], "x": [{}0]}}"#,
        "0,".repeat(DESCRIPTOR_VALUES_MAX)
    );
    check(&many, &[("/x/999995", "more than 1000000 values")]);
    check_bytes(
        &vec![b' '; DESCRIPTOR_BYTES_MAX + 1],
        &[("", "larger than 16777216 bytes")],
    );
}

#[test]
fn properties_of_the_schema() {
    check("{}", &[("", "lacks `fields`")]);
    check(
        r#"{"fields": {}}"#,
        &[("/fields", "must be an array of objects, not an object")],
    );
    check(
        r#"{"fields": []}"#,
        &[("/fields", "must hold 1 to 10000 fields, not 0")],
    );
    check(
        r#"{"$schema": 1, "fields": [1, {}, {"name": 2}, {"name": ""}, {"name": "a"}, {"name": "a"}]}"#,
        &[
            ("/$schema", "must be a string, not a number"),
            ("/fields/0", "must be an object, not a number"),
            ("/fields/1", "lacks its `name`"),
            ("/fields/2/name", "must be a string, not a number"),
            ("/fields/3/name", "must not be empty"),
            ("/fields/5/name", "name `a` stands twice"),
        ],
    );
    for way in FieldsMatch::ALL {
        for form in [format!("\"{way}\""), format!("[\"{way}\"]")] {
            let text = format!(r#"{{"fields": [{{"name": "a"}}], "fieldsMatch": {form}}}"#);
            assert_eq!(Schema::parse(text.as_bytes()).unwrap().fields_match(), *way);
        }
    }
    for (form, part) in [
        ("\"Exakt\"", "unknown way to match `Exakt`"),
        ("[]", "must be a string"),
        ("[\"equal\", \"subset\"]", "must be a string"),
        ("null", "not null"),
    ] {
        let text = format!(r#"{{"fields": [{{"name": "a"}}], "fieldsMatch": {form}}}"#);
        check(&text, &[("/fieldsMatch", part)]);
    }
}

#[test]
fn types_and_formats() {
    for kind in FieldKind::ALL {
        check_field(&format!(r#""type": "{kind}", "format": "default""#), &[]);
    }
    check_field(
        r#""title": "t", "description": "d", "rdfType": "http://schema.org/x", "example": 1, "unit": {"of": "mass"}"#,
        &[],
    );
    check_field(
        r#""title": 1, "description": [], "rdfType": {}"#,
        &[
            ("/title", "a string"),
            ("/description", "a string"),
            ("/rdfType", "a string"),
        ],
    );
    check_field(r#""type": "strnig""#, &[("/type", "unknown type `strnig`")]);
    check_field(
        r#""type": null"#,
        &[("/type", "must be a string, not null")],
    );
    check_field(
        r#""type": "string", "format": "url""#,
        &[("/format", "unknown format `url` of a string")],
    );
    check_field(
        r#""type": "string", "format": 1"#,
        &[("/format", "must be a string")],
    );
    check_field(
        r#""type": "integer", "format": "currency""#,
        &[("/format", "type `integer` has no format `currency`")],
    );
    check_field(
        r#""type": "time", "format": "iso""#,
        &[("/format", "unknown format `iso` of a time")],
    );
    let faults = Schema::parse(br#"{"fields": [{"name": "x", "type": "int"}]}"#).unwrap_err();
    assert_eq!(
        faults.to_string(),
        "/fields/0/type: unknown type `int` (did you mean `integer`?)"
    );
}

#[test]
fn properties_of_types() {
    check_field(
        r#""type": "number", "decimalChar": "", "groupChar": "1", "bareNumber": "no""#,
        &[
            ("/decimalChar", "must be 1 to 16 bytes"),
            ("/groupChar", "must be 1 to 16 bytes"),
            ("/bareNumber", "must be `true` or `false`"),
        ],
    );
    check_field(
        r#""type": "number", "groupChar": ".""#,
        &[("/groupChar", "cannot be told from the decimal mark")],
    );
    check_field(r#""type": "integer", "groupChar": ".""#, &[]);
    check_field(
        r#""type": "boolean", "trueValues": [], "falseValues": [0]"#,
        &[
            ("/trueValues", "at least one"),
            ("/falseValues/0", "must be a string, not a number"),
        ],
    );
    check_field(
        r#""type": "boolean", "trueValues": ["0"]"#,
        &[("", "`0` stands for true and for false")],
    );
    check_field(
        r#""missingValues": [1, "a", "a", {"value": "b", "label": "l"}, {"label": "l"}, {"value": 2}]"#,
        &[
            (
                "/missingValues/0",
                "must be a string or an object, not a number",
            ),
            ("/missingValues/2", "`a` stands twice"),
            ("/missingValues/4/label", "label `l` stands twice"),
            ("/missingValues/4", "lacks its `value`"),
            ("/missingValues/5/value", "must be a string"),
            ("/missingValues", "mixes strings and objects"),
        ],
    );
    check_field(
        r#""missingValues": "NA""#,
        &[("/missingValues", "must be an array")],
    );
}

/// Checks the constraints of a field; pointers are relative to them.
#[track_caller]
fn check_constraints(kind: &str, constraints: &str, expected: &[(&str, &str)]) {
    let pointers: Vec<_> = expected
        .iter()
        .map(|(at, part)| (format!("/constraints{at}"), *part))
        .collect();
    let expected: Vec<_> = pointers
        .iter()
        .map(|(at, part)| (at.as_str(), *part))
        .collect();
    check_field(
        &format!(r#""type": "{kind}", "constraints": {constraints}"#),
        &expected,
    );
}

#[test]
fn constraints_belong_to_types() {
    check_constraints("string", "[]", &[("", "must be an object")]);
    check_constraints(
        "string",
        r#"{"required": "yes", "unique": 1, "requird": true}"#,
        &[
            ("/requird", "unknown constraint `requird`"),
            ("/required", "must be `true` or `false`"),
            ("/unique", "must be `true` or `false`"),
        ],
    );
    check_constraints(
        "string",
        r#"{"minimum": "a", "jsonSchema": {}}"#,
        &[
            ("/minimum", "does not apply to the type `string`"),
            ("/jsonSchema", "does not apply"),
        ],
    );
    check_constraints(
        "integer",
        r#"{"pattern": "a", "maxLength": 1}"#,
        &[
            ("/pattern", "does not apply"),
            ("/maxLength", "does not apply"),
        ],
    );
    check_constraints(
        "any",
        r#"{"maximum": 1}"#,
        &[("/maximum", "does not apply to the type `any`")],
    );
    check_constraints(
        "boolean",
        r#"{"maximum": true}"#,
        &[("/maximum", "does not apply")],
    );
    check_constraints(
        "string",
        r#"{"minLength": -1, "maxLength": "3"}"#,
        &[
            ("/minLength", "whole number"),
            ("/maxLength", "whole number"),
        ],
    );
    check_constraints(
        "string",
        r#"{"minLength": 3, "maxLength": 2}"#,
        &[("/maxLength", "less than `minLength`")],
    );
    check_constraints(
        "string",
        r#"{"pattern": "(?=a)"}"#,
        &[("/pattern", "looks around")],
    );
    check_constraints(
        "string",
        r#"{"pattern": 1}"#,
        &[("/pattern", "must be a string")],
    );
}

#[test]
fn literals_are_cast_by_their_field() {
    check_constraints("string", r#"{"enum": []}"#, &[("/enum", "at least one")]);
    check_constraints(
        "string",
        r#"{"enum": "a"}"#,
        &[("/enum", "must be an array")],
    );
    check_constraints(
        "string",
        r#"{"enum": ["a", 1, null, true]}"#,
        &[
            ("/enum/1", "`1` is not text"),
            ("/enum/2", "`null` is not text"),
            ("/enum/3", "`true` is not text"),
        ],
    );
    check_constraints(
        "integer",
        r#"{"minimum": 1.5, "maximum": "x", "enum": ["", 1.0, true]}"#,
        &[
            ("/minimum", "`1.5` is not an integer"),
            ("/maximum", "`x` is not an integer"),
            ("/enum/0", "`` is not an integer"),
            ("/enum/2", "`true` is not an integer"),
        ],
    );
    check_constraints(
        "number",
        r#"{"minimum": "NaN", "maximum": "INF"}"#,
        &[("/minimum", "`NaN` bounds nothing")],
    );
    check_constraints(
        "date",
        r#"{"minimum": "2024-02-30", "maximum": 2024}"#,
        &[
            ("/minimum", "is not a date"),
            ("/maximum", "`2024` is not a date"),
        ],
    );
    check_constraints(
        "boolean",
        r#"{"enum": ["yes", 1, false]}"#,
        &[
            ("/enum/0", "`yes` is not one of"),
            ("/enum/1", "`1` is not one of"),
        ],
    );
}

#[test]
fn bounds_leave_room() {
    check_constraints(
        "integer",
        r#"{"minimum": 2, "maximum": 1}"#,
        &[("", "no value is at least `2` and at most `1`")],
    );
    check_constraints("integer", r#"{"minimum": 2, "maximum": 2}"#, &[]);
    check_constraints(
        "number",
        r#"{"minimum": 2, "exclusiveMaximum": "2.0"}"#,
        &[("", "no value is at least `2` and less than `2.0`")],
    );
    check_constraints(
        "number",
        r#"{"exclusiveMinimum": 0.1, "exclusiveMaximum": 0.10000000000000000000000001}"#,
        &[],
    );
    check_constraints(
        "datetime",
        r#"{"minimum": "2024-01-01T00:00:00", "maximum": "2025-01-01T00:00:00Z"}"#,
        &[("", "with and without a zone are mixed")],
    );
    check_constraints(
        "time",
        r#"{"minimum": "01:00:00Z", "exclusiveMinimum": "00:00:00"}"#,
        &[("", "with and without a zone are mixed")],
    );
    check_constraints(
        "time",
        r#"{"minimum": "01:00:00Z", "maximum": "01:30:00+01:00"}"#,
        &[("", "no value is")],
    );
}

#[test]
fn all_faults_come_at_once_and_are_counted() {
    let fields = r#"{"name": "a", "type": "?"},"#.repeat(FAULTS_MAX);
    let text = format!(r#"{{"fields": [{fields} {{"name": "b"}}]}}"#);
    let faults = Schema::parse(text.as_bytes()).unwrap_err();
    assert_eq!(faults.iter().len(), FAULTS_MAX);
    assert_eq!(faults.n_unlisted(), FAULTS_MAX - 1);
    assert!(faults.to_string().ends_with("\nand 999 more"));
}

#[test]
fn a_field_describes_itself() {
    let text = br#"{"missingValues": ["", "NA"], "fields": [
        {"name": "a", "type": "number", "bareNumber": false, "constraints": {"unique": true, "minimum": 0, "maximum": "9.5"}},
        {"name": "b", "missingValues": [], "constraints": {"enum": ["1","2","3","4","5","6","7","8","9","10","11","12"]}}
    ]}"#;
    let schema = Schema::parse(text).unwrap();
    let [a, b] = schema.fields() else {
        panic!("two fields")
    };
    assert_eq!(
        (a.name(), a.kind(), a.is_unique(), a.is_required()),
        ("a", FieldKind::Number, true, false)
    );
    assert_eq!(
        a.describe(),
        [
            "a number, with text around it or not",
            "unique",
            "at least `0`",
            "at most `9.5`",
            r#"missing: "", "NA""#
        ]
    );
    assert_eq!(
        b.describe(),
        [
            "anything",
            "one of `1`, `2`, `3`, `4`, `5`, `6`, `7`, `8`, `9`, `10` and 2 others",
            "no cell is missing, not even an empty one"
        ]
    );
}

proptest::proptest! {
    #[test]
    fn no_descriptor_panics(text in r#"(\{|\}|\[|\]|:|,|"fields"|"name"|"type"|"a"|1|null| ){0,30}|.*"#) {
        drop(Schema::parse(text.as_bytes()));
    }
}
