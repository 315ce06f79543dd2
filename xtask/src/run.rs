//! Runs steps and tells how they went.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::{context::Context, steps::Step};

/// How one step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    Failed,
}

/// One line of the closing table.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) name: String,
    pub(crate) verdict: Verdict,
    pub(crate) took: Duration,
    /// What the step did without, if anything.
    pub(crate) without: Option<&'static str>,
}

/// Runs every step, whatever became of the one before, and prints a table at the end.
///
/// # Errors
///
/// A step failed.
pub(crate) fn all(ctx: &Context, steps: impl Iterator<Item = &'static Step>) -> Result<()> {
    let mut outcomes = Vec::new();
    for step in steps {
        println!("\n=== {} ===", step.name);
        let start = Instant::now();
        let verdict = match step.run(ctx) {
            Ok(()) => Verdict::Passed,
            Err(err) => {
                eprintln!("error: {err:#}");
                Verdict::Failed
            }
        };
        outcomes.push(Outcome {
            name: step.name.to_owned(),
            verdict,
            took: start.elapsed(),
            without: step.without(),
        });
    }
    close(&outcomes)
}

/// Prints the table.
///
/// # Errors
///
/// A step failed.
pub(crate) fn close(outcomes: &[Outcome]) -> Result<()> {
    println!("\n{}", table(outcomes));
    let n_failed = n_of(outcomes, Verdict::Failed);
    ensure!(n_failed == 0, "{n_failed} of {} failed", outcomes.len());
    Ok(())
}

fn table(outcomes: &[Outcome]) -> String {
    let head = "step";
    let names = outcomes.iter().map(|outcome| outcome.name.chars().count());
    let width = names.max().unwrap_or(0).max(head.len());
    let mut lines = vec![format!("{head:width$}  result  seconds")];
    for Outcome {
        name,
        verdict,
        took,
        without,
    } in outcomes
    {
        let word = match verdict {
            Verdict::Passed => "passed",
            Verdict::Failed => "FAILED",
        };
        let mut line = format!("{name:width$}  {word}  {:7.1}", took.as_secs_f64());
        if let Some(without) = without {
            line.extend(["  without ", without]);
        }
        lines.push(line);
    }
    let (n_passed, n_failed) = (
        n_of(outcomes, Verdict::Passed),
        n_of(outcomes, Verdict::Failed),
    );
    lines.push(format!("\n{n_passed} passed, {n_failed} failed"));
    lines.join("\n")
}

fn n_of(outcomes: &[Outcome], verdict: Verdict) -> usize {
    let same = outcomes.iter().filter(|outcome| outcome.verdict == verdict);
    same.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(name: &str, verdict: Verdict, took_ms: u64) -> Outcome {
        Outcome {
            name: name.to_owned(),
            verdict,
            took: Duration::from_millis(took_ms),
            without: (name == "tests").then_some("real files"),
        }
    }

    #[test]
    fn the_table_names_every_step() {
        let outcomes = [
            outcome("format", Verdict::Passed, 800),
            outcome("clippy, all", Verdict::Failed, 61_250),
            outcome("tests", Verdict::Passed, 7_000),
        ];
        let expected = "\
step         result  seconds
format       passed      0.8
clippy, all  FAILED     61.2
tests        passed      7.0  without real files

2 passed, 1 failed";
        assert_eq!(table(&outcomes), expected);
        assert!(close(&outcomes).is_err());
        assert!(close(outcomes.get(..1).unwrap()).is_ok());
    }
}
