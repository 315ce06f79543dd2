use std::str::FromStr;

use bigdecimal::BigDecimal;
use proptest::prelude::*;

use super::*;

fn syntax(decimal: &str, group: &str, surroundings: Surroundings) -> NumberSyntax {
    NumberSyntax {
        decimal_mark: decimal.into(),
        group_mark: (!group.is_empty()).then(|| group.into()),
        surroundings,
    }
}

/// Reads `text`, and compares it with the same number in plain notation; an empty `expected` is no
/// number.
#[track_caller]
fn check(syntax: &NumberSyntax, text: &str, expected: &str) {
    let found = syntax.number(text);
    if expected.is_empty() {
        assert!(found.is_none(), "{text:?} gives {found:?}");
        return;
    }
    let expected = NumberSyntax::default().number(expected).unwrap();
    let found = found.unwrap_or_else(|| panic!("{text:?} is no number"));
    assert!(
        found.total_cmp(&expected).is_eq(),
        "{text:?} gives {found:?}"
    );
}

#[track_caller]
fn check_integer(syntax: &NumberSyntax, text: &str, expected: Option<i64>) {
    let found = syntax.integer(text);
    let expected = expected.map(|n| n.to_string());
    let expected = expected
        .as_deref()
        .and_then(|n| NumberSyntax::default().integer(n));
    assert_eq!(found, expected, "{text:?}");
}

#[test]
fn integers() {
    let plain = NumberSyntax::default();
    for (text, expected) in [
        ("0", Some(0)),
        ("-0", Some(0)),
        ("000835", Some(835)),
        ("+7", Some(7)),
        ("-12", Some(-12)),
        ("9223372036854775807", Some(i64::MAX)),
        ("", None),
        ("-", None),
        ("+-1", None),
        ("3.14", None),
        ("3.", None),
        ("1e3", None),
        (" 1", None),
        ("1 ", None),
        ("1,000", None),
        ("0x10", None),
        ("NaN", None),
        ("٣", None),
    ] {
        check_integer(&plain, text, expected);
    }
    let long = "123456789".repeat(100);
    assert!(plain.integer(&long) > plain.integer("9223372036854775808"));

    let grouped = syntax(".", ",", Surroundings::Bare);
    for (text, expected) in [
        ("1,000", Some(1000)),
        ("1,00,000", Some(100_000)),
        ("1000", Some(1000)),
        (",1", None),
        ("1,", None),
        ("1,,000", None),
        ("1,5", None),
        ("1,50", None),
        ("1,000,50", None),
        ("1,0000", Some(10_000)),
        ("-,1", None),
    ] {
        check_integer(&grouped, text, expected);
    }
}

#[test]
fn text_around_a_number_is_dropped_and_never_a_sign() {
    let integer = syntax(".", "", Surroundings::Text);
    for (text, expected) in [
        ("00", Some(0)),
        ("1$", Some(1)),
        ("ab1$", Some(1)),
        ("-12 €", Some(-12)),
        ("€-12", Some(-12)),
        ("€ -12", Some(-12)),
        ("12 m²", Some(12)),
        ("3.", Some(3)),
        ("-$12", None),
        ("(12)", None),
        ("No.12", None),
        ("- 12", None),
        ("\u{2212}12", None),
        ("12-", None),
        ("3.14", None),
        (".5", None),
        ("1½", None),
        ("1 2", None),
        ("$", None),
        ("", None),
    ] {
        check_integer(&integer, text, expected);
    }
    let number = syntax(".", ",", Surroundings::Text);
    for (text, expected) in [
        ("$1,234.50", "1234.5"),
        ("$ .50", "0.5"),
        (".50 $", "0.5"),
        ("$.50", ""),
        ("Rs.500", ""),
        ("Rs. 500", "500"),
        ("No.5", ""),
        ("(5)", ""),
        ("($ 1,234.50)", ""),
        ("(USD) 5", "5"),
        ("5 (USD)", "5"),
        ("95%", "95"),
        ("12EUR", "12"),
        ("12e2 EUR", "1200"),
        ("€ -12.3", "-12.3"),
        ("nan", "NaN"),
        ("-5.€", "-5"),
        ("-$5", ""),
        ("1.2.3", ""),
        ("1E9999999999999999999", ""),
        ("1E0000000000000000001", "10"),
        ("1E-0000000000000000000", "1"),
        ("INF %", ""),
    ] {
        check(&number, text, expected);
    }
    check(&syntax(",", "", Surroundings::Text), "1234.", "1234");
}

