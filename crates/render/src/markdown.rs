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
                summary
                    .value
                    .as_deref()
                    .map_or_else(|| "none".to_owned(), cell),
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

/// Parts what GitHub would make a mention or a link of; it is not seen. An escape would not do: mentions
/// and numbers are looked for in the page, where the escape is gone.
const PARTING: &str = "<!-- -->";

/// Makes foreign text fit for a table's cell: what Markdown or HTML would obey is escaped, and nothing
/// in it links out of the page.
fn cell(text: &str) -> String {
    let text = visible(text);
    let mut escaped = String::with_capacity(text.len());
    for (idx, c) in text.char_indices() {
        let (before, rest) = text.split_at_checked(idx).unwrap_or_default();
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            ':' => escaped.push_str("&#58;"),
            '@' => {
                escaped.push(c);
                escaped.push_str(PARTING);
            }
            '#' => {
                escaped.push_str("\\#");
                escaped.push_str(PARTING);
            }
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => {
                if is_within_link(before, rest) {
                    escaped.push_str(PARTING);
                }
                escaped.push(c);
            }
        }
    }
    escaped
}

/// Whether a link without a scheme goes on here: the dot of `www.`, or the hyphen of `GH-12` and of
/// other trackers' numbers.
fn is_within_link(before: &str, rest: &str) -> bool {
    let is_after_www = || {
        let mut last = before.bytes().rev();
        (0..3).all(|_| last.next().is_some_and(|b| b.eq_ignore_ascii_case(&b'w')))
    };
    match rest.as_bytes() {
        [b'.', ..] => is_after_www(),
        [b'-', b'0'..=b'9', ..] => before.ends_with(|c: char| c.is_ascii_alphabetic()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_cell_links_or_mentions() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            assert_eq!(cell(text), expected);
        }
        check("www.evil.example", "www<!-- -->.evil.example");
        check("(WwW.evil", "(WwW<!-- -->.evil");
        check("https://www.evil", "https&#58;//www<!-- -->.evil");
        check("GH-12 gh-1", "GH<!-- -->-12 gh<!-- -->-1");
        check("#12 a/b#3", r"\#<!-- -->12 a/b\#<!-- -->3");
        check("@all a@b.example", "@<!-- -->all a@<!-- -->b.example");
        check("<!-- -->", r"&lt;\!-- --&gt;");
        check("[a](b)", r"\[a\](b)");
        check("2024-01-02 -1 x-y 1.5 é.", "2024-01-02 -1 x-y 1.5 é.");
    }
}
