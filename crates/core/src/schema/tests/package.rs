//! Resources, packages and the files that they refer to.

use super::*;
use crate::dialect::{DialectOptions, Header, InitialSpace, InnerQuote, LineEnd, Mark, Quote};

const SCHEMA: &str = r#"{"fields": [{"name": "id", "type": "integer"}]}"#;

#[track_caller]
fn read(text: &str, options: &ReadOptions<'_>) -> Result<Descriptor, SchemaFaults> {
    match Descriptor::read(text.as_bytes(), options)? {
        DescriptorRead::Whole(descriptor) => Ok(*descriptor),
        DescriptorRead::Lacks(paths) => panic!("lacks {paths:?}: {text}"),
    }
}

/// Reads a descriptor, and compares its faults: pointer, then part of the message.
#[track_caller]
fn check_read(text: &str, resource: Option<&str>, expected: &[(&str, &str)]) {
    let options = ReadOptions {
        resource,
        ..ReadOptions::default()
    };
    let faults: Vec<_> = match read(text, &options) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().cloned().collect(),
    };
    let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    let expected_pointers: Vec<_> = expected.iter().map(|(pointer, _)| *pointer).collect();
    assert_eq!(pointers, expected_pointers, "{text}: {faults:#?}");
    for (fault, (_, part)) in faults.iter().zip(expected) {
        assert!(fault.message.contains(part), "{text}: {fault}");
    }
}

/// Checks the properties of a resource.
#[track_caller]
fn check_resource(properties: &str, expected: &[(&str, &str)]) {
    check_read(
        &format!(r#"{{"name": "r", "schema": {SCHEMA}, {properties}}}"#),
        None,
        expected,
    );
}

#[test]
fn a_resource_says_how_its_table_is_stored() {
    let text = format!(
        r#"{{"name": "orders", "path": ["data/orders.csv"], "encoding": "latin1", "bytes": 12,
            "hash": "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709", "type": "table",
            "dialect": {{"delimiter": ";"}}, "schema": {SCHEMA}}}"#
    );
    let found = read(&text, &ReadOptions::default()).unwrap();
    let envelope = found.envelope;
    assert_eq!(envelope.name.as_deref(), Some("orders"));
    assert_eq!(envelope.path.as_deref(), Some("data/orders.csv"));
    assert_eq!(envelope.encoding.as_deref(), Some("latin1"));
    assert_eq!(envelope.expectation.bytes, Some(12));
    assert!(envelope.expectation.hash.is_some());
    assert_eq!(envelope.dialect.delimiter, Some(Mark::from(';')));
    assert!(found.notes.is_empty(), "{:?}", found.notes);
    let alone = read(SCHEMA, &ReadOptions::default()).unwrap();
    assert_eq!(alone.envelope, Envelope::default());
}

