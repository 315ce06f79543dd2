//! Summaries over exact decimals.

use std::num::{IntErrorKind, NonZeroU64};
use std::str::FromStr;

use bigdecimal::{BigDecimal, One as _, ParseBigDecimalError, RoundingMode, Zero as _};

use crate::value::decimal::Decimal;

/// How many significant digits a mean has at most; it is rounded half to even.
const MEAN_DIGITS: NonZeroU64 = NonZeroU64::MIN.saturating_add(33);
/// How long a number may be, in bytes.
const NUMBER_BYTES_MAX: usize = 64;
/// How many digits leave room for a sign and an exponent.
const DIGITS_MAX: usize = NUMBER_BYTES_MAX - "-e-400".len();
/// How large an exponent may be: sums stay small in memory.
const EXPONENT_MAX: i64 = 400;

/// An exact decimal number of bounded size.
///
/// ```
/// use rowgate_core::summary::Number;
///
/// assert!("0.1".parse::<Number>().is_ok());
/// assert!("1e999999999".parse::<Number>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Number(BigDecimal);

/// Why a text is no [`Number`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// It is no decimal number.
    #[error("not a decimal number")]
    NotANumber,
    /// It has too many digits.
    #[error("longer than {NUMBER_BYTES_MAX} characters")]
    TooLong,
    /// Its exponent is out of range.
    #[error("an exponent beyond ±{EXPONENT_MAX}")]
    TooLarge,
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        if text.len() > NUMBER_BYTES_MAX {
            return Err(NumberError::TooLong);
        }
        let number = BigDecimal::from_str(text).map_err(|err| match err {
            ParseBigDecimalError::ParseInt(err)
                if matches!(
                    err.kind(),
                    IntErrorKind::PosOverflow | IntErrorKind::NegOverflow
                ) =>
            {
                NumberError::TooLarge
            }
            // The one thing that it has no variant for.
            ParseBigDecimalError::Other(_) => NumberError::TooLarge,
            ParseBigDecimalError::ParseDecimal(_)
            | ParseBigDecimalError::ParseInt(_)
            | ParseBigDecimalError::ParseBigInt(_)
            | ParseBigDecimalError::Empty => NumberError::NotANumber,
        })?;
        if number.fractional_digit_count().abs() > EXPONENT_MAX {
            return Err(NumberError::TooLarge);
        }
        Ok(Self(number))
    }
}

impl Number {
    /// Returns 1, the weight of what has none.
    #[must_use]
    pub fn one() -> Self {
        Self(BigDecimal::one())
    }
}

impl TryFrom<&Decimal<'_>> for Number {
    type Error = NumberError;

    fn try_from(decimal: &Decimal<'_>) -> Result<Self, NumberError> {
        decimal
            .to_scientific(DIGITS_MAX)
            .ok_or(NumberError::TooLong)?
            .parse()
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.normalized())
    }
}

/// A sum in the making. It is exact.
#[derive(Clone, Debug, Default)]
pub struct Sum(BigDecimal);

impl Sum {
    /// Takes one value.
    pub fn add(&mut self, value: &Number) {
        self.0 += &value.0;
    }

    /// Returns the sum; of nothing it is 0.
    ///
    /// ```
    /// use rowgate_core::summary::Sum;
    ///
    /// let mut sum = Sum::default();
    /// sum.add(&"0.1".parse()?);
    /// sum.add(&"0.2".parse()?);
    /// assert_eq!(sum.finish().to_string(), "0.3");
    /// # Ok::<(), rowgate_core::summary::NumberError>(())
    /// ```
    #[must_use]
    pub fn finish(self) -> Number {
        Number(self.0)
    }
}

/// A weighted mean in the making: `sum(value × weight) / sum(weight)`.
#[derive(Clone, Debug, Default)]
pub struct WeightedMean {
    products: BigDecimal,
    weights: BigDecimal,
}

impl WeightedMean {
    /// Takes one value with its weight.
    pub fn add(&mut self, value: &Number, weight: &Number) {
        self.products += &value.0 * &weight.0;
        self.weights += &weight.0;
    }

    /// Returns the mean, to 34 significant digits; `None` if the weights sum to zero.
    ///
    /// ```
    /// use rowgate_core::summary::WeightedMean;
    ///
    /// let mut mean = WeightedMean::default();
    /// mean.add(&"0.1".parse()?, &"1".parse()?);
    /// mean.add(&"0.3".parse()?, &"1".parse()?);
    /// assert_eq!(mean.finish().map(|m| m.to_string()).as_deref(), Some("0.2"));
    /// assert_eq!(WeightedMean::default().finish(), None);
    /// # Ok::<(), rowgate_core::summary::NumberError>(())
    /// ```
    #[must_use]
    pub fn finish(self) -> Option<Number> {
        if self.weights.is_zero() {
            return None;
        }
        let mean = self.products / self.weights;
        Some(Number(
            mean.with_precision_round(MEAN_DIGITS, RoundingMode::HalfEven),
        ))
    }
}
