//! The patterns of JSON Schema: the regular expressions of ECMA-262, translated for an engine that
//! runs in linear time. They match anywhere in a text.

use regex::{Regex, RegexBuilder};

use super::{PATTERN_BYTES_MAX, PatternFault};

/// Compiles a pattern.
///
/// # Errors
///
/// What the engine cannot run: looking around, and references back.
pub(crate) fn compile_anywhere(pattern: &str) -> Result<Regex, PatternFault> {
    let engine = RegexBuilder::new(&translate(pattern))
        .size_limit(PATTERN_BYTES_MAX)
        .build();
    engine.map_err(|fault| {
        if matches!(fault, regex::Error::CompiledTooBig(_)) {
            return PatternFault::new("pattern takes too much memory", "repeat less");
        }
        let message = fault.to_string();
        // The last line says what is wrong; the others draw it.
        let last = message.lines().last().unwrap_or_default();
        let what = last.strip_prefix("error: ").unwrap_or(last);
        PatternFault::new(format!("pattern cannot be used: {what}"), "")
    })
}

/// Writes the classes of ECMA-262, which are those of ASCII, and takes from the engine what its own
/// syntax has inside brackets.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    let mut is_in_class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let Some(escaped) = chars.next() else {
                    out.push('\\');
                    break;
                };
                match escaped {
                    'd' => out.push_str("[0-9]"),
                    'D' => out.push_str("[^0-9]"),
                    'w' => out.push_str("[0-9A-Za-z_]"),
                    'W' => out.push_str("[^0-9A-Za-z_]"),
                    's' => out.push_str(r"[\s\x{FEFF}]"),
                    'S' => out.push_str(r"[^\s\x{FEFF}]"),
                    'b' if is_in_class => out.push_str(r"\x08"),
                    'b' => out.push_str(r"(?-u:\b)"),
                    'B' => out.push_str(r"(?-u:\B)"),
                    '/' => out.push('/'),
                    'c' => match chars.next() {
                        // The control character that the letter is typed with.
                        Some(letter) if letter.is_ascii_alphabetic() => {
                            let code = u32::from(letter) & 0x1F;
                            out.extend([r"\x{", &format!("{code:x}"), "}"]);
                        }
                        other => out.extend(['\\', 'c'].into_iter().chain(other)),
                    },
                    _ => out.extend(['\\', escaped]),
                }
            }
            '[' if is_in_class => out.push_str(r"\["),
            // The class of nothing, and that of everything.
            '[' if chars.as_str().starts_with(']') => {
                chars.next();
                out.push_str(r"[^\x{0}-\x{10FFFF}]");
            }
            '[' if chars.as_str().starts_with("^]") => {
                chars.next();
                chars.next();
                out.push_str(r"[\x{0}-\x{10FFFF}]");
            }
            '[' => {
                is_in_class = true;
                out.push('[');
            }
            ']' => {
                is_in_class = false;
                out.push(']');
            }
            '&' | '~' if is_in_class => out.extend(['\\', c]),
            '.' if !is_in_class => out.push_str(r"[^\n\r\x{2028}\x{2029}]"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, good: &[&str], bad: &[&str]) {
        let regex = compile_anywhere(pattern).unwrap();
        for text in good {
            assert!(regex.is_match(text), "{pattern}: {text:?}");
        }
        for text in bad {
            assert!(!regex.is_match(text), "{pattern}: {text:?}");
        }
    }

    #[test]
    fn expressions_of_ecma() {
        check("a+", &["xxaayy"], &["b"]);
        check("^a$", &["a"], &["a\n", "ba"]);
        check(r"^\d\w$", &["1_"], &["٣a", "1é"]);
        check(r"^[\d\w-]+\/$", &["1-a/"], &["é/"]);
        check(r"^\p{Letter}+$", &["π"], &["1"]);
        check(r"^[[&&~~]+$", &["[&~"], &["]"]);
        check(r"^\cC[\ca]$", &["\u{3}\u{1}"], &["cCa"]);
        check("^[^]$", &["\n"], &[""]);
        check("[]", &[], &["", "a"]);
        check("^.$", &["é"], &["\u{2028}", "\n"]);
        check(r"^\u00e9\x41$", &["éA"], &["e"]);
        for pattern in [
            "(?=a)",
            "(?<!a)b",
            r"(a)\1",
            "(",
            "[a",
            "\\",
            "((a{1000}){1000}){1000}",
        ] {
            assert!(compile_anywhere(pattern).is_err(), "{pattern}");
        }
    }
}
