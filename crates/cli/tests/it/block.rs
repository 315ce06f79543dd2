//! What the block `rowgate` of a schema asks, by the built program.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::bench::{Bench, balanced};

/// A bench whose schema `asking.json` has this block.
fn asking(block: &str) -> Bench {
    let bench = Bench::new();
    let fields = r#"[{"name": "id", "type": "integer"}, {"name": "name"}, {"name": "amount", "type": "number"}]"#;
    bench.write(
        "asking.json",
        format!(r#"{{"fields": {fields}, "rowgate": {{{block}}}}}"#),
    );
    bench
}

const INGEST: &str = "ingest in.csv --schema asking.json --to out.csv";

#[test]
fn rejects_are_written_as_json_lines() {
    let bench = asking("");
    bench.write(
        "in.csv",
        b"id,name,amount\nx,\"a \"\"b\"\"\",1\n1,ok,2\n2,caf\xe9,3\n",
    );
    let ran = bench
        .run(&format!("{INGEST} --rejects-format jsonl"))
        .good();
    assert!(ran.stdout.contains("JSON Lines cannot be fed back"));
    assert!(!ran.stdout.contains(".mended.csv"), "{}", ran.stdout);
    assert_eq!(bench.read("out.csv"), "id,name,amount\n1,ok,2\n");
    assert!(!bench.files().contains(&"out.csv.rejects.csv".to_owned()));
    let report = bench.json("out.csv.report.json");
    assert_eq!(balanced(&report), (3, 1, 2));
    let lines = bench.read("out.csv.rejects.jsonl");
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<Value> = lines.collect();
    let [first, second] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    assert_eq!((&first["record"], &first["line"]), (&1.into(), &2.into()));
    assert_eq!(first["byte_offset"], 15);
    assert_eq!(first["errors"][0], report["errors"]["samples"][0]);
    assert_eq!(first["raw"], r#"x,"a ""b""",1"#);
    assert_eq!(first["raw_encoding"], Value::Null);
    assert_eq!(second["errors"][0]["code"], "encoding-error");
    assert_eq!(second["raw_encoding"], "base64");
    assert_eq!(second["raw"], "MixjYWbpLDM=");
    // By a setting, too; and where nothing was rejected it is empty.
    let bench = bench.env("ROWGATE_REJECTS__FORMAT", "jsonl");
    bench
        .run("ingest good.csv --schema asking.json --to good.out.csv")
        .good();
    assert_eq!(bench.read("good.out.csv.rejects.jsonl"), "");
}

#[test]
fn redacted_rejects_hold_no_values_and_cannot_be_fed_back() {
    let bench = asking(r#""redact": ["name"]"#);
    bench.write("in.csv", "id,name,amount\nx,ann,1\n1,bob,2\n2,cy\n");
    bench.run(&format!("{INGEST} --redact-rejects")).good();
    let quarantine = bench.read("out.csv.rejects.csv");
    let rows: Vec<&str> = quarantine.lines().skip(1).collect();
    assert!(
        rows[0].ends_with(",[redacted],x,[redacted],1"),
        "{quarantine}"
    );
    assert!(rows[1].ends_with(",[redacted],,,"), "{quarantine}");
    assert!(
        !quarantine.contains("ann") && !quarantine.contains("cy"),
        "{quarantine}"
    );
    let again = "ingest out.csv.rejects.csv --schema asking.json --to again.csv --allow-empty";
    bench.run(again).good();
    let report = bench.json("again.csv.report.json");
    assert_eq!(
        report["errors"]["by_code"]["unmended-record"], 2,
        "{report:#}"
    );
    // Without the flag the quarantine holds what was read, and the report does not.
    bench.run(&format!("{INGEST} --overwrite")).good();
    assert!(bench.read("out.csv.rejects.csv").contains("x,ann,1"));
    assert!(!bench.read("out.csv.report.json").contains("ann"));
}

#[test]
fn a_limit_of_the_command_line_wins_over_the_schema() {
    let bench = asking(r#""limits": {"rejects": 1, "consecutive_rejects": 1}"#);
    bench.write("in.csv", "id,name,amount\nx,,\ny,,\n1,,\n");
    let check = |flags: &str, said: Option<&str>| {
        let ran = bench.run(&format!("{INGEST} --overwrite --dry-run {flags}"));
        match said {
            Some(said) => assert!(ran.expect(1).stdout.contains(said), "{flags}"),
            None => drop(ran.good()),
        }
    };
    let one = "at most 1 are tolerated";
    let in_a_row = "more than 1 records were rejected one after the other";
    check("--max-consecutive-rejects 2", Some(one));
    check("--max-rejects 2", Some(in_a_row));
    check("--max-rejects 70%", Some(in_a_row));
    check("--max-rejects 2 --max-consecutive-rejects 2", None);
}

const SHORT: &str =
    r#""name": "short", "expr": "row.name.size() < 4", "message": "too long a name""#;

#[test]
fn a_broken_rule_rejects_warns_or_refuses() {
    let check = |severity: &str, code: i32, shown: &[&str], landed: Option<&str>| {
        let bench = asking(&format!(
            r#""rules": [{{{SHORT}, "severity": "{severity}"}}]"#
        ));
        bench.write("in.csv", "id,name,amount\n1,ann,\n2,berta,\n3,,\n4,cy,\n");
        let ran = bench.run(INGEST).expect(code);
        for shown in shown {
            assert!(
                ran.stdout.contains(shown),
                "`{shown}` is not in:\n{}",
                ran.stdout
            );
        }
        match landed {
            Some(landed) => assert_eq!(bench.read("out.csv"), landed),
            None => assert!(!bench.files().contains(&"out.csv".to_owned())),
        }
        bench.json("out.csv.report.json")
    };
    let without = "id,name,amount\n1,ann,\n3,,\n4,cy,\n";
    let report = check(
        "reject",
        0,
        &["row-constraint 1", "undecided"],
        Some(without),
    );
    assert_eq!(report["errors"]["by_code"]["row-constraint"], 1);
    assert_eq!(report["rules"][0]["broken"], 1);
    assert_eq!(report["rules"][0]["undecided"], 1);
    let all = "id,name,amount\n1,ann,\n2,berta,\n3,,\n4,cy,\n";
    let told = [
        "warnings    short 1",
        "warning: line 3, record 2",
        "too long a name",
    ];
    let report = check("warn", 0, &told, Some(all));
    assert_eq!(report["warnings"]["total"], 1, "{report:#}");
    assert_eq!(report["records"]["rejected"], 0);
    let report = check("fail", 1, &["refused: ", "short"], None);
    assert_eq!(report["complete"], false);
}

#[test]
fn formulas_are_rejected_or_escaped() {
    let source = "id,name,amount\n1,=1+1,-5\n2,\"@a\"\"b\",+5\n3,ok,\n";
    let check = |policy: &str, landed: &str| {
        let bench = asking(&format!(r#""formula_injection": "{policy}""#));
        bench.write("in.csv", source);
        bench.run(INGEST).good();
        assert_eq!(bench.read("out.csv"), landed);
        bench.json("out.csv.report.json")
    };
    check("allow", source);
    let report = check("reject", "id,name,amount\n3,ok,\n");
    assert_eq!(report["errors"]["by_code"]["formula-injection"], 2);
    check(
        "escape",
        "id,name,amount\n1,'=1+1,-5\n2,\"'@a\"\"b\",+5\n3,ok,\n",
    );
}

#[test]
fn summaries_are_shown_to_people_and_programs() {
    let bench = asking(
        r#""summaries": [{"name": "total", "sum": "amount"},
            {"name": "weighed", "weighted_mean": {"value": "amount", "weight": "id"}}]"#,
    );
    bench.write("in.csv", "id,name,amount\n1,a,1.50\n3,b,2.5\nx,c,9\n4,d,\n");
    let shown = bench.run(INGEST).good().stdout;
    let total = shown.lines().find(|line| line.contains("total: ")).unwrap();
    assert_eq!(total.trim(), "summary     total: 4 (sum of 2 records)");
    assert!(
        shown.contains("weighed: 2.25 (weighted_mean of 2 records)"),
        "{shown}"
    );
    let report = bench.json("out.csv.report.json");
    let names = report["summaries"].as_array().unwrap().iter();
    let names: BTreeSet<_> = names
        .map(|summary| summary["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, BTreeSet::from(["total", "weighed"]));
    let shown = bench
        .run("validate in.csv --schema asking.json")
        .expect(1)
        .stdout;
    assert!(shown.contains("total: 4 "), "{shown}");
}
