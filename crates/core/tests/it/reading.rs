//! Sources in rare dialects, and odd ones, as data: what lands, what is turned away, what is said.

use std::collections::BTreeMap;

use rowgate_core::ErrorKind;
use rowgate_core::dialect::{
    Dialect, DialectOptions, Header, InitialSpace, LineEnd, Mark, RowNumbers,
};
use rowgate_core::header::{Opened, Opener};
use rowgate_core::report::{Report, Status};
use rowgate_core::run::Job;
use rowgate_core::scan::More;
use rowgate_core::schema::Schema;

use crate::memory::{MemorySource, Script};
use crate::run::{job, landed, landed_in_parts};
use crate::table_schema_values::corpus;

const TWO: &str = r#"{"fields": [{"name": "a", "type": "integer"}, {"name": "b"}]}"#;

fn run(options: DialectOptions, schema: &str, source: &str) -> (Report, Script) {
    let job = Job {
        dialect: options,
        ..job(schema)
    };
    landed(&job, &MemorySource::of(source.as_bytes()))
}

/// What lands, and the codes of what is turned away, with their lines.
#[track_caller]
fn check(
    options: &DialectOptions,
    schema: &str,
    source: &str,
    lands: Option<&str>,
    errors: &[(u64, &str)],
) {
    let (report, store) = run(options.clone(), schema, source);
    assert_eq!(store.object("d").as_deref(), lands, "{source:?}");
    let samples = report.errors.samples.iter();
    let found: Vec<(u64, &str)> = samples.map(|e| (e.line, e.code.as_str())).collect();
    assert_eq!(found, errors, "{source:?}");
}

fn rows(numbers: &[u64]) -> RowNumbers {
    RowNumbers::new(numbers.to_vec()).unwrap()
}

fn header_rows(numbers: &[u64], join: &str) -> DialectOptions {
    DialectOptions {
        header: Some(Header::Rows {
            rows: rows(numbers),
            join: join.to_owned(),
        }),
        ..DialectOptions::default()
    }
}

fn null(text: &str) -> DialectOptions {
    DialectOptions {
        null_sequence: Some(Mark::new(text).unwrap()),
        ..DialectOptions::default()
    }
}

#[test]
fn labels_of_several_rows_are_joined() {
    let schema = r#"{"fields": [{"name": "kg-net", "type": "integer"}, {"name": "kg-gross"}]}"#;
    let source = "kg,kg\nnet,gross\n1,2\nx,3\n";
    let lands = "kg,kg\nnet,gross\n1,2\n";
    check(
        &header_rows(&[1, 2], "-"),
        schema,
        source,
        Some(lands),
        &[(4, "type-error")],
    );
    // A shorter row goes on with its last cell, and an empty part is left out.
    check(
        &header_rows(&[2, 1], "-"),
        schema,
        "kg\nnet,gross\n1,2\n",
        Some("kg\nnet,gross\n1,2\n"),
        &[],
    );
    let schema = r#"{"fields": [{"name": "kg", "type": "integer"}, {"name": "gross"}]}"#;
    check(
        &header_rows(&[1, 2], "-"),
        schema,
        "kg,\n,gross\n1,2\n",
        Some("kg,\n,gross\n1,2\n"),
        &[],
    );
    // Rows between them are overhead.
    let source = "title\nkg,\nunits,unit\n,gross\n1,2\n";
    check(
        &header_rows(&[2, 4], "-"),
        schema,
        source,
        Some("kg,\n,gross\n1,2\n"),
        &[],
    );
}

#[test]
fn comment_rows_are_overhead_wherever_they_stand() {
    let options = DialectOptions {
        comment_rows: Some(rows(&[1, 3, 4])),
        ..DialectOptions::default()
    };
    let long = "x".repeat(3_000_000);
    for comment in ["total,\"is\",x", "", "\"open", long.as_str()] {
        let source = format!("about\na,b\n{comment}\n\n1,2\nx,3\n");
        check(
            &options,
            TWO,
            &source,
            Some("a,b\n1,2\n"),
            &[(6, "type-error")],
        );
    }
}

#[test]
fn a_quarantine_of_several_header_rows_is_fed_back() {
    let schema = r#"{"fields": [{"name": "kg net", "type": "integer"}, {"name": "kg gross"}]}"#;
    let options = DialectOptions {
        comment_rows: Some(rows(&[3, 5])),
        skip_lines: Some(1),
        ..header_rows(&[2, 4], " ")
    };
    let source = "skipped\ntitle\nkg,kg\nno\nnet,gross\nno\n1,2\nx,3\n\n";
    let (report, store) = run(options.clone(), schema, source);
    assert_eq!(
        store.object("d").as_deref(),
        Some("kg,kg\nnet,gross\n1,2\n")
    );
    assert_eq!(report.records.rejected, 2);
    let quarantine = store.object("q").unwrap();
    let mended = quarantine.replace(",x,3\n", ",7,3\n");
    assert_ne!(mended, quarantine);
    let (again, store) = run(options, schema, &mended);
    assert_eq!(
        store.object("d").as_deref(),
        Some("kg,kg\nnet,gross\n7,3\n")
    );
    assert_eq!((again.records.accepted, again.records.rejected), (1, 1));
}

