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
mod tests;
