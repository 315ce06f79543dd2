//! `POST /v1/validate`: the report of a body that streams in.

use std::io::Read as _;

use bytes::Bytes;
use futures_util::stream;
use rowgate_testkit::generate::{Orders, orders_schema};
use serde_json::{Value, json};

use crate::harness::{Expected, Running, problem};

/// Validates a CSV; compares status, counts of records, and the count of each code.
async fn check(
    running: &Running,
    query: &str,
    csv: &'static [u8],
    status: &str,
    records: [u64; 3],
    codes: Value,
) {
    let answer = running.validate(query, csv).send().await.unwrap();
    let http_status = answer.status();
    assert_eq!(answer.headers()["content-type"], "application/json");
    let text = answer.text().await.unwrap();
    assert_eq!(http_status, 200, "{query}: {text}");
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["status"], status, "{query}: {text}");
    let [read, accepted, rejected] = records;
    let expected = json!({"read": read, "accepted": accepted, "rejected": rejected});
    assert_eq!(report["records"], expected, "{query}: {text}");
    assert_eq!(report["errors"]["by_code"], codes, "{query}: {text}");
    assert_eq!(report["source"]["bytes"], csv.len(), "{query}: {text}");
}

#[tokio::test]
async fn a_body_is_judged_and_answered_with_its_report() {
    let running = Running::start().await;
    let csv = b"id,name\n1,a\n2,b\n";
    check(
        &running,
        "schema=people",
        csv,
        "validated",
        [2, 2, 0],
        json!({}),
    )
    .await;
    let csv = b"id,name\n1,a\nx,b\n3\n";
    let codes = json!({"type-error": 1, "missing-cell": 1});
    check(
        &running,
        "schema=people",
        csv,
        "validated",
        [3, 1, 2],
        codes,
    )
    .await;
    let csv = b"id,name\n";
    check(
        &running,
        "schema=people",
        csv,
        "validated",
        [0, 0, 0],
        json!({}),
    )
    .await;
    let csv = b"id,nom\n1,a\n";
    let answer = running
        .validate("schema=people", &csv[..])
        .send()
        .await
        .unwrap();
    let report: Value = answer.json().await.unwrap();
    assert_eq!(report["status"], "refused");
    assert_eq!(report["refusal"], "the header does not match the schema");
    assert_eq!(report["complete"], false);
}

#[tokio::test]
async fn the_report_names_the_schema_and_not_where_it_lies() {
    let running = Running::start().await;
    let answer = running
        .validate("schema=people", "id,name\n1,a\n")
        .send()
        .await
        .unwrap();
    let text = answer.text().await.unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["schema"]["uri"], "people");
    assert_eq!(report["source"]["uri"], "request body");
    assert!(
        !text.contains(running.folder.path().to_str().unwrap()),
        "{text}"
    );
}

#[tokio::test]
async fn a_package_brings_its_dialect_and_its_tables() {
    let running = Running::start().await;
    let write = |name: &str, text: &str| {
        std::fs::write(running.folder.path().join("schemas").join(name), text).unwrap();
    };
    write(
        "sales.json",
        r#"{"resources": [
            {"name": "sales", "path": "sales.csv", "dialect": {"delimiter": "|"}, "schema": {
                "fields": [{"name": "id"}, {"name": "shop"}],
                "foreignKeys": [{"fields": "shop", "reference": {"resource": "shops", "fields": "nr"}}]}},
            {"name": "shops", "path": "shops.txt"}
        ]}"#,
    );
    write("shops.txt", "nr,name\na,x\n");
    let csv: &[u8] = b"id|shop\n1|a\n2|b\n";
    let codes = json!({"foreign-key": 1});
    check(&running, "schema=sales", csv, "validated", [2, 1, 1], codes).await;
    let answer = running.validate("schema=sales", csv).send().await.unwrap();
    let text = answer.text().await.unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["resources"][0]["uri"], "shops");
    let folder = running.folder.path().to_str().unwrap();
    assert!(!text.contains(folder), "{text}");
}

#[tokio::test]
async fn the_dialect_comes_in_the_query() {
    let running = Running::start().await;
    let both: [(&str, &[u8]); 11] = [
        ("", b"id;name\n1;a\n2;b\n"),
        ("&delimiter=%3B", b"id;name\n1;a\n2;b\n"),
        ("&delimiter=tab", b"id\tname\n1\ta\n2\tb\n"),
        ("&delimiter=%09", b"id\tname\n1\ta\n2\tb\n"),
        ("&no_header", b"1,a\n2,b\n"),
        ("&no_header=true&delimiter=,", b"1,a\n2,b\n"),
        ("&quote=%27", b"id,name\n1,'a,b'\n2,b\n"),
        ("&quote=none", b"id,name\n1,\"a\n2,b\n"),
        ("&escape=%5C", b"id,name\n1,a\\,b\n2,b\n"),
        ("&comment=%23", b"# hi\nid,name\n1,a\n#no\n2,b\n"),
        ("&skip_lines=2", b"x\ny\nid,name\n1,a\n2,b\n"),
    ];
    for (dialect, csv) in both {
        let query = format!("schema=people{dialect}");
        check(&running, &query, csv, "validated", [2, 2, 0], json!({})).await;
    }
}

