//! Standard input and output, and readers that go away.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use crate::bench::{Bench, GOOD, Ran, balanced, source_of};

#[test]
fn standard_input_is_a_source() {
    let bench = Bench::new();
    bench
        .run_with("ingest - --schema schema.json --to out.csv", GOOD)
        .good();
    assert_eq!(bench.read("out.csv"), GOOD);
    let report = bench.json("out.csv.report.json");
    assert_eq!(report["source"]["uri"], "-");
    assert_eq!(balanced(&report), (3, 3, 0));
    let ran = bench
        .run_with("validate - --schema schema.json", "")
        .error(3, &["empty"]);
    assert_eq!(ran.stdout, "");
}

#[test]
fn standard_input_is_a_schema() {
    let bench = Bench::new();
    bench
        .run_with("schema check -", crate::bench::SCHEMA)
        .good();
    bench
        .run_with(
            "ingest good.csv --schema - --to out.csv",
            crate::bench::SCHEMA,
        )
        .good();
}

#[test]
fn standard_output_holds_the_accepted_records_alone() {
    let bench = Bench::new();
    let line = "ingest mixed.csv --schema schema.json --to - --rejects r.csv --report r.json";
    let ran = bench.run(line).expect(0);
    assert_eq!(ran.stdout, "id,name,amount\n1,ann,1.50\n7,fay,7\n");
    assert!(ran.stderr.starts_with("landed: -"), "{}", ran.stderr);
    assert_eq!(bench.files(), ["r.csv", "r.json"]);
    assert_eq!(balanced(&bench.json("r.json")), (7, 2, 5));
    let ran = bench.run(&format!("{line} -q")).good();
    assert!(ran.stdout.starts_with("id,"), "{}", ran.stdout);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let bench = Bench::new();
    // More errors than a pipe holds.
    bench.write("in.csv", source_of(20_000, |n| format!("x{n},a,1")));
    let mut child = bench.spawn("validate in.csv --schema schema.json");
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap()).expect(1);
    assert!(
        first.starts_with("line 2, record 1, column `id`: type-error"),
        "{first}"
    );
    assert_eq!(ran.stderr, "");
    for line in [
        "explain",
        "count good.csv",
        "config show",
        "completions bash",
        "man",
        "ingest good.csv --schema schema.json --to out.csv",
        "--help",
    ] {
        let mut child = bench.spawn(line);
        drop(child.stdout.take());
        let ran = Ran::of(child.wait_with_output().unwrap()).expect(0);
        assert_eq!(ran.stderr, "", "{line}");
    }
    assert_eq!(
        bench.read("out.csv"),
        GOOD,
        "the run is as it would have been"
    );
}

#[test]
fn a_destination_whose_reader_goes_away_did_not_land() {
    let bench = Bench::new();
    bench.write("in.csv", source_of(200_000, |n| format!("{n},a,1")));
    let mut child =
        bench.spawn("ingest in.csv --schema schema.json --to - --rejects r.csv --report r.json");
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 16]).unwrap();
    drop(stdout);
    let ran = Ran::of(child.wait_with_output().unwrap()).expect(4);
    let told = "nothing was quarantined or reported";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    assert_eq!(
        bench.files(),
        ["in.csv"],
        "nothing vouches for half an output"
    );
}

#[test]
fn closed_standard_streams_are_no_bug() {
    let bench = Bench::new();
    let words = [
        "ingest",
        "good.csv",
        "--schema",
        "schema.json",
        "--to",
        "out.csv",
    ];
    let output = bench
        .command(&words)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .unwrap();
    Ran::of(output).expect(0);
}
