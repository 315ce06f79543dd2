//! What a schema asks beyond its fields: the block `rowgate`, and keys of other tables.

use rowgate_core::ErrorKind;
use rowgate_core::report::Status;
use rowgate_lambda::handle;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use crate::harness::Lake;

fn event(lake: &Lake, schema: &str, out: &str) -> Box<RawValue> {
    let schema = lake.uri(schema);
    let event = json!({"intake_s3_key": "in.csv", "multipart_s3_key": out, "schema": schema});
    to_raw_value(&event).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_block_of_a_schema_is_obeyed() {
    let lake = Lake::memory().await;
    lake.put(
        "asking.json",
        r#"{"fields": [{"name": "id", "type": "integer"}, {"name": "name"}], "rowgate": {
            "rules": [{"name": "short", "expr": "row.name.size() < 6", "severity": "warn"},
                      {"name": "small", "expr": "row.id < 9"}],
            "redact": ["name"], "formula_injection": "escape",
            "summaries": [{"name": "total", "sum": "id"}]}}"#,
    )
    .await;
    lake.put("in.csv", "id,name\n1,=a\n2,hush8080\n9,hush8080\n")
        .await;
    let app = lake.app();
    let report = handle(&app, &event(&lake, "asking.json", "out.csv")).await;
    let report = report.unwrap();
    assert_eq!(report.status, Status::Landed);
    assert_eq!(
        lake.get("out.csv").await.unwrap(),
        "id,name\n1,'=a\n2,hush8080\n"
    );
    let written = lake.get("out.csv.report.json").await.unwrap();
    let text = str::from_utf8(&written).unwrap();
    let written: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(written["errors"]["by_code"]["row-constraint"], 1, "{text}");
    assert_eq!(written["warnings"]["by_rule"]["short"], 1, "{text}");
    assert_eq!(written["summaries"][0]["value"], "3", "{text}");
    assert!(!text.contains("hush"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_come_from_the_package_or_are_asked_for_by_name() {
    let lake = Lake::memory().await;
    let orders = r#"{"fields": [{"name": "shop"}],
        "foreignKeys": [{"fields": "shop", "reference": {"resource": "shops", "fields": "nr"}}]}"#;
    lake.put("orders.json", orders).await;
    let package = format!(
        r#"{{"resources": [{{"name": "orders", "path": "in.csv", "schema": {orders}}}, {{"name": "shops", "path": "shops.csv"}}]}}"#
    );
    lake.put("package.json", package).await;
    lake.put("shops.csv", "nr,name\na,x\n").await;
    lake.put("in.csv", "shop\na\nb\n").await;
    let app = lake.app();
    let fault = handle(&app, &event(&lake, "orders.json", "out.csv")).await;
    let fault = fault.unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::Settings);
    let chain = fault.chain();
    assert!(chain.contains("the resource `shops`"), "{chain}");
    assert!(lake.get("out.csv").await.is_none());
    let report = handle(&app, &event(&lake, "package.json#orders", "out.csv")).await;
    let report = report.unwrap();
    assert_eq!((report.records.accepted, report.records.rejected), (1, 1));
    assert_eq!(lake.get("out.csv").await.unwrap(), "shop\na\n");
}
