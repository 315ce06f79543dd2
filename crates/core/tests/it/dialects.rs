//! The scanner under any dialect: as properties over every split, and against the `csv` crate.

use proptest::prelude::*;
use rowgate_core::batch::{Batch, Batcher};
use rowgate_core::dialect::{
    Dialect, DialectOptions, Header, InitialSpace, InnerQuote, LineEnd, Mark, Quote, RowNumbers,
};
use rowgate_core::header::Opener;
use rowgate_core::position::Position;
use rowgate_core::scan::{Index, Kind, More, Scanner};
use rowgate_core::schema::Schema;

use crate::scan::found_by;

/// How much hostile text is read.
const HOSTILE_BYTES: usize = 400_000;

fn mark(text: &str) -> Mark {
    Mark::new(text).unwrap()
}

/// Any dialect that does not contradict itself.
pub(crate) fn dialects() -> impl Strategy<Value = DialectOptions> {
    let delimiters = vec![
        ",", ";", "\t", "::", "aab", "aaaa", "é", "→", "é→", "#", ",#", "\n;",
    ];
    let quotes = vec!['"', '\'', '|', 'é', '→', 'a'];
    let line_ends = vec![";", "\n", "aab", "||", ";\n", "\r\n\r\n", "→", "::", "\n;"];
    let comments = vec!["#", "//", ",", "::", "é→", "a", "aab#"];
    let rows = || {
        let numbers = prop::collection::vec(1_u64..6, 1..3);
        numbers.prop_map(|numbers| RowNumbers::new(numbers).unwrap())
    };
    let header = prop_oneof![
        3 => Just(None),
        1 => Just(Some(Header::Absent)),
        2 => (rows(), prop::sample::select(vec!["", " ", ","])).prop_map(|(rows, join)| {
            Some(Header::Rows { rows, join: join.to_owned() })
        }),
    ];
    let written = (
        prop::sample::select(delimiters),
        prop::option::weighted(0.9, prop::sample::select(quotes)),
        prop::option::weighted(0.3, Just(InnerQuote::Escaped)),
        prop::option::of(prop::sample::select(vec!['\\', 'é', 'b', '"'])),
        prop::option::of(prop::sample::select(line_ends)),
        prop::option::weighted(0.3, Just(InitialSpace::Skipped)),
        prop::option::of(prop::sample::select(comments)),
    );
    (
        written,
        header,
        prop::option::weighted(0.3, rows()),
        prop::option::weighted(0.2, 0_u64..3),
    )
        .prop_map(|(written, header, comment_rows, skip_lines)| {
            let (delimiter, quote, inner_quote, escape, line_end, initial_space, comment) = written;
            DialectOptions {
                delimiter: Some(mark(delimiter)),
                quote: Some(quote.map_or(Quote::Never, Quote::By)),
                inner_quote,
                escape,
                line_end: line_end.map(|text| LineEnd::Only(mark(text))),
                null_sequence: Some(mark("x")),
                initial_space,
                header,
                comment: comment.map(mark),
                comment_rows,
                skip_lines,
            }
        })
        .prop_filter("a dialect without contradictions", |options| {
            Dialect::new(options, ',').is_ok()
        })
}

/// A dialect, and text in which its marks, whole and in part, are frequent.
pub(crate) fn texts() -> impl Strategy<Value = (DialectOptions, Vec<u8>)> {
    dialects().prop_flat_map(|options| {
        let quote = match options.quote.unwrap_or_default() {
            Quote::By(c) => Some(Mark::from(c)),
            Quote::Never => None,
        };
        let line_end = match options.line_end.unwrap_or_default() {
            LineEnd::Any => mark("\n"),
            LineEnd::Only(text) => text,
        };
        let escape = options.escape.map(Mark::from);
        let marks = [
            options.delimiter,
            quote,
            quote,
            escape,
            options.comment,
            Some(line_end),
        ];
        let mut pieces: Vec<Vec<u8>> = [
            "x",
            "é",
            " ",
            "\t",
            "\n",
            "\r\n",
            "\r",
            "aa",
            "b",
            "0123456789",
        ]
        .map(|piece| piece.as_bytes().to_vec())
        .to_vec();
        for mark in marks.iter().flatten() {
            let bytes = mark.as_bytes();
            pieces.extend([
                bytes.to_vec(),
                bytes.to_vec(),
                bytes[..bytes.len().div_ceil(2)].to_vec(),
            ]);
        }
        let text = prop::collection::vec(prop::sample::select(pieces), 0..60);
        (Just(options), text.prop_map(|pieces| pieces.concat()))
    })
}

