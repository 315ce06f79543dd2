//! The command line of rowgate. It translates: arguments in, exit code out.

mod args;
mod commands;
mod output;
mod progress;
mod resolve;
mod signals;
mod summary;
mod text;

use std::process::ExitCode;

use clap::Parser as _;
use rowgate_app::jobs;
use rowgate_app::outcome::{self, Signal};
use rowgate_core::{Error, ErrorKind, Result};

use crate::args::Cli;
use crate::signals::Signals;

/// Judging is one thread's work and waiting is the rest; each further thread would bring an
/// allocator arena of its own, and memory is promised to be small.
const WORKERS: usize = 2;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(err) => {
            // Help and version are results, and a reader of them that goes away is no error.
            drop(err.print());
            return ExitCode::from(u8::try_from(err.exit_code()).unwrap_or(2));
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(err) => {
            let err = Error::caused(ErrorKind::Dependency, "could not start threads", err);
            return ExitCode::from(failed(&err, None));
        }
    };
    let code = runtime.block_on(run(cli));
    // Nothing waits for a read of standard input that never returns.
    runtime.shutdown_background();
    ExitCode::from(code)
}

/// Runs the command as a task, so that signals are heard while it computes or prints.
async fn run(cli: Cli) -> u8 {
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(err) => return failed(&err, None),
    };
    let control = jobs::control();
    let task_control = control.clone();
    let mut command = tokio::spawn(async move { commands::run(&cli, &task_control).await });
    let mut stopped_by = None;
    loop {
        tokio::select! {
            ended = &mut command => {
                // What a panic said may quote the data: it is not repeated.
                let ended: Result<u8> =
                    ended.unwrap_or_else(|_| Err(Error::bug("the command ended early")));
                return ended.unwrap_or_else(|err| failed(&err, stopped_by));
            }
            signal = signals.next() => {
                if stopped_by.replace(signal).is_some() {
                    output::note("stopped at once: uploads may be left, see `rowgate uploads list`");
                    return signal.exit_code();
                }
                control.cancel.cancel();
            }
        }
    }
}

/// Tells what went wrong, and returns the exit code that says so too.
fn failed(err: &Error, stopped_by: Option<Signal>) -> u8 {
    output::show_error(err);
    match (err.kind(), stopped_by) {
        (ErrorKind::Cancelled, Some(signal)) => signal.exit_code(),
        (kind, _) => outcome::exit_code(kind),
    }
}
