//! The one outcome table: what a report or an error means to a shell, a client, a Lambda caller.

use rowgate_core::ErrorKind;
use rowgate_core::report::{Report, Status};

/// The exit code of a run that did what was asked.
pub const EXIT_DONE: u8 = 0;
/// The exit code of data that was refused.
pub const EXIT_REFUSED: u8 = 1;
/// The exit code of an error of ours.
pub const EXIT_BUG: u8 = 70;

/// What stopped a run from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// A polite end of the process.
    Terminate,
    /// The terminal was closed.
    Hangup,
}

impl Signal {
    /// Returns the exit code of a process that the signal ended.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
            Self::Hangup => 129,
        }
    }
}

/// Whether to ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The same call would fail in the same way.
    Never,
    /// The same call may succeed.
    Later,
}

impl Retry {
    /// Says what to do after this kind of failure.
    #[must_use]
    pub fn after(kind: ErrorKind) -> Self {
        row(kind).retry
    }
}

/// A row of the table.
struct Row {
    exit: u8,
    http: u16,
    lambda: &'static str,
    retry: Retry,
    advice: Option<&'static str>,
}

/// The table.
#[expect(
    clippy::match_same_arms,
    reason = "a bug is a row of its own, and the wildcard stands for kinds that are not there yet"
)]
fn row(kind: ErrorKind) -> Row {
    use Retry::{Later, Never};
    let row = |exit, http, lambda, retry, advice| Row {
        exit,
        http,
        lambda,
        retry,
        advice,
    };
    match kind {
        ErrorKind::Settings => row(2, 400, "SettingsError", Never, None),
        ErrorKind::Schema => row(
            2,
            422,
            "SchemaError",
            Never,
            Some(
                "see that the schema is there; `rowgate schema check` shows what it means once it is valid",
            ),
        ),
        ErrorKind::Destination => row(
            2,
            422,
            "DestinationError",
            Never,
            Some(
                "see what the store said: the place must be there, and you must be allowed to write to it",
            ),
        ),
        ErrorKind::DestinationExists => row(
            2,
            409,
            "DestinationExistsError",
            Never,
            Some(
                "choose another place; `rowgate ingest` replaces what is there if it is given `--overwrite`",
            ),
        ),
        ErrorKind::Limit => row(
            2,
            413,
            "LimitError",
            Never,
            Some("`rowgate config show` lists the limits in force"),
        ),
        ErrorKind::Source => row(
            3,
            422,
            "SourceError",
            Never,
            Some("see that the source is there, that you may read it, and how it is written"),
        ),
        ErrorKind::SourceChanged => row(
            3,
            409,
            "SourceChangedError",
            Later,
            Some("wait until nobody writes to the source, and run it again"),
        ),
        ErrorKind::Dependency => row(
            4,
            503,
            "DependencyError",
            Later,
            Some("a store, the network or a disk failed: the same call may succeed later"),
        ),
        // Only a destination ends here; a result that nobody reads to its end is no error.
        ErrorKind::OutputClosed => row(4, 400, "OutputClosedError", Never, Some(READ_TO_THE_END)),
        ErrorKind::Cancelled => row(
            Signal::Interrupt.exit_code(),
            409,
            "CancelledError",
            Later,
            Some("the same call starts afresh"),
        ),
        ErrorKind::Bug => BUG,
        // `ErrorKind` is open outside the core. What this table does not know is a bug of ours.
        _ => BUG,
    }
}

const READ_TO_THE_END: &str = "the reader of the accepted records went away, so nothing was quarantined or reported: let it read to the end";

const BUG: Row = Row {
    exit: EXIT_BUG,
    http: 500,
    lambda: "BugError",
    retry: Retry::Never,
    advice: Some("this is a bug in rowgate: please report it with what is printed here"),
};

/// Returns the exit code of a process that stopped with such an error. Where it was a signal that
/// stopped it, [`Signal::exit_code`] knows better.
#[must_use]
pub fn exit_code(kind: ErrorKind) -> u8 {
    row(kind).exit
}

/// Returns the HTTP status of a request that stopped with such an error.
#[must_use]
pub fn http_status(kind: ErrorKind) -> u16 {
    row(kind).http
}

/// Returns the `errorType` of an invocation that stopped with such an error.
#[must_use]
pub fn lambda_error_type(kind: ErrorKind) -> &'static str {
    row(kind).lambda
}

/// Returns the next step for a person, if there is one that the error does not name itself.
#[must_use]
pub fn advice(kind: ErrorKind) -> Option<&'static str> {
    row(kind).advice
}

/// Returns the exit code of a process that ended with a report.
#[must_use]
pub fn report_exit_code(report: &Report) -> u8 {
    status_exit_code(report.status, report.errors.total)
}

fn status_exit_code(status: Status, n_errors: u64) -> u8 {
    match (status, n_errors) {
        (Status::Landed, _) | (Status::Validated, 0) => EXIT_DONE,
        (Status::Validated, 1..) | (Status::Refused, _) => EXIT_REFUSED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rowgate_core::Whose;

    #[track_caller]
    fn check(kind: ErrorKind, exit: u8, http: u16, lambda: &str, retry: Retry) {
        let actual = (
            exit_code(kind),
            http_status(kind),
            lambda_error_type(kind),
            Retry::after(kind),
        );
        assert_eq!(actual, (exit, http, lambda, retry), "{kind:?}");
        let statuses = match kind.whose() {
            Whose::Caller => 400..500,
            Whose::Dependency => 502..504,
            Whose::Bug => 500..501,
        };
        assert!(statuses.contains(&http), "{kind:?}");
    }

    #[test]
    fn every_kind_has_its_outcome() {
        use Retry::{Later, Never};
        check(ErrorKind::Settings, 2, 400, "SettingsError", Never);
        check(ErrorKind::Schema, 2, 422, "SchemaError", Never);
        check(ErrorKind::Destination, 2, 422, "DestinationError", Never);
        check(
            ErrorKind::DestinationExists,
            2,
            409,
            "DestinationExistsError",
            Never,
        );
        check(ErrorKind::Limit, 2, 413, "LimitError", Never);
        check(ErrorKind::Source, 3, 422, "SourceError", Never);
        check(
            ErrorKind::SourceChanged,
            3,
            409,
            "SourceChangedError",
            Later,
        );
        check(ErrorKind::Dependency, 4, 503, "DependencyError", Later);
        check(ErrorKind::OutputClosed, 4, 400, "OutputClosedError", Never);
        check(ErrorKind::Cancelled, 130, 409, "CancelledError", Later);
        check(ErrorKind::Bug, 70, 500, "BugError", Never);
    }

    #[test]
    fn a_report_ends_in_done_or_refused() {
        assert_eq!(status_exit_code(Status::Landed, 7), 0);
        assert_eq!(status_exit_code(Status::Validated, 0), 0);
        assert_eq!(status_exit_code(Status::Validated, 1), 1);
        assert_eq!(status_exit_code(Status::Refused, 0), 1);
    }

    #[test]
    fn a_signal_has_its_own_code() {
        assert_eq!(Signal::Interrupt.exit_code(), 130);
        assert_eq!(Signal::Terminate.exit_code(), 143);
    }
}
