//! Does the gate see what it should? One fault at a time is planted in a copy of the tree, and must turn its step red.
//!
//! The same steps run as in the gate, on the same code path; the compiling ones look at xtask alone, to be quick. Each step is
//! first seen green on the copy as it is, and red counts only with its evidence in the output.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, Result, ensure};
use cargo_metadata::MetadataCommand;
use xshell::cmd;

use crate::{
    context::{Context, Scope},
    run::{self, Outcome, Verdict},
    steps,
};

/// What the compiling steps look at.
const PACKAGE: &str = "xtask";

/// A fault, and how we know that its step saw it.
#[derive(Debug)]
struct Plant {
    name: &'static str,
    /// The step that must turn red.
    step: &'static str,
    /// Where the fault is planted.
    path: &'static str,
    edit: Edit,
    lock: Lock,
    /// What the step's output must hold.
    evidence: &'static str,
}

#[derive(Debug)]
enum Edit {
    /// Adds this at the end.
    Append(&'static str),
    /// Adds this as the first of the dependencies.
    Depend(&'static str),
}

/// What becomes of the lock file.
#[derive(Debug)]
enum Lock {
    /// It is brought up to date, so that it is not what turns the step red.
    Renewed,
    Untouched,
}

const PLANTS: &[Plant] = &[
    Plant {
        name: "an unformatted file",
        step: "format",
        path: "xtask/src/main.rs",
        edit: Edit::Append("fn  planted( ) { }\n"),
        lock: Lock::Untouched,
        evidence: "planted",
    },
    Plant {
        name: "a lint",
        step: "clippy",
        path: "xtask/src/main.rs",
        edit: Edit::Append("\n#[test]\nfn planted() {\n    assert_eq!(300_u64 as u8, 44);\n}\n"),
        lock: Lock::Untouched,
        evidence: "as_conversions",
    },
    Plant {
        name: "a broken link in the docs",
        step: "docs",
        path: "xtask/src/main.rs",
        edit: Edit::Append("\n/// See [`Nowhere`].\nmod planted {}\n"),
        lock: Lock::Untouched,
        evidence: "unresolved link to `Nowhere`",
    },
    Plant {
        name: "a failing test",
        step: "tests",
        path: "xtask/src/main.rs",
        edit: Edit::Append("\n#[test]\nfn planted() {\n    assert_eq!(1 + 1, 3);\n}\n"),
        lock: Lock::Untouched,
        evidence: "test planted ... FAILED",
    },
    Plant {
        name: "a stale lock file",
        step: "lock file",
        path: "xtask/Cargo.toml",
        edit: Edit::Depend("semver = \"1\""),
        lock: Lock::Untouched,
        evidence: "because --locked was passed",
    },
    Plant {
        name: "an unused dependency",
        step: "unused dependencies",
        path: "xtask/Cargo.toml",
        edit: Edit::Depend("semver = \"1\""),
        lock: Lock::Renewed,
        evidence: "semver",
    },
    Plant {
        name: "the AWS SDK in the core",
        step: "structure",
        path: "crates/core/Cargo.toml",
        edit: Edit::Depend("aws-types.workspace = true"),
        lock: Lock::Renewed,
        evidence: "the core must not have `aws-types`",
    },
    Plant {
        name: "sockets in the core",
        step: "structure",
        path: "crates/core/Cargo.toml",
        edit: Edit::Append(
            "\n[target.'cfg(all())'.dependencies]\ntokio = { workspace = true, features = [\"net\"] }\n",
        ),
        lock: Lock::Renewed,
        evidence: "the core must not have `tokio` with `net`",
    },
    Plant {
        name: "a known advisory",
        step: "advisories",
        path: "xtask/Cargo.toml",
        edit: Edit::Depend("smallvec = \"=0.6.13\""),
        lock: Lock::Renewed,
        evidence: "RUSTSEC-2021-0003",
    },
    Plant {
        name: "a banned crate",
        step: "licences, bans, sources",
        path: "xtask/Cargo.toml",
        edit: Edit::Depend("native-tls = \"0.2\""),
        lock: Lock::Renewed,
        evidence: "native-tls",
    },
];

/// Plants every fault, and prints a table: passed means that the step was green before and red after.
///
/// # Errors
///
/// A step was red before, or green after.
pub(crate) fn run(live: &Context) -> Result<()> {
    let metadata = MetadataCommand::new()
        .current_dir(live.root())
        .no_deps()
        .exec()?;
    let target = metadata.target_directory.into_std_path_buf();
    let root = target.join("self-test");
    copy_tree(live, &root)?;
    let ctx = live.copy(&root, &target, Scope::Package(PACKAGE.to_owned()))?;

    let mut outcomes = Vec::new();
    let mut seen = BTreeSet::new();
    for plant in PLANTS {
        if seen.insert(plant.step) {
            let name = format!("{}: green as it is", plant.step);
            outcomes.push(timed(name, || green(&ctx, plant.step)));
        }
        let name = format!("{}: red by {}", plant.step, plant.name);
        outcomes.push(timed(name, || red(&ctx, plant)));
    }
    fs::remove_dir_all(&root)?;
    run::close(&outcomes)
}

fn timed(name: String, check: impl FnOnce() -> Result<()>) -> Outcome {
    println!("{name}");
    let start = Instant::now();
    let verdict = match check() {
        Ok(()) => Verdict::Passed,
        Err(err) => {
            eprintln!("error: {err:#}");
            Verdict::Failed
        }
    };
    Outcome {
        name,
        verdict,
        took: start.elapsed(),
        without: None,
    }
}

/// Copies what git knows of, and what it would know of with the next commit. Links are followed.
fn copy_tree(live: &Context, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    let sh = live.shell();
    let files = cmd!(sh, "git ls-files -z --cached --others --exclude-standard")
        .quiet()
        .read()?;
    for file in files.split_terminator('\0') {
        let (from, to) = (live.root().join(file), to.join(file));
        // A file that was removed is listed until the next commit.
        if from.is_file() {
            let folder = to.parent().context("a file without a folder")?;
            fs::create_dir_all(folder)?;
            fs::copy(from, to)?;
        }
    }
    Ok(())
}

fn green(ctx: &Context, step: &str) -> Result<()> {
    let res = try_step(ctx, step);
    let log = ctx.take_log();
    res.with_context(|| format!("red without a plant:\n{log}"))
}

fn red(ctx: &Context, plant: &Plant) -> Result<()> {
    let manifest = Saved::take(ctx.root().join(plant.path))?;
    let lock = Saved::take(ctx.root().join("Cargo.lock"))?;
    let res = planted(ctx, plant);
    manifest.restore()?;
    lock.restore()?;
    let log = ctx.take_log();
    let Err(fault) = res? else {
        anyhow::bail!("the step stayed green:\n{log}");
    };
    let said = format!("{log}{fault:#}");
    let evidence = plant.evidence;
    ensure!(
        said.contains(evidence),
        "red, but without `{evidence}`:\n{said}"
    );
    Ok(())
}

/// Plants and runs the step. The outer result tells whether that could be done, the inner one is the step's.
fn planted(ctx: &Context, plant: &Plant) -> Result<Result<()>> {
    let path = ctx.root().join(plant.path);
    let text = fs::read_to_string(&path)?;
    let edited = plant.edit.apply(&text);
    ensure!(
        edited != text,
        "there is no place for the plant in `{}`",
        plant.path
    );
    fs::write(path, edited)?;
    match plant.lock {
        Lock::Untouched => {}
        // Offline first: most plants need nothing that is not there.
        Lock::Renewed => ctx
            .run(ctx.cargo("fetch --offline"))
            .or_else(|_| ctx.run(ctx.cargo("fetch")))
            .context("could not renew the lock file")?,
    }
    ctx.take_log();
    Ok(try_step(ctx, plant.step))
}

fn try_step(ctx: &Context, name: &str) -> Result<()> {
    let step = steps::named(name).with_context(|| format!("there is no step `{name}`"))?;
    step.run(ctx)
}

impl Edit {
    fn apply(&self, text: &str) -> String {
        match self {
            Self::Append(addition) => format!("{text}{addition}"),
            Self::Depend(dependency) => {
                let head = "\n[dependencies]\n";
                text.replacen(head, &format!("{head}{dependency}\n"), 1)
            }
        }
    }
}

/// A file as it was.
#[derive(Debug)]
struct Saved {
    path: PathBuf,
    content: Vec<u8>,
}

impl Saved {
    fn take(path: PathBuf) -> Result<Self> {
        let content =
            fs::read(&path).with_context(|| format!("could not read `{}`", path.display()))?;
        Ok(Self { path, content })
    }

    fn restore(self) -> Result<()> {
        Ok(fs::write(self.path, self.content)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plant_names_a_step() {
        for plant in PLANTS {
            assert!(steps::named(plant.step).is_some(), "{}", plant.step);
        }
    }

    #[track_caller]
    fn check(edit: &Edit, text: &str, expected: &str) {
        assert_eq!(edit.apply(text), expected);
    }

    #[test]
    fn edits() {
        check(&Edit::Append("b\n"), "a\n", "a\nb\n");
        check(
            &Edit::Depend("b = \"1\""),
            "[x]\n\n[dependencies]\na = \"1\"\n",
            "[x]\n\n[dependencies]\nb = \"1\"\na = \"1\"\n",
        );
        check(&Edit::Depend("b = \"1\""), "[x]\n", "[x]\n");
    }
}
