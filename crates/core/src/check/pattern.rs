//! Patterns: the regular expressions of XML Schema, translated for an engine that runs in linear
//! time.
//!
//! The whole value has to match, so an anchor at an end of the pattern says nothing new and is
//! dropped. What the engine cannot run, and what XML Schema does not have, is refused by name
//! rather than read as something else.

mod blocks;
pub(crate) mod ecma;

use std::str::Chars;

use regex::{Regex, RegexBuilder};

/// The most memory that one compiled pattern may take, in bytes.
pub(crate) const PATTERN_BYTES_MAX: usize = 10 * 1024 * 1024;
/// The deepest nesting of groups and of subtracted classes.
const NESTING_MAX: usize = 64;
/// The largest number in a quantity such as `{2,9}`.
const REPEAT_MAX: u32 = 100_000;

/// The characters that may start a name in XML (`\i`), as ranges inside a class.
const NAME_START: &str = concat!(
    r":A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}",
    r"\x{200C}-\x{200D}\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}",
    r"\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}",
);
/// The characters that a name may go on with (`\c`), beside those.
const NAME_REST: &str = r"\-.0-9\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}";

/// The general categories of characters that `\p{…}` may name.
const CATEGORIES: &[&str] = &[
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc",
    "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Z", "Zs", "Zl", "Zp", "S", "Sm", "Sc", "Sk", "So", "C",
    "Cc", "Cf", "Co", "Cn",
];

/// Why a pattern cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PatternFault {
    pub(crate) message: String,
    /// Empty if there is none.
    pub(crate) hint: &'static str,
}

impl PatternFault {
    fn new(message: impl Into<String>, hint: &'static str) -> Self {
        Self {
            message: message.into(),
            hint,
        }
    }
}

/// Compiles a pattern to an expression that matches whole values alone.
///
/// # Errors
///
/// The first thing in it that cannot be used.
pub(crate) fn compile(pattern: &str) -> Result<Regex, PatternFault> {
    let expression = Translator::translate(pattern)?;
    RegexBuilder::new(&expression)
        .size_limit(PATTERN_BYTES_MAX)
        .build()
        .map_err(|fault| {
            if matches!(fault, regex::Error::CompiledTooBig(_)) {
                return PatternFault::new(
                    "pattern takes too much memory",
                    "repeat less, or use `minLength` and `maxLength`",
                );
            }
            PatternFault::new(format!("pattern cannot be compiled: {fault}"), "")
        })
}

/// What the translator has just read, which decides what may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// Nothing yet, in this branch.
    Start,
    /// Something that can be repeated.
    Atom,
    /// A quantifier.
    Quantifier,
}

struct Translator<'p> {
    rest: Chars<'p>,
    out: String,
    depth: usize,
    last: Last,
}

impl<'p> Translator<'p> {
    fn translate(pattern: &'p str) -> Result<String, PatternFault> {
        let mut this = Self {
            rest: pattern.chars(),
            out: String::from(r"\A(?:"),
            depth: 0,
            last: Last::Start,
        };
        while let Some(c) = this.rest.next() {
            this.item(c)?;
        }
        if this.depth > 0 {
            return Err(PatternFault::new("pattern lacks a `)`", ""));
        }
        this.out.push_str(r")\z");
        Ok(this.out)
    }

