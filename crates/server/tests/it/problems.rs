//! Every problem that is no matter of data: path, method, query, media type, token, schema.

use crate::harness::{Expected, Running, problem};

const CSV: &str = "id,name\n1,a\n";

/// One request and the problem that it gets.
macro_rules! check {
    ($request:expr, $status:literal, $code:literal, $says:expr) => {
        problem(
            $request,
            &Expected {
                status: $status,
                code: $code,
                says: $says,
            },
        )
        .await
    };
}

#[tokio::test]
async fn what_is_no_endpoint() {
    let running = Running::start().await;
    check!(running.get("/"), 404, "not-found", "/v1/validate");
    check!(running.get("/v1"), 404, "not-found", "");
    check!(running.get("/healthz/"), 404, "not-found", "");
    check!(
        running.get("/v1/validate/../../etc/passwd"),
        404,
        "not-found",
        ""
    );
    check!(running.post("/nowhere").body(CSV), 404, "not-found", "");
}

#[tokio::test]
async fn the_wrong_method_is_told_the_right_one() {
    #[track_caller]
    fn check(
        running: &Running,
        method: &str,
        path: &str,
        allow: &'static str,
    ) -> impl Future<Output = ()> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = running.client.request(method, running.url(path));
        async move {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 405);
            assert_eq!(answer.headers()["allow"], allow);
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
        }
    }
    let running = Running::start().await;
    check(&running, "GET", "/v1/validate?schema=people", "POST").await;
    check(&running, "PUT", "/v2/process", "POST").await;
    check(&running, "DELETE", "/healthz", "GET,HEAD").await;
    check(&running, "PURGE", "/v2/process", "POST").await;
    check!(
        running.get("/v2/process"),
        405,
        "method-not-allowed",
        "Allow"
    );
}

#[tokio::test]
async fn a_storage_that_is_not_known_is_refused() {
    let running = Running::start().await;
    let validate = |query: &str| running.validate(query, CSV);
    check!(
        validate("schema=people&compression=gz"),
        400,
        "invalid-query",
        "`gzip`, `zstd`, `bzip2` or `xz`"
    );
    check!(
        validate("schema=people&encoding=utf-7"),
        400,
        "invalid-query",
        "encoding"
    );
}

#[tokio::test]
async fn the_query_is_read_strictly() {
    let running = Running::start().await;
    let validate = |query: &str| running.validate(query, CSV);
    check!(validate(""), 400, "invalid-query", "missing field `schema`");
    check!(
        validate("schema="),
        400,
        "invalid-query",
        "a schema's name is"
    );
    check!(
        validate("schema=people&schema=people"),
        400,
        "invalid-query",
        "duplicate field `schema`"
    );
    check!(
        validate("schema=people&delimeter=;"),
        400,
        "invalid-query",
        "unknown field `delimeter`"
    );
    check!(
        validate("schema=people&delimiter=12345678901234567890123456789012"),
        400,
        "invalid-query",
        "at most 31 bytes"
    );
    check!(
        validate("schema=people&delimiter="),
        400,
        "invalid-query",
        "at least one character"
    );
    check!(
        validate("schema=people&quote=ab"),
        400,
        "invalid-query",
        "a single character"
    );
    check!(
        validate("schema=people&no_header=maybe"),
        400,
        "invalid-query",
        ""
    );
    check!(
        validate("schema=people&skip_lines=-1"),
        400,
        "invalid-query",
        ""
    );
    check!(
        validate("schema=people&delimiter=%22"),
        400,
        "settings",
        "quote"
    );
    for name in [
        "..%2Fpeople",
        ".people",
        "a%2Fb",
        "a%00",
        "%2Fetc%2Fpasswd",
        "people%20",
    ] {
        check!(
            validate(&format!("schema={name}")),
            400,
            "invalid-query",
            "a schema's name is"
        );
    }
}

#[tokio::test]
async fn a_schema_must_be_there_and_valid() {
    let running = Running::start().await;
    let schemas = running.folder.path().join("schemas");
    std::fs::write(
        schemas.join("broken.json"),
        r#"{"fields": [{"name": "a", "type": "nope"}]}"#,
    )
    .unwrap();
    std::fs::create_dir(schemas.join("folder.json")).unwrap();
    check!(
        running.validate("schema=orders", CSV),
        404,
        "unknown-schema",
        "`orders`"
    );
    check!(
        running.validate("schema=people.json", CSV),
        404,
        "unknown-schema",
        ""
    );
    check!(
        running.validate("schema=broken", CSV),
        422,
        "schema",
        "nope"
    );
    check!(
        running.validate("schema=folder", CSV),
        503,
        "unusable-schema",
        "`folder`"
    );
}

