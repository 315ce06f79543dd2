//! The report as a page: it stands alone, runs no script and asks the network for nothing.

mod charts;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use rowgate_core::report::{RecordError, Report, Status};
use rowgate_core::text::visible;

use crate::number::{percent, size, thousands};

/// Colours, light and dark, and the layout.
const STYLE: &str = include_str!("style.css");

/// What a browser may load for the page: its own style, and nothing else.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// How many columns the table of columns shows; of more, those with errors come first.
const COLUMNS_SHOWN: usize = 500;

pub(crate) fn page(report: &Report) -> String {
    let title = format!("{}: {}", verdict(report).0, visible(&report.source.uri));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (top(report))
                main {
                    (figures(report))
                    (errors(report))
                    (advice(report))
                    (rules(report))
                    (summaries(report))
                    (columns(report))
                    (facts(report))
                }
            }
        }
    };
    page.into_string() + "\n"
}

/// Says how it went: in words, and as a class of the style.
fn verdict(report: &Report) -> (&'static str, &'static str) {
    match report.status {
        Status::Landed if report.records.rejected == 0 => ("Landed", "good"),
        Status::Landed => ("Landed, with rejects", "mixed"),
        Status::Validated if report.errors.total == 0 => ("Valid", "good"),
        Status::Validated => ("Not all valid", "mixed"),
        Status::Refused => ("Refused", "bad"),
    }
}

fn top(report: &Report) -> Markup {
    let (words, class) = verdict(report);
    html! {
        header {
            p class={ "badge " (class) } { (words) }
            h1 { (visible(&report.source.uri)) }
            @if let Some(refusal) = &report.refusal {
                p class="refusal" { (visible(refusal)) }
            }
            @if !report.complete {
                p class="refusal" { "The run stopped before the end of the source." }
            }
        }
    }
}

fn figures(report: &Report) -> Markup {
    let records = report.records;
    let figure = |class: &str, label: &str, count: u64, note: String| {
        html! {
            div class={ "figure " (class) } {
                p class="label" { (label) }
                p class="count" { (thousands(count)) }
                p class="note" { (note) }
            }
        }
    };
    html! {
        section aria-label="Records" {
            div class="figures" {
                (figure("", "read", records.read, size(report.bytes.read)))
                (figure("accepted", "accepted", records.accepted, percent(records.accepted, records.read)))
                (figure("rejected", "rejected", records.rejected, percent(records.rejected, records.read)))
                (figure("", "errors", report.errors.total, "a record may have several".to_owned()))
            }
            (charts::split(records.accepted, records.rejected))
        }
    }
}

fn errors(report: &Report) -> Markup {
    let errors = &report.errors;
    if errors.total == 0 {
        return html! {};
    }
    let by_code = errors.by_code.iter();
    let by_code: Vec<_> = by_code.map(|(code, &n)| (code.to_string(), n)).collect();
    let by_column = errors.by_column.iter();
    let by_column: Vec<_> = by_column.map(|(name, &n)| (name.clone(), n)).collect();
    html! {
        section {
            h2 { "Errors" }
            div class="charts" {
                (charts::bars("By code", by_code))
                @if !by_column.is_empty() {
                    (charts::bars("By column", by_column))
                }
            }
            @if let Some(positions) = &errors.positions {
                (charts::positions(positions, report.bytes.read))
            }
            @if !errors.by_column_and_code.is_empty() {
                (charts::matrix(errors))
            }
            (samples("The first errors", &errors.samples))
            @if let Some(warnings) = &report.warnings {
                (samples("Warnings", &warnings.samples))
            }
        }
    }
}

/// Says what would mend the errors, numbered as `rowgate schema patch --pick` counts.
fn advice(report: &Report) -> Markup {
    if report.advice.is_empty() {
        return html! {};
    }
    html! {
        section {
            h2 { "Advice" }
            ol {
                @for advice in &report.advice {
                    li { (visible(&advice.text)) }
                }
            }
        }
    }
}

