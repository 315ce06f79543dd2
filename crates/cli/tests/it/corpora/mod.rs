//! What others wrote to test readers and validators with: no crash, a known exit code, a report that
//! balances, and the verdicts that they expect, or the clause by which ours is another.

mod files;
mod strings;
mod translated;

use std::fs;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::bench::{Bench, Ran};

/// Names the folder with the corpora. Whoever runs all gates sets it.
const VARIABLE: &str = "CORPORA_DIR";

/// Returns the folder with the corpora, if it was named.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os(VARIABLE).map(PathBuf::from);
    if folder.is_none() {
        eprintln!("SKIPPED, for {VARIABLE} is not set");
    }
    folder
}

#[track_caller]
fn json_of<T: DeserializeOwned>(folder: &std::path::Path, name: &str) -> T {
    let path = folder.join(name);
    let text = fs::read(&path).unwrap_or_else(|err| panic!("{}: {err}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|err| panic!("{}: {err}", path.display()))
}

/// Runs words of a command line, which may hold blanks.
fn run(bench: &Bench, words: &[&str]) -> Ran {
    Ran::of(bench.command(words).output().unwrap())
}

/// Returns the report if there is one, and checks that the program otherwise said what is wrong.
#[track_caller]
fn report_of(ran: &Ran, shown: &str) -> Option<Value> {
    assert!(!ran.stderr.contains("panicked"), "{shown}: {}", ran.stderr);
    match ran.code {
        Some(0 | 1) => Some(ran.json()),
        Some(2 | 3) => {
            assert!(ran.stderr.starts_with("error: "), "{shown}: {}", ran.stderr);
            None
        }
        Some(_) | None => panic!("{shown}: {ran:?}"),
    }
}
