//! Between layers values have types. Untyped JSON and raw maps stand where bytes come in or go out, and nowhere else.

use super::{
    Finding,
    scan::{line_of, words},
    tree::{Source, Tree},
};

/// The files at the boundary, and why each is one of them.
const BOUNDARY: &[(&str, &str)] = &[
    (
        "crates/app/src/settings/layers.rs",
        "settings as files and variables hold them, and the layers by their sections' names",
    ),
    (
        "crates/app/src/settings/mod.rs",
        "where each setting comes from, by the key that the table gives it",
    ),
    (
        "crates/core/src/plan.rs",
        "the schema's fields by name, while labels of a header are looked up",
    ),
    (
        "crates/core/src/report.rs",
        "the report as it is serialised: counts by the column's name",
    ),
];

/// What counts as untyped.
const UNTYPED: &[&str] = &["serde_json::Value", "serde_json::Map", "json!"];

/// How the key of a raw map begins, behind `&` and a lifetime: a text or bytes, which say nothing of
/// what they are.
const RAW_KEYS: &[&str] = &[
    "String", "str", "Box<", "Cow<", "Arc<str", "Rc<str", "Vec<u8", "[u8",
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
    let mut found: Vec<_> = named.chain(imported).chain(raw_maps(product)).collect();
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

/// Finds the untyped names in `serde_json::{..}` and below `serde_json::value`.
fn imports(code: &str) -> impl Iterator<Item = (usize, &str)> {
    ["serde_json::{", "serde_json::value::"]
        .into_iter()
        .flat_map(move |open| {
            words(code, open).flat_map(move |at| {
                let tail = code.get(at + open.len()..).unwrap_or("");
                let tail = tail.strip_prefix('{').unwrap_or(tail);
                let list = tail.split(['}', ';']).next().unwrap_or(tail);
                let names = list.split(',').map(str::trim);
                names
                    .filter(|name| is_untyped(name))
                    .map(move |name| (at, name))
            })
        })
}

/// Says whether a name of `serde_json` is that of what has no type, with its path or a new name.
fn is_untyped(name: &str) -> bool {
    let name = name.strip_prefix("value::").unwrap_or(name);
    let mut parts = name.split(|c: char| !c.is_alphanumeric());
    matches!(parts.next(), Some("Value" | "Map" | "json"))
}

/// Finds maps whose keys are raw.
fn raw_maps(code: &str) -> impl Iterator<Item = (usize, String)> {
    let open = "Map<";
    code.match_indices(open).filter_map(move |(at, _)| {
        let key = code
            .get(at + open.len()..)?
            .split([',', '>', '\n'])
            .next()?;
        let bare = key.trim_start_matches('&');
        let bare = match bare.strip_prefix('\'') {
            Some(lifetime) => lifetime.split_once(' ')?.1,
            None => bare,
        };
        let is_raw = RAW_KEYS.iter().any(|raw| {
            let rest = bare.strip_prefix(raw);
            rest.is_some_and(|rest| raw.ends_with('<') || !rest.starts_with(char::is_alphanumeric))
        });
        is_raw.then(|| (at, format!("{open}{key}")))
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
            &["crates/core/src/a.rs:1: `Map<String` away from the boundary"],
        );
    }

    #[test]
    fn raw_maps_are_found_whatever_their_name() {
        for key in [
            "String",
            "&str",
            "&'static str",
            "&'a [u8]",
            "Box<str",
            "Cow<'a",
        ] {
            let code = format!("struct S(BTreeMap<{key}, u8>);\n");
            let expected = format!("crates/core/src/a.rs:1: `Map<{key}` away from the boundary");
            check(&code, &[], &[&expected]);
        }
        check(
            "use serde_json::value::{RawValue, Value};\n",
            &[],
            &["crates/core/src/a.rs:1: `serde_json::Value` away from the boundary"],
        );
        check(
            "use serde_json::value::Map;\n",
            &[],
            &["crates/core/src/a.rs:1: `serde_json::Map` away from the boundary"],
        );
        check(
            "use serde_json::{from_str, value::Value};\n",
            &[],
            &["crates/core/src/a.rs:1: `serde_json::value::Value` away from the boundary"],
        );
    }

    #[test]
    fn typed_code_and_tests_are_not() {
        check(
            "struct S(BTreeMap<Name, u8>, BTreeMap<StringId, u8>, Map<_, _>);\nuse serde_json::{from_str, value::RawValue};\n",
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
