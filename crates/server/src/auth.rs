//! Who may ask: whoever holds the token, where one is set.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use crate::problem::{Problem, ProblemKind};
use crate::state::Service;

const SCHEME: &[u8] = b"Bearer ";

/// Refuses requests without the token. [`/healthz`](crate::routes::health) stands outside of it.
pub(crate) async fn authorize(
    State(service): State<Arc<Service>>,
    request: Request,
    next: Next,
) -> Response {
    match service.token() {
        Some(token) if !holds(request.headers(), token) => {
            let detail = "send the header `Authorization: Bearer …` with the token of this service";
            Problem::new(ProblemKind::Unauthorized, detail)
                .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
                .into_response()
        }
        Some(_) | None => next.run(request).await,
    }
}

/// Compares in a time that does not tell how much of a token is right.
fn holds(headers: &HeaderMap, token: &SecretString) -> bool {
    let given = headers
        .get(header::AUTHORIZATION)
        .map(HeaderValue::as_bytes);
    let given = given.and_then(|value| value.split_at_checked(SCHEME.len()));
    given.is_some_and(|(scheme, given)| {
        scheme.eq_ignore_ascii_case(SCHEME)
            && bool::from(given.ct_eq(token.expose_secret().as_bytes()))
    })
}
