//! The report as SARIF 2.1.0 (OASIS, 27 March 2020): a rule for each code, a result for each error that
//! the report shows.

use rowgate_core::reason::Code;
use rowgate_core::report::{RecordError, Report, Status};
use rowgate_core::text::visible;
use rowgate_core::{Error, Result};
use serde::Serialize;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const VERSION: &str = "2.1.0";

#[derive(Serialize)]
struct Log<'r> {
    /// First of all: it makes the file known as ours.
    properties: LogProperties,
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r>; 1],
}

#[derive(Serialize)]
struct LogProperties {
    rowgate_version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    tool: Tool,
    automation_details: AutomationDetails<'r>,
    invocations: [Invocation<'r>; 1],
    column_kind: &'static str,
    results: Vec<Finding>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    full_description: Text,
}

#[derive(Serialize)]
struct AutomationDetails<'r> {
    guid: &'r str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'r> {
    execution_successful: bool,
    start_time_utc: &'r str,
    end_time_utc: &'r str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
    byte_offset: u64,
}

#[derive(Serialize)]
struct LogicalLocation {
    name: String,
    kind: &'static str,
}

pub(crate) fn log(report: &Report) -> Result<String> {
    let warnings = report
        .warnings
        .iter()
        .flat_map(|warnings| &warnings.samples);
    let errors = report.errors.samples.iter();
    let findings = errors
        .map(|error| (error, "error"))
        .chain(warnings.map(|warning| (warning, "warning")));
    let mut codes: Vec<Code> = findings.clone().map(|(error, _)| error.code).collect();
    codes.sort();
    codes.dedup();
    let uri = artifact_uri(&report.source.uri);
    let results = findings.map(|(error, level)| finding(error, level, &codes, &uri));
    let log = Log {
        properties: LogProperties {
            rowgate_version: report.rowgate_version,
        },
        schema: SCHEMA,
        version: VERSION,
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "rowgate",
                    semantic_version: report.rowgate_version,
                    rules: codes.iter().map(|&code| rule(code)).collect(),
                },
            },
            automation_details: AutomationDetails {
                guid: &report.run_id,
            },
            invocations: [Invocation {
                execution_successful: report.status != Status::Refused,
                start_time_utc: &report.started_at,
                end_time_utc: &report.finished_at,
            }],
            column_kind: "unicodeCodePoints",
            results: results.collect(),
        }],
    };
    let text = serde_json::to_string_pretty(&log);
    text.map(|text| text + "\n")
        .map_err(|err| Error::bug(format!("the report is no SARIF: {err}")))
}

fn rule(code: Code) -> Rule {
    Rule {
        id: code.as_str(),
        full_description: Text {
            text: code.summary().to_owned(),
        },
    }
}

fn finding(error: &RecordError, level: &'static str, codes: &[Code], uri: &str) -> Finding {
    let column = error.column.iter().map(|column| LogicalLocation {
        name: visible(column),
        kind: "member",
    });
    Finding {
        rule_id: error.code.as_str(),
        rule_index: codes.binary_search(&error.code).unwrap_or_default(),
        level,
        message: Text {
            text: plain(&error.message),
        },
        locations: [Location {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: uri.to_owned(),
                },
                region: Region {
                    start_line: error.line,
                    byte_offset: error.byte_offset,
                },
            },
            logical_locations: column.collect(),
        }],
    }
}

/// Makes foreign text a plain message: brackets would make a link of it (SARIF 2.1.0, 3.11.6).
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '[' | ']') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Writes a place as a URI reference (RFC 3986): bytes that may not stand in one are escaped.
fn artifact_uri(place: &str) -> String {
    let mut uri = String::with_capacity(place.len());
    let is_path = |(name, rest): (&str, &str)| !name.contains('/') && !rest.starts_with("//");
    if place.split_once(':').is_some_and(is_path) {
        // What is before the colon would be taken for a scheme.
        uri.push_str("./");
    }
    for byte in place.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/@!$&'()*+,;=".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push('%');
            for digit in [byte >> 4, byte & 0xF] {
                uri.extend(char::from_digit(digit.into(), 16).map(|c| c.to_ascii_uppercase()));
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_is_a_link() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            assert_eq!(plain(text), expected);
        }
        check(
            "found `[fix](https://evil)`",
            r"found `\[fix\](https://evil)`",
        );
        check(r"\[fix](1)", r"\\\[fix\](1)");
        check("as it is", "as it is");
    }

    #[test]
    fn a_path_has_no_scheme() {
        #[track_caller]
        fn check(place: &str, expected: &str) {
            assert_eq!(artifact_uri(place), expected);
        }
        check("a:b.csv", "./a:b.csv");
        check("javascript:x/b.csv", "./javascript:x/b.csv");
        check("data/a:b.csv", "data/a:b.csv");
        check("/a:b c.csv", "/a:b%20c.csv");
        check("s3://bucket/a:b.csv", "s3://bucket/a:b.csv");
        check("a.csv", "a.csv");
    }
}
