//! The pinned tools: `xtask/tools.txt` names them, `.tools/venv` holds them.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use xshell::{Cmd, cmd};

use crate::{context::Context, gate};

/// Where corpora of real files lie, if they are there. Tests read it.
pub(crate) const CORPORA_DIR: &str = "CORPORA_DIR";
/// Names a snapshot of the advisory database, for a machine that cannot fetch it.
pub(crate) const SNAPSHOT_VAR: &str = "ADVISORY_DB_SNAPSHOT";
/// The SeaweedFS binary. Tests start it.
const WEED_BIN: &str = "WEED_BIN";

/// Returns a command of a pinned tool. Installs the tools first, when they are missing or outdated.
///
/// # Errors
///
/// The tools cannot be installed, or there is none of this name.
pub(crate) fn command<'a>(ctx: &'a Context, tool: &str) -> Result<Cmd<'a>> {
    let path = path(ctx, tool)?;
    Ok(cmd!(ctx.shell(), "{path}"))
}

/// Returns where a pinned tool lies. Installs the tools first, when they are missing or outdated.
///
/// # Errors
///
/// The tools cannot be installed, or there is none of this name.
pub(crate) fn path(ctx: &Context, tool: &str) -> Result<PathBuf> {
    let venv = ctx.tools().join("venv");
    install(ctx, &venv)?;
    let path = venv.join("bin").join(tool);
    ensure!(path.is_file(), "`{}` was not installed", path.display());
    Ok(path)
}

fn install(ctx: &Context, venv: &Path) -> Result<()> {
    let pins = ctx.root().join("xtask/tools.txt");
    let wanted = fs::read(&pins).with_context(|| format!("could not read `{}`", pins.display()))?;
    // Written last, so an installation that was broken off is done again.
    let stamp = venv.join("installed.txt");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    ctx.say("installing the pinned tools into .tools/venv");
    let sh = ctx.shell();
    ctx.run(cmd!(sh, "python3 -m venv --clear {venv}"))
        .context("could not make a Python environment (on Debian, install `python3-venv`)")?;
    let pip = venv.join("bin/python");
    let options = [
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--only-binary=:all:",
    ];
    ctx.run(cmd!(
        sh,
        "{pip} -m pip install {options...} --requirement {pins}"
    ))
    .context("could not install the pinned tools")?;
    Ok(fs::write(stamp, wanted)?)
}

/// Reads a path from the environment. It is made absolute, since steps run in other folders than ours.
///
/// # Errors
///
/// The variable names nothing that is there.
pub(crate) fn path_from_env(variable: &str) -> Result<Option<PathBuf>> {
    let Some(given) = env::var_os(variable).filter(|given| !given.is_empty()) else {
        return Ok(gate::beside_the_checkout(variable));
    };
    let path = std::path::absolute(given)?;
    ensure!(
        path.exists(),
        "{variable}: there is no `{}`",
        path.display()
    );
    Ok(Some(path))
}

/// Says which parts tests do without, as nobody named them.
pub(crate) fn missing_parts() -> Option<&'static str> {
    let is_there = path_from_env(CORPORA_DIR).is_ok_and(|found| found.is_some());
    (!is_there).then_some("real files (CORPORA_DIR is not set)")
}

/// The real parts that tests run against.
#[derive(Debug)]
pub(crate) struct TestParts {
    weed: PathBuf,
    corpora: Option<PathBuf>,
}

impl TestParts {
    /// Finds the parts, and says which there are.
    ///
    /// # Errors
    ///
    /// SeaweedFS cannot be installed, or a variable names nothing that is there.
    pub(crate) fn find(ctx: &Context) -> Result<Self> {
        let weed = match path_from_env(WEED_BIN)? {
            Some(given) => given,
            None => path(ctx, "weed")?,
        };
        let corpora = path_from_env(CORPORA_DIR)?;
        match &corpora {
            Some(folder) => ctx.say(&format!("real files: {}", folder.display())),
            None => ctx.say(&format!("real files: none, as {CORPORA_DIR} is not set")),
        }
        Ok(Self { weed, corpora })
    }

    /// Gives the parts to a command, by environment variables.
    pub(crate) fn give_to<'a>(&self, command: Cmd<'a>) -> Cmd<'a> {
        let command = command
            .env(WEED_BIN, &self.weed)
            // Or the SDK asks a metadata service that is not there, and waits for it.
            .env("AWS_EC2_METADATA_DISABLED", "true");
        match &self.corpora {
            Some(folder) => command.env(CORPORA_DIR, folder),
            None => command,
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_tool_is_pinned_by_version_and_hash() {
        let pins = include_str!("../tools.txt");
        let named: Vec<_> = pins
            .lines()
            .filter(|line| !line.starts_with([' ', '#']))
            .collect();
        assert_eq!(named.len(), 5);
        for line in named {
            assert!(line.contains("==") && line.ends_with('\\'), "{line}");
        }
    }
}
