//! rowgate as an HTTP service.
//!
//! It translates: requests into the jobs of `rowgate-app`, their outcomes into answers. What judges
//! data lives in the core; what is kept between requests is a [`Service`], and nothing else.
//!
//! A request passes, from the outside in: [`serve`] (connections), `observe` (identity, log line,
//! panics), `auth`, `load` (how many at once, for how long), and its endpoint in `routes`.

mod auth;
mod body;
mod load;
mod observe;
mod problem;
mod request_id;
mod routes;
mod serve;
mod state;
mod trace_context;

pub use body::BodyLimits;
pub use routes::router;
pub use serve::serve;
pub use state::{RequestLimits, Service};
