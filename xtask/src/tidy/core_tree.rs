//! The core touches no file, socket, clock, environment or random source; so neither does what it depends on.

use cargo_metadata::DependencyKind;

use super::{
    Finding,
    tree::{Edge, Tree},
};

const CORE: &str = "rowgate-core";

/// What the core may depend on directly, and for what.
const ALLOWED: &[(&str, &str)] = &[
    ("base64", "digests in reports"),
    ("bigdecimal", "exact bounds of numbers"),
    ("bytes", "parts and batches, shared without copies"),
    ("crc-fast", "checksums of parts"),
    ("futures-core", "the traits of streams"),
    ("futures-util", "streams, without an executor"),
    ("jiff", "dates and times as values; its clock is not used"),
    ("memchr", "the scanner"),
    ("regex", "patterns of a schema, in linear time"),
    ("saphyr-parser", "the events of descriptors in YAML"),
    ("serde", "the wire types"),
    ("serde_json", "descriptors and reports"),
    ("sha2", "digests of schemas and outputs"),
    ("simdutf8", "the check of UTF-8"),
    ("strsim", "suggestions for a misspelt name"),
    ("thiserror", "errors"),
    ("tokio", "tasks and channels: `rt` and `sync`"),
    ("tokio-util", "cancellation"),
    (
        "tracing",
        "spans and events; who subscribes is not our matter",
    ),
    ("uuid", "identities as values; none is made here"),
];

/// What may stand nowhere below the core. A trailing `*` stands for any end.
const FORBIDDEN: &[&str] = &[
    "aws-*",
    "aws_*",
    "axum*",
    "chrono",
    "clap*",
    "config",
    "fastrand",
    "getrandom",
    "h2",
    "hyper*",
    "lambda_*",
    "mio",
    "object_store",
    "rand",
    "reqwest",
    "rustix",
    "rustls*",
    "socket2",
    "tempfile",
    "time",
    "tower*",
];

/// What may be switched on nowhere below the core: the package, and its features.
const FORBIDDEN_FEATURES: &[(&str, &[&str])] = &[
    ("jiff", &["tz-system", "tzdb-zoneinfo", "tzdb-concatenated"]),
    (
        "tokio",
        &["fs", "full", "io-std", "net", "process", "signal", "time"],
    ),
    ("tokio-util", &["net", "time"]),
    (
        "uuid",
        &[
            "fast-rng",
            "rng",
            "rng-getrandom",
            "rng-rand",
            "v1",
            "v4",
            "v6",
            "v7",
        ],
    ),
];

pub(super) fn look(tree: &Tree) -> Vec<Finding> {
    let mut findings = direct(&tree.edges);
    findings.extend(resolved(&tree.below_core));
    findings
}

fn direct(edges: &[Edge]) -> Vec<Finding> {
    let of_core = edges
        .iter()
        .filter(|edge| edge.from == CORE && edge.kind != DependencyKind::Development);
    of_core
        .filter(|edge| !ALLOWED.iter().any(|(name, _)| *name == edge.to))
        .map(|edge| {
            let name = &edge.to;
            format!(
                "crates/core/Cargo.toml: `{name}` is not on the list in xtask/src/tidy/core_tree.rs"
            )
        })
        .collect()
}

/// Reads lines such as `tokio v1.54.1|default,rt,sync`, as `cargo tree` writes them.
fn resolved(core_tree: &str) -> Vec<Finding> {
    let mut findings: Vec<_> = core_tree
        .lines()
        .flat_map(|line| {
            let (package, features) = line.split_once('|').unwrap_or((line, ""));
            let name = package.split(' ').next().unwrap_or(package);
            of_package(name, features)
        })
        .collect();
    findings.sort();
    findings.dedup();
    findings
}

fn of_package(name: &str, features: &str) -> Vec<Finding> {
    if FORBIDDEN.iter().any(|pattern| matches(pattern, name)) {
        return vec![format!("the core must not have `{name}` below it")];
    }
    let rules = FORBIDDEN_FEATURES
        .iter()
        .filter(|(package, _)| *package == name);
    rules
        .flat_map(|(_, forbidden)| *forbidden)
        // A feature met twice stands with a mark behind it.
        .filter(|forbidden| {
            features
                .split([',', ' '])
                .any(|feature| feature == **forbidden)
        })
        .map(|feature| format!("the core must not have `{name}` with `{feature}` below it"))
        .collect()
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(core_tree: &str, expected: &[&str]) {
        assert_eq!(resolved(core_tree), expected);
    }

    #[test]
    fn a_pure_tree() {
        check(
            "rowgate-core v0.1.0 (/somewhere)|\ntokio v1.54.1|default,rt,sync\nhttp v1.5.0|\n",
            &[],
        );
    }

    #[test]
    fn what_reaches_outside_is_named() {
        check(
            "mio v1.2.4|net\naws-sdk-s3 v1.157.0|\ntokio v1.54.1|net,rt (*)\nuuid v1.29.1|std,v7\n",
            &[
                "the core must not have `aws-sdk-s3` below it",
                "the core must not have `mio` below it",
                "the core must not have `tokio` with `net` below it",
                "the core must not have `uuid` with `v7` below it",
            ],
        );
    }

    #[test]
    fn direct_dependencies_are_listed() {
        let edge = |from: &str, to: &str, kind| Edge {
            from: from.to_owned(),
            to: to.to_owned(),
            kind,
        };
        let edges = [
            edge(CORE, "bytes", DependencyKind::Normal),
            edge(CORE, "proptest", DependencyKind::Development),
            edge(CORE, "left-pad", DependencyKind::Normal),
            edge("rowgate-store", "tempfile", DependencyKind::Normal),
        ];
        let findings = direct(&edges);
        assert_eq!(findings.len(), 1);
        assert!(findings.concat().contains("`left-pad`"));
    }
}
