//! Advice over whole runs: what is promised, and that a patched schema keeps the promise.

use rowgate_core::report::Report;
use rowgate_core::schema::patch;

use crate::memory::MemorySource;
use crate::run::{job, landed};

fn run(schema: &str, text: &str) -> Report {
    let mut job = job(schema);
    job.limits.samples_max = 1000;
    landed(&job, &MemorySource::of(text.as_bytes())).0
}

/// Runs a source of the column `c`; compares the advice, and applies each patch alone: it has to
/// mend as many errors as it says.
#[track_caller]
fn check(field: &str, cells: &[&str], expected: &[&str]) {
    let schema = format!(r#"{{"fields": [{{"name": "id"}}, {{"name": "c", {field}}}]}}"#);
    let rows = (1..)
        .zip(cells)
        .map(|(id, cell)| format!("{id},\"{cell}\"\n"));
    let text = format!("id,c\n{}", rows.collect::<String>());
    let before = run(&schema, &text);
    let advice: Vec<&str> = before.advice.iter().map(|a| a.text.as_str()).collect();
    assert_eq!(advice, expected, "{field}");
    let json = before.to_json().unwrap();
    for (number, advice) in (1..).zip(&before.advice) {
        if advice.patch.is_empty() {
            continue;
        }
        let patched = patch(schema.as_bytes(), None, json.as_bytes(), &[number]).unwrap();
        let after = run(&patched, &text);
        let is_gone = |line: u64| after.errors.samples.iter().all(|error| error.line != line);
        let errors = before.errors.samples.iter();
        let n_gone = errors.filter(|error| is_gone(error.line)).count();
        assert_eq!(n_gone.try_into(), Ok(advice.mends), "{patched}");
    }
}

#[test]
fn what_a_closed_set_lacks_is_added_where_it_stands() {
    for (field, named) in [
        (r#""categories": ["red"]"#, "`categories` has"),
        (
            r#""categories": [{"value": "red", "label": "R"}]"#,
            "`categories` has",
        ),
        (
            r#""categories": ["red", "green"], "constraints": {"enum": ["red"]}"#,
            "`categories` and `enum` have",
        ),
    ] {
        let advice = format!("2 of 2 errors of column `c` pass if {named} `blue`");
        check(
            &format!(r#""type": "string", {field}"#),
            &["red", "blue", "blue"],
            &[&advice],
        );
    }
}

#[test]
fn each_mend_is_found_and_keeps_its_word() {
    check(
        r#""type": "number""#,
        &["1.5", "N/A", "-", "N/A", "1,5", "oops"],
        &[
            "3 of 5 errors of column `c` pass if `missingValues` has `N/A` and `-`",
            "1 of 5 errors of column `c` pass if `decimalChar` is `,`, and then only such values do",
        ],
    );
    check(
        r#""type": "integer", "missingValues": ["", "none"]"#,
        &[
            "1,000",
            "2,000,000",
            "unknown",
            "unknown",
            "unknown",
            "none",
        ],
        &[
            "3 of 5 errors of column `c` pass if `missingValues` has `unknown`",
            "2 of 5 errors of column `c` pass if `groupChar` is `,`",
        ],
    );
    check(
        r#""type": "integer""#,
        &["1.5", "2.25", "3"],
        &["2 of 2 errors of column `c` pass if its type is `number`"],
    );
    check(
        r#""type": "number""#,
        &["€5", "7 %", "€8.5"],
        &[
            "3 of 3 errors of column `c` pass if `bareNumber` is `false`, for there is text around numbers",
        ],
    );
    check(
        r#""type": "date""#,
        &["31/12/2024", "01/02/2024", "2024-01-01"],
        &[
            "2 of 2 errors of column `c` pass if its format is `%d/%m/%Y`, and then only such values do",
        ],
    );
    check(
        r#""type": "datetime""#,
        &["2024-01-01 10:00:00", "2024-01-01T10:00:00"],
        &[
            "1 of 1 errors of column `c` pass if its format is `%Y-%m-%d %H:%M:%S`, and then only such values do",
        ],
    );
    check(
        r#""type": "boolean""#,
        &["yes", "No", "true", "-"],
        &[
            "2 of 3 errors of column `c` pass if `trueValues` has `yes` and `falseValues` has `No`",
            "1 of 3 errors of column `c` pass if `missingValues` has `-`",
        ],
    );
    check(
        r#""type": "string", "constraints": {"enum": ["red", "green"]}"#,
        &["Red", "blue", "blue", "green"],
        &[
            "2 of 3 errors of column `c` pass if `enum` has `blue`",
            "1 of 3 errors of column `c` differ from a value of `enum` by upper and lower case only",
        ],
    );
    check(
        r#""type": "integer", "constraints": {"required": true}"#,
        &["", "", " 7", "8"],
        &[
            "2 of 3 errors of column `c` pass if the column is not `required`",
            "1 of 3 errors of column `c` pass without the white space around the value, which no schema takes away",
        ],
    );
}

/// As [`check`], of cells that come so often.
#[track_caller]
fn check_often(field: &str, cells: &[(usize, &str)], expected: &[&str]) {
    let cells = cells
        .iter()
        .flat_map(|(n, cell)| std::iter::repeat_n(*cell, *n));
    check(field, &cells.collect::<Vec<_>>(), expected);
}

#[test]
fn no_advice_erases_data_or_reads_it_as_something_else() {
    let boolean = r#""type": "boolean""#;
    check_often(
        boolean,
        &[(20, "ja"), (20, "nein")],
        &[
            "40 of 40 errors of column `c` pass if `trueValues` has `ja` and `falseValues` has `nein`",
        ],
    );
    check_often(boolean, &[(20, "m"), (20, "f")], &[]);
    check_often(boolean, &[(20, "maybe")], &[]);
    let integer = r#""type": "integer""#;
    check_often(integer, &[(9, "twelve"), (1, "1")], &[]);
    check_often(integer, &[(9, "12O"), (9, "13O")], &[]);
    check_often(
        integer,
        &[(1, "12 kg"), (1, "13 kg")],
        &[
            "2 of 2 errors of column `c` pass if `bareNumber` is `false`, for there is text around numbers",
        ],
    );
    check_often(integer, &[(2, "5 kg"), (2, "7 lb")], &[]);
}

#[test]
fn what_may_mean_two_things_has_no_patch() {
    check(
        r#""type": "date""#,
        &["01/02/2024", "03/04/2024"],
        &[
            "2 of 2 errors of column `c` pass if its format is `%d/%m/%Y`, and then only such values do; as \
             many if it is `%m/%d/%Y`: they do not tell which is meant",
        ],
    );
}

#[test]
fn sound_data_gets_no_advice_and_redacted_columns_neither() {
    check(r#""type": "integer""#, &["1", "", "3"], &[]);
    let fields = r#""fields": [{"name": "n", "type": "integer"}]"#;
    let text = "n\n1\nN/A\nN/A\n";
    assert_eq!(run(&format!("{{{fields}}}"), text).advice.len(), 1);
    let redacted = format!(r#"{{{fields}, "rowgate": {{"redact": ["n"]}}}}"#);
    assert!(run(&redacted, text).advice.is_empty());
}

#[test]
fn another_delimiter_is_named() {
    let schema = r#"{"fields": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}"#;
    let report = run(schema, "a,b,c\n1,2,3\n1;2;3\n4;5;6\n");
    let texts: Vec<&str> = report.advice.iter().map(|a| a.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "4 of 4 errors of a wrong number of cells are in records that have the right number if the delimiter is \
          `;`: see `--delimiter`"
        ]
    );
}

#[test]
fn advice_is_bounded_and_the_same_however_the_source_is_cut() {
    use std::fmt::Write as _;
    let mut text = "n\n".to_owned();
    for n in 0..140 {
        writeln!(text, "v{n}\nN/A").unwrap();
    }
    let mut job = job(r#"{"fields": [{"name": "n", "type": "integer"}]}"#);
    let whole = landed(&job, &MemorySource::of(text.as_bytes())).0.advice;
    assert_eq!((whole[0].mends, whole[0].of), (140, 280));
    job.limits.batch_bytes = 97;
    let cut = landed(&job, &MemorySource::of(text.as_bytes())).0.advice;
    assert_eq!(whole, cut);
}
