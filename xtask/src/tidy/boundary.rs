//! Between layers values have types. Untyped JSON and raw maps stand where bytes come in or go out, and nowhere else.

use super::{
    Finding,
    scan::{line_of, words},
    tree::{Source, Tree},
};

/// The files at the boundary, and why each is one of them.
const BOUNDARY: &[(&str, &str)] = &[(
    "crates/core/src/report.rs",
    "the report as it is serialised: counts by the column's name",
)];

/// What counts as untyped.
const UNTYPED: &[&str] = &[
    "serde_json::Value",
    "serde_json::Map",
    "json!",
    "HashMap<String",
    "HashMap<&str",
    "BTreeMap<String",
    "BTreeMap<&str",
];

pub(super) fn look(tree: &Tree) -> Vec<Finding> {
    of_sources(&tree.sources, BOUNDARY)
}

fn of_sources(sources: &[Source], boundary: &[(&str, &str)]) -> Vec<Finding> {
    let is_listed = |path: &str| boundary.iter().any(|(listed, _)| *listed == path);
    let (listed, others): (Vec<_>, Vec<_>) =
        sources.iter().partition(|source| is_listed(&source.path));
    let mut findings: Vec<_> = others.into_iter().flat_map(of_source).collect();
    // A list that nobody prunes stops being short.
    let spent = boundary.iter().filter(|(path, _)| {
        let mut same = listed.iter().filter(|source| source.path == *path);
        !same.any(|source| !of_source(source).is_empty())
    });
    findings.extend(
        spent.map(|(path, _)| format!("{path}: needs no place in xtask/src/tidy/boundary.rs")),
    );
    findings
}

fn of_source(source: &Source) -> Vec<Finding> {
    let Source { path, product, .. } = source;
    let named = UNTYPED.iter().flat_map(|untyped| {
        let found = words(product, untyped);
        found.map(move |at| (at, (*untyped).to_owned()))
    });
    let imported = imports(product).map(|(at, name)| (at, format!("serde_json::{name}")));
    let mut found: Vec<_> = named.chain(imported).collect();
    found.sort();
    found
        .into_iter()
        .map(|(at, name)| {
            format!(
                "{path}:{}: `{name}` away from the boundary",
                line_of(product, at)
            )
        })
        .collect()
}

/// Finds the untyped names in `serde_json::{..}`.
fn imports(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let open = "serde_json::{";
    words(code, open).flat_map(move |at| {
        let tail = code.get(at + open.len()..).unwrap_or("");
        let list = tail.split('}').next().unwrap_or(tail);
        let names = list.split(',').map(str::trim);
        let untyped = names.filter(|name| {
            let first = name.split_whitespace().next();
            matches!(first, Some("Value" | "Map" | "json"))
        });
        untyped.map(move |name| (at, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "crates/core/src/a.rs";

    #[track_caller]
    fn check(text: &str, boundary: &[(&str, &str)], expected: &[&str]) {
        let sources = [Source::new(PATH, text)];
        assert_eq!(of_sources(&sources, boundary), expected, "{text}");
    }

    #[test]
    fn untyped_values_are_found() {
        check(
            "// serde_json::Value\nfn f(v: &serde_json::Value) {}\nlet x = json!({});\n",
            &[],
            &[
                "crates/core/src/a.rs:2: `serde_json::Value` away from the boundary",
                "crates/core/src/a.rs:3: `json!` away from the boundary",
            ],
        );
        check(
            "use serde_json::{from_str, Value as V};\n",
            &[],
            &["crates/core/src/a.rs:1: `serde_json::Value as V` away from the boundary"],
        );
        check(
            "struct S(HashMap<String, u8>);\n",
            &[],
            &["crates/core/src/a.rs:1: `HashMap<String` away from the boundary"],
        );
    }

    #[test]
    fn typed_code_and_tests_are_not() {
        check(
            "struct S(BTreeMap<Name, u8>);\nuse serde_json::{from_str, value::RawValue};\n",
            &[],
            &[],
        );
        check(
            "#[cfg(test)]\nmod tests { use serde_json::json; fn f() { json!(1); } }\n",
            &[],
            &[],
        );
    }

    #[test]
    fn the_list_holds_what_needs_it() {
        let boundary = [(PATH, "reads descriptors")];
        check("fn f(v: serde_json::Value) {}\n", &boundary, &[]);
        check(
            "fn f() {}\n",
            &boundary,
            &["crates/core/src/a.rs: needs no place in xtask/src/tidy/boundary.rs"],
        );
    }
}
