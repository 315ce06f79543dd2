//! Summaries over exact decimals.

use std::num::{IntErrorKind, NonZeroU64};
use std::str::FromStr;

use bigdecimal::{BigDecimal, ParseBigDecimalError, RoundingMode, Zero as _};

/// How many significant digits a mean has at most; it is rounded half to even.
const MEAN_DIGITS: NonZeroU64 = NonZeroU64::MIN.saturating_add(33);
/// How long a number may be, in bytes.
const NUMBER_BYTES_MAX: usize = 64;
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

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.normalized())
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
