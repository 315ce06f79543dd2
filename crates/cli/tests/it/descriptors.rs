//! What `--schema` may lead to: a schema in YAML, a resource, a package with tables that refer to
//! each other.

use crate::bench::{Bench, balanced};

/// Orders that refer to customers, each in a file and a dialect of its own.
const PACKAGE: &str = r##"{"resources": [
    {"name": "orders", "path": "data/orders.csv", "schema": "orders.yaml", "dialect": {"delimiter": "|"}},
    {"name": "customers", "path": "data/customers.csv", "encoding": "windows-1252",
     "dialect": {"delimiter": ";", "header": false, "commentChar": "#"},
     "schema": {"fields": [{"name": "name"}, {"name": "nr", "type": "integer"}]}},
    {"name": "readme", "path": "readme.txt"}
]}"##;

const ORDERS: &str = "
fields:
- {name: id, type: integer}
- {name: customer, type: integer}
- {name: contact}
primarykey: id
foreignKeys:
- fields: [customer, contact]
  reference: {resource: customers, fields: [nr, name]}
";

/// A folder with the package, whose second order refers to a customer that there is none of.
fn package() -> Bench {
    let bench = Bench::new();
    std::fs::create_dir_all(bench.path().join("pack/data")).unwrap();
    bench.write("pack/package.json", PACKAGE);
    bench.write("pack/orders.yaml", ORDERS);
    bench.write(
        "pack/data/customers.csv",
        b"# made by hand\nJos\xE9;007\nBo;8\n",
    );
    bench.write(
        "orders.csv",
        "id|customer|contact\n1|7|José\n2|9|Bo\n3|8|Bo\n",
    );
    bench
}

#[test]
fn a_schema_is_written_in_yaml() {
    let bench = Bench::new();
    bench.write(
        "schema.yaml",
        "# of people\nfields:\n- name: id\n  type: integer\n  constraints: {minimum: 1}\n- name: no\n",
    );
    bench.write("people.csv", "id,no\n1,a\n0,b\n");
    let ran = bench
        .run("validate people.csv --schema schema.yaml")
        .expect(1);
    assert!(ran.stdout.contains("constraint-error"), "{}", ran.stdout);
    bench.write("schema.yaml", "fields:\n- name: id\n  type: int\n");
    bench
        .run("schema check schema.yaml")
        .error(2, &["/fields/0/type", "integer"]);
}

#[test]
fn a_resource_brings_its_dialect_and_a_flag_wins() {
    let bench = Bench::new();
    bench.write(
        "people.json",
        r#"{"name": "people", "path": "elsewhere.csv", "schema": "people.yaml",
            "dialect": {"delimiter": "|", "escapeChar": "\\", "nullSequence": "-"}}"#,
    );
    bench.write(
        "people.yaml",
        "fields:\n- {name: id, type: integer}\n- {name: name}\n",
    );
    // Nothing is quoted where an escape is said alone.
    bench.write("people.csv", "id|name\n-|\"a\\|b\n");
    bench.run("validate people.csv --schema people.json").good();
    let line = "ingest people.csv --schema people.json --to out.csv";
    bench.run(line).good();
    assert_eq!(bench.read("out.csv"), bench.read("people.csv"));
    bench.write("other.csv", "id,name\n1,a\n");
    bench
        .run("validate other.csv --schema people.json --delimiter ,")
        .good();
    bench
        .run("validate other.csv --schema people.json")
        .expect(1);
}

#[test]
fn a_table_of_a_package_is_named() {
    let bench = package();
    let shown = bench.run("schema check pack/package.json#orders").good();
    for part in [
        "resource: orders",
        "delimiter: `|`",
        "foreign key: `customer`, `contact` among `nr`, `name` of the resource `customers`",
        "/resources/0/schema/primarykey",
        "did you mean `primaryKey`?",
    ] {
        assert!(shown.stdout.contains(part), "{part}: {}", shown.stdout);
    }
    bench
        .run("schema check pack/package.json")
        .error(2, &["several tables", "`orders`, `customers`", "#"]);
    bench
        .run("schema check pack/package.json#order")
        .error(2, &["no resource `order`", "`orders`"]);
    bench.write("pack/orders.yaml", "fields:\n- {name: id, type: int}\n");
    bench
        .run("schema check pack/package.json#orders")
        .error(2, &["/resources/0/schema/fields/0/type", "orders.yaml"]);
}

#[test]
fn tables_of_a_package_refer_to_each_other() {
    let bench = package();
    let line = "ingest orders.csv --schema pack/package.json#orders --to out.csv";
    bench.run(line).good();
    assert_eq!(
        bench.read("out.csv"),
        "id|customer|contact\n1|7|José\n3|8|Bo\n"
    );
    let report = bench.json("out.csv.report.json");
    assert_eq!(balanced(&report), (3, 2, 1));
    assert_eq!(report["errors"]["by_code"]["foreign-key"], 1);
    assert_eq!(report["resources"][0]["name"], "customers");
    assert_eq!(report["resources"][0]["records"], 2);
    // Another place is read as the package says of its own.
    bench.write("customers.csv", b"Bo;9\nBo;8\nJos\xE9;7\n");
    bench
        .run("validate orders.csv --schema pack/package.json#orders --resource customers=customers.csv")
        .good();
    std::fs::remove_file(bench.path().join("pack/data/customers.csv")).unwrap();
    bench
        .run("validate orders.csv --schema pack/package.json#orders")
        .error(3, &["pack/data/customers.csv"]);
}

#[test]
fn a_descriptor_leads_to_nothing_outside_its_folder() {
    let bench = package();
    bench.write("secret.yaml", "fields:\n- {name: id}\n");
    for path in [
        "../secret.yaml",
        "data/../../secret.yaml",
        "/etc/passwd",
        "file:///etc/passwd",
        ".secret.yaml",
    ] {
        let text = format!(r#"{{"name": "t", "path": "t.csv", "schema": "{path}"}}"#);
        bench.write("pack/resource.json", text);
        let ran = bench.run("schema check pack/resource.json");
        let ran = ran.error(2, &["/schema", "must "]);
        assert!(!ran.stderr.contains("root:"), "{}", ran.stderr);
    }
    bench.write(
        "pack/resource.json",
        r#"{"name": "t", "path": "t.csv", "schema": "https://example.com/s.json"}"#,
    );
    bench
        .run("schema check pack/resource.json")
        .error(2, &["https://example.com/s.json", "relative paths"]);
}
