//! A service in this process, on a free port of the loopback interface.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use rowgate_app::settings::{FrontEnd, Settings};
use rowgate_server::{RequestLimits, Service, router, serve};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A schema with an integer and a text, both needed.
pub(crate) const SCHEMA: &str = r#"{"fields": [
    {"name": "id", "type": "integer", "constraints": {"required": true}},
    {"name": "name", "type": "string"}
]}"#;

/// A running service. It stops when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) service: Arc<Service>,
    pub(crate) address: String,
    pub(crate) client: Client,
    pub(crate) folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

impl Running {
    /// Starts a service with default settings.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}, |_| {}).await
    }

    /// Starts a service with other settings and finer limits.
    pub(crate) async fn start_with(
        set: impl FnOnce(&mut Settings),
        limit: impl FnOnce(&mut RequestLimits),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::of(FrontEnd::Service);
        settings.server.data = folder.path().to_owned();
        set(&mut settings);
        let mut limits = RequestLimits::new(&settings.server);
        limit(&mut limits);
        let service = Arc::new(Service::with_limits(settings, limits).unwrap());
        service.make_folders().unwrap();
        std::fs::write(folder.path().join("schemas/people.json"), SCHEMA).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel();
        let router = router(Arc::clone(&service));
        let serving = tokio::spawn(serve(listener, router, async {
            // A sender that is gone means the same.
            drop(stopped.await);
        }));
        Self {
            service,
            address,
            client: Client::builder().no_proxy().build().unwrap(),
            folder,
            stop: Some(stop),
            serving,
        }
    }

    pub(crate) fn url(&self, path_and_query: &str) -> String {
        format!("http://{}{path_and_query}", self.address)
    }

    pub(crate) fn get(&self, path_and_query: &str) -> RequestBuilder {
        self.client.get(self.url(path_and_query))
    }

    pub(crate) fn post(&self, path_and_query: &str) -> RequestBuilder {
        self.client.post(self.url(path_and_query))
    }

    pub(crate) fn process(&self, json: impl Into<String>) -> RequestBuilder {
        let post = self.post("/v2/process");
        post.header("content-type", "application/json")
            .body(json.into())
    }

    pub(crate) fn validate(&self, query: &str, csv: impl Into<reqwest::Body>) -> RequestBuilder {
        self.post(&format!("/v1/validate?{query}")).body(csv)
    }

    /// Asks the service to stop, and waits until it has.
    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        (&mut self.serving).await.unwrap();
    }

    /// Waits until no request is being answered any more.
    pub(crate) async fn idle(&self) {
        let idle = async {
            while self.service.in_flight() > 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), idle)
            .await
            .unwrap();
    }
}

/// What a problem must say: status, code, and a part of its text.
pub(crate) struct Expected {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) says: &'static str,
}

/// Sends a request and compares the problem that it gets. Returns its body.
#[track_caller]
pub(crate) fn problem(
    request: RequestBuilder,
    expected: &Expected,
) -> impl Future<Output = Value> + use<'_> {
    let caller = std::panic::Location::caller();
    async move {
        let answer = request.send().await.unwrap();
        is_problem(answer, expected, &caller.to_string()).await
    }
}

/// Compares a problem; returns its body.
pub(crate) async fn is_problem(answer: Response, expected: &Expected, which: &str) -> Value {
    let status = answer.status().as_u16();
    let headers = answer.headers().clone();
    let text = answer.text().await.unwrap();
    assert_eq!(status, expected.status, "{which}: {text}");
    assert_eq!(
        headers["content-type"], "application/problem+json",
        "{which}"
    );
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(body["status"], status, "{which}: {text}");
    assert_eq!(body["code"], expected.code, "{which}: {text}");
    assert_eq!(
        body["type"],
        format!("urn:rowgate:problem:{}", expected.code),
        "{which}"
    );
    assert_eq!(
        body["request_id"],
        headers["x-request-id"].to_str().unwrap(),
        "{which}"
    );
    assert!(
        body["title"].is_string() && body["detail"].is_string(),
        "{which}: {text}"
    );
    let class = match status {
        503 => "dependency",
        500.. => "bug",
        _ => "caller",
    };
    assert_eq!(body["error_class"], class, "{which}: {text}");
    assert!(
        text.contains(expected.says),
        "{which}: `{}` is not in {text}",
        expected.says
    );
    body
}
