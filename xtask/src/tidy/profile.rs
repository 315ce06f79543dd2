//! Overflow checks are on in release: a count that wraps would balance.

use toml::{Table, Value};

use super::{Finding, tree::Tree};

const KEY: &str = "overflow-checks";

pub(super) fn look(tree: &Tree) -> Vec<Finding> {
    of_root(&tree.root_manifest)
}

fn of_root(root: &Table) -> Vec<Finding> {
    let profiles = root.get("profile").and_then(Value::as_table);
    let release = profiles.and_then(|profiles| profiles.get("release")?.as_table());
    let mut findings = Vec::new();
    if release.and_then(|release| release.get(KEY)?.as_bool()) != Some(true) {
        findings.push(format!(
            "Cargo.toml: `[profile.release]` needs `{KEY} = true`"
        ));
    }
    if profiles.is_some_and(|profiles| switched_off(&Value::Table(profiles.clone()))) {
        findings.push(format!("Cargo.toml: a profile says `{KEY} = false`"));
    }
    findings
}

fn switched_off(value: &Value) -> bool {
    let Value::Table(table) = value else {
        return false;
    };
    let mut entries = table.iter();
    entries
        .any(|(key, value)| (key == KEY && value.as_bool() == Some(false)) || switched_off(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, n_expected: usize) {
        assert_eq!(
            of_root(&toml::from_str(text).unwrap()).len(),
            n_expected,
            "{text}"
        );
    }

    #[test]
    fn overflow_checks_are_on() {
        check("[profile.release]\noverflow-checks = true\n", 0);
        check("[profile.release]\n", 1);
        check("[profile.release]\noverflow-checks = false\n", 2);
        check(
            "[profile.release]\noverflow-checks = true\n[profile.release.package.x]\noverflow-checks = false\n",
            1,
        );
    }
}
