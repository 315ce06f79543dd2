//! The fuzz targets in `fuzz/`, which is a workspace of its own: libFuzzer against the core.
//!
//! It works on the pinned stable compiler. What was found to be interesting stays in `fuzz/corpus`, what
//! was found to be wrong in `fuzz/artifacts`; git ignores both.

use std::fs;

use anyhow::Result;
use clap::Args;
use xshell::cmd;

use crate::{context::Context, tools};

const TARGETS: [&str; 4] = ["reader", "schema", "dialect", "rules"];
/// The longest that one input may take.
const INPUT_SECONDS_MAX: u64 = 10;
const MEMORY_MIB_MAX: u64 = 1_024;
const INPUT_BYTES_MAX: u64 = 4_096;

/// What to fuzz, and for how long.
#[derive(Args, Debug)]
pub(crate) struct FuzzArgs {
    /// Runs each target for this many minutes.
    #[arg(long, value_name = "N", default_value_t = 10)]
    minutes: u64,
    /// Runs this target alone.
    #[arg(value_parser = TARGETS)]
    target: Option<String>,
}

/// Runs the targets one after the other.
///
/// # Errors
///
/// A target found something, or cannot be built.
pub(crate) fn run(ctx: &Context, args: &FuzzArgs) -> Result<()> {
    let asked = |name: &&&str| args.target.as_ref().is_none_or(|target| target == **name);
    TARGETS
        .iter()
        .filter(asked)
        .try_for_each(|target| run_one(ctx, target, args.minutes))
}

fn run_one(ctx: &Context, target: &str, minutes: u64) -> Result<()> {
    let cargo_fuzz = tools::path(ctx, "cargo-fuzz")?;
    let folder = ctx.root().join("fuzz");
    // What libFuzzer finds goes into the first folder; it reads the others.
    let corpus = folder.join("corpus").join(target);
    fs::create_dir_all(&corpus)?;
    let mut inputs = vec![corpus];
    inputs.extend(
        [folder.join("seeds").join(target)]
            .into_iter()
            .filter(|path| path.is_dir()),
    );
    let seconds = minutes * 60;
    let mut limits = vec![
        format!("-max_total_time={seconds}"),
        format!("-timeout={INPUT_SECONDS_MAX}"),
        format!("-rss_limit_mb={MEMORY_MIB_MAX}"),
        format!("-max_len={INPUT_BYTES_MAX}"),
    ];
    let words = folder.join(format!("dictionaries/{target}.dict"));
    if words.is_file() {
        limits.push(format!("-dict={}", words.display()));
    }
    let run = cmd!(
        ctx.shell(),
        "{cargo_fuzz} run --fuzz-dir {folder} --sanitizer none -O {target} {inputs...} -- {limits...}"
    );
    // The coverage flags are not stable. A folder of its own, so that nothing else is built anew.
    let run = run
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", folder.join("target"));
    ctx.run(run)
}
