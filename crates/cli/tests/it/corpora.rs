//! Files that others wrote: no crash, a known exit code, a report that balances.

use std::fs;
use std::path::{Path, PathBuf};

use crate::bench::{Bench, Ran, balanced};

/// Names the folder with the files. Whoever runs all gates sets it.
const VARIABLE: &str = "CORPORA_DIR";

#[test]
fn real_files_are_judged_and_accounted_for() {
    let Some(folder) = std::env::var_os(VARIABLE) else {
        eprintln!("SKIPPED, for {VARIABLE} is not set");
        return;
    };
    let mut files = Vec::new();
    csv_files(Path::new(&folder), &mut files);
    assert!(!files.is_empty(), "{VARIABLE} leads to no CSV file");
    files.sort();
    let bench = Bench::new();
    let mut n_landed = 0;
    for file in &files {
        n_landed += u32::from(check(&bench, file));
    }
    assert!(n_landed > 100, "{n_landed} of {} landed", files.len());
}

fn csv_files(folder: &Path, files: &mut Vec<PathBuf>) {
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
fn check(bench: &Bench, file: &Path) -> bool {
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
    let file_name = file.to_str().unwrap();
    let words = [
        "ingest",
        file_name,
        "--schema",
        "any.json",
        "--to",
        "out.csv",
        "--format",
        "json",
        "--overwrite",
    ];
    let ran = Ran::of(bench.command(&words).output().unwrap());
    let shown = file.display();
    match ran.code {
        Some(0 | 1) => {
            let report = ran.json();
            let (read, accepted, _) = balanced(&report);
            assert_eq!(ran.code == Some(0), report["status"] == "landed", "{shown}");
            // Every accepted byte is in the output, with the header.
            if ran.code == Some(0) && accepted == read {
                let written = fs::metadata(bench.path().join("out.csv")).unwrap().len();
                assert_eq!(Some(written), report["output"]["bytes"].as_u64(), "{shown}");
            }
            ran.code == Some(0)
        }
        Some(2 | 3) => {
            assert!(ran.stderr.starts_with("error: "), "{shown}: {}", ran.stderr);
            assert!(!ran.stderr.contains("panicked"), "{shown}: {}", ran.stderr);
            false
        }
        Some(_) | None => panic!("{shown}: {ran:?}"),
    }
}
