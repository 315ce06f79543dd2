//! Reads an expression by the grammar of CEL.

use super::code::Arithmetic;
use super::syntax::{Binary, Expr, Flaw, HEIGHT_MAX, Node, too_deep};
use super::token::{Token, tokens};

/// The most bytes of an expression.
pub(super) const EXPR_BYTES_MAX: usize = 64 * 1024;

/// What may not be an identifier, beside the keywords, so that CEL can be embedded.
const RESERVED: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// How tight the tightest operator binds, and the others.
const RELATION: u8 = 3;
const ADDITION: u8 = 4;
const MULTIPLICATION: u8 = 5;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Other(Binary),
}

impl Operator {
    fn of(token: &Token) -> Option<(Self, u8)> {
        let operator = match token {
            Token::Mark("||") => return Some((Self::Or, 1)),
            Token::Mark("&&") => return Some((Self::And, 2)),
            Token::Mark("==") => (Binary::Equal, RELATION),
            Token::Mark("!=") => (Binary::NotEqual, RELATION),
            Token::Mark("<") => (Binary::Less, RELATION),
            Token::Mark("<=") => (Binary::LessOrEqual, RELATION),
            Token::Mark(">") => (Binary::Greater, RELATION),
            Token::Mark(">=") => (Binary::GreaterOrEqual, RELATION),
            Token::Mark("+") => (Binary::Arithmetic(Arithmetic::Add), ADDITION),
            Token::Mark("-") => (Binary::Arithmetic(Arithmetic::Subtract), ADDITION),
            Token::Mark("*") => (Binary::Arithmetic(Arithmetic::Multiply), MULTIPLICATION),
            Token::Mark("/") => (Binary::Arithmetic(Arithmetic::Divide), MULTIPLICATION),
            Token::Mark("%") => (Binary::Arithmetic(Arithmetic::Remainder), MULTIPLICATION),
            Token::Name(name) if name == "in" => (Binary::In, RELATION),
            Token::Name(_)
            | Token::Int(_)
            | Token::Decimal(_)
            | Token::Text(_)
            | Token::Mark(_)
            | Token::End => return None,
        };
        Some((Self::Other(operator.0), operator.1))
    }
}

/// Reads an expression.
///
/// # Errors
///
/// The first thing in it that CEL, or our profile of it, does not have.
pub(super) fn parse(text: &str) -> Result<Expr, Flaw> {
    if text.len() > EXPR_BYTES_MAX {
        let message = format!("is longer than {EXPR_BYTES_MAX} bytes");
        return Err(Flaw::new(0, message, "split the rule"));
    }
    let mut parser = Parser {
        tokens: tokens(text)?,
        next: 0,
        depth: 0,
    };
    let expr = parser.expr()?;
    if *parser.peek() == Token::End {
        return Ok(expr);
    }
    let found = parser.peek().clone();
    Err(parser.unexpected(&found, "an operator or the end"))
}

