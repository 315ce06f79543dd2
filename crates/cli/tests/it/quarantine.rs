//! The quarantine as people use it: mended, fed back, landed.

use crate::bench::{Bench, balanced};

/// The columns that the quarantine adds.
const OURS: &str = "_rowgate_line,_rowgate_code,_rowgate_column,_rowgate_message,_rowgate_raw";

/// Mends a quarantine as a person would: `mend` gets the codes, our five cells and the own ones.
fn mend(text: &str, mend: impl Fn(&str) -> String) -> String {
    let mut lines = csv_lines(text).into_iter();
    let header = lines.next().unwrap();
    assert!(header.starts_with(OURS), "{header}");
    let mended = lines.map(|line| mend(&line) + "\n");
    format!("{header}\n{}", mended.collect::<String>())
}

/// Splits into records: a line end within quotes is no end.
fn csv_lines(text: &str) -> Vec<String> {
    let mut records: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        match records.last_mut() {
            Some(last) if is_open => {
                last.push('\n');
                last.push_str(line);
            }
            Some(_) | None => records.push(line.to_owned()),
        }
        is_open ^= line.matches('"').count() % 2 == 1;
    }
    records
}

#[test]
fn mended_rows_all_land() {
    let bench = Bench::new();
    bench
        .run("ingest mixed.csv --schema schema.json --to out.csv")
        .good();
    let quarantine = bench.read("out.csv.rejects.csv");
    // Each kind of bad record, mended in its own way. The line says which one it is.
    let mended = mend(&quarantine, |row| {
        let line = row.split(',').next().unwrap();
        let own = match line {
            "3" => "2,bob,2",
            "4" => "3,\"cy,3\",4",
            "5" => "4,,",
            "6" => "5,\"dee e\",5",
            "7" => "6,eve,6",
            _ => panic!("{row}"),
        };
        format!("{line},,,,,{own}")
    });
    bench.write("mended.csv", mended);
    bench
        .run("ingest mended.csv --schema schema.json --to more.csv")
        .good();
    let report = bench.json("more.csv.report.json");
    assert_eq!(balanced(&report), (5, 5, 0), "{report:#}");
    assert_eq!(
        bench.read("more.csv"),
        "id,name,amount\n2,bob,2\n3,\"cy,3\",4\n4,,\n5,\"dee e\",5\n6,eve,6\n"
    );
}

#[test]
fn rows_that_nobody_mended_are_turned_away_again_with_the_same_codes() {
    let bench = Bench::new();
    bench
        .run("ingest mixed.csv --schema schema.json --to out.csv")
        .good();
    let line = "ingest out.csv.rejects.csv --schema schema.json --to again.csv --allow-empty";
    bench.run(line).good();
    let again = bench.json("again.csv.report.json");
    assert_eq!(balanced(&again), (5, 0, 5), "{again:#}");
    assert_eq!(
        again["errors"]["by_code"]["unmended-record"], 1,
        "{again:#}"
    );
    assert_eq!(again["errors"]["by_code"]["type-error"], 2, "{again:#}");
}

#[test]
fn a_quarantine_never_outlives_its_run() {
    let bench = Bench::new();
    bench
        .run("ingest mixed.csv --schema schema.json --to out.csv")
        .good();
    assert!(bench.read("out.csv.rejects.csv").lines().count() > 1);
    bench
        .run("ingest good.csv --schema schema.json --to out.csv --overwrite")
        .good();
    assert_eq!(bench.read("out.csv.rejects.csv").lines().count(), 1);
}

#[test]
fn a_file_of_ours_is_replaced_and_one_of_others_is_not() {
    let bench = Bench::new();
    bench.write("out.csv.rejects.csv", "somebody's\n");
    let line = "ingest good.csv --schema schema.json --to out.csv";
    bench
        .run(line)
        .error(2, &["the quarantine `out.csv.rejects.csv` exists"]);
    assert_eq!(bench.read("out.csv.rejects.csv"), "somebody's\n");
    assert_eq!(bench.files(), ["out.csv.rejects.csv"]);
}

#[test]
fn bytes_that_are_no_text_are_kept() {
    let bench = Bench::new();
    bench.write("in.csv", b"id,name,amount\n1,caf\xe9,2\n2,ok,3\n");
    bench
        .run("ingest in.csv --schema schema.json --to out.csv")
        .good();
    assert_eq!(bench.read("out.csv"), "id,name,amount\n2,ok,3\n");
    let quarantine = bench.read("out.csv.rejects.csv");
    assert!(quarantine.contains("encoding-error"), "{quarantine}");
    assert!(quarantine.contains("base64:"), "{quarantine}");
}

#[test]
fn a_source_without_a_header_gets_names_in_quarantine() {
    let bench = Bench::new();
    bench.write("in.csv", "1,a,2\nx,b,3\n");
    bench
        .run("ingest in.csv --schema schema.json --to out.csv --no-header")
        .good();
    assert_eq!(bench.read("out.csv"), "1,a,2\n");
    let quarantine = bench.read("out.csv.rejects.csv");
    assert!(
        quarantine.starts_with(&format!("{OURS},id,name,amount\n2,type-error,id,")),
        "{quarantine}"
    );
}
