//! The evidence, for people.

use std::fmt;

use super::{ColumnEvidence, Counted, Evidence};
use crate::text::visible;

/// How many counter-examples are told, the last ones.
const REJECTIONS_SHOWN: usize = 2;
/// How many types are named that a value ended.
const TYPES_SHOWN: usize = 3;

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} well-formed records", self.records)?;
        match self.malformed {
            0 => writeln!(f)?,
            n => writeln!(f, "; {n} malformed ones count for nothing")?,
        }
        for detected in &self.detected {
            let evidence = detected.evidence.iter();
            let findings = evidence.map(|e| format!("`{}`: {}", visible(&e.candidate), e.finding));
            let findings: Vec<String> = findings.collect();
            writeln!(
                f,
                "delimiter `{}` ({})",
                visible(&detected.chosen),
                findings.join("; ")
            )?;
        }
        self.columns.iter().try_for_each(|column| column.fmt(f))
    }
}

impl fmt::Display for ColumnEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = visible(&self.name);
        write!(
            f,
            "{name}: {}, {} values",
            visible(&self.chosen),
            self.values
        )?;
        if !self.missing.is_empty() {
            write!(f, ", missing: {}", counts(&self.missing))?;
        }
        writeln!(f)?;
        if let Some(remark) = &self.remark {
            writeln!(f, "  {remark}")?;
        }
        let n_passed = self.rejected.len().saturating_sub(REJECTIONS_SHOWN);
        for rejection in self.rejected.iter().skip(n_passed) {
            let n_more = rejection.candidates.len().saturating_sub(TYPES_SHOWN);
            let named: Vec<&str> = rejection
                .candidates
                .iter()
                .take(TYPES_SHOWN)
                .map(String::as_str)
                .collect();
            let more = match n_more {
                0 => String::new(),
                n => format!(" (or {n} others)"),
            };
            let value = &rejection.value;
            match named.as_slice() {
                [] => writeln!(f, "  `{value}` in line {} is text", rejection.line)?,
                named => writeln!(
                    f,
                    "  no {}{more}: `{value}` in line {}, after {} values",
                    named.join(", no "),
                    rejection.line,
                    rejection.after
                )?,
            }
        }
        match self.distinct.as_slice() {
            [] => Ok(()),
            distinct => writeln!(
                f,
                "  {} different values: {}",
                distinct.len(),
                counts(distinct)
            ),
        }
    }
}

fn counts(counted: &[Counted]) -> String {
    let counted = counted.iter();
    let counted: Vec<String> = counted
        .map(|Counted { value, count }| match value.as_str() {
            "" => format!("{count} empty"),
            value => format!("{count} `{}`", visible(value)),
        })
        .collect();
    counted.join(", ")
}
