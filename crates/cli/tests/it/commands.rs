//! The commands beside the main job.

use crate::bench::{Bench, balanced};

#[test]
fn validate_prints_every_error_and_then_a_summary() {
    let bench = Bench::new();
    let ran = bench
        .run("validate mixed.csv --schema schema.json")
        .expect(1);
    assert_eq!(ran.stderr, "");
    let lines: Vec<_> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 6, "{}", ran.stdout);
    assert!(
        lines[0].starts_with("line 3, record 2, column `id`: type-error: "),
        "{}",
        lines[0]
    );
    assert!(lines[0].contains("found `x`"), "{}", lines[0]);
    assert!(
        lines[1].starts_with("line 4, record 3: extra-cell: "),
        "{}",
        lines[1]
    );
    assert!(
        lines[5].starts_with("mixed.csv: 7 records, 2 valid, 5 invalid: 5 errors"),
        "{}",
        lines[5]
    );
    let ran = bench
        .run("validate mixed.csv --schema schema.json --quiet")
        .expect(1);
    assert_eq!(
        ran.stdout.lines().count(),
        5,
        "errors are results:\n{}",
        ran.stdout
    );
    assert!(bench.files().is_empty());
}

#[test]
fn validate_says_that_all_is_well() {
    let bench = Bench::new();
    let ran = bench.run("validate good.csv --schema schema.json").good();
    assert_eq!(ran.stdout, "good.csv: 3 records, all valid\n");
    assert_eq!(
        bench
            .run("validate good.csv --schema schema.json -q")
            .good()
            .stdout,
        ""
    );
}

#[test]
fn validate_prints_the_report_for_programs() {
    let bench = Bench::new();
    let ran = bench
        .run("validate mixed.csv --schema schema.json --format json")
        .expect(1);
    let report = ran.json();
    assert_eq!(balanced(&report), (7, 2, 5));
    assert_eq!(report["status"], "validated");
    assert_eq!(report["errors"]["samples"][0]["line"], 3);
    let report = bench
        .run("validate good.csv --schema schema.json --format json")
        .good()
        .json();
    assert_eq!(balanced(&report), (3, 3, 0));
}

