//! Crates depend downwards, test code stays out of what ships, and a vendor's crate has one owner.

use cargo_metadata::DependencyKind;

use super::{
    Finding,
    tree::{Edge, Tree},
};

/// A member and the members that it may depend on.
struct Layer {
    name: &'static str,
    below: &'static [&'static str],
}

/// From the bottom up. A member that is not here is a finding.
const LAYERS: &[Layer] = &[
    Layer {
        name: "rowgate-core",
        below: &[],
    },
    Layer {
        name: "rowgate-store",
        below: &["rowgate-core"],
    },
    Layer {
        name: "rowgate-decode",
        below: &["rowgate-core"],
    },
    Layer {
        name: "rowgate-testkit",
        below: &["rowgate-core"],
    },
    Layer {
        name: "rowgate-render",
        below: &["rowgate-core"],
    },
    Layer {
        name: "rowgate-app",
        below: &[
            "rowgate-core",
            "rowgate-decode",
            "rowgate-render",
            "rowgate-store",
        ],
    },
    Layer {
        name: "rowgate",
        below: &["rowgate-app", "rowgate-core"],
    },
    Layer {
        name: "rowgate-lambda",
        below: &["rowgate-app", "rowgate-core"],
    },
    Layer {
        name: "rowgate-server",
        below: &["rowgate-app", "rowgate-core"],
    },
    Layer {
        name: "rowgate-demo",
        below: &["rowgate-core", "rowgate-store", "rowgate-testkit"],
    },
    Layer {
        name: "rowgate-example-embed",
        below: &["rowgate-core"],
    },
    Layer {
        name: "xtask",
        below: &[],
    },
];

/// What tests may use of the workspace, whatever their crate may ship. No front end, no example.
const FOR_TESTS: &[&str] = &[
    "rowgate-app",
    "rowgate-core",
    "rowgate-decode",
    "rowgate-store",
    "rowgate-testkit",
];

/// The start of a foreign crate's name, and the members that may name it.
const OWNERS: &[(&str, &[&str])] = &[
    ("aws-", &["rowgate-store"]),
    ("aws_lambda_events", &["rowgate-lambda"]),
    ("lambda_", &["rowgate-lambda"]),
    ("axum", &["rowgate-server"]),
    ("clap", &["rowgate", "rowgate-server", "xtask"]),
];

pub(super) fn look(tree: &Tree) -> Vec<Finding> {
    tree.edges.iter().filter_map(of_edge).collect()
}

fn of_edge(edge: &Edge) -> Option<Finding> {
    let Edge { from, to, kind } = edge;
    let Some(layer) = layer(from) else {
        return Some(format!(
            "`{from}` has no place in xtask/src/tidy/direction.rs"
        ));
    };
    if layer_or_ours(to) {
        let may = if *kind == DependencyKind::Development {
            FOR_TESTS.contains(&to.as_str())
        } else {
            layer.below.contains(&to.as_str())
        };
        return (!may).then(|| format!("`{from}` must not depend on `{to}` ({kind})"));
    }
    let (_, owners) = OWNERS.iter().find(|(start, _)| to.starts_with(start))?;
    let is_owner = owners.contains(&from.as_str());
    (!is_owner).then(|| {
        format!(
            "`{from}` must not name `{to}`: it belongs to `{}`",
            owners.join("`, `")
        )
    })
}

fn layer(name: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.name == name)
}

fn layer_or_ours(name: &str) -> bool {
    layer(name).is_some() || name.starts_with("rowgate")
}

#[cfg(test)]
mod tests {
    use DependencyKind::{Development, Normal};

    use super::*;

    #[track_caller]
    fn check(from: &str, to: &str, kind: DependencyKind, expected: Option<&str>) {
        let edge = Edge {
            from: from.to_owned(),
            to: to.to_owned(),
            kind,
        };
        assert_eq!(of_edge(&edge).as_deref(), expected);
    }

    #[test]
    fn members_depend_downwards() {
        check("rowgate-app", "rowgate-store", Normal, None);
        check(
            "rowgate-store",
            "rowgate-app",
            Normal,
            Some("`rowgate-store` must not depend on `rowgate-app` (normal)"),
        );
        check(
            "xtask",
            "rowgate-core",
            Normal,
            Some("`xtask` must not depend on `rowgate-core` (normal)"),
        );
    }

    #[test]
    fn the_testkit_is_for_tests() {
        check("rowgate-store", "rowgate-testkit", Development, None);
        check("rowgate-demo", "rowgate-testkit", Normal, None);
        check(
            "rowgate",
            "rowgate-testkit",
            Normal,
            Some("`rowgate` must not depend on `rowgate-testkit` (normal)"),
        );
        check(
            "rowgate",
            "rowgate-server",
            Development,
            Some("`rowgate` must not depend on `rowgate-server` (dev)"),
        );
    }

    #[test]
    fn vendors_have_one_owner() {
        check("rowgate-store", "aws-sdk-s3", Normal, None);
        check(
            "rowgate-app",
            "aws-config",
            Normal,
            Some("`rowgate-app` must not name `aws-config`: it belongs to `rowgate-store`"),
        );
        check("rowgate-app", "tokio", Normal, None);
    }

    #[test]
    fn a_new_member_takes_its_place() {
        check(
            "rowgate-jobs",
            "tokio",
            Normal,
            Some("`rowgate-jobs` has no place in xtask/src/tidy/direction.rs"),
        );
    }
}
