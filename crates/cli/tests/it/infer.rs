//! Schemas that are proposed, and schemas that advice mends.

use crate::bench::Bench;

const ORDERS: &str = "id,amount,day,note\n001,1.5,2024-01-31,a\n002,N/A,2024-02-29,b\n";

#[test]
fn an_inferred_schema_validates_its_own_source() {
    let bench = Bench::new();
    bench.write("orders.csv", ORDERS);
    let ran = bench.run("infer orders.csv").expect(0);
    assert!(ran.stdout.contains(r#""N/A""#), "{}", ran.stdout);
    assert!(
        ran.stderr
            .contains("amount: number, 1 values, missing: 1 `N/A`"),
        "{}",
        ran.stderr
    );
    bench.write("proposed.json", &ran.stdout);
    let ran = bench
        .run("validate orders.csv --schema proposed.json")
        .good();
    assert_eq!(ran.stdout, "orders.csv: 2 records, all valid\n");
    let ran = bench.run("infer orders.csv -q").good();
    assert_eq!(ran.stderr, "");
    let ran = bench.run("infer orders.csv --format json").good();
    let json = ran.json();
    assert_eq!(json["schema"]["fields"][0]["type"], "string");
    assert_eq!(json["evidence"]["records"], 2);
}

#[test]
fn labels_that_are_no_names_are_refused() {
    let bench = Bench::new();
    bench.write("twice.csv", "a,a\n1,2\n");
    let ran = bench.run("infer twice.csv").expect(3);
    assert_eq!(ran.stdout, "");
    assert!(
        ran.stderr.contains("column 2 repeats one"),
        "{}",
        ran.stderr
    );
    let ran = bench.run("infer twice.csv --no-header").expect(0);
    assert!(ran.stdout.contains(r#""name": "field2""#), "{}", ran.stdout);
}

#[test]
fn advice_is_told_and_applied() {
    let bench = Bench::new();
    bench.write("orders.csv", ORDERS);
    bench.write(
        "strict.json",
        r#"{"fields": [{"name": "id"}, {"name": "amount", "type": "number"}, {"name": "day"}, {"name": "note"}]}"#,
    );
    let ran = bench
        .run("validate orders.csv --schema strict.json")
        .expect(1);
    let advice = "advice: 1 of 1 errors of column `amount` pass if `missingValues` has `N/A` (`rowgate schema patch \
                  --pick 1`)";
    assert!(ran.stdout.contains(advice), "{}", ran.stdout);
    let ran = bench
        .run("validate orders.csv --schema strict.json --format json")
        .expect(1);
    bench.write("report.json", &ran.stdout);
    let ran = bench
        .run("schema patch strict.json --advice report.json --pick 1")
        .good();
    bench.write("mended.json", &ran.stdout);
    bench.run("validate orders.csv --schema mended.json").good();
    let ran = bench
        .run("schema patch strict.json --advice report.json --pick 2")
        .expect(2);
    assert!(
        ran.stderr.contains("there is no advice 2"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_patch_is_applied_only_once() {
    let bench = Bench::new();
    bench.write("colours.csv", "c\nred\nblue\nblue\n");
    bench.write(
        "s.json",
        r#"{"fields": [{"name": "c", "constraints": {"enum": ["red"]}}]}"#,
    );
    let ran = bench
        .run("validate colours.csv --schema s.json --format json")
        .expect(1);
    bench.write("report.json", &ran.stdout);
    let ran = bench.run("schema patch s.json --advice report.json").good();
    bench.write("s.json", &ran.stdout);
    let ran = bench
        .run("schema patch s.json --advice report.json")
        .expect(2);
    assert_eq!(ran.stdout, "");
    assert!(
        ran.stderr.contains("the report was made by another one"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_foreign_file_is_no_place_for_a_report() {
    let bench = Bench::new();
    bench.write("orders.csv", ORDERS);
    bench.write("s.json", r#"{"fields": [{"name": "id"}]}"#);
    bench.write("mine.txt", "mine");
    let ran = bench
        .run("validate orders.csv --schema s.json --report mine.txt")
        .expect(2);
    let hint = "hint: choose another place; `rowgate ingest`";
    assert!(ran.stderr.contains(hint), "{}", ran.stderr);
}