/// Sends a body; compares how it was stored, and how many bytes and records it had.
async fn check_stored(
    request: reqwest::RequestBuilder,
    [compression, encoding]: [&str; 2],
    stored_bytes: usize,
) {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let report: Value = answer.json().await.unwrap();
    assert_eq!(status, 200, "{report}");
    assert_eq!(report["source"]["compression"], compression, "{report}");
    assert_eq!(report["source"]["encoding"], encoding, "{report}");
    assert_eq!(report["source"]["bytes"], stored_bytes, "{report}");
    assert_eq!(report["records"]["accepted"], 2, "{report}");
}

#[tokio::test]
async fn a_body_is_decoded_as_it_is_stored_or_said_to_be() {
    let running = Running::start().await;
    let csv = "id,name\n1,é\n2,b\n";
    let mut gzip = Vec::new();
    flate2::read::GzEncoder::new(csv.as_bytes(), flate2::Compression::default())
        .read_to_end(&mut gzip)
        .unwrap();
    let zstd = zstd::stream::encode_all(csv.as_bytes(), 3).unwrap();
    let utf_16: Vec<u8> = csv.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let cases = [
        ("", None, &gzip, ["gzip", "utf-8"]),
        ("&compression=gzip", None, &gzip, ["gzip", "utf-8"]),
        ("", Some("gzip"), &gzip, ["gzip", "utf-8"]),
        ("", Some("x-gzip"), &gzip, ["gzip", "utf-8"]),
        ("", Some("ZSTD"), &zstd, ["zstd", "utf-8"]),
        ("", Some("identity"), &zstd, ["zstd", "utf-8"]),
        ("&encoding=utf-16be", None, &utf_16, ["none", "utf-16be"]),
    ];
    for (query, coding, body, expected) in cases {
        let request = running.validate(&format!("schema=people{query}"), body.clone());
        let request = match coding {
            Some(coding) => request.header("content-encoding", coding),
            None => request,
        };
        check_stored(request, expected, body.len()).await;
    }
    let latin = b"id,name\n1,\xE9\n2,b\n";
    let request = running.validate("schema=people&encoding=latin1", &latin[..]);
    check_stored(request, ["none", "windows-1252"], latin.len()).await;
}

#[tokio::test]
async fn a_body_that_is_not_what_is_said_of_it_is_refused() {
    let running = Running::start().await;
    let check = async |request: reqwest::RequestBuilder, says| {
        let unreadable = Expected {
            status: 422,
            code: "source",
            says,
        };
        problem(request, &unreadable).await;
    };
    let csv = "id,name\n1,a\n";
    check(running.validate("schema=people&compression=xz", csv), "xz").await;
    let request = running.validate("schema=people", csv);
    check(request.header("content-encoding", "gzip"), "gzip").await;
    let cut = zstd::stream::encode_all(csv.as_bytes(), 3).unwrap();
    let cut = cut[..cut.len() - 2].to_vec();
    check(running.validate("schema=people", cut), "cut short").await;
    let marked = b"\xFE\xFF\0i\0d";
    let request = running.validate("schema=people&encoding=koi8-r", &marked[..]);
    check(request, "declared as `koi8-r`").await;
    let zeros = std::io::repeat(b'0').take(100 << 20);
    let bomb = zstd::stream::encode_all(csv.as_bytes().chain(zeros), 3).unwrap();
    check(running.validate("schema=people", bomb), "grows beyond").await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let running = Running::start().await;
    let check = async |csv: &'static [u8], says| {
        let unreadable = Expected {
            status: 422,
            code: "source",
            says,
        };
        problem(running.validate("schema=people", csv), &unreadable).await;
    };
    check(b"", "empty").await;
    check(b"\xff\xfe\0\0i\0\0\0", "UTF-32").await;
    check(b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "gzip").await;
    check(b"PK\x03\x04\0\0", "ZIP").await;
}

#[tokio::test]
async fn the_generator_and_the_service_count_alike() {
    let running = Running::start().await;
    std::fs::write(
        running.folder.path().join("schemas/orders.json"),
        orders_schema(),
    )
    .unwrap();
    let mut csv = Vec::new();
    let manifest = Orders::new(11)
        .bad_ppm(50_000)
        .write(&mut csv, 3_000_000)
        .unwrap();
    // In pieces of an odd length, without an announced length.
    let pieces: Vec<_> = csv
        .chunks(64 * 1024 - 7)
        .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)))
        .collect();
    let body = reqwest::Body::wrap_stream(stream::iter(pieces));
    let answer = running
        .validate("schema=orders", body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let report: Value = answer.json().await.unwrap();
    assert_eq!(report["records"]["read"], manifest.records);
    assert_eq!(report["records"]["accepted"], manifest.good);
    assert_eq!(report["bytes"]["read"], manifest.bytes);
}

#[tokio::test]
async fn a_schema_that_changes_is_read_anew_and_few_are_kept() {
    let running = Running::start_with(|settings| settings.server.schema_cache = 2, |_| {}).await;
    let file = running.folder.path().join("schemas/a.json");
    for n in 0..20 {
        std::fs::write(&file, format!(r#"{{"fields": [{{"name": "f{n}"}}]}}"#)).unwrap();
        let answer = running
            .validate("schema=a", format!("f{n}\n1\n"))
            .send()
            .await
            .unwrap();
        let report: Value = answer.json().await.unwrap();
        assert_eq!(report["records"]["accepted"], 1, "{report}");
        assert!(running.service.app().schemas().len() <= 2);
    }
}
