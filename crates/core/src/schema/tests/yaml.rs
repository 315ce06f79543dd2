//! Descriptors in YAML: the same tree as from JSON.

use super::super::fault::Faults;
use super::super::json::Json;
use super::super::{text, yaml};
use super::*;

/// Reads a value in YAML, and compares it with one in JSON.
#[track_caller]
fn check_same(yaml_text: &str, json_text: &str) {
    let mut faults = Faults::default();
    let read = yaml::parse(yaml_text, &mut faults);
    let read = faults.finish(read).unwrap();
    let mut faults = Faults::default();
    // What stands in an array is told from YAML without a doubt.
    let json_text = format!("[{json_text}]");
    let expected = text::parse(json_text.as_bytes(), None, &mut faults);
    let expected = faults.finish(expected).unwrap();
    assert_eq!(Json::Array(vec![read]), expected, "{yaml_text}");
}

/// Reads what is at fault: pointer, then part of the message.
#[track_caller]
fn check_refused(yaml_text: &str, pointer: &str, part: &str) {
    let mut faults = Faults::default();
    let read = yaml::parse(yaml_text, &mut faults);
    let faults = faults.finish(read).unwrap_err();
    let shown: String = yaml_text.chars().take(200).collect();
    let all: Vec<_> = faults.iter().collect();
    let [fault] = all.as_slice() else {
        panic!("{shown}: {faults}");
    };
    assert_eq!(fault.pointer, pointer, "{shown}: {fault}");
    assert!(fault.message.contains(part), "{shown}: {fault}");
}

#[test]
fn scalars_of_the_core_schema() {
    for (yaml_text, json_text) in [
        ("no", "\"no\""),
        ("on", "\"on\""),
        ("Yes", "\"Yes\""),
        ("y", "\"y\""),
        ("true", "true"),
        ("FALSE", "false"),
        ("tRue", "\"tRue\""),
        ("~", "null"),
        ("Null", "null"),
        ("'null'", "\"null\""),
        ("\"1\"", "\"1\""),
        ("'it''s'", "\"it's\""),
        ("\"\\u00e9\\x41\"", "\"éA\""),
        ("0.10", "0.10"),
        (
            "123456789012345678901234567890",
            "123456789012345678901234567890",
        ),
        ("007", "7"),
        ("+1", "1"),
        ("0x1F", "31"),
        ("0o17", "15"),
        ("0xZZ", "\"0xZZ\""),
        ("1_000", "\"1_000\""),
        ("12:30:45", "\"12:30:45\""),
        ("2024-01-31", "\"2024-01-31\""),
        ("!!str 12", "\"12\""),
    ] {
        check_same(&format!("- {yaml_text}\n"), &format!("[{json_text}]"));
    }
    check_same("|\n  a\n  b\n", "\"a\\nb\\n\"");
    check_same(">-\n  a\n  b\n", "\"a b\"");
}

