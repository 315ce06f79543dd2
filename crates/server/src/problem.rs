//! What is wrong with a request, as RFC 9457 (`application/problem+json`) has it.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rowgate_app::outcome;
use rowgate_app::telemetry::PayloadSummary;
use rowgate_core::{Error, ErrorKind, Whose};
use serde::Serialize;

use crate::request_id::RequestId;

/// The media type of a problem.
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");
/// What the `type` of every problem begins with; its code follows.
const TYPE_PREFIX: &str = "urn:rowgate:problem:";

/// Every problem that the service finds by itself. What a run finds has the kinds of the core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// There is no such path.
    NotFound,
    /// There is such a path, but not for this method.
    MethodNotAllowed,
    /// The token is missing or wrong.
    Unauthorized,
    /// The query is not what the endpoint takes.
    Query,
    /// There is no schema of that name.
    UnknownSchema,
    /// A schema of the service, or a file that it refers to, cannot be used.
    UnusableSchema,
    /// The body is of a type that the endpoint does not take.
    MediaType,
    /// The body is no JSON.
    Json,
    /// The body is JSON, but not what the endpoint takes.
    Items,
    /// The body is longer than allowed.
    BodyTooLarge,
    /// The body stopped coming.
    BodyTooSlow,
    /// The connection broke in the middle of the body.
    BodyBroken,
    /// The request took longer than allowed.
    TimedOut,
    /// Too many requests are being answered.
    Overloaded,
}

impl ProblemKind {
    fn status(self) -> StatusCode {
        match self {
            Self::NotFound | Self::UnknownSchema => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Query | Self::Json | Self::BodyBroken => StatusCode::BAD_REQUEST,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Items => StatusCode::UNPROCESSABLE_ENTITY,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::UnusableSchema | Self::TimedOut | Self::Overloaded => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    /// Returns the stable code.
    #[must_use]
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::Unauthorized => "unauthorized",
            Self::Query => "invalid-query",
            Self::UnknownSchema => "unknown-schema",
            Self::UnusableSchema => "unusable-schema",
            Self::MediaType => "unsupported-media-type",
            Self::Json => "invalid-json",
            Self::Items => "invalid-items",
            Self::BodyTooLarge => "body-too-large",
            Self::BodyTooSlow => "body-too-slow",
            Self::BodyBroken => "body-broken",
            Self::TimedOut => "timed-out",
            Self::Overloaded => "overloaded",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::NotFound => "there is no such endpoint",
            Self::MethodNotAllowed => "the endpoint does not take this method",
            Self::Unauthorized => "a valid token is needed",
            Self::Query => "the query is not valid",
            Self::UnknownSchema => "there is no such schema",
            Self::UnusableSchema => "the service cannot use its schema",
            Self::MediaType => "the body's media type is not supported",
            Self::Json => "the body is not valid JSON",
            Self::Items => "the items are not valid",
            Self::BodyTooLarge => "the body is too large",
            Self::BodyTooSlow => "the body came too slowly",
            Self::BodyBroken => "the body ended early",
            Self::TimedOut => "the request took too long",
            Self::Overloaded => "the service is busy",
        }
    }

    fn whose(self) -> Whose {
        match self {
            Self::NotFound
            | Self::MethodNotAllowed
            | Self::Unauthorized
            | Self::Query
            | Self::UnknownSchema
            | Self::MediaType
            | Self::Json
            | Self::Items
            | Self::BodyTooLarge
            | Self::BodyTooSlow
            | Self::BodyBroken => Whose::Caller,
            Self::UnusableSchema | Self::TimedOut | Self::Overloaded => Whose::Dependency,
        }
    }
}

/// What is wrong with one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct DataFault {
    /// The item's index, from 0; `None` where it is no item's.
    pub item: Option<usize>,
    /// The field at fault; `None` where the item as a whole is.
    pub field: Option<String>,
    /// What was expected and what was found; never the value itself.
    pub message: String,
}

/// A request that was not served.
///
/// It becomes an answer in two steps: [`into_response`](IntoResponse::into_response) gives it its
/// status and headers, and [`observe`](crate::observe), which knows the request's identity, its body.
#[derive(Debug)]
pub(crate) struct Problem(Box<Repr>); // One pointer wide, so that `Ok` does not pay for our context.

