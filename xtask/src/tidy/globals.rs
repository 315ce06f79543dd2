//! No state outlives a run: no mutable static, no lazy global, no thread local.

use super::{
    Finding,
    scan::{line_of, words},
    tree::{Source, Tree},
};

/// Types by which a `static` changes after it was made.
const MUTABLE: &[&str] = &[
    "Mutex", "RwLock", "Atomic", "LazyLock", "LazyCell", "OnceLock", "OnceCell", "Once", "Cell",
    "RefCell", "Lazy",
];
const MACROS: &[&str] = &["thread_local!", "lazy_static!"];

pub(super) fn look(tree: &Tree) -> Vec<Finding> {
    tree.sources.iter().flat_map(of_source).collect()
}

fn of_source(source: &Source) -> Vec<Finding> {
    let Source { path, product, .. } = source;
    let statics = words(product, "static").filter(|at| is_mutable_static(product, *at));
    let macros = MACROS.iter().flat_map(|name| words(product, name));
    let mut found: Vec<_> = statics.chain(macros).collect();
    found.sort_unstable();
    found
        .into_iter()
        .map(|at| {
            format!(
                "{path}:{}: state that outlives a run: pass it in",
                line_of(product, at)
            )
        })
        .collect()
}

fn is_mutable_static(code: &str, at: usize) -> bool {
    let (before, tail) = code.split_at_checked(at).unwrap_or((code, ""));
    if before.ends_with('\'') {
        return false; // A lifetime.
    }
    let declaration = tail.split(['=', ';']).next().unwrap_or(tail);
    if words(declaration, "mut").any(|at| at < "static mut x".len()) {
        return true;
    }
    // `AtomicU64` counts as `Atomic`, so starts are compared and not words.
    let mut names = declaration
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .skip(2);
    names.any(|name| {
        let mut kinds = MUTABLE.iter();
        kinds.any(|kind| name == *kind || (*kind == "Atomic" && name.starts_with(kind)))
    })
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
    fn state_is_found() {
        check("static mut N: u8 = 0;", 1);
        check("static N: AtomicU64 = AtomicU64::new(0);", 1);
        check(
            "pub(crate) static CACHE: std::sync::LazyLock<Vec<u8>> = f();",
            1,
        );
        check("static M: Mutex<u8> = Mutex::new(0);\nthread_local! { }", 2);
    }

    #[test]
    fn constants_and_lifetimes_are_not() {
        check("static NAMES: &[&str] = &[];", 0);
        check("fn f(x: &'static Mutex<u8>) {}", 0);
        check("struct S { n: AtomicU64 }", 0);
        check("#[cfg(test)]\nmod tests { static N: AtomicU64 = f(); }", 0);
    }
}
