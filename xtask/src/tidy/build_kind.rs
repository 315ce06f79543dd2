//! Debug and production do the same: what is checked in one is checked in the other.

use super::{
    Finding,
    scan::{line_of, words},
    tree::{Source, Tree},
};

const WORDS: &[&str] = &[
    "debug_assert!",
    "debug_assert_eq!",
    "debug_assert_ne!",
    "debug_assertions",
    "overflow_checks",
];

pub(super) fn look(tree: &Tree) -> Vec<Finding> {
    tree.sources.iter().flat_map(of_source).collect()
}

fn of_source(source: &Source) -> Vec<Finding> {
    let Source { path, product, .. } = source;
    let found = WORDS
        .iter()
        .flat_map(|word| words(product, word).map(move |at| (at, word)));
    found
        .map(|(at, word)| {
            format!(
                "{path}:{}: `{word}` makes debug and production differ",
                line_of(product, at)
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, n_expected: usize) {
        let source = Source::new("crates/app/src/a.rs", text);
        assert_eq!(of_source(&source).len(), n_expected, "{text}");
    }

    #[test]
    fn differences_are_found() {
        check("debug_assert!(x);\ndebug_assert_eq!(x, y);", 2);
        check("#[cfg(debug_assertions)]\nfn f() {}", 1);
        check("if cfg!(not(debug_assertions)) {}", 1);
    }

    #[test]
    fn what_holds_in_both_is_not() {
        check("assert!(x); // not debug_assert!", 0);
        check("const _: () = assert!(A < B);", 0);
        check(
            "#[cfg(test)]\nmod tests { fn f() { debug_assert!(x); } }",
            0,
        );
    }
}
