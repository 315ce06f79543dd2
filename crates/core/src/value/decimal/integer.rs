//! Decimal numbers as multiples of others, and as counts.

use super::{Decimal, to_i64};

/// The most significant digits of a [`Divisor`].
pub(crate) const DIVISOR_DIGITS_MAX: usize = 18;

/// A positive number, of which others may be multiples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Divisor {
    digits: u64,
    /// The power of ten of the last digit.
    exponent: i64,
}

impl Divisor {
    /// Takes a positive number of at most [`DIVISOR_DIGITS_MAX`] significant digits.
    pub(crate) fn new(number: &Decimal<'_>) -> Option<Self> {
        let n_digits = number.significant().count();
        let is_divisor = !number.negative && (1..=DIVISOR_DIGITS_MAX).contains(&n_digits);
        is_divisor.then(|| Self {
            digits: number.significant().fold(0, |value, digit| {
                value * 10 + u64::from(digit.saturating_sub(b'0'))
            }),
            exponent: number.last_exponent(),
        })
    }

    /// Whether the number is a multiple, exactly.
    pub(crate) fn divides(self, number: &Decimal<'_>) -> bool {
        if number.is_zero() {
            return true;
        }
        // The last digit is no zero, so no power of ten divides the digits.
        let Ok(n_zeros) = u64::try_from(number.last_exponent().saturating_sub(self.exponent))
        else {
            return false;
        };
        let modulus = u128::from(self.digits);
        let rest = number.significant().fold(0, |rest: u128, digit| {
            (rest * 10 + u128::from(digit.saturating_sub(b'0'))) % modulus
        });
        (rest * power_of_ten(n_zeros, modulus)).is_multiple_of(modulus)
    }
}

/// Returns the rest of a power of ten. The modulus fits 64 bits, so that a square fits.
fn power_of_ten(mut exponent: u64, modulus: u128) -> u128 {
    let (mut power, mut base) = (1 % modulus, 10 % modulus);
    while exponent > 0 {
        if exponent % 2 == 1 {
            power = power * base % modulus;
        }
        base = base * base % modulus;
        exponent /= 2;
    }
    power
}

impl Decimal<'_> {
    /// Returns the number as a count: `None` if it is negative, not whole, or beyond any count.
    pub(crate) fn to_count(&self) -> Option<usize> {
        if self.is_zero() {
            return Some(0);
        }
        if self.negative || !self.is_integer() {
            return None;
        }
        let n_zeros = u32::try_from(self.last_exponent()).ok()?;
        let mut count: usize = 0;
        for digit in self.significant() {
            let digit = usize::from(digit.saturating_sub(b'0'));
            count = count.checked_mul(10)?.checked_add(digit)?;
        }
        count.checked_mul(10_usize.checked_pow(n_zeros)?)
    }

    /// Returns the power of ten of the last significant digit.
    fn last_exponent(&self) -> i64 {
        self.magnitude
            .saturating_sub(to_i64(self.significant().count()).saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(divisor: &str, multiples: &[&str], others: &[&str]) {
        let divisor = Divisor::new(&Decimal::parse(divisor).unwrap()).unwrap();
        for text in multiples {
            assert!(divisor.divides(&Decimal::parse(text).unwrap()), "{text}");
        }
        for text in others {
            assert!(!divisor.divides(&Decimal::parse(text).unwrap()), "{text}");
        }
    }

    #[test]
    fn multiples_are_exact() {
        check(
            "0.01",
            &["0", "4.02", "-19.99", "1e30"],
            &["0.001", "4.020000000000000000001"],
        );
        check(
            "3",
            &["9", "-3", "111111111111111111111"],
            &["10", "1e1000000", "3.3"],
        );
        check("7e3", &["14000", "7e3"], &["7", "700", "7001"]);
        check("0.5", &["1e308", "0.5", "9007199254740993"], &["0.25"]);
        check("999999999999999999", &["999999999999999999000"], &["1e18"]);
        assert!(Divisor::new(&Decimal::parse("0").unwrap()).is_none());
        assert!(Divisor::new(&Decimal::parse("-1").unwrap()).is_none());
        assert!(Divisor::new(&Decimal::parse("1.0000000000000000001").unwrap()).is_none());
    }

    #[test]
    fn counts() {
        for (text, expected) in [
            ("0", Some(0)),
            ("12", Some(12)),
            ("1.20e1", Some(12)),
            ("3e3", Some(3000)),
            ("-1", None),
            ("1.5", None),
            ("1e40", None),
            ("1e400000000", None),
        ] {
            assert_eq!(Decimal::parse(text).unwrap().to_count(), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn multiples_agree_with_integers(a in 0_u64..10_000_000, scale in 0_u32..4, b in 1_u64..5_000) {
            let divisor = Divisor::new(&Decimal::parse(&b.to_string()).unwrap()).unwrap();
            let text = format!("{a}e{scale}");
            let is_multiple = (a * 10_u64.pow(scale)) % b == 0;
            assert_eq!(divisor.divides(&Decimal::parse(&text).unwrap()), is_multiple);
        }
    }
}