#[test]
fn a_null_has_no_value_anywhere() {
    let schema = r#"{"fields": [
        {"name": "a", "type": "integer", "constraints": {"required": true}},
        {"name": "b", "type": "string", "constraints": {"minLength": 3}}
    ]}"#;
    let source = "a,b\n1,NA\n2,\"NA\"\nNA,abc\n3,NAN\n";
    check(
        &null("NA"),
        schema,
        source,
        Some("a,b\n1,NA\n3,NAN\n"),
        &[(3, "constraint-error"), (4, "constraint-error")],
    );
    // As it is written: MySQL's `\N`, and an empty cell, quoted or not.
    let escaping = DialectOptions {
        escape: Some('\\'),
        ..null("\\N")
    };
    check(
        &escaping,
        schema,
        "a,b\n1,\\N\n2,N\n",
        Some("a,b\n1,\\N\n"),
        &[(3, "constraint-error")],
    );
    let schema = r#"{"fields": [{"name": "a"}, {"name": "b", "constraints": {"required": true}}],
        "missingValues": ["-"]}"#;
    check(
        &null(""),
        schema,
        "a,b\n1,\"\"\n2,\n",
        Some("a,b\n1,\"\"\n"),
        &[(3, "constraint-error")],
    );
    // A null that looks like a formula is none.
    let schema = r#"{"fields": [{"name": "a"}, {"name": "b"}],
        "rowgate": {"formula_injection": "reject"}}"#;
    check(
        &null("-"),
        schema,
        "a,b\n-,x\n\"-\",y\n",
        Some("a,b\n-,x\n"),
        &[(3, "formula-injection")],
    );
    // A key with a null is no key.
    let schema = r#"{"fields": [{"name": "a", "constraints": {"unique": true}}, {"name": "b"}]}"#;
    check(
        &null("NA"),
        schema,
        "a,b\nNA,1\nNA,2\n\"NA\",3\n\"NA\",4\n",
        Some("a,b\nNA,1\nNA,2\n\"NA\",3\n"),
        &[(5, "unique-error")],
    );
}

#[test]
fn a_null_stays_one_in_quarantine() {
    let schema = r#"{"fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string", "constraints": {"minLength": 3}}]}"#;
    let (_, store) = run(null("NA"), schema, "a,b\nx,NA\n1,\"NA\"\n");
    let quarantine = store.object("q").unwrap();
    assert!(
        quarantine.contains(",x,NA\n") && quarantine.contains(",1,\"NA\"\n"),
        "{quarantine}"
    );
    let (again, _) = run(null("NA"), schema, &quarantine.replace(",x,NA", ",2,NA"));
    assert_eq!((again.records.accepted, again.records.rejected), (1, 1));
}

#[test]
fn long_fields_and_wide_sources_are_refused() {
    let mut job = job(TWO);
    job.limits.field_bytes_max = 4;
    let source = "a,b\n1,abcd\n2,abcde\n3,\"abc\"\n";
    let (report, store) = landed(&job, &MemorySource::of(source.as_bytes()));
    assert_eq!(store.object("d").as_deref(), Some("a,b\n1,abcd\n"));
    let codes: Vec<&str> = report
        .errors
        .samples
        .iter()
        .map(|e| e.code.as_str())
        .collect();
    assert_eq!(codes, ["field-too-long", "field-too-long"]);
    // A field that is too long for a field and too wide a record are told of as such.
    // A source that is too wide is refused, and a record that is costs only itself.
    for (source, expected) in [
        (format!("a,b{}\n", ",c".repeat(70_000)), "too-many-columns"),
        (
            format!("a,b\n1,2\n1{}\n", ",".repeat(900_000)),
            "extra-cell",
        ),
    ] {
        let source = MemorySource::of(source.as_bytes());
        let (report, _) = landed_in_parts(1_000_000, &crate::run::job(TWO), &source);
        assert_eq!(report.errors.samples[0].code.as_str(), expected);
        let is_landed = expected == "extra-cell";
        assert_eq!(report.status == Status::Landed, is_landed);
    }
}

#[test]
fn white_space_at_the_start_of_a_field_can_be_skipped() {
    let options = DialectOptions {
        initial_space: Some(InitialSpace::Skipped),
        ..null("NA")
    };
    let source = "a, b\n 1,\t \"x,y\"\n  2, NA\n3 ,z\n";
    check(
        &options,
        TWO,
        source,
        Some("a, b\n 1,\t \"x,y\"\n  2, NA\n"),
        &[(4, "type-error")],
    );
}

