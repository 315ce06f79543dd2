//! Numbers as text: exact, of any length.

mod integer;

use std::borrow::Cow;
use std::cmp::Ordering;

pub(crate) use self::integer::{DIVISOR_DIGITS_MAX, Divisor};
use super::Logical;

pub mod arithmetic;

/// The most digits that an exponent may have, leading zeros aside. A longer one is no number: `1E1000000000000000000` is
/// turned away.
pub const EXPONENT_DIGITS_MAX: usize = 18;

/// The fewest digits after a group mark, and after the last one. The standard gives no size; these
/// admit `1,000`, `1,00,000` and `1,0000`, and keep `1,5` of another country from being read as 15.
const GROUP_DIGITS_MIN: usize = 2;
const GROUP_DIGITS_LAST_MIN: usize = 3;

/// A finite decimal number: significant digits, and the power of ten of the first of them.
///
/// Invariants, kept by construction:
///
/// * Zero has no digits, is not negative, and has the magnitude 0.
/// * Else the first and the last byte of `digits` are not zeros.
/// * What is not an ASCII digit in `digits` is a mark of the notation (a decimal point, a group
///   mark), and is skipped.
#[derive(Clone, Debug)]
pub struct Decimal<'a> {
    negative: bool,
    magnitude: i64,
    digits: Cow<'a, [u8]>,
}

impl<'a> Decimal<'a> {
    /// Reads a finite number in the standard's own notation, of which JSON's is a part.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::value::decimal::Decimal;
    ///
    /// assert_eq!(Decimal::parse("1.50"), Decimal::parse("15e-1"));
    /// assert_eq!(Decimal::parse("1,5"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let (negative, unsigned) = sign(text.as_bytes());
        let (n_whole, after_whole) = digits(unsigned);
        let (n_fraction, after_fraction) = match after_whole.split_first() {
            Some((b'.', after_point)) => digits(after_point),
            Some(_) | None => (0, after_whole),
        };
        let (exponent, rest) = exponent(after_fraction);
        if n_whole + n_fraction == 0 || !rest.is_empty() {
            return None;
        }
        let marked = unsigned.get(..unsigned.len() - after_fraction.len())?;
        Some(Self::new(negative, marked, n_whole, exponent))
    }

    /// Builds a number from digits and marks, the first `n_whole` digits of which stand before the
    /// decimal point.
    fn new(negative: bool, marked: &'a [u8], n_whole: usize, exponent: i64) -> Self {
        let is_significant = |byte: &u8| matches!(byte, b'1'..=b'9');
        let Some(first) = marked.iter().position(is_significant) else {
            return Self {
                negative: false,
                magnitude: 0,
                digits: Cow::Borrowed(&[]),
            };
        };
        let (before, rest) = marked.split_at(first);
        let n_zeros = before.iter().filter(|byte| byte.is_ascii_digit()).count();
        let n_rest = rest
            .iter()
            .rposition(is_significant)
            .map_or(0, |last| last + 1);
        let digits = rest.get(..n_rest).unwrap_or(rest);
        let magnitude = to_i64(n_whole)
            .saturating_sub(to_i64(n_zeros))
            .saturating_sub(1)
            .saturating_add(exponent);
        Self {
            negative,
            magnitude,
            digits: Cow::Borrowed(digits),
        }
    }

    /// Returns the number with digits of its own.
    #[must_use]
    pub fn into_owned(self) -> Decimal<'static> {
        let digits: Vec<u8> = self.significant().collect();
        Decimal {
            negative: self.negative,
            magnitude: self.magnitude,
            digits: Cow::Owned(digits),
        }
    }

    /// Returns how many bytes a copy takes, beside those that it borrows.
    pub(crate) fn n_bytes_owned(&self) -> usize {
        match &self.digits {
            Cow::Owned(digits) => digits.len(),
            Cow::Borrowed(_) => 0,
        }
    }

    /// Returns whether the number is whole: `12`, `1.20E1` and `0.0` are.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        to_i64(self.significant().count()) <= self.magnitude.saturating_add(1)
    }

    /// Returns the number as digits and an exponent, such as `-15e-1`; `None` if it has more than
    /// `digits_max` significant digits.
    pub(crate) fn to_scientific(&self, digits_max: usize) -> Option<String> {
        let digits: String = self
            .significant()
            .take(digits_max + 1)
            .map(char::from)
            .collect();
        if digits.is_empty() {
            return Some("0".to_owned());
        }
        let exponent = self
            .magnitude
            .checked_sub(to_i64(digits.len()))?
            .checked_add(1)?;
        let sign = if self.negative { "-" } else { "" };
        (digits.len() <= digits_max).then(|| format!("{sign}{digits}e{exponent}"))
    }

    fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    fn significant(&self) -> impl Iterator<Item = u8> + '_ {
        self.digits.iter().copied().filter(u8::is_ascii_digit)
    }

    /// Compares the numbers without their signs.
    fn cmp_absolute(&self, other: &Self) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self
                .magnitude
                .cmp(&other.magnitude)
                // Trailing zeros are gone, so the number with more digits is the greater one.
                .then_with(|| self.significant().cmp(other.significant())),
        }
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.cmp_absolute(other),
            (true, true) => other.cmp_absolute(self),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Decimal<'_> {}

