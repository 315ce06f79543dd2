//! Keys: composite, of other files, of the table itself, and beyond memory.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use crate::bench::{Bench, balanced};

const TREE: &str = r#"{"fields": [{"name": "id", "type": "integer"}, {"name": "parent", "type": "integer"}],
    "primaryKey": "id",
    "foreignKeys": [{"fields": "parent", "reference": {"fields": "id"}}]}"#;

#[test]
fn a_composite_key_names_its_claimant() {
    let bench = Bench::new();
    bench.write(
        "keyed.json",
        r#"{"fields": [{"name": "a", "type": "integer"}, {"name": "b"}], "primaryKey": ["a", "b"]}"#,
    );
    bench.write("keyed.csv", "a,b\n1,x\n1,y\n01,x\n");
    let ran = bench
        .run("validate keyed.csv --schema keyed.json")
        .expect(1);
    assert!(ran.stdout.contains("primary-key"), "{}", ran.stdout);
    assert!(ran.stdout.contains("it is on line 2"), "{}", ran.stdout);
}

#[test]
fn a_reference_leads_to_another_file() {
    let bench = Bench::new();
    bench.write(
        "orders.json",
        r#"{"fields": [{"name": "id"}, {"name": "customer", "type": "integer"}],
            "foreignKeys": [{"fields": "customer", "reference": {"resource": "customers", "fields": "nr"}}]}"#,
    );
    bench.write("orders.csv", "id,customer\na,1\nb,2\n");
    bench.write("customers.csv", "name;nr\nBo;001\n");
    let line = "ingest orders.csv --schema orders.json --to out.csv";
    bench.run(line).error(2, &["customers", "--resource"]);
    bench
        .run(&format!("{line} --resource customers=none.csv"))
        .error(3, &["none.csv"]);
    bench
        .run(&format!("{line} --resource others=customers.csv"))
        .error(2, &["others"]);
    bench
        .run(&format!("{line} --resource customers=customers.csv"))
        .good();
    assert_eq!(bench.read("out.csv"), "id,customer\na,1\n");
    let report = bench.json("out.csv.report.json");
    assert_eq!(balanced(&report), (2, 1, 1));
    assert_eq!(report["resources"][0]["name"], "customers");
    assert_eq!(report["resources"][0]["records"], 1);
    // However it is stored.
    let mut stored = vec![0xFF, 0xFE];
    stored.extend(
        "name;nr\nBo;001\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes),
    );
    let stored = zstd::stream::encode_all(stored.as_slice(), 3).unwrap();
    bench.write("customers.csv", &stored);
    bench
        .run(&format!(
            "{line} --resource customers=customers.csv --overwrite"
        ))
        .good();
    assert_eq!(bench.read("out.csv"), "id,customer\na,1\n");
    bench.write("customers.csv", &stored[..stored.len() - 1]);
    bench
        .run(&format!(
            "{line} --resource customers=customers.csv --overwrite"
        ))
        .error(3, &["customers.csv", "cut short"]);
}

#[test]
fn a_table_refers_to_itself_also_on_standard_input() {
    let bench = Bench::new();
    bench.write("tree.json", TREE);
    let source = "id,parent\n1,2\n2,\n3,4\n";
    let line = "ingest - --schema tree.json --to out.csv";
    bench.run_with(line, source).good();
    assert_eq!(bench.read("out.csv"), "id,parent\n1,2\n2,\n");
    assert_eq!(balanced(&bench.json("out.csv.report.json")), (3, 2, 1));
}

/// Far more keys than memory may hold: the last record repeats the first.
#[test]
fn keys_go_to_the_folder_that_is_named_and_leave_nothing() {
    let mut bench = Bench::new();
    let mut source = String::from("id,parent\n");
    for id in 0..30_000 {
        writeln!(source, "{id},").unwrap();
    }
    source.push_str("0,29999\n");
    bench.write("tree.json", TREE);
    bench.write("tree.csv", source);
    fs::create_dir(bench.path().join("scratch")).unwrap();
    bench = bench.env("ROWGATE_LIMITS__UNIQUE_BYTES", "64KiB");
    let line = "validate tree.csv --schema tree.json --temp-dir";
    let ran = bench.run(&format!("{line} scratch")).expect(1);
    assert!(ran.stdout.contains("it is on line 2"), "{}", ran.stdout);
    assert!(ran.stdout.contains("30,001 records, 30,000 valid"));
    let left = fs::read_dir(bench.path().join("scratch")).unwrap();
    assert_eq!(left.count(), 0);
    bench
        .run(&format!("{line} nowhere"))
        .error(2, &["scratch space", "nowhere"]);
}

/// Mounts a small file system for `run`; does nothing where that is not allowed.
fn on_mount(options: &str, run: impl FnOnce(&Bench, &str)) {
    let bench = Bench::new();
    let folder = bench.path().join("small");
    fs::create_dir(&folder).unwrap();
    let mount = Command::new("mount")
        .args(["-t", "tmpfs", "-o", options, "none"])
        .arg(&folder)
        .output();
    if !mount.is_ok_and(|mounted| mounted.status.success()) {
        return;
    }
    let mut source = String::from("id,parent\n");
    for id in 0..30_000 {
        writeln!(source, "{id},").unwrap();
    }
    bench.write("tree.json", TREE);
    bench.write("tree.csv", source);
    let bench = bench.env("ROWGATE_LIMITS__UNIQUE_BYTES", "64KiB");
    run(&bench, folder.to_str().unwrap());
    let unmounted = Command::new("umount").arg(&folder).status().unwrap();
    assert!(unmounted.success());
}

#[test]
fn a_mount_that_is_full_or_read_only_is_named() {
    let line = "validate tree.csv --schema tree.json --temp-dir small";
    on_mount("size=64k", |bench, mount| {
        bench
            .run(line)
            .error(4, &["scratch space", mount, "bytes are needed", "are free"]);
    });
    on_mount("ro,size=64k", |bench, mount| {
        bench.run(line).error(2, &[mount, "read-only"]);
    });
}
