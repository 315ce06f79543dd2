//! What we show to people: the README's first command, and the demonstration. Both are in the gate, so
//! that neither can rot.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use cargo_metadata::MetadataCommand;
use xshell::cmd;

use crate::context::Context;

const README: &str = "README.md";
/// How the first command of the README begins, up to what cargo does not see.
const FIRST: &str = "cargo run --release --locked --bin rowgate -- ingest ";
/// What the first run leaves behind, and how many lines each has.
const WRITTEN: [(&str, usize); 2] = [
    // 111 records, some of several lines, and the header.
    ("target/first-run.csv", 124),
    ("target/first-run.csv.rejects.csv", 10),
];
const REPORT: &str = "target/first-run.csv.report.json";

/// Runs the README's first command as it stands there, and looks at what it wrote.
///
/// # Errors
///
/// The README has no such command, it fails, or its files are not what the README says.
pub(crate) fn first_run(ctx: &Context) -> Result<()> {
    let root = ctx.root();
    let readme = fs::read_to_string(root.join(README))?;
    let line = first_command(&readme).context("the README begins with no command that ingests")?;
    for file in WRITTEN.map(|(file, _)| file).into_iter().chain([REPORT]) {
        ctx.shell().remove_path(root.join(file))?;
    }
    ctx.run(ctx.cargo(line))?;
    for (file, n_lines) in WRITTEN {
        let text = fs::read_to_string(root.join(file)).with_context(|| format!("no `{file}`"))?;
        let n_found = text.lines().count();
        ensure!(
            n_found == n_lines,
            "`{file}` has {n_found} lines, not {n_lines}"
        );
    }
    let report = fs::read_to_string(root.join(REPORT)).with_context(|| format!("no `{REPORT}`"))?;
    ensure!(
        report.contains("\"landed\""),
        "`{REPORT}` tells of nothing that landed"
    );
    Ok(())
}

/// Returns the arguments of the first command, for cargo.
fn first_command(readme: &str) -> Option<&str> {
    let first = readme.lines().find(|line| line.starts_with("cargo "))?;
    first
        .starts_with(FIRST)
        .then(|| first.strip_prefix("cargo "))?
}

/// Builds the demonstration and the programs that it starts, and runs it.
///
/// # Errors
///
/// It cannot be built, or does not show what it should.
pub(crate) fn demo(ctx: &Context) -> Result<()> {
    // By `--bin` and not by `-p`: of a part of the workspace the S3 SDK would be compiled again, with
    // other features.
    ctx.run(ctx.cargo(
        "build --release --locked --bin bootstrap --bin rowgate-server --bin rowgate-demo",
    ))?;
    let metadata = MetadataCommand::new()
        .current_dir(ctx.root())
        .no_deps()
        .exec()?;
    let program = metadata.target_directory.join("release/rowgate-demo");
    ctx.run(cmd!(ctx.shell(), "{program}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_begins_with_a_command_that_ingests() {
        let args = first_command(include_str!("../../README.md")).unwrap();
        assert!(args.contains("--to target/first-run.csv"), "{args}");
        assert_eq!(first_command("cargo xtask gate\n"), None);
    }
}
