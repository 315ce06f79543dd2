//! A run against a store that refuses each call in turn: what the store saw, as data.

use rowgate_core::ErrorKind;
use rowgate_core::landing::LandingOptions;
use rowgate_core::part::PartSize;
use rowgate_core::run::{Existing, Landings, Places, ingest};
use rowgate_core::upload::Budget;

use crate::memory::{MemorySource, Script, control};
use crate::run::job;

/// Two parts for the destination, two for the quarantine.
const SOURCE: &[u8] = b"n\n1\n2\n3\n4\n5\n6\nx\n";

pub(crate) fn landings(existing: Existing) -> Landings {
    Landings {
        options: LandingOptions {
            part_size: PartSize::default(),
            in_flight_max: 4,
            budget: Budget::new(1024 * 1024),
        },
        existing,
    }
}

pub(crate) fn places(store: &Script) -> Places<Script> {
    Places {
        destination: store.place("d"),
        quarantine: store.place("q"),
        report: store.place("r"),
    }
}

fn run(
    store: &Script,
    source: &MemorySource,
) -> rowgate_core::Result<rowgate_core::report::Report> {
    let mut control = control();
    if let Some((_, token)) = &store.cancel_at {
        control.cancel = token.clone();
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let job = job(r#"{"fields": [{"name": "n", "type": "integer"}]}"#);
    runtime.block_on(ingest(
        &job,
        source,
        places(store),
        &landings(Existing::Keep),
        &control,
    ))
}

/// Runs with a store that refuses one call; compares what it saw of the rest, and what is there.
#[track_caller]
fn check(refuse: &'static str, aborts: &[&str], visible: &[&str]) {
    let store = Script {
        refuse,
        ..Script::default()
    };
    let outcome = run(&store, &MemorySource::of(SOURCE));
    assert_eq!(
        outcome.is_err(),
        refuse != "-",
        "a refusal is never swallowed"
    );
    let calls = store.calls();
    let aborted: Vec<&str> = calls
        .iter()
        .filter_map(|c| c.strip_prefix("abort "))
        .collect();
    assert_eq!(aborted, aborts, "refused: {refuse}; calls: {calls:?}");
    let there: Vec<&str> = ["d", "q", "r"]
        .into_iter()
        .filter(|key| store.object(key).is_some())
        .collect();
    assert_eq!(there, visible, "refused: {refuse}");
    assert_eq!(store.open_uploads(), 0, "refused: {refuse}");
}

#[test]
fn every_refusal_aborts_what_is_open_and_nothing_twice() {
    check("-", &[], &["d", "q", "r"]);
    check("look d", &[], &[]);
    check("look q", &[], &[]);
    check("look r", &[], &[]);
    check("create q", &[], &[]);
    check("part 1 of q", &["q"], &[]);
    check("create d", &["q"], &[]);
    check("part 1 of d", &["d", "q"], &[]);
    check("part 2 of d", &["d", "q"], &[]);
    check("complete q", &["q", "d"], &[]);
    check("complete d", &["d"], &["q"]);
    check("put r", &[], &["d", "q"]);
}

#[test]
fn the_quarantine_is_visible_before_the_destination_and_the_report_after_both() {
    let store = Script::default();
    run(&store, &MemorySource::of(SOURCE)).unwrap();
    let calls = store.calls();
    let place = |call: &str| calls.iter().position(|c| c == call).unwrap();
    assert!(place("complete q") < place("complete d"));
    assert!(place("complete d") < place("put r"));
    assert_eq!(store.object("d").as_deref(), Some("n\n1\n2\n3\n4\n5\n6\n"));
}

#[test]
fn a_source_that_fails_leaves_nothing() {
    let store = Script::default();
    let err = run(&store, &MemorySource::of(SOURCE).then_fault()).unwrap_err();
    assert_eq!(err.kind(), ErrorKind::Dependency);
    assert_eq!(
        err.chain(),
        "could not read the source `memory:source`: the line went dead"
    );
    assert_eq!(
        (store.object("d"), store.object("q"), store.open_uploads()),
        (None, None, 0)
    );
}

#[test]
fn a_run_that_is_stopped_leaves_nothing() {
    for at in [
        "look d",
        "create q",
        "part 1 of q",
        "create d",
        "part 1 of d",
        "part 2 of d",
    ] {
        let store = Script {
            cancel_at: Some((at, rowgate_core::control::CancellationToken::new())),
            ..Script::default()
        };
        let err = run(&store, &MemorySource::of(SOURCE)).unwrap_err();
        assert_eq!(err.kind(), ErrorKind::Cancelled, "stopped at {at}");
        assert_eq!(
            store.open_uploads(),
            0,
            "stopped at {at}: {:?}",
            store.calls()
        );
        assert_eq!(
            (store.object("d"), store.object("q")),
            (None, None),
            "stopped at {at}"
        );
    }
}

#[test]
fn a_panic_is_a_bug_and_leaves_nothing() {
    let store = Script {
        panic_at: "create d",
        ..Script::default()
    };
    let err = run(&store, &MemorySource::of(SOURCE)).unwrap_err();
    assert_eq!(err.kind(), ErrorKind::Bug);
    assert!(err.backtrace().is_some());
    assert_eq!(
        (store.object("d"), store.object("q"), store.open_uploads()),
        (None, None, 0)
    );
}

#[test]
fn two_runs_one_after_the_other_share_nothing() {
    let store = Script::default();
    run(&store, &MemorySource::of(SOURCE)).unwrap();
    let first = store.calls();
    let again = Script::default();
    run(&again, &MemorySource::of(SOURCE)).unwrap();
    assert_eq!(again.calls(), first);
}

#[test]
fn what_is_there_stays_unless_it_is_to_be_replaced() {
    let store = Script::default();
    store.put_object("d", "old");
    let err = run(&store, &MemorySource::of(SOURCE)).unwrap_err();
    assert_eq!(err.kind(), ErrorKind::DestinationExists);
    assert_eq!(store.object("d").as_deref(), Some("old"));
    let store = Script::default();
    store.put_object("q", "somebody else's");
    assert_eq!(
        run(&store, &MemorySource::of(SOURCE)).unwrap_err().kind(),
        ErrorKind::DestinationExists
    );
    assert_eq!(store.object("q").as_deref(), Some("somebody else's"));
    // A quarantine of ours whose destination never landed is replaced.
    let store = Script::default();
    store.put_object("q", "_rowgate_line,stale");
    run(&store, &MemorySource::of(SOURCE)).unwrap();
    assert!(store.object("q").unwrap().contains("type-error"));
}