impl Logical for Decimal<'_> {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }

    fn total_cmp(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        out.push(match (self.negative, self.is_zero()) {
            (true, _) => b'-',
            (false, true) => b'0',
            (false, false) => b'+',
        });
        out.extend_from_slice(&self.magnitude.to_be_bytes());
        out.extend(self.significant());
    }
}

/// A value of the type `number`.
///
/// A bound is not met by NaN, which is neither below nor above anything. As a member of an `enum`,
/// and for uniqueness, NaN equals itself.
#[derive(Clone, Debug)]
pub enum Number<'a> {
    /// A decimal number.
    Finite(Decimal<'a>),
    /// `INF` or `-INF`, beyond every decimal number.
    Infinite(Infinity),
    /// `NaN`.
    NotANumber,
}

/// Which end of the number line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Infinity {
    /// `-INF`.
    Negative,
    /// `INF`.
    Positive,
}

impl Number<'_> {
    /// Returns the number with digits of its own.
    #[must_use]
    pub fn into_owned(self) -> Number<'static> {
        match self {
            Self::Finite(decimal) => Number::Finite(decimal.into_owned()),
            Self::Infinite(infinity) => Number::Infinite(infinity),
            Self::NotANumber => Number::NotANumber,
        }
    }

    /// Reads the names of the numbers that have no digits, in any case.
    fn named(text: &str) -> Option<Self> {
        let is = |name: &str| text.eq_ignore_ascii_case(name);
        if is("nan") {
            Some(Self::NotANumber)
        } else if is("inf") {
            Some(Self::Infinite(Infinity::Positive))
        } else if is("-inf") {
            Some(Self::Infinite(Infinity::Negative))
        } else {
            None
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Infinite(Infinity::Negative) => 0,
            Self::Finite(_) => 1,
            Self::Infinite(Infinity::Positive) => 2,
            Self::NotANumber => 3,
        }
    }
}

impl Logical for Number<'_> {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::NotANumber, _) | (_, Self::NotANumber) => None,
            (Self::Finite(_) | Self::Infinite(_), Self::Finite(_) | Self::Infinite(_)) => {
                Some(self.total_cmp(other))
            }
        }
    }

    fn total_cmp(&self, other: &Self) -> Ordering {
        if let (Self::Finite(left), Self::Finite(right)) = (self, other) {
            return left.cmp(right);
        }
        self.rank().cmp(&other.rank())
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        out.push(self.rank());
        if let Self::Finite(decimal) = self {
            decimal.write_key(out);
        }
    }
}

/// What may stand around the digits of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surroundings {
    /// Nothing: the number is the whole text (`bareNumber`, the default).
    Bare,
    /// Text that holds no digit and no sign, before or after: `€ 95`, `95%`.
    Text,
}

/// How a field writes its numbers.
#[derive(Clone, Debug)]
pub struct NumberSyntax {
    /// Separates whole from fraction, for example `.`.
    pub(crate) decimal_mark: Box<str>,
    /// May stand between groups of digits of the whole, for example `,`.
    pub(crate) group_mark: Option<Box<str>>,
    /// What may stand around the number.
    pub(crate) surroundings: Surroundings,
}

impl Default for NumberSyntax {
    /// The standard's own notation, which is that of XML Schema, and of JSON.
    fn default() -> Self {
        Self {
            decimal_mark: ".".into(),
            group_mark: None,
            surroundings: Surroundings::Bare,
        }
    }
}

