//! The report as `JUnit` XML: a test for each column, for the header and records as such, and for each
//! rule.
//!
//! There is no standard; this is what build servers have in common: `testsuites`, `testsuite`,
//! `testcase`, `failure`, `properties`.

use std::collections::BTreeMap;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use rowgate_core::report::{RecordError, Report, Status};
use rowgate_core::text::{shorten, visible};
use rowgate_core::{Error, Result};

/// How many errors of a column are told in its failure.
const ERRORS_SHOWN: usize = 20;

/// A test, as build servers show it.
struct Test {
    class: &'static str,
    name: String,
    failure: Option<Failure>,
}

struct Failure {
    kind: String,
    message: String,
    lines: Vec<String>,
}

pub(crate) fn suites(report: &Report) -> Result<String> {
    let tests = tests(report);
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(&mut writer, report, &tests).map_err(|err| Error::bug(format!("no JUnit XML: {err}")))?;
    let mut text = String::from_utf8(writer.into_inner())
        .map_err(|err| Error::bug(format!("JUnit XML that is not UTF-8: {err}")))?;
    text.push('\n');
    Ok(text)
}

fn tests(report: &Report) -> Vec<Test> {
    let mut by_column: BTreeMap<Option<&str>, Vec<&RecordError>> = BTreeMap::new();
    for error in &report.errors.samples {
        by_column
            .entry(error.column.as_deref())
            .or_default()
            .push(error);
    }
    let n_of_cells: u64 = report.errors.by_column.values().sum();
    let mut tests = vec![Test {
        class: "records",
        name: "header and records".to_owned(),
        failure: failure(
            report.errors.total.saturating_sub(n_of_cells),
            by_column.get(&None).map(Vec::as_slice).unwrap_or_default(),
        ),
    }];
    tests.extend(report.columns.iter().map(|column| {
        // Samples name their column as it is shown.
        let shown = shorten(&column.name);
        let samples = by_column.get(&Some(shown.as_str()));
        Test {
            class: "columns",
            name: column.name.clone(),
            failure: failure(
                column.errors,
                samples.map(Vec::as_slice).unwrap_or_default(),
            ),
        }
    }));
    let strict = report.rules.iter().filter(|rule| rule.severity != "warn");
    tests.extend(strict.map(|rule| Test {
        class: "rules",
        name: rule.name.clone(),
        failure: (rule.broken > 0).then(|| Failure {
            kind: "row-constraint".to_owned(),
            message: format!("{} records break the rule", rule.broken),
            lines: Vec::new(),
        }),
    }));
    if report.status == Status::Refused {
        tests.push(Test {
            class: "run",
            name: "accepted".to_owned(),
            failure: Some(Failure {
                kind: "refused".to_owned(),
                message: report.refusal.clone().unwrap_or_default(),
                lines: Vec::new(),
            }),
        });
    }
    tests
}

fn failure(n_errors: u64, samples: &[&RecordError]) -> Option<Failure> {
    (n_errors > 0).then(|| Failure {
        kind: samples
            .first()
            .map_or_else(|| "error".to_owned(), |error| error.code.to_string()),
        message: format!("{n_errors} errors"),
        lines: samples
            .iter()
            .take(ERRORS_SHOWN)
            .map(|error| format!("line {}: {}: {}", error.line, error.code, error.message))
            .collect(),
    })
}

fn write(writer: &mut Writer<Vec<u8>>, report: &Report, tests: &[Test]) -> std::io::Result<()> {
    let n_tests = tests.len().to_string();
    let n_failures = tests.iter().filter(|test| test.failure.is_some()).count();
    let n_failures = n_failures.to_string();
    let counts = [
        ("tests", n_tests.as_str()),
        ("failures", n_failures.as_str()),
    ];
    // It is UTF-8, as XML is that does not say. What follows makes it known as ours.
    writer.write_event(Event::Decl(BytesDecl::new("1.0", None, None)))?;
    writer.write_event(Event::Comment(BytesText::new(" a report of rowgate ")))?;
    let suites = writer.create_element("testsuites").with_attributes(counts);
    suites.write_inner_content(|writer| {
        let suite = writer
            .create_element("testsuite")
            .with_attribute(("name", shown(&report.source.uri).as_str()))
            .with_attributes(counts)
            .with_attributes([("errors", "0"), ("skipped", "0")])
            .with_attribute(("timestamp", report.started_at.as_str()));
        suite.write_inner_content(|writer| {
            properties(writer, report)?;
            tests.iter().try_for_each(|test| case(writer, test))
        })?;
        Ok(())
    })?;
    Ok(())
}

fn properties(writer: &mut Writer<Vec<u8>>, report: &Report) -> std::io::Result<()> {
    let records = report.records;
    let values = [
        ("run_id", report.run_id.clone()),
        ("schema", shown(&report.schema.uri)),
        ("records.read", records.read.to_string()),
        ("records.accepted", records.accepted.to_string()),
        ("records.rejected", records.rejected.to_string()),
    ];
    let properties = writer.create_element("properties");
    properties.write_inner_content(|writer| {
        for (name, value) in &values {
            writer
                .create_element("property")
                .with_attributes([("name", *name), ("value", value.as_str())])
                .write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

fn case(writer: &mut Writer<Vec<u8>>, test: &Test) -> std::io::Result<()> {
    let name = shown(&test.name);
    let case = writer.create_element("testcase").with_attributes([
        ("classname", test.class),
        ("name", name.as_str()),
        ("time", "0"),
    ]);
    let Some(failure) = &test.failure else {
        case.write_empty()?;
        return Ok(());
    };
    case.write_inner_content(|writer| {
        let lines: Vec<_> = failure.lines.iter().map(|line| shown(line)).collect();
        writer
            .create_element("failure")
            .with_attributes([
                ("type", failure.kind.as_str()),
                ("message", shown(&failure.message).as_str()),
            ])
            .write_text_content(BytesText::new(&lines.join("\n")))?;
        Ok(())
    })?;
    Ok(())
}

/// Makes text fit for XML 1.0, which has no place for most control characters.
fn shown(text: &str) -> String {
    let is_allowed = |c: char| !matches!(c, '\u{fffe}' | '\u{ffff}');
    visible(text).chars().filter(|&c| is_allowed(c)).collect()
}
