//! What is refused: by which exit code, with which words, and what is left behind.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use crate::bench::{Bench, balanced, source_of};

const INGEST: &str = "ingest in.csv --schema schema.json --to out.csv";
/// What refused data leaves.
const REFUSED: [&str; 3] = ["in.csv", "out.csv.rejects.csv", "out.csv.report.json"];

fn bench_with(source: &str) -> Bench {
    let bench = Bench::new();
    bench.write("in.csv", source);
    bench
}

#[test]
fn a_header_that_does_not_match_is_refused_with_its_reasons() {
    let bench = bench_with("id,nom,amount\n1,a,2\n");
    let ran = bench.run(INGEST).expect(1);
    assert_eq!(bench.files(), REFUSED);
    for said in [
        "refused: the header does not match",
        "nom",
        "did not appear",
        "next:",
    ] {
        assert!(
            ran.stdout.contains(said),
            "`{said}` is not in:\n{}",
            ran.stdout
        );
    }
    let report = bench.json("out.csv.report.json");
    assert_eq!(report["status"], "refused");
    assert_eq!(report["complete"], false);
    assert_eq!(balanced(&report), (0, 0, 0));
}

#[test]
fn rejects_past_the_tolerance_are_refused() {
    let record = |n| match n {
        1..=3 => format!("x{n},a,1"),
        _ => format!("{n},a,1"),
    };
    let bench = bench_with(&source_of(100, record));
    for (max, code) in [
        ("2", 1),
        ("3", 0),
        ("2%", 1),
        ("2.9999%", 1),
        ("3%", 0),
        ("0", 1),
        ("100%", 0),
    ] {
        let ran = bench
            .run(&format!("{INGEST} --max-rejects {max} --overwrite"))
            .expect(code);
        let report = bench.json("out.csv.report.json");
        balanced(&report);
        // A count stops the run at the first record past it; a share is judged at the end.
        assert_eq!(
            report["complete"],
            code == 0 || max.ends_with('%'),
            "{max}\n{}",
            ran.stdout
        );
        assert_eq!(bench.path().join("out.csv").exists(), code == 0, "{max}");
        let _absent = fs::remove_file(bench.path().join("out.csv"));
    }
    for max in ["few", "-1", "101%"] {
        bench
            .run(&format!("{INGEST} --max-rejects={max}"))
            .error(2, &["--max-rejects", "neither a count"]);
    }
}

#[test]
fn a_source_without_an_accepted_record_is_refused_unless_that_is_fine() {
    let bench = bench_with("id,name,amount\nx,a,2\n");
    let ran = bench.run(INGEST).expect(1);
    assert!(
        ran.stdout.contains("refused: no record was accepted"),
        "{}",
        ran.stdout
    );
    assert_eq!(bench.files(), REFUSED);
    bench.run(&format!("{INGEST} --allow-empty")).good();
    assert_eq!(bench.read("out.csv"), "id,name,amount\n");
}

#[test]
fn a_broken_quote_refuses_the_source_where_quotes_are_strict() {
    let bench = bench_with("id,name,amount\n1,a,2\n2,\"b,2\n3,c,2\n");
    let said = "the quotes of the record on line 3 are broken";
    let refused = |bench: &Bench, line: &str| {
        let ran = bench.run(line).expect(1);
        assert!(ran.stdout.contains(said), "{line}\n{}", ran.stdout);
    };
    refused(&bench, &format!("{INGEST} --strict-quotes"));
    assert_eq!(bench.files(), REFUSED);
    let report = bench.json("out.csv.report.json");
    assert_eq!(balanced(&report), (2, 1, 1));
    assert_eq!(report["complete"], false);
    assert_eq!(report["status"], "refused");
    let validate = "validate in.csv --schema schema.json";
    refused(&bench, &format!("{validate} --strict-quotes"));
    bench.run(INGEST).good();
    assert_eq!(bench.read("out.csv"), "id,name,amount\n1,a,2\n3,c,2\n");
    let bench = bench.env("ROWGATE_LIMITS__STRICT_QUOTES", "true");
    refused(&bench, validate);
}

/// Checks that a command line fails so, and leaves nothing.
#[track_caller]
fn check(bench: &Bench, line: &str, code: i32, said: &[&str]) {
    let before = bench.files();
    bench.run(line).error(code, said);
    assert_eq!(bench.files(), before, "{line}");
}

#[test]
fn a_source_that_cannot_be_read_leaves_nothing() {
    let bench = bench_with("");
    check(&bench, INGEST, 3, &["the source is empty", "hint:"]);
    fs::create_dir(bench.path().join("folder")).unwrap();
    let line = "--schema schema.json --to out.csv";
    check(
        &bench,
        &format!("ingest none.csv {line}"),
        3,
        &["could not open the source `none.csv`", "hint:"],
    );
    check(
        &bench,
        &format!("ingest folder {line}"),
        3,
        &["source `folder`", "folder"],
    );
    check(
        &bench,
        &format!("ingest gs://lake/a.csv {line}"),
        2,
        &["gs://"],
    );
    bench.write("schema-only.csv", "\u{feff}");
    check(
        &bench,
        &format!("ingest schema-only.csv {line}"),
        3,
        &["empty"],
    );
    check(&bench, "count none.csv", 3, &["none.csv"]);
    check(
        &bench,
        "validate none.csv --schema schema.json",
        3,
        &["none.csv"],
    );
}

