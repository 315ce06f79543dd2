//! What the schema redacts is shown nowhere: in no output, no log line, no report, no quarantine.

use std::fs;

use crate::bench::{Bench, Ran};

/// Stands in redacted columns only, in some form in each source.
const SECRET: &str = "hush8080";
/// The same for columns of numbers.
const FIGURE: &str = "80808080";

/// The further forms of a report.
const FORMS: &str = "html,junit,sarif,markdown";

/// A source with a secret in it, and what it comes to.
struct Planted<'a> {
    /// The fields, as JSON; each that is named below `redacted` holds secrets.
    fields: &'a str,
    redacted: &'a str,
    /// What else stands in the schema, and in its block `rowgate`; each begins with a comma.
    more: &'a str,
    block: &'a str,
    source: &'a [u8],
    flags: &'a str,
    code: &'a str,
}

const NAMES: &str = r#"{"name": "id", "type": "integer"}, {"name": "name"}"#;

const TEXT: Planted<'static> = Planted {
    fields: NAMES,
    redacted: r#""name""#,
    more: "",
    block: "",
    source: b"",
    flags: "",
    code: "",
};

/// Runs it in every way that shows something, and looks for the secret wherever something appeared.
#[track_caller]
fn check(planted: &Planted<'_>) {
    let Planted {
        fields,
        redacted,
        more,
        block,
        source,
        flags,
        code,
    } = planted;
    let bench = Bench::new().env("ROWGATE_LIMITS__RECORD_BYTES", "1KiB");
    let schema =
        format!(r#"{{"fields": [{fields}]{more}, "rowgate": {{"redact": [{redacted}]{block}}}}}"#);
    bench.write("planted.json", schema);
    bench.write("planted.csv", source);
    bench.write(
        "names.csv",
        format!("nr\nsomebody\n{SECRET}\"x\n\"{SECRET}\",{SECRET}\n"),
    );
    let given = ["planted.json", "planted.csv", "names.csv"];
    for (run, format) in ["csv", "jsonl"].into_iter().enumerate() {
        let line = format!(
            "ingest planted.csv --schema planted.json --to out{run}.csv {flags} --allow-empty --redact-rejects \
             --rejects-format {format} --report-format {FORMS}"
        );
        let logs = ["-vv", "-vv --log-format json"]
            .into_iter()
            .nth(run)
            .unwrap();
        // First, for it refuses a destination that is there.
        let dry = format!("{line} --dry-run {logs} --format json");
        silent(&bench.run(&dry), code);
        silent(&bench.run(&format!("{line} {logs}")), code);
    }
    let line = format!("validate planted.csv --schema planted.json {flags}");
    silent(
        &bench.run(&format!("{line} -vv --format json --log-format json")),
        code,
    );
    silent(&bench.run(&format!("{line} -vv")), code);
    silent(
        &bench.run(&format!("{line} --report-format html -vv")),
        code,
    );
    silent(
        &bench.run(&format!(
            "{line} --report r.json --report-format json,{FORMS}"
        )),
        "",
    );
    let mut n_shown = 0;
    for name in bench.files() {
        let is_destination = ["out0.csv", "out1.csv"].contains(&name.as_str());
        if given.contains(&name.as_str()) || is_destination {
            continue;
        }
        let bytes = fs::read(bench.path().join(&name)).unwrap();
        let shown = String::from_utf8(bytes).unwrap();
        no_secret(&name, &shown);
        n_shown += 1;
        if name.ends_with(".report.json") || name == "r.json" {
            assert!(shown.contains(code), "no `{code}` in {name}:\n{shown}");
        }
    }
    // Reports in five forms, of three runs, and two quarantines.
    assert_eq!(n_shown, 17, "{:?}", bench.files());
}

#[track_caller]
fn silent(ran: &Ran, code: &str) {
    assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
    no_secret("standard output", &ran.stdout);
    no_secret("standard error", &ran.stderr);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(said.contains(code), "no `{code}` in:\n{said}");
}

#[track_caller]
fn no_secret(place: &str, shown: &str) {
    // In base64, at each of the three places that it may have within its group.
    for form in [SECRET, FIGURE, "aHVzaDgwOD", "h1c2g4MDgw", "odXNoODA4M"] {
        assert!(!shown.contains(form), "`{form}` is in {place}:\n{shown}");
    }
}

#[test]
fn of_cells_that_are_not_of_their_type() {
    // So often that advice would name it.
    let source = format!("id,name\n{}", format!("{SECRET},x\n").repeat(20));
    for kind in [
        "integer", "number", "boolean", "date", "datetime", "year", "duration", "object",
        "geopoint",
    ] {
        check(&Planted {
            fields: &format!(r#"{{"name": "id", "type": "{kind}"}}, {{"name": "name"}}"#),
            redacted: r#""id""#,
            source: source.as_bytes(),
            code: "type-error",
            ..TEXT
        });
    }
}

#[test]
fn of_cells_that_break_a_constraint() {
    for (kind, constraint, cell) in [
        ("string", r#""pattern": "[a-z]+""#, SECRET),
        ("string", r#""maxLength": 3"#, SECRET),
        ("string", r#""enum": ["a", "b"]"#, SECRET),
        ("integer", r#""maximum": 5"#, FIGURE),
    ] {
        check(&Planted {
            fields: &format!(
                r#"{{"name": "id"}}, {{"name": "name", "type": "{kind}", "constraints": {{{constraint}}}}}"#
            ),
            source: format!("id,name\n1,{cell}\n2,\n3,{cell}\n").as_bytes(),
            code: "constraint-error",
            ..TEXT
        });
    }
}

#[test]
fn of_keys() {
    let twice = format!("id,name\n1,{SECRET}\n1,{SECRET}\n,{SECRET}\n");
    let figures = format!("id,name\n{FIGURE},x\n0{FIGURE},y\n");
    let number =
        r#"{"name": "id", "type": "integer", "constraints": {"unique": true}}, {"name": "name"}"#;
    let unique = r#"{"name": "id"}, {"name": "name", "constraints": {"unique": true}}"#;
    let reference = r#", "foreignKeys": [{"fields": "name", "reference": {"resource": "names", "fields": "nr"}}]"#;
    let itself = r#", "foreignKeys": [{"fields": "name", "reference": {"fields": "id"}}]"#;
    let untyped = r#"{"name": "id"}, {"name": "name"}"#;
    for (fields, redacted, more, source, flags, code) in [
        (unique, r#""name""#, "", &twice, "", "unique-error"),
        (number, r#""id""#, "", &figures, "", "unique-error"),
        (
            NAMES,
            r#""name""#,
            r#", "primaryKey": ["id", "name"]"#,
            &twice,
            "",
            "primary-key",
        ),
        (
            NAMES,
            r#""name""#,
            r#", "uniqueKeys": [["id", "name"]]"#,
            &twice,
            "",
            "unique-key",
        ),
        (untyped, r#""name""#, itself, &twice, "", "foreign-key"),
        (
            NAMES,
            r#""name""#,
            reference,
            &twice,
            "--resource names=names.csv",
            "foreign-key",
        ),
    ] {
        check(&Planted {
            fields,
            redacted,
            more,
            source: source.as_bytes(),
            flags,
            code,
            ..TEXT
        });
    }
}

#[test]
fn of_rules() {
    let source = format!("id,name\n1,{SECRET}\n2,ok\n");
    for (severity, code) in [
        ("reject", "row-constraint"),
        ("warn", "short"),
        ("fail", "row-constraint"),
    ] {
        check(&Planted {
            block: &format!(
                r#", "rules": [{{"name": "short", "expr": "row.name.size() < 3", "severity": "{severity}"}}]"#
            ),
            source: source.as_bytes(),
            code,
            ..TEXT
        });
    }
}

#[test]
fn of_records_whose_cells_cannot_be_told_apart() {
    let long = format!("id,name\n1,{}\n2,ok\n", SECRET.repeat(200));
    let [extra, missing, unquoted, unended] = [
        format!("id,name\n1,x,{SECRET}\n{SECRET},1,2,3\n"),
        format!("id,name\n{SECRET}\n"),
        format!("id,name\n1,\"{SECRET}\" {SECRET}\n"),
        format!("id,name\n1,\"{SECRET}\n2,{SECRET}\n"),
    ];
    let mut bytes = format!("id,name\n1,{SECRET}").into_bytes();
    bytes.extend(b"\xe9\n\xe9,\n2,ok\n");
    for (source, flags, code) in [
        (extra.as_bytes(), "", "extra-cell"),
        (missing.as_bytes(), "", "missing-cell"),
        (unquoted.as_bytes(), "", "quote-error"),
        (unended.as_bytes(), "", "quote-error"),
        (bytes.as_slice(), "", "encoding-error"),
        (bytes.as_slice(), "--encoding shift_jis", "encoding-error"),
        (long.as_bytes(), "", "record-too-long"),
    ] {
        check(&Planted {
            source,
            flags,
            code,
            ..TEXT
        });
    }
}

#[test]
fn of_formulas() {
    check(&Planted {
        block: r#", "formula_injection": "reject""#,
        source: format!("id,name\n1,={SECRET}\n").as_bytes(),
        code: "formula-injection",
        ..TEXT
    });
}

#[test]
fn of_a_row_that_nobody_mended() {
    let header =
        "_rowgate_line,_rowgate_code,_rowgate_column,_rowgate_message,_rowgate_raw,id,name";
    check(&Planted {
        source: format!("{header}\n2,quote-error,,{SECRET},{SECRET},,\n3,,,{SECRET},,x,{SECRET}\n")
            .as_bytes(),
        code: "unmended-record",
        ..TEXT
    });
}

/// A first record that was taken for a header.
#[test]
fn of_a_header_that_is_a_record() {
    for (source, flags, code) in [
        (format!("1,{SECRET}\n2,{SECRET}\n"), "", "label"),
        (format!("id,{SECRET}\n2,{SECRET}\n"), "", "label"),
        (
            format!("1;{SECRET}\n2;{SECRET}\n"),
            "--delimiter ;",
            "label",
        ),
        (format!("{SECRET},{SECRET}\n"), "", "label"),
        (format!("id,name,{SECRET}\n2,{SECRET},\n"), "", "label"),
    ] {
        check(&Planted {
            source: source.as_bytes(),
            flags,
            code,
            ..TEXT
        });
    }
}

/// Else the others would prove nothing.
#[test]
fn what_is_not_redacted_is_shown() {
    let bench = Bench::new();
    bench.write("in.csv", format!("id,name,amount\n{SECRET},,\n1,,\n"));
    bench
        .run("ingest in.csv --schema schema.json --to out.csv --redact-rejects")
        .good();
    for name in ["out.csv.report.json", "out.csv.rejects.csv"] {
        assert!(bench.read(name).contains(SECRET), "{name}");
    }
}
