//! The built binary, as a process: its start, its log, its end.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::Value;

use crate::harness::SCHEMA;

/// A running binary. It is killed when this is dropped.
struct Server {
    child: Child,
    log: BufReader<ChildStderr>,
    url: String,
}

fn command(folder: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rowgate-server"));
    command
        .env_clear()
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

impl Server {
    fn start(folder: &std::path::Path, args: &[&str]) -> Self {
        let mut child = command(folder)
            .args(["--listen", "127.0.0.1:0"])
            .args(args)
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut server = Self {
            child,
            log,
            url: String::new(),
        };
        let started = server.line();
        assert_eq!(started["event"], "service_started", "{started}");
        server.url = format!("http://{}", started["address"].as_str().unwrap());
        server
    }

    /// Waits for the next line of the log.
    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.log.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|err| panic!("{err}: {line}"))
    }

    /// Waits for the next line of a request.
    fn request_line(&mut self) -> Value {
        loop {
            let line = self.line();
            if line["event"]
                .as_str()
                .is_some_and(|event| event.starts_with("request_"))
            {
                return line;
            }
        }
    }

    fn terminate(&self) {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(killed.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[tokio::test]
async fn it_serves_logs_and_stops() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), &["--data", "store"]);
    std::fs::write(folder.path().join("store/schemas/people.json"), SCHEMA).unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();

    let url = format!("{}/v1/validate?schema=people", server.url);
    let answer = client
        .post(url)
        .header("x-request-id", "r-1")
        .body("id,name\nSECRET,a\n1,b\n");
    assert_eq!(answer.send().await.unwrap().status(), 200);
    let line = server.request_line();
    assert_eq!(line["event"], "request_done", "{line}");
    assert_eq!(line["level"], "info", "{line}");
    assert_eq!(line["request_id"], "r-1", "{line}");
    assert_eq!(line["trace_id"].as_str().unwrap().len(), 32, "{line}");
    assert_eq!(line["method"], "POST", "{line}");
    assert_eq!(line["route"], "/v1/validate", "{line}");
    assert_eq!(line["status"], 200, "{line}");
    assert_eq!(line["bytes"], 21, "{line}");
    assert!(line["duration_ms"].is_u64(), "{line}");
    assert_eq!(line["service"], "rowgate-server", "{line}");

    let json = r#"{"items": [{"value": "SECRET", "weight": 1}, {"value": 1, "weight": 1}]}"#;
    let answer = client.post(format!("{}/v2/process?token=SECRET", server.url));
    let answer = answer.header("content-type", "application/json").body(json);
    assert_eq!(answer.send().await.unwrap().status(), 422);
    let line = server.request_line();
    assert_eq!(line["event"], "request_refused", "{line}");
    assert_eq!(line["level"], "warn", "{line}");
    assert_eq!(line["status"], 422, "{line}");
    assert_eq!(line["error_class"], "caller", "{line}");
    assert_eq!(line["error_kind"], "invalid-items", "{line}");
    assert_eq!(line["input_payload_summary"]["item_count"], 2, "{line}");
    assert_eq!(line["input_payload_summary"]["payload"], "object", "{line}");
    assert!(line["exception"].is_string(), "{line}");

    let answer = client
        .get(format!("{}/SECRET", server.url))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 404);
    let line = server.request_line();
    assert_eq!(line["route"], "none", "{line}");

    drop(client);
    server.terminate();
    let status = server.child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    let mut rest = String::new();
    server.log.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("service_stopping"), "{rest}");
}

#[tokio::test]
async fn no_value_gets_into_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), &["--data", "store"]);
    std::fs::write(folder.path().join("store/schemas/people.json"), SCHEMA).unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let secret = "S3KRETVALUE";
    for (path, media_type, body) in [
        (
            "/v1/validate?schema=people",
            "text/csv",
            format!("id,name\n{secret},a\n\"{secret}\n"),
        ),
        (
            "/v1/validate?schema=people",
            "text/csv",
            format!("{secret},{secret}\n1,a\n"),
        ),
        (
            "/v1/validate?schema=people",
            "text/csv",
            format!("\u{fffe}{secret}"),
        ),
        ("/v1/validate?schema=people", "text/csv", String::new()),
        (
            "/v1/validate?schema=S3KRETVALUE%20",
            "text/csv",
            String::new(),
        ),
        (
            "/v1/validate?schema=people&delimiter=S3KRETVALUE",
            "text/csv",
            String::new(),
        ),
        (
            "/v2/process",
            "application/json",
            format!(r#"{{"items": [{{"value": "{secret}", "weight": "{secret}"}}]}}"#),
        ),
        (
            "/v2/process",
            "application/json",
            format!(r#"{{"items": [{secret}]}}"#),
        ),
        (
            "/v2/process",
            "application/json",
            format!(r#"{{"items": "{secret}"}}"#),
        ),
        ("/S3KRETVALUE", "text/plain", secret.to_owned()),
    ] {
        let answer = client
            .post(format!("{}{path}", server.url))
            .header("content-type", media_type);
        let answer = answer
            .header("authorization", secret)
            .body(body)
            .send()
            .await
            .unwrap();
        assert!(answer.status().as_u16() < 500, "{path}");
    }
    drop(client);
    server.terminate();
    let mut log = String::new();
    server.log.read_to_string(&mut log).unwrap();
    assert_eq!(log.matches(r#""event":"request_"#).count(), 10, "{log}");
    assert!(!log.contains(secret), "{log}");
}

/// Starts the binary with arguments and environment that it refuses; compares exit code and message.
#[track_caller]
fn check_refused(args: &[&str], environment: &[(&str, &str)], says: &str) {
    let folder = tempfile::tempdir().unwrap();
    let ended = command(folder.path())
        .args(args)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let stderr = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains(says), "{stderr}");
}

#[test]
fn it_does_not_start_on_what_is_wrong() {
    check_refused(
        &["--listen", "0.0.0.0:0"],
        &[],
        "`0.0.0.0:0` can be reached from elsewhere: set `server.auth_token`",
    );
    check_refused(
        &["--listen", "[::]:0"],
        &[],
        "can be reached from elsewhere",
    );
    check_refused(&["--listen", "localhost"], &[], "--listen");
    check_refused(&["--config", "missing.toml"], &[], "missing.toml");
    check_refused(
        &[],
        &[("ROWGATE_SERVER__LISTN", "127.0.0.1:0")],
        "`ROWGATE_SERVER__LISTEN`",
    );
    check_refused(
        &["--data", "/dev/null/x", "--listen", "127.0.0.1:0"],
        &[],
        "/dev/null/x",
    );
    check_refused(&["--frobnicate"], &[], "--frobnicate");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    check_refused(&["--listen", &address], &[], "could not listen on");
}

#[tokio::test]
async fn with_a_token_it_may_listen_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("rowgate.toml"),
        "[server]\nauth_token = \"opensesame\"\n",
    )
    .unwrap();
    let mut child = command(folder.path())
        .args(["--listen", "0.0.0.0:0"])
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.contains("service_started"), "{line}");
    assert!(!line.contains("opensesame"), "{line}");
}
