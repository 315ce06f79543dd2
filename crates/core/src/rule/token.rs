//! Cuts an expression into its words, as the lexis of CEL has them.

use bigdecimal::num_bigint::BigUint;

use super::syntax::Flaw;

/// A word of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// An identifier, or a keyword.
    Name(String),
    /// The decimal digits of an integer.
    Int(String),
    /// A number with a fraction or an exponent.
    Decimal(String),
    /// What a string literal stands for.
    Text(String),
    /// An operator or a bracket.
    Mark(&'static str),
    /// The end of the expression.
    End,
}

/// Longer marks first.
const MARKS: &[&str] = &[
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", ".", ",",
    "(", ")", "[", "]", "{", "}",
];

/// Cuts `text` into words, each with the offset of its first byte. The last is [`Token::End`].
///
/// # Errors
///
/// The first thing that is no word.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Flaw> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_space();
        let at = lexer.at;
        let token = lexer.token()?;
        let is_end = token == Token::End;
        tokens.push((at, token));
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn take(&mut self, prefix: &str) -> bool {
        let is_next = self.rest().starts_with(prefix);
        if is_next {
            self.at += prefix.len();
        }
        is_next
    }

    /// Takes as many characters as there are of a kind.
    fn take_while(&mut self, is_kind: fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let n_bytes = rest.find(|c| !is_kind(c)).unwrap_or(rest.len());
        self.at += n_bytes;
        rest.get(..n_bytes).unwrap_or("")
    }

    fn skip_space(&mut self) {
        loop {
            self.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}'));
            if !self.rest().starts_with("//") {
                return;
            }
            self.take_while(|c| c != '\n');
        }
    }

    fn token(&mut self) -> Result<Token, Flaw> {
        let at = self.at;
        let Some(first) = self.peek() else {
            return Ok(Token::End);
        };
        let mut ahead = self.rest().chars().skip(1);
        let second = ahead.next();
        let is_quote = |c: Option<char>| matches!(c, Some('"' | '\''));
        match first {
            '"' | '\'' => self.string(Escapes::Read),
            'r' | 'R' if is_quote(second) => {
                self.next();
                self.string(Escapes::Kept)
            }
            'b' | 'B' if is_quote(second) => Err(bytes_flaw(at)),
            'b' | 'B' if matches!(second, Some('r' | 'R')) && is_quote(ahead.next()) => {
                Err(bytes_flaw(at))
            }
            '0'..='9' => self.number(),
            '.' if second.is_some_and(|c| c.is_ascii_digit()) => self.number(),
            'a'..='z' | 'A'..='Z' | '_' => Ok(Token::Name(self.take_while(is_name).to_owned())),
            _ => match MARKS.iter().find(|mark| self.take(mark)) {
                Some(mark) => Ok(Token::Mark(mark)),
                None => Err(stray(at, first)),
            },
        }
    }

    fn number(&mut self) -> Result<Token, Flaw> {
        let at = self.at;
        if self.take("0x") || self.take("0X") {
            let digits = self.take_while(|c| c.is_ascii_hexdigit());
            let number = BigUint::parse_bytes(digits.as_bytes(), 16)
                .ok_or_else(|| Flaw::new(at, "`0x` lacks its digits", ""))?;
            return self.integer(at, number.to_string());
        }
        let digits = |c: char| c.is_ascii_digit();
        let whole = self.take_while(digits);
        let mut is_whole = true;
        let mut ahead = self.rest().chars();
        if ahead.next() == Some('.') && ahead.next().is_some_and(|c| c.is_ascii_digit()) {
            self.next();
            self.take_while(digits);
            is_whole = false;
        }
        let before_exponent = self.at;
        if self.take("e") || self.take("E") {
            if !self.take("+") {
                self.take("-");
            }
            if self.take_while(digits).is_empty() {
                self.at = before_exponent;
            } else {
                is_whole = false;
            }
        }
        if is_whole {
            return self.integer(at, whole.to_owned());
        }
        self.ends_number(at)?;
        let text = self.text.get(at..self.at).unwrap_or("");
        Ok(Token::Decimal(text.to_owned()))
    }

    fn integer(&mut self, at: usize, digits: String) -> Result<Token, Flaw> {
        // Integers have no range, so that an unsigned one is not another type.
        if !self.take("u") {
            self.take("U");
        }
        self.ends_number(at)?;
        Ok(Token::Int(digits))
    }

    fn ends_number(&self, at: usize) -> Result<(), Flaw> {
        match self.peek() {
            Some(c) if is_name(c) => Err(Flaw::new(
                at,
                format!("a number goes on with `{c}`"),
                "put a text into quotes",
            )),
            Some(_) | None => Ok(()),
        }
    }

    fn string(&mut self, escapes: Escapes) -> Result<Token, Flaw> {
        let at = self.at;
        let delimiters = ["\"\"\"", "'''", "\"", "'"];
        let delimiter = delimiters
            .into_iter()
            .find(|delimiter| self.take(delimiter))
            .unwrap_or("\"");
        let is_long = delimiter.len() > 1;
        let mut text = String::new();
        loop {
            if self.take(delimiter) {
                return Ok(Token::Text(text));
            }
            match self.next() {
                None => {
                    return Err(Flaw::new(
                        at,
                        format!("a string lacks its `{delimiter}`"),
                        "",
                    ));
                }
                Some('\r' | '\n') if !is_long => {
                    return Err(Flaw::new(
                        at,
                        "a string goes on over the end of its line",
                        "write `\\n`, or put it between triple quotes",
                    ));
                }
                Some('\\') if escapes == Escapes::Read => text.push(self.escape()?),
                Some(c) => text.push(c),
            }
        }
    }

    /// Reads what follows a backslash.
    fn escape(&mut self) -> Result<char, Flaw> {
        let at = self.at.saturating_sub(1);
        let c = self
            .next()
            .ok_or_else(|| Flaw::new(at, "a string ends in a backslash", ""))?;
        Ok(match c {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '\\' | '?' | '"' | '\'' | '`' => c,
            'x' | 'X' => self.code_point(at, 2, 16)?,
            'u' => self.code_point(at, 4, 16)?,
            'U' => self.code_point(at, 8, 16)?,
            '0'..='3' => {
                self.at -= 1;
                self.code_point(at, 3, 8)?
            }
            _ => {
                return Err(Flaw::new(
                    at,
                    format!("a string has `\\{c}`, which stands for nothing"),
                    "for a backslash write `\\\\`, or put an `r` before the string",
                ));
            }
        })
    }

    fn code_point(&mut self, at: usize, n_digits: usize, radix: u32) -> Result<char, Flaw> {
        let digits = self.rest().get(..n_digits).unwrap_or("");
        let is_number = digits.chars().all(|c| c.is_digit(radix)) && !digits.is_empty();
        let number = is_number.then(|| u32::from_str_radix(digits, radix).ok());
        let c = number.flatten().and_then(char::from_u32);
        self.at += digits.len();
        c.ok_or_else(|| {
            let what = if radix == 8 { "octal" } else { "hexadecimal" };
            Flaw::new(
                at,
                format!("an escape lacks its {n_digits} {what} digits, or names no character"),
                "",
            )
        })
    }
}

/// What a backslash in a string does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    /// It starts an escape.
    Read,
    /// Nothing: the string is raw.
    Kept,
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn bytes_flaw(at: usize) -> Flaw {
    Flaw::new(
        at,
        "bytes are not part of rowgate's profile of CEL",
        "drop the `b` for a string",
    )
}

fn stray(at: usize, c: char) -> Flaw {
    let hint = match c {
        '=' => "`==` compares",
        '&' => "`&&` stands for and",
        '|' => "`||` stands for or",
        '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}' => "strings stand in straight quotes",
        '`' => "a field with a name of other characters is written `row[\"Amount (EUR)\"]`",
        _ => "",
    };
    Flaw::new(
        at,
        format!("`{}` means nothing here", c.escape_debug()),
        hint,
    )
}
