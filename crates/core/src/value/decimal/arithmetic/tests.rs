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
