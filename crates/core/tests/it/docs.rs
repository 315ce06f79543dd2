//! The pages that are made of what is published: they say what the code says.
//!
//! `UPDATE=1 cargo test -p rowgate-core docs` writes them.

use std::fmt::Write as _;
use std::path::Path;

use rowgate_core::event::Event;
use rowgate_core::reason::Code;

#[expect(
    clippy::disallowed_methods,
    reason = "a test reads and writes the repository's pages"
)]
#[track_caller]
fn check(page: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(page);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    let hint =
        format!("`docs/{page}` is stale: `UPDATE=1 cargo test -p rowgate-core docs` writes it");
    assert_eq!(found, expected, "{hint}");
}

#[test]
fn errors() {
    let mut page = "# Error codes\n\n\
        <!-- Made from crates/core/src/reason.rs; `UPDATE=1 cargo test -p rowgate-core docs` writes it. -->\n\n\
        What can be wrong with a record or a header. The names stand in the quarantine and in the report;\n\
        `rowgate explain CODE` says the same. The list only grows, and a code keeps its meaning.\n"
        .to_owned();
    for code in Code::ALL {
        let (summary, example, remedy) = (code.summary(), code.example(), code.remedy());
        write!(
            page,
            "\n## `{code}`\n\n{summary}\n\nExample: {example}\n\nTo mend it: {remedy}\n"
        )
        .unwrap();
    }
    check("errors.md", &page);
}

#[test]
fn events() {
    let mut page = "# Events\n\n\
        <!-- Made from crates/core/src/event.rs; `UPDATE=1 cargo test -p rowgate-core docs` writes it. -->\n\n\
        The names in the field `event` of a log line. The list only grows, and a name keeps its meaning.\n\n\
        As JSON, a line has `timestamp` (RFC 3339, milliseconds, UTC), `level`, `event`, then the identities of\n\
        what it belongs to (`run_id`, `request_id`, `trace_id`), then the event's own fields, then `service` and\n\
        `target`. A failure also has `exception` (the chain of causes), `error_class` (`caller`, `dependency` or\n\
        `bug`), `error_kind` and `input_payload_summary` (counts and types, never values); a bug has a `backtrace`.\n\
        The value of a cell never stands in a log.\n\n\
        | event | when |\n| --- | --- |\n"
        .to_owned();
    for event in Event::ALL {
        writeln!(page, "| `{}` | {} |", event.as_str(), when(*event)).unwrap();
    }
    check("events.md", &page);
}

/// Says when an event is logged. A new event is described here.
fn when(event: Event) -> &'static str {
    let when = match event {
        Event::RunStarted => "A run has opened its source and is about to read it.",
        Event::RunLanded => {
            "The destination appeared whole. Fields: `records.read`, `records.accepted`, `records.rejected`, `parts`."
        }
        Event::RunValidated => {
            "The source was validated; nothing was to be written. Fields: counts of records."
        }
        Event::RunRefused => {
            "The data was refused; the destination did not appear. Fields: counts of records."
        }
        Event::RunFailed => "A run stopped with an error.",
        Event::UploadLeftOpen => {
            "An upload could not be aborted: `rowgate uploads abort` or the bucket's lifecycle rule removes it."
        }
        Event::CommitSettled => {
            "The answer to a commit was lost or said no, and a look showed that it was done."
        }
        Event::FunctionStarted => "A Lambda process is ready for invocations.",
        Event::ServiceStarted => "The service accepts requests. Field: `address`.",
        Event::ServiceStopping => "The service was told to stop: open requests are finished first.",
        Event::RequestDone => {
            "A request was answered. Fields: `method`, `route`, `status`, `duration_ms`, `bytes`."
        }
        Event::RequestRefused => "A request was refused, which is the caller's to mend.",
        Event::RequestFailed => "A request or an invocation failed.",
        Event::CommitUnsettled => {
            "A commit was refused, and a look could not tell whether it was done all the same."
        }
        _ => "",
    };
    assert!(
        !when.is_empty(),
        "{event:?} is not described in tests/it/docs.rs"
    );
    when
}
