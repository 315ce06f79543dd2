//! The origin's failure: one process, one object of 5 parts, then one of 10.

use std::io::Read as _;

use bytes::Bytes;
use rowgate_app::jobs::App;
use rowgate_core::ErrorKind;
use rowgate_core::report::{Report, Status};
use rowgate_lambda::{Context, handle, invoke};
use serde_json::value::{RawValue, to_raw_value};

use crate::harness::{Lake, parts_of, rows_of};

fn event(intake: &str, multipart: &str) -> Box<RawValue> {
    let event = format!(r#"{{"intake_s3_key": "{intake}", "multipart_s3_key": "{multipart}"}}"#);
    RawValue::from_string(event).unwrap()
}

async fn ingest(app: &App, intake: &str, multipart: &str) -> Report {
    handle(app, &event(intake, multipart)).await.unwrap()
}

/// Compares a report, and the object that it speaks of, with the source.
async fn landed_in(lake: &Lake, report: &Report, key: &str, csv: &Bytes) {
    assert_eq!(report.status, Status::Landed, "{key}");
    let output = report.output.as_ref().unwrap();
    let parts = parts_of(csv);
    assert_eq!(
        usize::try_from(output.parts).unwrap(),
        parts.len(),
        "{key}: its own parts alone"
    );
    let tag = output.etag.as_deref().unwrap().trim_matches('"');
    assert!(tag.ends_with(&format!("-{}", parts.len())), "{key}: {tag}");
    if let Some(seen) = lake.part_bytes(key) {
        assert_eq!(seen, parts, "{key}");
    }
    assert!(lake.get(key).await.unwrap() == csv, "{key}: byte for byte");
}

/// Ingests an object of 5 parts and one of 10 by one app: one after the other, then at once.
async fn five_parts_and_then_ten(lake: Lake) {
    let (five, ten) = (rows_of(5, "a"), rows_of(10, "b"));
    lake.put("in/five.csv", five.clone()).await;
    lake.put("in/ten.csv", ten.clone()).await;
    let app = lake.app();

    let report = ingest(&app, "in/five.csv", "out/five.csv").await;
    landed_in(&lake, &report, "out/five.csv", &five).await;
    let report = ingest(&app, "in/ten.csv", "out/ten.csv").await;
    landed_in(&lake, &report, "out/ten.csv", &ten).await;
    assert_eq!(lake.open_uploads().await, 0);

    let (one, other) = tokio::join!(
        ingest(&app, "in/five.csv", "both/five.csv"),
        ingest(&app, "in/ten.csv", "both/ten.csv"),
    );
    landed_in(&lake, &one, "both/five.csv", &five).await;
    landed_in(&lake, &other, "both/ten.csv", &ten).await;
    assert_ne!(one.run_id, other.run_id);
    assert_eq!(lake.open_uploads().await, 0);
    assert_eq!(app.schemas().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_parts_and_then_ten_in_memory() {
    five_parts_and_then_ten(Lake::memory().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_parts_and_then_ten_in_seaweedfs() {
    if let Some(lake) = Lake::weed().await {
        five_parts_and_then_ten(lake).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn quarantine_and_report_lie_beside_the_destination() {
    let lake = Lake::memory().await;
    lake.put(
        "s.json",
        r#"{"fields": [{"name": "id", "type": "integer"}]}"#,
    )
    .await;
    lake.put("in.csv", "id\n1\nx\n").await;
    let event = to_raw_value(&serde_json::json!({
        "intake_s3_key": "in.csv",
        "multipart_s3_key": "out.csv",
        "schema": lake.uri("s.json"),
    }));
    let report = handle(&lake.app(), &event.unwrap()).await.unwrap();
    assert_eq!((report.records.accepted, report.records.rejected), (1, 1));
    assert_eq!(lake.get("out.csv").await.unwrap(), "id\n1\n");
    let rejects = lake.get("out.csv.rejects.csv").await.unwrap();
    assert!(rejects.starts_with(b"_rowgate_line,"));
    let written: serde_json::Value =
        serde_json::from_slice(&lake.get("out.csv.report.json").await.unwrap()).unwrap();
    assert_eq!(written["run_id"], report.run_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_decoded_as_it_is_stored_or_said_to_be() {
    let lake = Lake::memory().await;
    lake.put("s.json", r#"{"fields": [{"name": "id"}]}"#).await;
    let mut gzip = Vec::new();
    flate2::read::GzEncoder::new(&b"id\n\xE9\n"[..], flate2::Compression::default())
        .read_to_end(&mut gzip)
        .unwrap();
    lake.put("in.csv.gz", gzip).await;
    let event = |compression: &str, out: &str| {
        to_raw_value(&serde_json::json!({
            "intake_s3_key": "in.csv.gz",
            "multipart_s3_key": out,
            "schema": lake.uri("s.json"),
            "compression": compression,
            "encoding": "windows-1252",
        }))
        .unwrap()
    };
    let app = lake.app();
    for compression in ["auto", "gzip"] {
        let report = handle(&app, &event(compression, compression))
            .await
            .unwrap();
        assert_eq!(report.status, Status::Landed);
        assert_eq!(lake.get(compression).await.unwrap(), "id\né\n");
    }
    let fault = handle(&app, &event("xz", "out.csv")).await.unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::Source);
    let fault = handle(&app, &event("gz", "out.csv")).await.unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::Settings);
    assert!(lake.get("out.csv").await.is_none());
    assert_eq!(lake.open_uploads().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_data_is_a_report_and_not_an_error() {
    let lake = Lake::memory().await;
    lake.put("in.csv", "wrong,header\n1,2\n").await;
    let report = ingest(&lake.app(), "in.csv", "out.csv").await;
    assert_eq!(report.status, Status::Refused);
    assert!(lake.get("out.csv").await.is_none());
    assert!(lake.get("out.csv.rejects.csv").await.is_some());
    assert!(lake.get("out.csv.report.json").await.is_some());
    assert_eq!(lake.open_uploads().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_finds_what_landed() {
    let lake = Lake::memory().await;
    let csv = rows_of(1, "c");
    lake.put("in.csv", csv.clone()).await;
    let app = lake.app();
    ingest(&app, "in.csv", "out.csv").await;
    let again = handle(&app, &event("in.csv", "out.csv")).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::DestinationExists);
    assert!(again.chain().contains("out.csv"), "{}", again.chain());
    assert!(lake.get("out.csv").await.unwrap() == csv);
    assert_eq!(lake.open_uploads().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_has_a_type_and_a_message() {
    /// Invokes with an event; compares the type of the error and a part of its message.
    async fn check(app: &App, event: &str, error_type: &str, says: &str) {
        let event: &RawValue = serde_json::from_str(event).unwrap();
        let diagnostic = invoke(app, event, &Context::default()).await.unwrap_err();
        assert_eq!(diagnostic.error_type, error_type, "{event}");
        assert!(
            diagnostic.error_message.contains(says),
            "{}",
            diagnostic.error_message
        );
    }
    let lake = Lake::memory().await;
    lake.put("in.csv", "id\n").await;
    lake.put("broken.json", "{").await;
    let app = lake.app();
    check(&app, "{}", "SettingsError", "missing field `intake_s3_key`").await;
    let both = r#""intake_s3_key": "in.csv", "multipart_s3_key": "out.csv""#;
    check(
        &app,
        &format!(r#"{{{both}, "resume": {{}}}}"#),
        "SettingsError",
        "`resume` is not supported",
    )
    .await;
    check(
        &app,
        &format!(r#"{{{both}, "buckett": "x"}}"#),
        "SettingsError",
        "`buckett`",
    )
    .await;
    let missing = r#"{"intake_s3_key": "no.csv", "multipart_s3_key": "out.csv"}"#;
    check(&app, missing, "SourceError", "no.csv").await;
    let same = r#"{"intake_s3_key": "in.csv", "multipart_s3_key": "in.csv"}"#;
    check(&app, same, "SettingsError", "are both").await;
    let schema = format!(r#"{{{both}, "schema": "{}"}}"#, lake.uri("broken.json"));
    check(&app, &schema, "SchemaError", "broken.json").await;
    let folder = r#"{"intake_s3_key": "in.csv", "multipart_s3_key": "out/"}"#;
    check(&app, folder, "DestinationError", "out/").await;
    assert_eq!(lake.open_uploads().await, 0);
    assert!(lake.get("out.csv").await.is_none());
}
