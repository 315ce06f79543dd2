use crate::check::Verdict;
use crate::schema::Schema;

fn text_of(schema: &str) -> String {
    format!(
        r#"{{"missingValues": [], "fields": [{{"name": "x", "type": "array", "constraints": {{"jsonSchema": {{"items": {schema}}}}}}}]}}"#
    )
}

/// Tests items against a schema.
#[track_caller]
fn check(schema: &str, good: &[&str], bad: &[&str]) {
    let text = text_of(schema);
    let parsed = Schema::parse(text.as_bytes()).unwrap_or_else(|faults| panic!("{text}: {faults}"));
    let check = parsed.fields()[0].check();
    for (items, expected) in [(good, Verdict::Valid), (bad, Verdict::Invalid)] {
        for item in items {
            let verdict = check.check(&format!("[{item}]"), &mut Vec::new());
            assert_eq!(verdict, expected, "{schema}: {item}");
        }
    }
}

/// Checks the faults of a schema: pointer within the constraint, then part of the message.
#[track_caller]
fn check_faults(schema: &str, expected: &[(&str, &str)]) {
    let text = text_of(schema);
    let faults = Schema::parse(text.as_bytes()).unwrap_err();
    let found: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), expected.len(), "{schema}: {found:#?}");
    for (fault, (pointer, part)) in faults.iter().zip(expected) {
        let pointer = format!("/fields/0/constraints/jsonSchema{pointer}");
        assert_eq!(fault.pointer, pointer, "{fault}");
        assert!(fault.message.contains(part), "{fault}");
    }
}

