//! Around every request: its identity, its one log line, and a net for panics.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use http_body_util::BodyExt as _;
use rowgate_app::telemetry::log_failure;
use rowgate_core::event::Event;
use rowgate_core::{Error, Whose};
use tracing::{Instrument as _, Span, error, field, info, info_span, warn};

use crate::problem::Problem;
use crate::request_id::{self, RequestId};
use crate::trace_context::{self, TraceContext};

/// What is logged as the status of a request whose client did not wait for the answer.
const CLIENT_GONE: u16 = 499;

/// Gives a request its identity, logs what became of it, and makes an answer of a panic.
pub(crate) async fn observe(request: Request, next: Next) -> Response {
    let request_id = RequestId::take_or_make(request.headers());
    let trace = TraceContext::go_on_or_begin(request.headers());
    let span = info_span!(
        "request",
        request_id = request_id.as_str(),
        trace_id = trace.trace_id(),
        method = method_name(request.method()),
        route = route(&request),
        status = field::Empty,
        duration_ms = field::Empty,
        bytes = field::Empty,
    );
    let served = async {
        let bytes = Arc::new(AtomicU64::new(0));
        let log = RequestLog::begin(Arc::clone(&bytes));
        let answer = next.run(counted(request, bytes));
        let response = match AssertUnwindSafe(answer).catch_unwind().await {
            Ok(response) => response,
            Err(_) => Problem::from(panicked()).into_response(),
        };
        let mut response = finish(response, &request_id, log);
        let headers = response.headers_mut();
        headers.insert(request_id::HEADER, request_id.to_header());
        headers.insert(trace_context::HEADER, trace.to_header());
        response
    };
    served.instrument(span).await
}

/// Logs the request, and writes the body of a problem.
fn finish(mut response: Response, request_id: &RequestId, log: RequestLog) -> Response {
    let problem = response.extensions_mut().remove::<Arc<Problem>>();
    log.end(response.status(), problem.as_deref());
    let Some(problem) = problem else {
        return response;
    };
    match problem.to_json(request_id) {
        Ok(json) => *response.body_mut() = Body::from(json),
        Err(err) => error!(error = %err, "a problem could not be written"),
    }
    response
}

/// The log line of a request. It is written once, even if the client goes away and the request's
/// future is dropped.
struct RequestLog {
    started: Instant,
    bytes: Arc<AtomicU64>,
    is_written: bool,
}

impl RequestLog {
    fn begin(bytes: Arc<AtomicU64>) -> Self {
        Self {
            started: Instant::now(),
            bytes,
            is_written: false,
        }
    }

    fn end(mut self, status: StatusCode, problem: Option<&Problem>) {
        self.is_written = true;
        self.record(status.as_u16());
        let Some(problem) = problem else {
            info!(event = Event::RequestDone.as_str());
            return;
        };
        let event = match problem.whose() {
            Whose::Caller => Event::RequestRefused,
            Whose::Dependency | Whose::Bug => Event::RequestFailed,
        };
        if let Some(cause) = problem.cause() {
            log_failure(event, cause, problem.payload());
            return;
        }
        let (event, class, kind) = (event.as_str(), problem.whose().as_str(), problem.code());
        let (exception, payload) = (problem.story(), problem.payload());
        match problem.whose() {
            Whose::Caller => {
                warn!(event, exception, error_class = class, error_kind = kind, input_payload_summary = %payload);
            }
            Whose::Dependency | Whose::Bug => {
                error!(event, exception, error_class = class, error_kind = kind, input_payload_summary = %payload);
            }
        }
    }

    fn record(&self, status: u16) {
        let span = Span::current();
        span.record("status", status);
        span.record("duration_ms", millis(self.started.elapsed()));
        span.record("bytes", self.bytes.load(Ordering::Relaxed));
    }
}

impl Drop for RequestLog {
    fn drop(&mut self) {
        if !self.is_written {
            self.record(CLIENT_GONE);
            warn!(
                event = Event::RequestRefused.as_str(),
                exception = "the client went away before it was answered",
                error_class = Whose::Caller.as_str(),
                error_kind = "client-gone",
            );
        }
    }
}

fn millis(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

/// Counts what is read of the body.
fn counted(request: Request, bytes: Arc<AtomicU64>) -> Request {
    request.map(|body| {
        Body::new(body.map_frame(move |frame| {
            let n_bytes = frame.data_ref().map_or(0, Bytes::len);
            bytes.fetch_add(
                u64::try_from(n_bytes).unwrap_or(u64::MAX),
                Ordering::Relaxed,
            );
            frame
        }))
    })
}

/// Returns the endpoint's path as we wrote it: what a client makes up is not for the log.
fn route(request: &Request) -> &str {
    let matched = request.extensions().get::<MatchedPath>();
    matched.map_or("none", MatchedPath::as_str)
}

/// Returns the method, if it is one of HTTP's own.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// What the panic said is left out: it may quote the data.
fn panicked() -> Error {
    Error::bug("the request's handler panicked")
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Mutex;

    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use rowgate_app::settings::{LogFormat, LogLevel};
    use rowgate_app::telemetry::{Color, LogOptions, subscriber};
    use serde_json::Value;
    use tower::ServiceExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Serves one request; returns the answer's status and body, and what was logged.
    fn served(router: Router) -> (StatusCode, Value, Value) {
        let kept = Kept::default();
        let writer = kept.clone();
        let options = LogOptions {
            format: LogFormat::Json,
            level: LogLevel::Info,
            service: "test",
            color: Color::Plain,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let serve = || {
            runtime.block_on(async {
                let request = Request::get("/").body(Body::empty()).unwrap();
                let response = router.layer(from_fn(observe)).oneshot(request).await;
                let response = response.unwrap();
                let status = response.status();
                let body = response.into_body().collect().await.unwrap().to_bytes();
                (status, serde_json::from_slice(&body).unwrap())
            })
        };
        let lines = subscriber(options, move || writer.clone());
        let (status, body) = tracing::subscriber::with_default(lines, serve);
        let log = kept.0.lock().unwrap().clone();
        (status, body, serde_json::from_slice(&log).unwrap())
    }

    #[test]
    fn a_panic_is_answered_and_logged_as_a_bug() {
        async fn panics() -> &'static str {
            panic!("on purpose")
        }
        let (status, body, line) = served(Router::new().route("/", get(panics)));
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(body["code"], "bug");
        assert_eq!(body["error_class"], "bug");
        assert_eq!(body["request_id"], line["request_id"]);
        assert!(!body.to_string().contains("purpose"), "{body}");
        assert_eq!(line["event"], "request_failed");
        assert_eq!(line["level"], "error");
        assert_eq!(line["status"], 500);
        assert_eq!(line["exception"], "the request's handler panicked");
        assert!(!line.to_string().contains("purpose"), "{line}");
        assert!(line["backtrace"].is_string(), "{line}");
    }

    #[test]
    fn what_is_inside_the_service_stays_in_its_log() {
        async fn fails() -> Problem {
            let cause = io::Error::other("disk /var/lib/rowgate is full");
            let kind = rowgate_core::ErrorKind::Dependency;
            Problem::from(Error::caused(kind, "could not write", cause))
        }
        let (status, body, line) = served(Router::new().route("/", get(fails)));
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(body["code"], "dependency");
        assert!(!body.to_string().contains("/var/lib"), "{body}");
        assert_eq!(
            line["exception"],
            "could not write: disk /var/lib/rowgate is full"
        );
        assert_eq!(line["error_class"], "dependency");
    }
}
