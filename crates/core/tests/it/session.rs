//! A run against a store that refuses each call in turn: what the store saw, as data.

use rowgate_core::ErrorKind;
use rowgate_core::landing::LandingOptions;
use rowgate_core::part::PartSize;
use rowgate_core::quarantine::QuarantineOptions;
use rowgate_core::run::{Existing, Landings, Places, ingest};
use rowgate_core::upload::Budget;

use crate::memory::{MemorySource, Mishap, Script, control};
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
        quarantine: QuarantineOptions::default(),
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
    control.cancel = store.cancel.clone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let job = job(r#"{"fields": [{"name": "n", "type": "integer"}]}"#);
    let (places, landings) = (places(store), landings(Existing::Keep));
    runtime.block_on(ingest(&job, source, places, &landings, &control))
}

/// Every call to the store, in order, of a run in which nothing goes wrong.
const CALLS: [&str; 12] = [
    "look d",
    "look q",
    "look r",
    "create q",
    "part 1 of q",
    "create d",
    "part 1 of d",
    "part 2 of d",
    "complete q",
    "complete d",
    "create r",
    "complete r",
];

/// Lets one call go wrong; compares what is visible afterwards.
#[track_caller]
fn check(at: &'static str, mishap: Mishap, visible: &[&str], is_ok: bool) {
    let store = Script {
        mishap: Some((at, mishap)),
        ..Script::default()
    };
    let outcome = run(&store, &MemorySource::of(SOURCE));
    let calls = store.calls();
    let case = format!("{mishap:?} at {at}: {outcome:?}; calls: {calls:?}");
    assert!(calls.iter().any(|call| call == at), "{case}");
    assert_eq!(outcome.is_ok(), is_ok, "{case}");
    let there: Vec<&str> = ["d", "q", "r"]
        .into_iter()
        .filter(|key| store.object(key).is_some())
        .collect();
    assert_eq!(there, visible, "{case}");
    // An upload whose create had no answer has no id that could be aborted: only a list finds it.
    let n_lost = usize::from(mishap == Mishap::AnswerLost && at.starts_with("create"));
    assert_eq!(store.open_uploads(), n_lost, "{case}");
}

/// What is visible when the run ends at a call.
fn visible_before(at: &str) -> &'static [&'static str] {
    match at {
        "complete d" => &["q"],
        "create r" | "complete r" => &["d", "q"],
        at if at.starts_with("part") && at.ends_with('r') => &["d", "q"],
        _ => &[],
    }
}

#[test]
fn a_refusal_or_a_panic_anywhere_leaves_nothing_open_and_nothing_halfway() {
    for at in CALLS {
        check(at, Mishap::Refused, visible_before(at), false);
        if !at.starts_with("look") {
            check(at, Mishap::Panic, visible_before(at), false);
        }
    }
}

#[test]
fn a_lost_answer_to_a_commit_is_settled_by_looking() {
    for at in CALLS {
        let is_commit = at.starts_with("complete");
        let visible = if is_commit {
            &["d", "q", "r"]
        } else {
            visible_before(at)
        };
        check(at, Mishap::AnswerLost, visible, is_commit);
    }
}

#[test]
fn a_run_that_is_stopped_leaves_nothing_unless_it_publishes_already() {
    for at in CALLS {
        let is_publishing = at.starts_with("complete") || at.ends_with('r') && at != "look r";
        let visible: &[&str] = if is_publishing { &["d", "q", "r"] } else { &[] };
        check(at, Mishap::Cancelled, visible, is_publishing);
    }
}

#[test]
fn the_quarantine_is_visible_before_the_destination_and_the_report_after_both() {
    let store = Script::default();
    run(&store, &MemorySource::of(SOURCE)).unwrap();
    let calls = store.calls();
    let place = |call: &str| calls.iter().position(|c| c == call).unwrap();
    assert!(place("complete q") < place("complete d"));
    assert!(place("complete d") < place("create r"));
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
fn a_panic_is_a_bug_and_does_not_quote_the_data() {
    let store = Script {
        mishap: Some(("create d", Mishap::Panic)),
        ..Script::default()
    };
    let err = run(&store, &MemorySource::of(SOURCE)).unwrap_err();
    assert_eq!(err.kind(), ErrorKind::Bug);
    assert!(err.backtrace().is_some());
    assert!(!err.chain().contains("as scripted"));
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
    // One in the other format is not the one that is asked for; and any file may be empty.
    let lines = r#"{"record":1,"line":2,"byte_offset":9,"errors":[]}"#;
    for others in [lines, ""] {
        let store = Script::default();
        store.put_object("q", others);
        let err = run(&store, &MemorySource::of(SOURCE)).unwrap_err();
        assert_eq!(err.kind(), ErrorKind::DestinationExists);
        assert_eq!(store.object("q").as_deref(), Some(others));
    }
    // A quarantine of ours whose destination never landed is replaced.
    let store = Script::default();
    store.put_object("q", "_rowgate_line,stale");
    run(&store, &MemorySource::of(SOURCE)).unwrap();
    assert!(store.object("q").unwrap().contains("type-error"));
}
