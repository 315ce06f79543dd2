//! Faults between a client and the store, by rule, over real HTTP.
//!
//! A TCP proxy cannot say "commit, then lose the answer" or "fail the third part": a [`FaultPlan`]
//! can. It also writes down every request that came in, and what was done to it.
//!
//! ```
//! use rowgate_testkit::faults::{Fault, FaultPlan, Method, Rule};
//!
//! let plan = FaultPlan::default();
//! // The second part is answered with 503, twice; then it goes through.
//! plan.add(
//!     Rule::new(Method::PUT, Fault::Status { status: 503, code: "SlowDown" })
//!         .query("partNumber=2")
//!         .times(2),
//! );
//! assert_eq!(plan.unspent(), 1);
//! ```

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use http_body_util::{BodyExt as _, StreamBody};
pub use hyper::Method;
use hyper::body::{Frame, Incoming};
use hyper::service::Service;
use hyper::{Request, Response, StatusCode};
use s3s::service::S3Service;
use s3s::{Body, HttpError};

/// What goes wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The answer is an error; the store never sees the request.
    Status {
        /// The HTTP status, such as 503.
        status: u16,
        /// The S3 error code, such as `SlowDown`.
        code: &'static str,
    },
    /// The connection is closed before the store sees the request.
    ResetBefore,
    /// The store does what it is asked, then the connection is closed without an answer.
    LoseAnswer,
    /// The answer is 200 with an `<Error>` for a body, as S3 does when a long Complete fails late;
    /// the store never sees the request.
    OkWithError {
        /// The S3 error code, such as `InternalError`.
        code: &'static str,
    },
    /// The answer's body breaks off, and with it the connection.
    TruncateBody {
        /// How many bytes still come.
        after_bytes: u64,
    },
    /// The answer's body stops coming, and the connection stays open.
    StallBody {
        /// How many bytes still come.
        after_bytes: u64,
    },
    /// Nothing is ever answered; the store never sees the request.
    Stall,
    /// The store sees the request later.
    Delay(Duration),
}

/// Which requests meet a [`Fault`], and how often.
#[derive(Clone, Debug)]
pub struct Rule {
    method: Method,
    path: String,
    query: String,
    skip: usize,
    times: usize,
    fault: Fault,
}

impl Rule {
    /// Makes a rule for the next request with this method.
    #[must_use]
    pub fn new(method: Method, fault: Fault) -> Self {
        Self {
            method,
            path: String::new(),
            query: String::new(),
            skip: 0,
            times: 1,
            fault,
        }
    }

    /// Asks for a path that contains `text`.
    #[must_use]
    pub fn path(mut self, text: impl Into<String>) -> Self {
        self.path = text.into();
        self
    }

    /// Asks for a query that contains `text`, such as `uploads` (create) or `uploadId` (complete).
    #[must_use]
    pub fn query(mut self, text: impl Into<String>) -> Self {
        self.query = text.into();
        self
    }

    /// Lets the first `n` such requests through.
    #[must_use]
    pub fn skip(mut self, n: usize) -> Self {
        self.skip = n;
        self
    }

    /// Strikes `n` times rather than once.
    #[must_use]
    pub fn times(mut self, n: usize) -> Self {
        self.times = n;
        self
    }

    fn applies_to(&self, request: &PassedRequest) -> bool {
        self.times > 0
            && self.method == request.method
            && request.path.contains(&self.path)
            && request.query.contains(&self.query)
    }
}

/// A request as it came in, and what was done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedRequest {
    /// The HTTP method.
    pub method: Method,
    /// The path, encoded as it was sent.
    pub path: String,
    /// The query without its `?`; empty where there is none.
    pub query: String,
    /// The fault that it met.
    pub fault: Option<Fault>,
}

impl fmt::Display for PassedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        if !self.query.is_empty() {
            write!(f, "?{}", self.query)?;
        }
        match &self.fault {
            Some(fault) => write!(f, " {fault:?}"),
            None => Ok(()),
        }
    }
}

/// The rules in force and the requests so far. Cheap to clone: all clones share both.
#[derive(Clone, Debug, Default)]
pub struct FaultPlan {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    rules: Vec<Rule>,
    requests: Vec<PassedRequest>,
}

impl FaultPlan {
    /// Adds a rule. Of several that apply to a request, the one that was added first strikes.
    pub fn add(&self, rule: Rule) {
        self.lock().rules.push(rule);
    }

    /// Returns how many rules have not struck as often as they were meant to: a test whose fault
    /// never happened has proven nothing.
    #[must_use]
    pub fn unspent(&self) -> usize {
        self.lock()
            .rules
            .iter()
            .filter(|rule| rule.times > 0)
            .count()
    }

