//! A module that nobody can hold in their head is two modules.

use super::{
    Finding,
    tree::{Source, Tree},
};

/// We aim at 500 and stop here.
const LINES_MAX: usize = 700;

pub(super) fn look(tree: &Tree) -> Vec<Finding> {
    tree.sources.iter().filter_map(of_source).collect()
}

fn of_source(source: &Source) -> Option<Finding> {
    let n_lines = source.text.lines().count();
    (n_lines > LINES_MAX)
        .then(|| format!("{}: {n_lines} lines, the most are {LINES_MAX}", source.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_the_last_that_passes() {
        let source = |n_lines: usize| Source::new("a.rs", &"x\n".repeat(n_lines));
        assert_eq!(of_source(&source(LINES_MAX)), None);
        assert!(of_source(&source(LINES_MAX + 1)).is_some());
    }
}
