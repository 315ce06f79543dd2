//! Request bodies, within limits of our own: axum's do not cover what is streamed.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt as _;
use rowgate_app::jobs::BodyFeeder;
use tokio::time::{Instant, timeout, timeout_at};

use crate::problem::{Problem, ProblemKind};

/// How much of a refused body is still read, so that the caller gets to see the refusal: a
/// connection that is closed on unread bytes loses the answer.
const DRAIN_BYTES_MAX: usize = 1024 * 1024;
/// How long that may take.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(1);

/// What a body may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyLimits {
    /// How long it may be, in bytes.
    pub bytes_max: u64,
    /// How long the next piece may take.
    pub idle_max: Duration,
}

/// A body that was not read to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyFault {
    /// It is longer than allowed.
    #[error("the body is longer than the {0} bytes that are allowed here")]
    TooLarge(u64),
    /// Its next piece did not come.
    #[error("no part of the body came for {} ms", .0.as_millis())]
    TooSlow(Duration),
    /// Its connection broke, or its framing is wrong.
    #[error("the body ended before its announced end")]
    Broken(#[source] axum::Error),
}

impl From<BodyFault> for Problem {
    fn from(fault: BodyFault) -> Self {
        let kind = match fault {
            BodyFault::TooLarge(_) => ProblemKind::BodyTooLarge,
            BodyFault::TooSlow(_) => ProblemKind::BodyTooSlow,
            BodyFault::Broken(_) => ProblemKind::BodyBroken,
        };
        Self::new(kind, fault.to_string())
    }
}

/// A body, read piece by piece.
#[derive(Debug)]
pub(crate) struct LimitedBody {
    body: Body,
    bytes_read: u64,
    announced: Option<u64>,
    rest: Rest,
    limits: BodyLimits,
}

/// Whether there is a point in reading what is left of a refused body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    /// It is under way, and the caller reads the answer behind it.
    Coming,
    /// The caller asked whether to send it at all, and waits.
    Withheld,
    /// It does not come any more.
    Lost,
}

impl LimitedBody {
    /// Takes a body with its headers.
    #[must_use]
    pub(crate) fn new(body: Body, headers: &HeaderMap, limits: BodyLimits) -> Self {
        let length = headers.get(header::CONTENT_LENGTH).map(HeaderValue::to_str);
        Self {
            body,
            bytes_read: 0,
            announced: length
                .and_then(Result::ok)
                .and_then(|text| text.parse().ok()),
            rest: if headers.contains_key(header::EXPECT) {
                Rest::Withheld
            } else {
                Rest::Coming
            },
            limits,
        }
    }

    /// Returns how long it says it is.
    #[must_use]
    pub(crate) fn announced(&self) -> Option<u64> {
        self.announced
    }

    /// Returns the next piece, or `None` at the end.
    ///
    /// # Errors
    ///
    /// The first limit that is passed, or what is wrong with the connection.
    ///
    /// # Cancel safety
    ///
    /// Safe: no piece is lost.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, BodyFault> {
        let bytes_max = self.limits.bytes_max;
        if self.announced.is_some_and(|bytes| bytes > bytes_max) {
            return Err(BodyFault::TooLarge(bytes_max));
        }
        let Ok(piece) = timeout(self.limits.idle_max, next_piece(&mut self.body)).await else {
            self.rest = Rest::Lost;
            return Err(BodyFault::TooSlow(self.limits.idle_max));
        };
        let piece = piece.map_err(|err| {
            self.rest = Rest::Lost;
            BodyFault::Broken(err)
        })?;
        let Some(piece) = piece else {
            return Ok(None);
        };
        self.rest = Rest::Coming;
        self.bytes_read = self
            .bytes_read
            .saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if self.bytes_read > bytes_max {
            return Err(BodyFault::TooLarge(bytes_max));
        }
        Ok(Some(piece))
    }

    /// Reads all of it.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub(crate) async fn read_whole(&mut self) -> Result<Vec<u8>, BodyFault> {
        let mut whole = Vec::new();
        loop {
            match self.next().await {
                Ok(Some(piece)) => whole.extend_from_slice(&piece),
                Ok(None) => return Ok(whole),
                Err(fault) => {
                    self.drain().await;
                    return Err(fault);
                }
            }
        }
    }

    /// Hands all of it to a run, at the run's pace. Ends well when the run does not listen any more.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next); the run is not told, and is to be dropped.
    pub(crate) async fn feed(&mut self, feeder: BodyFeeder) -> Result<(), BodyFault> {
        while let Some(piece) = self.next().await? {
            if feeder.feed(piece).await.is_err() {
                return Ok(());
            }
        }
        feeder.finish().await;
        Ok(())
    }

    /// Reads a little more of a body that nobody wants, if it is on its way.
    pub(crate) async fn drain(&mut self) {
        match self.rest {
            Rest::Coming => {}
            Rest::Withheld | Rest::Lost => return,
        }
        let deadline = Instant::now() + DRAIN_TIME_MAX;
        let mut left = DRAIN_BYTES_MAX;
        while let Ok(Ok(Some(piece))) = timeout_at(deadline, next_piece(&mut self.body)).await {
            let Some(rest) = left.checked_sub(piece.len()) else {
                return;
            };
            left = rest;
        }
    }
}

/// Returns the next bytes; trailers are none.
async fn next_piece(body: &mut Body) -> Result<Option<Bytes>, axum::Error> {
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame?.into_data() {
            return Ok(Some(piece));
        }
    }
    Ok(None)
}
