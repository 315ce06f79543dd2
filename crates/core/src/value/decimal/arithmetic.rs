//! Exact arithmetic with decimal numbers.
//!
//! Sums, differences and products are exact. So is a quotient that ends; any other has
//! [`QUOTIENT_DIGITS`] significant digits.
//! What would take more than [`DIGITS_MAX`] digits is not computed: `1E900000000 + 1` must not eat
//! the memory of the machine.

use std::borrow::Cow;

use bigdecimal::Zero;
use bigdecimal::num_bigint::{BigInt, BigUint, Sign};

use super::{Decimal, to_i64};

/// The most significant digits of an operand, and of a result.
pub const DIGITS_MAX: usize = 1_000;
/// The significant digits of a quotient that does not end within [`DIGITS_MAX`] digits: those of
/// decimal128. A tie is rounded to the even digit.
pub const QUOTIENT_DIGITS: usize = 34;
/// The magnitudes up to which a number is written without an exponent.
const PLAIN_MAGNITUDE_MAX: u64 = 40;

/// Which way a number is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Towards zero.
    TowardsZero,
    /// Down, towards negative numbers.
    Floor,
    /// Up, towards positive numbers.
    Ceiling,
    /// To the nearest, and a tie away from zero.
    HalfAwayFromZero,
    /// To the nearest, and a tie to the even digit.
    HalfEven,
}

/// `coefficient × 10^exponent`.
struct Scaled {
    coefficient: BigInt,
    exponent: i64,
}