#[test]
fn validate_refuses_a_header() {
    let bench = Bench::new();
    bench.write("in.csv", "id,nom,amount\n1,a,2\n");
    let ran = bench.run("validate in.csv --schema schema.json").expect(1);
    assert!(
        ran.stdout.starts_with("line 1, header, column `"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("the header does not match"),
        "{}",
        ran.stdout
    );
}

#[test]
fn data_cannot_drive_the_terminal() {
    let bench = Bench::new();
    bench.write("in.csv", "id,name,amount\n\u{1b}[2J,a,2\n");
    let ran = bench.run("validate in.csv --schema schema.json").expect(1);
    assert!(!ran.stdout.contains('\u{1b}'), "{:?}", ran.stdout);
    bench.write("in.csv", "\u{1b}[2J,name,amount\n1,a,2\n");
    for line in [
        "validate in.csv --schema schema.json",
        "ingest in.csv --schema schema.json --to out.csv",
    ] {
        let ran = bench.run(line).expect(1);
        assert!(!ran.stdout.contains('\u{1b}'), "{:?}", ran.stdout);
    }
}

#[test]
fn count_knows_what_a_record_is() {
    let bench = Bench::new();
    bench.write("in.csv", "a,b\n1,\"two\nlines\"\n2,x\n");
    assert_eq!(bench.run("count in.csv").good().stdout, "2\n");
    assert_eq!(bench.run("count in.csv --no-header").good().stdout, "3\n");
    assert_eq!(
        bench.run("count in.csv --skip-lines 1").good().stdout,
        "1\n"
    );
    assert_eq!(
        bench
            .run("count in.csv --quote none --delimiter ,")
            .good()
            .stdout,
        "3\n"
    );
    assert_eq!(
        bench.run("count in.csv --format json").good().json()["records"],
        2
    );
    assert_eq!(
        bench.run("count mixed.csv").good().stdout,
        "7\n",
        "as many as a run reads"
    );
    assert_eq!(bench.run_with("count -", "a\n1\n2\n").good().stdout, "2\n");
}

#[test]
fn schema_check_says_what_a_schema_means() {
    let bench = Bench::new();
    let ran = bench.run("schema check schema.json").good();
    insta::assert_snapshot!(ran.stdout, @r#"
    schema.json: valid, 3 fields
    the header has these fields, in this order (`fieldsMatch` is `exact`)
      id      an integer; required; unique; missing: ""
      name    text; missing: ""
      amount  a number; missing: ""
    "#);
    let json = bench
        .run("schema check schema.json --format json")
        .good()
        .json();
    assert_eq!(json, serde_json::json!({"valid": true, "errors": []}));
}

#[test]
fn schema_check_shows_every_fault() {
    let bench = Bench::new();
    bench.write(
        "bad.json",
        r#"{"fields": [{"name": "id", "type": "int"}], "fieldsMatch": "some"}"#,
    );
    bench
        .run("schema check bad.json")
        .error(2, &["/fields/0/type", "/fieldsMatch", "did you mean"]);
    let ran = bench.run("schema check bad.json --format json").expect(2);
    let json = ran.json();
    assert_eq!(json["valid"], false);
    let pointers: Vec<_> = json["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/fieldsMatch", "/fields/0/type"]);
    assert!(
        json["errors"][1]["hint"]
            .as_str()
            .unwrap()
            .contains("integer"),
        "{json:#}"
    );
    bench
        .run("schema check none.json --format json")
        .error(2, &["none.json"]);
}

#[test]
fn explain_knows_every_code() {
    let bench = Bench::new();
    let list = bench.run("explain").good().stdout;
    for line in list.lines() {
        let code = line.split_whitespace().next().unwrap();
        let ran = bench.run(&format!("explain {code}")).good();
        assert!(
            ran.stdout.starts_with(&format!("{code}\n\n")),
            "{}",
            ran.stdout
        );
        assert!(ran.stdout.contains("\nTo mend it: "), "{}", ran.stdout);
    }
    let all = bench.run("explain --format json").good().json();
    assert_eq!(all.as_array().unwrap().len(), list.lines().count());
    let one = bench.run("explain type-error --format json").good().json();
    assert_eq!(one["code"], "type-error");
    bench
        .run("explain no-such-code")
        .error(2, &["`no-such-code`", "rowgate explain"]);
}

#[test]
fn completions_and_manual_pages_are_made() {
    let bench = Bench::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = bench.run(&format!("completions {shell}")).good().stdout;
        assert!(script.contains("max-rejects"), "{shell}");
    }
    let page = bench.run("man").good().stdout;
    assert!(page.contains(".TH rowgate 1"), "{page}");
    bench.run("man --out pages").good();
    let pages = std::fs::read_dir(bench.path().join("pages"))
        .unwrap()
        .count();
    assert!(pages > 10, "{pages}");
    assert!(
        bench
            .read("pages/rowgate-ingest.1")
            .contains("max\\-rejects")
    );
    bench.run("completions tcsh").error(2, &["tcsh"]);
    bench
        .run("completions bash --format json")
        .error(2, &["--format"]);
    bench.run("man --format json").error(2, &["--format"]);
    bench.write("file", "");
    bench.run("man --out file").error(2, &["`file`"]);
}

#[test]
fn uploads_beside_a_path_are_listed_and_dropped() {
    let bench = Bench::new();
    let ran = bench.run("uploads list out.csv").good();
    assert!(ran.stdout.starts_with("0 uploads"), "{}", ran.stdout);
    bench.run("uploads abort out.csv --all").good();
    bench.run("uploads abort out.csv --older-than 2h").good();
    bench
        .run("uploads abort out.csv")
        .error(2, &["--older-than", "--all"]);
    bench
        .run("uploads abort out.csv --all --older-than 2h")
        .error(2, &["cannot be used with"]);
    bench
        .run("uploads abort out.csv --older-than soon")
        .error(2, &["`45s`"]);
    bench
        .run("uploads list -")
        .error(2, &["standard output has no uploads"]);
    let json = bench
        .run("uploads list out.csv --format json")
        .good()
        .json();
    assert_eq!(json, serde_json::json!({"uploads": []}));
}
