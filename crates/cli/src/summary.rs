//! What a run did, for people.

use std::fmt;
use std::time::Duration;

use rowgate_app::place::PlaceUri;
use rowgate_core::dialect::Dialect;
use rowgate_core::quarantine::RejectsFormat;
use rowgate_core::report::{DialectReport, RecordError, Report, Status};

use crate::text::{counted, rate, size, thousands, visible};

/// How many codes are named.
const CODES_SHOWN: usize = 5;
/// How many errors are shown of data that was refused.
const ERRORS_SHOWN: usize = 5;
/// How much advice is given.
const ADVICE_SHOWN: usize = 3;

/// What a summary is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Summary<'a> {
    pub(crate) report: &'a Report,
    /// Where the schema is, for the command that comes next.
    pub(crate) schema: &'a PlaceUri,
    /// Where accepted records were to go.
    pub(crate) to: &'a PlaceUri,
    /// Where the report was written; `None`: it was a dry run.
    pub(crate) report_place: Option<&'a PlaceUri>,
    /// What the quarantine is written in: not every format can be fed back.
    pub(crate) rejects_format: RejectsFormat,
    /// How long the run took.
    pub(crate) took: Duration,
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        match (report.status, &report.output) {
            (Status::Landed, Some(output)) => writeln!(f, "landed: {}", visible(&output.uri))?,
            (Status::Landed | Status::Validated, _) => {
                writeln!(f, "validated: {}", visible(&report.source.uri))?;
            }
            (Status::Refused, _) => {
                let why = report.refusal.as_deref().unwrap_or("the data was refused");
                writeln!(f, "refused: {why}")?;
            }
        }
        self.figures(f)?;
        for warning in warnings(report).iter().take(ERRORS_SHOWN) {
            writeln!(f, "  warning: {}", ErrorLine(warning))?;
        }
        if report.status == Status::Refused {
            for error in report.errors.samples.iter().take(ERRORS_SHOWN) {
                writeln!(f, "  {}", ErrorLine(error))?;
            }
        }
        for advice in advice(report) {
            writeln!(f, "  {advice}")?;
        }
        self.next(f)
    }
}

impl Summary<'_> {
    fn figures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        let records = report.records;
        writeln!(
            f,
            "  records     {} read, {} accepted, {} rejected{}",
            thousands(records.read),
            thousands(records.accepted),
            thousands(records.rejected),
            if report.complete {
                ""
            } else {
                "; the rest was not read"
            }
        )?;
        if report.errors.total > 0 {
            writeln!(f, "  errors      {}", codes(report))?;
        }
        for remark in remarks(report) {
            writeln!(f, "  {remark}")?;
        }
        if let Some(output) = &report.output {
            write!(f, "  written     {}", size(output.bytes))?;
            // What a file is written in is nobody's concern.
            if let PlaceUri::S3 { .. } = self.to {
                write!(f, " in {}", counted(u64::from(output.parts), "part"))?;
            }
            writeln!(f)?;
        } else if self.report_place.is_none() {
            writeln!(f, "  written     nothing: this was a dry run")?;
        } else {
            let to = visible(&self.to.to_string());
            writeln!(f, "  written     nothing: {to} did not appear")?;
        }
        if let Some(rejects) = &report.rejects {
            writeln!(f, "  quarantine  {}", visible(&rejects.uri))?;
        }
        if let Some(place) = self.report_place {
            writeln!(f, "  report      {}", visible(&place.to_string()))?;
        }
        write!(f, "  took        {}", seconds(self.took))?;
        if let Some(rate) = rate(report.source.bytes, self.took) {
            write!(f, ", {rate}")?;
        }
        writeln!(f)
    }

    /// Says what to do about records that were turned away.
    fn next(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        let Some(code) = top_codes(report).first().map(|(code, _)| *code) else {
            return Ok(());
        };
        let explain = format!("`rowgate explain {code}`");
        match (&report.rejects, report.status, self.rejects_format) {
            (Some(rejects), Status::Landed, RejectsFormat::JsonLines) => writeln!(
                f,
                "next: see in {} what is wrong with each record ({explain} tells how to mend it) and mend the \
                 source: JSON Lines cannot be fed back, and with `--rejects-format csv` the quarantine can",
                visible(&rejects.uri)
            ),
            (Some(rejects), Status::Landed, RejectsFormat::Csv) => {
                let mended = Word(&rejects.uri);
                let to = self.to.beside(".mended.csv").to_string();
                writeln!(
                    f,
                    "next: mend the rows in the quarantine ({explain} tells how; clear `_rowgate_raw` where it is \
                     filled), then"
                )?;
                write!(
                    f,
                    "  rowgate ingest {mended} --schema {} --to {}",
                    Word(&self.schema.to_string()),
                    Word(&to)
                )?;
                dialect_flags(f, &report.source.dialect)?;
                writeln!(f)
            }
            (_, Status::Refused, _) => writeln!(
                f,
                "next: mend the source ({explain} tells how), or change what the schema or the limits ask, and run \
                 it again"
            ),
            (_, Status::Landed | Status::Validated, _) => {
                writeln!(f, "next: {explain} tells how to mend such records")
            }
        }
    }
}

