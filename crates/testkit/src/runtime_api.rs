//! The AWS Lambda Runtime API, to drive a real `bootstrap` binary without AWS.
//!
//! Start it, start the binary with `AWS_LAMBDA_RUNTIME_API` set to
//! [`address`](RuntimeApi::address), and invoke. As on AWS, a poll waits until there is an event,
//! an outcome is taken once, and several polls may wait at the same time.
//!
//! ```no_run
//! use rowgate_testkit::runtime_api::{Outcome, RuntimeApi};
//!
//! # async fn example() -> std::io::Result<()> {
//! let api = RuntimeApi::start().await?;
//! // ... start the binary ...
//! let outcome = api.invoke(r#"{"intake_s3_key": "in.csv"}"#).await;
//! assert!(matches!(outcome, Outcome::Ok(_)));
//! # Ok(()) }
//! ```

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::{Notify, oneshot};

use crate::loopback::Loopback;

/// The function that events say they are for.
pub const FUNCTION_ARN: &str = "arn:aws:lambda:eu-central-1:111122223333:function:rowgate";
/// How long an invocation may take, unless said otherwise.
pub const INVOCATION_TIMEOUT: Duration = Duration::from_secs(30);

/// How an invocation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The function answered.
    Ok(Bytes),
    /// The function reported an error: JSON with `errorType` and `errorMessage`.
    Err(Bytes),
    /// The function could not start, and said why.
    InitError(Bytes),
    /// The API was stopped before the function answered.
    Stopped,
}

/// The running API. It ends, with every connection to it, when it is dropped.
#[derive(Debug)]
pub struct RuntimeApi {
    events: Events,
    loopback: Loopback,
}

impl RuntimeApi {
    /// Starts the API on a free loopback port.
    ///
    /// # Errors
    ///
    /// No port could be bound.
    pub async fn start() -> io::Result<Self> {
        let events = Events::default();
        let loopback = Loopback::serve(0, Api(events.clone())).await?;
        Ok(Self { events, loopback })
    }

    /// Returns the value for `AWS_LAMBDA_RUNTIME_API`, such as `127.0.0.1:40123`.
    #[must_use]
    pub fn address(&self) -> String {
        self.loopback.address().to_string()
    }

    /// Queues an event. The outcome comes when the answer is awaited; the event is queued even if
    /// it never is.
    pub fn invoke(&self, event: impl Into<Bytes>) -> Invocation {
        self.invoke_within(event, INVOCATION_TIMEOUT)
    }

    /// Queues an event whose deadline comes `limit` after the function takes it.
    ///
    /// The deadline is told and not enforced: what the function makes of it is what is tested.
    pub fn invoke_within(&self, event: impl Into<Bytes>, limit: Duration) -> Invocation {
        let (answer, outcome) = oneshot::channel();
        self.events.push(Event {
            body: event.into(),
            limit,
            answer,
        });
        Invocation(outcome)
    }

    /// Returns how often the function has asked for an event.
    #[must_use]
    pub fn polls(&self) -> usize {
        self.events.lock().polls
    }

    /// Waits until the function has asked for an event `n` times in all: it is up then, and has
    /// ended what it did before.
    pub async fn polled(&self, n: usize) {
        loop {
            let polled = self.events.polled.notified();
            if self.polls() >= n {
                return;
            }
            polled.await;
        }
    }
}

/// An invocation on its way: a future of its [`Outcome`].
#[must_use = "without its outcome, an invocation proves nothing"]
#[derive(Debug)]
pub struct Invocation(oneshot::Receiver<Outcome>);

impl Future for Invocation {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        Pin::new(&mut self.0)
            .poll(cx)
            .map(|outcome| outcome.unwrap_or(Outcome::Stopped))
    }
}

/// An event that waits for the function.
#[derive(Debug)]
struct Event {
    body: Bytes,
    limit: Duration,
    answer: oneshot::Sender<Outcome>,
}

/// An event that the function has taken.
#[derive(Debug)]
struct Taken {
    id: String,
    body: Bytes,
    limit: Duration,
}

/// What waits and what is on its way. Cheap to clone: all clones share it.
#[derive(Clone, Debug, Default)]
struct Events {
    inner: Arc<Mutex<Inner>>,
    arrived: Arc<Notify>,
    polled: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: VecDeque<Event>,
    running: BTreeMap<String, oneshot::Sender<Outcome>>,
    taken: u64,
    polls: usize,
}

