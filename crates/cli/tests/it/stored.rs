//! Sources that are compressed or encoded, read by the program.

use std::io::{Read as _, Write as _};
use std::path::Path;

use serde_json::json;

use crate::bench::{Bench, GOOD, balanced, source_of};

const VALIDATE: &str = "validate in.csv --schema schema.json --format json";

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = flate2::read::GzEncoder::new(text, flate2::Compression::default());
    encoder.read_to_end(&mut out).unwrap();
    out
}

fn compressed(text: &[u8]) -> [(&'static str, Vec<u8>); 4] {
    let mut zstd = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
    zstd.include_checksum(true).unwrap();
    zstd.write_all(text).unwrap();
    let mut bzip2 = Vec::new();
    let mut encoder = bzip2::read::BzEncoder::new(text, bzip2::Compression::default());
    encoder.read_to_end(&mut bzip2).unwrap();
    let mut xz = Vec::new();
    let mut encoder = liblzma::read::XzEncoder::new(text, 6);
    encoder.read_to_end(&mut xz).unwrap();
    [
        ("gzip", gzip(text)),
        ("zstd", zstd.finish().unwrap()),
        ("bzip2", bzip2),
        ("xz", xz),
    ]
}

fn utf_16le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn a_compressed_source_lands_as_its_text() {
    for (format, stored) in compressed(GOOD.as_bytes()) {
        let bench = Bench::new();
        bench.write("in.csv", &stored);
        bench
            .run("ingest in.csv --schema schema.json --to out.csv")
            .good();
        assert_eq!(bench.read("out.csv"), GOOD);
        let report = bench.json("out.csv.report.json");
        assert_eq!(report["source"]["compression"], format);
        assert_eq!(report["source"]["encoding"], "utf-8");
        assert_eq!(report["source"]["bytes"], stored.len());
        assert_eq!(report["bytes"]["read"], GOOD.len());
        assert_eq!(balanced(&report), (3, 3, 0));
        // As a stream, and by its name.
        let ran = bench.run_with(&format!("count - --compression {format}"), &stored);
        assert_eq!(ran.good().stdout, "3\n");
        let ran = bench.run_with("validate - --schema schema.json --format json", &stored);
        let report: serde_json::Value = serde_json::from_str(&ran.expect(0).stdout).unwrap();
        assert_eq!(report["source"]["bytes"], stored.len());
        bench.run("count good.csv --compression none").good();
        bench
            .run(&format!("count good.csv --compression {format}"))
            .error(
                3,
                &["could not read the source `good.csv`", "it is not", format],
            );
    }
}

#[test]
fn a_label_may_begin_as_a_signature_does() {
    let bench = Bench::new();
    bench.write("in.csv", "BZh9,a\n1,2\n");
    for how in ["auto", "none"] {
        let ran = bench.run(&format!("count in.csv --compression {how}"));
        assert_eq!(ran.good().stdout, "1\n");
    }
}

#[test]
fn what_is_damaged_is_not_decodable() {
    let bench = Bench::new();
    let text = source_of(5_000, |n| {
        format!("{n},{:x},1", n.wrapping_mul(2_654_435_761))
    });
    for (format, stored) in compressed(text.as_bytes()) {
        let ingest = |stored: &[u8], says: &str| {
            bench.write("in.csv", stored);
            bench
                .run("ingest in.csv --schema schema.json --to out.csv")
                .error(3, &["could not read the source `in.csv`", format, says]);
            assert_eq!(bench.files(), ["in.csv"]);
        };
        ingest(&stored[..stored.len() - 1], "cut short");
        ingest(
            &[&stored, b"id,name\n1,2\n".as_slice()].concat(),
            "something else follows",
        );
        ingest(&gzip(&stored), "compressed twice");
        let mut damaged = stored.clone();
        damaged[stored.len() / 2] ^= 0x10;
        ingest(&damaged, "damaged near byte");
    }
}

#[test]
fn ten_gibibytes_of_zeros_end_soon() {
    let bench = Bench::new();
    let zeros = gzip(&vec![0; 8 * 1024 * 1024]).repeat(1_280);
    bench.write("in.csv", [gzip(GOOD.as_bytes()), zeros].concat());
    for line in [
        "ingest in.csv --schema schema.json --to out.csv",
        "validate in.csv --schema schema.json",
        "count in.csv",
    ] {
        bench
            .run(line)
            .error(3, &["grows beyond measure", "`limits.expansion` is 200"]);
    }
    assert_eq!(bench.files(), ["in.csv"]);
}

#[test]
fn utf_16_is_read_by_its_mark_or_by_declaration() {
    let bench = Bench::new();
    bench.write("in.csv", utf_16le(&format!("\u{FEFF}{GOOD}")));
    bench
        .run("ingest in.csv --schema schema.json --to out.csv")
        .good();
    assert_eq!(bench.read("out.csv"), GOOD);
    let report = bench.json("out.csv.report.json");
    assert_eq!(report["source"]["encoding"], "utf-16le");
    assert_eq!(report["source"]["bytes"], 2 * (GOOD.len() + 1));
    // The mark is overhead, as long as in UTF-8.
    assert_eq!(report["bytes"]["read"], GOOD.len() + 3);
    assert_eq!(balanced(&report), (3, 3, 0));
    bench.write("in.csv", utf_16le(GOOD));
    bench.run(&format!("{VALIDATE} --encoding utf-16le")).good();
    bench
        .run(&format!("{VALIDATE} --encoding utf-16"))
        .error(3, &["say `utf-16le` or `utf-16be`"]);
    bench.write("in.csv", utf_16le(&format!("\u{FEFF}{GOOD}")));
    bench
        .run(&format!("{VALIDATE} --encoding latin1"))
        .error(3, &["mark says `utf-16le`", "declared as `windows-1252`"]);
    bench.run(&format!("{VALIDATE} --encoding utf-7")).expect(2);
}

#[test]
fn a_legacy_encoding_is_read_by_declaration() {
    let bench = Bench::new();
    bench.write("in.csv", b"id,name,amount\n1,Zo\xEB \x80,2\n");
    bench
        .run("ingest in.csv --schema schema.json --to out.csv --encoding windows-1252")
        .good();
    assert_eq!(bench.read("out.csv"), "id,name,amount\n1,Zoë €,2\n");
    bench.run("count in.csv").good();
    bench.run(VALIDATE).expect(1);
}

/// A byte that is no text costs its record alone, and the places of all others stay right.
#[test]
fn bad_bytes_cost_their_record() {
    let bench = Bench::new();
    // Line 3 has a lead byte without its trail, line 5 no amount.
    bench.write(
        "in.csv",
        b"id,name,amount\n1,\x93\xFA\x96{,1\n2,\x81,2\n3,\x81\x81\xFF,3\n4,d,x\n5,e,5\n",
    );
    let line = "ingest in.csv --schema schema.json --to out.csv --encoding shift_jis";
    bench.run(line).expect(0);
    assert_eq!(bench.read("out.csv"), "id,name,amount\n1,日本,1\n5,e,5\n");
    let report = bench.json("out.csv.report.json");
    assert_eq!(balanced(&report), (5, 2, 3));
    assert_eq!(report["source"]["encoding"], "shift_jis");
    assert_eq!(
        report["errors"]["by_code"],
        json!({"encoding-error": 2, "type-error": 1})
    );
    let last = report["errors"]["samples"]
        .as_array()
        .unwrap()
        .last()
        .unwrap();
    assert_eq!(last["record"], 4);
    assert_eq!(last["line"], 5);
    bench.write(
        "in.csv",
        [
            utf_16le("\u{FEFF}id,name,amount\n1,a,1\n2,b,2\n3,"),
            vec![0, 0xDC],
            utf_16le(",3"),
            vec![b'\n'],
        ]
        .concat(),
    );
    let ran = bench.run(VALIDATE).expect(1);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(balanced(&report), (3, 2, 1));
    assert_eq!(report["errors"]["samples"][0]["code"], "encoding-error");
}

#[test]
fn a_file_that_another_program_wrote_in_utf_16_is_read() {
    let Some(folder) = std::env::var_os("CORPORA_DIR") else {
        eprintln!("SKIPPED, for CORPORA_DIR is not set");
        return;
    };
    let file = Path::new(&folder).join("messytables-horror/utf-16le_encoded.csv");
    let bench = Bench::new();
    let stored = std::fs::read(file).unwrap();
    bench.write("in.csv", &stored);
    let text: Vec<u16> = stored
        .chunks_exact(2)
        .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
        .collect();
    let text = String::from_utf16(&text).unwrap();
    bench.write("text.csv", &text);
    let line = |name: &str| {
        bench
            .run(&format!("count {name} --delimiter ;"))
            .good()
            .stdout
    };
    assert_eq!(line("in.csv"), line("text.csv"));
}