#[tokio::test]
async fn what_a_schema_of_the_service_lacks_is_not_the_callers_fault() {
    let running = Running::start().await;
    let folder = running.folder.path().to_str().unwrap();
    let write = |name: &str, text: &str| {
        std::fs::write(running.folder.path().join("schemas").join(name), text).unwrap();
    };
    let package = |path: &str, schema: &str| {
        format!(
            r#"{{"resources": [{{"name": "a", "path": "a.csv", "schema": {schema}}},
                {{"name": "b", "path": "{path}"}}]}}"#
        )
    };
    let key = r#"{"fields": [{"name": "id"}],
        "foreignKeys": [{"fields": "id", "reference": {"resource": "b", "fields": "nr"}}]}"#;
    write("unlinked.json", &package("b.txt", r#""gone.json""#));
    write("no-table.json", &package("gone.txt", key));
    write("folder-table.json", &package("folder", key));
    std::fs::create_dir(running.folder.path().join("schemas/folder")).unwrap();
    std::fs::write(
        running.folder.path().join("schemas/cut.txt"),
        b"\x1F\x8B\x08\0\0\0\0\0\0\xFF",
    )
    .unwrap();
    write("cut-table.json", &package("cut.txt", key));
    write("empty-table.json", &package("empty.txt", key));
    write("empty.txt", "");
    write("other-table.json", &package("other.txt", key));
    write("other.txt", "x\n1\n");
    write("link-broken.json", &package("b.txt", r#""broken.json""#));
    write(
        "broken.json",
        r#"{"fields": [{"name": "a", "type": "nope"}]}"#,
    );
    for name in [
        "unlinked",
        "no-table",
        "folder-table",
        "cut-table",
        "empty-table",
        "other-table",
    ] {
        let answer = running.validate(&format!("schema={name}"), "id\n1\n");
        let body = check!(answer, 503, "unusable-schema", name);
        assert!(!body.to_string().contains(folder), "{body}");
    }
    for name in ["broken", "link-broken"] {
        let answer = running.validate(&format!("schema={name}"), "id\n1\n");
        let body = check!(answer, 422, "schema", "nope");
        assert!(!body.to_string().contains(folder), "{body}");
    }
}

#[tokio::test]
async fn media_types_that_cannot_be_meant() {
    let running = Running::start().await;
    let validate = || running.validate("schema=people", CSV);
    let part = "multipart/form-data; boundary=x";
    check!(
        validate().header("content-type", part),
        415,
        "unsupported-media-type",
        "text/csv"
    );
    check!(
        validate().header("content-type", "application/json"),
        415,
        "unsupported-media-type",
        ""
    );
    check!(
        validate().header("content-encoding", "br"),
        415,
        "unsupported-media-type",
        "encoding"
    );

    let process = || running.post("/v2/process").body(r#"{"items": []}"#);
    check!(process(), 415, "unsupported-media-type", "application/json");
    check!(
        process().header("content-type", "text/json"),
        415,
        "unsupported-media-type",
        ""
    );
    check!(
        process().header("content-type", "application/jsonx"),
        415,
        "unsupported-media-type",
        ""
    );
    check!(
        process()
            .header("content-type", "application/json")
            .header("content-encoding", "br"),
        415,
        "unsupported-media-type",
        ""
    );
}

#[tokio::test]
async fn the_token_is_asked_for_everywhere_but_for_health() {
    let running = Running::start_with(
        |settings| settings.server.auth_token = Some("opensesame".into()),
        |_| {},
    )
    .await;
    let validate = |header: Option<&str>| {
        let request = running.validate("schema=people", CSV);
        match header {
            Some(value) => request.header("authorization", value),
            None => request,
        }
    };
    for header in [
        None,
        Some(""),
        Some("Bearer"),
        Some("Bearer "),
        Some("Bearer opensesam"),
        Some("Bearer opensesamee"),
        Some("Bearer Opensesame"),
        Some("Basic opensesame"),
        Some("opensesame"),
    ] {
        check!(
            validate(header),
            401,
            "unauthorized",
            "Authorization: Bearer"
        );
    }
    check!(running.get("/nowhere"), 401, "unauthorized", "");
    check!(running.get("/v2/process"), 401, "unauthorized", "");
    let refused = validate(None).send().await.unwrap();
    assert_eq!(refused.headers()["www-authenticate"], "Bearer");
    assert_eq!(running.get("/healthz").send().await.unwrap().status(), 200);
    assert_eq!(
        validate(Some("Bearer opensesame"))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    assert_eq!(
        validate(Some("bearer opensesame"))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
}
