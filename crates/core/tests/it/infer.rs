//! A schema accepts every well-formed record of the source that it was inferred from.

use std::path::Path;

use proptest::prelude::*;
use rowgate_core::dialect::{DialectOptions, Header, Mark};
use rowgate_core::infer::Inferred;
use rowgate_core::reason::Code;
use rowgate_core::report::{Report, Status};
use rowgate_core::run::NothingAccepted;
use rowgate_core::scan::RECORD_BYTES_MAX;
use rowgate_core::{ErrorKind, run};

use crate::memory::{MemorySource, control};
use crate::run::job;

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

fn infer(dialect: &DialectOptions, text: &[u8]) -> rowgate_core::Result<Inferred> {
    let source = MemorySource::of(text);
    block_on(run::infer(dialect, RECORD_BYTES_MAX, &source, &control()))
}

fn validate(dialect: &DialectOptions, schema: &str, text: &[u8]) -> Report {
    let mut job = job(schema);
    job.dialect = dialect.clone();
    job.limits.nothing_accepted = NothingAccepted::Land;
    let source = MemorySource::of(text);
    block_on(run::validate(&job, &source, &control(), |_| {})).unwrap()
}

/// Infers a schema, and validates the source by it.
#[track_caller]
fn check(dialect: &DialectOptions, text: &[u8], name: &str) {
    let inferred = match infer(dialect, text) {
        Ok(inferred) => inferred,
        Err(err) => {
            let is_refused = matches!(err.kind(), ErrorKind::Source | ErrorKind::Settings);
            assert!(is_refused, "{name}: {err}");
            return;
        }
    };
    let report = validate(dialect, &inferred.schema, text);
    assert_eq!(
        report.status,
        Status::Validated,
        "{name}: {:?}",
        report.errors
    );
    assert_eq!(report.records.accepted, inferred.evidence.records, "{name}");
    assert_eq!(
        report.records.rejected, inferred.evidence.malformed,
        "{name}"
    );
    let is_ragged = report.errors.by_code.contains_key(&Code::MissingCell)
        || report.errors.by_code.contains_key(&Code::ExtraCell);
    let of_cells = [Code::TypeError, Code::ConstraintError];
    let has_any = of_cells
        .iter()
        .any(|code| report.errors.by_code.contains_key(code));
    // Cells of a ragged record may stand in the wrong column.
    assert!(!has_any || is_ragged, "{name}: {:?}", report.errors.samples);
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "-?[0-9]{1,4}",
        2 => "-?[0-9]{1,3}[.,][0-9]{1,3}",
        1 => "[0-9]{2}[/.-][0-9]{2}[/.-][0-9]{4}",
        1 => "20[0-9]{2}-[01][0-9]-[0-3][0-9]( [0-9]{2}:[0-9]{2}(:[0-9]{2})?)?",
        2 => prop::sample::select(vec![
            "", "NA", "N/A", "-", "null", "NaN", "nan", "inf", "true", "false", "1", "0", "yes", "no", "Y", "N",
            "{}", "[]", "P1D", "a@b.org", "https://a.b/", "2024-01", "10:00:00", "\\N", ".", "1e5", "+1", "007",
        ]).prop_map(str::to_owned),
        1 => "[ a-zé\"\n]{0,6}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_tables_pass_by_their_own_schema(
        columns in prop::collection::vec(prop::collection::vec(cell(), 0..6), 1..5),
        n_rows in 0_usize..8,
        header: bool,
    ) {
        let mut text = String::new();
        if header {
            let labels: Vec<String> = (0..columns.len()).map(|n| format!("c{n}")).collect();
            text += &(labels.join(",") + "\n");
        }
        for row in 0..n_rows {
            let cells: Vec<String> = columns
                .iter()
                .map(|cells| {
                    let cell = cells.get(row % cells.len().max(1)).map_or("", String::as_str);
                    format!("\"{}\"", cell.replace('"', "\"\""))
                })
                .collect();
            text += &(cells.join(",") + "\n");
        }
        let dialect = DialectOptions {
            delimiter: Some(Mark::from(',')),
            header: (!header).then_some(Header::Absent),
            ..DialectOptions::default()
        };
        check(&dialect, text.as_bytes(), &text);
    }

    #[test]
    fn random_bytes_pass_as_far_as_they_are_records(text in "[ab1,;\"\r\n.-]{0,60}") {
        check(&DialectOptions::default(), text.as_bytes(), &text);
    }
}

