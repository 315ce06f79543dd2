//! rowgate's gates and chores. `cargo xtask help` lists them; CONTRIBUTING.md says when to use which.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line that talks to people"
)]

mod audit;
mod context;
mod fuzz;
mod gate;
mod hooks;
mod run;
mod self_test;
mod shown;
mod steps;
mod tidy;
mod tools;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::{
    context::{Context, Scope},
    fuzz::FuzzArgs,
    steps::{Tier, Topic},
};

/// rowgate's gates and chores.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Runs every check and test, and ends with a table: what a change must pass.
    Gate(GateArgs),
    /// Formatting, clippy, docs, unused dependencies.
    Lint(ScopeArgs),
    /// Advisories, licences, bans, sources.
    Audit,
    /// All tests, on the dev profile and on the release profile.
    Test(ScopeArgs),
    /// The structure checks: what the compiler does not guard.
    Tidy,
    /// Fuzzes the core: each target for ten minutes, or one of them for as long as is asked.
    Fuzz(FuzzArgs),
    /// Installs a git hook that runs `gate --fast` before each commit.
    Hooks,
    /// Replays the two failures that rowgate grew from: then and now.
    Demo,
}

#[derive(Args, Debug)]
#[group(multiple = false)]
struct GateArgs {
    /// Runs what takes seconds and compiles nothing.
    #[arg(long)]
    fast: bool,
    /// Runs the long tier as well.
    #[arg(long)]
    release: bool,
    /// Plants one fault at a time in a copy of the tree; each must turn its step red.
    #[arg(long)]
    self_test: bool,
}

#[derive(Args, Debug)]
struct ScopeArgs {
    /// Looks at this package alone.
    #[arg(long, short, value_name = "NAME")]
    package: Option<String>,
}

impl ScopeArgs {
    fn scope(self) -> Scope {
        self.package.map_or(Scope::Workspace, Scope::Package)
    }
}

fn main() -> ExitCode {
    match dispatch(Cli::parse().chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            eprintln!("error: {err:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(chore: Chore) -> anyhow::Result<()> {
    let whole = || Context::live(Scope::Workspace);
    match chore {
        Chore::Gate(args) if args.self_test => self_test::run(&whole()?),
        Chore::Gate(args) => {
            let tier = match (args.fast, args.release) {
                (true, _) => Tier::Fast,
                (_, true) => Tier::Release,
                (false, false) => Tier::Gate,
            };
            run::all(&whole()?, steps::of_tier(tier))
        }
        Chore::Lint(args) => run::all(&Context::live(args.scope())?, steps::of_topic(Topic::Lint)),
        Chore::Test(args) => run::all(&Context::live(args.scope())?, steps::of_topic(Topic::Test)),
        Chore::Audit => run::all(&whole()?, steps::of_topic(Topic::Audit)),
        Chore::Tidy => run::all(&whole()?, steps::of_topic(Topic::Tidy)),
        Chore::Fuzz(args) => fuzz::run(&whole()?, &args),
        Chore::Hooks => hooks::install(&whole()?),
        Chore::Demo => shown::demo(&whole()?),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn one_tier_at_a_time() {
        assert!(Cli::try_parse_from(["xtask", "gate", "--fast", "--release"]).is_err());
        assert!(Cli::try_parse_from(["xtask", "gate", "--fast"]).is_ok());
    }
}
