//! Hostile strings as cells, as labels, as keys and in file names.

use std::collections::BTreeSet;
use std::fs;

use serde_json::json;

use super::{folder, json_of, run};
use crate::bench::{Bench, balanced};

/// The naughty strings and the formulas, each once.
fn strings() -> Option<Vec<String>> {
    let folder = folder()?;
    let mut strings: Vec<String> = json_of(&folder, "naughty-strings/blns.json");
    assert!(strings.len() >= 305);
    strings.extend(formulas()?);
    let mut seen = BTreeSet::new();
    strings.retain(|string| !string.is_empty() && seen.insert(string.clone()));
    Some(strings)
}

fn formulas() -> Option<Vec<String>> {
    let text = fs::read_to_string(folder()?.join("csv-injection/formula-payloads.txt")).unwrap();
    let lines: Vec<_> = text.lines().map(str::to_owned).collect();
    assert!(lines.len() >= 11);
    Some(lines)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Checks that nothing that a terminal would obey is printed.
#[track_caller]
fn is_harmless(shown: &str) {
    let obeyed = |c: &char| {
        (c.is_control() && *c != '\n')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let found = shown.chars().find(obeyed);
    assert_eq!(found, None, "{shown:?}");
}

#[test]
fn as_quoted_cells_they_land_byte_for_byte() {
    let Some(strings) = strings() else { return };
    let bench = Bench::new();
    bench.write(
        "texts.json",
        r#"{"missingValues": [], "fields": [{"name": "n", "type": "integer"}, {"name": "text", "type": "string"}]}"#,
    );
    let lines = strings.iter().enumerate();
    let lines = lines.map(|(n, string)| format!("{n},{}\r\n", quoted(string)));
    let source = format!("n,text\r\n{}", lines.collect::<String>());
    bench.write("texts.csv", &source);
    bench
        .run("ingest texts.csv --schema texts.json --to out.csv")
        .good();
    assert!(bench.read("out.csv") == source, "not byte for byte");
    let report = bench.json("out.csv.report.json");
    assert_eq!(balanced(&report).1, u64::try_from(strings.len()).unwrap());
}

#[test]
fn as_bare_cells_each_lands_or_has_a_reason() {
    let Some(strings) = strings() else { return };
    let bench = Bench::new();
    bench.write(
        "texts.json",
        r#"{"missingValues": [], "fields": [{"name": "n", "type": "integer"}, {"name": "text", "type": "string"}]}"#,
    );
    let lines = strings.iter().enumerate();
    let lines: Vec<_> = lines.map(|(n, string)| format!("{n},{string}\n")).collect();
    bench.write("texts.csv", format!("n,text\n{}", lines.concat()));
    bench
        .run("ingest texts.csv --schema texts.json --to out.csv --delimiter ,")
        .expect(0);
    let landed = bench.read("out.csv");
    let report = bench.json("out.csv.report.json");
    let samples = report["errors"]["samples"].as_array().unwrap();
    let rejected_lines: BTreeSet<u64> = samples
        .iter()
        .map(|sample| sample["line"].as_u64().unwrap())
        .collect();
    for (idx, line) in lines.iter().enumerate() {
        let is_rejected = rejected_lines.contains(&u64::try_from(idx + 2).unwrap());
        assert!(landed.contains(line.as_str()) != is_rejected, "{line:?}");
    }
    let (_, accepted, n_rejected) = balanced(&report);
    assert!(accepted > 200, "{accepted} accepted, {n_rejected} rejected");
    assert_eq!(
        n_rejected,
        u64::try_from(rejected_lines.len()).unwrap(),
        "each has a reason"
    );
}

#[test]
fn as_labels_they_land_byte_for_byte() {
    let Some(strings) = strings() else { return };
    let bench = Bench::new();
    let fields: Vec<_> = strings.iter().map(|s| json!({"name": s})).collect();
    bench.write("labels.json", json!({"fields": fields}).to_string());
    let row = |cells: Vec<String>| cells.join(",") + "\n";
    let source = row(strings.iter().map(|s| quoted(s)).collect())
        + &row((0..strings.len()).map(|n| n.to_string()).collect());
    bench.write("labels.csv", &source);
    bench
        .run("ingest labels.csv --schema labels.json --to out.csv")
        .good();
    assert!(bench.read("out.csv") == source, "not byte for byte");
}

#[test]
fn as_wrong_labels_and_values_they_are_shown_without_harm() {
    let Some(strings) = strings() else { return };
    let bench = Bench::new();
    let fields: Vec<_> = strings
        .iter()
        .map(
            |s| json!({"name": s, "type": "boolean", "trueValues": ["yes"], "falseValues": ["no"]}),
        )
        .collect();
    bench.write("labels.json", json!({"fields": fields}).to_string());
    let row = |cells: Vec<String>| cells.join(",") + "\n";
    let cells = || strings.iter().map(|s| quoted(s)).collect();
    bench.write("values.csv", row(cells()) + &row(cells()));
    // Each cell is wrong, and named by its column.
    let ran = bench
        .run("validate values.csv --schema labels.json")
        .expect(1);
    is_harmless(&ran.stdout);
    is_harmless(&ran.stderr);
    let ran = bench
        .run("validate values.csv --schema labels.json --format json")
        .expect(1);
    let report = ran.json();
    let total = u64::try_from(strings.len()).unwrap();
    assert_eq!(report["errors"]["total"], total);
    balanced(&report);
    // Each label is one that the schema does not have.
    let ran = bench
        .run("validate values.csv --schema schema.json")
        .expect(1);
    is_harmless(&ran.stdout);
    is_harmless(&ran.stderr);
    for form in ["junit", "sarif", "markdown", "html"] {
        let line = format!("validate values.csv --schema labels.json --report-format {form}");
        let ran = bench.run(&line).expect(1);
        let obeyed = |c: char| c.is_control() && c != '\n';
        assert!(!ran.stdout.contains(obeyed), "{form}");
    }
}

#[test]
fn as_keys_the_first_of_each_claims_it() {
    let Some(strings) = strings() else { return };
    let bench = Bench::new();
    bench.write(
        "keys.json",
        r#"{"missingValues": [], "primaryKey": ["key"], "fields": [{"name": "key", "type": "string"}, {"name": "n", "type": "integer"}]}"#,
    );
    let record = |s: &String| quoted(s) + ",1\n";
    let once: String = strings.iter().map(record).collect();
    bench.write("keys.csv", format!("key,n\n{once}{once}"));
    bench
        .run("ingest keys.csv --schema keys.json --to out.csv")
        .expect(0);
    assert!(
        bench.read("out.csv") == format!("key,n\n{once}"),
        "not byte for byte"
    );
    let report = bench.json("out.csv.report.json");
    let n = u64::try_from(strings.len()).unwrap();
    assert_eq!(balanced(&report), (2 * n, n, n));
    assert_eq!(report["errors"]["by_code"], json!({"primary-key": n}));
}

#[test]
fn formulas_are_rejected_or_escaped_where_the_schema_says_so() {
    let Some(formulas) = formulas() else { return };
    let bench = Bench::new();
    let schema = |policy: &str| {
        json!({
            "fields": [{"name": "text", "type": "string"}],
            "rowgate": {"formula_injection": policy},
        })
        .to_string()
    };
    // An en dash begins no formula, nor does a letter.
    let is_formula = |text: &&String| text.trim_start().starts_with(['=', '+', '-', '@']);
    let n_formulas = formulas.iter().filter(is_formula).count();
    let lines: String = formulas.iter().map(|s| quoted(s) + "\n").collect();
    bench.write("texts.csv", format!("text\n{lines}"));
    bench.write("reject.json", schema("reject"));
    bench.write("escape.json", schema("escape"));
    bench
        .run("ingest texts.csv --schema reject.json --to rejected.csv")
        .expect(0);
    let report = bench.json("rejected.csv.report.json");
    assert_eq!(
        report["errors"]["by_code"],
        json!({"formula-injection": n_formulas})
    );
    let harmless = formulas.iter().filter(|text| !is_formula(text));
    let harmless: String = harmless.map(|s| quoted(s) + "\n").collect();
    assert_eq!(bench.read("rejected.csv"), format!("text\n{harmless}"));
    bench
        .run("ingest texts.csv --schema escape.json --to escaped.csv")
        .expect(0);
    let escaped: String = formulas
        .iter()
        .map(|s| {
            let sign = if is_formula(&s) { "'" } else { "" };
            quoted(&format!("{sign}{s}")) + "\n"
        })
        .collect();
    assert_eq!(bench.read("escaped.csv"), format!("text\n{escaped}"));
}

#[test]
fn as_arguments_they_are_named_without_harm() {
    let Some(strings) = strings() else { return };
    let bench = Bench::new();
    for string in strings.iter().filter(|s| !s.contains('\0')) {
        // Places that are not there: nothing is written.
        let source = format!("missing/{string}");
        let ran = run(&bench, &["validate", &source, "--schema", "schema.json"]);
        assert!(matches!(ran.code, Some(2 | 3)), "{string:?}: {ran:?}");
        is_harmless(&ran.stdout);
        is_harmless(&ran.stderr);
    }
}
