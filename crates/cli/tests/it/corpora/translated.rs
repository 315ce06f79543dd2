//! Cases of other validators, as far as a Table Schema can express them, against what they expect.
//!
//! Each data file beside this one holds, for one corpus, the cases that are run, translated into a
//! Table Schema and flags, and those left out, by reason. Together they are all cases of the corpus.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::{folder, json_of, report_of, run};
use crate::bench::{Bench, balanced};

#[derive(Deserialize)]
struct Manifest {
    cases: Vec<Origin>,
}

/// A case as its authors wrote it.
#[derive(Deserialize)]
struct Origin {
    corpus: String,
    id: String,
    files: Vec<String>,
    expect: Value,
}

/// What of a corpus is run.
#[derive(Deserialize)]
struct Translated {
    run: Vec<Case>,
    left_out: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    source: String,
    /// The schema, or where in the corpus it stands.
    schema: Value,
    #[serde(default)]
    flags: Vec<String>,
    /// Our names of codes that are called otherwise there.
    #[serde(default)]
    codes: BTreeMap<String, String>,
    /// The clause by which our verdict is the other one.
    differs: Option<String>,
}

/// What the authors expect of a case.
struct Expected {
    is_valid: bool,
    errors: Vec<Wrong>,
}

/// One error: the line, the field's number, the code, as far as they are told.
struct Wrong {
    line: Option<u64>,
    field: Option<u64>,
    code: String,
    tells_place: bool,
}

#[test]
fn csv_validator() {
    check("csv-validator", include_str!("csv-validator.json"), 39);
}

#[test]
fn frictionless_py() {
    check("frictionless-py", include_str!("frictionless-py.json"), 41);
}

#[test]
fn w3c_csvw() {
    check("w3c-csvw", include_str!("w3c-csvw.json"), 42);
}

/// Runs a corpus. At least `n_run` cases are run: the number only grows.
#[track_caller]
fn check(corpus: &str, translated: &str, n_run: usize) {
    let Some(folder) = folder() else { return };
    let manifest: Manifest = json_of(&folder, "MANIFEST.json");
    let of_corpus = manifest.cases.into_iter().filter(|c| c.corpus == corpus);
    let origins: Vec<_> = of_corpus.collect();
    let translated: Translated = serde_json::from_str(translated).unwrap();
    is_whole(&origins, &translated);
    assert!(translated.run.len() >= n_run, "{}", translated.run.len());
    let bench = Bench::new();
    let wrong: Vec<_> = translated
        .run
        .iter()
        .filter_map(|case| {
            let expected = expected(&origins, case);
            let differs = judged(&bench, &folder.join(corpus), case, &expected);
            differs.map(|what| format!("{} ({}): {what}", case.id, case.source))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Checks that each case is run or left out.
#[track_caller]
fn is_whole(origins: &[Origin], translated: &Translated) {
    let mut all: Vec<_> = origins.iter().map(|origin| origin.id.as_str()).collect();
    let run = translated.run.iter().map(|case| &case.id);
    let left_out = translated.left_out.values().flatten();
    let mut known: Vec<_> = run.chain(left_out).map(String::as_str).collect();
    all.sort_unstable();
    known.sort_unstable();
    assert_eq!(all, known);
}

#[track_caller]
fn expected(origins: &[Origin], case: &Case) -> Expected {
    let same_id = || origins.iter().filter(|origin| origin.id == case.id);
    // Two cases may bear the same name.
    let origin = same_id()
        .find(|origin| origin.files.contains(&case.source))
        .or_else(|| same_id().next())
        .unwrap_or_else(|| panic!("there is no case {}", case.id));
    let is_valid = match origin.expect["type"].as_str() {
        Some(kind) => !kind.starts_with("Negative"),
        None => origin.expect["valid"].as_bool().unwrap(),
    };
    let mut errors = Vec::new();
    for group in origin.expect["errors"].as_array().into_iter().flatten() {
        let keys: Vec<_> = group["keys"].as_array().unwrap().iter().collect();
        for row in group["rows"].as_array().unwrap() {
            let value = |key: &str| {
                let at = keys.iter().position(|other| *other == key)?;
                Some(&row[at])
            };
            let code = value("type").and_then(Value::as_str).unwrap();
            errors.push(Wrong {
                line: value("rowNumber").and_then(Value::as_u64),
                field: value("fieldNumber").and_then(Value::as_u64),
                code: case.codes.get(code).map_or(code, String::as_str).to_owned(),
                tells_place: value("rowNumber").is_some(),
            });
        }
    }
    Expected { is_valid, errors }
}

/// Runs a case; returns what differs from what is expected, but for a difference that is listed.
#[track_caller]
fn judged(bench: &Bench, folder: &Path, case: &Case, expected: &Expected) -> Option<String> {
    let file = folder.join(&case.source);
    let schema = if let Some(name) = case.schema.as_str() {
        folder.join(name).to_str().unwrap().to_owned()
    } else {
        bench.write("case.json", case.schema.to_string());
        "case.json".to_owned()
    };
    let mut words = vec!["validate", file.to_str().unwrap(), "--schema", &schema];
    words.extend(["--format", "json"]);
    words.extend(case.flags.iter().map(String::as_str));
    if !case.flags.iter().any(|flag| flag == "--delimiter") {
        words.extend(["--delimiter", ","]);
    }
    let ran = run(bench, &words);
    let report = report_of(&ran, &case.id);
    let is_valid = ran.code == Some(0);
    let is_as_expected = is_valid == expected.is_valid;
    if is_as_expected == case.differs.is_some() {
        let shown = report.map_or(ran.stderr, |report| report["errors"].to_string());
        return Some(format!("valid: {is_valid}, {shown}"));
    }
    let report = report.filter(|_| is_as_expected)?;
    balanced(&report);
    let samples = report["errors"]["samples"].as_array().unwrap();
    let is_refused = report["status"] == "refused";
    let label = |field: u64| -> Option<String> {
        let columns = report["columns"].as_array()?;
        let idx = usize::try_from(field).ok()?.checked_sub(1)?;
        Some(columns.get(idx)?["name"].as_str()?.to_owned())
    };
    let missed = expected.errors.iter().find(|wrong| {
        // What others report without a name of its own, and what stands in records that are not
        // judged, for a header that does not match refuses the source.
        let is_compared = wrong.code != "error" && !(is_refused && wrong.line.is_some());
        let is_same = |sample: &Value| {
            let line = if wrong.tells_place {
                wrong.line.unwrap_or(1)
            } else {
                sample["line"].as_u64().unwrap()
            };
            let column = sample["column"].as_str();
            let named = wrong.field.and_then(label);
            sample["line"] == line
                && sample["code"] == wrong.code.as_str()
                && (is_refused || column.is_none() || named.is_none() || column == named.as_deref())
        };
        is_compared && !samples.iter().any(is_same)
    })?;
    Some(format!("{} is missing in {samples:?}", missed.code))
}