/// Writes the flags by which a quarantine is read as it was written. A usual delimiter is found by
/// its header, and the lines that were skipped are not in it.
fn dialect_flags(f: &mut fmt::Formatter<'_>, dialect: &DialectReport) -> fmt::Result {
    let delimiter = &dialect.delimiter;
    if !Dialect::CANDIDATES
        .iter()
        .any(|c| delimiter.chars().eq([*c]))
    {
        write!(f, " --delimiter {}", Word(delimiter))?;
    }
    match dialect.quote.as_deref() {
        Some("\"") => {}
        Some(quote) => write!(f, " --quote {}", Word(quote))?,
        None => write!(f, " --quote none")?,
    }
    if let Some(escape) = &dialect.escape {
        write!(f, " --escape {}", Word(escape))?;
    }
    if let Some(comment) = &dialect.comment {
        write!(f, " --comment {}", Word(comment))?;
    }
    if !dialect.header {
        write!(f, " --no-header")?;
    }
    Ok(())
}

/// One error on a line of its own: place, column, code, message.
pub(crate) struct ErrorLine<'a>(pub(crate) &'a RecordError);

impl fmt::Display for ErrorLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.0;
        write!(f, "line {}", error.line)?;
        match error.record {
            Some(record) => write!(f, ", record {record}")?,
            None => f.write_str(", header")?,
        }
        if let Some(column) = &error.column {
            write!(f, ", column `{}`", visible(column))?;
        }
        write!(f, ": {}: {}", error.code, visible(&error.message))
    }
}

/// Returns the warnings that the report shows.
pub(crate) fn warnings(report: &Report) -> &[RecordError] {
    let warnings = report.warnings.as_ref();
    warnings.map_or(&[], |warnings| &warnings.samples)
}

/// Says what came of the schema's rules and summaries, a line for each: its kind, then the rest.
pub(crate) fn remarks(report: &Report) -> Vec<String> {
    let warnings = report.warnings.iter().map(|warnings| {
        let rules = warnings.by_rule.iter();
        let rules = rules.map(|(rule, n)| format!("{} {}", visible(rule), thousands(*n)));
        format!("warnings    {}", rules.collect::<Vec<_>>().join(", "))
    });
    let undecided = report.rules.iter().filter(|rule| rule.undecided > 0);
    let undecided = undecided.map(|rule| {
        let records = counted(rule.undecided, "record");
        format!("undecided   {} of {records}", visible(&rule.name))
    });
    let summaries = report.summaries.iter().map(|summary| {
        let value = summary.value.as_deref().unwrap_or("no value");
        let records = counted(summary.count, "record");
        format!(
            "summary     {}: {value} ({} of {records})",
            visible(&summary.name),
            summary.kind
        )
    });
    warnings.chain(undecided).chain(summaries).collect()
}

/// Says what would mend most errors.
pub(crate) fn advice(report: &Report) -> impl Iterator<Item = String> + '_ {
    let shown = (1_usize..).zip(report.advice.iter().take(ADVICE_SHOWN));
    shown.map(|(number, advice)| {
        let pick = match advice.patch.as_slice() {
            [] => String::new(),
            [..] => format!(" (`rowgate schema patch --pick {number}`)"),
        };
        format!("advice: {}{pick}", visible(&advice.text))
    })
}

/// Returns the codes by how often they occur, most frequent first.
fn top_codes(report: &Report) -> Vec<(rowgate_core::reason::Code, u64)> {
    let mut codes: Vec<_> = report
        .errors
        .by_code
        .iter()
        .map(|(code, n)| (*code, *n))
        .collect();
    codes.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    codes
}

/// Names the most frequent codes: `type-error 3, missing-cell 1`.
pub(crate) fn codes(report: &Report) -> String {
    let codes = top_codes(report);
    let shown: Vec<String> = codes
        .iter()
        .take(CODES_SHOWN)
        .map(|(code, n)| format!("{code} {}", thousands(*n)))
        .collect();
    match codes.len().saturating_sub(CODES_SHOWN) {
        0 => shown.join(", "),
        more => format!("{}, and {more} more", shown.join(", ")),
    }
}

fn seconds(took: Duration) -> String {
    format!("{}.{:02} s", took.as_secs(), took.subsec_millis() / 10)
}

/// A word of a shell command, in quotes where it needs them.
struct Word<'a>(&'a str);

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
        let text = visible(self.0);
        if !text.is_empty() && text.chars().all(is_plain) {
            return f.write_str(&text);
        }
        write!(f, "'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        for (word, expected) in [
            ("s3://lake/a.csv", "s3://lake/a.csv"),
            ("a b.csv", "'a b.csv'"),
            ("it's.csv", r"'it'\''s.csv'"),
            ("$HOME", "'$HOME'"),
        ] {
            assert_eq!(Word(word).to_string(), expected);
        }
    }
}
