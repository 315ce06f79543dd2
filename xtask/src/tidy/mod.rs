//! The structure checks: what the compiler does not guard. Each is one module and knows one rule.

mod attributes;
mod bans;
mod boundary;
mod build_kind;
mod core_tree;
mod direction;
mod globals;
mod length;
mod manifests;
mod profile;
mod scan;
mod tree;

use anyhow::{Result, ensure};

use self::tree::Tree;
use crate::context::Context;

/// What a check found, as `place: what is wrong`.
type Finding = String;

/// A rule, and what looks for breaches of it.
struct Check {
    rule: &'static str,
    look: fn(&Tree) -> Vec<Finding>,
}

const CHECKS: &[Check] = &[
    Check {
        rule: "the core stays pure",
        look: core_tree::look,
    },
    Check {
        rule: "crates depend downwards",
        look: direction::look,
    },
    Check {
        rule: "every folder is a member, with the workspace's lints and versions",
        look: manifests::look,
    },
    Check {
        rule: "the release profile checks overflows",
        look: profile::look,
    },
    Check {
        rule: "the core's clippy.toml repeats every ban",
        look: bans::look,
    },
    Check {
        rule: "untyped values and raw maps stay at the serialised boundary",
        look: boundary::look,
    },
    Check {
        rule: "no state outlives a run",
        look: globals::look,
    },
    Check {
        rule: "debug and production do the same",
        look: build_kind::look,
    },
    Check {
        rule: "no test is ignored, no lint is allowed without a check",
        look: attributes::look,
    },
    Check {
        rule: "modules stay short",
        look: length::look,
    },
];

/// Runs every check.
///
/// # Errors
///
/// A rule is broken.
pub(crate) fn run(ctx: &Context) -> Result<()> {
    let tree = Tree::read(ctx)?;
    let mut n_findings = 0;
    for check in CHECKS {
        let findings = (check.look)(&tree);
        n_findings += findings.len();
        if !findings.is_empty() {
            ctx.say(&format!("{}:", check.rule));
        }
        for finding in findings {
            ctx.say(&format!("  {finding}"));
        }
    }
    ensure!(n_findings == 0, "{n_findings} breaches of the structure");
    let n_sources = tree.sources.len();
    ctx.say(&format!(
        "{} rules hold in {n_sources} source files",
        CHECKS.len()
    ));
    Ok(())
}