#[test]
fn labels_that_are_no_names_are_refused() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let err = infer(&DialectOptions::default(), text.as_bytes()).unwrap_err();
        assert_eq!(err.kind(), ErrorKind::Source);
        assert_eq!(err.to_string(), expected);
    }
    check(
        "a,,a\n1,2,3\n",
        "the header's labels cannot be the names of fields: expected a label for column 2, found ``; expected each \
         label once, column 3 repeats one, found `a`",
    );
}

#[test]
fn one_column_wins_where_delimiters_make_records_ragged() {
    let options = DialectOptions::default();
    for (text, name) in [
        ("x\n1,5\n2,5\n", "x"),
        ("x\n1;5\n2,5\n", "x"),
        ("a,b\n1\n2\n", "a,b"),
    ] {
        let inferred = infer(&options, text.as_bytes()).unwrap();
        assert_eq!(
            (inferred.evidence.records, inferred.evidence.malformed),
            (2, 0),
            "{text}"
        );
        assert_eq!(inferred.evidence.columns[0].name, name);
        check(&options, text.as_bytes(), text);
    }
}

#[test]
fn no_schema_is_proposed_that_fits_no_record() {
    let options = DialectOptions::default();
    let err = infer(&options, b"x\n1,2;3\t4|5\n").unwrap_err();
    assert_eq!(err.kind(), ErrorKind::Source);
    assert!(err.to_string().ends_with("with --delimiter"), "{err}");
    let commas = DialectOptions {
        delimiter: Some(Mark::from(',')),
        ..options
    };
    let err = infer(&commas, b"x\n1,5\n2,5\n").unwrap_err();
    assert_eq!(err.kind(), ErrorKind::Source);
    assert!(err.to_string().contains("if the delimiter is `,`"), "{err}");
}

#[test]
fn utf_16_without_a_mark_is_refused() {
    for encode in [u16::to_le_bytes, u16::to_be_bytes] {
        let text = "a,b\n1,2\n".encode_utf16().flat_map(encode);
        let err = infer(&DialectOptions::default(), &text.collect::<Vec<u8>>()).unwrap_err();
        assert_eq!(err.kind(), ErrorKind::Source);
        assert!(err.to_string().contains("--encoding utf-16le"), "{err}");
    }
}

#[test]
fn malformed_records_count_for_nothing() {
    let text = b"a,b\n1,2\nx\n\n\"3\"x,4\n5,\xFF\n6,7\n";
    let inferred = infer(&DialectOptions::default(), text).unwrap();
    assert_eq!(
        (inferred.evidence.records, inferred.evidence.malformed),
        (2, 4)
    );
    assert_eq!(inferred.schema.matches("integer").count(), 2);
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the corpora lie beside the checkout"
)]
fn every_table_of_the_corpora_passes_by_its_own_schema() {
    let Some(folder) = std::env::var_os("CORPORA_DIR") else {
        return;
    };
    let mut n_files = 0;
    each_table(Path::new(&folder), &mut |path, text| {
        n_files += 1;
        check(
            &DialectOptions::default(),
            text,
            &path.display().to_string(),
        );
    });
    assert!(n_files > 0, "the corpora hold tables");
}

/// Hands on every table below a folder that is not too long for a test.
#[expect(clippy::disallowed_methods, reason = "the corpora are files")]
fn each_table(folder: &Path, hand_on: &mut impl FnMut(&Path, &[u8])) {
    const TABLE_BYTES_MAX: u64 = 2 * 1024 * 1024;
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            each_table(&path, hand_on);
        }
        let is_table = path.extension().is_some_and(|e| e == "csv" || e == "tsv");
        if kind.is_file() && is_table && entry.metadata().unwrap().len() <= TABLE_BYTES_MAX {
            hand_on(&path, &std::fs::read(&path).unwrap());
        }
    }
}
