//! The report as GitHub's Markdown: what fits a comment.

use std::fmt::Write as _;

use rowgate_core::report::{Report, Status};
use rowgate_core::text::visible;

use crate::number::{percent, size, thousands};

/// How many errors are shown.
const SAMPLES_SHOWN: usize = 20;

pub(crate) fn text(report: &Report) -> String {
    let mut out = String::new();
    let records = report.records;
    let title = match report.status {
        Status::Landed => "✅ Landed",
        Status::Validated if report.errors.total == 0 => "✅ Valid",
        Status::Validated => "⚠️ Not all records are valid",
        Status::Refused => "❌ Refused",
    };
    line(
        &mut out,
        format_args!("## {title}: {}\n", cell(&report.source.uri)),
    );
    if let Some(refusal) = &report.refusal {
        line(&mut out, format_args!("{}\n", cell(refusal)));
    }
    if !report.complete {
        out.push_str("The run stopped before the end of the source.\n\n");
    }
    table(
        &mut out,
        ["Records", "Count", "Share"],
        [
            ("read", records.read),
            ("accepted", records.accepted),
            ("rejected", records.rejected),
        ]
        .map(|(what, count)| {
            [
                what.to_owned(),
                thousands(count),
                percent(count, records.read),
            ]
        }),
    );
    errors(&mut out, report);
    advice(&mut out, report);
    rules(&mut out, report);
    line(
        &mut out,
        format_args!(
            "<sub>run {}, schema {} (sha256 {}), {} read, rowgate {}</sub>",
            report.run_id,
            cell(&report.schema.uri),
            report.schema.sha256.get(..12).unwrap_or_default(),
            size(report.bytes.read),
            report.rowgate_version
        ),
    );
    out
}

fn errors(out: &mut String, report: &Report) {
    let errors = &report.errors;
    if errors.total == 0 {
        return;
    }
    line(
        out,
        format_args!("### {} errors\n", thousands(errors.total)),
    );
    let mut by_code: Vec<_> = errors.by_code.iter().collect();
    by_code.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    table(
        out,
        ["Code", "Errors", "Share"],
        by_code.into_iter().map(|(code, count)| {
            [
                format!("`{code}`"),
                thousands(*count),
                percent(*count, errors.total),
            ]
        }),
    );
    let n_shown = errors.samples.len().min(SAMPLES_SHOWN);
    line(out, format_args!("The first {n_shown}:\n"));
    table(
        out,
        ["Line", "Column", "Code", "What"],
        errors.samples.iter().take(SAMPLES_SHOWN).map(|error| {
            [
                error.line.to_string(),
                error.column.as_deref().map(cell).unwrap_or_default(),
                format!("`{}`", error.code),
                cell(&error.message),
            ]
        }),
    );
}

fn advice(out: &mut String, report: &Report) {
    if report.advice.is_empty() {
        return;
    }
    out.push_str("### Advice\n\n");
    for advice in &report.advice {
        line(out, format_args!("1. {}", cell(&advice.text)));
    }
    out.push('\n');
}

fn rules(out: &mut String, report: &Report) {
    if !report.rules.is_empty() {
        out.push_str("### Rules\n\n");
        let rows = report.rules.iter().map(|rule| {
            [
                cell(&rule.name),
                rule.severity.to_owned(),
                thousands(rule.broken),
                thousands(rule.undecided),
            ]
        });
        table(out, ["Rule", "Severity", "Broken", "Undecided"], rows);
    }
    if !report.summaries.is_empty() {
        out.push_str("### Summaries\n\n");
        let rows = report.summaries.iter().map(|summary| {
            [
                cell(&summary.name),
                summary.kind.to_owned(),
                summary.value.clone().unwrap_or_else(|| "none".to_owned()),
                thousands(summary.count),
            ]
        });
        table(out, ["Summary", "Kind", "Value", "Records"], rows);
    }
}

fn table<const N: usize>(
    out: &mut String,
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) {
    line(out, format_args!("| {} |", header.join(" | ")));
    line(out, format_args!("|{}", " --- |".repeat(N)));
    for row in rows {
        line(out, format_args!("| {} |", row.join(" | ")));
    }
    out.push('\n');
}

/// Appends a line. A `String` takes all that is written to it.
fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    let written = writeln!(out, "{text}");
    written.unwrap_or_default();
}

/// Makes foreign text fit for a table's cell: what Markdown or HTML would obey is escaped.
fn cell(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // A mention or a link would reach out of the page.
            '@' => escaped.push_str("&#64;"),
            ':' => escaped.push_str("&#58;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}
