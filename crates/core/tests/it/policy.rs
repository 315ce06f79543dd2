//! What the extension block asks of a run: limits, redaction, formulas, summaries.

use bytes::Bytes;
use proptest::prelude::*;
use rowgate_core::quarantine::{QuarantineOptions, RejectsFormat, RejectsValues};
use rowgate_core::report::{Report, Status};
use rowgate_core::run::{BrokenQuotes, Existing, Job, NothingAccepted, RejectsMax, ingest};
use rowgate_core::schema::{Extension, FormulaPolicy, SummaryOf, SummaryText};

use crate::memory::{MemorySource, Script, control};
use crate::run::{job, landed};
use crate::session::{landings, places};

const ITEMS: &str = r#"{"fieldsMatch": "subset", "fields": [
    {"name": "id", "type": "integer", "constraints": {"required": true, "unique": true}},
    {"name": "price", "type": "number"},
    {"name": "note", "type": "string", "missingValues": ["", "-"]}
]}"#;

/// A job on [`ITEMS`] with an extension block.
fn job_with(extension: Extension) -> Job {
    let mut job = job(ITEMS);
    job.schema = job.schema.with_extension(extension).unwrap();
    job
}

fn run(job: &Job, text: &str) -> (Report, Script) {
    landed(job, &MemorySource::of(text.as_bytes()))
}

fn formulas(policy: FormulaPolicy) -> Job {
    job_with(Extension {
        formulas: policy,
        ..Extension::default()
    })
}

#[test]
fn a_limit_of_the_schema_holds_unless_the_job_has_its_own() {
    #[track_caller]
    fn check(schema: Option<u64>, job: Option<u64>, refusal: Option<&str>) {
        let mut with = job_with(Extension {
            rejects_max: schema.map(RejectsMax::Count),
            ..Extension::default()
        });
        with.limits.rejects_max = job.map(RejectsMax::Count);
        let (report, _) = run(&with, "id,price,note\n1,,\nx,,\ny,,\n2,,\n");
        assert_eq!(report.refusal.as_deref(), refusal, "{schema:?} {job:?}");
    }
    let one = "2 records were rejected, and at most 1 are tolerated";
    check(Some(1), None, Some(one));
    check(Some(1), Some(2), None);
    check(Some(2), Some(1), Some(one));
    check(None, None, None);
}

#[test]
fn a_broken_quote_refuses_the_source_where_quotes_are_strict() {
    let refused_at = |line: u64| {
        format!(
            "the quotes of the record on line {line} are broken, and strict quotes tolerate none: \
             mend the line, or drop strict quotes (`limits.strict_quotes`) to reject it and read on"
        )
    };
    let check = |rows: &str, line: Option<u64>, read: u64| {
        let text = format!("id,price,note\n{rows}");
        let mut strict = job_with(Extension::default());
        strict.limits.record_bytes_max = 40;
        let (lenient, _) = run(&strict, &text);
        assert_eq!((lenient.refusal, lenient.complete), (None, true), "{rows}");
        strict.limits.broken_quotes = BrokenQuotes::Refuse;
        let (report, store) = run(&strict, &text);
        assert_eq!(report.refusal, line.map(refused_at), "{rows}");
        assert_eq!(report.complete, line.is_none(), "{rows}");
        assert_eq!(report.records.read, read, "{rows}");
        assert_eq!(store.object("d").is_none(), line.is_some(), "{rows}");
        let n_rejected = store.object("q").unwrap().lines().count() - 1;
        assert_eq!(
            u64::try_from(n_rejected).ok(),
            Some(report.records.rejected)
        );
    };
    // What stands in a broken quote is read as records; a strict run has none of them.
    check("1,,a\n2,,\"b\n3,,c\n4,,d\n", Some(3), 2);
    check("1,,\"a\nb\"\n2,,\"b\"c\n3,,c\n", Some(4), 2);
    // Closed, but not within the record limit.
    check(
        &format!("1,,a\n2,,\"{}\"\n3,,c\n", "4,,d\n".repeat(20)),
        Some(3),
        2,
    );
    // Nothing else is a broken quote.
    check("1,,\"a\nb\"\nx,,\n\n2,,b\"c\n", None, 4);
    check(&format!("1,,a\n2,,{}\n", "b".repeat(90)), None, 2);
}

