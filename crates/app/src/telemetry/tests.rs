use std::io;
use std::sync::{Arc, Mutex};

use tracing::{debug, error_span, info, info_span, trace, warn};

use super::*;

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns the lines that `act` logs, at a time that stands still.
fn logged(format: LogFormat, level: LogLevel, act: impl FnOnce()) -> String {
    let kept = Kept::default();
    let writer = kept.clone();
    let options = LogOptions {
        format,
        level,
        service: "test",
        color: Color::Plain,
    };
    let at = || "2026-11-21T08:09:10.011999Z".parse().unwrap();
    let lines = LineLayer::new(options, move || writer.clone(), at);
    let subscriber = registry().with(filter(level)).with(lines);
    tracing::subscriber::with_default(subscriber, act);
    let bytes = kept.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[track_caller]
fn check(format: LogFormat, level: LogLevel, act: impl FnOnce(), expected: &[&str]) {
    let actual = logged(format, level, act);
    assert_eq!(actual.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_line_is_one_flat_object() {
    check(
        LogFormat::Json,
        LogLevel::Info,
        || {
            let _request = info_span!("request", request_id = "r-1", trace_id = "t-1").entered();
            let _run = info_span!("run", run_id = "u-1").entered();
            info!(
                event = Event::RunLanded.as_str(),
                records.read = 7_u64,
                ratio = 0.5,
                parts = -1
            );
        },
        &[
            r#"{"timestamp":"2026-11-21T08:09:10.011Z","level":"info","event":"run_landed","run_id":"u-1","request_id":"r-1","trace_id":"t-1","records.read":7,"ratio":0.5,"parts":-1,"service":"test","target":"rowgate_app::telemetry::tests"}"#,
        ],
    );
}

#[test]
fn the_innermost_value_wins_and_own_fields_stand() {
    check(
        LogFormat::Json,
        LogLevel::Warn,
        || {
            let _outer = info_span!("outer", run_id = "outer", level = "forged").entered();
            let inner = info_span!("inner", run_id = field::Empty);
            inner.record("run_id", "inner");
            let _inner = inner.entered();
            warn!(target: "rowgate", timestamp = "forged", "said");
        },
        &[
            r#"{"timestamp":"2026-11-21T08:09:10.011Z","level":"warn","run_id":"inner","message":"said","service":"test","target":"rowgate"}"#,
        ],
    );
}

#[test]
fn a_failure_says_what_and_whose() {
    let act = || {
        let cause = io::Error::other("connection reset");
        let error = Error::caused(ErrorKind::Dependency, "could not write `s3://b/k`", cause);
        let summary = PayloadSummary::new()
            .count("item_count", 42)
            .kind("items", "array");
        log_failure(Event::RequestFailed, &error, &summary);
    };
    check(
        LogFormat::Json,
        LogLevel::Error,
        act,
        &[
            r#"{"timestamp":"2026-11-21T08:09:10.011Z","level":"error","event":"request_failed","exception":"could not write `s3://b/k`: connection reset","error_class":"dependency","error_kind":"dependency","input_payload_summary":{"item_count":42,"items":"array"},"service":"test","target":"rowgate_app::telemetry"}"#,
        ],
    );
    check(
        LogFormat::Human,
        LogLevel::Error,
        act,
        &[
            r#"error request_failed exception=could not write `s3://b/k`: connection reset error_class=dependency error_kind=dependency input_payload_summary={"item_count":42,"items":"array"}"#,
        ],
    );
}

#[test]
fn a_panic_is_one_line_with_its_place() {
    let here = panic::Location::caller();
    let act = || log_panic(Some(here));
    let place = format!("{}:{}:{}", here.file(), here.line(), here.column());
    check(
        LogFormat::Human,
        LogLevel::Error,
        act,
        &[&format!(
            "error panicked location={place} error_class=bug error_kind=bug"
        )],
    );
    check(
        LogFormat::Json,
        LogLevel::Error,
        act,
        &[&format!(
            r#"{{"timestamp":"2026-11-21T08:09:10.011Z","level":"error","message":"panicked","location":"{place}","error_class":"bug","error_kind":"bug","service":"test","target":"rowgate_app::telemetry"}}"#
        )],
    );
}

#[test]
fn a_callers_fault_is_a_warning_and_a_bug_has_its_backtrace() {
    let fail = |error: Error| {
        logged(LogFormat::Json, LogLevel::Warn, || {
            log_failure(Event::RequestRefused, &error, &PayloadSummary::new());
        })
    };
    let refused = fail(Error::new(ErrorKind::Settings, "no"));
    assert!(refused.contains(r#""level":"warn""#), "{refused}");
    assert!(refused.contains(r#""error_class":"caller""#), "{refused}");
    assert!(!refused.contains("backtrace"), "{refused}");
    let bug = fail(Error::bug("books do not balance"));
    assert!(bug.contains(r#""level":"error""#), "{bug}");
    assert!(bug.contains(r#""error_class":"bug""#), "{bug}");
    assert!(
        bug.contains(r#""backtrace":""#) && bug.contains("rowgate_app"),
        "{bug}"
    );
    assert_eq!(bug.lines().count(), 1);
}

#[test]
fn a_line_for_people_is_one_line() {
    check(
        LogFormat::Human,
        LogLevel::Warn,
        || {
            let fault = Error::caused(ErrorKind::Source, "outer", io::Error::other("inner"));
            let error: &(dyn std::error::Error + 'static) = &fault;
            warn!(
                event = Event::UploadLeftOpen.as_str(),
                uri = "a\nb\x1b[2J",
                error
            );
        },
        &[r"warn upload_left_open uri=a\nb\u{1b}[2J error=outer: inner"],
    );
}

#[test]
fn a_bug_for_people_is_followed_by_its_backtrace() {
    let text = logged(LogFormat::Human, LogLevel::Warn, || {
        log_failure(
            Event::RunFailed,
            &Error::bug("no balance"),
            &PayloadSummary::new(),
        );
    });
    let first = text.lines().next().unwrap();
    assert!(
        first.starts_with("error run_failed exception=no balance"),
        "{text}"
    );
    assert!(
        !first.contains("backtrace") && text.lines().count() > 2,
        "{text}"
    );
}

#[test]
fn colour_is_only_about_the_level() {
    let kept = Kept::default();
    let writer = kept.clone();
    let options = LogOptions {
        format: LogFormat::Human,
        level: LogLevel::Info,
        service: "test",
        color: Color::Ansi,
    };
    tracing::subscriber::with_default(subscriber(options, move || writer.clone()), || {
        info!(event = Event::RunStarted.as_str());
    });
    let bytes = kept.0.lock().unwrap().clone();
    assert_eq!(bytes, b"\x1b[32minfo\x1b[0m run_started\n");
}

#[test]
fn others_do_not_flood() {
    let act = || {
        for round in 0..1 {
            trace!(target: "aws_sdk_s3", round, "others trace");
            debug!(target: "hyper::client", round, "others debug");
            info!(target: "aws_config", round, "others info");
            warn!(target: "rustls", round, "others warn");
            trace!(target: "rowgate_core::run", round, "ours trace");
            debug!(target: "rowgate_store", round, "ours debug");
            info!(target: "bootstrap", round, "ours info");
            let _span = error_span!(target: "aws_sdk_s3", "theirs", run_id = "x").entered();
        }
    };
    let said = |level| {
        let text = logged(LogFormat::Human, level, act);
        let said = text.lines().map(|line| {
            line.split(' ')
                .skip(1)
                .take(2)
                .collect::<Vec<_>>()
                .join(" ")
        });
        said.collect::<Vec<_>>()
    };
    assert_eq!(said(LogLevel::Error), Vec::<String>::new());
    assert_eq!(said(LogLevel::Warn), ["others warn"]);
    assert_eq!(said(LogLevel::Info), ["others warn", "ours info"]);
    assert_eq!(
        said(LogLevel::Debug),
        [
            "others debug",
            "others info",
            "others warn",
            "ours debug",
            "ours info"
        ]
    );
    assert_eq!(
        said(LogLevel::Trace),
        [
            "others debug",
            "others info",
            "others warn",
            "ours trace",
            "ours debug",
            "ours info"
        ]
    );
}

/// The names are published: this list only ever grows.
#[test]
fn the_published_events() {
    let names: Vec<_> = Event::ALL.iter().map(|event| event.as_str()).collect();
    let published = [
        "run_started",
        "run_landed",
        "run_validated",
        "run_refused",
        "run_failed",
        "upload_left_open",
        "commit_settled",
        "function_started",
        "service_started",
        "service_stopping",
        "request_done",
        "request_refused",
        "request_failed",
        "commit_unsettled",
    ];
    assert_eq!(names, published);
    let is_snake_case = |name: &&str| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    assert!(names.iter().all(is_snake_case));
}
