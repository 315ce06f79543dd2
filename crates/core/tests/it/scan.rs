//! The scanner: as data, as properties over every split, and against the `csv` crate.

use proptest::prelude::*;
use rowgate_core::batch::{BATCH_BYTES, Batch, Batcher, unescape};
use rowgate_core::dialect::{Dialect, DialectOptions, Mark, Quote};
use rowgate_core::position::Position;
use rowgate_core::scan::{Index, Kind, More, Scanner};

fn dialect() -> Dialect {
    Dialect::new(&DialectOptions::default(), ',').unwrap()
}

/// What a scan found, as text: a record a line, fields between `|`, other kinds by name.
pub(crate) fn found(dialect: Dialect, record_bytes_max: usize, chunks: &[&[u8]]) -> Vec<String> {
    let scanner = Scanner::new(dialect, record_bytes_max, Position::START);
    found_by(scanner, dialect, chunks)
}

/// As [`found`], by a scanner of the dialect.
pub(crate) fn found_by(mut scanner: Scanner, dialect: Dialect, chunks: &[&[u8]]) -> Vec<String> {
    let mut index = Index::default();
    let mut pending: Vec<u8> = Vec::new();
    let mut all = Vec::new();
    let mut piece_bytes = 0;
    for idx in 0..=chunks.len() {
        let more = match chunks.get(idx) {
            Some(chunk) => {
                pending.extend_from_slice(chunk);
                More::MayFollow
            }
            None => More::None,
        };
        let n_bytes = scanner.scan(&pending, more, &mut index);
        let mut covered = 0;
        let mut oversized = index.oversized().iter();
        for record in index.records() {
            assert_eq!(record.start, covered, "stretches cover the input");
            covered = record.next;
            let line = index.base().line + record.lines_before;
            match record.kind {
                Kind::Piece => piece_bytes += record.next - record.start,
                Kind::Overhead => {
                    // A long comment may come in pieces: what counts is that it is no record.
                    if all.last().map(String::as_str) != Some("overhead") {
                        all.push("overhead".to_owned());
                    }
                }
                Kind::Oversized => {
                    let what = oversized.next().unwrap();
                    piece_bytes += record.next - record.start;
                    all.push(format!(
                        "{}: {} {} bytes at {}, {piece_bytes} with its line end, {:?}",
                        what.line,
                        what.code,
                        what.bytes,
                        what.byte_offset,
                        String::from_utf8_lossy(&what.head)
                    ));
                    piece_bytes = 0;
                }
                Kind::Blank => all.push(format!("{line}: blank")),
                Kind::BrokenQuote => {
                    let text =
                        String::from_utf8_lossy(&pending[record.start..record.end]).into_owned();
                    all.push(format!("{line}: broken {text:?}"));
                }
                Kind::Fields => {
                    let cells: Vec<String> = index
                        .fields(record)
                        .iter()
                        .map(|field| {
                            let mut cell = Vec::new();
                            unescape(dialect, &pending[field.start..field.end], &mut cell);
                            String::from_utf8_lossy(&cell).into_owned()
                        })
                        .collect();
                    all.push(format!("{line}: {}", cells.join("|")));
                }
            }
        }
        assert_eq!(covered, n_bytes, "what is consumed is indexed");
        pending.drain(..n_bytes);
    }
    assert!(pending.is_empty(), "at the end everything is consumed");
    all
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(
        found(dialect(), 1_000, &[text.as_bytes()]),
        expected,
        "{text:?}"
    );
}

#[test]
fn records_and_fields() {
    check("", &[]);
    check("a,b\nc,d\n", &["1: a|b", "2: c|d"]);
    check("a,b\r\nc,d", &["1: a|b", "2: c|d"]);
    check("a\rb\r\rc", &["1: a", "2: b", "3: blank", "4: c"]);
    check("a,\n,b\n,,\n", &["1: a|", "2: |b", "3: ||"]);
    check("\n\"\"\n", &["1: blank", "2: "]);
    check("\"a,b\",\"c\"\"d\"\n", &["1: a,b|c\"d"]);
    check("\"a\nb\r\nc\",d\ne\n", &["1: a\nb\r\nc|d", "4: e"]);
    check("a\"b,c\"\n", &["1: a\"b|c\""]);
    check("a,\"b\"", &["1: a|b"]);
}

#[test]
fn one_bad_quote_costs_one_record() {
    check(
        "a\n\"b\"c\nd\n",
        &["1: a", "2: broken \"\\\"b\\\"c\"", "3: d"],
    );
    check(
        "a\n\"b\nc\nd\n",
        &["1: a", "2: broken \"\\\"b\"", "3: c", "4: d"],
    );
    check(
        "\"a\n\"b\nc\n",
        &["1: broken \"\\\"a\"", "2: broken \"\\\"b\"", "3: c"],
    );
    check("\"", &["1: broken \"\\\"\""]);
    check(
        "x,\"y\n1,2\n3,\"4\"\n",
        &["1: broken \"x,\\\"y\"", "2: 1|2", "3: 3|4"],
    );
    check("\"a\" ,b\nc,d\n", &["1: broken \"\\\"a\\\" ,b\"", "2: c|d"]);
}