#[test]
fn rejects_in_a_row_stop_at_the_first_past_them() {
    let mut strict = job_with(Extension {
        consecutive_rejects_max: Some(2),
        ..Extension::default()
    });
    let text = "id,price,note\n1,,\nx,,\ny,,\n2,,\nx,,\ny,,\nz,,\n3,,\n";
    let (report, store) = run(&strict, text);
    assert_eq!((report.status, report.complete), (Status::Refused, false));
    let refusal = "more than 2 records were rejected one after the other";
    assert_eq!(report.refusal.as_deref(), Some(refusal));
    assert_eq!((report.records.accepted, report.records.rejected), (2, 5));
    assert_eq!(store.object("d"), None);
    strict.limits.consecutive_rejects_max = Some(3);
    assert_eq!(run(&strict, text).0.status, Status::Landed);
}

#[test]
fn formulas_are_escaped_inside_their_quotes() {
    let text = "id,price,note,more\n1,-5,=1+1,\n2,+5,\"=a\"\"b\",@x\n3,,-,\"\"\n=4,,,\n5,,\"-x\n y\",＝1\n1,,=1,\n";
    let (report, store) = run(&formulas(FormulaPolicy::Escape), text);
    let landed =
        "id,price,note,more\n1,-5,'=1+1,\n2,+5,\"'=a\"\"b\",'@x\n3,,-,\"\"\n5,,\"'-x\n y\",'＝1\n";
    assert_eq!(store.object("d").as_deref(), Some(landed));
    assert_eq!((report.records.rejected, report.cells_escaped), (2, 5));
    let grown = u64::try_from("id,price,note,more\n".len()).unwrap() + report.cells_escaped;
    assert_eq!(report.output.unwrap().bytes, report.bytes.accepted + grown);
}

#[test]
fn formulas_are_rejected_with_their_code() {
    let text = "id,price,note\n1,-5,=1+1\n2,-INF,-\n3,,x\n";
    let (report, store) = run(&formulas(FormulaPolicy::Reject), text);
    assert_eq!(
        store.object("d").as_deref(),
        Some("id,price,note\n2,-INF,-\n3,,x\n")
    );
    assert_eq!(
        report.errors.samples[0].message,
        "expected a text that no spreadsheet takes for a formula, found `=1+1`"
    );
    let (report, _) = run(&formulas(FormulaPolicy::Allow), text);
    assert_eq!((report.records.rejected, report.cells_escaped), (0, 0));
}

#[test]
fn a_label_that_is_a_formula_refuses_the_header() {
    let text = "id,price,note,=cmd()\n1,,,\n";
    for policy in [FormulaPolicy::Reject, FormulaPolicy::Escape] {
        let (report, store) = run(&formulas(policy), text);
        assert_eq!(report.errors.samples[0].code.as_str(), "formula-injection");
        assert_eq!((report.status, store.object("d")), (Status::Refused, None));
    }
    assert_eq!(
        run(&formulas(FormulaPolicy::Allow), text).0.status,
        Status::Landed
    );
}

fn summaries(of: impl IntoIterator<Item = SummaryOf>) -> Job {
    let summaries = of.into_iter().map(|of| SummaryText {
        name: of.as_str().to_owned(),
        of,
    });
    job_with(Extension {
        summaries: summaries.collect(),
        ..Extension::default()
    })
}

#[test]
fn summaries_are_exact_and_of_accepted_records_alone() {
    #[track_caller]
    fn check(job: &Job, rows: &str, expected: &[(Option<&str>, u64)]) {
        let (report, _) = run(job, &format!("id,price,note\n{rows}"));
        let found: Vec<_> = report
            .summaries
            .iter()
            .map(|summary| (summary.value.as_deref(), summary.count))
            .collect();
        assert_eq!(found, expected, "{rows}");
    }
    let job = summaries([
        SummaryOf::Sum(1),
        SummaryOf::Mean(1),
        SummaryOf::WeightedMean {
            value: 1,
            weight: 0,
        },
    ]);
    check(
        &job,
        "1,0.1,\n2,0.2,\n1,100,\nx,100,\n3,,\n4,NaN,\n5,INF,\n6,0.3,x\n",
        &[
            (Some("0.6"), 3),
            (Some("0.2"), 3),
            (Some("0.2555555555555555555555555555555556"), 3),
        ],
    );
    check(&job, "", &[(Some("0"), 0), (None, 0), (None, 0)]);
    check(&job, "0,7,\n", &[(Some("7"), 1), (Some("7"), 1), (None, 1)]);
    let long = "9".repeat(100);
    check(
        &job,
        &format!("1,{long},\n2,1,\n"),
        &[(None, 1), (None, 1), (None, 1)],
    );
}