impl Events {
    fn push(&self, event: Event) {
        self.lock().waiting.push_back(event);
        self.arrived.notify_waiters();
    }

    /// Waits for the next event and takes it.
    async fn next(&self) -> Taken {
        self.lock().polls += 1;
        self.polled.notify_waiters();
        loop {
            // Made before we look, so that no arrival falls between.
            let arrived = self.arrived.notified();
            if let Some(taken) = self.take() {
                return taken;
            }
            arrived.await;
        }
    }

    fn take(&self) -> Option<Taken> {
        let mut inner = self.lock();
        let event = inner.waiting.pop_front()?;
        inner.taken += 1;
        let id = format!("00000000-0000-4000-8000-{:012}", inner.taken);
        inner.running.insert(id.clone(), event.answer);
        Some(Taken {
            id,
            body: event.body,
            limit: event.limit,
        })
    }

    /// Hands an outcome to whoever waits for it; `false` if no such invocation is on its way.
    fn settle(&self, id: &str, outcome: Outcome) -> bool {
        let Some(answer) = self.lock().running.remove(id) else {
            return false;
        };
        // Whoever invoked may have stopped waiting.
        let _unheard = answer.send(outcome);
        true
    }

    /// Tells everybody that the function did not start.
    fn fail_init(&self, report: &Bytes) {
        let waiting: Vec<_> = self.lock().waiting.drain(..).collect();
        for event in waiting {
            let _unheard = event.answer.send(Outcome::InitError(report.clone()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Answer = Response<Full<Bytes>>;

/// The HTTP side.
#[derive(Clone, Debug)]
struct Api(Events);

impl Service<Request<Incoming>> for Api {
    type Response = Answer;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, Self::Error>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let events = self.0.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let path: Vec<_> = head.uri.path().trim_start_matches('/').split('/').collect();
            match (&head.method, path.as_slice()) {
                (&Method::GET, ["2018-06-01", "runtime", "invocation", "next"]) => {
                    event_answer(events.next().await)
                }
                (&Method::POST, ["2018-06-01", "runtime", "invocation", id, "response"]) => {
                    let body = body.collect().await?.to_bytes();
                    settled(events.settle(id, Outcome::Ok(body)))
                }
                (&Method::POST, ["2018-06-01", "runtime", "invocation", id, "error"]) => {
                    let body = body.collect().await?.to_bytes();
                    settled(events.settle(id, Outcome::Err(body)))
                }
                (&Method::POST, ["2018-06-01", "runtime", "init", "error"]) => {
                    events.fail_init(&body.collect().await?.to_bytes());
                    accepted()
                }
                (&Method::POST, ["2020-01-01", "extension", "register"]) => extension_answer(),
                (&Method::GET, ["2020-01-01", "extension", "event", "next"]) => {
                    // There is never an event for an extension.
                    let never: Infallible = std::future::pending().await;
                    match never {}
                }
                _ => refused(StatusCode::NOT_FOUND, "NotFound"),
            }
        })
    }
}

type Answered = Result<Answer, Box<dyn std::error::Error + Send + Sync>>;

fn event_answer(taken: Taken) -> Answered {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let deadline_ms = (now + taken.limit).as_millis();
    let answer = Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", &taken.id)
        .header("lambda-runtime-deadline-ms", deadline_ms.to_string())
        .header("lambda-runtime-invoked-function-arn", FUNCTION_ARN)
        .header(
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1",
        )
        .body(Full::new(taken.body))?;
    Ok(answer)
}

fn settled(is_known: bool) -> Answered {
    if is_known {
        accepted()
    } else {
        refused(StatusCode::BAD_REQUEST, "InvalidRequestID")
    }
}

fn accepted() -> Answered {
    json_answer(StatusCode::ACCEPTED, r#"{"status":"OK"}"#.to_owned())
}

fn refused(status: StatusCode, kind: &str) -> Answered {
    let body = serde_json::json!({"errorType": kind, "errorMessage": kind});
    json_answer(status, body.to_string())
}

fn json_answer(status: StatusCode, body: String) -> Answered {
    let answer = Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Full::new(body.into()))?;
    Ok(answer)
}

/// Welcomes an extension, which is how a runtime asks to be told of its end.
fn extension_answer() -> Answered {
    let body = r#"{"functionName":"rowgate","functionVersion":"$LATEST","handler":"bootstrap"}"#;
    let answer = Response::builder()
        .header("lambda-extension-identifier", "rowgate-testkit")
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from_static(body.as_bytes())))?;
    Ok(answer)
}
