//! The main job on local files.

use crate::bench::{Bench, GOOD, MIXED, balanced};

const LANDED: [&str; 3] = ["out.csv", "out.csv.rejects.csv", "out.csv.report.json"];

#[test]
fn a_good_file_lands_as_it_was_read() {
    let bench = Bench::new();
    let ran = bench
        .run("ingest good.csv --schema schema.json --to out.csv")
        .good();
    assert_eq!(bench.files(), LANDED);
    assert_eq!(bench.read("out.csv"), GOOD);
    let report = bench.json("out.csv.report.json");
    assert_eq!(balanced(&report), (3, 3, 0));
    assert_eq!(report["status"], "landed");
    assert_eq!(report["output"]["uri"], "out.csv");
    for said in [
        "landed: out.csv",
        "3 read, 3 accepted, 0 rejected",
        "out.csv.report.json",
    ] {
        assert!(ran.stdout.contains(said), "{}", ran.stdout);
    }
    assert!(
        !ran.stdout.contains("next:"),
        "nothing is left to do:\n{}",
        ran.stdout
    );
    let quarantine = bench.read("out.csv.rejects.csv");
    assert_eq!(
        quarantine.lines().count(),
        1,
        "a header alone:\n{quarantine}"
    );
}

#[test]
fn bad_records_go_to_quarantine_and_the_summary_says_what_comes_next() {
    let bench = Bench::new();
    let ran = bench
        .run("ingest mixed.csv --schema schema.json --to out.csv")
        .good();
    assert_eq!(
        bench.read("out.csv"),
        "id,name,amount\n1,ann,1.50\n7,fay,7\n"
    );
    assert_eq!(balanced(&bench.json("out.csv.report.json")), (7, 2, 5));
    for said in [
        "7 read, 2 accepted, 5 rejected",
        "type-error 2",
        "quote-error 1",
        "next: mend the rows",
        "rowgate ingest out.csv.rejects.csv --schema schema.json --to out.csv.mended.csv",
    ] {
        assert!(
            ran.stdout.contains(said),
            "`{said}` is not in:\n{}",
            ran.stdout
        );
    }
}

#[test]
fn rejects_and_report_go_where_they_are_sent() {
    let bench = Bench::new();
    let line =
        "ingest mixed.csv --schema schema.json --to out.csv --rejects bad.csv --report r.json";
    bench.run(line).good();
    assert_eq!(bench.files(), ["bad.csv", "out.csv", "r.json"]);
    assert_eq!(bench.json("r.json")["rejects"]["uri"], "bad.csv");
}

#[test]
fn with_json_standard_output_is_the_report_whatever_the_outcome() {
    let bench = Bench::new();
    let ran = bench
        .run("ingest mixed.csv --schema schema.json --to out.csv --format json")
        .good();
    assert_eq!(ran.json(), bench.json("out.csv.report.json"));
    let refused =
        "ingest mixed.csv --schema schema.json --to other.csv --format json --max-rejects 0";
    let ran = bench.run(refused).expect(1);
    assert_eq!(ran.stderr, "");
    assert_eq!(ran.json(), bench.json("other.csv.report.json"));
    assert_eq!(ran.json()["status"], "refused");
}

#[test]
fn quiet_is_silent_unless_something_is_wrong() {
    let bench = Bench::new();
    let ran = bench
        .run("ingest good.csv --schema schema.json --to out.csv --quiet")
        .good();
    assert_eq!(ran.stdout, "");
    bench
        .run("-q ingest good.csv --schema schema.json --to out.csv")
        .error(2, &["--overwrite"]);
}

#[test]
fn what_is_there_stays_unless_it_may_be_replaced() {
    let bench = Bench::new();
    bench.write("out.csv", "precious");
    let line = "ingest good.csv --schema schema.json --to out.csv";
    bench
        .run(line)
        .error(2, &["`out.csv` exists", "--overwrite"]);
    assert_eq!(bench.files(), ["out.csv"]);
    assert_eq!(bench.read("out.csv"), "precious");
    bench.run(&format!("{line} --overwrite")).good();
    assert_eq!(bench.read("out.csv"), GOOD);
    assert_eq!(bench.files(), LANDED);
}