#[test]
fn resources_at_fault() {
    check_read(
        r#"{"path": "a.csv"}"#,
        None,
        &[("", "lacks its `name`"), ("", "lacks its `schema`")],
    );
    check_resource(
        r#""title": 1"#,
        &[("/title", "a string"), ("", "lacks its `path`")],
    );
    check_resource(
        r#""data": [[1]]"#,
        &[("/data", "data within a descriptor is not read")],
    );
    check_resource(
        r#""url": "a.csv", "bytes": -1, "hash": "crc32:00", "encoding": "", "format": "xlsx""#,
        &[
            ("/format", "`xlsx` is no delimited text"),
            ("/encoding", "must not be empty"),
            ("/bytes", "`-1` is no number of bytes"),
            ("/hash", "`crc32:00` cannot be checked"),
        ],
    );
    check_resource(
        r#""path": ["a.csv", "b.csv"]"#,
        &[("/path", "names 2 files")],
    );
    check_resource(r#""path": []"#, &[("/path", "must name a file")]);
    check_resource(r#""path": [1]"#, &[("/path/0", "must be a string")]);
    check_resource(r#""path": {}"#, &[("/path", "must be a string")]);
    check_read(
        r#"{"name": "r", "path": "a.csv", "schema": {"fields": [{"name": "a", "type": "?"}], "primaryKey": "b"}}"#,
        None,
        &[
            ("/schema/fields/0/type", "unknown type"),
            ("/schema/primaryKey", "unknown field `b`"),
        ],
    );
}

#[test]
fn paths_stay_below_their_descriptor() {
    for path in [
        "a.csv",
        "data/a b.csv",
        "./a.csv",
        "s3://lake/a.csv",
        "https://example.com/../a.csv",
        "a..b/c.csv",
    ] {
        check_resource(&format!(r#""path": "{path}""#), &[]);
    }
    for (path, part) in [
        ("", "must not be empty"),
        ("/etc/passwd", "must be relative"),
        ("~/a.csv", "must be relative"),
        ("C:/a.csv", "must be relative"),
        ("file:/etc/passwd", "must be relative"),
        ("FILE:///etc/passwd", "must be relative"),
        ("a\\\\..\\\\b", "must be relative"),
        ("../a.csv", "must not leave"),
        ("a/../../b.csv", "must not leave"),
        ("a/..", "must not leave"),
        (".ssh/id", "must not be hidden"),
        ("a\\u0000.csv", "NUL"),
    ] {
        check_resource(&format!(r#""path": "{path}""#), &[("/path", part)]);
        let linked = format!(r#"{{"name": "r", "path": "a.csv", "schema": "{path}"}}"#);
        check_read(&linked, None, &[("/schema", part)]);
    }
}

#[test]
fn schemas_and_dialects_may_stand_in_files() {
    let text = r#"{"resources": [{"name": "r", "path": "r.csv", "schema": "s.yaml", "dialect": "d.json"}]}"#;
    let lacking = Descriptor::read(text.as_bytes(), &ReadOptions::default()).unwrap();
    let DescriptorRead::Lacks(paths) = lacking else {
        panic!("both files are lacking");
    };
    assert_eq!(paths, ["d.json", "s.yaml"]);
    let linked = |dialect: &str, schema: &str| {
        [("d.json", dialect), ("s.yaml", schema)].map(|(path, text)| LinkedFile {
            path: path.to_owned(),
            text: text.as_bytes().to_vec(),
        })
    };
    let whole = linked(r#"{"header": false}"#, "fields: [{name: a}]");
    let options = ReadOptions {
        linked: &whole,
        ..ReadOptions::default()
    };
    let found = read(text, &options).unwrap();
    assert_eq!(found.envelope.dialect.header, Some(Header::Absent));
    assert_eq!(found.schema.fields().len(), 1);

    let broken = linked(r#"{"header": 1}"#, "fields: [{name: a, type: no}]");
    let options = ReadOptions {
        linked: &broken,
        ..ReadOptions::default()
    };
    let faults = read(text, &options).unwrap_err();
    let shown: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert!(
        shown[0].starts_with(
            "/resources/0/dialect/header: must be `true` or `false`, not a number, in `d.json`"
        ),
        "{shown:?}"
    );
    assert!(
        shown[1].starts_with("/resources/0/schema/fields/0/type: unknown type `no`, in `s.yaml`")
    );
}

#[test]
fn the_table_of_a_package() {
    let package = |resources: &str| format!(r#"{{"name": "p", "resources": [{resources}]}}"#);
    let table =
        |name: &str| format!(r#"{{"name": "{name}", "path": "{name}.csv", "schema": {SCHEMA}}}"#);
    let readme = r#"{"name": "readme", "path": "README.md"}"#;
    check_read(&package(""), None, &[("/resources", "at least one")]);
    check_read(&package(readme), None, &[("/resources", "no table")]);
    check_read(&package(&format!("{readme}, {}", table("a"))), None, &[]);
    let two = package(&format!("{}, {}", table("a"), table("b")));
    check_read(&two, None, &[("/resources", "several tables: `a`, `b`")]);
    check_read(&two, Some("b"), &[]);
    check_read(&two, Some("c"), &[("/resources", "no resource `c`")]);
    check_read(SCHEMA, Some("c"), &[("", "is no data package")]);
    check_read(
        &package(&format!("1, {{}}, {0}, {0}", table("a"))),
        Some("a"),
        &[
            ("/resources/0", "must be an object"),
            ("/resources/1", "lacks its `name`"),
            ("/resources/3/name", "`a` stands twice"),
        ],
    );
    check_read(r#"{"resources": {}}"#, None, &[("/resources", "an array")]);
    check_read("[]", None, &[("", "an object: a schema")]);
    check_read("{}", None, &[("", "lacks `fields`")]);
}

#[test]
fn foreign_keys_find_their_tables() {
    let package = |reference: &str| {
        format!(
            r#"{{"resources": [
            {{"name": "a", "path": "a.csv", "schema": {{"fields": [{{"name": "id"}}, {{"name": "up"}}],
              "foreignKeys": [{{"fields": "up", "reference": {reference}}}]}}}},
            {{"name": "b", "path": "b.csv", "dialect": {{"delimiter": "|"}}, "schema": {SCHEMA}}}]}}"#
        )
    };
    let options = ReadOptions {
        resource: Some("a"),
        ..ReadOptions::default()
    };
    let found = read(&package(r#"{"resource": "b", "fields": "id"}"#), &options).unwrap();
    let [b] = found.references.as_slice() else {
        panic!("one table is referred to");
    };
    assert_eq!(b.envelope.path.as_deref(), Some("b.csv"));
    assert_eq!(b.schema.as_ref().unwrap().fields()[0].name(), "id");
    // Its own name means the table itself.
    let found = read(&package(r#"{"resource": "a", "fields": "id"}"#), &options).unwrap();
    assert_eq!(
        found.schema.foreign_keys()[0].table,
        ReferencedTable::Itself(vec![0])
    );
    check_read(
        &package(r#"{"resource": "b", "fields": "ID"}"#),
        Some("a"),
        &[(
            "/resources/0/schema/foreignKeys/0/reference/fields/0",
            "no field `ID`",
        )],
    );
    let found = read(&package(r#"{"resource": "c", "fields": "id"}"#), &options).unwrap();
    assert!(found.references.is_empty());
    assert_eq!(
        found.notes[0].pointer,
        "/resources/0/schema/foreignKeys/0/reference/resource"
    );
}

/// Reads a dialect.
#[track_caller]
fn dialect(text: &str) -> DialectOptions {
    let text =
        format!(r#"{{"name": "r", "path": "r.csv", "schema": {SCHEMA}, "dialect": {text}}}"#);
    read(&text, &ReadOptions::default())
        .unwrap()
        .envelope
        .dialect
}

#[test]
fn dialects_of_both_versions() {
    let default = DialectOptions {
        delimiter: Some(Mark::from(',')),
        ..DialectOptions::default()
    };
    assert_eq!(dialect("{}"), default);
    assert_eq!(
        dialect(
            r#"{"csvddfVersion": 1.2, "delimiter": ";", "lineTerminator": "\r\n", "quoteChar": "'",
            "doubleQuote": true, "skipInitialSpace": false, "header": true, "commentChar": "\#",
            "caseSensitiveHeader": false}"#
                .replace("\\#", "#")
                .as_str()
        ),
        DialectOptions {
            delimiter: Some(Mark::from(';')),
            line_end: Some(LineEnd::Any),
            quote: Some(Quote::By('\'')),
            inner_quote: Some(InnerQuote::Doubled),
            initial_space: Some(InitialSpace::Kept),
            header: Some(Header::Present),
            comment: Some(Mark::from('#')),
            ..DialectOptions::default()
        }
    );
    assert_eq!(
        dialect(r#"{"headerRows": [1]}"#).header,
        Some(Header::Present)
    );
    assert_eq!(dialect(r#"{"header": false}"#).header, Some(Header::Absent));
    assert_eq!(dialect(r#"{"quoteChar": ""}"#).quote, Some(Quote::Never));
    // `escapeChar` excludes quotes, unless something is said of quotes too.
    let escaped = dialect(r#"{"escapeChar": "\\"}"#);
    assert_eq!(
        (escaped.escape, escaped.quote),
        (Some('\\'), Some(Quote::Never))
    );
    assert_eq!(
        dialect(r#"{"escapeChar": "\\", "doubleQuote": false}"#).quote,
        None
    );
    let both = dialect(r#"{"escapeChar": "\\", "quoteChar": "'"}"#);
    assert_eq!(both.quote, Some(Quote::By('\'')));
}

#[test]
fn dialects_at_fault() {
    #[track_caller]
    fn check_dialect(properties: &str, expected: &[(&str, &str)]) {
        let pointers: Vec<_> = expected
            .iter()
            .map(|(at, part)| (format!("/dialect{at}"), *part))
            .collect();
        let expected: Vec<_> = pointers
            .iter()
            .map(|(at, part)| (at.as_str(), *part))
            .collect();
        check_resource(
            &format!(r#""path": "r.csv", "dialect": {properties}"#),
            &expected,
        );
    }
    check_dialect("1", &[("", "must be an object")]);
    check_dialect(
        r#"{"delimiter": "", "quoteChar": "''", "escapeChar": "", "doubleQuote": "yes", "lineTerminator": ""}"#,
        &[
            ("/delimiter", "must not be empty"),
            ("/quoteChar", "a single character"),
            ("/doubleQuote", "`true` or `false`"),
            ("/escapeChar", "a single character"),
            ("/lineTerminator", "at least one character"),
        ],
    );
    check_dialect(
        r#"{"header": false, "headerRows": [2], "commentRows": [0]}"#,
        &[
            ("/headerRows", "a header that there is none of"),
            ("/commentRows", "numbered from 1"),
        ],
    );
    check_dialect(
        r#"{"headerRows": [], "commentRows": [1, "2", 1.5]}"#,
        &[
            ("/headerRows", "at least one row"),
            ("/commentRows/1", "`2` is no number"),
            ("/commentRows/2", "`1.5` is no number"),
        ],
    );
    check_dialect(
        r#"{"delimiter": ";", "quoteChar": ";"}"#,
        &[("", "are both `;`")],
    );
}

#[test]
fn what_is_of_other_formats_is_remarked_on() {
    let text = format!(
        r#"{{"name": "r", "path": "r.csv", "schem": 1, "schema": {SCHEMA}, "dialect": {{"sheetName": "s", "delimeter": ";"}}}}"#
    );
    let found = read(&text, &ReadOptions::default()).unwrap();
    let pointers: Vec<_> = found
        .notes
        .iter()
        .map(|note| note.pointer.as_str())
        .collect();
    assert_eq!(
        pointers,
        ["/schem", "/dialect/sheetName", "/dialect/delimeter"]
    );
}

proptest::proptest! {
    #[test]
    fn no_package_panics(text in r#"\{("(resources|path|schema|dialect|name|fields|foreignKeys|bytes|hash)": ?(\[|\{|"a"|1|\]|\}|,)*,?){0,12}\}"#) {
        drop(Descriptor::read(text.as_bytes(), &ReadOptions::default()));
        let options = ReadOptions { notation: Some(Notation::Yaml), ..ReadOptions::default() };
        drop(Descriptor::read(text.as_bytes(), &options));
    }
}
