//! The quarantine can be fed back: whatever the dialect, and whatever the records hold.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use rowgate_core::batch::{BATCH_BYTES, Batch, Batcher, unescape};
use rowgate_core::dialect::{Dialect, DialectOptions, LineEnd, Mark, Quote};
use rowgate_core::position::Position;
use rowgate_core::run::Job;
use rowgate_core::scan::{Kind, More, RECORD_BYTES_MAX, Scanner};

use crate::dialects::texts;
use crate::memory::MemorySource;
use crate::run::{job, landed};

/// No record meets it.
const NOTHING: &str = r#"{"fields": [
    {"name": "x", "constraints": {"required": true, "pattern": "never"}, "type": "string"},
    {"name": "y"}
]}"#;

/// A record as it was scanned: what it is, its bytes, and its cells' content.
type Scanned = (Kind, Vec<u8>, Vec<Vec<u8>>);

/// Returns the records behind a header.
fn records(options: &DialectOptions, record_bytes_max: usize, text: &[u8]) -> Vec<Scanned> {
    let dialect = Dialect::new(options, ',').unwrap();
    let scanner = Scanner::new(dialect, record_bytes_max, Position::START);
    let mut batcher = Batcher::new(scanner, BATCH_BYTES);
    batcher.push(text);
    let mut batch = Batch::default();
    let mut records = Vec::new();
    while batcher.cut(More::None, &mut batch) {
        for record in batch
            .index()
            .records()
            .iter()
            .filter(|r| r.kind.is_record())
        {
            let content = |field| {
                let mut cell = Vec::new();
                unescape(dialect, batch.raw(field), &mut cell);
                cell
            };
            let cells = batch.index().fields(record).iter().map(content).collect();
            records.push((record.kind, batch.content(record).to_vec(), cells));
        }
    }
    records.remove(0);
    records
}

fn dialects() -> impl Strategy<Value = DialectOptions> {
    let delimiter = prop::sample::select(vec![',', ';', '\t', '|', ':', ' ', 'e']);
    let quote = prop::option::of(prop::sample::select(vec!['"', '\'', '|', 'e', '1']));
    let escape = prop::option::of(prop::sample::select(vec!['\\', '/', 'e']));
    let comment = prop::option::of(prop::sample::select(vec!['#', '1', '2']));
    (delimiter, quote, escape, comment)
        .prop_map(|(delimiter, quote, escape, comment)| DialectOptions {
            delimiter: Some(Mark::from(delimiter)),
            quote: Some(quote.map_or(Quote::Never, Quote::By)),
            escape,
            comment: comment.map(Mark::from),
            ..DialectOptions::default()
        })
        // Without quotes and escapes, a letter or a digit of ours cannot be told from the dialect's.
        .prop_filter("a dialect that can hold our labels", |options| {
            let is_ours = |mark: &Mark| mark.as_str().contains(|c: char| c.is_ascii_alphanumeric());
            let is_bare = options.quote == Some(Quote::Never) && options.escape.is_none();
            Dialect::new(options, ',').is_ok()
                && !(is_bare
                    && (options.delimiter.iter().any(is_ours)
                        || options.comment.iter().any(is_ours)))
        })
}

/// Text in which everything that means something in the dialect is frequent.
fn sources() -> impl Strategy<Value = (DialectOptions, Vec<u8>)> {
    dialects().prop_flat_map(|options| {
        let mut tokens: Vec<Vec<u8>> = [
            "x", "é", "\n", "\r\n", "\r", "base64:", "_", " ", "1", "\"", "\\",
        ]
        .map(|token| token.as_bytes().to_vec())
        .to_vec();
        tokens.push(b"\xE9".to_vec());
        let quote = match options.quote.unwrap_or_default() {
            Quote::By(c) => Some(Mark::from(c)),
            Quote::Never => None,
        };
        let escape = options.escape.map(Mark::from);
        let marks = [options.delimiter, quote, escape, options.comment];
        let marks = marks
            .into_iter()
            .flatten()
            .map(|mark| mark.as_bytes().to_vec());
        tokens.extend(marks.clone().chain(marks));
        let text = prop::collection::vec(prop::sample::select(tokens), 0..60);
        (Just(options), text.prop_map(|tokens| tokens.concat()))
    })
}