    /// Takes all rules back.
    pub fn clear_rules(&self) {
        self.lock().rules.clear();
    }

    /// Returns the requests so far, in the order in which they came in.
    #[must_use]
    pub fn requests(&self) -> Vec<PassedRequest> {
        self.lock().requests.clone()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.lock().requests.clear();
    }

    /// Writes a request down and decides what happens to it.
    fn judge(&self, request: &Request<Incoming>) -> Option<Fault> {
        let uri = request.uri();
        let mut passed = PassedRequest {
            method: request.method().clone(),
            path: uri.path().to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
            fault: None,
        };
        let mut inner = self.lock();
        for rule in &mut inner.rules {
            if !rule.applies_to(&passed) {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            rule.times -= 1;
            passed.fault = Some(rule.fault.clone());
            break;
        }
        let fault = passed.fault.clone();
        inner.requests.push(passed);
        fault
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An S3 service behind a plan of faults.
#[derive(Clone, Debug)]
pub(crate) struct Faulty {
    service: S3Service,
    plan: FaultPlan,
}

impl Faulty {
    pub(crate) fn new(service: S3Service, plan: FaultPlan) -> Self {
        Self { service, plan }
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Body>, HttpError> {
        match self.plan.judge(&request) {
            None => self.pass(request).await,
            Some(Fault::Delay(delay)) => {
                tokio::time::sleep(delay).await;
                self.pass(request).await
            }
            Some(Fault::Stall) => std::future::pending().await,
            Some(Fault::ResetBefore) => Err(reset()),
            Some(Fault::LoseAnswer) => {
                self.pass(request).await?;
                Err(reset())
            }
            Some(Fault::Status { status, code }) => {
                let status =
                    StatusCode::from_u16(status).map_err(|err| HttpError::new(err.into()))?;
                refuse(request, status, code).await
            }
            Some(Fault::OkWithError { code }) => refuse(request, StatusCode::OK, code).await,
            Some(Fault::TruncateBody { after_bytes }) => Ok(cut(
                self.pass(request).await?,
                after_bytes,
                stream::once(break_off()),
            )),
            Some(Fault::StallBody { after_bytes }) => Ok(cut(
                self.pass(request).await?,
                after_bytes,
                stream::pending(),
            )),
        }
    }

    async fn pass(&self, request: Request<Incoming>) -> Result<Response<Body>, HttpError> {
        Service::call(&self.service, request).await
    }
}

impl Service<Request<Incoming>> for Faulty {
    type Response = Response<Body>;
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        Box::pin(self.clone().answer(request))
    }
}

/// Returns the error that makes the HTTP server close the connection.
fn reset() -> HttpError {
    HttpError::new(io::Error::from(io::ErrorKind::ConnectionReset).into())
}

/// Fails, but not at once: what was sent so far must leave before the connection is closed.
async fn break_off() -> io::Result<Bytes> {
    tokio::task::yield_now().await;
    Err(io::Error::from(io::ErrorKind::UnexpectedEof))
}

/// Answers an error in the store's place, after the whole request has come in.
async fn refuse(
    request: Request<Incoming>,
    status: StatusCode,
    code: &str,
) -> Result<Response<Body>, HttpError> {
    request
        .into_body()
        .collect()
        .await
        .map_err(|err| HttpError::new(err.into()))?;
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Error><Code>{code}</Code><Message>injected by a test</Message></Error>"
    );
    Response::builder()
        .status(status)
        .header("content-type", "application/xml")
        .body(Body::from(xml))
        .map_err(|err| HttpError::new(err.into()))
}

/// Replaces what comes after the first `bytes` of an answer's body.
fn cut(
    answer: Response<Body>,
    bytes: u64,
    then: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> Response<Body> {
    answer.map(|body| {
        let kept = body
            .into_data_stream()
            .map(|data| data.map_err(io::Error::other))
            .scan(bytes, |left, data| {
                let data = data.map(|data| take_bytes(&data, left));
                let over = data.as_ref().is_ok_and(Bytes::is_empty);
                std::future::ready((!over).then_some(data))
            });
        let frames = kept.chain(then).map(|data| data.map(Frame::data));
        Body::http_body_unsync(StreamBody::new(frames))
    })
}

/// Returns at most `left` bytes of `data`, and counts them off.
fn take_bytes(data: &Bytes, left: &mut u64) -> Bytes {
    let n_bytes = data.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
    *left -= u64::try_from(n_bytes).unwrap_or(*left);
    data.slice(..n_bytes)
}