impl NumberSyntax {
    /// Reads an integer of any length: an optional sign, and digits, the first of which may be
    /// zeros.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::value::decimal::NumberSyntax;
    ///
    /// let syntax = NumberSyntax::default();
    /// assert_eq!(syntax.integer("+007"), syntax.integer("7"));
    /// assert_eq!(syntax.integer("7.0"), None);
    /// ```
    #[must_use]
    pub fn integer<'a>(&self, text: &'a str) -> Option<Decimal<'a>> {
        let text = self.without_prefix(text)?.as_bytes();
        let (negative, unsigned) = sign(text);
        let (n_whole, rest) = self.whole(unsigned);
        if n_whole == 0 || !self.may_follow(rest) {
            return None;
        }
        let marked = unsigned.get(..unsigned.len() - rest.len())?;
        Some(Decimal::new(negative, marked, n_whole, 0))
    }

    /// Reads a number: `-1.5`, `.5`, `5.`, `1E-7`, `NaN`, `INF`, `-INF`.
    #[must_use]
    pub fn number<'a>(&self, text: &'a str) -> Option<Number<'a>> {
        match self.decimal(text) {
            Some(decimal) => Some(Number::Finite(decimal)),
            None => Number::named(text),
        }
    }

    fn decimal<'a>(&self, text: &'a str) -> Option<Decimal<'a>> {
        let text = self.without_prefix(text)?.as_bytes();
        let (negative, unsigned) = sign(text);
        let (n_whole, after_whole) = self.whole(unsigned);
        let (n_fraction, after_fraction) = self.fraction(after_whole);
        if n_whole + n_fraction == 0 {
            return None;
        }
        let (exponent, rest) = exponent(after_fraction);
        if !self.may_follow(rest) {
            return None;
        }
        let marked = unsigned.get(..unsigned.len() - after_fraction.len())?;
        Some(Decimal::new(negative, marked, n_whole, exponent))
    }

    /// Counts the digits before the decimal mark, and returns what follows them. No digit is taken
    /// if they are grouped as no number is.
    fn whole<'a>(&self, text: &'a [u8]) -> (usize, &'a [u8]) {
        let (mut n_digits, mut rest) = digits(text);
        let Some(mark) = self.group_mark.as_deref() else {
            return (n_digits, rest);
        };
        let mut n_last_group = GROUP_DIGITS_LAST_MIN;
        while n_digits > 0
            && let Some(after_mark) = rest.strip_prefix(mark.as_bytes())
            && let (n_group @ GROUP_DIGITS_MIN.., after_group) = digits(after_mark)
        {
            n_digits += n_group;
            n_last_group = n_group;
            rest = after_group;
        }
        if n_last_group < GROUP_DIGITS_LAST_MIN {
            return (0, text);
        }
        (n_digits, rest)
    }

    /// Counts the digits after the decimal mark, if there is one, and returns what follows.
    fn fraction<'a>(&self, text: &'a [u8]) -> (usize, &'a [u8]) {
        match text.strip_prefix(self.decimal_mark.as_bytes()) {
            Some(after_mark) => digits(after_mark),
            None => (0, text),
        }
    }

    /// Drops the text before the number, as far as any may stand there.
    ///
    /// `None` if that text holds a sign, or opens a parenthesis around the number, which is the
    /// minus of accountants: to strip `-$5` to `5` would turn a debt into a gift. `None` as well if
    /// a decimal mark follows text without a space: that of `Rs.500` ends an abbreviation.
    fn without_prefix<'a>(&self, text: &'a str) -> Option<&'a str> {
        if self.surroundings == Surroundings::Bare {
            return Some(text);
        }
        let mut rest = text;
        let mut last = None;
        let mut is_open = false;
        while !self.starts_number(rest.as_bytes()) {
            let mut chars = rest.chars();
            let c = chars.next().filter(|c| is_mere_text(*c))?;
            is_open = c == '(' || is_open && c != ')';
            last = Some(c);
            rest = chars.as_str();
        }
        let follows_text = last.is_some_and(|c| !c.is_whitespace());
        let is_abbreviated = follows_text && rest.starts_with(&*self.decimal_mark);
        (!is_open && !is_abbreviated).then_some(rest)
    }

    fn starts_number(&self, text: &[u8]) -> bool {
        let (_, unsigned) = sign(text);
        let marked = unsigned.strip_prefix(self.decimal_mark.as_bytes());
        marked
            .unwrap_or(unsigned)
            .first()
            .is_some_and(u8::is_ascii_digit)
    }

    /// Whether `rest` may stand after a number.
    fn may_follow(&self, rest: &[u8]) -> bool {
        match self.surroundings {
            Surroundings::Bare => rest.is_empty(),
            Surroundings::Text => {
                str::from_utf8(rest).is_ok_and(|text| text.chars().all(is_mere_text))
            }
        }
    }
}

/// Whether a character around a number says nothing of the number itself.
fn is_mere_text(c: char) -> bool {
    match c {
        '+' | '-' | '\u{2212}' => false,
        '²' | '³' => true, // Of units: `12 m²`.
        _ => !c.is_numeric(),
    }
}

/// Splits a sign off; true if it is a minus.
fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        Some(_) | None => (false, text),
    }
}

/// Counts the digits at the start, and returns what follows them.
fn digits(text: &[u8]) -> (usize, &[u8]) {
    let n_digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (_, rest) = text.split_at_checked(n_digits).unwrap_or((text, &[]));
    (n_digits, rest)
}

/// Reads an exponent; without one, it is 0 and nothing is taken.
fn exponent(text: &[u8]) -> (i64, &[u8]) {
    let Some((b'e' | b'E', signed)) = text.split_first() else {
        return (0, text);
    };
    let (negative, unsigned) = sign(signed);
    let n_zeros = unsigned.iter().take_while(|byte| **byte == b'0').count();
    let (_, significant) = unsigned.split_at_checked(n_zeros).unwrap_or_default();
    let (n_digits, rest) = digits(significant);
    if n_zeros + n_digits == 0 || n_digits > EXPONENT_DIGITS_MAX {
        return (0, text);
    }
    let digits = significant.iter().take(n_digits);
    let absolute = digits.fold(0, |value: i64, digit| {
        value * 10 + i64::from(digit.saturating_sub(b'0'))
    });
    (if negative { -absolute } else { absolute }, rest)
}

fn to_i64(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
