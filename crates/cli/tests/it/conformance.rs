//! Our conformance suite, case by case, through the built program.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::bench::{Bench, Ran, balanced};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../conformance/cases");

/// The suite only grows.
const CASES_MIN: usize = 400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    rule: String,
    schema: Option<Box<RawValue>>,
    descriptor: Option<Value>,
    csv: Option<String>,
    base64: Option<String>,
    #[serde(default)]
    resources: BTreeMap<String, Table>,
    expect: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    csv: String,
    schema: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, untagged)]
enum Expected {
    Faults { schema_faults: Vec<String> },
    Refused { source_refused: bool },
    Verdicts { records: u64, errors: Vec<Fault> },
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Fault {
    record: Option<u64>,
    column: Option<String>,
    code: String,
}

#[test]
fn every_case_of_the_suite() {
    let mut files: Vec<_> = fs::read_dir(CASES)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut ids = Vec::new();
    let mut failures = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let cases: Vec<Case> =
            serde_json::from_str(&text).unwrap_or_else(|err| panic!("{}: {err}", file.display()));
        for case in cases {
            // A folder of its own: no case finds what another one left.
            if let Err(found) = case.run(&Bench::new()) {
                failures.push(format!("{} ({}): {found}", case.id, case.rule));
            }
            ids.push(case.id);
        }
    }
    let n_cases = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), n_cases, "a name stands twice");
    assert!(n_cases >= CASES_MIN, "only {n_cases} cases");
    assert!(
        failures.is_empty(),
        "{} of {n_cases} cases differ:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

impl Case {
    /// Runs the case; says what was found where that is not what is expected.
    fn run(&self, bench: &Bench) -> Result<(), String> {
        self.write(bench.path());
        let schema = match (self.is_package(), &self.descriptor) {
            (true, _) => "datapackage.json#main",
            (false, Some(_)) => "resource.json",
            (false, None) => "case.json",
        };
        match &self.expect {
            Expected::Faults { schema_faults } => {
                let line = format!("schema check {schema} --format json");
                let ran = bench.run(&line);
                let mut found = pointers(&ran)?;
                let mut expected = schema_faults.clone();
                found.sort();
                expected.sort();
                (found == expected && ran.code == Some(2))
                    .then_some(())
                    .ok_or_else(|| format!("expected {expected:?}, found {:?} {found:?}", ran.code))
            }
            Expected::Refused { source_refused } => {
                let ran = bench.run(&format!(
                    "validate data.csv --schema {schema} --format json"
                ));
                ((ran.code == Some(3)) == *source_refused)
                    .then_some(())
                    .ok_or_else(|| format!("exit {:?}: {}{}", ran.code, ran.stdout, ran.stderr))
            }
            Expected::Verdicts { records, errors } => {
                let mut line = format!("validate data.csv --schema {schema} --format json");
                if !self.is_package() {
                    for name in self.resources.keys() {
                        write!(line, " --resource {name}={name}.csv").unwrap();
                    }
                }
                let ran = bench.run(&line);
                if !matches!(ran.code, Some(0 | 1)) {
                    return Err(format!("exit {:?}: {}", ran.code, ran.stderr));
                }
                let report = ran.json();
                let (read, accepted, _) = balanced(&report);
                let is_complete = report["complete"] == true;
                let mut found: Vec<Fault> =
                    serde_json::from_value(report["errors"]["samples"].clone()).unwrap();
                let mut expected = errors.clone();
                found.sort();
                expected.sort();
                // All errors are among the samples, and the counts and the exit code agree with them.
                let in_error: BTreeSet<u64> = errors.iter().filter_map(|e| e.record).collect();
                let rejected = u64::try_from(in_error.len()).unwrap();
                let agrees = report["errors"]["total"] == errors.len()
                    && accepted + rejected == read
                    && (ran.code == Some(0)) == (errors.is_empty() && is_complete);
                (found == expected && read == *records && agrees)
                    .then_some(())
                    .ok_or_else(|| {
                        let (missed, extra) = differences(&expected, &found);
                        format!("{records} records, {read} read; missed {missed:?}, found besides {extra:?}")
                    })
            }
        }
    }

    /// Whether a further table has a schema of its own: only a package can say so.
    fn is_package(&self) -> bool {
        self.resources.values().any(|table| table.schema.is_some())
    }

    fn write(&self, folder: &Path) {
        let write = |name: &str, content: &[u8]| fs::write(folder.join(name), content).unwrap();
        match (&self.csv, &self.base64) {
            (Some(csv), None) => write("data.csv", csv.as_bytes()),
            (None, Some(bytes)) => write("data.csv", &decoded(bytes)),
            (None, None) => {}
            (Some(_), Some(_)) => panic!("{}: `csv` and `base64`", self.id),
        }
        if let Some(schema) = &self.schema {
            write("case.json", schema.get().as_bytes());
        }
        if let Some(descriptor) = &self.descriptor {
            write("resource.json", descriptor.to_string().as_bytes());
        }
        for (name, table) in &self.resources {
            write(&format!("{name}.csv"), table.csv.as_bytes());
        }
        if self.is_package() {
            let main: Value = serde_json::from_str(self.schema.as_ref().unwrap().get()).unwrap();
            let mut resources =
                vec![serde_json::json!({"name": "main", "path": "data.csv", "schema": main})];
            resources.extend(self.resources.iter().map(|(name, table)| {
                serde_json::json!({
                    "name": name, "path": format!("{name}.csv"), "schema": table.schema
                })
            }));
            let package = serde_json::json!({"name": "case", "resources": resources});
            write("datapackage.json", package.to_string().as_bytes());
        }
    }
}

/// Returns the places at fault that `schema check` names.
fn pointers(ran: &Ran) -> Result<Vec<String>, String> {
    let findings: Value = serde_json::from_str(&ran.stdout)
        .map_err(|err| format!("{err}, exit {:?}: {}{}", ran.code, ran.stdout, ran.stderr))?;
    let errors = findings["errors"].as_array().cloned().unwrap_or_default();
    let pointers = errors.iter().filter_map(|error| error["pointer"].as_str());
    Ok(pointers.map(str::to_owned).collect())
}

/// Returns what is expected and not found, and the other way round; both are sorted.
fn differences(expected: &[Fault], found: &[Fault]) -> (Vec<Fault>, Vec<Fault>) {
    let without = |all: &[Fault], others: &[Fault]| {
        let mut others = others.to_vec();
        let mut rest = Vec::new();
        for fault in all {
            match others.iter().position(|other| other == fault) {
                Some(at) => drop(others.swap_remove(at)),
                None => rest.push(fault.clone()),
            }
        }
        rest
    };
    (without(expected, found), without(found, expected))
}

fn decoded(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}
