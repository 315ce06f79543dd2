//! A small reading of Rust: enough to tell code from comments and literals, and product code from tests.
//!
//! No parser: the rules that stand on it look for words, and a parser would cost more time to compile than all of xtask.

/// Blanks comments, strings and characters. Lines and columns stay as they were.
pub(super) fn code_only(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let blank = blank_len(rest, before);
        let len = blank.unwrap_or(first.len_utf8());
        let (taken, tail) = rest.split_at_checked(len).unwrap_or((rest, ""));
        match blank {
            Some(_) => push_blank(&mut code, taken),
            None => code.push_str(taken),
        }
        before = taken.chars().next_back().unwrap_or(first);
        rest = tail;
    }
    code
}

/// Blanks the items that stand behind `#[cfg(test)]` or `#[test]`. Takes what [`code_only`] made.
pub(super) fn without_tests(code: &str) -> String {
    let mut product = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((start, marker)) = next_test(rest) {
        let (before, item) = rest.split_at_checked(start).unwrap_or((rest, ""));
        let len = marker.len() + item_len(item.strip_prefix(marker).unwrap_or(""));
        let (item, after) = item.split_at_checked(len).unwrap_or((item, ""));
        product.push_str(before);
        push_blank(&mut product, item);
        rest = after;
    }
    product.push_str(rest);
    product
}

/// Returns the line, from 1, on which a byte stands.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    before.matches('\n').count() + 1
}

/// Returns where `word` stands in `code` as a word of its own, in bytes.
pub(super) fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let edge = |c: Option<char>| !c.is_some_and(is_of_name);
    code.match_indices(word).filter_map(move |(at, found)| {
        let (before, after) = (code.get(..at)?, code.get(at + found.len()..)?);
        let starts = edge(before.chars().next_back()) || !word.starts_with(is_of_name);
        let ends = edge(after.chars().next()) || !word.ends_with(is_of_name);
        (starts && ends).then_some(at)
    })
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn push_blank(out: &mut String, text: &str) {
    out.extend(
        text.bytes()
            .map(|byte| if byte == b'\n' { '\n' } else { ' ' }),
    );
}

/// Returns how long the comment or literal at the start of `rest` is, if there is one.
fn blank_len(rest: &str, before: char) -> Option<usize> {
    let inside_name = is_of_name(before);
    match rest.as_bytes() {
        [b'/', b'/', ..] => Some(rest.find('\n').unwrap_or(rest.len())),
        [b'/', b'*', ..] => Some(comment_len(rest)),
        [b'"', ..] => Some(string_len(rest)),
        [b'\'', ..] => char_len(rest),
        [b'r', ..] if !inside_name => raw_len(rest, 1),
        [b'b' | b'c', b'r', ..] if !inside_name => raw_len(rest, 2),
        _ => None,
    }
}

/// Comments nest.
fn comment_len(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(tail) = rest.as_bytes().get(at..).filter(|tail| !tail.is_empty()) {
        match tail {
            [b'/', b'*', ..] => {
                depth += 1;
                at += 2;
            }
            [b'*', b'/', ..] => {
                depth = depth.saturating_sub(1);
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

fn string_len(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// A character, but not a lifetime.
fn char_len(rest: &str) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1);
    let (_, first) = chars.next()?;
    if first == '\\' {
        // The escaped character may itself be a quote.
        chars.next()?;
        return chars.find(|(_, c)| *c == '\'').map(|(at, _)| at + 1);
    }
    chars
        .next()
        .filter(|(_, c)| *c == '\'')
        .map(|(at, _)| at + 1)
}

/// A raw string behind a prefix of `prefix` bytes, but not a raw name such as `r#type`.
fn raw_len(rest: &str, prefix: usize) -> Option<usize> {
    let tail = rest.get(prefix..)?;
    let n_hashes = tail.len() - tail.trim_start_matches('#').len();
    let body = tail.get(n_hashes..)?.strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(n_hashes));
    let body_len = body.find(&close).map_or(body.len(), |at| at + close.len());
    Some(prefix + n_hashes + 1 + body_len)
}

/// Finds the next attribute that marks a test.
fn next_test(code: &str) -> Option<(usize, &'static str)> {
    let markers = ["#[cfg(test)]", "#[test]"];
    let found = markers
        .into_iter()
        .filter_map(|marker| Some((code.find(marker)?, marker)));
    found.min_by_key(|(at, _)| *at)
}

/// Returns how long the item at the start is: up to its `;`, or through the block that ends it.
fn item_len(item: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in item.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && c == '}' {
                    return at + 1;
                }
            }
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    item.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blanked places are shown as `.`: the fixtures have no other spaces.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(code_only(text).replace(' ', "."), expected, "{text}");
    }

    #[test]
    fn comments_are_blanked() {
        check("a//b\nc", "a...\nc");
        check("a/*b/*c*/d*/e", "a...........e");
        check("a/*", "a..");
    }

    #[test]
    fn strings_are_blanked() {
        check(r#"a("b\"c")d"#, "a(......)d");
        check("a(r#\"b\"c\"#)d", "a(........)d");
        check("a(br\"b\\\")d", "a(......)d");
        check("r#type", "r#type");
        check("for\"x\"", "for...");
        check("\"é\"x", "....x");
    }

    #[test]
    fn characters_are_blanked_and_lifetimes_are_not() {
        check("('\"')", "(...)");
        check("('\\'')", "(....)");
        check("('\\u{1f}')", "(........)");
        check("&'static[T]", "&'static[T]");
        check("<'a,'b>", "<'a,'b>");
    }

    #[test]
    fn tests_are_blanked() {
        let code =
            "a;\n#[cfg(test)]\n#[expect(x)]\nmod t {\n b();\n}\nc;\n#[cfg(test)]\nmod tests;\nd;";
        let product = without_tests(code);
        assert_eq!(
            product.split_whitespace().collect::<Vec<_>>(),
            ["a;", "c;", "d;"]
        );
        assert_eq!(line_of(&product, product.find('d').unwrap()), 10);
    }

    #[test]
    fn words_stand_alone() {
        let code = "static static_x 'static a::static";
        assert_eq!(words(code, "static").collect::<Vec<_>>(), [0, 17, 27]);
        assert_eq!(words("json!(1) xjson!(", "json!(").collect::<Vec<_>>(), [0]);
    }
}
