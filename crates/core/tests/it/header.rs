//! The beginning of a source: bounded, and the same however it comes.

use proptest::prelude::*;
use rowgate_core::ErrorKind;
use rowgate_core::dialect::{DialectOptions, Mark};
use rowgate_core::header::{Opened, Opener};
use rowgate_core::reason::Code;
use rowgate_core::run::count;
use rowgate_core::scan::More;
use rowgate_core::schema::Schema;

use crate::memory::{MemorySource, control};

const SCHEMA: &str = r#"{"fields": [{"name": "a"}, {"name": "b"}]}"#;

/// Opens a source; returns what was opened, and how many bytes that took.
fn open(
    options: &DialectOptions,
    record_bytes_max: usize,
    chunks: &[&[u8]],
) -> rowgate_core::Result<(Opened, usize)> {
    let schema = Schema::parse(SCHEMA.as_bytes()).unwrap();
    let mut opener = Opener::new(options, record_bytes_max);
    let mut n_bytes = 0;
    for chunk in chunks {
        opener.push(chunk);
        n_bytes += chunk.len();
        if let Some(found) = opener.open(&schema, More::MayFollow)? {
            return Ok((found, n_bytes));
        }
    }
    let last = opener.open(&schema, More::None)?;
    Ok((last.unwrap(), n_bytes))
}

fn commenting() -> DialectOptions {
    DialectOptions {
        comment: Some(Mark::from('#')),
        ..DialectOptions::default()
    }
}

/// The first fault's code.
fn code(opened: &Opened) -> Option<Code> {
    opened.bound.as_ref().err().map(|faults| faults[0].code)
}

#[test]
fn a_header_without_end_is_refused_at_the_limit() {
    for start in [&b""[..], b"\"", b"a,\"\n"] {
        let mut text = start.to_vec();
        text.resize(8_000_000, b'x');
        let chunks: Vec<&[u8]> = text.chunks(1_000).collect();
        let (opened, n_bytes) = open(&DialectOptions::default(), 1_000_000, &chunks).unwrap();
        let expected = if start.contains(&b'\n') {
            Code::QuoteError
        } else {
            Code::RecordTooLong
        };
        assert_eq!(code(&opened), Some(expected));
        assert!(n_bytes <= 1_002_000, "{n_bytes}");
        assert!(opened.header.concat().len() <= 1_000_000);
    }
}

#[test]
fn comments_and_lines_before_the_header_go_by() {
    let mut text = b"x\ny\r\n".to_vec();
    text.extend_from_slice(&b"#\r".repeat(500_000));
    text.push(b'#');
    text.resize(text.len() + 1_000_000, b'c');
    text.extend_from_slice(b"\na,b\n1,2\n");
    let options = DialectOptions {
        skip_lines: Some(2),
        ..commenting()
    };
    let chunks: Vec<&[u8]> = text.chunks(64).collect();
    let (opened, _) = open(&options, 1_000, &chunks).unwrap();
    assert!(opened.bound.is_ok());
    assert_eq!(opened.header, [b"a,b\n"]);
    assert_eq!(opened.position.line, 500_005);
    let n_rest = text.len() - b"1,2\n".len();
    assert_eq!(opened.position.byte_offset, u64::try_from(n_rest).unwrap());
}

#[test]
fn many_lines_to_skip_take_linear_time() {
    let mut text = b"\n".repeat(2_000_000);
    text.extend_from_slice(b"a,b\n");
    let options = DialectOptions {
        skip_lines: Some(2_000_000),
        ..DialectOptions::default()
    };
    let (opened, _) = open(&options, 1_000, &[&text]).unwrap();
    assert!(opened.bound.is_ok());
}

#[test]
fn a_header_of_very_many_columns_is_refused() {
    let text = b",".repeat(500_000);
    let (opened, _) = open(&DialectOptions::default(), 1_000_000, &[&text]).unwrap();
    assert_eq!(code(&opened), Some(Code::TooManyColumns));
    assert_eq!(opened.bound.unwrap_err().len(), 1);
}

#[track_caller]
fn check_count(text: &[u8], record_bytes_max: usize, expected: &str) {
    let source = MemorySource::of(text);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let options = DialectOptions::default();
    let control = control();
    let counted = runtime.block_on(count(&options, record_bytes_max, &source, &control));
    let err = counted.unwrap_err();
    assert_eq!(err.kind(), ErrorKind::Source);
    assert_eq!(err.to_string(), expected);
}

#[test]
fn what_has_no_header_is_not_counted() {
    check_count(
        b"",
        10,
        "the source is empty: not even a header is in `memory:source`",
    );
    let expected = "the header is longer than the record limit of 10 bytes";
    check_count(b"0123456789a", 10, expected);
    check_count(b"0123456789a\nb\n", 10, expected);
}

/// All of the source is there at once: only between batches can the run be stopped.
#[test]
fn a_run_that_waits_for_nothing_can_be_stopped() {
    let source = MemorySource::of(&b"a,b\n".repeat(1_000_000));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let options = DialectOptions::default();
    let control = control();
    let counted = runtime.block_on(async {
        let stop = control.cancel.clone();
        let counting = std::pin::pin!(count(&options, 1_000, &source, &control));
        let stopping = std::pin::pin!(async { stop.cancel() });
        futures_util::future::join(counting, stopping).await.0
    });
    assert_eq!(counted.unwrap_err().kind(), ErrorKind::Cancelled);
}

proptest! {
    /// The same bytes open the same way, whatever chunks they come in.
    #[test]
    fn chunking_changes_nothing(
        text in "(#c?\n|#|a|b|,|;|\"|\r|\n|xyz){0,12}",
        chunk_bytes in 1_usize..20,
        record_bytes_max in prop::sample::select(vec![3_usize, 6, 1_000]),
        skip_lines in 0_u64..3,
    ) {
        let options = DialectOptions { skip_lines: Some(skip_lines), ..commenting() };
        let shown = |chunks: &[&[u8]]| match open(&options, record_bytes_max, chunks) {
            Err(err) => err.to_string(),
            Ok((opened, _)) => format!(
                "{:?} {:?} {:?} {:?}",
                opened.bound.map(|plan| plan.dialect()),
                opened.header,
                opened.own_header,
                opened.position,
            ),
        };
        let chunks: Vec<&[u8]> = text.as_bytes().chunks(chunk_bytes).collect();
        prop_assert_eq!(shown(&chunks), shown(&[text.as_bytes()]));
    }
}
