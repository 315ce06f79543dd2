//! The block `rowgate`.

use super::*;
use crate::tolerance::RejectsMax;

const FIELDS: &str = r#""fields": [
    {"name": "id", "type": "integer"}, {"name": "price", "type": "number"},
    {"name": "Email", "type": "string"}, {"name": "email", "type": "string"}
]"#;

/// Checks a block; pointers are relative to it.
#[track_caller]
fn check_block(block: &str, expected: &[(&str, &str)]) {
    let pointers: Vec<_> = expected
        .iter()
        .map(|(at, part)| (format!("/rowgate{at}"), *part))
        .collect();
    let expected: Vec<_> = pointers
        .iter()
        .map(|(at, part)| (at.as_str(), *part))
        .collect();
    check(&format!(r#"{{{FIELDS}, "rowgate": {block}}}"#), &expected);
}

#[track_caller]
fn read(block: &str) -> Extension {
    let text = format!(r#"{{{FIELDS}, "rowgate": {block}}}"#);
    let schema = Schema::parse(text.as_bytes()).unwrap();
    schema.extension().clone()
}

#[test]
fn a_whole_block() {
    let block = read(
        r#"{
        "rules": [
            {"name": "dear", "expr": "row.price > 1.0", "message": "too cheap", "severity": "warn"},
            {"name": "known", "expr": "row.id != 0"}
        ],
        "limits": {"rejects": "1%", "consecutive_rejects": 1000},
        "header": {"trim": true, "aliases": {"price": ["amt", "Amount (EUR)"], "id": []}},
        "redact": ["email"],
        "formula_injection": "escape",
        "summaries": [
            {"name": "n", "sum": "id"}, {"name": "m", "mean": "price"},
            {"name": "w", "weighted_mean": {"value": "price", "weight": "id"}}
        ],
        "temporal_any": true
    }"#,
    );
    let rule = |name: &str, expr: &str, message: Option<&str>, severity| RuleText {
        name: name.to_owned(),
        expr: expr.to_owned(),
        message: message.map(str::to_owned),
        severity,
    };
    let summary = |name: &str, of| SummaryText {
        name: name.to_owned(),
        of,
    };
    let expected = Extension {
        rules: vec![
            rule("dear", "row.price > 1.0", Some("too cheap"), Severity::Warn),
            rule("known", "row.id != 0", None, Severity::Reject),
        ],
        rejects_max: Some(RejectsMax::PerMillion(10_000)),
        consecutive_rejects_max: Some(1_000),
        labels: LabelMatching {
            case: LabelCase::Sensitive,
            space: LabelSpace::Trimmed,
            aliases: vec![(1, "amt".to_owned()), (1, "Amount (EUR)".to_owned())],
        },
        redacted: vec![3],
        formulas: FormulaPolicy::Escape,
        summaries: vec![
            summary("n", SummaryOf::Sum(0)),
            summary("m", SummaryOf::Mean(1)),
            summary(
                "w",
                SummaryOf::WeightedMean {
                    value: 1,
                    weight: 0,
                },
            ),
        ],
        temporal_any: TemporalAny::Allowed,
    };
    assert_eq!(block, expected);
    assert_eq!(read("{}"), Extension::default());
}

#[test]
fn unknown_keys_are_faults() {
    check_block("[]", &[("", "must be an object")]);
    check_block(
        r#"{"rule": [], "limits": {"reject": 1}, "header": {"case": true}, "temporal_any": 1}"#,
        &[
            ("/rule", "unknown key `rule`"),
            ("/temporal_any", "must be `true` or `false`"),
            ("/limits/reject", "unknown key `reject`"),
            ("/header/case", "unknown key `case`"),
        ],
    );
}

#[test]
fn rules_have_names_of_their_own() {
    check_block(r#"{"rules": {}}"#, &[("/rules", "an array of objects")]);
    check_block(
        r#"{"rules": [
            1,
            {},
            {"name": "a", "expr": " "},
            {"name": "a", "expr": "true", "severity": "warning", "messsage": "m"},
            {"name": "", "expr": 1, "message": 1, "severity": null}
        ]}"#,
        &[
            ("/rules/0", "must be an object"),
            ("/rules/1", "lacks its `name`"),
            ("/rules/1", "lacks its `expr`"),
            ("/rules/2/expr", "must not be empty"),
            ("/rules/3/name", "name `a` stands twice"),
            ("/rules/3/messsage", "unknown key"),
            ("/rules/3/severity", "unknown word `warning`"),
            ("/rules/4/name", "must not be empty"),
            ("/rules/4/expr", "must be a string"),
            ("/rules/4/message", "must be a string"),
            ("/rules/4/severity", "must be a string"),
        ],
    );
}

#[test]
fn limits_are_counts_or_shares() {
    for (text, expected) in [
        ("0", RejectsMax::Count(0)),
        ("\"7\"", RejectsMax::Count(7)),
        ("\"0.5%\"", RejectsMax::PerMillion(5_000)),
    ] {
        let block = read(&format!(r#"{{"limits": {{"rejects": {text}}}}}"#));
        assert_eq!(block.rejects_max, Some(expected));
    }
    for text in ["-1", "1.5", "1e2", "\"101%\"", "\"many\"", "null", "true"] {
        check_block(
            &format!(r#"{{"limits": {{"rejects": {text}, "consecutive_rejects": {text}}}}}"#),
            &[
                ("/limits/rejects", "is no limit of rejects"),
                ("/limits/consecutive_rejects", "is no count"),
            ],
        );
    }
    check_block(r#"{"limits": 1}"#, &[("/limits", "must be an object")]);
}

#[test]
fn a_label_means_one_field() {
    check_block(
        r#"{"header": {"case_sensitive": 1, "trim": "yes", "aliases": []}}"#,
        &[
            ("/header/case_sensitive", "must be `true` or `false`"),
            ("/header/trim", "must be `true` or `false`"),
            ("/header/aliases", "must be an object"),
        ],
    );
    check_block(
        r#"{"header": {"aliases": {"id": ["price", "nr", 1, ""], "prize": ["p"], "price": ["nr", "Nr", " nr"], "Email": "mail"}}}"#,
        &[
            (
                "/header/aliases/id/0",
                "`price` stands for the field `price` already",
            ),
            ("/header/aliases/id/2", "must be a label"),
            ("/header/aliases/id/3", "must not be empty"),
            ("/header/aliases/prize", "unknown field `prize`"),
            (
                "/header/aliases/price/0",
                "`nr` stands for the field `id` already",
            ),
            ("/header/aliases/Email", "must be an array of labels"),
        ],
    );
    check_block(
        r#"{"header": {"case_sensitive": false, "trim": true, "aliases": {"id": ["nr"], "price": ["Nr", " NR "]}}}"#,
        &[
            ("/header", "fields `Email` and `email` cannot be told apart"),
            ("/header/aliases/price/0", "`Nr` stands for the field `id`"),
            (
                "/header/aliases/price/1",
                "stands for the field `price` already",
            ),
        ],
    );
}

#[test]
fn redacted_fields_policies_and_summaries() {
    check_block(
        r#"{"redact": ["mail", "id", "id"], "formula_injection": "escpae"}"#,
        &[
            ("/redact/2", "field `id` stands twice"),
            ("/formula_injection", "unknown word `escpae`"),
        ],
    );
    check_block(
        r#"{"redact": "id", "formula_injection": true}"#,
        &[
            ("/redact", "must be an array"),
            ("/formula_injection", "must be a string"),
        ],
    );
    check_block(
        r#"{"summaries": [
            {"name": "a"},
            {"name": "a", "sum": "id", "mean": "id"},
            {"name": "b", "sum": "Email"},
            {"name": "c", "mean": ["id"]},
            {"name": "d", "weighted_mean": "id"},
            {"name": "e", "weighted_mean": {"value": "id", "wait": "price"}},
            {"sum": "i d"},
            {"name": "f", "median": "id"}
        ]}"#,
        &[
            ("/summaries/0", "exactly one of `sum`"),
            ("/summaries/1/name", "stands twice"),
            ("/summaries/1", "exactly one of `sum`"),
            ("/summaries/2/sum", "of the type `string`, which has no sum"),
            ("/summaries/3/mean", "must be the name of a field"),
            ("/summaries/4/weighted_mean", "an object with `value`"),
            ("/summaries/5/weighted_mean/wait", "unknown key `wait`"),
            ("/summaries/5/weighted_mean", "lacks its `weight`"),
            ("/summaries/6", "lacks its `name`"),
            ("/summaries/6/sum", "unknown field `i d`"),
            ("/summaries/7/median", "unknown key `median`"),
            ("/summaries/7", "exactly one of `sum`"),
        ],
    );
}

#[test]
fn any_date_needs_the_opt_in() {
    check_field(
        r#""type": "date", "format": "any""#,
        &[("/format", "is refused: it is ambiguous")],
    );
}