fn samples(title: &str, samples: &[RecordError]) -> Markup {
    html! {
        h3 { (title) }
        div class="wide" {
            table {
                thead {
                    tr {
                        th class="number" { "Line" }
                        th class="number" { "Record" }
                        th { "Column" }
                        th { "Code" }
                        th { "What" }
                    }
                }
                tbody {
                    @for error in samples {
                        tr {
                            td class="number" { (thousands(error.line)) }
                            td class="number" {
                                @match error.record {
                                    Some(record) => (thousands(record)),
                                    None => "header",
                                }
                            }
                            td { (error.column.as_deref().map(visible).unwrap_or_default()) }
                            td { code { (error.code) } }
                            td { (error.message) }
                        }
                    }
                }
            }
        }
    }
}

fn rules(report: &Report) -> Markup {
    if report.rules.is_empty() {
        return html! {};
    }
    html! {
        section {
            h2 { "Rules" }
            table {
                thead {
                    tr { th { "Rule" } th { "Severity" } th class="number" { "Broken" } th class="number" { "Undecided" } }
                }
                tbody {
                    @for rule in &report.rules {
                        tr {
                            td { (visible(&rule.name)) }
                            td { (rule.severity) }
                            td class="number" { (thousands(rule.broken)) }
                            td class="number" { (thousands(rule.undecided)) }
                        }
                    }
                }
            }
        }
    }
}

fn summaries(report: &Report) -> Markup {
    if report.summaries.is_empty() {
        return html! {};
    }
    html! {
        section {
            h2 { "Summaries of accepted records" }
            table {
                thead {
                    tr { th { "Summary" } th { "Kind" } th class="number" { "Value" } th class="number" { "Records" } }
                }
                tbody {
                    @for summary in &report.summaries {
                        tr {
                            td { (visible(&summary.name)) }
                            td { (summary.kind) }
                            td class="number" { (summary.value.as_deref().unwrap_or("none")) }
                            td class="number" { (thousands(summary.count)) }
                        }
                    }
                }
            }
        }
    }
}

fn columns(report: &Report) -> Markup {
    let mut columns: Vec<_> = report.columns.iter().collect();
    let n_hidden = columns.len().saturating_sub(COLUMNS_SHOWN);
    if n_hidden > 0 {
        columns.sort_by_key(|column| std::cmp::Reverse(column.errors));
        columns.truncate(COLUMNS_SHOWN);
    }
    let n_records = report.records.read;
    html! {
        @if !columns.is_empty() {
            section {
                h2 { "Columns" }
                div class="wide" {
                    table {
                        thead {
                            tr { th { "Column" } th { "Type" } th class="number" { "Missing" } th { } th class="number" { "Errors" } th { } }
                        }
                        tbody {
                            @for column in columns {
                                tr {
                                    td { (visible(&column.name)) }
                                    td { (column.kind.unwrap_or("not in the schema")) }
                                    td class="number" { (thousands(column.missing)) }
                                    td { (charts::share("missing", column.missing, n_records)) }
                                    td class="number" { (thousands(column.errors)) }
                                    td { (charts::share("errors", column.errors, n_records)) }
                                }
                            }
                        }
                    }
                }
                @if n_hidden > 0 {
                    p class="note" { (thousands(u64::try_from(n_hidden).unwrap_or(u64::MAX))) " more columns are in the JSON report." }
                }
            }
        }
    }
}

fn facts(report: &Report) -> Markup {
    let source = &report.source;
    let fact = |name: &str, value: String| {
        html! { dt { (name) } dd { (visible(&value)) } }
    };
    html! {
        section {
            h2 { "The run" }
            dl {
                (fact("Run", report.run_id.clone()))
                (fact("Source", source.uri.clone()))
                @if let Some(etag) = &source.etag { (fact("Version", etag.clone())) }
                (fact("Stored", format!("{}, compression {}, encoding {}", size(source.bytes), source.compression, source.encoding)))
                (fact("Schema", report.schema.uri.clone()))
                (fact("Schema SHA-256", report.schema.sha256.clone()))
                @if let Some(output) = &report.output {
                    (fact("Destination", format!("{} ({})", output.uri, size(output.bytes))))
                    (fact(output.checksum.algorithm, output.checksum.value.clone()))
                }
                @if let Some(rejects) = &report.rejects {
                    (fact("Quarantine", format!("{} ({} records)", rejects.uri, thousands(rejects.records))))
                }
                (fact("Settings", report.settings_fingerprint.clone()))
                (fact("Began", report.started_at.clone()))
                (fact("Ended", report.finished_at.clone()))
                (fact("rowgate", report.rowgate_version.to_owned()))
            }
        }
    }
}