#[test]
fn values() {
    check("true", &["1"], &[]);
    check("false", &[], &["1"]);
    check(
        r#"{"type": "integer"}"#,
        &["1", "1.0", "1e400"],
        &["1.5", "\"1\""],
    );
    check(
        r#"{"type": ["null", "number"]}"#,
        &["null", "1.5"],
        &["true", "[]"],
    );
    check(
        r#"{"const": {"a": 1, "b": [2.0]}}"#,
        &[r#"{"b": [2], "a": 1e0}"#],
        &["{}", "1"],
    );
    check(
        r#"{"enum": [9007199254740993, "a"]}"#,
        &["9007199254740993", "\"a\""],
        &["9007199254740992"],
    );
    check(
        r#"{"minimum": 0.1, "exclusiveMaximum": 1e400}"#,
        &["0.1", "9e399", "\"\""],
        &["0.09", "1e400"],
    );
    check(r#"{"multipleOf": 0.01}"#, &["19.99", "true"], &["19.999"]);
    check(
        r#"{"minLength": 2.0, "maxLength": 2}"#,
        &["\"\u{1f4a9}\u{1f4a9}\"", "1"],
        &["\"a\"", "\"abc\""],
    );
    check(
        r#"{"pattern": "^\\d+$"}"#,
        &["\"12\"", "1"],
        &["\"a\"", "\"\u{663}\""],
    );
    check(r#"{"format": "email", "x-unknown": 1}"#, &["\"a\""], &[]);
}

#[test]
fn arrays() {
    check(
        r#"{"items": {"type": "string"}, "minItems": 1}"#,
        &["[\"a\"]", "1"],
        &["[]", "[1]"],
    );
    check(
        r#"{"prefixItems": [{"type": "string"}], "items": false}"#,
        &["[\"a\"]", "[]"],
        &["[1]", "[\"a\", 1]"],
    );
    check(
        r#"{"items": [{"type": "string"}], "additionalItems": {"type": "null"}}"#,
        &["[\"a\", null]"],
        &["[\"a\", 1]"],
    );
    check(
        r#"{"uniqueItems": true}"#,
        &["[1, \"1\", [1]]"],
        &["[1, 1.0]", r#"[{"a": 1, "b": 2}, {"b": 2, "a": 1}]"#],
    );
    check(
        r#"{"contains": {"const": 1}, "maxContains": 2}"#,
        &["[1]", "[1, 2, 1]"],
        &["[]", "[1, 1, 1]"],
    );
    check(
        r#"{"contains": {"const": 1}, "minContains": 0}"#,
        &["[]"],
        &[],
    );
    check(r#"{"maxItems": 1}"#, &["[1]"], &["[1, 2]"]);
}

#[test]
fn objects() {
    check(
        r#"{"required": ["a"], "properties": {"b": {"type": "null"}, "a": {"type": "string"}}, "additionalProperties": false}"#,
        &[r#"{"a": ""}"#, r#"{"b": null, "a": ""}"#],
        &["{}", r#"{"a": 1}"#, r#"{"a": "", "c": 1}"#],
    );
    check(
        r#"{"patternProperties": {"^x-": true}, "additionalProperties": {"type": "number"}}"#,
        &[r#"{"x-a": "", "b": 1}"#],
        &[r#"{"y": ""}"#],
    );
    check(
        r#"{"propertyNames": {"maxLength": 1}, "maxProperties": 1}"#,
        &[r#"{"a": 1}"#, "{}"],
        &[r#"{"ab": 1}"#, r#"{"a": 1, "b": 1}"#],
    );
    check(r#"{"minProperties": 1}"#, &[r#"{"a": 1}"#], &["{}"]);
    check(
        r#"{"dependentRequired": {"a": ["b"]}}"#,
        &["{}", r#"{"a": 1, "b": 1}"#],
        &[r#"{"a": 1}"#],
    );
    check(
        r#"{"dependencies": {"a": {"required": ["b"]}, "c": ["d"]}}"#,
        &["{}", r#"{"a": 1, "b": 1}"#],
        &[r#"{"a": 1}"#, r#"{"c": 1}"#],
    );
    check(
        r#"{"dependentSchemas": {"a": {"maxProperties": 1}}}"#,
        &[r#"{"a": 1}"#],
        &[r#"{"a": 1, "b": 1}"#],
    );
}

#[test]
fn schemas_of_schemas() {
    check(
        r#"{"allOf": [{"minimum": 1}, {"maximum": 2}]}"#,
        &["1", "2"],
        &["0", "3"],
    );
    check(
        r#"{"anyOf": [{"const": 1}, {"const": 2}]}"#,
        &["1", "2"],
        &["3"],
    );
    check(
        r#"{"oneOf": [{"minimum": 1}, {"maximum": 2}]}"#,
        &["0", "3"],
        &["1", "2"],
    );
    check(r#"{"not": {"type": "string"}}"#, &["1"], &["\"\""]);
    check(
        r#"{"if": {"type": "string"}, "then": {"minLength": 1}, "else": {"minimum": 1}}"#,
        &["\"a\"", "1"],
        &["\"\"", "0"],
    );
    check(r#"{"if": {"type": "string"}}"#, &["1", "\"\""], &[]);
    check(
        r##"{"$defs": {"a/b": {"type": "object", "properties": {"next": {"$ref": "#/items/$defs/a~1b"}}}}, "$ref": "#/items/%24defs/a~1b"}"##,
        &["{}", r#"{"next": {"next": {}}}"#],
        &["1", r#"{"next": {"next": 1}}"#],
    );
}

#[test]
fn what_is_at_fault() {
    check_faults("1", &[("/items", "must be a schema")]);
    check_faults(
        r#"{"type": "int", "minimum": "1", "minLength": -1, "pattern": "(?=a)", "required": "a", "multipleOf": 0, "enum": 1, "uniqueItems": 1}"#,
        &[
            ("/items/type", "unknown type `int`"),
            ("/items/minimum", "must be a number"),
            ("/items/minLength", "not negative"),
            ("/items/pattern", "look-around"),
            ("/items/required", "must be an array"),
            ("/items/multipleOf", "greater than 0"),
            ("/items/enum", "must be an array"),
            ("/items/uniqueItems", "`true` or `false`"),
        ],
    );
    check_faults(
        r##"{"$ref": "https://example.org/a", "not": {"$ref": "#/nowhere"}, "if": {"$ref": 1}}"##,
        &[
            ("/items/$ref", "nothing is fetched"),
            ("/items/not/$ref", "names no subschema"),
            ("/items/if/$ref", "must be a string"),
        ],
    );
    check_faults(
        r#"{"unevaluatedItems": false, "$anchor": "a", "$id": "b", "$schema": "http://json-schema.org/draft-04/schema#"}"#,
        &[
            (
                "/items/$schema",
                "draft `http://json-schema.org/draft-04/schema#` is not known",
            ),
            ("/items/unevaluatedItems", "not supported"),
            ("/items/$anchor", "not supported"),
            ("/items/$id", "not supported"),
        ],
    );
    check_faults(
        r#"{"allOf": [], "properties": [], "anyOf": [1], "properties2": 1}"#,
        &[
            ("/items/allOf", "at least one schema"),
            ("/items/properties", "must be an object"),
            ("/items/anyOf/0", "must be a schema"),
        ],
    );
    check_faults(
        r##"{"anyOf": [{"$ref": "#/items"}, true]}"##,
        &[("", "refers to itself")],
    );
}

#[test]
fn time_and_depth_are_bounded() {
    // Each level asks the next one twice.
    let levels: Vec<String> = (0..40)
        .map(|level| {
            let next = format!(r##"{{"$ref": "#/items/$defs/{}"}}"##, level + 1);
            format!(r#""{level}": {{"allOf": [{next}, {next}]}}"#)
        })
        .collect();
    let schema = format!(
        r##"{{"$defs": {{{}, "40": true}}, "not": {{"$ref": "#/items/$defs/0"}}}}"##,
        levels.join(", ")
    );
    check(&schema, &[], &["1"]);
    // A test counts as much as it looks at.
    let levels: Vec<String> = (0..18)
        .map(|level| {
            let next = format!(r##"{{"$ref": "#/items/$defs/{}"}}"##, level + 1);
            format!(r#""{level}": {{"allOf": [{next}, {next}]}}"#)
        })
        .collect();
    let numbers: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
    let array = format!("[{}]", numbers.join(", "));
    for test in [
        r#"{"uniqueItems": true}"#.to_owned(),
        format!(r#"{{"enum": [{array}]}}"#),
    ] {
        let levels = levels.join(", ");
        let schema =
            format!(r##"{{"$defs": {{{levels}, "18": {test}}}, "$ref": "#/items/$defs/0"}}"##);
        check(&schema, &[], &[&array]);
    }
    check(r#"{"uniqueItems": true}"#, &[&array], &[]);
    let nested = format!("{}{}", "[".repeat(120), "]".repeat(120));
    check(r##"{"items": {"$ref": "#/items"}}"##, &[&nested], &[]);
}

#[test]
fn the_place_of_what_is_not_met_is_named() {
    let text = text_of(r#"{"properties": {"a": {"type": "string"}}}"#);
    let schema = Schema::parse(text.as_bytes()).unwrap();
    let mut reasons = Vec::new();
    schema.fields()[0]
        .check()
        .check(r#"[{"a": 1}]"#, &mut reasons);
    assert_eq!(
        reasons[0].expected,
        "JSON that meets its `jsonSchema` at `/items/properties/a/type`"
    );
    assert!(
        schema.fields()[0]
            .describe()
            .contains(&"JSON that meets its `jsonSchema`".to_owned())
    );
}
