//! The second failure: a service that knew no types, forgot no result and said nothing.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use reqwest::StatusCode;
use serde_json::Value;

use crate::act;
use crate::program::{Program, Running, mib, resident_bytes};

/// The argument that makes this program play the original.
pub(crate) const THEN: &str = "then-service";
/// How many requests both are sent.
const N_REQUESTS: u64 = 10_000;
/// How many items a request has.
const N_ITEMS: u64 = 40;
/// How much more memory the service may hold after them, in bytes.
const GROWTH_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// What was passed at 3 in the morning: items that are no items.
const RAW: &str = r#"{"items": [{"value": 1.5, "weight": 2}, {"value": 2.5, "wheight": 1}]}"#;
const REQUEST_ID: &str = "three-in-the-morning";

/// Returns the body of a request; each number has its own.
fn body(number: u64) -> String {
    let item = |n| format!(r#"{{"value": {number}.{n}, "weight": {}}}"#, n + 1);
    let items: Vec<_> = (0..N_ITEMS).map(item).collect();
    format!(r#"{{"items": [{}]}}"#, items.join(", "))
}

/// Plays the original in a process of its own, so that its memory is its own.
pub(crate) async fn then_apart() -> Result<()> {
    act(
        "THEN",
        "untyped values, results cached in an unbounded global, errors dropped",
    );
    let us = std::env::current_exe()?;
    let status = tokio::process::Command::new(us).arg(THEN).status().await?;
    ensure!(status.success(), "the original was not replayed");
    Ok(())
}

/// The original, as far as it matters.
#[derive(Default)]
struct Original {
    /// A global then. No entry ever left it.
    cache: BTreeMap<String, (Value, f64)>,
}

impl Original {
    fn process(&mut self, body: &str) -> Option<f64> {
        if let Some((_, average)) = self.cache.get(body) {
            return Some(*average);
        }
        match Self::average(body) {
            Ok((request, average)) => {
                self.cache.insert(body.to_owned(), (request, average));
                Some(average)
            }
            Err(_dropped) => {
                println!("      the log of a failed request: something went wrong");
                None
            }
        }
    }

    fn average(body: &str) -> Result<(Value, f64)> {
        let request: Value = serde_json::from_str(body)?;
        let (mut sum, mut weights) = (0.0, 0.0);
        for item in request
            .get("items")
            .and_then(Value::as_array)
            .context("no items")?
        {
            let number = |name| item.get(name).and_then(Value::as_f64).context("KeyError");
            let weight = number("weight")?;
            sum += number("value")? * weight;
            weights += weight;
        }
        Ok((request, sum / weights))
    }
}

/// Is the original.
pub(crate) fn then() -> Result<()> {
    let pid = std::process::id();
    let mut original = Original::default();
    original.process(&body(0));
    let before = resident_bytes(pid)?;
    for number in 1..=N_REQUESTS {
        ensure!(
            original.process(&body(number)).is_some(),
            "a good request failed"
        );
    }
    let after = resident_bytes(pid)?;
    show_memory(before, after);
    ensure!(after > before + 4 * GROWTH_BYTES_MAX, "it did not grow");
    ensure!(
        original.process(RAW).is_none(),
        "it took an item without a weight"
    );
    println!("      the answer: 500, without a word");
    Ok(())
}

/// Sends the same requests to the real service.
pub(crate) async fn now() -> Result<()> {
    let service = Service::start().await?;
    let pid = service.pid;
    act(
        "NOW",
        &format!("the real service (pid {pid}), the same requests"),
    );
    service.keeps_its_size().await?;
    service.says_what_was_wrong().await
}

/// The real service, and a client that keeps its connection.
struct Service {
    running: Running,
    pid: u32,
    client: reqwest::Client,
    url: String,
}

impl Service {
    async fn start() -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let running = Program::beside_us("rowgate-server")?
            .args(&["--listen", &address, "--data", "data"])
            .start()?;
        let mut service = Self {
            pid: running.process.id().context("the service ended at once")?,
            running,
            client: reqwest::Client::new(),
            url: format!("http://{address}"),
        };
        service.wait_until_healthy().await?;
        Ok(service)
    }

    async fn wait_until_healthy(&mut self) -> Result<()> {
        for _ in 0..200 {
            let asked = self.client.get(format!("{}/healthz", self.url)).send();
            if let Ok(answer) = asked.await {
                ensure!(answer.status().is_success(), "the service is not healthy");
                return Ok(());
            }
            if let Some(status) = self.running.process.try_wait()? {
                bail!("the service ended: {status}: {}", self.running.log.text());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("the service does not answer")
    }

    /// Sends a request; returns the status and the body of its answer.
    async fn process(&self, body: String, request_id: &str) -> Result<(StatusCode, String)> {
        let request = self.client.post(format!("{}/v2/process", self.url));
        let request = request
            .header("content-type", "application/json")
            .header("x-request-id", request_id);
        let answer = request.body(body).send().await?;
        Ok((answer.status(), answer.text().await?))
    }

    async fn keeps_its_size(&self) -> Result<()> {
        let mut before = 0;
        for number in 0..=N_REQUESTS {
            let (status, answer) = self.process(body(number), "many").await?;
            ensure!(
                status == StatusCode::OK,
                "request {number}: {status}: {answer}"
            );
            if number == 0 {
                before = resident_bytes(self.pid)?;
            }
        }
        let after = resident_bytes(self.pid)?;
        show_memory(before, after);
        ensure!(after < before + GROWTH_BYTES_MAX, "it grew");
        Ok(())
    }

    async fn says_what_was_wrong(&self) -> Result<()> {
        let (status, answer) = self.process(RAW.to_owned(), REQUEST_ID).await?;
        let line = self.logged().await?;
        println!("      the log of a refused request:\n        {line}");
        println!("      the answer: {status}\n        {}", answer.trim_end());
        ensure!(status == StatusCode::UNPROCESSABLE_ENTITY, "it is not 422");
        ensure!(answer.contains("weight"), "it does not name the field");
        for word in [REQUEST_ID, "input_payload_summary", "error_class", "caller"] {
            ensure!(line.contains(word), "the log line lacks `{word}`");
        }
        Ok(())
    }

    /// Returns the log line of the refused request, which may come a moment after the answer.
    async fn logged(&self) -> Result<String> {
        for _ in 0..100 {
            if let Some(line) = self.running.log.find("request_refused", REQUEST_ID) {
                return Ok(line);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bail!(
            "the refused request was not logged: {}",
            self.running.log.text()
        )
    }
}

fn show_memory(before: u64, after: u64) {
    let (before, after) = (mib(before), mib(after));
    println!("      memory before and after {N_REQUESTS} requests: {before} and {after}");
}
