//! A test runs or is not there; a lint is expected with a reason, so that it is heard of when it no longer fires.

use super::{
    Finding,
    scan::{line_of, words},
    tree::{Source, Tree},
};

pub(super) fn look(tree: &Tree) -> Vec<Finding> {
    tree.sources.iter().flat_map(of_source).collect()
}

fn of_source(source: &Source) -> Vec<Finding> {
    let Source {
        path, text, code, ..
    } = source;
    let in_code = attributes(code).filter_map(|(at, attribute)| {
        let fault = fault_of(attribute)?;
        Some(format!("{path}:{}: {fault}", line_of(code, at)))
    });
    let in_docs = text.lines().enumerate().filter_map(|(line_idx, line)| {
        let line = line.trim_start();
        let doc = line
            .strip_prefix("///")
            .or_else(|| line.strip_prefix("//!"))?;
        let tags = doc.trim_start().strip_prefix("```")?;
        let is_ignored = tags.split(',').any(|tag| tag.trim().starts_with("ignore"));
        is_ignored.then(|| {
            format!(
                "{path}:{}: an ignored example: use `no_run` or `text`",
                line_idx + 1
            )
        })
    });
    in_code.chain(in_docs).collect()
}

fn fault_of(attribute: &str) -> Option<&'static str> {
    let name = attribute
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .next();
    let has = |word| words(attribute, word).next().is_some();
    match name {
        Some("ignore") => Some("an ignored test"),
        Some("allow") => Some("`allow`: use `expect`, with a reason"),
        Some("cfg_attr") if has("ignore") => Some("an ignored test"),
        Some("cfg_attr") if has("allow") => Some("`allow`: use `expect`, with a reason"),
        Some(_) | None => None,
    }
}

/// Finds what stands in `#[..]` and `#![..]`.
fn attributes(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = code.match_indices('#');
    starts.filter_map(|(at, _)| {
        let tail = code.get(at + 1..)?;
        let tail = tail.strip_prefix('!').unwrap_or(tail).strip_prefix('[')?;
        Some((at, inside(tail).trim_start()))
    })
}

/// Returns the text up to the bracket that closes the one before it.
fn inside(tail: &str) -> &str {
    let mut depth = 1_usize;
    for (at, c) in tail.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return tail.get(..at).unwrap_or(tail);
        }
    }
    tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let source = Source::new("a.rs", text);
        assert_eq!(of_source(&source), expected, "{text}");
    }

    #[test]
    fn what_hides_is_found() {
        check(
            "#[test]\n#[ignore = \"slow\"]\nfn f() {}",
            &["a.rs:2: an ignored test"],
        );
        check(
            "#![allow(dead_code)]",
            &["a.rs:1: `allow`: use `expect`, with a reason"],
        );
        check("#[cfg_attr(unix, ignore)]", &["a.rs:1: an ignored test"]);
        check(
            "/// ```rust,ignore\n/// f();\n/// ```",
            &["a.rs:1: an ignored example: use `no_run` or `text`"],
        );
    }

    #[test]
    fn what_does_not_is_left_alone() {
        check(
            "#[expect(dead_code, reason = \"allow\")]\n#[cfg(unix)]\nfn ignore() {}",
            &[],
        );
        check("// #[ignore]\nlet x = \"#[allow(x)]\";", &[]);
        check("/// ```compile_fail\n/// f();\n/// ```", &[]);
    }
}