#[test]
fn comments_escapes_and_no_quotes() {
    let options = DialectOptions {
        comment: Some(Mark::from('#')),
        escape: Some('\\'),
        ..DialectOptions::default()
    };
    let escaping = Dialect::new(&options, ',').unwrap();
    let text = b"#x,y\na\\,b,\"c\\\"d\"\n# z".as_slice();
    assert_eq!(
        found(escaping, 1_000, &[text]),
        ["overhead", "2: a,b|c\"d", "overhead"]
    );
    let options = DialectOptions {
        quote: Some(Quote::Never),
        ..DialectOptions::default()
    };
    let plain = Dialect::new(&options, ',').unwrap();
    assert_eq!(
        found(plain, 1_000, &[b"\"a,b\"\n\"\n"]),
        ["1: \"a|b\"", "2: \""]
    );
}

#[test]
fn what_is_too_long_is_passed_over() {
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(
            found(dialect(), 10, &[text.as_bytes()]),
            expected,
            "{text:?}"
        );
    }
    check("0123456789\nb\n", &["1: 0123456789", "2: b"]);
    check(
        "0123456789a\nb\n",
        &[
            "1: record-too-long 11 bytes at 0, 12 with its line end, \"0123456789\"",
            "2: b",
        ],
    );
    check(
        "a,b,c,d,e,f,\"g\nh\"\r\nb\n",
        &[
            "1: record-too-long 17 bytes at 0, 19 with its line end, \"a,b,c,d,e,\"",
            "3: b",
        ],
    );
    // A quote that is open at the limit is a bad one, and costs its first line.
    check(
        "\"a\nb,c\nd,e,f,g\nh\n",
        &["1: broken \"\\\"a\"", "2: b|c", "3: d|e|f|g", "4: h"],
    );
    check(
        "\"aaaaaaaaaaaaaaa\nb\n",
        &[
            "1: quote-error 16 bytes at 0, 17 with its line end, \"\\\"aaaaaaaaa\"",
            "2: b",
        ],
    );
}

/// Scans a text, with a quote that opens on most lines and that no line closes well. With each line
/// walked to the limit this is hours of work, and the test harness says so.
fn scan_hostile(dialect: Dialect, text: &str) {
    let mut scanner = Scanner::new(dialect, 1024 * 1024, Position::START);
    let mut index = Index::default();
    let n_bytes = scanner.scan(text.as_bytes(), More::None, &mut index);
    assert_eq!(n_bytes, text.len());
    assert!(index.n_records() > 0);
}

fn escaping() -> Dialect {
    let options = DialectOptions {
        escape: Some('\\'),
        ..DialectOptions::default()
    };
    Dialect::new(&options, ',').unwrap()
}

const HOSTILE_BYTES: usize = 2_000_000;

#[test]
fn bad_quotes_take_linear_time() {
    for lines in [
        "x\",\"\n",
        "\"\n\"\"\n",
        "a,\"\"\"\n",
        // An attempt that ends at once forgets nothing of one that came far.
        "\",a\",\"\n\"\"aaa\n",
        "\"a\n\"\",\"\n\"b\"c\n",
    ] {
        let body = lines.repeat(HOSTILE_BYTES / lines.len());
        scan_hostile(dialect(), &body);
        scan_hostile(dialect(), &format!("a,b,c\n\"\n{body}"));
        scan_hostile(escaping(), &format!("a,b,c\n\"\n{body}"));
    }
    // A line end that is escaped is within quotes too.
    scan_hostile(escaping(), &"a\",\"\\\n".repeat(HOSTILE_BYTES / 6));
}

/// A batch is cut at its bytes and at its records, and cuts depend on neither chunks nor memory.
#[test]
fn a_batch_is_bounded() {
    let scanner = Scanner::new(dialect(), 1024 * 1024, Position::START);
    let mut batcher = Batcher::new(scanner, BATCH_BYTES);
    let mut batch = Batch::default();
    batcher.push(&vec![b'\n'; 2_000_000]);
    let mut n_records = 0;
    while batcher.cut(More::None, &mut batch) {
        assert!(batch.index().records().len() <= 16_384);
        n_records += batch.index().n_records();
    }
    assert_eq!(n_records, 2_000_000);
}

#[test]
fn a_record_limit_may_be_any_number() {
    assert_eq!(
        found(dialect(), usize::MAX, &[b"a,\"b\n\"\n", b"\"c"]),
        ["1: a|b\n", "3: broken \"\\\"c\""]
    );
}

/// Where the records of an index end, in bytes of the source, and what they are.
fn ends(index: &Index) -> impl Iterator<Item = (u64, Kind)> {
    let records = index.records().iter().filter(|r| r.kind.is_record());
    let base = index.base().byte_offset;
    records.map(move |r| (base + u64::try_from(r.next).unwrap(), r.kind))
}