#[test]
fn a_wrong_schema_shows_all_its_faults() {
    let bench = bench_with("id\n1\n");
    bench.write(
        "bad.json",
        r#"{"fields": [{"name": "id", "type": "int"}, {"type": "string"}], "fieldsMatch": "some"}"#,
    );
    let said = [
        "`bad.json` is not valid",
        "/fields/0/type",
        "did you mean `integer`?",
        "/fields/1",
        "/fieldsMatch",
    ];
    check(
        &bench,
        "ingest in.csv --schema bad.json --to out.csv",
        2,
        &said,
    );
    check(&bench, "validate in.csv --schema bad.json", 2, &said);
    bench.write("bad.json", "{\"fields\": [}");
    check(
        &bench,
        "ingest in.csv --schema bad.json --to out.csv",
        2,
        &["bad.json", "line 1"],
    );
    check(
        &bench,
        "ingest in.csv --schema none.json --to out.csv",
        2,
        &["could not open the schema `none.json`"],
    );
}

#[test]
fn a_destination_that_cannot_be_written_leaves_nothing() {
    let bench = bench_with("id,name,amount\n1,a,2\n");
    fs::create_dir(bench.path().join("folder")).unwrap();
    let source = "ingest in.csv --schema schema.json";
    check(
        &bench,
        &format!("{source} --to none/out.csv"),
        2,
        &["destination `none/out.csv`"],
    );
    check(
        &bench,
        &format!("{source} --to folder"),
        2,
        &["destination `folder`"],
    );
    check(
        &bench,
        &format!("{source} --to s3://lake/orders/"),
        2,
        &["names no object"],
    );
    check(
        &bench,
        &format!("{source} --to out.csv --rejects none/r.csv"),
        2,
        &["quarantine `none/r.csv`"],
    );
    check(
        &bench,
        &format!("{source} --to out.csv --report none/r.json"),
        2,
        &["report `none/r.json`"],
    );
}

#[test]
fn places_that_get_into_each_others_way_are_refused() {
    let bench = bench_with("id,name,amount\n1,a,2\n");
    let source = "ingest in.csv --schema schema.json";
    check(
        &bench,
        &format!("{source} --to in.csv --overwrite"),
        2,
        &["the source are both `in.csv`"],
    );
    check(
        &bench,
        &format!("{source} --to schema.json --overwrite"),
        2,
        &["the schema are both"],
    );
    check(
        &bench,
        &format!("{source} --to out.csv --rejects out.csv"),
        2,
        &["the destination are both"],
    );
    check(
        &bench,
        &format!("{source} --to out.csv --report -"),
        2,
        &["standard output"],
    );
    check(
        &bench,
        "ingest - --schema - --to out.csv",
        2,
        &["standard input"],
    );
    check(
        &bench,
        &format!("{source} --to -"),
        2,
        &["--rejects", "--report"],
    );
    check(
        &bench,
        &format!("{source} --to - --rejects r.csv --report r.json --format json"),
        2,
        &["--format json"],
    );
}

#[test]
fn a_dialect_that_contradicts_itself_is_refused() {
    let bench = bench_with("id,name,amount\n1,a,2\n");
    check(
        &bench,
        &format!("{INGEST} --delimiter , --quote ,"),
        2,
        &["delimiter", "quote"],
    );
    check(
        &bench,
        &format!("{INGEST} --delimiter {}", ";".repeat(32)),
        2,
        &["--delimiter", "31 bytes"],
    );
    check(
        &bench,
        &format!("{INGEST} --quote no"),
        2,
        &["--quote", "none"],
    );
    check(
        &bench,
        &format!("{INGEST} --skip-lines x"),
        2,
        &["--skip-lines"],
    );
}

#[test]
fn what_the_command_line_does_not_know_is_named() {
    let bench = Bench::new();
    check(&bench, "ingset", 2, &["ingset", "'ingest'"]);
    check(
        &bench,
        "ingest good.csv --schema schema.json --to out.csv --overwrit",
        2,
        &["--overwrit", "'--overwrite'"],
    );
    // What later versions bring is not there yet, rather than accepted and ignored.
    for flag in ["--resume", "--checkpoint=x", "--jobs=2"] {
        check(
            &bench,
            &format!("ingest good.csv --schema schema.json --to out.csv {flag}"),
            2,
            &["unexpected argument"],
        );
    }
    check(
        &bench,
        "count good.csv --compression=gz",
        2,
        &["`gzip`, `zstd`, `bzip2` or `xz`"],
    );
    check(
        &bench,
        "count good.csv --encoding=x",
        2,
        &["`x` is no encoding"],
    );
    check(&bench, "infers good.csv", 2, &["unrecognized subcommand"]);
    check(&bench, "ingest good.csv", 2, &["--schema", "--to"]);
    check(&bench, "-q -v count good.csv", 2, &["cannot be used with"]);
}

#[test]
fn a_full_disk_is_a_dependency_that_failed() {
    let bench = Bench::new();
    for line in [
        "count good.csv",
        "validate good.csv --schema schema.json",
        "explain",
        "config show",
        "--help",
    ] {
        let words: Vec<_> = line.split_whitespace().collect();
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = bench.command(&words).stdout(full).output().unwrap();
        let ran = crate::bench::Ran::of(output);
        if line != "--help" {
            ran.error(4, &["could not write to standard output", "hint:"]);
        }
    }
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let words = "ingest good.csv --schema schema.json --to - --rejects r.csv --report r.json";
    let words: Vec<_> = words.split_whitespace().collect();
    let output = bench.command(&words).stdout(full).output().unwrap();
    crate::bench::Ran::of(output).error(4, &["destination `-`"]);
}

#[test]
fn a_folder_that_may_not_be_written_to_is_refused() {
    let bench = bench_with("id,name,amount\n1,a,2\n");
    let folder = bench.path().join("folder");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o500)).unwrap();
    if fs::write(folder.join("probe"), "").is_ok() {
        return; // Whoever may do everything cannot be refused.
    }
    check(
        &bench,
        "ingest in.csv --schema schema.json --to folder/out.csv",
        2,
        &["folder/out.csv"],
    );
}