fn scanner(options: &DialectOptions, record_bytes_max: usize) -> (Dialect, Scanner) {
    let dialect = Dialect::new(options, ',').unwrap();
    let scanner = Scanner::new(dialect, record_bytes_max, Position::START);
    (
        dialect,
        scanner.with_comment_rows(options.comment_rows.as_ref()),
    )
}

fn limits() -> impl Strategy<Value = usize> {
    prop::sample::select(vec![1_usize, 3, 10, 25, 1_000])
}

/// Cuts a text at some places.
fn cut<'t>(text: &'t [u8], places: &[prop::sample::Index]) -> Vec<&'t [u8]> {
    let mut places: Vec<usize> = places
        .iter()
        .map(|place| place.index(text.len() + 1))
        .collect();
    places.sort_unstable();
    let mut chunks = Vec::new();
    let mut start = 0;
    for place in places {
        chunks.push(&text[start..place]);
        start = place;
    }
    chunks.push(&text[start..]);
    chunks
}

/// What is found at the beginning of a source, whatever chunks it comes in.
fn opened(options: &DialectOptions, record_bytes_max: usize, chunks: &[&[u8]]) -> String {
    let schema = Schema::parse(br#"{"fields": [{"name": "a"}, {"name": "b"}]}"#).unwrap();
    let mut opener = Opener::new(options, record_bytes_max);
    let mut chunks = chunks.iter();
    loop {
        let chunk = chunks.next();
        opener.push(chunk.copied().unwrap_or_default());
        let more = if chunk.is_some() {
            More::MayFollow
        } else {
            More::None
        };
        let found = match opener.open(&schema, more) {
            Err(err) => return err.to_string(),
            Ok(found) => found,
        };
        if let Some(found) = found {
            let mut rest = found.rest;
            rest.extend(chunks.flat_map(|chunk| *chunk));
            return format!(
                "{:?} {:?} {:?} {:?} {:?} {rest:?}",
                found.bound.map(|plan| format!("{:?}", plan.columns())),
                found.header,
                found.own_header,
                found.comment_rows,
                found.position,
            );
        }
        assert_eq!(more, More::MayFollow, "at the end there is an answer");
    }
}

/// The end of every record in bytes of the source, and what it is.
fn ends(index: &Index) -> impl Iterator<Item = (u64, u64, Kind, usize)> {
    let base = index.base();
    let records = index.records().iter().filter(|r| r.kind.is_record());
    records.map(move |r| {
        let end = base.byte_offset + u64::try_from(r.next).unwrap();
        let n_before = base.records_before + u64::try_from(r.records_before).unwrap();
        (end, n_before, r.kind, index.fields(r).len())
    })
}

/// Reads a text as a stream; what is pending never grows far beyond the record limit.
fn stream(options: &DialectOptions, piece: &[u8], n_bytes: usize) -> usize {
    let (_, scanner) = scanner(options, 64 * 1024);
    let mut batcher = Batcher::new(scanner, 64 * 1024);
    let mut batch = Batch::default();
    let chunk = piece.repeat(16 * 1024 / piece.len());
    let (mut n_records, mut n_read, mut n_cut) = (0, 0, 0);
    while n_read < n_bytes {
        batcher.push(&chunk);
        n_read += chunk.len();
        while batcher.cut(More::MayFollow, &mut batch) {
            n_records += batch.index().n_records();
            n_cut += batch.bytes().len();
        }
        assert!(n_read - n_cut <= 1024 * 1024);
    }
    while batcher.cut(More::None, &mut batch) {
        n_records += batch.index().n_records();
    }
    n_records
}

/// What is hostile to marks of several characters. With a scan that is not linear this is hours of
/// work, and the test harness says so.
#[test]
fn hostile_text_takes_linear_time_and_bounded_memory() {
    let written = |delimiter: &str, line_end: Option<&str>, comment: Option<&str>| DialectOptions {
        delimiter: Some(mark(delimiter)),
        line_end: line_end.map(|text| LineEnd::Only(mark(text))),
        comment: comment.map(mark),
        escape: Some('\\'),
        ..DialectOptions::default()
    };
    let nearly = format!("{}b", "a".repeat(30));
    for options in [
        written("aaaa", None, None),
        written(&nearly, None, None),
        written(",", Some(&nearly), None),
        written("aabb", None, Some("aab")),
        written("::", Some("\n;"), Some("aaaa")),
        written(",", None, None),
    ] {
        for piece in [
            &b"a"[..],
            b"aab",
            b"aabb",
            b"\"a",
            b"\"",
            b",",
            b"::",
            b"\\",
            b"\"aaaaaaaaaaaaa\n",
            b"\"aaa\"\"",
            b"\"a\n\"\",\"",
            b"\r",
        ] {
            stream(&options, piece, HOSTILE_BYTES);
        }
    }
}

/// A record of any length is one record, and its bytes go by.
#[test]
fn a_record_without_end_goes_by() {
    for delimiter in [",", "::", "aaaa"] {
        let options = DialectOptions {
            delimiter: Some(mark(delimiter)),
            ..DialectOptions::default()
        };
        for piece in [&b"x,y::"[..], b"x", b"aaaa"] {
            assert_eq!(stream(&options, piece, 8 * HOSTILE_BYTES), 1);
        }
    }
}

proptest! {
    /// The same bytes give the same records, however they are handed in.
    #[test]
    fn chunking_changes_nothing(
        (options, text) in texts(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        record_bytes_max in limits(),
    ) {
        let (dialect, scanner) = scanner(&options, record_bytes_max);
        let whole = found_by(scanner.clone(), dialect, &[&text]);
        let chunks = cut(&text, &cuts);
        prop_assert_eq!(&found_by(scanner.clone(), dialect, &chunks), &whole);
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        prop_assert_eq!(&found_by(scanner, dialect, &bytes), &whole);
    }

    /// The same bytes open the same way, however they are handed in.
    #[test]
    fn chunking_changes_no_header(
        (options, text) in texts(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        record_bytes_max in limits(),
        is_delimiter_open: bool,
    ) {
        let mut options = options;
        if is_delimiter_open {
            options.delimiter = None;
        }
        let whole = opened(&options, record_bytes_max, &[&text]);
        prop_assert_eq!(&opened(&options, record_bytes_max, &cut(&text, &cuts)), &whole);
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        prop_assert_eq!(&opened(&options, record_bytes_max, &bytes), &whole);
    }

    /// Batches hold what the scanner finds in one go, wherever they and the chunks are cut.
    #[test]
    fn batches_change_nothing(
        (options, text) in texts(),
        chunk_bytes in 1_usize..80,
        batch_bytes in 1_usize..40,
        record_bytes_max in limits(),
    ) {
        let (_, scanner) = scanner(&options, record_bytes_max);
        let mut whole = Index::default();
        scanner.clone().scan(&text, More::None, &mut whole);
        let expected: Vec<_> = ends(&whole).collect();
        let mut batcher = Batcher::new(scanner, batch_bytes);
        let mut batch = Batch::default();
        let (mut got, mut bytes) = (Vec::new(), Vec::new());
        let mut chunks = text.chunks(chunk_bytes);
        loop {
            let chunk = chunks.next();
            batcher.push(chunk.unwrap_or_default());
            let more = if chunk.is_some() { More::MayFollow } else { More::None };
            while batcher.cut(more, &mut batch) {
                got.extend(ends(batch.index()));
                bytes.extend_from_slice(batch.bytes());
            }
            if chunk.is_none() {
                break;
            }
        }
        prop_assert_eq!(&bytes, &text);
        prop_assert_eq!(got, expected);
    }

    /// What is remembered of bad quotes never changes an answer: a record that is scanned alone is
    /// the same.
    #[test]
    fn a_record_does_not_depend_on_those_before_it(
        (options, text) in texts(),
        record_bytes_max in prop::sample::select(vec![25_usize, 40, 1_000]),
    ) {
        let options = DialectOptions { comment_rows: None, ..options };
        let (dialect, scanner) = scanner(&options, record_bytes_max);
        let mut index = Index::default();
        scanner.clone().scan(&text, More::None, &mut index);
        for record in index.records() {
            if matches!(record.kind, Kind::Piece | Kind::Oversized | Kind::Overhead) {
                continue;
            }
            let mut fresh = Index::default();
            scanner.clone().scan(&text[record.start..], More::None, &mut fresh);
            let first = fresh.records()[0];
            prop_assert_eq!(
                (first.kind, first.end + record.start, first.next + record.start),
                (record.kind, record.end, record.next),
                "{:?} of {:?} in {:?}", &text[record.start..], String::from_utf8_lossy(&text), dialect
            );
            prop_assert_eq!(fresh.fields(&first).len(), index.fields(record).len());
        }
    }

    /// Well-formed input reads as the `csv` crate reads it, in any dialect that it has.
    #[test]
    fn well_formed_input_reads_as_the_csv_crate_reads_it(
        rows in prop::collection::vec(prop::collection::vec("[a\"',;!\\\\ é\t]{0,5}", 1..5), 0..12),
        delimiter in prop::sample::select(vec![b',', b';', b'\t', b'!']),
        quote in prop::sample::select(vec![b'"', b'\'']),
        escape in prop::option::of(Just(b'\\')),
        end in prop::sample::select(vec![b'\n', b'\r', b'|']),
        style in prop::sample::select(vec![csv::QuoteStyle::Necessary, csv::QuoteStyle::Always]),
    ) {
        let mut writer = csv::WriterBuilder::new();
        writer
            .flexible(true)
            .delimiter(delimiter)
            .quote(quote)
            .quote_style(style)
            .double_quote(escape.is_none())
            .escape(escape.unwrap_or(b'\\'))
            .terminator(csv::Terminator::Any(end));
        let mut writer = writer.from_writer(Vec::new());
        // What stands for itself in `csv`, escapes nothing there, and does here.
        let is_clear = |cell: &String| escape.is_none() || !cell.contains('\\');
        for row in rows.iter().filter(|row| row.iter().all(is_clear)) {
            writer.write_record(row).unwrap();
        }
        let text = writer.into_inner().unwrap();
        let mut reader = csv::ReaderBuilder::new();
        reader
            .flexible(true)
            .has_headers(false)
            .delimiter(delimiter)
            .quote(quote)
            .double_quote(escape.is_none())
            .escape(escape)
            .terminator(csv::Terminator::Any(end));
        let theirs: Vec<String> = reader
            .from_reader(text.as_slice())
            .records()
            .map(|record| record.unwrap().iter().collect::<Vec<_>>().join("|"))
            .collect();
        let options = DialectOptions {
            delimiter: Some(Mark::from(char::from(delimiter))),
            quote: Some(Quote::By(char::from(quote))),
            inner_quote: escape.map(|_| InnerQuote::Escaped),
            escape: escape.map(char::from),
            line_end: Some(LineEnd::declared(&char::from(end).to_string()).unwrap()),
            ..DialectOptions::default()
        };
        let (dialect, scanner) = scanner(&options, 1_000);
        let ours: Vec<String> = found_by(scanner, dialect, &[&text])
            .iter()
            .map(|line| line.split_once(": ").unwrap().1.to_owned())
            .collect();
        prop_assert_eq!(ours, theirs, "{:?}", String::from_utf8_lossy(&text));
    }
}
