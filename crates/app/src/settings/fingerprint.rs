//! The fingerprint of what affects a run's outcome.

use std::collections::BTreeMap;

use rowgate_core::dialect::{DialectOptions, Header, Quote};

use super::Settings;
use super::table::{Effect, SPECS};
use crate::digest::sha256_hex;

impl Settings {
    /// Returns the SHA-256, in hex, of the settings and the dialect options that affect a run's
    /// outcome, as JSON with its keys in order. How it is logged, sent or signed does not count.
    #[must_use]
    pub fn fingerprint(&self, dialect: &DialectOptions) -> String {
        let outcome = SPECS.iter().filter(|spec| spec.effect == Effect::Outcome);
        let mut values: BTreeMap<_, _> =
            outcome.map(|spec| (spec.key, (spec.show)(self))).collect();
        values.extend(described(dialect));
        // A map of text is always JSON.
        let json = serde_json::to_vec(&values).unwrap_or_default();
        sha256_hex(&json)
    }
}

fn described(dialect: &DialectOptions) -> [(&'static str, Option<String>); 6] {
    let DialectOptions {
        delimiter,
        quote,
        escape,
        header,
        comment,
        skip_lines,
    } = dialect;
    let byte = |byte: &u8| byte.escape_ascii().to_string();
    [
        ("dialect.delimiter", delimiter.as_ref().map(byte)),
        (
            "dialect.quote",
            match quote {
                Quote::By(quote) => Some(byte(quote)),
                Quote::Never => None,
            },
        ),
        ("dialect.escape", escape.as_ref().map(byte)),
        (
            "dialect.header",
            match header {
                Header::Present => Some("present".to_owned()),
                Header::Absent => Some("absent".to_owned()),
            },
        ),
        ("dialect.comment", comment.as_ref().map(byte)),
        ("dialect.skip_lines", Some(skip_lines.to_string())),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::ByteSize;
    use super::*;

    fn fingerprint(change: impl FnOnce(&mut Settings, &mut DialectOptions)) -> String {
        let (mut settings, mut dialect) = (Settings::default(), DialectOptions::default());
        change(&mut settings, &mut dialect);
        settings.fingerprint(&dialect)
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
        assert_ne!(
            default,
            fingerprint(|s, _| s.limits.record_bytes = ByteSize::new(4096))
        );
        assert_ne!(default, fingerprint(|_, d| d.skip_lines = 1));
        assert_ne!(default, fingerprint(|_, d| d.quote = Quote::Never));
    }
}
