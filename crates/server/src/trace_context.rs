//! W3C Trace Context: which trace a request belongs to.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// The header that carries it, both ways.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("traceparent");

/// The trace of a request, and our span in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TraceContext {
    trace_id: String,
    span_id: String,
    flags: String,
}

impl TraceContext {
    /// Goes on with the caller's trace in a span of our own, or begins a trace where the caller's is
    /// absent or not valid.
    #[must_use]
    pub(crate) fn go_on_or_begin(headers: &HeaderMap) -> Self {
        let mut all = headers.get_all(HEADER).iter();
        let caller = match (all.next(), all.next()) {
            (Some(value), None) => value.to_str().ok().and_then(parse),
            (Some(_), Some(_)) | (None, _) => None,
        };
        let (trace_id, flags) = match caller {
            Some((trace_id, flags)) => (trace_id.to_owned(), flags.to_owned()),
            None => (Uuid::now_v7().simple().to_string(), "00".to_owned()),
        };
        Self {
            trace_id,
            span_id: new_span_id(),
            flags,
        }
    }

    /// Returns the trace's identity: 32 hex digits.
    #[must_use]
    pub(crate) fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// Returns the value of the header, which names our span as the parent.
    #[must_use]
    pub(crate) fn to_header(&self) -> HeaderValue {
        let text = format!("00-{}-{}-{}", self.trace_id, self.span_id, self.flags);
        // Hex digits and dashes are always a header value.
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }
}

/// Returns the half of a `UUIDv7` that is no time: counted and random, and never zero.
fn new_span_id() -> String {
    let (_, low) = Uuid::now_v7().as_u64_pair();
    format!("{low:016x}")
}

/// Returns the trace's identity and flags. Versions to come may have more fields behind ours.
fn parse(text: &str) -> Option<(&str, &str)> {
    let mut fields = text.splitn(5, '-');
    let version = hex(fields.next()?, 2)?;
    let trace_id = hex(fields.next()?, 32)?;
    let parent_id = hex(fields.next()?, 16)?;
    let flags = hex(fields.next()?, 2)?;
    let has_more = fields.next().is_some();
    let is_zero = |id: &str| id.bytes().all(|byte| byte == b'0');
    let is_valid = version != "ff" && !(version == "00" && has_more);
    (is_valid && !is_zero(trace_id) && !is_zero(parent_id)).then_some((trace_id, flags))
}

fn hex(field: &str, len: usize) -> Option<&str> {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (field.len() == len && field.bytes().all(is_hex)).then_some(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    /// Compares the trace and the flags that the answer carries.
    #[track_caller]
    fn check(value: &str, expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, HeaderValue::from_str(value).unwrap());
        let context = TraceContext::go_on_or_begin(&headers);
        let answer = context.to_header();
        let (trace_id, flags) = parse(answer.to_str().unwrap()).unwrap();
        match expected {
            Some(expected) => assert_eq!((trace_id, flags), (TRACE, expected), "{value}"),
            None => assert_ne!(trace_id, TRACE, "{value}"),
        }
        assert!(
            !answer.to_str().unwrap().contains("00f067aa0ba902b7"),
            "a span of our own"
        );
    }

    #[test]
    fn a_valid_trace_goes_on() {
        check(&format!("00-{TRACE}-00f067aa0ba902b7-01"), Some("01"));
        check(&format!("00-{TRACE}-00f067aa0ba902b7-00"), Some("00"));
        check(&format!("cc-{TRACE}-00f067aa0ba902b7-01-more"), Some("01"));
    }

    #[test]
    fn anything_else_begins_one() {
        check(&format!("00-{TRACE}-00f067aa0ba902b7-01-more"), None);
        check(&format!("ff-{TRACE}-00f067aa0ba902b7-01"), None);
        check(&format!("00-{TRACE}-0000000000000000-01"), None);
        check(
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            None,
        );
        check(
            &format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
            None,
        );
        check(&format!("00-{TRACE}-00f067aa0ba902b7"), None);
        check("", None);
        let mut twice = HeaderMap::new();
        let value = format!("00-{TRACE}-00f067aa0ba902b7-01");
        twice.append(HEADER, HeaderValue::from_str(&value).unwrap());
        twice.append(HEADER, HeaderValue::from_str(&value).unwrap());
        assert_ne!(TraceContext::go_on_or_begin(&twice).trace_id(), TRACE);
    }

    #[test]
    fn spans_differ() {
        let headers = HeaderMap::new();
        let (one, other) = (
            TraceContext::go_on_or_begin(&headers),
            TraceContext::go_on_or_begin(&headers),
        );
        assert_ne!(one.span_id, other.span_id);
        assert_ne!(one.trace_id, other.trace_id);
    }
}