struct Parser {
    /// Never empty: ends with [`Token::End`].
    tokens: Vec<(usize, Token)>,
    next: usize,
    /// How many expressions are open.
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens
            .get(self.next)
            .map_or(&Token::End, |(_, token)| token)
    }

    /// Where the next word starts.
    fn at(&self) -> usize {
        let last = self.tokens.len().saturating_sub(1);
        self.tokens
            .get(self.next.min(last))
            .map_or(0, |(at, _)| *at)
    }

    fn advance(&mut self) -> Token {
        let token = self.peek().clone();
        self.next += 1;
        token
    }

    fn take(&mut self, mark: &'static str) -> bool {
        let is_next = *self.peek() == Token::Mark(mark);
        self.next += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, mark: &'static str) -> Result<(), Flaw> {
        if self.take(mark) {
            return Ok(());
        }
        Err(self.unexpected(&self.peek().clone(), &format!("`{mark}`")))
    }

    /// Says what stands where something else should.
    fn unexpected(&self, found: &Token, expected: &str) -> Flaw {
        let shown = match found {
            Token::Name(name) => format!("`{name}`"),
            Token::Int(text) | Token::Decimal(text) => format!("the number `{text}`"),
            Token::Text(_) => "a string".to_owned(),
            Token::Mark(mark) => format!("`{mark}`"),
            Token::End => "the end".to_owned(),
        };
        let hint = match found {
            Token::Name(name) => match name.to_ascii_lowercase().as_str() {
                "and" => "`&&` stands for and",
                "or" => "`||` stands for or",
                "not" => "`!` stands for not",
                "is" => "write `== null` or `!= null`",
                "between" => "write `a <= x && x <= b`",
                "like" => "use `startsWith`, `endsWith`, `contains` or `matches`",
                _ => "",
            },
            Token::Int(_) | Token::Decimal(_) | Token::Text(_) | Token::Mark(_) | Token::End => "",
        };
        Flaw::new(
            self.at(),
            format!("expected {expected}, found {shown}"),
            hint,
        )
    }

    /// Runs `inner` one level deeper.
    fn deeper(&mut self, inner: fn(&mut Self) -> Result<Expr, Flaw>) -> Result<Expr, Flaw> {
        if self.depth >= HEIGHT_MAX {
            return Err(too_deep(self.at()));
        }
        self.depth += 1;
        let expr = inner(self);
        self.depth -= 1;
        expr
    }

    fn expr(&mut self) -> Result<Expr, Flaw> {
        self.deeper(|this| {
            let condition = this.operators(1)?;
            let at = this.at();
            if !this.take("?") {
                return Ok(condition);
            }
            let then = this.operators(1)?;
            this.expect(":")?;
            let otherwise = this.expr()?;
            Expr::new(
                at,
                Node::Conditional(Box::new([condition, then, otherwise])),
            )
        })
    }

    /// Reads operands, and the operators between them that bind at least so tight.
    fn operators(&mut self, tightness_min: u8) -> Result<Expr, Flaw> {
        let mut left = self.unary()?;
        // The logical operator whose operands `left` holds, for it takes any number of them.
        let mut open = None;
        while let Some((operator, tightness)) = Operator::of(self.peek()) {
            if tightness < tightness_min {
                break;
            }
            let at = self.at();
            self.next += 1;
            let right = self.operators(tightness + 1)?;
            let is_open = open == Some(operator);
            left = match (operator, left.node) {
                (Operator::Or, Node::Or(mut operands)) if is_open => {
                    operands.push(right);
                    Expr::new(left.at, Node::Or(operands))?
                }
                (Operator::And, Node::And(mut operands)) if is_open => {
                    operands.push(right);
                    Expr::new(left.at, Node::And(operands))?
                }
                (operator, node) => {
                    let left = Expr::new(left.at, node)?;
                    let node = match operator {
                        Operator::Or => Node::Or(vec![left, right]),
                        Operator::And => Node::And(vec![left, right]),
                        Operator::Other(binary) => {
                            Node::Binary(binary, Box::new(left), Box::new(right))
                        }
                    };
                    Expr::new(at, node)?
                }
            };
            open = Some(operator);
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, Flaw> {
        let at = self.at();
        if self.take("!") {
            let of = self.deeper(Self::unary)?;
            return Expr::new(at, Node::Not(Box::new(of)));
        }
        if self.take("-") {
            let of = self.deeper(Self::unary)?;
            return Expr::new(at, Node::Negate(Box::new(of)));
        }
        self.member()
    }

    fn member(&mut self) -> Result<Expr, Flaw> {
        let mut expr = self.primary()?;
        loop {
            let at = self.at();
            if self.take("[") {
                let index = self.expr()?;
                self.expect("]")?;
                expr = Expr::new(at, Node::Index(Box::new(expr), Box::new(index)))?;
            } else if self.take(".") {
                let at = self.at();
                let name = self.selector()?;
                let node = if self.take("(") {
                    Node::Call {
                        target: Some(Box::new(expr)),
                        name,
                        args: self.list(")")?,
                    }
                } else {
                    Node::Member(Box::new(expr), name)
                };
                expr = Expr::new(at, node)?;
            } else if *self.peek() == Token::Mark("{") {
                return Err(Flaw::new(
                    at,
                    "messages are not part of rowgate's profile of CEL",
                    "",
                ));
            } else {
                return Ok(expr);
            }
        }
    }

    fn selector(&mut self) -> Result<String, Flaw> {
        match self.peek().clone() {
            Token::Name(name) if is_keyword(&name) => Err(Flaw::new(
                self.at(),
                format!("`{name}` is a keyword"),
                format!("write `[\"{name}\"]` for the field of that name"),
            )),
            Token::Name(name) => {
                self.next += 1;
                Ok(name)
            }
            token @ (Token::Int(_)
            | Token::Decimal(_)
            | Token::Text(_)
            | Token::Mark(_)
            | Token::End) => Err(self.unexpected(&token, "a name")),
        }
    }

    fn primary(&mut self) -> Result<Expr, Flaw> {
        let at = self.at();
        let node = match self.advance() {
            Token::Name(name) => self.named(at, name)?,
            Token::Int(digits) => Node::Int(digits),
            Token::Decimal(text) => Node::Decimal(text),
            Token::Text(text) => Node::Text(text),
            Token::Mark("(") => {
                let expr = self.expr()?;
                self.expect(")")?;
                return Ok(expr);
            }
            Token::Mark("[") => Node::List(self.list("]")?),
            // Names of the root scope: ours has no other that they could be hidden by.
            Token::Mark(".") => {
                let name = self.selector()?;
                self.named(at, name)?
            }
            Token::Mark("{") => {
                return Err(Flaw::new(
                    at,
                    "maps are not part of rowgate's profile of CEL",
                    "use a list with `in`, or `? :`",
                ));
            }
            token @ (Token::Mark(_) | Token::End) => {
                self.next -= 1;
                return Err(self.unexpected(&token, "a value"));
            }
        };
        Expr::new(at, node)
    }

    fn named(&mut self, at: usize, name: String) -> Result<Node, Flaw> {
        match name.as_str() {
            "null" => return Ok(Node::Null),
            "true" => return Ok(Node::Bool(true)),
            "false" => return Ok(Node::Bool(false)),
            "in" => return Err(Flaw::new(at, "expected a value, found `in`", "")),
            reserved if RESERVED.contains(&reserved) => {
                return Err(Flaw::new(at, format!("`{name}` is reserved by CEL"), ""));
            }
            _ => {}
        }
        if self.take("(") {
            return Ok(Node::Call {
                target: None,
                name,
                args: self.list(")")?,
            });
        }
        Ok(Node::Name(name))
    }

    /// Reads expressions up to a closing bracket. A list, but no arguments, may end in a comma.
    fn list(&mut self, close: &'static str) -> Result<Vec<Expr>, Flaw> {
        let mut exprs = Vec::new();
        if self.take(close) {
            return Ok(exprs);
        }
        loop {
            exprs.push(self.expr()?);
            if !self.take(",") {
                self.expect(close)?;
                return Ok(exprs);
            }
            if close == "]" && self.take(close) {
                return Ok(exprs);
            }
        }
    }
}

fn is_keyword(name: &str) -> bool {
    matches!(name, "in" | "null" | "true" | "false")
}
