//! The fingerprint of what affects a run's outcome.

use std::collections::BTreeMap;

use rowgate_core::dialect::{
    DialectOptions, Header, InitialSpace, InnerQuote, LineEnd, Mark, Quote, RowNumbers,
};

use super::Settings;
use super::table::{Effect, SPECS};
use crate::decoding::Decoding;
use crate::digest::sha256_hex;

impl Settings {
    /// Returns the SHA-256, in hex, of the settings and of what was said of the source that affect a
    /// run's outcome, as JSON with its keys in order. How it is logged, sent or signed does not count.
    #[must_use]
    pub fn fingerprint(&self, dialect: &DialectOptions, decoding: &Decoding) -> String {
        let outcome = SPECS.iter().filter(|spec| spec.effect == Effect::Outcome);
        let mut values: BTreeMap<_, _> =
            outcome.map(|spec| (spec.key, (spec.show)(self))).collect();
        values.extend(described(dialect));
        values.extend(stored(decoding));
        // A map of text is always JSON.
        let json = serde_json::to_vec(&values).unwrap_or_default();
        sha256_hex(&json)
    }
}

fn stored(decoding: &Decoding) -> [(&'static str, Option<String>); 2] {
    // What is expected of the stored bytes stops a run or changes nothing.
    let Decoding {
        compression,
        encoding,
        expectation: _,
    } = decoding;
    [
        (
            "decoding.compression",
            Some(compression.as_str().to_owned()),
        ),
        (
            "decoding.encoding",
            encoding.map(|encoding| encoding.as_str().to_owned()),
        ),
    ]
}

fn described(dialect: &DialectOptions) -> [(&'static str, Option<String>); 13] {
    let DialectOptions {
        delimiter,
        quote,
        inner_quote,
        escape,
        line_end,
        null_sequence,
        initial_space,
        header,
        comment,
        comment_rows,
        skip_lines,
    } = dialect;
    let text = |mark: &Mark| mark.as_str().to_owned();
    let (header, header_rows, header_join) = match header {
        None | Some(Header::Present) => ("present", None, None),
        Some(Header::Absent) => ("absent", None, None),
        Some(Header::Rows { rows, join }) => ("present", Some(numbers(rows)), Some(join.clone())),
    };
    [
        ("dialect.delimiter", delimiter.as_ref().map(text)),
        (
            "dialect.quote",
            match quote.unwrap_or_default() {
                Quote::By(quote) => Some(quote.to_string()),
                Quote::Never => None,
            },
        ),
        (
            "dialect.inner_quote",
            match inner_quote.unwrap_or_default() {
                InnerQuote::Doubled => Some("doubled".to_owned()),
                InnerQuote::Escaped => Some("escaped".to_owned()),
            },
        ),
        ("dialect.escape", escape.map(String::from)),
        (
            "dialect.line_end",
            match line_end.as_ref().unwrap_or(&LineEnd::Any) {
                LineEnd::Any => None,
                LineEnd::Only(mark) => Some(text(mark)),
            },
        ),
        ("dialect.null_sequence", null_sequence.as_ref().map(text)),
        (
            "dialect.initial_space",
            match initial_space.unwrap_or_default() {
                InitialSpace::Kept => Some("kept".to_owned()),
                InitialSpace::Skipped => Some("skipped".to_owned()),
            },
        ),
        ("dialect.header", Some(header.to_owned())),
        ("dialect.header_rows", header_rows),
        ("dialect.header_join", header_join),
        ("dialect.comment", comment.as_ref().map(text)),
        ("dialect.comment_rows", comment_rows.as_ref().map(numbers)),
        (
            "dialect.skip_lines",
            Some(skip_lines.unwrap_or(0).to_string()),
        ),
    ]
}

fn numbers(rows: &RowNumbers) -> String {
    let numbers: Vec<String> = rows.as_slice().iter().map(u64::to_string).collect();
    numbers.join(",")
}

#[cfg(test)]
mod tests {
    use super::super::ByteSize;
    use super::*;

    fn fingerprint(change: impl FnOnce(&mut Settings, &mut DialectOptions)) -> String {
        let (mut settings, mut dialect) = (Settings::default(), DialectOptions::default());
        change(&mut settings, &mut dialect);
        settings.fingerprint(&dialect, &Decoding::default())
    }

    #[test]
    fn only_what_affects_the_outcome_counts() {
        let default = fingerprint(|_, _| {});
        assert_eq!(default.len(), 64);
        assert_eq!(default, fingerprint(|s, _| s.s3.attempts = 9));
        assert_eq!(
            default,
            fingerprint(|s, _| s.server.auth_token = Some("t".into()))
        );
        assert_ne!(default, fingerprint(|s, _| s.limits.allow_empty = true));
        assert_ne!(default, fingerprint(|s, _| s.limits.strict_quotes = true));
        assert_ne!(
            default,
            fingerprint(|s, _| s.limits.record_bytes = ByteSize::new(4096))
        );
        let encoded = Decoding {
            encoding: "koi8-r".parse().ok(),
            ..Decoding::default()
        };
        assert_ne!(
            default,
            Settings::default().fingerprint(&DialectOptions::default(), &encoded)
        );
        assert_ne!(default, fingerprint(|_, d| d.skip_lines = Some(1)));
        assert_ne!(default, fingerprint(|_, d| d.quote = Some(Quote::Never)));
    }
}
