//! The request's identity: the caller's, where it is a sane token, else ours.

use std::fmt;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// The header that carries it, both ways.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The longest identity that is taken over, in bytes.
const LEN_MAX: usize = 128;

/// What logs, answers and people call a request by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestId(HeaderValue);

impl RequestId {
    /// Takes over the caller's identity, or makes a `UUIDv7` where there is none that can be trusted
    /// in a log: up to 128 of `[A-Za-z0-9._-]`.
    #[must_use]
    pub(crate) fn take_or_make(headers: &HeaderMap) -> Self {
        match headers.get(HEADER) {
            Some(value) if is_sane(value.as_bytes()) => Self(value.clone()),
            Some(_) | None => Self::make(),
        }
    }

    fn make() -> Self {
        let text = Uuid::now_v7().to_string();
        // A UUID is always a header value; were it not, the request would go nameless.
        Self(HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("unknown")))
    }

    /// Returns the text.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or("unknown")
    }

    /// Returns the value of the header.
    #[must_use]
    pub(crate) fn to_header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_sane(value: &[u8]) -> bool {
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    (1..=LEN_MAX).contains(&value.len()) && value.iter().all(is_token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: Option<&[u8]>, is_taken: bool) {
        let mut headers = HeaderMap::new();
        if let Some(value) = value {
            headers.insert(HEADER, HeaderValue::from_bytes(value).unwrap());
        }
        let id = RequestId::take_or_make(&headers);
        if is_taken {
            assert_eq!(id.as_str().as_bytes(), value.unwrap());
        } else {
            let made: Uuid = id.as_str().parse().unwrap();
            assert_eq!(made.get_version_num(), 7);
        }
    }

    #[test]
    fn only_sane_identities_are_taken_over() {
        check(Some(b"order-7_a.B"), true);
        check(Some(&[b'a'; 128]), true);
        check(Some(&[b'a'; 129]), false);
        check(Some(b""), false);
        check(Some(b"a b"), false);
        check(Some(b"a\"b"), false);
        check(Some("ä".as_bytes()), false);
        check(None, false);
    }
}
