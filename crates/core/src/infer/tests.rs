//! What columns are found to be.

use super::*;

/// Infers a column; compares its field without the name, on one line.
#[track_caller]
fn check(cells: &[&str], expected: &str) -> ColumnEvidence {
    let mut inference = Inference::new(1).unwrap();
    for (line, cell) in (2..).zip(cells) {
        inference.add_cell(0, cell, || line);
        inference.add_records(1);
    }
    let inferred = inference.conclude(&["c"], Vec::new()).unwrap();
    let text: Vec<&str> = inferred.schema.split_whitespace().collect();
    let text = text.join(" ");
    let (_, field) = text.split_once(r#""name": "c", "#).unwrap();
    let field = field.strip_suffix(" } ] }").unwrap();
    assert_eq!(field, expected, "{cells:?}\n{}", inferred.evidence);
    inferred.evidence.columns[0].clone()
}

const REQUIRED: &str = r#", "constraints": { "required": true }"#;

/// As [`check`], of a column that never lacks a value.
#[track_caller]
fn full(cells: &[&str], expected: &str) -> ColumnEvidence {
    check(cells, &format!("{expected}{REQUIRED}"))
}

#[test]
fn numbers_are_numbers_only_if_they_keep_their_digits() {
    full(&["1", "-2", "300"], r#""type": "integer""#);
    full(&["1", "-2.5", "3e4"], r#""type": "number""#);
    full(&["1", "NaN", "2.5"], r#""type": "number""#);
    full(&["123", "00123"], r#""type": "string""#);
    full(&["0.5", "-0"], r#""type": "number""#);
    full(&["0", "-01"], r#""type": "string""#);
    full(&["+491234567"], r#""type": "string""#);
    full(&["inf", "NaN"], r#""type": "string""#);
    full(&["1", " 2"], r#""type": "string""#);
}

#[test]
fn marks_are_taken_if_they_mean_one_thing() {
    full(&["1,5", "2"], r#""type": "number", "decimalChar": ",""#);
    full(
        &["1,234,567", "12"],
        r#""type": "integer", "groupChar": ",""#,
    );
    full(
        &["1.234,5", "2"],
        r#""type": "number", "decimalChar": ",", "groupChar": ".""#,
    );
    full(&["10.20.300"], r#""type": "string""#);
    full(&["1.234.567"], r#""type": "integer", "groupChar": ".""#);
    let evidence = full(&["1,234", "5,678"], r#""type": "string""#);
    assert_eq!(
        evidence.remark.unwrap(),
        "every value could be integer with groupChar `,` as well as number with decimalChar `,`: nothing tells \
         which is meant"
    );
}

#[test]
fn dates_of_two_meanings_stay_text() {
    full(&["2024-02-29"], r#""type": "date""#);
    full(
        &["31/12/2024", "01/02/2024"],
        r#""type": "date", "format": "%d/%m/%Y""#,
    );
    full(
        &["12/31/2024", "1/2/2024"],
        r#""type": "date", "format": "%m/%d/%Y""#,
    );
    full(&["31.12.2024"], r#""type": "date", "format": "%d.%m.%Y""#);
    let evidence = full(&["01/02/2024", "03/04/2024"], r#""type": "string""#);
    assert!(
        evidence
            .remark
            .unwrap()
            .starts_with("every value could be date with format")
    );
    full(&["2024-01-01T00:00:00Z"], r#""type": "datetime""#);
    full(
        &["2024-01-01 10:00:00"],
        r#""type": "datetime", "format": "%Y-%m-%d %H:%M:%S""#,
    );
    full(&["23:59:59"], r#""type": "time""#);
    full(&["2024-01", "2024-12"], r#""type": "yearmonth""#);
    full(&["2024", "1999"], r#""type": "integer""#);
    full(&["P1Y", "PT5M"], r#""type": "duration""#);
}

#[test]
fn words_are_booleans_if_both_are_there() {
    full(&["true", "FALSE"], r#""type": "boolean""#);
    let evidence = full(&["1", "0", "1"], r#""type": "integer""#);
    assert_eq!(
        evidence.remark.unwrap(),
        "only 0 and 1: it may be meant as boolean"
    );
    full(
        &["yes", "no", "Yes"],
        r#""type": "boolean", "trueValues": [ "yes", "Yes" ], "falseValues": [ "no" ]"#,
    );
    full(&["Y", "Y"], r#""type": "string""#);
}

#[test]
fn formats_and_json_are_known() {
    full(&["a@example.org"], r#""type": "string", "format": "email""#);
    full(
        &["123e4567-e89b-12d3-a456-426614174000"],
        r#""type": "string", "format": "uuid""#,
    );
    full(
        &["https://example.org/"],
        r#""type": "string", "format": "uri""#,
    );
    full(&["a:b"], r#""type": "string""#);
    full(&[r#"{"a": 1}"#, "{}"], r#""type": "object""#);
    full(&["[1]", "[]"], r#""type": "array""#);
}

#[test]
fn missing_words_are_taken_only_for_a_narrower_type() {
    check(&["1", "", "3"], r#""type": "integer""#);
    let evidence = check(
        &["1", "N/A", "3", "", "N/A", "-"],
        r#""type": "integer", "missingValues": [ "", "N/A", "-" ]"#,
    );
    let missing: Vec<_> = evidence
        .missing
        .iter()
        .map(|m| (m.value.as_str(), m.count))
        .collect();
    assert_eq!(missing, [("", 1), ("N/A", 2), ("-", 1)]);
    assert_eq!(evidence.values, 2);
    full(&["red", "NA"], r#""type": "string""#);
    full(&["NULL", "-"], r#""type": "string""#);
    check(&["", ""], r#""type": "string""#);
    check(&[], r#""type": "string""#);
}

#[test]
fn evidence_tells_what_ended_a_type() {
    let evidence = full(&["1", "2", "x\u{7}", "y"], r#""type": "string""#);
    let last = evidence.rejected.last().unwrap();
    assert_eq!(
        (last.after, last.line, last.value.as_str()),
        (2, 4, "x\\u{7}")
    );
    assert!(last.candidates.iter().any(|c| c == "integer"));
    let evidence = full(&["x"], r#""type": "string""#);
    assert!(evidence.rejected[0].candidates.is_empty());
    assert!(evidence.to_string().contains("`x` in line 2 is text"));
}

#[test]
fn what_is_kept_of_a_column_is_bounded() {
    let mut inference = Inference::new(1).unwrap();
    for line in 0..10_000_u64 {
        inference.add_cell(0, &format!("{}{line}", "é".repeat(1000)), || line);
    }
    let inferred = inference.conclude(&["c"], Vec::new()).unwrap();
    let column = &inferred.evidence.columns[0];
    assert!(column.distinct.is_empty() && column.rejected.len() <= 8);
    assert!(column.rejected.iter().all(|r| r.value.len() <= 100));
}
