//! What other tools get wrong, and this one does right.

use serde_json::json;

use crate::bench::{Bench, balanced};

/// Ingests a text by fields, and returns the report and what landed.
#[track_caller]
fn ingest(fields: &serde_json::Value, text: &[u8]) -> (serde_json::Value, Vec<u8>) {
    let bench = Bench::new();
    bench.write("fields.json", json!({"fields": fields}).to_string());
    bench.write("in.csv", text);
    bench
        .run("ingest in.csv --schema fields.json --to out.csv")
        .expect(0);
    let report = bench.json("out.csv.report.json");
    balanced(&report);
    (report, std::fs::read(bench.path().join("out.csv")).unwrap())
}

/// Another reader takes `;` for the delimiter, and finds no rows at all.
#[test]
fn a_delimiter_that_the_header_does_not_show_is_not_taken() {
    let text = "c0\nv0\na;b";
    let (report, landed) = ingest(&json!([{"name": "c0", "type": "string"}]), text.as_bytes());
    assert_eq!(balanced(&report), (2, 2, 0));
    assert_eq!(landed, text.as_bytes());
    let bench = Bench::new();
    bench.write("in.csv", text);
    assert_eq!(bench.run("count in.csv").good().stdout.trim(), "2");
}

/// Others lose all records behind a quote that is not closed.
#[test]
fn good_records_behind_an_unclosed_quote_land() {
    let text = "id,name\n1,ann\n2,\"bob\n3,cy\n4,\"dee\"\n5,e\n";
    let fields = json!([{"name": "id", "type": "integer"}, {"name": "name"}]);
    let (report, landed) = ingest(&fields, text.as_bytes());
    assert_eq!(balanced(&report), (5, 4, 1));
    assert_eq!(report["errors"]["by_code"], json!({"quote-error": 1}));
    assert_eq!(landed, b"id,name\n1,ann\n3,cy\n4,\"dee\"\n5,e\n");
}

/// Another one turns cells that are not of their type into nulls.
#[test]
fn a_cell_of_another_type_is_an_error_and_no_missing_value() {
    let fields = json!([{"name": "a", "type": "integer"}, {"name": "b"}]);
    let (report, landed) = ingest(&fields, b"a,b\n1,x\nten,y\n,z\n");
    assert_eq!(balanced(&report), (3, 2, 1));
    assert_eq!(report["errors"]["by_code"], json!({"type-error": 1}));
    assert_eq!(report["errors"]["samples"][0]["value"], "ten");
    assert_eq!(report["columns"][0]["missing"], 1);
    assert_eq!(landed, b"a,b\n1,x\n,z\n");
}

/// Another one calls a file with invalid bytes valid.
#[test]
fn bytes_that_are_no_text_are_errors_and_never_replaced() {
    let fields = json!([{"name": "a"}, {"name": "b"}]);
    let (report, landed) = ingest(&fields, b"a,b\n1,caf\xc3\xa9\n2,caf\xe9\n3,\xff\xfe\n4,x\n");
    assert_eq!(balanced(&report), (4, 2, 2));
    assert_eq!(report["errors"]["by_code"], json!({"encoding-error": 2}));
    assert_eq!(landed, b"a,b\n1,caf\xc3\xa9\n4,x\n");
}