#[test]
fn a_dry_run_judges_everything_and_writes_nothing() {
    let bench = Bench::new();
    let line = "ingest mixed.csv --schema schema.json --to out.csv --dry-run";
    let ran = bench.run(line).good();
    assert!(
        ran.stdout.contains("7 read, 2 accepted, 5 rejected"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("dry run"), "{}", ran.stdout);
    bench.run(&format!("{line} --max-rejects 4")).expect(1);
    let json = bench.run(&format!("{line} --format json")).good().json();
    assert_eq!(balanced(&json), (7, 2, 5));
    assert_eq!(json["status"], "validated");
    assert!(bench.files().is_empty());
    bench.write("out.csv", "precious");
    bench.run(line).error(2, &["exists"]);
}

#[test]
fn a_header_without_records_lands() {
    let bench = Bench::new();
    bench.write("in.csv", "id,name,amount\n");
    bench
        .run("ingest in.csv --schema schema.json --to out.csv")
        .good();
    assert_eq!(bench.read("out.csv"), "id,name,amount\n");
    assert_eq!(balanced(&bench.json("out.csv.report.json")), (0, 0, 0));
}

/// Checks that a source in a dialect of its own is accepted whole with these options.
#[track_caller]
fn check_dialect(source: &str, options: &str, n_records: u64) {
    let bench = Bench::new();
    bench.write("in.csv", source);
    let ran = bench
        .run(&format!(
            "ingest in.csv --schema schema.json --to out.csv {options}"
        ))
        .good();
    let report = bench.json("out.csv.report.json");
    assert_eq!(
        balanced(&report),
        (n_records, n_records, 0),
        "{}",
        ran.stdout
    );
}

#[test]
fn every_dialect_option_does_what_it_says() {
    check_dialect("id;name;amount\n1;a;2\n", "", 1);
    check_dialect("id;name;amount\n1;a;2\n", "--delimiter ;", 1);
    check_dialect("id\tname\tamount\n1\ta\t2\n", "--delimiter tab", 1);
    check_dialect("id\tname\tamount\n1\ta\t2\n", "--delimiter \\t", 1);
    check_dialect("id,name,amount\n1,'a,b',2\n", "--quote '", 1);
    check_dialect("id,name,amount\n1,\"a,2\n", "--quote none", 1);
    check_dialect("id,name,amount\n1,a\\,b,2\n", "--escape \\", 1);
    check_dialect("1,a,2\n2,b,3\n", "--no-header", 2);
    check_dialect("id,name,amount\n# note\n1,a,2\n", "--comment #", 1);
    check_dialect(
        "made by hand\n\nid,name,amount\n1,a,2\n",
        "--skip-lines 2",
        1,
    );
}

#[test]
fn verbose_tells_what_happens_on_standard_error() {
    let bench = Bench::new();
    let ran = bench
        .run("ingest good.csv --schema schema.json --to out.csv -v")
        .expect(0);
    assert!(ran.stderr.contains("run_started"), "{}", ran.stderr);
    assert!(ran.stderr.contains("run_landed"), "{}", ran.stderr);
    let ran = bench
        .run("-vv --log-format json ingest good.csv --schema schema.json --to two.csv")
        .expect(0);
    let events: Vec<serde_json::Value> = ran
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(
        events.iter().any(|event| event["event"] == "run_landed"),
        "{}",
        ran.stderr
    );
    assert!(
        !ran.stderr.contains("ann"),
        "values stand in no log:\n{}",
        ran.stderr
    );
}

#[test]
fn places_may_be_file_uris() {
    let bench = Bench::new();
    let folder = bench.path().display();
    bench
        .run(&format!("ingest file://{folder}/good.csv --schema file://{folder}/schema.json --to file://{folder}/out.csv"))
        .good();
    assert_eq!(bench.files(), LANDED);
    assert_eq!(MIXED.lines().count(), 8, "as the other tests count");
}
