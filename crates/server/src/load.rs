//! Sheds load: what cannot be served now is refused now, and not queued.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::time::timeout;

use crate::problem::{Problem, ProblemKind};
use crate::state::Service;

/// How long a caller is asked to wait.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Serves so many requests at once and for so long, and refuses the others.
pub(crate) async fn shed(
    State(service): State<Arc<Service>>,
    request: Request,
    next: Next,
) -> Response {
    // Held until the request is answered or its client is gone.
    let Some(_permit) = service.admit() else {
        let detail = "as many requests as allowed are being answered: try again in a moment";
        return Problem::new(ProblemKind::Overloaded, detail)
            .retry_after(RETRY_AFTER)
            .into_response();
    };
    let request_max = service.limits().request_max;
    match timeout(request_max, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => {
            let detail = format!("a request may take {} s here", request_max.as_secs());
            Problem::new(ProblemKind::TimedOut, detail).into_response()
        }
    }
}
