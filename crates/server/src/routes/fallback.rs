//! What is no endpoint.

use crate::problem::{Problem, ProblemKind};

pub(crate) async fn not_found() -> Problem {
    let detail = "the endpoints are `/v1/validate`, `/v2/process` and `/healthz`";
    Problem::new(ProblemKind::NotFound, detail)
}

/// The router adds the `Allow` header.
pub(crate) async fn method_not_allowed() -> Problem {
    Problem::new(
        ProblemKind::MethodNotAllowed,
        "the header `Allow` names the methods",
    )
}
