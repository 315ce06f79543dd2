//! The names of what is logged: published, so append-only.

/// Every event that rowgate logs, in the `event` field of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A run began.
    RunStarted,
    /// The destination appeared whole.
    RunLanded,
    /// The data was validated, and nothing was to be written.
    RunValidated,
    /// The data was refused: the destination did not appear.
    RunRefused,
    /// A run stopped with an error.
    RunFailed,
    /// An upload could not be aborted and stays open in the store.
    UploadLeftOpen,
    /// A commit whose answer was lost turned out to be done.
    CommitSettled,
    /// A Lambda process is ready for invocations.
    FunctionStarted,
    /// The service accepts requests.
    ServiceStarted,
    /// The service stops: open requests are finished first.
    ServiceStopping,
    /// A request was answered.
    RequestDone,
    /// A request was refused: the caller's fault.
    RequestRefused,
    /// A request failed: a dependency's fault or ours.
    RequestFailed,
    /// A commit was refused and a look could not tell whether it was done all the same.
    CommitUnsettled,
}

impl Event {
    /// All events, in the order in which they were published.
    pub const ALL: &'static [Self] = &[
        Self::RunStarted,
        Self::RunLanded,
        Self::RunValidated,
        Self::RunRefused,
        Self::RunFailed,
        Self::UploadLeftOpen,
        Self::CommitSettled,
        Self::FunctionStarted,
        Self::ServiceStarted,
        Self::ServiceStopping,
        Self::RequestDone,
        Self::RequestRefused,
        Self::RequestFailed,
        Self::CommitUnsettled,
    ];

    /// Returns the published name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RunStarted => "run_started",
            Self::RunLanded => "run_landed",
            Self::RunValidated => "run_validated",
            Self::RunRefused => "run_refused",
            Self::RunFailed => "run_failed",
            Self::UploadLeftOpen => "upload_left_open",
            Self::CommitSettled => "commit_settled",
            Self::FunctionStarted => "function_started",
            Self::ServiceStarted => "service_started",
            Self::ServiceStopping => "service_stopping",
            Self::RequestDone => "request_done",
            Self::RequestRefused => "request_refused",
            Self::RequestFailed => "request_failed",
            Self::CommitUnsettled => "commit_unsettled",
        }
    }
}
