//! The built `bootstrap`, kept warm by a Lambda Runtime API.

use std::process::Stdio;
use std::time::Duration;

use rowgate_testkit::runtime_api::{Outcome, RuntimeApi};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::harness::{Lake, parts_of, rows_of};

/// How long an invocation may take here.
const PATIENCE: Duration = Duration::from_mins(2);

struct Function {
    child: Child,
}

impl Function {
    fn start(api: &RuntimeApi, lake: &Lake, environment: &[(&str, &str)]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_bootstrap"))
            .env_clear()
            .envs(lake.environment())
            .env("AWS_LAMBDA_RUNTIME_API", api.address())
            .env("AWS_LAMBDA_FUNCTION_NAME", "rowgate")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self { child }
    }

    /// Ends the process; returns the lines that it logged.
    async fn end(mut self) -> Vec<Value> {
        assert!(
            self.child.try_wait().unwrap().is_none(),
            "one process for all invocations"
        );
        self.child.kill().await.unwrap();
        let mut log = String::new();
        let mut stderr = BufReader::new(self.child.stderr.take().unwrap());
        stderr.read_to_string(&mut log).await.unwrap();
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|err| panic!("{err}: {line}"));
        log.lines().map(parse).collect()
    }
}

async fn outcome(api: &RuntimeApi, event: Value) -> Outcome {
    timeout(PATIENCE, api.invoke(event.to_string()))
        .await
        .unwrap()
}

async fn answer(api: &RuntimeApi, event: Value) -> Value {
    match outcome(api, event).await {
        Outcome::Ok(body) => serde_json::from_slice(&body).unwrap(),
        other @ (Outcome::Err(_) | Outcome::InitError(_) | Outcome::Stopped) => panic!("{other:?}"),
    }
}

async fn error(api: &RuntimeApi, event: Value) -> Value {
    match outcome(api, event).await {
        Outcome::Err(body) => serde_json::from_slice(&body).unwrap(),
        other @ (Outcome::Ok(_) | Outcome::InitError(_) | Outcome::Stopped) => panic!("{other:?}"),
    }
}

fn event(intake: &str, multipart: &str) -> Value {
    json!({"intake_s3_key": intake, "multipart_s3_key": multipart})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_process_serves_one_after_the_other() {
    let lake = Lake::memory().await;
    let (five, ten) = (rows_of(5, "a"), rows_of(10, "b"));
    lake.put("five.csv", five.clone()).await;
    lake.put("ten.csv", ten.clone()).await;
    lake.put("wrong.csv", "wrong,header\nS3KRETVALUE,2\n").await;
    let api = RuntimeApi::start().await.unwrap();
    let function = Function::start(&api, &lake, &[]);

    let report = answer(&api, event("five.csv", "out/five.csv")).await;
    assert_eq!(
        (&report["status"], &report["output"]["parts"]),
        (&json!("landed"), &json!(5))
    );
    let report = answer(&api, event("ten.csv", "out/ten.csv")).await;
    assert_eq!(
        (&report["status"], &report["output"]["parts"]),
        (&json!("landed"), &json!(10))
    );
    assert_eq!(lake.part_bytes("out/ten.csv").unwrap(), parts_of(&ten));
    assert!(lake.get("out/ten.csv").await.unwrap() == ten);

    let failed = error(&api, event("missing.csv", "out/missing.csv")).await;
    assert_eq!(failed["errorType"], "SourceError");
    let message = failed["errorMessage"].as_str().unwrap();
    assert!(
        message.contains("could not open the source `s3://lake/missing.csv`"),
        "{message}"
    );
    assert_eq!(failed.as_object().unwrap().len(), 2, "{failed}");
    let failed = error(&api, json!([1, 2])).await;
    assert_eq!(failed["errorType"], "SettingsError", "{failed}");

    let report = answer(&api, event("wrong.csv", "out/wrong.csv")).await;
    assert_eq!(report["status"], "refused");
    let report = answer(&api, event("five.csv", "out/again.csv")).await;
    assert_eq!(
        (&report["status"], &report["output"]["parts"]),
        (&json!("landed"), &json!(5))
    );
    assert_eq!(lake.open_uploads().await, 0);

    // Its answer is taken before it asks for the next event.
    api.polled(7).await;
    check_log(&function.end().await);
}

#[track_caller]
fn check_log(lines: &[Value]) {
    let text = lines
        .iter()
        .map(Value::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    assert_eq!(lines[0]["event"], "function_started", "{text}");
    assert!(!text.contains("S3KRETVALUE"), "{text}");
    let failed: Vec<_> = lines
        .iter()
        .filter(|line| line["event"] == "request_failed")
        .collect();
    assert_eq!(failed.len(), 2, "{text}");
    let missing = failed[0];
    assert_eq!(missing["level"], "warn", "{missing}");
    assert_eq!(missing["error_class"], "caller", "{missing}");
    assert_eq!(
        missing["request_id"], "00000000-0000-4000-8000-000000000003",
        "{missing}"
    );
    assert_eq!(
        missing["trace_id"], "1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
        "{missing}"
    );
    assert_eq!(
        missing["input_payload_summary"]["field_count"], 2,
        "{missing}"
    );
    assert!(
        missing["exception"]
            .as_str()
            .unwrap()
            .contains("missing.csv"),
        "{missing}"
    );
    assert_eq!(missing["service"], "rowgate-lambda", "{missing}");
    let landed: Vec<_> = lines
        .iter()
        .filter(|line| line["event"] == "run_landed")
        .collect();
    assert_eq!(landed.len(), 3, "{text}");
    assert!(
        landed
            .iter()
            .all(|line| line["request_id"].is_string() && line["run_id"].is_string()),
        "{text}"
    );
    assert!(
        lines
            .iter()
            .all(|line| line["timestamp"].is_string() && line["event"].is_string()),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_serves_several_at_once() {
    let lake = Lake::memory().await;
    let (five, ten) = (rows_of(5, "c"), rows_of(10, "d"));
    lake.put("five.csv", five.clone()).await;
    lake.put("ten.csv", ten.clone()).await;
    let api = RuntimeApi::start().await.unwrap();
    let function = Function::start(&api, &lake, &[("AWS_LAMBDA_MAX_CONCURRENCY", "2")]);
    api.polled(2).await;
    let (one, other) = tokio::join!(
        answer(&api, event("five.csv", "out/five.csv")),
        answer(&api, event("ten.csv", "out/ten.csv")),
    );
    assert_eq!(
        (&one["output"]["parts"], &other["output"]["parts"]),
        (&json!(5), &json!(10))
    );
    assert_eq!(lake.part_bytes("out/five.csv").unwrap(), parts_of(&five));
    assert_eq!(lake.part_bytes("out/ten.csv").unwrap(), parts_of(&ten));
    assert!(lake.get("out/ten.csv").await.unwrap() == ten);
    assert_eq!(lake.open_uploads().await, 0);
    function.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_end_the_start_with_a_message() {
    let ended = Command::new(env!("CARGO_BIN_EXE_bootstrap"))
        .env_clear()
        .env("ROWGATE_LAMBDA__BUCKTE", "lake")
        .output();
    let ended = ended.await.unwrap();
    let stderr = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("`ROWGATE_LAMBDA__BUCKET`"), "{stderr}");
}
