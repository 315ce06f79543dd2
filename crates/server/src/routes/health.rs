//! `GET /healthz`: the process is up and answers.

use axum::Json;
use serde::Serialize;

/// How the service is.
#[derive(Debug, Serialize)]
pub(crate) struct Health {
    status: &'static str,
}

/// Answers, without a token and under any load: whoever restarts processes asks here.
pub(crate) async fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}
