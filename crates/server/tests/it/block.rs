//! What a schema asks beyond its fields: the block `rowgate`, and keys of other tables.

use serde_json::Value;

use crate::harness::{Expected, Running, problem};

fn install(running: &Running, name: &str, schema: &str) {
    std::fs::write(running.folder.path().join("schemas").join(name), schema).unwrap();
}

async fn report(running: &Running, query: &str, csv: &'static str) -> (Value, String) {
    let answer = running.validate(query, csv).send().await.unwrap();
    let text = answer.text().await.unwrap();
    (serde_json::from_str(&text).unwrap(), text)
}

#[tokio::test]
async fn the_block_of_a_schema_is_obeyed() {
    let running = Running::start().await;
    install(
        &running,
        "asking.json",
        r#"{"fields": [{"name": "id", "type": "integer"}, {"name": "name"}], "rowgate": {
            "rules": [{"name": "short", "expr": "row.name.size() < 6", "severity": "warn"},
                      {"name": "small", "expr": "row.id < 9"}],
            "redact": ["name"], "formula_injection": "reject", "limits": {"rejects": 3},
            "summaries": [{"name": "total", "sum": "id"}]}}"#,
    );
    let csv = "id,name\n1,a\n2,hush8080\n9,hush8080\n3,=hush8080\n4,\"hush8080\n";
    let (judged, text) = report(&running, "schema=asking", csv).await;
    assert_eq!(judged["status"], "validated", "{text}");
    assert_eq!(judged["records"]["accepted"], 2, "{text}");
    for code in ["row-constraint", "formula-injection", "quote-error"] {
        assert_eq!(judged["errors"]["by_code"][code], 1, "{text}");
    }
    assert_eq!(judged["warnings"]["by_rule"]["short"], 1, "{text}");
    assert_eq!(judged["rules"][1]["broken"], 1, "{text}");
    assert_eq!(judged["summaries"][0]["value"], "3", "{text}");
    assert!(!text.contains("hush"), "{text}");
    let (judged, text) = report(&running, "schema=asking", "id,name\nx,\nx,\nx,\nx,\n").await;
    assert_eq!(judged["status"], "refused", "{text}");
    let (_, text) = report(&running, "schema=asking", "1,hush8080\n").await;
    assert!(!text.contains("hush"), "{text}");
}

#[tokio::test]
async fn a_table_that_no_package_names_is_asked_for_by_name() {
    let running = Running::start().await;
    install(
        &running,
        "orders.json",
        r#"{"fields": [{"name": "shop"}],
            "foreignKeys": [{"fields": "shop", "reference": {"resource": "shops", "fields": "nr"}}]}"#,
    );
    let expected = Expected {
        status: 400,
        code: "settings",
        says: "the resource `shops`, which is not given",
    };
    problem(running.validate("schema=orders", "shop\na\n"), &expected).await;
}