/// Rules on the price of an item, one of each severity.
const RULES: &str = r#"{
    "fields": [{"name": "id", "type": "integer"}, {"name": "price", "type": "number"}],
    "rowgate": {"rules": [
        {"name": "cheap", "expr": "row.price <= 100", "severity": "warn"},
        {"name": "sold", "expr": "row.price > 0", "message": "nothing is free"},
        {"name": "sane", "expr": "row.price > -100", "severity": "fail"}
    ]}}"#;

#[test]
fn rules_warn_reject_and_fail() {
    let text = "id,price\n1,7\n2,101\n3,0\n4,\n5,x\n6,200,\nx,300\n";
    let (report, store) = run(&job(RULES), text);
    assert_eq!(
        store.object("d").as_deref(),
        Some("id,price\n1,7\n2,101\n4,\n")
    );
    let rules: Vec<_> = report
        .rules
        .iter()
        .map(|rule| (&*rule.name, rule.severity, rule.broken, rule.undecided))
        .collect();
    assert_eq!(
        rules,
        [
            ("cheap", "warn", 2, 2),
            ("sold", "reject", 1, 2),
            ("sane", "fail", 0, 2)
        ]
    );
    let warnings = report.warnings.unwrap();
    assert_eq!((warnings.total, warnings.by_rule["cheap"]), (1, 1));
    assert_eq!(warnings.samples[0].line, 3);
    let error = &report.errors.samples[0];
    assert_eq!(error.code.as_str(), "row-constraint");
    assert_eq!(
        error.message,
        "expected the rule `sold` to hold: nothing is free"
    );
    let (report, store) = run(&job(RULES), "id,price\n1,7\n2,-100\n3,8\n");
    assert_eq!((report.status, store.object("d")), (Status::Refused, None));
    let refusal = "the record on line 3 breaks the rule `sane`, which no record may";
    assert_eq!(report.refusal.as_deref(), Some(refusal));
    assert_eq!((report.records.accepted, report.records.rejected), (1, 1));
}

#[test]
fn rules_see_what_quotes_hold() {
    let schema = r#"{"fields": [{"name": "t"}],
        "rowgate": {"rules": [{"name": "r", "expr": "row.t == 'a\"b'"}]}}"#;
    let (report, _) = run(&job(schema), "t\n\"a\"\"b\"\n\"a\"\n");
    assert_eq!((report.records.accepted, report.records.rejected), (1, 1));
}

const SECRET: &str = "=s3cr3t";

/// Lines in each of which the secret is in the redacted column, or may be.
fn secret_lines() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "1,2,{}\n",
        "x,2,{}\n",
        "{},2,\n",
        "2,{},\n",
        "3,2,{},{}\n",
        "{}\n",
        "4,2,\"{}\n",
        "5,2,\"{}\"x\n",
        "6,2,\"{}\n\"\n",
        "\n",
        "7,,{}{}{}{}{}{}{}{}{}{}{}{}\n",
    ]);
    prop::collection::vec(line, 0..20).prop_map(|lines| lines.concat().replace("{}", SECRET))
}

fn redacted() -> Extension {
    Extension {
        redacted: vec![0, 1, 2],
        ..Extension::default()
    }
}

/// Every record of a kind of its own, with what a quarantine shows of it.
const SECRETS: &str =
    "id,price,note\n1,2,ok\nx,2,=s3cr3t\n=s3cr3t,2\n3,x,\"=s3cr3t\n\n5,2,\"=s3cr3t\"x\n";

