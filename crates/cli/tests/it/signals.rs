//! Ctrl-C and SIGTERM in the middle of a run.

use std::io::Write as _;
use std::process::{Child, ChildStdin, Stdio};

use rowgate_testkit::faults::{Fault, Method, Rule};
use rustix::process::{Pid, Signal, kill_process};

use crate::bench::{Bench, Ran, source_of};
use crate::lake::Lake;

/// More than two parts, all of it accepted.
const RECORDS_FED: u32 = 250_000;

/// Sends a signal.
fn send(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

/// Starts a run that has uploaded parts and waits for more on its standard input.
fn in_the_middle(lake: &Lake, bench: &Bench, prefix: &str) -> (Child, ChildStdin) {
    let to = lake.uri(&format!("{prefix}/out.csv"));
    let line = format!("ingest - --schema schema.json --to {to} --part-size 5MiB");
    let words: Vec<_> = line.split_whitespace().collect();
    let mut child = bench.command(&words).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let source = source_of(RECORDS_FED, |n| format!("{n},{:40},1", "a name"));
    stdin.write_all(source.as_bytes()).unwrap();
    while lake.open_uploads(prefix) == 0 {
        std::thread::yield_now();
    }
    (child, stdin)
}

#[track_caller]
fn check(lake: &Lake, prefix: &str, signal: Signal, code: i32) {
    let bench = lake.bench();
    let (child, stdin) = in_the_middle(lake, &bench, prefix);
    send(&child, signal);
    let ran = Ran::of(child.wait_with_output().unwrap());
    drop(stdin);
    let ran = ran.error(code, &["stopped", "aborted"]);
    assert_eq!(ran.stdout, "");
    assert_eq!(lake.open_uploads(prefix), 0);
    for name in ["out.csv", "out.csv.rejects.csv", "out.csv.report.json"] {
        assert_eq!(lake.get(&format!("{prefix}/{name}")), None, "{name}");
    }
}

pub(crate) fn ctrl_c_leaves_nothing(lake: &Lake) {
    check(lake, "interrupted", Signal::INT, 130);
}

pub(crate) fn termination_leaves_nothing(lake: &Lake) {
    check(lake, "terminated", Signal::TERM, 143);
}

#[test]
fn a_second_signal_stops_at_once() {
    let lake = Lake::memory();
    let bench = lake.bench();
    let (child, stdin) = in_the_middle(&lake, &bench, "twice");
    let plan = lake.inside().faults();
    plan.add(Rule::new(Method::DELETE, Fault::Stall).times(100));
    send(&child, Signal::INT);
    while !plan
        .requests()
        .iter()
        .any(|request| request.method == Method::DELETE)
    {
        std::thread::yield_now();
    }
    send(&child, Signal::INT);
    let ran = Ran::of(child.wait_with_output().unwrap()).expect(130);
    assert!(
        ran.stderr.contains("rowgate uploads list"),
        "{}",
        ran.stderr
    );
    drop(stdin);
}

#[test]
fn ctrl_c_leaves_no_local_file() {
    let bench = Bench::new();
    let words = ["ingest", "-", "--schema", "schema.json", "--to", "out.csv"];
    let mut child = bench.command(&words).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let source = source_of(200_000, |n| format!("{n},a,1"));
    stdin.write_all(source.as_bytes()).unwrap();
    while bench.files().is_empty() {
        std::thread::yield_now();
    }
    send(&child, Signal::INT);
    Ran::of(child.wait_with_output().unwrap()).error(130, &["stopped"]);
    assert!(bench.files().is_empty(), "{:?}", bench.files());
    drop(stdin);
}

#[test]
fn ctrl_c_ends_what_only_waits() {
    let bench = Bench::new();
    for line in [
        "validate - --schema schema.json",
        "count -",
        "schema check -",
    ] {
        let words: Vec<_> = line.split_whitespace().collect();
        let mut child = bench.command(&words).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // Once more than a pipe holds is taken, somebody reads: the signals are listened to.
        stdin
            .write_all(&b"id,name,amount\n1,a,1\n".repeat(20_000))
            .unwrap();
        send(&child, Signal::INT);
        let ran = Ran::of(child.wait_with_output().unwrap()).expect(130);
        assert_eq!(ran.stderr, "error: stopped\n");
        drop(stdin);
    }
}
