//! Headers against schemas.

use super::*;
use crate::dialect::DialectOptions;

/// Binds a header to the fields `a` (required) and `b`; compares the faults' codes and columns.
#[track_caller]
fn check(fields_match: &str, labels: &[&str], expected: &[(Code, &str)]) {
    let descriptor = format!(
        r#"{{"fieldsMatch": "{fields_match}", "fields": [
            {{"name": "a", "constraints": {{"required": true}}}}, {{"name": "b"}}]}}"#
    );
    let schema = Schema::parse(descriptor.as_bytes()).unwrap();
    let dialect = Dialect::new(&DialectOptions::default(), ',').unwrap();
    let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
    let faults = Plan::bind(&schema, dialect, &labels)
        .err()
        .unwrap_or_default();
    let found: Vec<(Code, &str)> = faults
        .iter()
        .map(|fault| (fault.code, fault.column.as_deref().unwrap_or("-")))
        .collect();
    assert_eq!(found, expected, "{fields_match} {labels:?}");
}

#[test]
fn each_mode_takes_what_it_says() {
    use Code::{ExtraLabel, IncorrectLabel, MissingLabel};
    check("exact", &["a", "b"], &[]);
    check(
        "exact",
        &["b", "a"],
        &[(IncorrectLabel, "a"), (IncorrectLabel, "b")],
    );
    check("exact", &["a"], &[(MissingLabel, "b")]);
    check("exact", &["a", "b", "c"], &[(ExtraLabel, "c")]);
    check("equal", &["b", "a"], &[]);
    check(
        "equal",
        &["b", "c"],
        &[(MissingLabel, "a"), (ExtraLabel, "c")],
    );
    check("subset", &["c", "b", "a"], &[]);
    check("subset", &["c", "a"], &[(MissingLabel, "b")]);
    check("superset", &["a"], &[]);
    check("superset", &["b"], &[(MissingLabel, "a")]);
    check("superset", &["a", "c"], &[(ExtraLabel, "c")]);
    check("partial", &["c", "a"], &[]);
    check(
        "partial",
        &["c"],
        &[(MissingLabel, "a"), (MissingLabel, "-")],
    );
}

#[test]
fn labels_are_there_and_differ() {
    use Code::{BlankLabel, DuplicateLabel};
    check("subset", &["a", "b", ""], &[(BlankLabel, "-")]);
    check("subset", &["a", "b", "a"], &[(DuplicateLabel, "a")]);
}

/// Binds a header of so many labels; returns its faults.
fn faults_of(labels: &[String]) -> Vec<HeaderFault> {
    let schema = Schema::parse(br#"{"fieldsMatch": "superset", "fields": [{"name": "a"}]}"#);
    let dialect = Dialect::new(&DialectOptions::default(), ',').unwrap();
    Plan::bind(&schema.unwrap(), dialect, labels)
        .err()
        .unwrap_or_default()
}

#[test]
fn what_is_said_of_a_header_is_bounded() {
    let labels: Vec<String> = (0..COLUMNS_MAX).map(|n| format!("c{n}")).collect();
    let faults = faults_of(&labels);
    assert_eq!(faults.len(), FAULTS_MAX + 1);
    assert_eq!(
        faults[FAULTS_MAX].expected,
        "a header that matches, but 65436 more faults are not listed"
    );
    let labels = vec![String::new(); COLUMNS_MAX + 1];
    let faults = faults_of(&labels);
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].code, Code::TooManyColumns);
    assert_eq!(faults[0].expected, "at most 65536 columns");
}

#[test]
fn a_long_label_is_refused_and_shortened() {
    let faults = faults_of(&["a".to_owned(), "é".repeat(LABEL_CHARS_MAX + 1)]);
    assert_eq!(faults[0].code, Code::RecordTooLong);
    for fault in faults {
        assert!(fault.found.unwrap().chars().count() <= 101);
        assert!(fault.column.unwrap().chars().count() <= 101);
    }
    let longest = "é".repeat(LABEL_CHARS_MAX);
    let faults = faults_of(&["a".to_owned(), longest]);
    assert_eq!(faults.len(), 1, "only that the schema does not name it");
    assert_eq!(faults[0].code, Code::ExtraLabel);
}

#[test]
fn a_quarantine_file_is_known_by_its_first_columns() {
    let ours = QUARANTINE_COLUMNS;
    check(
        "exact",
        &[ours[0], ours[1], ours[2], ours[3], ours[4], "a", "b"],
        &[],
    );
    check(
        "subset",
        &[ours[1], ours[0], ours[2], ours[3], ours[4], "a", "b"],
        &[],
    );
}

/// Binds a header by an extension block; compares the faults' codes and columns.
#[track_caller]
fn check_labels_by(header: &str, labels: &[&str], expected: &[(Code, &str)]) {
    let descriptor = format!(
        r#"{{"fields": [{{"name": "id"}}, {{"name": "amount"}}], "fieldsMatch": "equal",
            "rowgate": {{"header": {header}}}}}"#
    );
    let schema = Schema::parse(descriptor.as_bytes()).unwrap();
    let dialect = Dialect::new(&DialectOptions::default(), ',').unwrap();
    let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
    let bound = Plan::bind(&schema, dialect, &labels);
    if let Ok(plan) = &bound {
        let names: Vec<&str> = plan.columns().iter().map(Column::name).collect();
        assert_eq!(names, labels, "labels stay as they are");
    }
    let faults = bound.err().unwrap_or_default();
    let found: Vec<(Code, &str)> = faults
        .iter()
        .map(|fault| (fault.code, fault.column.as_deref().unwrap_or("-")))
        .collect();
    assert_eq!(found, expected, "{header} {labels:?}");
}

#[test]
fn labels_are_matched_as_the_schema_says() {
    use Code::{DuplicateLabel, ExtraLabel, MissingLabel};
    let strict = "{}";
    let wrong = &[(MissingLabel, "id"), (ExtraLabel, "ID")];
    check_labels_by(strict, &["ID", "amount"], wrong);
    let loose = r#"{"case_sensitive": false, "trim": true, "aliases": {"amount": ["amt", "Amount (EUR)"]}}"#;
    check_labels_by(loose, &["ID", " amount "], &[]);
    check_labels_by(loose, &["AMT", "id"], &[]);
    check_labels_by(loose, &["amount (eur)", "Id"], &[]);
    check_labels_by(loose, &["amount", "id", "amt"], &[(DuplicateLabel, "amt")]);
    check_labels_by(loose, &["id", "Id", "amt"], &[(DuplicateLabel, "Id")]);
    let alias = r#"{"aliases": {"amount": ["amt"]}}"#;
    check_labels_by(alias, &["id", "amt"], &[]);
    let wrong = &[(MissingLabel, "amount"), (ExtraLabel, "Amt")];
    check_labels_by(alias, &["id", "Amt"], wrong);
}
