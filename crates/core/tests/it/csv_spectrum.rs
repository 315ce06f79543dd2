//! The cells of files whose content is told by somebody else.

use std::fs;
use std::path::{Path, PathBuf};

use rowgate_core::batch::unescape;
use rowgate_core::dialect::{Dialect, DialectOptions};
use rowgate_core::position::Position;
use rowgate_core::scan::{Index, Kind, More, RECORD_BYTES_MAX, Scanner};
use serde_json::{Value, json};

/// The origin's own JSON tells of another file (another telephone number, one object and no array).
const KNOWN_BAD: &str = "location_coordinates";

#[expect(
    clippy::disallowed_methods,
    reason = "a test finds and reads the corpora"
)]
#[test]
fn cells_are_what_they_are_said_to_be() {
    let Some(folder) = std::env::var_os("CORPORA_DIR") else {
        eprintln!("SKIPPED, for CORPORA_DIR is not set");
        return;
    };
    let folder = PathBuf::from(folder).join("csv-spectrum");
    let mut n_files = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let is_csv = path.extension().is_some_and(|extension| extension == "csv");
        if is_csv && path.file_stem().unwrap() != KNOWN_BAD {
            check(&path);
            n_files += 1;
        }
    }
    assert!(n_files >= 7, "{n_files} files");
}

#[expect(clippy::disallowed_methods, reason = "a test reads the corpora")]
#[track_caller]
fn check(path: &Path) {
    let text = fs::read(path).unwrap();
    let rows = rows(&text);
    let (labels, rows) = rows.split_first().unwrap();
    let found: Vec<Value> = rows
        .iter()
        .map(|row| {
            let cells = labels
                .iter()
                .cloned()
                .zip(row.iter().map(|cell| json!(cell)));
            Value::Object(cells.collect())
        })
        .collect();
    let told = fs::read(path.with_extension("json")).unwrap();
    let told: Value = serde_json::from_slice(&told).unwrap();
    assert_eq!(Value::Array(found), told, "{}", path.display());
}

fn rows(text: &[u8]) -> Vec<Vec<String>> {
    let dialect = Dialect::new(&DialectOptions::default(), ',').unwrap();
    let mut scanner = Scanner::new(dialect, RECORD_BYTES_MAX, Position::START);
    let mut index = Index::default();
    scanner.scan(text, More::None, &mut index);
    let records = index.records().iter();
    let records = records.inspect(|record| assert_eq!(record.kind, Kind::Fields));
    records
        .map(|record| {
            let fields = index.fields(record).iter();
            let cells = fields.map(|field| {
                let mut cell = Vec::new();
                unescape(dialect, &text[field.start..field.end], &mut cell);
                String::from_utf8(cell).unwrap()
            });
            cells.collect()
        })
        .collect()
}