fn messy() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "a",
        "bc",
        ",",
        ",",
        "\n",
        "\r\n",
        "\r",
        "\"",
        "\"",
        "\"\"",
        "x\"",
        "\",\"",
        "#",
        "\\",
        "\\\n",
        "é",
        "0123456789",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    /// The same bytes give the same records, however they are handed in.
    #[test]
    fn chunking_changes_nothing(
        text in messy(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        record_bytes_max in prop::sample::select(vec![3_usize, 10, 25, 1_000]),
        comment in prop::option::of(Just(Mark::from('#'))),
        escape in prop::option::of(Just('\\')),
    ) {
        let options = DialectOptions { comment, escape, ..DialectOptions::default() };
        let dialect = Dialect::new(&options, ',').unwrap();
        let whole = found(dialect, record_bytes_max, &[&text]);
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        places.sort_unstable();
        let mut chunks: Vec<&[u8]> = Vec::new();
        let mut start = 0;
        for place in places {
            chunks.push(&text[start..place]);
            start = place;
        }
        chunks.push(&text[start..]);
        prop_assert_eq!(&found(dialect, record_bytes_max, &chunks), &whole);
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        prop_assert_eq!(&found(dialect, record_bytes_max, &bytes), &whole);
    }

    /// What the memo remembers never changes an answer: lines scanned alone give the same.
    #[test]
    fn a_record_does_not_depend_on_bad_ones_before_it(
        text in messy(),
        is_escaping: bool,
        record_bytes_max in prop::sample::select(vec![25_usize, 40, 1_000]),
    ) {
        let dialect = if is_escaping { escaping() } else { dialect() };
        let whole = found(dialect, record_bytes_max, &[&text]);
        let mut scanner = Scanner::new(dialect, record_bytes_max, Position::START);
        let mut index = Index::default();
        scanner.scan(&text, More::None, &mut index);
        let mut oversized = index.oversized().iter();
        let mut line_starts: Vec<(usize, u64)> = Vec::new();
        let mut is_start = true;
        for record in index.records() {
            // An oversized record may come in pieces; it begins with the first of them.
            let line = match record.kind {
                Kind::Oversized => oversized.next().unwrap().line - 1,
                Kind::Fields
                | Kind::Blank
                | Kind::BrokenQuote
                | Kind::Piece
                | Kind::Overhead => record.lines_before,
            };
            if is_start {
                line_starts.push((record.start, line));
            }
            is_start = record.kind.is_record();
        }
        for (at, (start, lines_before)) in line_starts.into_iter().enumerate() {
            let fresh = found(dialect, record_bytes_max, &[&text[start..]]);
            if whole[at].contains(" bytes at ") {
                prop_assert!(fresh[0].contains(" bytes at "));
                continue;
            }
            let got = fresh[0].replacen("1:", &format!("{}:", lines_before + 1), 1);
            prop_assert_eq!(&got, &whole[at]);
        }
    }

    /// Lines that open and close quotes in any mix take linear time.
    #[test]
    fn mixed_bad_quotes_take_linear_time(
        lines in prop::collection::vec("(\"|\"\"|,|a|\\\\){0,5}", 1..8),
        is_escaping: bool,
    ) {
        let body = format!("{}\n", lines.join("\n"));
        // Long enough that a quadratic scan takes minutes over all cases, and a linear one none.
        let text = format!("a\n\"\n{}", body.repeat(100_000 / body.len()));
        scan_hostile(if is_escaping { escaping() } else { dialect() }, &text);
    }

    /// Batches hold what the scanner finds in one go, wherever they and the chunks are cut.
    #[test]
    fn batches_change_nothing(
        text in messy(),
        chunk_bytes in 1_usize..80,
        batch_bytes in 0_usize..40,
        record_bytes_max in prop::sample::select(vec![3_usize, 10, 25, 1_000]),
    ) {
        let scanner = Scanner::new(dialect(), record_bytes_max, Position::START);
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
                prop_assert_eq!(batch.base().byte_offset, u64::try_from(bytes.len()).unwrap());
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

    /// Well-formed input reads as the `csv` crate reads it.
    #[test]
    fn well_formed_input_reads_as_the_csv_crate_reads_it(
        rows in prop::collection::vec(prop::collection::vec("[a\",\r\n é]{0,5}", 1..5), 0..12),
        is_crlf: bool,
    ) {
        let terminator = if is_crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().flexible(true).terminator(terminator).from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = writer.into_inner().unwrap();
        let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_slice());
        let theirs: Vec<String> = reader
            .records()
            .map(|record| record.unwrap().iter().collect::<Vec<_>>().join("|"))
            .collect();
        let ours: Vec<String> = found(dialect(), 1_000, &[&text])
            .iter()
            .map(|line| line.split_once(": ").unwrap().1.to_owned())
            .collect();
        prop_assert_eq!(ours, theirs);
    }
}
