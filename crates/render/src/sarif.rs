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
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r>; 1],
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
            text: error.message.clone(),
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

/// Writes a place as a URI reference (RFC 3986): bytes that may not stand in one are escaped.
fn artifact_uri(place: &str) -> String {
    let mut uri = String::with_capacity(place.len());
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