#[derive(Debug)]
struct Repr {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    whose: Whose,
    detail: String,
    errors: Vec<DataFault>,
    header: Option<(HeaderName, HeaderValue)>,
    payload: PayloadSummary,
    cause: Option<Error>,
}

impl Problem {
    /// Makes a problem; `detail` says what to do about it and never repeats a value of the data.
    #[must_use]
    pub(crate) fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self(Box::new(Repr {
            status: kind.status(),
            code: kind.code(),
            title: kind.title(),
            whose: kind.whose(),
            detail: detail.into(),
            errors: Vec::new(),
            header: None,
            payload: PayloadSummary::new(),
            cause: None,
        }))
    }

    /// Makes a problem of an error that says other words to the caller than to the log.
    #[must_use]
    pub(crate) fn of(err: Error, detail: String) -> Self {
        let kind = err.kind();
        let status = outcome::http_status(kind);
        Self(Box::new(Repr {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code: kind.as_str(),
            title: title_of(kind),
            whose: kind.whose(),
            detail,
            errors: Vec::new(),
            header: None,
            payload: PayloadSummary::new(),
            cause: Some(err),
        }))
    }

    /// Keeps the error behind it, for the log alone.
    #[must_use]
    pub(crate) fn caused_by(mut self, cause: Error) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// Says which items are at fault.
    #[must_use]
    pub(crate) fn with_errors(mut self, errors: Vec<DataFault>) -> Self {
        self.0.errors = errors;
        self
    }

    /// Asks the caller to wait before the next try.
    #[must_use]
    pub(crate) fn retry_after(self, wait: Duration) -> Self {
        self.with_header(
            header::RETRY_AFTER,
            HeaderValue::from(wait.as_secs().max(1)),
        )
    }

    /// Sends a header along.
    #[must_use]
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.header = Some((name, value));
        self
    }

    /// Notes what the request held, for the log.
    #[must_use]
    pub(crate) fn with_payload(mut self, payload: PayloadSummary) -> Self {
        self.0.payload = payload;
        self
    }

    /// Returns whose it is to act.
    #[must_use]
    pub(crate) fn whose(&self) -> Whose {
        self.0.whose
    }

    /// Returns the stable code.
    #[must_use]
    pub(crate) fn code(&self) -> &'static str {
        self.0.code
    }

    /// Returns what happened, for the log: the whole chain of causes.
    #[must_use]
    pub(crate) fn story(&self) -> String {
        match &self.0.cause {
            Some(cause) => cause.chain(),
            None => format!("{}: {}", self.0.title, self.0.detail),
        }
    }

    /// Returns the error behind it, if it is one of a run.
    #[must_use]
    pub(crate) fn cause(&self) -> Option<&Error> {
        self.0.cause.as_ref()
    }

    /// Returns what the request held, as far as it is known.
    #[must_use]
    pub(crate) fn payload(&self) -> &PayloadSummary {
        &self.0.payload
    }

    /// Returns the body.
    pub(crate) fn to_json(&self, request_id: &RequestId) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&Wire {
            kind: format!("{TYPE_PREFIX}{}", self.0.code),
            title: self.0.title,
            status: self.0.status.as_u16(),
            detail: &self.0.detail,
            error_class: self.0.whose.as_str(),
            code: self.0.code,
            request_id: request_id.as_str(),
            errors: &self.0.errors,
        })
    }
}

impl From<Error> for Problem {
    fn from(err: Error) -> Self {
        let detail = match err.kind().whose() {
            Whose::Caller => err.chain(),
            // What is inside the service is for its log.
            Whose::Dependency => {
                "something that the service needs does not answer: try again later".to_owned()
            }
            Whose::Bug => "please report it with the request id".to_owned(),
        };
        Self::of(err, detail)
    }
}

fn title_of(kind: ErrorKind) -> &'static str {
    match kind.whose() {
        Whose::Caller => "the request cannot be served as it is",
        Whose::Dependency => "a dependency failed",
        Whose::Bug => "this is a bug of rowgate",
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, MEDIA_TYPE);
        if let Some((name, value)) = self.0.header.clone() {
            headers.insert(name, value);
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// A problem as it is sent.
#[derive(Serialize)]
struct Wire<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    error_class: &'a str,
    code: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [DataFault],
}
