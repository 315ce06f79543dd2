//! JSON that was written to break parsers, from the corpora where they are at hand.

use std::path::PathBuf;

use crate::harness::Running;

#[tokio::test]
async fn the_json_parsing_suite() {
    let Some(corpora) = std::env::var_os("CORPORA_DIR") else {
        eprintln!("not run: CORPORA_DIR is not set");
        return;
    };
    let running = Running::start().await;
    let mut files: Vec<PathBuf> = std::fs::read_dir(PathBuf::from(corpora).join("json-parsing"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    files.sort();
    assert!(files.len() > 200, "{} files", files.len());
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap();
        let json = std::fs::read(&file).unwrap();
        let around =
            |before: &str, after: &str| [before.as_bytes(), &json, after.as_bytes()].concat();
        let bodies = [
            json.clone(),
            around(r#"{"items": "#, "}"),
            around(r#"{"items": [{"value": 1, "weight": "#, "}]}"),
        ];
        for body in bodies {
            let post = running
                .post("/v2/process")
                .header("content-type", "application/json");
            let status = post.body(body).send().await.unwrap().status().as_u16();
            match name.get(..2) {
                // What is no JSON by itself may be a number in the middle of some.
                Some("n_") => assert!(matches!(status, 400 | 422), "{name}: {status}"),
                _ => assert!(matches!(status, 200 | 400 | 422), "{name}: {status}"),
            }
        }
        let status = running
            .validate("schema=people", json)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16();
        assert!(matches!(status, 200 | 422), "{name} as CSV: {status}");
    }
}
