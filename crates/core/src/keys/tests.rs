use super::*;
use crate::batch::Batcher;
use crate::dialect::DialectOptions;
use crate::gate::Gate;
use crate::header::Opener;
use crate::scan::{More, Scanner};
use crate::schema::Schema;

const FIELDS: &str = r#""fields": [
    {"name": "a", "type": "integer"}, {"name": "b"},
    {"name": "c", "type": "number", "constraints": {"maximum": 9}}]"#;

/// Judges a source; returns each fault as line, code, column and the line of the claimant.
fn judged(schema: &Schema, source: &str, batch_bytes: usize) -> Vec<String> {
    let options = DialectOptions::default();
    let mut opener = Opener::new(&options, 1_000);
    opener.push(source.as_bytes());
    let begun = opener.open(schema, More::None).unwrap().unwrap();
    let plan = begun.bound.unwrap();
    let mut gate = Gate::new(&plan);
    let mut keys = Keys::new(&plan, KEY_BYTES_MAX);
    let mut batcher = Batcher::new(
        Scanner::new(begun.dialect, 1_000, begun.position),
        batch_bytes,
    );
    batcher.push(&begun.rest);
    let (mut batch, mut verdicts) = (Batch::default(), Verdicts::default());
    let mut found = Vec::new();
    while batcher.cut(More::None, &mut batch) {
        let n_records = batch.index().records().len();
        gate.judge(&batch, 0..n_records, &mut verdicts);
        keys.settle(&batch, &mut verdicts).unwrap();
        for rejected in verdicts.rejected() {
            let line = line_of(&batch, rejected.idx);
            found.extend(rejected.faults.iter().map(|fault| {
                let expected = &fault.reason.expected;
                let claimant = expected.rsplit_once("line ").map_or("-", |(_, line)| line);
                let column = fault.column.map_or("-".to_owned(), |c| c.to_string());
                format!("{line} {} {column} {claimant}", fault.reason.code)
            }));
        }
    }
    found
}

/// Judges records by keys.
#[track_caller]
fn check(keys: &str, records: &str, expected: &[&str]) {
    let schema = Schema::parse(format!("{{{FIELDS}, {keys}}}").as_bytes()).unwrap();
    let source = format!("a,b,c\n{records}");
    for batch_bytes in [1, 7, 1_000] {
        assert_eq!(
            judged(&schema, &source, batch_bytes),
            expected,
            "{batch_bytes}"
        );
    }
}

#[test]
fn a_primary_key_is_there_and_stands_once() {
    check(
        r#""primaryKey": "a""#,
        "1,x,1\n01,y,2\n",
        &["3 primary-key 0 2"],
    );
    let both = r#""primaryKey": ["a", "b"]"#;
    check(both, "1,x,1\n1,y,1\n+1,x,3\n", &["4 primary-key - 2"]);
    check(
        both,
        "1,,1\n,x,1\n,,1\n1,,1\n",
        &[
            "2 primary-key 1 -",
            "3 primary-key 0 -",
            "4 primary-key 0 -",
            "4 primary-key 1 -",
            "5 primary-key 1 -",
        ],
    );
}

#[test]
fn a_unique_key_with_a_missing_value_is_not_compared() {
    check(
        r#""uniqueKeys": [["b", "a"], ["c"]]"#,
        "1,x,1\n2,x,1.0\n1,x,2\n1,,\n1,,\n",
        &["3 unique-key 2 2", "4 unique-key - 2"],
    );
}

#[test]
fn components_do_not_run_into_each_other() {
    let schema = r#"{"primaryKey": ["a", "b"], "fields": [{"name": "a"}, {"name": "b"}]}"#;
    let schema = Schema::parse(schema.as_bytes()).unwrap();
    for n_chars in [0, 1, 63, 64, 100, 127, 128, 129] {
        let long = "x".repeat(n_chars);
        let source = format!("a,b\n{long}y,z\n{long},yz\n{long}yz,{long}\n{long}y,z{long}\n");
        let n_faults = if n_chars == 0 { 3 } else { 0 };
        let found = judged(&schema, &source, 1_000);
        assert_eq!(found.len(), n_faults, "{n_chars} {found:?}");
    }
}

#[test]
fn a_record_that_is_rejected_claims_nothing() {
    check(
        r#""primaryKey": "a", "uniqueKeys": [["b"]]"#,
        "1,x,99\n1,x,1\n1,y,1\n2,y,1\n2,x,1\n",
        &[
            "2 constraint-error 2 -",
            "4 primary-key 0 3",
            "6 primary-key 0 5",
            "6 unique-key 1 3",
        ],
    );
}