#[test]
fn odd_line_ends_and_bytes_are_read_as_they_are() {
    let any = DialectOptions::default();
    check(&any, TWO, "a,b\r1,x\r2,y\r", Some("a,b\r1,x\r2,y\r"), &[]);
    check(
        &any,
        TWO,
        "a,b\r\n1,x\n2,y\r3,z",
        Some("a,b\r\n1,x\n2,y\r3,z"),
        &[],
    );
    check(&any, TWO, "\u{feff}a,b\n1,x\n", Some("a,b\n1,x\n"), &[]);
    check(
        &any,
        TWO,
        "a,b\n1,x\0y\n\0,z\n",
        Some("a,b\n1,x\0y\n"),
        &[(3, "type-error")],
    );
    let records = DialectOptions {
        delimiter: Some(Mark::new("\u{1f}").unwrap()),
        line_end: Some(LineEnd::declared("\u{1e}").unwrap()),
        ..DialectOptions::default()
    };
    let source = "a\u{1f}b\u{1e}1\u{1f}x\ny\u{1e}";
    check(&records, TWO, source, Some(source), &[]);
    let wide = DialectOptions {
        delimiter: Some(Mark::new("||").unwrap()),
        ..DialectOptions::default()
    };
    check(
        &wide,
        TWO,
        "a||b\n1||x|y\n2|||z\n",
        Some("a||b\n1||x|y\n2|||z\n"),
        &[],
    );
}

/// The limit is of a record's bytes, whatever its marks are.
#[test]
fn the_record_limit_counts_bytes() {
    let dialect = DialectOptions {
        delimiter: Some(Mark::new("→→").unwrap()),
        line_end: Some(LineEnd::declared("¶").unwrap()),
        ..DialectOptions::default()
    };
    let mut job = Job {
        dialect,
        ..job(TWO)
    };
    job.limits.record_bytes_max = 8;
    let source = "a→→b¶1→→2¶1→→xx¶1→→";
    let (report, store) = landed(&job, &MemorySource::of(source.as_bytes()));
    assert_eq!(store.object("d").as_deref(), Some("a→→b¶1→→2¶1→→"));
    assert_eq!(report.errors.samples[0].code.as_str(), "record-too-long");
}

fn open(text: &str) -> rowgate_core::Result<Opened> {
    let schema = Schema::parse(TWO.as_bytes()).unwrap();
    let options = DialectOptions::default();
    let mut opener = Opener::new(&options, 1_000);
    opener.push(text.as_bytes());
    opener.open(&schema, More::None).map(Option::unwrap)
}

