//! One module an endpoint. They translate: a request into a job, its outcome into an answer.

pub(crate) mod decoding;
mod dialect;
pub(crate) mod fallback;
pub(crate) mod health;
pub(crate) mod items;
pub(crate) mod json_object;
pub(crate) mod process;
pub(crate) mod schema_name;
pub(crate) mod validate;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use crate::auth::authorize;
use crate::load::shed;
use crate::observe::observe;
use crate::state::Service;

/// Returns the service as a router: every endpoint, and what surrounds them.
pub fn router(service: Arc<Service>) -> Router {
    let guarded = Router::new()
        .route("/v1/validate", post(validate::validate))
        .route("/v2/process", post(process::process))
        .fallback(fallback::not_found)
        .method_not_allowed_fallback(fallback::method_not_allowed)
        // The last one added is the first to see a request.
        .layer(from_fn_with_state(Arc::clone(&service), shed))
        .layer(from_fn_with_state(Arc::clone(&service), authorize));
    let open = Router::new()
        .route("/healthz", get(health::healthz))
        .method_not_allowed_fallback(fallback::method_not_allowed);
    guarded
        .merge(open)
        .layer(from_fn(observe))
        .with_state(service)
}
