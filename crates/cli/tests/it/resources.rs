//! Sources that are what a resource says of them, or are not.

use serde_json::{Value, json};

use crate::bench::{Bench, GOOD};

const INGEST: &str = "ingest in.csv --schema resource.json --to out.csv";

/// Writes `good.csv` as `in.csv`, and a resource that says more of it.
fn bench_with(says: &Value) -> Bench {
    let bench = Bench::new();
    bench.write("in.csv", GOOD);
    describe(&bench, says);
    bench
}

fn describe(bench: &Bench, says: &Value) {
    let schema = json!({"fields": [{"name": "id"}, {"name": "name"}, {"name": "amount"}]});
    let mut resource = json!({"name": "in", "path": "in.csv", "schema": schema});
    let properties = says.as_object().unwrap().clone();
    resource.as_object_mut().unwrap().extend(properties);
    bench.write("resource.json", resource.to_string());
}

#[test]
fn stored_bytes_are_what_their_resource_says() {
    let sha256 = "78c02d5c46ea43547f11224af7f94cb49ce44b3a41f56a690ae02e7d7579d258";
    let wrong = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let bench = bench_with(&json!({"bytes": GOOD.len(), "hash": format!("sha256:{sha256}")}));
    bench.run(INGEST).good();
    assert_eq!(bench.read("out.csv"), GOOD);
    let right = bench_with(&json!({"hash": "86d07c612da10352c516dce41c904ced"}));
    right.run(INGEST).good();
    let check = |says: Value, expected: &[&str]| {
        let bench = bench_with(&says);
        bench.run(INGEST).error(3, expected);
        let validate = "validate in.csv --schema resource.json";
        bench.run(validate).error(3, expected);
        assert_eq!(bench.files(), ["in.csv", "resource.json"]);
        let stored = GOOD.as_bytes();
        let piped = bench.run_with("validate - --schema resource.json", stored);
        piped.error(3, expected);
    };
    let n_bytes = GOOD.len().to_string();
    check(json!({"bytes": GOOD.len() + 1}), &["bytes", &n_bytes]);
    check(json!({"bytes": GOOD.len() - 1}), &["bytes"]);
    let expected = [wrong, sha256];
    check(json!({"hash": format!("sha256:{wrong}")}), &expected);
    let md5 = "d41d8cd98f00b204e9800998ecf8427e";
    check(json!({"hash": md5}), &[md5]);
}

#[test]
fn a_resource_says_how_its_text_is_encoded() {
    let bench = bench_with(&json!({"encoding": "windows-1252"}));
    bench.write("in.csv", b"id,name,amount\n1,Zo\xEB,2\n");
    bench.run(INGEST).good();
    assert_eq!(bench.read("out.csv"), "id,name,amount\n1,Zoë,2\n");
    // A flag wins.
    bench
        .run(&format!("{INGEST} --overwrite --encoding koi8-r"))
        .good();
    assert_eq!(bench.read("out.csv"), "id,name,amount\n1,ZoК,2\n");
    describe(&bench, &json!({"encoding": "klingon"}));
    bench
        .run(&format!("{INGEST} --overwrite"))
        .error(2, &["`encoding`", "`klingon`"]);
    bench
        .run(&format!("{INGEST} --overwrite --encoding latin1"))
        .good();
}

#[test]
fn a_package_leads_to_the_tables_of_its_keys() {
    let bench = Bench::new();
    let package = json!({"resources": [
        {"name": "orders", "path": "orders.csv", "schema": {
            "fields": [{"name": "id"}, {"name": "customer"}],
            "foreignKeys": [{"fields": "customer", "reference": {"resource": "customers", "fields": "nr"}}],
        }},
        {"name": "customers", "path": "data/customers.csv", "encoding": "windows-1252",
            "dialect": {"delimiter": ";"}, "schema": {"fields": [{"name": "name"}, {"name": "nr"}]}},
    ]});
    bench.write("package.json", package.to_string());
    bench.write("orders.csv", "id,customer\na,é1\nb,2\n");
    std::fs::create_dir(bench.path().join("data")).unwrap();
    bench.write("data/customers.csv", b"name;nr\nBo;\xE91\n");
    let line = "ingest orders.csv --schema package.json#orders --to out.csv";
    bench.run(line).good();
    assert_eq!(bench.read("out.csv"), "id,customer\na,é1\n");
    // A flag wins.
    bench.write("others.csv", b"name;nr\nBo;2\n");
    bench
        .run(&format!(
            "{line} --overwrite --resource customers=others.csv"
        ))
        .good();
    assert_eq!(bench.read("out.csv"), "id,customer\nb,2\n");
}

#[test]
fn what_a_schema_reads_is_never_written_to() {
    let bench = Bench::new();
    let table = "nr\n1\n";
    bench.write("c.csv", table);
    bench.write("orders.csv", "id,customer\na,1\n");
    let schema = json!({
        "fields": [{"name": "id"}, {"name": "customer"}],
        "foreignKeys": [{"fields": "customer", "reference": {"resource": "c", "fields": "nr"}}],
    });
    bench.write("linked.json", schema.to_string());
    let package = json!({"resources": [
        {"name": "orders", "path": "orders.csv", "schema": "linked.json"},
        {"name": "c", "path": "c.csv"},
    ]});
    bench.write("package.json", package.to_string());
    bench.write("alone.json", schema.to_string());
    let before = bench.files();
    let of_package = "ingest orders.csv --schema package.json#orders --overwrite";
    let of_flag = "ingest orders.csv --schema alone.json --resource c=c.csv --overwrite";
    for line in [of_package, of_flag] {
        for places in [
            "--to c.csv",
            "--to ./c.csv --dry-run",
            "--to out.csv --rejects c.csv",
            "--to out.csv --report c.csv",
        ] {
            let ran = bench.run(&format!("{line} {places}"));
            ran.error(2, &["the resource `c`", "name another place"]);
            assert_eq!(bench.read("c.csv"), table);
            assert_eq!(bench.files(), before);
        }
    }
    let ran = bench.run(&format!("{of_package} --to linked.json"));
    ran.error(2, &["refers to", "name another place"]);
    assert_eq!(bench.files(), before);
    bench.run(&format!("{of_package} --to out.csv")).good();
}
