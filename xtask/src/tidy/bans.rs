//! The nearest clippy.toml wins without merging, so the core's must repeat the house's.

use toml::{Table, Value};

use super::{
    Finding,
    tree::{CORE_BANS, Tree},
};

pub(super) fn look(tree: &Tree) -> Vec<Finding> {
    compare(&tree.house_bans, &tree.core_bans)
}

fn compare(house: &Table, core: &Table) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (key, value) in house {
        match (value, core.get(key)) {
            (Value::Array(entries), Some(Value::Array(repeated))) => {
                let missing = entries.iter().filter(|entry| !repeated.contains(entry));
                findings.extend(missing.map(|entry| format!("{CORE_BANS}: `{key}` lacks {entry}")));
            }
            (_, repeated) if repeated == Some(value) => {}
            (..) => findings.push(format!("{CORE_BANS}: `{key} = {value}` is missing")),
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUSE: &str =
        "a = true\nd = [{ path = \"x\", reason = \"r\" }, { path = \"y\", reason = \"r\" }]\n";

    #[track_caller]
    fn check(core: &str, expected: &[&str]) {
        assert_eq!(
            compare(
                &toml::from_str(HOUSE).unwrap(),
                &toml::from_str(core).unwrap()
            ),
            expected
        );
    }

    #[test]
    fn the_core_may_ban_more() {
        check(&format!("{HOUSE}e = [\"z\"]\n"), &[]);
    }

    #[test]
    fn the_core_may_not_ban_less() {
        check(
            "a = false\nd = [{ path = \"x\", reason = \"r\" }]\n",
            &[
                "crates/core/clippy.toml: `a = true` is missing",
                "crates/core/clippy.toml: `d` lacks { path = \"y\", reason = \"r\" }",
            ],
        );
    }
}