    fn item(&mut self, c: char) -> Result<(), PatternFault> {
        match c {
            '(' => return self.open(),
            ')' => {
                let Some(depth) = self.depth.checked_sub(1) else {
                    return Err(PatternFault::new("pattern has a `)` without its `(`", ""));
                };
                self.depth = depth;
                self.out.push(')');
            }
            '|' => {
                self.out.push('|');
                self.last = Last::Start;
                return Ok(());
            }
            '*' | '+' | '?' => {
                self.quantify(c)?;
                self.out.push(c);
                return Ok(());
            }
            '{' => {
                self.quantify(c)?;
                return self.quantity();
            }
            '^' if self.depth == 0 && self.last == Last::Start => return Ok(()),
            '$' if self.depth == 0 && matches!(self.peek(), None | Some('|')) => return Ok(()),
            '^' | '$' => {
                return Err(PatternFault::new(
                    format!("pattern has a `{c}` inside, which is no anchor in XML Schema"),
                    "drop it, for the whole value has to match; for the character itself, \
                     put a backslash before it",
                ));
            }
            '}' | ']' => {
                return Err(PatternFault::new(
                    format!("pattern has a `{c}` that closes nothing"),
                    "for the character itself, put a backslash before it",
                ));
            }
            '[' => {
                let class = self.class(0)?;
                self.out.push_str(&class);
            }
            '.' => self.out.push_str(r"[^\n\r]"),
            '\\' => {
                let escape = self.escape()?;
                self.out.push_str(&escape.expression());
            }
            _ => self.out.push_str(&literal(c)),
        }
        self.last = Last::Atom;
        Ok(())
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    /// Takes `prefix` if it comes next.
    fn take(&mut self, prefix: &str) -> bool {
        match self.rest.as_str().strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest.chars();
                true
            }
            None => false,
        }
    }

    fn open(&mut self) -> Result<(), PatternFault> {
        if ["?=", "?!", "?<=", "?<!"]
            .iter()
            .any(|look| self.rest.as_str().starts_with(look))
        {
            return Err(PatternFault::new(
                "pattern looks around, which a linear-time engine cannot do",
                "say what the value looks like, or test the rest with another constraint",
            ));
        }
        // `(?:` means what `(` means here, for nothing is captured.
        if !self.take("?:") && self.peek() == Some('?') {
            return Err(PatternFault::new(
                "pattern has a `(?`, which XML Schema does not have",
                "use a plain `(`",
            ));
        }
        self.depth += 1;
        if self.depth > NESTING_MAX {
            return Err(too_deep());
        }
        self.out.push_str("(?:");
        self.last = Last::Start;
        Ok(())
    }

    /// Notes a quantifier, which has to follow something.
    fn quantify(&mut self, c: char) -> Result<(), PatternFault> {
        match self.last {
            Last::Atom => {
                self.last = Last::Quantifier;
                Ok(())
            }
            Last::Start => Err(PatternFault::new(
                format!("pattern has a `{c}` with nothing to repeat"),
                "for the character itself, put a backslash before it",
            )),
            Last::Quantifier => Err(PatternFault::new(
                format!("pattern has a `{c}` after a quantifier, which XML Schema does not have"),
                "drop it: as the whole value has to match, taking less changes nothing",
            )),
        }
    }

    /// Reads `n}`, `n,}` or `n,m}`.
    fn quantity(&mut self) -> Result<(), PatternFault> {
        let fault = || {
            PatternFault::new(
                "pattern has a `{` that starts no quantity",
                "write `{2}`, `{2,}` or `{2,9}`; for the character itself, put a backslash \
                 before it",
            )
        };
        let (quantity, rest) = self.rest.as_str().split_once('}').ok_or_else(fault)?;
        let (least, most) = match quantity.split_once(',') {
            Some((least, "")) => (least, None),
            Some((least, most)) => (least, Some(most)),
            None => (quantity, Some(quantity)),
        };
        let number = |digits: &str| {
            let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            if !is_number {
                return Err(fault());
            }
            let number = digits.parse().ok().filter(|n: &u32| *n <= REPEAT_MAX);
            number.ok_or_else(|| {
                PatternFault::new(
                    format!("pattern repeats more than {REPEAT_MAX} times"),
                    "use `minLength` and `maxLength`",
                )
            })
        };
        let least = number(least)?;
        let most = most.map(number).transpose()?;
        if most.is_some_and(|most| most < least) {
            return Err(PatternFault::new(
                "pattern has a quantity that ends before it starts",
                "",
            ));
        }
        let quantity = match most {
            Some(most) => format!("{{{least},{most}}}"),
            None => format!("{{{least},}}"),
        };
        self.out.push_str(&quantity);
        self.rest = rest.chars();
        Ok(())
    }

    /// Reads what follows a backslash.
    fn escape(&mut self) -> Result<Escape, PatternFault> {
        let Some(c) = self.rest.next() else {
            return Err(PatternFault::new("pattern ends in a backslash", ""));
        };
        let class = match c {
            'n' => return Ok(Escape::Char('\n')),
            'r' => return Ok(Escape::Char('\r')),
            't' => return Ok(Escape::Char('\t')),
            'd' => r"\d".to_owned(),
            'D' => r"\D".to_owned(),
            's' => r"[ \t\n\r]".to_owned(),
            'S' => r"[^ \t\n\r]".to_owned(),
            'w' => r"[^\p{P}\p{Z}\p{C}]".to_owned(),
            'W' => r"[\p{P}\p{Z}\p{C}]".to_owned(),
            'i' => format!("[{NAME_START}]"),
            'I' => format!("[^{NAME_START}]"),
            'c' => format!("[{NAME_START}{NAME_REST}]"),
            'C' => format!("[^{NAME_START}{NAME_REST}]"),
            'p' | 'P' => return self.category(c),
            '0'..='9' => {
                return Err(PatternFault::new(
                    format!(
                        "pattern refers back with `\\{c}`, which a linear-time engine cannot do"
                    ),
                    "",
                ));
            }
            _ if c.is_ascii_punctuation() => return Ok(Escape::Char(c)),
            _ => {
                return Err(PatternFault::new(
                    format!("pattern has `\\{c}`, which XML Schema does not have"),
                    "",
                ));
            }
        };
        Ok(Escape::Class(class))
    }

    /// Reads the `{Lu}` of `\p{Lu}`.
    fn category(&mut self, escape: char) -> Result<Escape, PatternFault> {
        let braced = self.rest.as_str().strip_prefix('{');
        let Some((name, rest)) = braced.and_then(|braced| braced.split_once('}')) else {
            return Err(PatternFault::new(
                format!("pattern has a `\\{escape}` without its category"),
                "write for example `\\p{Lu}`",
            ));
        };
        if let Some(block) = name.strip_prefix("Is") {
            let Some((first, last)) = blocks::block(block) else {
                return Err(PatternFault::new(
                    format!("pattern names `{name}`, which is no block of Unicode"),
                    "leave out the spaces of the block's name: `\\p{IsBasicLatin}`",
                ));
            };
            self.rest = rest.chars();
            let negation = if escape == 'P' { "^" } else { "" };
            let (first, last) = (literal(first), literal(last));
            return Ok(Escape::Class(format!("[{negation}{first}-{last}]")));
        }
        if !CATEGORIES.contains(&name) {
            return Err(PatternFault::new(
                format!("pattern names `{name}`, which is no general category of characters"),
                "use one of XML Schema, for example `\\p{L}`, `\\p{Lu}` or `\\p{Nd}`",
            ));
        }
        let class = format!("\\{escape}{{{name}}}");
        self.rest = rest.chars();
        Ok(Escape::Class(class))
    }

    /// Reads a class after its `[`, with a class to be subtracted if there is one.
    fn class(&mut self, nesting: usize) -> Result<String, PatternFault> {
        if nesting > NESTING_MAX {
            return Err(too_deep());
        }
        let mut base = String::from(if self.take("^") { "[^" } else { "[" });
        let n_opening = base.len();
        let unclosed = || PatternFault::new("pattern lacks a `]`", "");
        loop {
            let c = self.rest.next().ok_or_else(unclosed)?;
            match c {
                ']' if base.len() > n_opening => {
                    base.push(']');
                    return Ok(base);
                }
                ']' => {
                    return Err(PatternFault::new(
                        "pattern has an empty class",
                        "for the character itself, write `\\]`",
                    ));
                }
                '[' => {
                    return Err(PatternFault::new(
                        "pattern has a `[` inside a class",
                        "write `\\[` for the character itself, and subtract a class at the end",
                    ));
                }
                '-' if base.len() > n_opening && self.take("[") => {
                    let subtracted = self.class(nesting + 1)?;
                    if !self.take("]") {
                        return Err(PatternFault::new(
                            "pattern has a class that goes on after its subtraction",
                            "subtract at the end: `[a-z-[aeiou]]`",
                        ));
                    }
                    return Ok(format!("[{base}]--{subtracted}]"));
                }
                '\\' => match self.escape()? {
                    Escape::Char(first) => self.range(first, &mut base)?,
                    Escape::Class(class) => base.push_str(&class),
                },
                _ => self.range(c, &mut base)?,
            }
        }
    }

    /// Reads the rest of a range such as `a-z`, or leaves `first` alone.
    fn range(&mut self, first: char, class: &mut String) -> Result<(), PatternFault> {
        class.push_str(&literal(first));
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('-') || matches!(ahead.clone().next(), None | Some(']' | '[')) {
            return Ok(());
        }
        let last = match ahead.next() {
            Some('\\') => {
                self.rest = ahead;
                match self.escape()? {
                    Escape::Char(last) => last,
                    Escape::Class(_) => {
                        return Err(PatternFault::new(
                            "pattern has a range that ends in a class",
                            "for a hyphen, write `\\-`",
                        ));
                    }
                }
            }
            Some(last) => {
                self.rest = ahead;
                last
            }
            None => return Ok(()),
        };
        if last < first {
            return Err(PatternFault::new(
                format!("pattern has the range `{first}-{last}`, which ends before it starts"),
                "",
            ));
        }
        class.push('-');
        class.push_str(&literal(last));
        Ok(())
    }
}

/// What an escape stands for.
enum Escape {
    Char(char),
    /// A class, as the engine writes it; it may stand inside another class.
    Class(String),
}

impl Escape {
    fn expression(self) -> String {
        match self {
            Self::Char(c) => literal(c),
            Self::Class(class) => class,
        }
    }
}

/// Writes a character for the engine, inside a class and outside.
fn literal(c: char) -> String {
    regex::escape(c.encode_utf8(&mut [0; 4]))
}

fn too_deep() -> PatternFault {
    PatternFault::new(format!("pattern nests deeper than {NESTING_MAX}"), "")
}

#[cfg(test)]
mod tests;