/// Quarantines every record of a source; compares what the quarantine says of it, and feeds it back.
#[track_caller]
fn check(options: &DialectOptions, text: &[u8], record_bytes_max: usize) {
    let job = |record_bytes_max| {
        let mut job: Job = job(NOTHING);
        job.dialect = options.clone();
        job.limits.record_bytes_max = record_bytes_max;
        job
    };
    let delimiter = options.delimiter.unwrap_or(Mark::from(','));
    let line_end = match options.line_end.unwrap_or_default() {
        LineEnd::Any => Mark::from('\n'),
        LineEnd::Only(mark) => mark,
    };
    let mut source = format!("x{}y{}", delimiter.as_str(), line_end.as_str()).into_bytes();
    source.extend_from_slice(text);
    let (report, store) = landed(&job(record_bytes_max), &MemorySource::of(&source));
    assert_eq!(report.records.accepted, 0);
    let quarantine = store.object("q").unwrap();
    let own = records(options, record_bytes_max, &source);
    let rows = records(options, RECORD_BYTES_MAX, quarantine.as_bytes());
    assert_eq!(own.len(), rows.len(), "{quarantine}");
    for ((kind, bytes, cells), (_, _, row)) in own.iter().zip(&rows) {
        let raw = String::from_utf8(row[4].clone()).unwrap();
        if *kind == Kind::Fields && raw.is_empty() {
            assert_eq!(cells, &row[5..], "{quarantine}");
        } else if *kind != Kind::Oversized {
            let decoded = match raw.get("base64:".len()..) {
                // The mark's own sign may be the delimiter, and then it is a space.
                Some(base64) if raw.starts_with("base64") => STANDARD.decode(base64).unwrap(),
                _ => raw.into_bytes(),
            };
            assert_eq!(bytes, &decoded, "{quarantine}");
        }
    }
    let (again, _) = landed(
        &job(RECORD_BYTES_MAX),
        &MemorySource::of(quarantine.as_bytes()),
    );
    assert_eq!(again.records.read, report.records.rejected, "{quarantine}");
}

#[test]
fn a_quarantine_is_written_in_the_dialect_in_force() {
    let bare = DialectOptions {
        delimiter: Some(Mark::from(',')),
        quote: Some(Quote::Never),
        ..DialectOptions::default()
    };
    check(&bare, b"1,2,3\nx\n\n\"a,b\n", RECORD_BYTES_MAX);
    let escaped = DialectOptions {
        escape: Some('\\'),
        ..bare.clone()
    };
    check(&escaped, b"1,2\\,3\nx\\\n\\", RECORD_BYTES_MAX);
    let both = DialectOptions {
        quote: Some(Quote::By('"')),
        ..escaped.clone()
    };
    check(&both, b"\"1\"x\\\n2,2\\", RECORD_BYTES_MAX);
    check(&both, b"1,23456789,\\\\\\\\\\\\\\\\\\\\\\\\\\\n1,2\n", 8);
}

proptest! {
    #[test]
    fn any_quarantine_can_be_fed_back((options, text) in sources(), record_bytes_max in 4_usize..60) {
        check(&options, &text, record_bytes_max);
    }

    #[test]
    fn any_quarantine_of_a_rare_dialect_can_be_fed_back(
        (options, text) in texts().prop_filter("a dialect that can hold our labels", |(options, _)| {
            let is_ours = |mark: &Mark| mark.as_str().contains(|c: char| c.is_ascii_alphanumeric());
            let quote = match options.quote {
                Some(Quote::By(c)) => Some(Mark::from(c)),
                Some(Quote::Never) | None => None,
            };
            let line_end = match options.line_end {
                Some(LineEnd::Only(mark)) => Some(mark),
                Some(LineEnd::Any) | None => None,
            };
            let marks = [options.delimiter, quote, options.escape.map(Mark::from), line_end, options.comment];
            !marks.iter().flatten().any(is_ours)
        }),
        record_bytes_max in 8_usize..60,
    ) {
        let options = DialectOptions {
            header: None,
            comment_rows: None,
            skip_lines: None,
            ..options
        };
        check(&options, &text, record_bytes_max);
    }
}