#[test]
fn collections_and_aliases() {
    check_same(
        "a: 1\nb: [x, {c: }]\n",
        r#"{"a": 1, "b": ["x", {"c": null}]}"#,
    );
    check_same("--- # comment\n? a\n: - 1\n...\n", r#"{"a": [1]}"#);
    check_same(
        "common: &c {required: yes}\na: *c\nb: *c\n",
        r#"{"common": {"required": "yes"}, "a": {"required": "yes"}, "b": {"required": "yes"}}"#,
    );
    check_same("1: a\nno: b\n", r#"{"1": "a", "no": "b"}"#);
}

#[test]
fn yaml_that_cannot_be_used() {
    for (yaml_text, pointer, part) in [
        ("", "", "holds no document"),
        ("a: [1", "", "not YAML: "),
        ("a: b: c", "", "line 1 column"),
        ("a:\n\tb: 1", "", "not YAML: "),
        ("format: %d.%m.%Y", "", "unexpected character"),
        ("a: 1\n---\nb: 1\n", "", "second document begins at line 3"),
        (
            "a: 1\nb: {c: 1, c: 2}\n",
            "/b/c",
            "`c` stands twice in one object, again at line 2",
        ),
        ("[a, b]: 1\n", "", "the key at line 1 is no plain text"),
        ("*a : 1\n", "", "not YAML"),
        ("a: &a [*a]\n", "/a/0", "stands for what it is in"),
        ("a: *b\n", "", "not YAML"),
        ("a: !!python/object:os.system x\n", "/a", "the tag"),
        ("a: !!binary aGk=\n", "/a", "the tag"),
        ("a: !!map []\n", "/a", "the tag"),
        (
            "a: .inf\n",
            "/a",
            "`.inf` at line 1 is a number that JSON does not have",
        ),
        ("a: -.NaN\n", "/a", "does not have"),
        (
            "base: &b {x: 1}\na:\n  <<: *b\n",
            "/a",
            "merge key `<<` at line 3",
        ),
    ] {
        check_refused(yaml_text, pointer, part);
    }
}

#[test]
fn a_short_text_asks_for_no_large_tree() {
    let lines: Vec<_> = (1..20)
        .map(|n| {
            let aliases = vec![format!("*a{}", n - 1); 9].join(", ");
            format!("a{n}: &a{n} [{aliases}]\n")
        })
        .collect();
    let laughs = format!("a0: &a0 [x, x, x]\n{}", lines.concat());
    let mut faults = Faults::default();
    assert_eq!(yaml::parse(&laughs, &mut faults), None);
    let found = faults.finish::<()>(None).unwrap_err().to_string();
    assert!(found.contains("more than 1000000 values"), "{found}");

    let long = format!(
        "a: &a {}\nb: [{}]\n",
        "x".repeat(1 << 20),
        vec!["*a"; 20].join(", ")
    );
    let mut faults = Faults::default();
    assert_eq!(yaml::parse(&long, &mut faults), None);
    let found = faults.finish::<()>(None).unwrap_err().to_string();
    assert!(found.contains("larger than 16777216 bytes"), "{found}");

    let deep = format!("{}x{}", "[".repeat(100), "]".repeat(100));
    check_refused(&deep, &"/0".repeat(33), "nests deeper than 32");
    for open in ["[", "- ", "{a: "] {
        let mut faults = Faults::default();
        assert_eq!(yaml::parse(&open.repeat(100_000), &mut faults), None);
        assert_eq!(faults.count(), 1);
    }
    let lines: Vec<_> = (0..100).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    let deep = lines.concat();
    check_refused(&deep, &"/a".repeat(33), "nests deeper than 32");
}

#[test]
fn the_notation_is_told_by_the_text() {
    check(
        "fields:\n  - name: a\n    type: integer\n    constraints: {minimum: 007}\n",
        &[],
    );
    check(
        "# no schema\n42",
        &[("", "must be an object, not a number")],
    );
    check("id,name\n1,a\n", &[("", "must be an object, not a string")]);
    // What begins as JSON is not taken for the YAML that it also is.
    check("{fields: [{name: a}]}", &[("", "not JSON")]);
    let yaml_text = b"{fields: [{name: a, missingValues: [no, NA]}]}";
    let schema = Schema::parse_as(yaml_text, Some(Notation::Yaml)).unwrap();
    assert!(
        schema.fields()[0]
            .describe()
            .contains(&r#"missing: "NA", "no""#.to_owned())
    );
}

proptest::proptest! {
    #[test]
    fn no_yaml_panics(text in r#"(\{|\}|\[|\]|: |, |- |\n|  |&a |\*a|!!str |\||>|'|"|a|1|~|#|%|---|\t|\?){0,40}"#) {
        let mut faults = Faults::default();
        let read = yaml::parse(&text, &mut faults);
        proptest::prop_assert_eq!(faults.finish(read.map(|_| ())).is_err(), read_is_none(&text));
    }

    #[test]
    fn what_json_says_yaml_says_too(text in "[a-zA-Z0-9 :#'é\u{1F600}]{0,12}", number in proptest::num::i64::ANY) {
        let text = serde_json::to_string(&text).unwrap();
        check_same(&format!("{{a: {text}, b: [{number}, true]}}"), &format!(r#"{{"a": {text}, "b": [{number}, true]}}"#));
    }
}

fn read_is_none(text: &str) -> bool {
    let mut faults = Faults::default();
    let read = yaml::parse(text, &mut faults);
    read.is_none() || faults.count() > 0
}