fn quarantined(format: RejectsFormat) -> String {
    let job = job_with(Extension {
        redacted: vec![2],
        ..Extension::default()
    });
    let mut landings = landings(Existing::Keep);
    landings.quarantine = QuarantineOptions {
        format,
        values: RejectsValues::Redacted,
    };
    let store = Script::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let source = MemorySource::of(SECRETS.as_bytes());
    let control = control();
    let ingested = ingest(&job, &source, places(&store), &landings, &control);
    let report = runtime.block_on(ingested).unwrap();
    assert_eq!(report.records.rejected, report.rejects.unwrap().records);
    store.object("q").unwrap()
}

#[test]
fn a_redacted_quarantine_holds_marks() {
    let csv = quarantined(RejectsFormat::Csv);
    assert!(!csv.contains("s3cr3t"), "{csv}");
    assert!(csv.contains(",[redacted],x,2,[redacted]\n"), "{csv}");
    assert!(csv.contains(",[redacted],,,\n"), "{csv}");
    let (report, _) = run(&job_with(redacted()), &csv);
    assert_eq!(report.records.accepted, 0, "it is not fed back as it is");
    let lines = quarantined(RejectsFormat::JsonLines);
    assert!(!lines.contains("s3cr3t"), "{lines}");
    for line in lines.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["errors"][0]["record"], line["record"]);
    }
    assert!(
        lines.contains("\"raw\":\"x,2,[redacted]\",\"redacted\":true"),
        "{lines}"
    );
    assert!(lines.contains("\"raw\":null"), "{lines}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_redacted_value_is_nowhere_in_a_report(
        text in secret_lines(),
        header in prop::sample::select(vec!["id,price,note\n", ""]),
        escape in any::<bool>(),
    ) {
        let mut extension = redacted();
        extension.formulas = if escape { FormulaPolicy::Escape } else { FormulaPolicy::Reject };
        let mut job = job_with(extension);
        job.limits.record_bytes_max = 60;
        let text = format!("{header}{text}");
        prop_assume!(!text.is_empty());
        let (report, store) = run(&job, &text);
        prop_assert!(!report.to_json().unwrap().contains("s3cr3t"));
        // The quarantine holds its record and no more: our own columns do not repeat it.
        if let Some(quarantine) = store.object("q") {
            for line in quarantine.lines().filter(|line| line.contains("expected")) {
                let message = line.split("expected").nth(1).unwrap_or_default();
                prop_assert!(!message.contains("found `=s3"), "{}", line);
            }
        }
    }

    /// Limits stop a run at the same record, wherever chunks, batches and slices end.
    #[test]
    fn chunking_changes_no_limit(
        rows in prop::collection::vec(prop::sample::select(vec!["1,1,a\n", "2,2,=b\n", "x,,\n", "3,,\n", "\n", "4,,\"a\n", "5,,\"a\"b\n", "6,,\"a\nb\"\n"]), 0..40),
        chunk_bytes in 1_usize..50,
        batch_bytes in 1_usize..100,
        in_a_row in 0_u64..4,
        count in prop::option::of(0_u64..6),
        is_strict in any::<bool>(),
    ) {
        let mut job = job_with(Extension {
            consecutive_rejects_max: Some(in_a_row),
            rejects_max: count.map(RejectsMax::Count),
            formulas: FormulaPolicy::Escape,
            summaries: vec![SummaryText { name: "sum".to_owned(), of: SummaryOf::Sum(1) }],
            ..Extension::default()
        });
        job.limits.nothing_accepted = NothingAccepted::Land;
        job.limits.record_bytes_max = 60;
        if is_strict {
            job.limits.broken_quotes = BrokenQuotes::Refuse;
        }
        let text = format!("id,price,note\n{}", rows.concat()).into_bytes();
        let (whole, store) = landed(&job, &MemorySource::of(&text).streamed());
        job.limits.batch_bytes = batch_bytes;
        let chunks = text.chunks(chunk_bytes).map(Bytes::copy_from_slice);
        let (cut, cut_store) = landed(&job, &MemorySource::new(chunks).streamed());
        prop_assert_eq!(whole.to_json().unwrap(), cut.to_json().unwrap());
        prop_assert_eq!(store.object("d"), cut_store.object("d"));
        prop_assert_eq!(store.object("q"), cut_store.object("q"));
    }
}
