//! Where steps run, and where their output goes.

use std::{
    cell::RefCell,
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use xshell::{Cmd, Shell, cmd};

/// How much of the workspace the compiling steps look at.
#[derive(Clone, Debug)]
pub(crate) enum Scope {
    Workspace,
    Package(String),
}

impl Scope {
    /// Returns the scope as cargo's arguments.
    fn args(&self) -> Vec<&str> {
        match self {
            Self::Workspace => vec!["--workspace"],
            Self::Package(name) => vec!["--package", name],
        }
    }
}

/// Where output goes.
#[derive(Debug)]
enum Sink {
    /// To the terminal, as it comes.
    Live,
    /// Kept, so that the self-test can look for its evidence.
    Kept(RefCell<String>),
}

/// One tree of files, and how to run commands on it.
#[derive(Debug)]
pub(crate) struct Context {
    sh: Shell,
    root: PathBuf,
    tools: PathBuf,
    scope: Scope,
    sink: Sink,
}

impl Context {
    /// Opens the workspace that this program belongs to.
    pub(crate) fn live(scope: Scope) -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .parent()
            .context("xtask has no folder above it")?
            .to_owned();
        let sh = Shell::new()?;
        sh.change_dir(&root);
        Ok(Self {
            tools: root.join(".tools"),
            sh,
            root,
            scope,
            sink: Sink::Live,
        })
    }

    /// Opens a copy of this tree: the tools are shared, `target` holds what is built, output is kept.
    pub(crate) fn copy(&self, root: &Path, target: &Path, scope: Scope) -> Result<Self> {
        let sh = Shell::new()?;
        sh.change_dir(root);
        sh.set_var("CARGO_TARGET_DIR", target);
        sh.set_var("CARGO_TERM_COLOR", "never");
        Ok(Self {
            sh,
            root: root.to_owned(),
            tools: self.tools.clone(),
            scope,
            sink: Sink::Kept(RefCell::default()),
        })
    }

    /// Returns the folder of the workspace.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the folder of what the gate installs; git ignores it.
    pub(crate) fn tools(&self) -> &Path {
        &self.tools
    }

    /// Returns the shell, which stands in [`root`](Self::root).
    pub(crate) fn shell(&self) -> &Shell {
        &self.sh
    }

    /// Makes a cargo command of a line in which `{scope}` stands for the packages to look at.
    pub(crate) fn cargo(&self, line: &str) -> Cmd<'_> {
        let args = line.split_whitespace().flat_map(|word| match word {
            "{scope}" => self.scope.args(),
            other => vec![other],
        });
        cmd!(self.sh, "cargo {args...}")
    }

    /// Runs a command; its output goes where this context's output goes.
    ///
    /// # Errors
    ///
    /// The command cannot be started, or ends with another status than 0.
    pub(crate) fn run(&self, command: Cmd<'_>) -> Result<()> {
        match &self.sink {
            Sink::Live => Ok(command.run()?),
            Sink::Kept(log) => {
                let shown = command.to_string();
                let output = command.quiet().ignore_status().output()?;
                let mut log = log.borrow_mut();
                log.push_str(&String::from_utf8_lossy(&output.stdout));
                log.push_str(&String::from_utf8_lossy(&output.stderr));
                ensure!(output.status.success(), "`{shown}` failed");
                Ok(())
            }
        }
    }

    /// Says a line of our own.
    pub(crate) fn say(&self, line: &str) {
        match &self.sink {
            Sink::Live => println!("{line}"),
            Sink::Kept(log) => {
                let mut log = log.borrow_mut();
                log.push_str(line);
                log.push('\n');
            }
        }
    }

    /// Takes the output that was kept since the last call.
    pub(crate) fn take_log(&self) -> String {
        match &self.sink {
            Sink::Live => String::new(),
            Sink::Kept(log) => log.take(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scope: Scope, line: &str, expected: &str) {
        let ctx = Context::live(scope).unwrap();
        assert_eq!(ctx.cargo(line).to_string(), expected);
    }

    #[test]
    fn the_scope_is_filled_in() {
        check(
            Scope::Workspace,
            "test {scope} -q",
            "cargo test --workspace -q",
        );
        let one = Scope::Package("xtask".to_owned());
        check(one, "test {scope}", "cargo test --package xtask");
    }
}
