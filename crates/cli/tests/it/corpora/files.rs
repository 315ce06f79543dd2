//! Every CSV file of every corpus.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::{folder, json_of, report_of, run};
use crate::bench::{Bench, balanced};

/// What an independent reader (Python's, with its own settings) found in a file.
#[derive(Deserialize)]
struct Fact {
    bytes: u64,
    python_csv: Counted,
}

#[derive(Deserialize)]
struct Counted {
    delimiter: String,
    rows: u64,
}

/// Files in which our count is another one, by the reason.
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
struct Differences {
    /// A quote is left open, or text stands behind a closing one. The other reader takes all lines
    /// up to the next quote for the cell's; ours turns one line away and reads on with the next.
    broken_quotes: BTreeSet<String>,
}

/// One column, whatever it holds: what is asked is how many records there are.
const ONE_COLUMN: &str = r#"{"fields": [{"name": "a"}]}"#;

#[test]
fn every_file_has_the_records_that_an_independent_reader_counts() {
    let Some(folder) = folder() else { return };
    let facts: BTreeMap<String, Fact> = json_of(&folder, "FACTS.json");
    let listed: Differences = serde_json::from_str(include_str!("counts.json")).unwrap();
    let bench = Bench::new();
    bench.write("one.json", ONE_COLUMN);
    let mut seen = Differences::default();
    for (name, fact) in &facts {
        if !has_the_same_records(&bench, &folder, name, fact) {
            seen.broken_quotes.insert(name.clone());
        }
    }
    assert!(facts.len() >= 865, "{} files", facts.len());
    // Both ways: one that differs no longer has to leave the list.
    assert_eq!(seen, listed);
}

/// Counts a file's records without a header, and compares.
#[track_caller]
fn has_the_same_records(bench: &Bench, folder: &Path, name: &str, fact: &Fact) -> bool {
    let file = folder.join(name);
    let words = [
        "validate",
        file.to_str().unwrap(),
        "--schema",
        "one.json",
        "--no-header",
        "--delimiter",
        &fact.python_csv.delimiter,
        "--format",
        "json",
    ];
    let ran = run(bench, &words);
    let Some(report) = report_of(&ran, name) else {
        assert_eq!(fact.bytes, 0, "{name}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("the source is empty"),
            "{name}: {}",
            ran.stderr
        );
        return true;
    };
    let (read, _, _) = balanced(&report);
    if read == fact.python_csv.rows {
        return true;
    }
    let n_broken = report["errors"]["by_code"]["quote-error"].as_u64();
    assert!(
        n_broken.is_some() && read > fact.python_csv.rows,
        "{name}: {read} records and not {}: {}",
        fact.python_csv.rows,
        report["errors"]["by_code"]
    );
    false
}

#[test]
fn every_file_is_judged_and_accounted_for() {
    let Some(folder) = folder() else { return };
    let mut files = Vec::new();
    csv_files(&folder, &mut files);
    assert!(!files.is_empty(), "there is no CSV file");
    files.sort();
    let bench = Bench::new();
    let mut n_landed = 0;
    for file in &files {
        n_landed += u32::from(lands(&bench, file));
    }
    assert!(n_landed > 100, "{n_landed} of {} landed", files.len());
}

fn csv_files(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            csv_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "csv") {
            files.push(path);
        }
    }
}

/// Ingests a file with a schema that asks for its first label alone; returns whether it landed.
#[track_caller]
fn lands(bench: &Bench, file: &Path) -> bool {
    let text = fs::read(file).unwrap();
    let text = String::from_utf8_lossy(&text);
    let header = text
        .trim_start_matches('\u{feff}')
        .lines()
        .next()
        .unwrap_or_default();
    let label = header
        .split([',', ';', '\t', '|'])
        .next()
        .unwrap_or_default()
        .trim_matches('"');
    let label = if label.is_empty() { "a" } else { label };
    let schema = serde_json::json!({
        "fields": [{"name": label, "type": "any"}],
        "fieldsMatch": "partial",
    });
    bench.write("any.json", schema.to_string());
    let words = [
        "ingest",
        file.to_str().unwrap(),
        "--schema",
        "any.json",
        "--to",
        "out.csv",
        "--format",
        "json",
        "--overwrite",
    ];
    let shown = file.display().to_string();
    let ran = run(bench, &words);
    let Some(report) = report_of(&ran, &shown) else {
        return false;
    };
    let (read, accepted, _) = balanced(&report);
    assert_eq!(ran.code == Some(0), report["status"] == "landed", "{shown}");
    // Every accepted byte is in the output, with the header.
    if ran.code == Some(0) && accepted == read {
        let written = fs::metadata(bench.path().join("out.csv")).unwrap().len();
        assert_eq!(Some(written), report["output"]["bytes"].as_u64(), "{shown}");
    }
    ran.code == Some(0)
}

/// The airlines of `OpenFlights` in the dialect in which they are written, with the types of their
/// columns.
#[test]
fn a_declared_dialect_reads_what_no_default_would() {
    let Some(folder) = folder() else { return };
    let bench = Bench::new();
    bench.write("airlines.json", AIRLINES);
    let file = folder.join("openflights/airlines.dat");
    let words = [
        "validate",
        file.to_str().unwrap(),
        "--schema",
        "airlines.json",
        "--format",
        "json",
    ];
    let ran = run(&bench, &words);
    let report = report_of(&ran, "airlines.dat").unwrap();
    let accounts = balanced(&report);
    assert_eq!(accounts, (6_162, 6_162, 0), "{}", report["errors"]);
    let missing = &report["columns"][2]["missing"];
    assert!(missing.as_u64() > Some(5_000), "{missing} of no alias");
}

/// By the standard, an escape character that stands alone leaves no quotes: both are declared.
const AIRLINES: &str = r#"{
    "name": "airlines",
    "path": "airlines.dat",
    "dialect": {"header": false, "delimiter": ",", "quoteChar": "\"", "escapeChar": "\\", "nullSequence": "\\N"},
    "schema": {
        "primaryKey": ["id"],
        "fields": [
            {"name": "id", "type": "integer"},
            {"name": "name", "type": "string", "constraints": {"required": true}},
            {"name": "alias", "type": "string"},
            {"name": "iata", "type": "string"},
            {"name": "icao", "type": "string"},
            {"name": "callsign", "type": "string"},
            {"name": "country", "type": "string"},
            {"name": "active", "type": "boolean", "trueValues": ["Y", "y"], "falseValues": ["N", "n"]}
        ]
    }
}"#;
