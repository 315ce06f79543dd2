//! Why a run stopped. A bad row is never an `Error`: it is a counted, quarantined value.

use std::backtrace::Backtrace;

use crate::schema::SchemaFaults;
use crate::store::{FaultKind, StoreFault};

/// A `Result` whose error is rowgate's [`struct@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The run cannot go on. Branch on [`kind`](Error::kind); print the chain of sources.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Repr>); // One pointer wide, so that `Ok` does not pay for our context.

/// What a caller can do about it: the exit code, the HTTP status, whether to retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting, a flag or a combination of them is wrong.
    Settings,
    /// The schema is wrong.
    Schema,
    /// The destination cannot be written to: missing, forbidden, or not a place for an object.
    Destination,
    /// Something is at the destination and may not be replaced.
    DestinationExists,
    /// The source cannot be read as asked: missing, forbidden, empty, or not decodable.
    Source,
    /// The source changed while it was read.
    SourceChanged,
    /// The run needs more of something than its limits allow.
    Limit,
    /// A dependency failed for good: store, network or disk. The same call may succeed later.
    Dependency,
    /// The reader of our output went away.
    OutputClosed,
    /// The caller asked the run to stop.
    Cancelled,
    /// Our bug: nothing was published by the step that found it.
    Bug,
}

/// Whose it is to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// The caller's: input, schema, configuration, permission.
    Caller,
    /// A dependency's: store, network, disk.
    Dependency,
    /// Ours.
    Bug,
}

impl Whose {
    /// Returns the name that logs and problem details carry.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Dependency => "dependency",
            Self::Bug => "bug",
        }
    }
}

impl ErrorKind {
    /// Returns whose it is to act.
    #[must_use]
    pub fn whose(self) -> Whose {
        match self {
            Self::Settings
            | Self::Schema
            | Self::Destination
            | Self::DestinationExists
            | Self::Source
            | Self::SourceChanged
            | Self::Limit
            | Self::OutputClosed
            | Self::Cancelled => Whose::Caller,
            Self::Dependency => Whose::Dependency,
            Self::Bug => Whose::Bug,
        }
    }

    /// Returns the stable name that problem details and logs carry.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Schema => "schema",
            Self::Destination => "destination",
            Self::DestinationExists => "destination-exists",
            Self::Source => "source",
            Self::SourceChanged => "source-changed",
            Self::Limit => "limit",
            Self::Dependency => "dependency",
            Self::OutputClosed => "output-closed",
            Self::Cancelled => "cancelled",
            Self::Bug => "bug",
        }
    }
}

/// Which of a run's places a store's refusal concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Where records come from.
    Source,
    /// Where the schema lies.
    Schema,
    /// Where accepted records go.
    Destination,
    /// Where rejected records go.
    Quarantine,
    /// Where the report goes.
    Report,
    /// A table that the schema's foreign keys refer to.
    Resource,
    /// Where a run puts what memory cannot hold.
    Scratch,
}

