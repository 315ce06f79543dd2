//! The one table of what the gates run. A step runs or fails: none is skipped.

use anyhow::Result;

use crate::{
    audit,
    context::Context,
    self_test, shown, tidy,
    tools::{self, TestParts},
};

/// When a step runs. Each tier includes those above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tier {
    /// Seconds: before each commit. Compiles nothing.
    Fast,
    /// Minutes: what a change must pass.
    Gate,
    /// As long as it takes: what a release must pass.
    Release,
}

/// The command that runs a step apart from the others, such as `cargo xtask lint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Tidy,
    Lint,
    Audit,
    Test,
    /// None: the step runs in its tier alone.
    Tier,
}

/// What a step does.
#[derive(Debug)]
pub(crate) enum Action {
    /// A cargo command; `{scope}` stands for the packages to look at.
    Cargo(&'static str),
    /// The same, given the real parts that tests run against.
    Test(&'static str),
    /// A command of one of the pinned tools.
    Tool(&'static str, &'static [&'static str]),
    /// One of our own checks.
    Call(fn(&Context) -> Result<()>),
}

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    tier: Tier,
    topic: Topic,
    action: Action,
    env: &'static [(&'static str, &'static str)],
}

/// In the order in which they run: what fails most quickly stands first.
const STEPS: &[Step] = &[
    Step {
        name: "lock file",
        tier: Tier::Fast,
        topic: Topic::Tidy,
        action: Action::Cargo("fetch --locked"),
        env: &[],
    },
    Step {
        name: "format",
        tier: Tier::Fast,
        topic: Topic::Lint,
        action: Action::Cargo("fmt --all --check"),
        env: &[],
    },
    Step {
        name: "structure",
        tier: Tier::Fast,
        topic: Topic::Tidy,
        action: Action::Call(tidy::run),
        env: &[],
    },
    Step {
        name: "unused dependencies",
        tier: Tier::Gate,
        topic: Topic::Lint,
        action: Action::Tool("cargo-shear", &["--locked", "--deny-warnings"]),
        env: &[],
    },
    Step {
        name: "licences, bans, sources",
        tier: Tier::Gate,
        topic: Topic::Audit,
        action: Action::Tool(
            "cargo-deny",
            &["--locked", "check", "licenses", "bans", "sources"],
        ),
        env: &[],
    },
    Step {
        name: "advisories",
        tier: Tier::Gate,
        topic: Topic::Audit,
        action: Action::Call(audit::advisories),
        env: &[],
    },
    Step {
        name: "clippy",
        tier: Tier::Gate,
        topic: Topic::Lint,
        // By `-- -D warnings` and not by RUSTFLAGS, which would rebuild every dependency.
        action: Action::Cargo(
            "clippy {scope} --all-targets --all-features --locked -- -D warnings",
        ),
        env: &[],
    },
    Step {
        name: "docs",
        tier: Tier::Gate,
        topic: Topic::Lint,
        // Without private items, as an embedder sees them: a public page must not link to a private one.
        action: Action::Cargo("doc {scope} --no-deps --all-features --locked"),
        env: &[("RUSTDOCFLAGS", "-D warnings")],
    },
    Step {
        name: "tests",
        tier: Tier::Gate,
        topic: Topic::Test,
        action: Action::Test("test {scope} --all-features --locked --no-fail-fast"),
        env: &[],
    },
    Step {
        name: "tests, release profile",
        tier: Tier::Gate,
        topic: Topic::Test,
        action: Action::Test("test {scope} --all-features --locked --no-fail-fast --release"),
        env: &[],
    },
    // What a reader of the README does first. Programs are those of the tests: no step builds anew.
    Step {
        name: "first run of the README",
        tier: Tier::Gate,
        topic: Topic::Tier,
        action: Action::Call(shown::first_run),
        env: &[],
    },
    Step {
        name: "example: embed",
        tier: Tier::Gate,
        topic: Topic::Tier,
        action: Action::Cargo("run --release --locked --bin rowgate-example-embed"),
        env: &[],
    },
    Step {
        name: "demonstration",
        tier: Tier::Gate,
        topic: Topic::Tier,
        action: Action::Call(shown::demo),
        env: &[],
    },
    Step {
        name: "property tests, long",
        tier: Tier::Release,
        topic: Topic::Tier,
        action: Action::Test("test {scope} --all-features --locked --no-fail-fast --release"),
        env: &[("PROPTEST_CASES", "20000")],
    },
    Step {
        name: "gate self-test",
        tier: Tier::Release,
        topic: Topic::Tier,
        action: Action::Call(self_test::run),
        env: &[],
    },
];

/// Returns the steps of a tier and of those below it.
pub(crate) fn of_tier(tier: Tier) -> impl Iterator<Item = &'static Step> {
    STEPS.iter().filter(move |step| step.tier <= tier)
}

/// Returns the steps of a topic.
pub(crate) fn of_topic(topic: Topic) -> impl Iterator<Item = &'static Step> {
    STEPS.iter().filter(move |step| step.topic == topic)
}

/// Returns the step of this name.
pub(crate) fn named(name: &str) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.name == name)
}

impl Step {
    /// Says what the step does without on this machine: that it passed is not all there is to it.
    pub(crate) fn without(&self) -> Option<&'static str> {
        match self.action {
            Action::Test(_) => tools::missing_parts(),
            Action::Cargo(_) | Action::Tool(..) | Action::Call(_) => None,
        }
    }

    /// Runs the step.
    ///
    /// # Errors
    ///
    /// The step failed.
    pub(crate) fn run(&self, ctx: &Context) -> Result<()> {
        let command = match &self.action {
            Action::Cargo(line) => ctx.cargo(line),
            Action::Test(line) => TestParts::find(ctx)?.give_to(ctx.cargo(line)),
            Action::Tool(tool, args) => tools::command(ctx, tool)?.args(*args),
            Action::Call(check) => return check(ctx),
        };
        ctx.run(command.envs(self.env.iter().copied()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(steps: impl Iterator<Item = &'static Step>, expected: &[&str]) {
        let names: Vec<_> = steps.map(|step| step.name).collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn what_runs_before_a_commit() {
        check(of_tier(Tier::Fast), &["lock file", "format", "structure"]);
    }

    #[test]
    fn what_the_topics_run() {
        check(of_topic(Topic::Tidy), &["lock file", "structure"]);
        check(
            of_topic(Topic::Lint),
            &["format", "unused dependencies", "clippy", "docs"],
        );
        check(
            of_topic(Topic::Audit),
            &["licences, bans, sources", "advisories"],
        );
        check(of_topic(Topic::Test), &["tests", "tests, release profile"]);
    }

    #[test]
    fn names_are_unique_and_tiers_grow() {
        assert_eq!(of_tier(Tier::Release).count(), STEPS.len());
        assert!(of_tier(Tier::Gate).count() > of_tier(Tier::Fast).count());
        for step in STEPS {
            let same = STEPS.iter().filter(|other| other.name == step.name);
            assert_eq!(same.count(), 1, "{}", step.name);
        }
    }
}