/// Every operation is `None` where it would take more than [`DIGITS_MAX`] digits.
impl Decimal<'_> {
    /// Returns the number again, borrowing its digits.
    #[must_use]
    pub fn reborrow(&self) -> Decimal<'_> {
        Decimal {
            negative: self.negative,
            magnitude: self.magnitude,
            digits: Cow::Borrowed(&self.digits),
        }
    }

    /// Returns the number with its sign turned.
    #[must_use]
    pub fn negated(self) -> Self {
        Self {
            negative: !self.negative && !self.is_zero(),
            ..self
        }
    }

    /// Returns the number without its sign.
    #[must_use]
    pub fn absolute(self) -> Self {
        Self {
            negative: false,
            ..self
        }
    }

    /// Returns -1, 0 or 1.
    #[must_use]
    pub fn signum(&self) -> i64 {
        match (self.is_zero(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    /// Returns the number of significant digits.
    #[must_use]
    pub fn n_digits(&self) -> usize {
        self.significant().count()
    }

    /// Adds.
    #[must_use]
    pub fn plus(&self, other: &Decimal<'_>) -> Option<Decimal<'static>> {
        let (left, right) = align(self.scaled()?, other.scaled()?)?;
        Scaled {
            coefficient: left.coefficient + right.coefficient,
            exponent: left.exponent,
        }
        .decimal()
    }

    /// Subtracts.
    #[must_use]
    pub fn minus(&self, other: &Decimal<'_>) -> Option<Decimal<'static>> {
        self.plus(&other.reborrow().negated())
    }

    /// Multiplies.
    #[must_use]
    pub fn times(&self, other: &Decimal<'_>) -> Option<Decimal<'static>> {
        let (left, right) = (self.scaled()?, other.scaled()?);
        Scaled {
            coefficient: left.coefficient * right.coefficient,
            exponent: left.exponent.checked_add(right.exponent)?,
        }
        .decimal()
    }

    /// Divides: exactly if the quotient ends, else to [`QUOTIENT_DIGITS`] digits. `None` too if
    /// `other` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::value::decimal::{Decimal, NumberSyntax};
    ///
    /// let int = |text| NumberSyntax::default().integer(text).unwrap();
    /// let third = int("1").divided_by(&int("3")).unwrap();
    /// assert_eq!(third.to_text(), "0.3333333333333333333333333333333333");
    /// ```
    #[must_use]
    pub fn divided_by(&self, other: &Decimal<'_>) -> Option<Decimal<'static>> {
        let (left, right) = (self.scaled()?, other.scaled()?);
        if right.coefficient.is_zero() {
            return None;
        }
        // So many zeros that the whole quotient has a digit more than needed.
        let n_zeros = (QUOTIENT_DIGITS + 1 + other.n_digits()).saturating_sub(self.n_digits());
        let dividend = &left.coefficient * power_of_ten(n_zeros)?;
        let (quotient, rest) = divide(&dividend, &right.coefficient);
        let exponent = left
            .exponent
            .checked_sub(right.exponent)?
            .checked_sub(to_i64(n_zeros))?;
        if rest.is_zero() {
            let coefficient = quotient;
            return Scaled {
                coefficient,
                exponent,
            }
            .decimal();
        }
        if let Some(exact) = long_quotient(&left, &right, &rest) {
            return Some(exact);
        }
        // A digit behind the others stands for the rest, so that it is no tie where it is none.
        let is_negative =
            (dividend.sign() == Sign::Minus) != (right.coefficient.sign() == Sign::Minus);
        let sticky = if is_negative { -1 } else { 1 };
        let longer = Scaled {
            coefficient: quotient * 10 + sticky,
            exponent: exponent.checked_sub(1)?,
        };
        let n_digits = longer.coefficient.magnitude().to_string().len();
        let n_dropped = n_digits.saturating_sub(QUOTIENT_DIGITS);
        longer
            .without_last(n_dropped, Rounding::HalfEven)?
            .decimal()
    }

    /// Divides and drops the fraction, as integers are divided. `None` too if `other` is zero.
    #[must_use]
    pub fn divided_whole(&self, other: &Decimal<'_>) -> Option<Decimal<'static>> {
        self.divided_with_rest(other).map(|(quotient, _)| quotient)
    }

    /// Returns what [`divided_whole`](Self::divided_whole) leaves, with the sign of `self`.
    #[must_use]
    pub fn remainder(&self, other: &Decimal<'_>) -> Option<Decimal<'static>> {
        self.divided_with_rest(other).map(|(_, rest)| rest)
    }

    fn divided_with_rest(
        &self,
        other: &Decimal<'_>,
    ) -> Option<(Decimal<'static>, Decimal<'static>)> {
        let (left, right) = align(self.scaled()?, other.scaled()?)?;
        if right.coefficient.is_zero() {
            return None;
        }
        let (quotient, rest) = divide(&left.coefficient, &right.coefficient);
        let whole = Scaled {
            coefficient: quotient,
            exponent: 0,
        };
        let rest = Scaled {
            coefficient: rest,
            exponent: left.exponent,
        };
        Some((whole.decimal()?, rest.decimal()?))
    }

    /// Rounds to `n_places` digits after the decimal point.
    #[must_use]
    pub fn rounded(&self, n_places: u16, rounding: Rounding) -> Option<Decimal<'static>> {
        let scaled = self.scaled()?;
        let n_dropped = scaled
            .exponent
            .checked_add(i64::from(n_places))?
            .checked_neg()?;
        if n_dropped <= 0 {
            return scaled.decimal();
        }
        // However many more there are: all digits are dropped then.
        let n_kept = usize::try_from(n_dropped).map_or(self.n_digits() + 1, |n_dropped| {
            n_dropped.min(self.n_digits() + 1)
        });
        let rounded = scaled.without_last(n_kept, rounding)?;
        Scaled {
            coefficient: rounded.coefficient,
            exponent: -i64::from(n_places),
        }
        .decimal()
    }

    /// Writes the number: `-0.05`, or `1E+90` where that is shorter by far.
    #[must_use]
    pub fn to_text(&self) -> String {
        let digits: String = self.significant().map(char::from).collect();
        let sign = if self.negative { "-" } else { "" };
        if digits.is_empty() {
            return "0".to_owned();
        }
        let n_digits = to_i64(digits.len());
        if self.magnitude.unsigned_abs() > PLAIN_MAGNITUDE_MAX && n_digits <= self.magnitude
            || self.magnitude < 0 && self.magnitude.unsigned_abs() > PLAIN_MAGNITUDE_MAX
        {
            let (first, rest) = digits.split_at_checked(1).unwrap_or((&digits, ""));
            let point = if rest.is_empty() { "" } else { "." };
            return format!("{sign}{first}{point}{rest}E{:+}", self.magnitude);
        }
        let Ok(magnitude) = usize::try_from(self.magnitude) else {
            let n_zeros = usize::try_from(-self.magnitude - 1).unwrap_or(0);
            return format!("{sign}0.{}{digits}", "0".repeat(n_zeros));
        };
        let n_whole = magnitude + 1;
        match digits.split_at_checked(n_whole) {
            Some((whole, "")) => format!("{sign}{whole}"),
            Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
            None => format!("{sign}{digits}{}", "0".repeat(n_whole - digits.len())),
        }
    }

    fn scaled(&self) -> Option<Scaled> {
        let digits: Vec<u8> = self.significant().collect();
        if digits.len() > DIGITS_MAX {
            return None;
        }
        let n_digits = to_i64(digits.len());
        let absolute = if digits.is_empty() {
            BigUint::ZERO
        } else {
            BigUint::parse_bytes(&digits, 10)?
        };
        let sign = if self.negative {
            Sign::Minus
        } else {
            Sign::Plus
        };
        let exponent = if n_digits == 0 {
            0
        } else {
            self.magnitude.checked_sub(n_digits - 1)?
        };
        Some(Scaled {
            coefficient: BigInt::from_biguint(sign, absolute),
            exponent,
        })
    }
}

impl From<i64> for Decimal<'static> {
    fn from(number: i64) -> Self {
        let text = number.unsigned_abs().to_string();
        Decimal::new(number < 0, text.as_bytes(), text.len(), 0).into_owned()
    }
}

impl Scaled {
    fn decimal(self) -> Option<Decimal<'static>> {
        let (sign, absolute) = self.coefficient.into_parts();
        if absolute.is_zero() {
            return Some(Decimal::from(0));
        }
        let digits = absolute.to_string();
        let significant = digits.trim_end_matches('0');
        if significant.len() > DIGITS_MAX {
            return None;
        }
        Some(Decimal {
            negative: sign == Sign::Minus,
            magnitude: self.exponent.checked_add(to_i64(digits.len()))? - 1,
            digits: Cow::Owned(significant.as_bytes().to_vec()),
        })
    }

    /// Drops the last `n_dropped` digits.
    fn without_last(self, n_dropped: usize, rounding: Rounding) -> Option<Self> {
        let unit = power_of_ten(n_dropped)?;
        let (quotient, rest) = divide(&self.coefficient, &unit);
        let sign = self.coefficient.sign();
        let against_half = (rest.magnitude() * 2_u8).cmp(unit.magnitude());
        let is_odd = quotient.bit(0);
        let is_away = !rest.is_zero()
            && match rounding {
                Rounding::TowardsZero => false,
                Rounding::Floor => sign == Sign::Minus,
                Rounding::Ceiling => sign == Sign::Plus,
                Rounding::HalfAwayFromZero => against_half.is_ge(),
                Rounding::HalfEven => against_half.is_gt() || (against_half.is_eq() && is_odd),
            };
        let step = match (is_away, sign) {
            (false, _) => 0,
            (true, Sign::Minus) => -1,
            (true, Sign::NoSign | Sign::Plus) => 1,
        };
        Some(Self {
            coefficient: quotient + step,
            exponent: self.exponent.checked_add(to_i64(n_dropped))?,
        })
    }
}

/// Gives both the lower of their exponents.
fn align(left: Scaled, right: Scaled) -> Option<(Scaled, Scaled)> {
    if left.coefficient.is_zero() {
        let exponent = right.exponent;
        return Some((Scaled { exponent, ..left }, right));
    }
    if right.coefficient.is_zero() {
        let exponent = left.exponent;
        return Some((left, Scaled { exponent, ..right }));
    }
    let exponent = left.exponent.min(right.exponent);
    let lower = |scaled: Scaled| {
        let n_zeros = usize::try_from(scaled.exponent.checked_sub(exponent)?).ok()?;
        Some(Scaled {
            coefficient: scaled.coefficient * power_of_ten(n_zeros)?,
            exponent,
        })
    };
    Some((lower(left)?, lower(right)?))
}

fn power_of_ten(exponent: usize) -> Option<BigInt> {
    if exponent > 2 * DIGITS_MAX {
        return None;
    }
    Some(BigInt::from(10).pow(u32::try_from(exponent).ok()?))
}

/// Returns a quotient that ends within [`DIGITS_MAX`] digits; `None` for any other. `rest` is what
/// a division of the same digits left, after fewer digits than that.
fn long_quotient(left: &Scaled, right: &Scaled, rest: &BigInt) -> Option<Decimal<'static>> {
    let divisor = right.coefficient.magnitude();
    // No quotient of so few digits has its last one further behind.
    let n_zeros = DIGITS_MAX + divisor.to_string().len();
    // Most quotients do not end: that is found out without computing them.
    let power = BigUint::from(10_u8).modpow(&BigUint::from(n_zeros), divisor);
    if !(rest.magnitude() * power % divisor).is_zero() {
        return None;
    }
    let dividend = &left.coefficient * power_of_ten(n_zeros)?;
    let (quotient, rest) = divide(&dividend, &right.coefficient);
    if !rest.is_zero() {
        return None;
    }
    Scaled {
        coefficient: quotient,
        exponent: left
            .exponent
            .checked_sub(right.exponent)?
            .checked_sub(to_i64(n_zeros))?,
    }
    .decimal()
}

/// Divides, towards zero. The divisor is not zero.
fn divide(dividend: &BigInt, divisor: &BigInt) -> (BigInt, BigInt) {
    let quotient = dividend / divisor;
    let rest = dividend - &quotient * divisor;
    (quotient, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::decimal::{Number, NumberSyntax};

    fn decimal(text: &str) -> Decimal<'_> {
        match NumberSyntax::default().number(text) {
            Some(Number::Finite(decimal)) => decimal,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[track_caller]
    fn check(left: &str, op: &str, right: &str, expected: Option<&str>) {
        let (left, right) = (decimal(left), decimal(right));
        let result = match op {
            "+" => left.plus(&right),
            "-" => left.minus(&right),
            "*" => left.times(&right),
            "/" => left.divided_by(&right),
            "div" => left.divided_whole(&right),
            "%" => left.remainder(&right),
            _ => panic!("{op}"),
        };
        assert_eq!(result.map(|number| number.to_text()).as_deref(), expected);
    }

    #[test]
    fn arithmetic_is_exact() {
        check("0.1", "+", "0.2", Some("0.3"));
        check("1", "-", "1", Some("0"));
        check("-5", "-", "-7.25", Some("2.25"));
        check("19.99", "*", "3", Some("59.97"));
        check(
            "9999999999999999999999",
            "+",
            "1",
            Some("10000000000000000000000"),
        );
        check("0", "+", "1E999999", Some("1E+999999"));
        check(
            "1E50",
            "*",
            "1E-90",
            Some("0.0000000000000000000000000000000000000001"),
        );
        check("1E-50", "*", "1", Some("1E-50"));
    }

    #[test]
    fn quotients_are_exact_or_have_34_digits() {
        check("1", "/", "8", Some("0.125"));
        check("2", "/", "3", Some("0.6666666666666666666666666666666667"));
        check(
            "-1",
            "/",
            "3",
            Some("-0.3333333333333333333333333333333333"),
        );
        for digits in [
            "123456789012345678901234567890123456",
            "1000000000000000000000000000000000.00005",
        ] {
            check(digits, "/", "1.0", Some(digits));
            check(digits, "/", "-1", Some(&format!("-{digits}")));
        }
        check(
            "20000000000000000000000000000000010.0001",
            "/",
            "2",
            Some("10000000000000000000000000000000005.00005"),
        );
        // 1 / 2^200 ends after 200 places, and 1 / 2^2000 after too many digits.
        let power = |exponent: usize| BigInt::from(2).pow(u32::try_from(exponent).unwrap());
        let long = decimal("1").divided_by(&decimal(&power(200).to_string()));
        let long = long.unwrap();
        assert_eq!(long.n_digits(), 140);
        assert_eq!(
            long.times(&decimal(&power(200).to_string())),
            Some(Decimal::from(1))
        );
        let longer = decimal("1").divided_by(&decimal(&power(2_000).to_string()));
        assert_eq!(longer.unwrap().n_digits(), QUOTIENT_DIGITS);
        // Just above a tie, and just below one.
        check(
            "30000000000000000000000000000000015.0001",
            "/",
            "3",
            Some("10000000000000000000000000000000010"),
        );
        check(
            "30000000000000000000000000000000014.9999",
            "/",
            "3",
            Some("10000000000000000000000000000000000"),
        );
        check("1", "/", "0", None);
    }

    #[test]
    fn whole_quotients_drop_the_fraction() {
        check("7", "div", "2", Some("3"));
        check("-7", "div", "2", Some("-3"));
        check("-7", "%", "2", Some("-1"));
        check("7", "%", "-2", Some("1"));
        check("7", "%", "0", None);
        check("7.5", "%", "2", Some("1.5"));
    }

    #[test]
    fn what_would_be_huge_is_not_computed() {
        check("1E900000000", "+", "1", None);
        check("1", "-", "1E-900000000", None);
        check("1E900000000000000000", "div", "3", None);
        let nines = "9".repeat(900);
        check(&nines, "*", &nines, None);
        check(
            "1E999999999999999999",
            "*",
            "1E999999999999999999",
            Some("1E+1999999999999999998"),
        );
    }

    #[test]
    fn rounding() {
        let check = |text: &str, n_places, rounding, expected: &str| {
            let rounded = decimal(text).rounded(n_places, rounding).unwrap();
            assert_eq!(rounded.to_text(), expected, "{text}");
        };
        check("2.345", 2, Rounding::HalfAwayFromZero, "2.35");
        check("-2.345", 2, Rounding::HalfAwayFromZero, "-2.35");
        check("2.345", 2, Rounding::HalfEven, "2.34");
        check("-2.1", 0, Rounding::Floor, "-3");
        check("-2.9", 0, Rounding::Ceiling, "-2");
        check("-2.9", 0, Rounding::TowardsZero, "-2");
        check("1E-900000", 0, Rounding::Ceiling, "1");
        check("1E-900000", 2, Rounding::HalfAwayFromZero, "0");
        check("1E900000", 2, Rounding::HalfAwayFromZero, "1E+900000");
        check("12", 2, Rounding::Floor, "12");
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_i128(left: i64, right: i64) {
            let (a, b) = (Decimal::from(left), Decimal::from(right));
            let (left, right) = (i128::from(left), i128::from(right));
            let text = |number: Option<Decimal<'_>>| number.map(|number| number.to_text());
            proptest::prop_assert_eq!(text(a.plus(&b)), Some((left + right).to_string()));
            proptest::prop_assert_eq!(text(a.minus(&b)), Some((left - right).to_string()));
            proptest::prop_assert_eq!(text(a.times(&b)), Some((left * right).to_string()));
            proptest::prop_assert_eq!(text(a.divided_whole(&b)), left.checked_div(right).map(|n| n.to_string()));
            proptest::prop_assert_eq!(text(a.remainder(&b)), left.checked_rem(right).map(|n| n.to_string()));
        }
    }
}
