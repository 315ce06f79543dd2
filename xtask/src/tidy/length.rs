//! A module that nobody can hold in their head is two modules.

use super::{
    Finding,
    tree::{Source, Tree},
};

/// For what ships and for what works on it.
const LINES_MAX: usize = 500;
/// Tests are data, which is read one case at a time.
const TEST_LINES_MAX: usize = 600;

pub(super) fn look(tree: &Tree) -> Vec<Finding> {
    tree.sources.iter().filter_map(of_source).collect()
}

fn of_source(source: &Source) -> Option<Finding> {
    let n_lines = source.text.lines().count();
    let lines_max = lines_max(&source.path);
    (n_lines > lines_max)
        .then(|| format!("{}: {n_lines} lines, the most are {lines_max}", source.path))
}

fn lines_max(path: &str) -> usize {
    if path.contains("/tests/") || path.ends_with("/tests.rs") {
        TEST_LINES_MAX
    } else {
        LINES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_the_last_that_passes() {
        let check = |path: &str, lines_max: usize| {
            let source = |n_lines: usize| Source::new(path, &"x\n".repeat(n_lines));
            assert_eq!(of_source(&source(lines_max)), None);
            assert!(of_source(&source(lines_max + 1)).is_some());
        };
        check("crates/core/src/a.rs", 500);
        check("crates/core/src/a/tests.rs", 600);
        check("crates/core/tests/it/a.rs", 600);
    }
}
