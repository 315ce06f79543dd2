//! Sources of hostile sizes and patterns that are made to explode, in small: each ends, with its code.

use serde_json::{Value, json};

use crate::bench::{Bench, balanced};

const MIB: usize = 1024 * 1024;

/// Validates a stream by a schema; returns its report.
#[track_caller]
fn validated(schema: &Value, text: String) -> Value {
    let bench = Bench::new();
    bench.write("sizes.json", schema.to_string());
    let ran = bench.run_with("validate - --schema sizes.json --format json", text);
    let report = ran.expect(1).json();
    balanced(&report);
    report
}

fn two_columns() -> Value {
    json!({"fields": [{"name": "id", "type": "integer"}, {"name": "text"}]})
}

#[test]
fn a_record_of_many_times_the_limit_costs_itself_alone() {
    let long = "x".repeat(12 * MIB);
    // Within quotes it is told apart from a quote that is never closed by no more than its end.
    for (record, code) in [
        (format!("2,{long}"), "record-too-long"),
        (format!("2,\"{long}\""), "quote-error"),
    ] {
        let report = validated(&two_columns(), format!("id,text\n1,a\n{record}\n3,c\n"));
        assert_eq!(balanced(&report), (3, 2, 1));
        assert_eq!(report["errors"]["by_code"], json!({code: 1}));
    }
}

#[test]
fn a_quote_that_is_opened_first_and_never_closed_costs_its_line_alone() {
    let n_records = 400_000;
    let lines: Vec<_> = (0..n_records).map(|n| format!("{n},some text\n")).collect();
    let text = format!("id,text\n1,\"open\n{}", lines.concat());
    let report = validated(&two_columns(), text);
    assert_eq!(balanced(&report), (n_records + 1, n_records, 1));
    assert_eq!(report["errors"]["by_code"], json!({"quote-error": 1}));
}

#[test]
fn a_million_cells_in_a_record_are_one_error_and_one_count() {
    let cells = ",".repeat(1_000_000);
    let report = validated(&two_columns(), format!("id,text\n1,a\n{cells}\n3,c\n"));
    assert_eq!(balanced(&report), (3, 2, 1));
    let total = report["errors"]["total"].as_u64().unwrap();
    assert!(total < 100, "{total} errors of one record");
}

#[test]
fn a_million_columns_are_refused() {
    let header: Vec<_> = (0..1_000_000).map(|n| n.to_string()).collect();
    let bench = Bench::new();
    let text = header.join(",") + "\n1\n";
    let ran = bench.run_with("validate - --schema schema.json", text);
    assert!(matches!(ran.code, Some(1 | 3)), "{ran:?}");
    assert!(ran.stderr.len() + ran.stdout.len() < 10_000, "{ran:?}");
}

#[test]
fn patterns_that_are_made_to_explode_take_linear_time() {
    for pattern in ["(a+)+", "(a|aa)+", "(a|a)*b", "(.*)*(.*)*(.*)*x"] {
        let schema = json!({"fields": [{"name": "text", "type": "string", "constraints": {"pattern": pattern}}]});
        let report = validated(&schema, format!("text\n{}!\nb\n", "a".repeat(MIB / 2)));
        let n_errors = report["errors"]["by_code"]["constraint-error"].as_u64();
        assert!(n_errors.is_some_and(|n| n >= 1), "{pattern}");
    }
    // What cannot be run in linear time, or not in bounded memory, is a fault of the schema.
    for pattern in [r"(a)\1", "((((a{99}){99}){99}){99}){99}"] {
        let bench = Bench::new();
        let schema = json!({"fields": [{"name": "text", "type": "string", "constraints": {"pattern": pattern}}]});
        bench.write("sizes.json", schema.to_string());
        bench.run("schema check sizes.json").error(2, &["pattern"]);
    }
}
