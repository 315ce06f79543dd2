//! The quarantine as JSON Lines: an object for each record, with all its errors, for programs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::{REDACTED_MARK, is_unmended, raw_bytes, unmended_bytes};
use crate::batch::Batch;
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::gate::Redaction;
use crate::report::RecordError;
use crate::scan::{Kind, Record};

/// Whether a file begins as one of ours: with the place of a record, by [`Reject`]'s first three keys.
/// Others' objects may well begin with a `record`.
pub(crate) fn begins_as_lines(head: &[u8]) -> bool {
    let rest = head.strip_prefix(b"{\"record\":");
    let rest = rest.and_then(|rest| rest.strip_prefix(b"null").or_else(|| after_number(rest)));
    let rest = rest.and_then(|rest| rest.strip_prefix(b",\"line\":"));
    let rest = rest.and_then(after_number);
    let rest = rest.and_then(|rest| rest.strip_prefix(b",\"byte_offset\":"));
    rest.and_then(after_number).is_some()
}

/// Returns what follows the number that a text begins with.
fn after_number(text: &[u8]) -> Option<&[u8]> {
    let n_digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    text.get(n_digits..).filter(|_| n_digits > 0)
}

/// A rejected record.
#[derive(Serialize)]
struct Reject<'a> {
    record: Option<u64>,
    line: u64,
    byte_offset: u64,
    errors: &'a [RecordError],
    /// The record as it was read, without its line end; `null` if it is withheld.
    raw: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    redacted: bool,
}

/// Writes a line for each rejected record.
#[derive(Debug)]
pub(crate) struct JsonLines {
    dialect: Dialect,
    redaction: Option<Redaction>,
    n_rows: u64,
}

impl JsonLines {
    pub(crate) fn new(dialect: Dialect, redaction: Option<Redaction>) -> Self {
        Self {
            dialect,
            redaction,
            n_rows: 0,
        }
    }

    pub(crate) fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Appends a line for the record at `idx` of `batch`, whose own cells begin at `own_start`.
    pub(crate) fn row(
        &mut self,
        batch: &Batch,
        idx: usize,
        own_start: usize,
        errors: &[RecordError],
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let (Some(record), Some(first)) = (batch.index().records().get(idx), errors.first()) else {
            return Err(Error::bug("a rejected record is not in its batch"));
        };
        self.n_rows += 1;
        let (raw, raw_encoding) = self.raw(batch, record, own_start, errors);
        let reject = Reject {
            record: first.record,
            line: first.line,
            byte_offset: first.byte_offset,
            errors,
            raw,
            raw_encoding,
            redacted: self.redaction.is_some() && record.kind != Kind::Blank,
        };
        serde_json::to_writer(&mut *out, &reject)
            .map_err(|err| Error::bug(format!("a rejected record is no JSON: {err}")))?;
        out.push(b'\n');
        Ok(())
    }

    /// Returns a record as text, and how the text is encoded if it is not what was read.
    fn raw(
        &self,
        batch: &Batch,
        record: &Record,
        own_start: usize,
        errors: &[RecordError],
    ) -> (Option<String>, Option<&'static str>) {
        if let Some(redaction) = &self.redaction
            && record.kind != Kind::Blank
        {
            return (self.redacted(redaction, batch, record), None);
        }
        let raw = if is_unmended(errors) {
            unmended_bytes(self.dialect, batch, record)
        } else if record.kind == Kind::Fields {
            let own = batch.bytes().get(own_start..record.end);
            own.unwrap_or_default().to_vec()
        } else {
            raw_bytes(batch, record).to_vec()
        };
        match String::from_utf8(raw) {
            Ok(text) => (Some(text), None),
            Err(err) => (Some(STANDARD.encode(err.as_bytes())), Some("base64")),
        }
    }

    /// Returns a record with a mark in place of each cell that is withheld; `None` if all of it is.
    fn redacted(&self, redaction: &Redaction, batch: &Batch, record: &Record) -> Option<String> {
        let fields = redaction.own_fields(batch, record)?;
        let mut cells = Vec::with_capacity(fields.len());
        for (column, field) in fields.iter().enumerate() {
            cells.push(if redaction.shows(column) {
                str::from_utf8(batch.raw(field)).ok()?
            } else {
                REDACTED_MARK
            });
        }
        Some(cells.join(self.dialect.delimiter().as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_ours_is_known_by_the_place_of_its_first_record() {
        #[track_caller]
        fn check(head: &str, expected: bool) {
            assert_eq!(begins_as_lines(head.as_bytes()), expected, "{head}");
        }
        check(r#"{"record":1,"line":2,"byte_offset":15,"errors":[{"#, true);
        check(r#"{"record":null,"line":1,"byte_offset":0"#, true);
        check(r#"{"record":1,"line":2,"byte_offset":"#, false);
        check(r#"{"record":1,"line":2,"text":"#, false);
        check(r#"{"record":{"id":1}}"#, false);
        check(r#"{"record":"1","line":2,"byte_offset":15"#, false);
        check("", false);
    }
}
