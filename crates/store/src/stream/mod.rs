//! Standard streams, pipes and HTTP bodies: read or written once, in order.

mod channel;
mod feed;
mod source;
mod stdout;

pub use self::channel::{BodyFeeder, BodySource};
pub use self::feed::Feed;
pub(crate) use self::feed::Feeder;
pub use self::source::StreamSource;
pub use self::stdout::{StdoutStore, StdoutUpload};
pub use crate::tally::Tally as StdoutPartTag;
