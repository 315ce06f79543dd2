use std::sync::Arc;

use futures_util::FutureExt as _;
use proptest::prelude::*;

use super::*;
use crate::batch::Batcher;
use crate::dialect::DialectOptions;
use crate::gate::Gate;
use crate::header::Opener;
use crate::scan::{More, Scanner};
use crate::schema::Schema;
use crate::scratch::{MemoryScratch, Scratch};

const FIELDS: &str = r#""fields": [
    {"name": "a", "type": "integer"}, {"name": "b"},
    {"name": "c", "type": "number", "constraints": {"maximum": 9}}]"#;

/// Judges a source; returns each fault as line, code, column and the line of the claimant.
fn judged(schema: &Schema, source: &str, batch_bytes: usize) -> Vec<String> {
    let in_memory = judged_in(
        schema,
        source,
        batch_bytes,
        KeySpace::new("seed", 1 << 20, None),
    );
    for bytes_max in [0, 500, 5_000] {
        let scratch = MemoryScratch::new(u64::MAX);
        let held: Arc<dyn Scratch> = Arc::new(scratch.clone());
        let spilling = KeySpace::new("other seed", bytes_max, Some(held));
        let spilled = judged_in(schema, source, batch_bytes, spilling);
        assert_eq!(in_memory, spilled, "{bytes_max}");
        assert_eq!(scratch.held_bytes(), 0);
    }
    in_memory
}

fn judged_in(schema: &Schema, source: &str, batch_bytes: usize, space: KeySpace) -> Vec<String> {
    let options = DialectOptions::default();
    let mut opener = Opener::new(&options, 1_000);
    opener.push(source.as_bytes());
    let begun = opener.open(schema, More::None).unwrap().unwrap();
    let plan = begun.bound.unwrap();
    let mut gate = Gate::new(&plan);
    let mut keys = Keys::new(KeyRule::of(&plan), &[], space);
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
        let settling = keys.settle(&batch, &mut verdicts);
        settling.now_or_never().unwrap().unwrap();
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

/// A set of keys in little memory holds what a map holds, however it is filled and asked.
fn check_space(slices: &[Vec<u16>], key_bytes: usize, bytes_max: u64, n_sets: usize) {
    let scratch = MemoryScratch::new(u64::MAX);
    let mut space = KeySpace::new("seed", bytes_max, Some(Arc::new(scratch.clone())));
    let sets: Vec<SetId> = (0..n_sets).map(|n| space.add_set(format!("{n}"))).collect();
    let mut expected = vec![std::collections::HashMap::new(); n_sets];
    let key_of = |number: u16| {
        let mut key = vec![b'k'; usize::from(number) % (key_bytes + 1)];
        key.extend_from_slice(&number.to_be_bytes());
        key
    };
    for (line, slice) in (0_u64..).zip(slices) {
        let more: Vec<_> = sets.iter().map(|set| (*set, 9, 9 * 50)).collect();
        space.make_room(&more).now_or_never().unwrap().unwrap();
        for (set, expected) in sets.iter().copied().zip(&mut expected) {
            let keys: Vec<Vec<u8>> = slice.iter().map(|number| key_of(*number)).collect();
            let probe = |key: &Vec<u8>| (space.hash(key), key.clone());
            let mut hashed: Vec<(u64, Vec<u8>)> = keys.iter().map(probe).collect();
            hashed.sort();
            let mut probes: Vec<Probe<'_>> = hashed
                .iter()
                .map(|(hash, key)| Probe {
                    hash: *hash,
                    key,
                    line: None,
                })
                .collect();
            space
                .find(set, &mut probes)
                .now_or_never()
                .unwrap()
                .unwrap();
            let found: Vec<Option<u64>> = probes
                .iter()
                .map(|probe| probe.line.or_else(|| space.get(set, probe.hash, probe.key)))
                .collect();
            for ((hash, key), found) in hashed.iter().zip(found) {
                assert_eq!(found, expected.get(key).copied());
                if expected.get(key).is_none() && space.get(set, *hash, key).is_none() {
                    space.insert(set, *hash, key, line).unwrap();
                }
            }
            for (_, key) in hashed {
                expected.entry(key).or_insert(line);
            }
        }
    }
    drop(space);
    assert_eq!(scratch.held_bytes(), 0);
}

proptest! {
    #[test]
    fn a_space_is_a_map(
        slices in prop::collection::vec(prop::collection::vec(0_u16..500, 0..10), 0..200),
        key_bytes in 0_usize..40,
        bytes_max in prop::sample::select(vec![0_u64, 300, 2_000, 20_000]),
        n_sets in 1_usize..3,
    ) {
        check_space(&slices, key_bytes, bytes_max, n_sets);
    }
}

#[test]
fn runs_are_merged_again_and_again() {
    let slices: Vec<Vec<u16>> = (0..5_000).map(|n| vec![n * 7 % 5_000, n, n / 2]).collect();
    check_space(&slices, 20, 3_000, 1);
}

#[test]
fn without_scratch_space_too_many_keys_are_an_error() {
    let mut space = KeySpace::new("seed", 10_000, None);
    let set = space.add_set("a".to_owned());
    let full = (0_u64..).find_map(|n| {
        let key = n.to_be_bytes();
        let hash = space.hash(&key);
        space.insert(set, hash, &key, n).err().map(|err| (n, err))
    });
    let (n, err) = full.unwrap();
    assert!(n > 100, "{n}");
    assert_eq!(err.kind(), crate::ErrorKind::Limit);
}

#[test]
fn a_full_scratch_space_is_a_dependency_that_failed() {
    let mut space = KeySpace::new("seed", 1_000, Some(Arc::new(MemoryScratch::new(100))));
    let set = space.add_set("a".to_owned());
    for n in 0..10_u64 {
        let key = n.to_be_bytes();
        space.insert(set, space.hash(&key), &key, n).unwrap();
    }
    let full = space
        .make_room(&[(set, 100, 4_000)])
        .now_or_never()
        .unwrap();
    let err = full.unwrap_err();
    assert_eq!(err.kind(), crate::ErrorKind::Dependency);
    assert_eq!(
        err.chain(),
        "could not write to the scratch space `memory`: 250 bytes are needed in memory, and 100 are free"
    );
}