impl Role {
    fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Schema => "schema",
            Self::Destination => "destination",
            Self::Quarantine => "quarantine",
            Self::Report => "report",
            Self::Resource => "resource",
            Self::Scratch => "scratch space",
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum Repr {
    #[error("could not {verb} the {} `{uri}`", role.as_str())]
    Store {
        verb: &'static str,
        role: Role,
        uri: String,
        source: StoreFault,
    },
    #[error("the schema `{uri}` is not valid")]
    Schema { uri: String, source: SchemaFaults },
    #[error("{message}")]
    Stated { kind: ErrorKind, message: String },
    #[error("{message}")]
    Caused {
        kind: ErrorKind,
        message: String,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("{message}")]
    Bug {
        message: String,
        noticed_at: Box<Backtrace>,
    },
}

impl Error {
    /// Makes an error of the caller's or a dependency's that has no further cause.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Repr::Stated {
            kind,
            message: message.into(),
        }))
    }

    /// Makes an error that keeps its cause.
    #[must_use]
    pub fn caused(
        kind: ErrorKind,
        message: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self(Box::new(Repr::Caused {
            kind,
            message: message.into(),
            source: source.into(),
        }))
    }

    /// Makes an error of a store's refusal; `verb` completes "could not … the source".
    #[must_use]
    pub fn store(
        verb: &'static str,
        role: Role,
        uri: impl Into<String>,
        fault: StoreFault,
    ) -> Self {
        Self(Box::new(Repr::Store {
            verb,
            role,
            uri: uri.into(),
            source: fault,
        }))
    }

    /// Makes an error of a schema's faults.
    #[must_use]
    pub fn schema(uri: impl Into<String>, faults: SchemaFaults) -> Self {
        Self(Box::new(Repr::Schema {
            uri: uri.into(),
            source: faults,
        }))
    }

    /// Makes the error of a run that its caller stopped.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "the run was stopped")
    }

    /// Makes an error that says that we broke a rule of our own, with a backtrace.
    #[must_use]
    pub fn bug(message: impl Into<String>) -> Self {
        Self(Box::new(Repr::Bug {
            message: message.into(),
            noticed_at: Box::new(Backtrace::force_capture()),
        }))
    }

    /// Names the run in which a bug was noticed, for whoever is to find it; leaves other errors be.
    #[must_use]
    pub fn in_run(mut self, run_id: &str) -> Self {
        if let Repr::Bug { message, .. } = &mut *self.0 {
            *message = format!("{message} (run `{run_id}`)");
        }
        self
    }

    /// Returns the kind of failure.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match &*self.0 {
            Repr::Store { role, source, .. } => store_kind(*role, source.kind()),
            Repr::Schema { .. } => ErrorKind::Schema,
            Repr::Stated { kind, .. } | Repr::Caused { kind, .. } => *kind,
            Repr::Bug { .. } => ErrorKind::Bug,
        }
    }

    /// Returns where a bug was noticed; `None` for every other kind.
    #[must_use]
    pub fn backtrace(&self) -> Option<&Backtrace> {
        match &*self.0 {
            Repr::Bug { noticed_at, .. } => Some(noticed_at),
            Repr::Store { .. }
            | Repr::Schema { .. }
            | Repr::Stated { .. }
            | Repr::Caused { .. } => None,
        }
    }

    /// Returns the faults, if it is a schema that is wrong.
    #[must_use]
    pub fn schema_faults(&self) -> Option<&SchemaFaults> {
        match &*self.0 {
            Repr::Schema { source, .. } => Some(source),
            Repr::Store { .. } | Repr::Stated { .. } | Repr::Caused { .. } | Repr::Bug { .. } => {
                None
            }
        }
    }

    /// Returns the whole chain, outermost first, joined by `: `.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut next = std::error::Error::source(self);
        while let Some(cause) = next {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            next = cause.source();
        }
        text
    }
}

/// The one table from a store's refusal to a kind of error.
fn store_kind(role: Role, fault: FaultKind) -> ErrorKind {
    let unusable = match role {
        Role::Source | Role::Resource => ErrorKind::Source,
        Role::Scratch => ErrorKind::Settings,
        Role::Schema => ErrorKind::Schema,
        Role::Destination | Role::Quarantine | Role::Report => ErrorKind::Destination,
    };
    match fault {
        FaultKind::NotFound
        | FaultKind::NoContainer
        | FaultKind::Denied
        | FaultKind::NotAnObject
        | FaultKind::Unusable => unusable,
        FaultKind::Credentials => ErrorKind::Settings,
        FaultKind::AlreadyExists => ErrorKind::DestinationExists,
        FaultKind::Changed => match role {
            Role::Source | Role::Schema | Role::Resource => ErrorKind::SourceChanged,
            Role::Scratch => ErrorKind::Dependency,
            Role::Destination | Role::Quarantine | Role::Report => ErrorKind::DestinationExists,
        },
        FaultKind::Full | FaultKind::Unavailable => ErrorKind::Dependency,
        FaultKind::Closed => ErrorKind::OutputClosed,
        FaultKind::Protocol => ErrorKind::Bug,
    }
}
