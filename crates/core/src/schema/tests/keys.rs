//! Keys: what they refer to, and what is wrong with them.

use super::*;

/// Reads a schema of the fields `a`, `b` and `c` with further properties.
#[track_caller]
fn check_keys(properties: &str, expected: &[(&str, &str)]) {
    check(
        &format!(
            r#"{{"fields": [{{"name": "a"}}, {{"name": "b"}}, {{"name": "c"}}], {properties}}}"#
        ),
        expected,
    );
}

#[track_caller]
fn schema(properties: &str) -> Schema {
    let text = format!(
        r#"{{"fields": [{{"name": "a"}}, {{"name": "b"}}, {{"name": "c"}}], {properties}}}"#
    );
    Schema::parse(text.as_bytes()).unwrap()
}

#[test]
fn a_primary_key_is_required() {
    let keyed = schema(r#""primaryKey": ["c", "a"]"#);
    assert_eq!(keyed.primary_key(), [2, 0]);
    let required: Vec<_> = keyed.fields().iter().map(Field::is_required).collect();
    assert_eq!(required, [true, false, true]);
    // As version 1 wrote it.
    assert_eq!(schema(r#""primaryKey": "b""#).primary_key(), [1]);
    check_keys(
        r#""primaryKey": []"#,
        &[("/primaryKey", "at least one field")],
    );
    check_keys(
        r#""primaryKey": ["a", 1, "a", "d"]"#,
        &[
            ("/primaryKey/1", "must be the name of a field, not a number"),
            ("/primaryKey/2", "field `a` stands twice"),
        ],
    );
    check_keys(
        r#""primaryKey": ["a", "d"]"#,
        &[("/primaryKey/1", "unknown field `d`")],
    );
    check_keys(
        r#""primaryKey": "A""#,
        &[("/primaryKey", "unknown field `A`")],
    );
    check_keys(
        r#""primaryKey": null"#,
        &[("/primaryKey", "must be an array")],
    );
}

#[test]
fn unique_keys_are_arrays_of_arrays() {
    let keyed = schema(r#""uniqueKeys": [["a"], ["b", "a"]]"#);
    assert_eq!(keyed.unique_keys(), [vec![0], vec![1, 0]]);
    assert!(!keyed.fields()[0].is_required());
    check_keys(
        r#""uniqueKeys": []"#,
        &[("/uniqueKeys", "at least one key")],
    );
    check_keys(
        r#""uniqueKeys": ["a"]"#,
        &[("/uniqueKeys", "array of arrays")],
    );
    check_keys(
        r#""uniqueKeys": [[], ["a", "a"], ["x"], ["a", "b"], ["b", "a"], "c"]"#,
        &[
            ("/uniqueKeys/0", "at least one field"),
            ("/uniqueKeys/1/1", "stands twice"),
            ("/uniqueKeys/2/0", "unknown field `x`"),
            ("/uniqueKeys/4", "key stands twice"),
            ("/uniqueKeys/5", "must be an array"),
        ],
    );
    let many = vec![r#"["a"]"#; 1_001].join(", ");
    check_keys(
        &format!(r#""uniqueKeys": [{many}]"#),
        &[("/uniqueKeys", "at most 1000 keys, not 1001")],
    );
}

#[test]
fn foreign_keys_refer_to_as_many_fields() {
    let itself = |fields: &[usize]| ReferencedTable::Itself(fields.to_vec());
    for reference in [
        r#"{"fields": ["a"]}"#,
        r#"{"fields": "a"}"#,
        r#"{"resource": "", "fields": "a"}"#,
    ] {
        for fields in [r#""c""#, r#"["c"]"#] {
            let keyed = schema(&format!(
                r#""foreignKeys": [{{"fields": {fields}, "reference": {reference}}}]"#
            ));
            let key = ForeignKey {
                fields: vec![2],
                table: itself(&[0]),
            };
            assert_eq!(keyed.foreign_keys(), [key]);
        }
    }
    let keyed = schema(
        r#""foreignKeys": [{"fields": ["a", "b"], "reference": {"resource": "r", "fields": ["x", "y"]}}]"#,
    );
    let table = ReferencedTable::Resource {
        name: "r".to_owned(),
        fields: vec!["x".to_owned(), "y".to_owned()],
    };
    assert_eq!(keyed.foreign_keys()[0].table, table);
    check_keys(r#""foreignKeys": []"#, &[]);
}

#[test]
fn foreign_keys_at_fault() {
    check_keys(r#""foreignKeys": {}"#, &[("/foreignKeys", "an array")]);
    check_keys(
        r#""foreignKeys": [
            1,
            {},
            {"fields": "a", "reference": "r"},
            {"fields": "a", "reference": {"resource": 1}},
            {"fields": ["a", "b"], "reference": {"resource": "r", "fields": "x"}},
            {"fields": ["a", "d"], "reference": {"resource": "r", "fields": ["x", "y", "z"]}},
            {"fields": "a", "reference": {"fields": ["d"]}},
            {"fields": [], "reference": {"resource": "r", "fields": []}}
        ]"#,
        &[
            ("/foreignKeys/0", "must be an object"),
            ("/foreignKeys/1", "lacks its `fields`"),
            ("/foreignKeys/1", "lacks its `reference`"),
            ("/foreignKeys/2/reference", "must be an object"),
            ("/foreignKeys/3/reference/resource", "must be a string"),
            ("/foreignKeys/3/reference", "lacks its `fields`"),
            ("/foreignKeys/4/reference/fields", "to 1 fields by 2"),
            ("/foreignKeys/5/fields/1", "unknown field `d`"),
            ("/foreignKeys/5/reference/fields", "to 3 fields by 2"),
            ("/foreignKeys/6/reference/fields/0", "unknown field `d`"),
            ("/foreignKeys/7/fields", "at least one field"),
            ("/foreignKeys/7/reference/fields", "at least one field"),
        ],
    );
}

#[test]
fn keys_are_read_beside_faulty_fields() {
    check(
        r#"{"fields": [{"name": "a", "type": "?"}, {"name": "b"}], "primaryKey": ["a", "x"]}"#,
        &[
            ("/fields/0/type", "unknown type"),
            ("/primaryKey/1", "unknown field `x`"),
        ],
    );
    // Where a name cannot be read, an unknown one may be it.
    check(
        r#"{"fields": [{"name": 1}, {"name": "b"}], "primaryKey": ["x"]}"#,
        &[("/fields/0/name", "a string")],
    );
    check(
        r#"{"primaryKey": 1}"#,
        &[("", "lacks `fields`"), ("/primaryKey", "must be an array")],
    );
}

#[test]
fn likely_misspellings_are_remarked_on() {
    let keyed = schema(
        r#""primarykey": ["a"], "unique_keys": 1, "x-other": {}, "foreignKeys": [
        {"fields": "a", "referense": 1, "reference": {"resorce": "r", "datapackage": "u", "fields": "b"}}]"#,
    );
    let notes: Vec<_> = keyed.notes().iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            "/primarykey: property `primarykey` is not of the standard, and is ignored (did you mean `primaryKey`?)",
            "/unique_keys: property `unique_keys` is not of the standard, and is ignored (did you mean `uniqueKeys`?)",
            "/foreignKeys/0/referense: property `referense` is not of the standard, and is ignored (did you mean `reference`?)",
            "/foreignKeys/0/reference/resorce: property `resorce` is not of the standard, and is ignored (did you mean `resource`?)",
        ]
    );
}

#[test]
fn hints_compare_no_long_names_and_are_given_to_the_first_faults_alone() {
    let unknown: Vec<String> = (0..2_000).map(|n| format!("\"amuont{n}\"")).collect();
    let descriptor =
        |names: &str| format!(r#"{{"fields": [{{"name": "amount"}}], "primaryKey": [{names}]}}"#);
    let hints = |names: &str| -> Vec<Option<String>> {
        let faults = Schema::parse(descriptor(names).as_bytes()).unwrap_err();
        faults.iter().map(|fault| fault.hint.clone()).collect()
    };
    let found = hints(&unknown.join(","));
    assert_eq!(found[0].as_deref(), Some("did you mean `amount`?"));
    assert_eq!(found[99].as_deref(), Some("did you mean `amount`?"));
    assert!(found[100..].iter().all(Option::is_none));

    let long = format!("\"amount{}\"", "t".repeat(1_000_000));
    assert_eq!(hints(&long), [Some("known: `amount`".to_owned())]);
}
