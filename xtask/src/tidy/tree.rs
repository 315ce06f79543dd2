//! What the checks look at, read once.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};
use toml::Table;

use super::scan;
use crate::context::Context;

/// The folders that hold our code.
const FOLDERS: &[&str] = &["crates", "examples", "xtask"];
/// A crate below `crates` that never ships.
const TESTKIT: &str = "crates/testkit/";
const HOUSE_BANS: &str = "crates/clippy.toml";
pub(super) const CORE_BANS: &str = "crates/core/clippy.toml";

/// The checkout.
pub(super) struct Tree {
    pub(super) root_manifest: Table,
    pub(super) house_bans: Table,
    pub(super) core_bans: Table,
    pub(super) sources: Vec<Source>,
    pub(super) manifests: Vec<Manifest>,
    pub(super) edges: Vec<Edge>,
    /// What `cargo tree` says about the core alone, on every platform.
    pub(super) below_core: String,
}

/// A `.rs` file.
pub(super) struct Source {
    /// From the root, with `/`.
    pub(super) path: String,
    pub(super) text: String,
    /// The text with comments and literals blanked: same lines, same columns.
    pub(super) code: String,
    /// The code that ships: `code` with its tests blanked, or nothing in a file that never ships.
    pub(super) product: String,
}

/// A `Cargo.toml` below the root's.
pub(super) struct Manifest {
    pub(super) path: String,
    pub(super) table: Table,
    pub(super) membership: Membership,
}

/// Whether the workspace compiles a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Membership {
    Member,
    Stranger,
}

/// A direct dependency of a member.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) kind: DependencyKind,
}

impl Tree {
    /// Reads the checkout.
    pub(super) fn read(ctx: &Context) -> Result<Self> {
        let root = ctx.root();
        let metadata = MetadataCommand::new().current_dir(root).no_deps().exec()?;
        let mut files = Vec::new();
        for folder in FOLDERS {
            walk(&root.join(folder), &mut files)?;
        }
        files.sort();
        Ok(Self {
            root_manifest: parse(&root.join("Cargo.toml"))?,
            house_bans: parse(&root.join(HOUSE_BANS))?,
            core_bans: parse(&root.join(CORE_BANS))?,
            sources: sources(root, &files)?,
            manifests: manifests(root, &files, &metadata)?,
            edges: edges(&metadata),
            // The core alone: in the workspace, features that others switch on would count as its own.
            below_core: ctx
                .cargo(
                    "tree --package rowgate-core --locked --edges normal,build --all-features --target all \
                     --prefix none --format {p}|{f}",
                )
                .quiet()
                .read()?,
        })
    }
}

fn sources(root: &Path, files: &[PathBuf]) -> Result<Vec<Source>> {
    let sources = files.iter().filter(|file| has_extension(file, "rs"));
    sources
        .map(|file| Ok(Source::new(&relative(root, file)?, &read(file)?)))
        .collect()
}

fn manifests(root: &Path, files: &[PathBuf], metadata: &Metadata) -> Result<Vec<Manifest>> {
    let manifests = files.iter().filter(|file| file.ends_with("Cargo.toml"));
    manifests
        .map(|file| {
            let mut members = metadata.packages.iter();
            let is_member = members.any(|package| package.manifest_path.as_std_path() == file);
            Ok(Manifest {
                path: relative(root, file)?,
                table: parse(file)?,
                membership: if is_member {
                    Membership::Member
                } else {
                    Membership::Stranger
                },
            })
        })
        .collect()
}

fn edges(metadata: &Metadata) -> Vec<Edge> {
    let packages = metadata.packages.iter();
    packages
        .flat_map(|package| {
            package.dependencies.iter().map(|dependency| Edge {
                from: package.name.to_string(),
                to: dependency.name.clone(),
                kind: dependency.kind,
            })
        })
        .collect()
}

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let code = scan::code_only(text);
        let product = match room_of(path) {
            Room::Product => scan::without_tests(&code),
            Room::Helper => String::new(),
        };
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code,
            product,
        }
    }
}

/// Whether a file's code ships.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    Product,
    Helper,
}

fn room_of(path: &str) -> Room {
    let in_crate = path.starts_with("crates/") && !path.starts_with(TESTKIT);
    let of_tests =
        path.contains("/tests/") || path.contains("/benches/") || path.ends_with("/tests.rs");
    if in_crate && !of_tests {
        Room::Product
    } else {
        Room::Helper
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("could not list `{}`", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if !path.is_dir() {
            files.push(path);
        } else if !path.ends_with("target") {
            walk(&path, files)?;
        }
    }
    Ok(())
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension()
        .is_some_and(|extension| extension == wanted)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read `{}`", path.display()))
}

fn parse(path: &Path) -> Result<Table> {
    toml::from_str(&read(path)?).with_context(|| format!("could not parse `{}`", path.display()))
}

fn relative(root: &Path, path: &Path) -> Result<String> {
    let path = path.strip_prefix(root)?;
    Ok(path.to_string_lossy().replace('\\', "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Room) {
        assert_eq!(room_of(path), expected, "{path}");
    }

    #[test]
    fn what_ships() {
        check("crates/core/src/run.rs", Room::Product);
        check("crates/core/src/run/tests.rs", Room::Helper);
        check("crates/cli/tests/it/main.rs", Room::Helper);
        check("crates/testkit/src/lib.rs", Room::Helper);
        check("examples/demo/src/main.rs", Room::Helper);
        check("xtask/src/main.rs", Room::Helper);
    }
}
