use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::schema::Schema;

/// Builds the check of a field from its properties, without the braces.
#[track_caller]
fn column(properties: &str) -> ColumnCheck {
    let text = format!(r#"{{"fields": [{{"name": "x", {properties}}}]}}"#);
    let schema = Schema::parse(text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
    schema.fields()[0].check().clone()
}

/// Judges cells: each line is a cell, a tab, and what is expected, in order: `ok`, `missing`, or
/// the reasons.
#[track_caller]
fn check(properties: &str, lines: &[(&str, &str)]) {
    let column = column(properties);
    for (cell, expected) in lines {
        let mut reasons = Vec::new();
        let verdict = column.check(cell, &mut reasons);
        let mut found = match verdict {
            Verdict::Valid => "ok".to_owned(),
            Verdict::Missing if reasons.is_empty() => "missing".to_owned(),
            // A value is required: that is the reason.
            Verdict::Missing | Verdict::Invalid => String::new(),
        };
        for (idx, reason) in reasons.iter().enumerate() {
            let separator = if idx == 0 { "" } else { "; " };
            let code = if reason.code == Code::TypeError {
                "type: "
            } else {
                ""
            };
            write!(found, "{separator}{code}{}", reason.expected).unwrap();
        }
        assert_eq!(&found, expected, "{properties}: {cell:?}");
    }
}

#[test]
fn missing_values_come_before_the_cast() {
    check(
        r#""type": "integer""#,
        &[("", "missing"), ("1", "ok"), (" ", "type: an integer")],
    );
    check(r#""type": "string""#, &[("", "missing"), (" ", "ok")]);
    check(r#""type": "string", "missingValues": []"#, &[("", "ok")]);
    check(
        r#""type": "number", "missingValues": ["-", {"value": "NaN"}]"#
            .replace("\"-\"", r#"{"value": "-", "label": "none"}"#)
            .as_str(),
        &[
            ("-", "missing"),
            ("NaN", "missing"),
            ("nan", "ok"),
            ("", "type: a number"),
        ],
    );
    let required = "a value, for the column is required";
    check(
        r#""type": "any", "constraints": {"required": true}, "missingValues": ["NA", ""]"#,
        &[("NA", required), ("", required), ("na", "ok")],
    );
}

#[test]
fn texts() {
    check(
        r#""type": "string", "constraints": {"minLength": 2, "maxLength": 4, "pattern": "[a-zé]+", "enum": ["ab", "éééé", "abc"]}"#,
        &[
            ("ab", "ok"),
            ("éééé", "ok"),
            ("a", "at least 2 characters; one of `ab`, `éééé`, `abc`"),
            ("ééééé", "at most 4 characters; one of `ab`, `éééé`, `abc`"),
            (
                "A",
                "at least 2 characters; text that matches the pattern `[a-zé]+`; one of `ab`, `éééé`, `abc`",
            ),
        ],
    );
    check(
        r#""type": "string", "format": "email""#,
        &[
            ("a@b.c", "ok"),
            ("a", "type: an email address, such as `name@example.org`"),
        ],
    );
    check(
        r#""constraints": {"enum": ["1"]}"#,
        &[("1", "ok"), ("01", "`1`")],
    );
}

#[test]
fn numbers_are_compared_exactly() {
    check(
        r#""type": "number", "constraints": {"minimum": 0.1, "exclusiveMaximum": "1e30"}"#,
        &[
            ("0.1", "ok"),
            (".10000", "ok"),
            (
                "0.09999999999999999999999999999999999999999",
                "at least `0.1`",
            ),
            ("999999999999999999999999999999.99999999999", "ok"),
            ("1000000000000000000000000000000", "less than `1e30`"),
            ("NaN", "at least `0.1`; less than `1e30`"),
            ("-INF", "at least `0.1`"),
            ("INF", "less than `1e30`"),
        ],
    );
    check(
        r#""type": "integer", "constraints": {"minimum": -9223372036854775809, "maximum": 1e3, "enum": [1.0, "+02", 123456789012345678901234567890]}"#,
        &[
            ("1", "ok"),
            ("02", "ok"),
            ("3", "one of `1.0`, `+02`, `123456789012345678901234567890`"),
            ("123456789012345678901234567890", "at most `1e3`"),
            (
                "-9223372036854775810",
                "at least `-9223372036854775809`; one of `1.0`, `+02`, `123456789012345678901234567890`",
            ),
        ],
    );
    check(
        r#""type": "number", "decimalChar": ",", "groupChar": ".", "constraints": {"maximum": "1.000,5", "enum": [0.5, "1.000,5", "NaN"]}"#,
        &[
            ("0,50", "ok"),
            ("1000,5", "ok"),
            ("NaN", "at most `1.000,5`"),
            (
                "0.5",
                "type: a number with the decimal mark `,`, its digits grouped by `.` or not",
            ),
        ],
    );
}

#[test]
fn booleans() {
    check(
        r#""type": "boolean", "constraints": {"enum": [true]}"#,
        &[
            ("1", "ok"),
            ("TRUE", "ok"),
            ("0", "`true`"),
            (
                "yes",
                "type: one of `1`, `TRUE`, `True`, `true`, `0`, `FALSE`, `False`, `false`",
            ),
        ],
    );
    check(
        r#""type": "boolean", "trueValues": ["yes"], "falseValues": ["0"]"#,
        &[("yes", "ok"), ("0", "ok"), ("1", "type: one of `yes`, `0`")],
    );
}

#[test]
fn temporals() {
    check(
        r#""type": "date", "constraints": {"minimum": "2024-01-31", "maximum": "2024-02-29"}"#,
        &[
            ("2024-01-31", "ok"),
            ("2024-02-29", "ok"),
            ("2024-01-30", "at least `2024-01-31`"),
            ("2024-03-01", "at most `2024-02-29`"),
            (
                "2024-02-30",
                "type: a date of the calendar, as `YYYY-MM-DD`",
            ),
        ],
    );
    check(
        r#""type": "datetime", "format": "fmt:default", "constraints": {"exclusiveMinimum": "2024-01-01T00:00:00Z"}"#,
        &[
            ("2024-01-01T00:00:00.001Z", "ok"),
            (
                "2024-01-01T01:00:00+01:00",
                "greater than `2024-01-01T00:00:00Z`, with a zone",
            ),
            (
                "2025-01-01T00:00:00",
                "greater than `2024-01-01T00:00:00Z`, with a zone",
            ),
        ],
    );
    check(
        r#""type": "time", "constraints": {"enum": ["08:00:00", "09:00:00Z"]}"#,
        &[
            ("08:00:00.0", "ok"),
            ("10:00:00+01:00", "ok"),
            ("09:00:00", "one of `08:00:00`, `09:00:00Z`"),
        ],
    );
}

#[track_caller]
fn check_key(properties: &str, left: &str, right: &str, are_equal: bool) {
    let column = column(properties);
    let key = |cell: &str| {
        let mut key = Vec::new();
        column.key(cell, &mut key);
        key
    };
    assert_eq!(
        key(left) == key(right),
        are_equal,
        "{properties}: {left:?} {right:?}"
    );
}

#[test]
fn keys_are_equal_when_values_are() {
    check_key(r#""type": "number""#, "1.0", "1", true);
    check_key(r#""type": "number""#, "100", "1E2", true);
    check_key(r#""type": "number""#, "-0", "0", true);
    check_key(r#""type": "number""#, "NaN", "nan", true);
    check_key(r#""type": "number""#, "10", "1", false);
    check_key(r#""type": "number""#, "INF", "-INF", false);
    check_key(r#""type": "integer""#, "+1", "01", true);
    check_key(r#""type": "integer""#, "1", "-1", false);
    check_key(
        r#""type": "integer", "groupChar": ",""#,
        "1,000",
        "1000",
        true,
    );
    check_key(r#""type": "boolean""#, "1", "true", true);
    check_key(r#""type": "boolean""#, "1", "0", false);
    check_key(
        r#""type": "datetime""#,
        "2024-01-01T00:00:00Z",
        "2024-01-01T02:00:00.0+02:00",
        true,
    );
    check_key(
        r#""type": "datetime""#,
        "2024-01-01T00:00:00Z",
        "2024-01-01T00:00:00",
        false,
    );
    check_key(r#""type": "date""#, "2024-01-01", "2024-01-02", false);
    check_key(r#""type": "string""#, "1.0", "1", false);
}

proptest! {
    #[test]
    fn no_cell_panics_and_lengths_are_counted(cell: String, min in 0usize..9, max in 9usize..20) {
        for kind in ["any", "string", "integer", "number", "boolean", "date", "time", "datetime"] {
            let mut reasons = Vec::new();
            let check = column(&format!(r#""type": "{kind}""#));
            let verdict = check.check(&cell, &mut reasons);
            prop_assert_eq!(verdict == Verdict::Invalid, !reasons.is_empty(), "none is required");
            check.key(&cell, &mut Vec::new());
        }
        let check = column(&format!(
            r#""type": "string", "missingValues": [], "constraints": {{"minLength": {min}, "maxLength": {max}}}"#
        ));
        let is_valid = check.check(&cell, &mut Vec::new()) == Verdict::Valid;
        prop_assert_eq!(is_valid, (min..=max).contains(&cell.chars().count()));
    }
}