#[test]
fn numbers() {
    let plain = NumberSyntax::default();
    for (text, expected) in [
        ("10.00", "10"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-.5", "-0.5"),
        ("+100000.00", "100000"),
        ("1E3", "1000"),
        ("1e+3", "1000"),
        ("12.5E-1", "1.25"),
        ("0E999999999999999999", "0"),
        ("-0.0", "0"),
        ("nAn", "NaN"),
        ("inf", "INF"),
        ("-Inf", "-INF"),
        ("", ""),
        (".", ""),
        ("-", ""),
        ("1E", ""),
        ("1E+", ""),
        ("E1", ""),
        ("1.2.3", ""),
        ("+INF", ""),
        ("infinity", ""),
        ("1E1000000000000000000", ""),
        ("10,000a.00", ""),
        ("1 000", ""),
    ] {
        check(&plain, text, expected);
    }
    let german = syntax(",", ".", Surroundings::Bare);
    for (text, expected) in [
        ("1.234,5", "1234.5"),
        ("1.234.567", "1234567"),
        (",5", "0.5"),
        ("1,234.5", ""),
        ("1.,5", ""),
    ] {
        check(&german, text, expected);
    }
    check(
        &syntax("@@", "##", Surroundings::Bare),
        "10##000@@50",
        "10000.5",
    );
}

#[test]
fn a_bound_is_not_met_by_nan_which_still_equals_itself() {
    let read = |text| NumberSyntax::default().number(text).unwrap();
    let (nan, one, inf) = (read("NaN"), read("1"), read("INF"));
    assert_eq!(nan.compare(&one), None);
    assert_eq!(inf.compare(&nan), None);
    assert_eq!(inf.compare(&one), Some(Ordering::Greater));
    assert_eq!(
        read("-inf").compare(&read("-1e999999999999999999")),
        Some(Ordering::Less)
    );
    assert!(nan.total_cmp(&read("nan")).is_eq());
}

fn key(number: &Number<'_>) -> Vec<u8> {
    let mut key = Vec::new();
    number.write_key(&mut key);
    key
}

prop_compose! {
    /// Numbers in all their spellings, close enough to one another to be equal now and then.
    fn spelling()(
        sign in "[+-]?",
        zeros in "0{0,2}",
        digits in prop_oneof!["[0-9]{1,3}\\.?0{0,2}", "[0-9]{0,2}\\.[0-9]{1,3}", "[0-9]{1,40}", "[0-9]{1,30}\\.[0-9]{1,30}"],
        exponent in prop_oneof![Just(String::new()), "[eE][+-]?[0-9]{1,2}"],
    ) -> String {
        format!("{sign}{zeros}{digits}{exponent}")
    }
}

proptest! {
    #[test]
    fn order_and_keys_agree_with_bigdecimal(left in spelling(), right in spelling()) {
        let syntax = NumberSyntax::default();
        let (ours, theirs) = (syntax.number(&left).unwrap(), syntax.number(&right).unwrap());
        let big = |text: &str| BigDecimal::from_str(&padded(text)).unwrap();
        let expected = big(&left).cmp(&big(&right));
        prop_assert_eq!(ours.compare(&theirs), Some(expected));
        prop_assert_eq!(ours.clone().into_owned().total_cmp(&theirs), expected);
        prop_assert_eq!(key(&ours) == key(&theirs), expected.is_eq());
    }

    #[test]
    fn integers_agree_with_i128(left: i128, right: i128) {
        let syntax = NumberSyntax::default();
        let (left_text, right_text) = (left.to_string(), right.to_string());
        let ours = syntax.integer(&left_text).unwrap();
        prop_assert!(ours.is_integer());
        prop_assert_eq!(ours.cmp(&syntax.integer(&right_text).unwrap()), left.cmp(&right));
    }

    #[test]
    fn grouping_changes_no_value(first in "[0-9]{1,4}", inner in "(''[0-9]{2,4}){0,3}", last in "''[0-9]{3,4}") {
        let grouped = format!("{first}{inner}{last}");
        let plain = grouped.replace('\'', "");
        let syntax = syntax(".", "''", Surroundings::Bare);
        prop_assert!(syntax.integer(&grouped).is_some());
        prop_assert_eq!(syntax.integer(&grouped), syntax.integer(&plain));
    }

    #[test]
    fn no_text_panics(text in "[0-9eE+.,NaIinf€ -]{0,12}|.*") {
        for surroundings in [Surroundings::Bare, Surroundings::Text] {
            let syntax = syntax(".", ",", surroundings);
            let _ = (syntax.integer(&text), syntax.number(&text));
        }
    }
}

/// Writes `5.e1` as `05.0e1` and `.5` as `0.50`, for not everybody reads the short forms.
fn padded(text: &str) -> String {
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let unsigned = number.trim_start_matches(['+', '-']);
    let sign = if number.starts_with('-') { "-" } else { "" };
    let zero = if unsigned.contains('.') { "0" } else { "" };
    format!("{sign}0{unsigned}{zero}e{exponent}")
}
