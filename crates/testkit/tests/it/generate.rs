//! The generator against its own manifest.

use rowgate_testkit::generate::{BadKind, Manifest, Orders, orders_schema};

fn generate(seed: u64, bad_ppm: u64, bytes: u64) -> (String, Manifest) {
    let mut csv = Vec::new();
    let orders = Orders::new(seed).bad_ppm(bad_ppm);
    let manifest = orders.write(&mut csv, bytes).unwrap();
    (String::from_utf8(csv).unwrap(), manifest)
}

/// Splits CSV into records of fields, quotes taken off: the plainest reader that is right for what
/// the generator writes.
fn records(csv: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut in_quotes = false;
    for (idx, piece) in csv.split('"').enumerate() {
        if in_quotes {
            field.push_str(piece);
        } else {
            if idx > 0 && piece.is_empty() {
                field.push('"');
            }
            for (idx, line) in piece.split('\n').enumerate() {
                if idx > 0 {
                    record.push(std::mem::take(&mut field));
                    records.push(std::mem::take(&mut record));
                }
                let mut cells = line.split(',');
                field.push_str(cells.next().unwrap());
                for cell in cells {
                    record.push(std::mem::replace(&mut field, cell.to_owned()));
                }
            }
        }
        in_quotes = !in_quotes;
    }
    assert!(
        record.is_empty() && field.is_empty(),
        "the last record is whole"
    );
    records
}

#[test]
fn the_manifest_is_true() {
    let (csv, manifest) = generate(1, 100_000, 256 * 1024);
    let records = records(&csv);
    let n_records = u64::try_from(records.len() - 1).unwrap();
    assert_eq!(manifest.records, n_records);
    assert_eq!(manifest.bytes, u64::try_from(csv.len()).unwrap());
    assert_eq!(
        manifest.bad_by_kind.len(),
        BadKind::ALL.len(),
        "every kind occurs"
    );
    assert_eq!(manifest.bad_by_kind.values().sum::<u64>(), manifest.bad);
    assert_eq!(manifest.good + manifest.bad, manifest.records);

    let count = |is_such: &dyn Fn(&Vec<String>) -> bool| {
        u64::try_from(
            records
                .iter()
                .skip(1)
                .filter(|record| is_such(record))
                .count(),
        )
        .unwrap()
    };
    let expect = |kind| manifest.bad_by_kind[&kind];
    let column = |name: &str| records[0].iter().position(|label| label == name).unwrap();
    let (id, date, amount) = (column("order_id"), column("order_date"), column("amount"));
    let (email, gift) = (column("email"), column("is_gift"));
    assert_eq!(
        count(&|record| record.len() == 10),
        expect(BadKind::TooFewFields)
    );
    assert_eq!(
        count(&|record| record.len() == 13),
        expect(BadKind::TooManyFields)
    );
    assert_eq!(
        count(&|record| record[amount].is_empty()),
        expect(BadKind::AmountMissing)
    );
    assert_eq!(
        count(&|record| !record[email].contains('@')),
        expect(BadKind::EmailMalformed)
    );
    assert_eq!(
        count(&|record| record[date] == "2023-02-30"),
        expect(BadKind::DateImpossible)
    );
    assert_eq!(
        count(&|record| record[gift] == "maybe"),
        expect(BadKind::BooleanMalformed)
    );
    assert_eq!(
        count(&|record| record[id].parse::<u64>().is_err()),
        expect(BadKind::OrderIdNotInteger)
    );
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let bytes = 32 * 1024;
    assert_eq!(generate(7, 10_000, bytes), generate(7, 10_000, bytes));
    assert_ne!(generate(7, 0, bytes).0, generate(8, 0, bytes).0);
    let (_csv, manifest) = generate(7, 0, bytes);
    assert_eq!(manifest.bad, 0);
}

#[test]
fn the_size_is_a_limit_that_whole_records_keep() {
    let (longer, _) = generate(3, 50_000, 20_000);
    let (shorter, manifest) = generate(3, 50_000, 10_000);
    assert!(
        longer.starts_with(&shorter),
        "a longer file begins with the shorter one"
    );
    assert!(
        (9_000..=10_000).contains(&manifest.bytes),
        "{}",
        manifest.bytes
    );
    assert!(shorter.ends_with('\n'));
    let (header, manifest) = generate(3, 0, 0);
    assert_eq!(manifest.records, 0);
    assert_eq!(header.lines().count(), 1);
}

#[test]
fn the_schema_names_the_columns() {
    let schema: serde_json::Value = serde_json::from_str(orders_schema()).unwrap();
    let names: Vec<_> = schema["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["name"].as_str().unwrap())
        .collect();
    let (csv, _manifest) = generate(1, 0, 0);
    assert_eq!(csv.trim_end(), names.join(","));
}