#[test]
fn the_delimiter_is_detected_with_evidence() {
    let opened = open("a;b\n1;2\n").unwrap();
    let [detected] = opened.detected.as_slice() else {
        panic!("{:?}", opened.detected);
    };
    assert_eq!(detected.chosen, ";");
    let evidence: Vec<(&str, &str)> = detected
        .evidence
        .iter()
        .map(|e| (e.candidate.as_str(), e.finding.as_str()))
        .collect();
    assert_eq!(
        evidence,
        [
            (",", "0 of 1 labels are the schema's"),
            (";", "2 of 2 labels are the schema's"),
            ("\t", "0 of 1 labels are the schema's"),
            ("|", "0 of 1 labels are the schema's"),
        ]
    );
    // DuckDB's file of one column whose last row holds a `;`.
    let (report, _) = run(
        DialectOptions::default(),
        r#"{"fields": [{"name": "c0"}]}"#,
        "c0\nv0\na;b\n",
    );
    assert_eq!(report.records.accepted, 2);
    let json = report.to_json().unwrap();
    assert!(json.contains(r#""candidate": ";""#), "{json}");
}

#[test]
fn one_label_leaves_it_to_the_first_records() {
    let schema = Schema::parse(br#"{"fields": [{"name": "x"}]}"#).unwrap();
    let options = DialectOptions::default();
    let chosen = |text: &str, n_bytes: usize| {
        let mut beginning = Opener::new(&options, 1_000);
        for chunk in text.as_bytes().chunks(n_bytes) {
            beginning.push(chunk);
            if let Some(opened) = beginning.open(&schema, More::MayFollow)? {
                return Ok(opened.detected);
            }
        }
        let opened = beginning.open(&schema, More::None)?;
        Ok::<_, rowgate_core::Error>(opened.unwrap().detected)
    };
    let long = format!("x\n{}", "1,5\n".repeat(40_000));
    for (text, delimiter) in [
        ("x\n1,5\n2\n", ";"),
        ("x\n1\n", ","),
        ("x\n", ","),
        (long.as_str(), ";"),
    ] {
        let whole = chosen(text, text.len()).unwrap();
        assert_eq!(whole[0].chosen, delimiter);
        for n_bytes in [3, 1_000, 70_000] {
            if text.len() < 100 || n_bytes > 3 {
                assert_eq!(chosen(text, n_bytes).unwrap(), whole);
            }
        }
    }
    let found = chosen("x\n1,5\n2\n", 1).unwrap();
    let finding = "1 of 1 labels are the schema's, 1 of the first 2 records have as many cells";
    assert_eq!(found[0].evidence[0].finding, finding);
}

#[test]
fn a_header_of_utf_16_without_a_mark_says_so() {
    let text: Vec<u8> = "a,b\n1,2\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let faults = open(str::from_utf8(&text).unwrap())
        .unwrap()
        .bound
        .unwrap_err();
    assert_eq!(faults[0].code.as_str(), "encoding-error");
    assert!(faults[0].expected.contains("UTF-16"), "{faults:?}");
}

#[test]
fn an_ambiguous_delimiter_asks_for_a_flag() {
    let text = "a,b;c\n1,2;3\n";
    let options = DialectOptions::default();
    let mut opener = Opener::new(&options, 1_000);
    opener.push(text.as_bytes());
    let untyped = opener.open_untyped(More::None).unwrap_err();
    assert_eq!(untyped.kind(), ErrorKind::Settings);
    assert!(
        untyped.to_string().ends_with("say which with --delimiter"),
        "{untyped}"
    );
}

/// Says what an ambiguous source may be, by a schema.
#[track_caller]
fn check_ambiguous(header: Header, schema: &str, text: &str, expected: &str) {
    let options = DialectOptions {
        header: Some(header),
        ..DialectOptions::default()
    };
    let schema = Schema::parse(schema.as_bytes()).unwrap();
    let mut opener = Opener::new(&options, 1_000);
    opener.push(text.as_bytes());
    let err = opener.open(&schema, More::None).unwrap_err();
    let all = format!("the delimiter may be any of {expected}: say which with --delimiter");
    assert_eq!(err.to_string(), all);
}

#[test]
fn an_ambiguous_delimiter_shows_no_values() {
    let redacting = r#"{"fields": [{"name": "iban"}, {"name": "name"}],
        "rowgate": {"redact": ["iban"]}}"#;
    let counts = "`,` (2 columns), `;` (2 columns)";
    check_ambiguous(Header::Absent, redacting, "DE12;x,Smith\n", counts);
    check_ambiguous(Header::Absent, TWO, "DE12;x,Smith\n", counts);
    let subset = r#"{"fields": [{"name": "name"}], "fieldsMatch": "subset",
        "rowgate": {"redact": ["name"]}}"#;
    let named = "`,` (2 columns: name, …), `;` (2 columns: name, …)";
    check_ambiguous(Header::Present, subset, "name,x;name\n", named);
    let open = r#"{"fields": [{"name": "name"}], "fieldsMatch": "subset"}"#;
    let all = "`,` (2 columns: name, x;name), `;` (2 columns: name,x, name)";
    check_ambiguous(Header::Present, open, "name,x;name\n", all);
    let untyped = DialectOptions {
        header: Some(Header::Absent),
        ..DialectOptions::default()
    };
    let mut opener = Opener::new(&untyped, 1_000);
    opener.push(b"DE12;x,Smith\n");
    let err = opener.open_untyped(More::None).unwrap_err();
    assert!(err.to_string().contains(counts), "{err}");
}

/// The rows of every file of csv-spectrum are the ones that its JSON has.
#[test]
fn csv_spectrum_is_read_as_it_says() {
    // Of the others, `location_coordinates.json` differs from its own CSV.
    for name in [
        "comma_in_quotes",
        "empty",
        "empty_crlf",
        "escaped_quotes",
        "newlines",
        "newlines_crlf",
        "utf8",
    ] {
        let file = |kind: &str| corpus(&format!("csv-spectrum/{name}.{kind}"));
        let (Some(text), Some(json)) = (file("csv"), file("json")) else {
            return;
        };
        let expected: Vec<BTreeMap<String, String>> = serde_json::from_str(&json).unwrap();
        let found = crate::scan::found(
            Dialect::new(&DialectOptions::default(), ',').unwrap(),
            1_000_000,
            &[text.as_bytes()],
        );
        let rows: Vec<Vec<&str>> = found
            .iter()
            .map(|line| line.split_once(": ").unwrap().1.split('|').collect())
            .collect();
        let (labels, rows) = rows.split_first().unwrap();
        let found: Vec<BTreeMap<String, String>> = rows
            .iter()
            .map(|row| {
                let cells = labels.iter().zip(row);
                cells
                    .map(|(label, cell)| ((*label).to_owned(), (*cell).to_owned()))
                    .collect()
            })
            .collect();
        assert_eq!(found, expected, "{name}");
    }
}
