//! Every folder with a manifest is a member; every member takes its lints and versions from the workspace.

use toml::{Table, Value};

use super::{
    Finding,
    tree::{Manifest, Membership, Tree},
};

const SECTIONS: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

pub(super) fn look(tree: &Tree) -> Vec<Finding> {
    tree.manifests.iter().flat_map(of_manifest).collect()
}

fn of_manifest(manifest: &Manifest) -> Vec<Finding> {
    let Manifest {
        path,
        table,
        membership,
    } = manifest;
    let mut findings = Vec::new();
    if *membership == Membership::Stranger {
        findings.push(format!(
            "{path}: no member of the workspace, so nothing compiles it"
        ));
    }
    let lints = table.get("lints").and_then(Value::as_table);
    if !lints.is_some_and(of_workspace) {
        findings.push(format!("{path}: `[lints] workspace = true` is missing"));
    }
    let own = sections(table);
    let of_targets = tables(table, "target").flat_map(|(_, target)| sections(target));
    for (name, dependency) in own.into_iter().chain(of_targets) {
        if !dependency.as_table().is_some_and(of_workspace) {
            findings.push(format!(
                "{path}: the version of `{name}` belongs in the workspace's table"
            ));
        }
    }
    findings
}

/// Returns the dependencies of a manifest, or of one of its targets.
fn sections(table: &Table) -> Vec<(&String, &Value)> {
    let sections = SECTIONS
        .iter()
        .filter_map(|section| table.get(*section)?.as_table());
    sections.flatten().collect()
}

fn tables<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = (&'a String, &'a Table)> {
    let inner = table.get(key).and_then(Value::as_table);
    inner
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name, value.as_table()?)))
}

fn of_workspace(table: &Table) -> bool {
    table.get("workspace").and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(membership: Membership, text: &str, expected: &[&str]) {
        let manifest = Manifest {
            path: "m".to_owned(),
            table: toml::from_str(text).unwrap(),
            membership,
        };
        assert_eq!(of_manifest(&manifest), expected);
    }

    #[test]
    fn a_member_that_takes_all_from_the_workspace() {
        let text = "[lints]\nworkspace = true\n[dependencies]\nbytes.workspace = true\n\
                    tokio = { workspace = true, features = [\"rt\"] }\n";
        check(Membership::Member, text, &[]);
    }

    #[test]
    fn what_is_missing_is_named() {
        check(
            Membership::Stranger,
            "[dependencies]\nbytes = \"1\"\n[target.'cfg(unix)'.dev-dependencies]\nlibc = { version = \"0.2\" }\n",
            &[
                "m: no member of the workspace, so nothing compiles it",
                "m: `[lints] workspace = true` is missing",
                "m: the version of `bytes` belongs in the workspace's table",
                "m: the version of `libc` belongs in the workspace's table",
            ],
        );
    }
}
