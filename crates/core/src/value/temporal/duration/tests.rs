use std::cmp::Ordering;

use proptest::prelude::*;

use super::*;
use crate::value::temporal::{Date, Moment};

#[test]
fn forms() {
    for good in [
        "P1Y",
        "P1M",
        "P1D",
        "PT1H",
        "PT1M",
        "PT1S",
        "-P1Y",
        "P0D",
        "-PT0S",
        "PT0.1S",
        "P1Y2M3DT4H5M6.7S",
        "P1YT6.000000000000000000000000000000001S",
        "P1Y3D",
        "PT1H1S",
        "P0000000000000000000000000001Y",
        "P999999999999999999Y",
        "PT00S",
        "P13M",
        "PT90M",
    ] {
        assert!(Duration::parse(good).is_some(), "{good}");
    }
    for bad in [
        "",
        "P",
        "PT",
        "-P",
        "P1",
        "1Y",
        "P1S",
        "P1H",
        "PT1D",
        "P1YT",
        "P1M1Y",
        "P1Y1Y",
        "P-1Y",
        "+P1Y",
        "--P1Y",
        "P1.5D",
        "PT1.5H",
        "PT1.S",
        "PT.5S",
        "P1W",
        "p1y",
        "P1y",
        " P1Y",
        "P1Y ",
        "PT1S1M",
        "PT1M1M",
        "P1Y1",
        "PT1,5S",
        "P1000000000000000000Y",
        "P١Y",
    ] {
        assert!(Duration::parse(bad).is_none(), "{bad}");
    }
}

#[track_caller]
fn check(left: &str, right: &str, expected: Option<Ordering>) {
    let (left, right) = (
        Duration::parse(left).unwrap(),
        Duration::parse(right).unwrap(),
    );
    assert_eq!(left.compare(&right), expected, "{left} {right}");
    let reverse = expected.map(Ordering::reverse);
    assert_eq!(right.compare(&left), reverse, "{right} {left}");
    let (left, right) = (left.negated(), right.negated());
    assert_eq!(left.compare(&right), reverse, "{left} {right}");
}

/// The table of XML Schema, and what lies beside it.
#[test]
fn order() {
    use Ordering::{Equal, Greater, Less};
    for (long, last_less, first_greater) in [
        ("P1Y", 364, 367),
        ("P1M", 27, 32),
        ("P2M", 58, 63),
        ("P5M", 149, 154),
        ("P400Y", 146_096, 146_098),
    ] {
        check(long, &format!("P{last_less}D"), Some(Greater));
        check(long, &format!("P{first_greater}D"), Some(Less));
        for days in last_less + 1..first_greater {
            let expected = (long == "P400Y").then_some(Equal);
            check(long, &format!("P{days}D"), expected);
        }
    }
    check("P1Y", "P12M", Some(Equal));
    check("P1D", "PT24H", Some(Equal));
    check("PT1M", "PT60.0S", Some(Equal));
    check("-P0Y", "PT0S", Some(Equal));
    check("PT0.1S", "PT0.10S", Some(Equal));
    check("PT0.09S", "PT0.1S", Some(Less));
    check("-PT0.5S", "PT0.4S", Some(Less));
    check("-PT0.5S", "-PT1S", Some(Greater));
    check("-PT0.5S", "-PT0.49S", Some(Less));
    check("P1M", "P31DT0.001S", Some(Less));
    check("P1M", "P30DT23H59M59.999S", None);
    check(
        "P999999999999999999Y",
        "PT999999999999999999H",
        Some(Greater),
    );
}

#[test]
fn canonical_forms() {
    for (text, expected) in [
        ("P13M", "P1Y1M"),
        ("PT90M", "PT1H30M"),
        ("-P0Y", "PT0S"),
        ("PT86400S", "P1D"),
        ("P0Y1M0DT0.50S", "P1MT0.5S"),
        ("-P1DT25H61M61.100S", "-P2DT2H2M1.1S"),
    ] {
        assert_eq!(Duration::parse(text).unwrap().to_string(), expected);
    }
}

fn durations() -> impl Strategy<Value = String> {
    let near = "-?P([0-9]{1,3}Y)?[0-9]{1,2}M([0-9]{1,3}D)?(T[0-9]{1,6}(\\.[0-9]{1,3})?S)?";
    let far = "-?P[0-9]{1,18}Y([0-9]{1,18}D)?T[0-9]{1,18}(\\.[0-9]{1,30})?S";
    prop_oneof![
        near.boxed(),
        far.boxed(),
        "-?P[0-9]{1,2}D(T0\\.[0-9]S)?".boxed()
    ]
}

proptest! {
    #[test]
    fn laws(left in durations(), middle in durations(), right in durations()) {
        let [left, middle, right] = [&left, &middle, &right].map(|text| Duration::parse(text).unwrap());
        let key = |duration: &Duration<'_>| {
            let mut key = Vec::new();
            duration.write_key(&mut key);
            key
        };
        if let Some(order) = left.compare(&right) {
            prop_assert_eq!(order, left.total_cmp(&right));
        }
        prop_assert_eq!(left.total_cmp(&right), right.total_cmp(&left).reverse());
        prop_assert_eq!(left.compare(&right), right.compare(&left).map(Ordering::reverse));
        prop_assert_eq!(key(&left) == key(&right), left == right);
        if left.total_cmp(&middle).is_le() && middle.total_cmp(&right).is_le() {
            prop_assert!(left.total_cmp(&right).is_le());
        }
        let canonical = left.to_string();
        let again = Duration::parse(&canonical).unwrap();
        prop_assert_eq!(key(&again), key(&left));
        prop_assert_eq!(again.to_string(), canonical);
        prop_assert_eq!(left.clone().negated().negated(), left);
    }

    /// A bound means what it says: durations compare as the four sums do.
    #[test]
    fn order_is_that_of_the_sums(left in "-?P[0-9]{1,3}M([0-9]{1,4}D)?(T[0-9]{1,6}(\\.[0-9])?S)?", right in "-?P[0-9]{1,3}M([0-9]{1,4}D)?(T0\\.[0-9]S)?") {
        let (left, right) = (Duration::parse(&left).unwrap(), Duration::parse(&right).unwrap());
        let orders = ["1696-09-01", "1697-02-01", "1903-03-01", "1903-07-01"].map(|date| {
            let text = format!("{date}T00:00:00Z");
            let start = Moment::parse_datetime(&text).unwrap();
            start.plus(&left).unwrap().compare(&start.plus(&right).unwrap()).unwrap()
        });
        let first = orders[0];
        let expected = orders.iter().all(|order| *order == first).then_some(first);
        prop_assert_eq!(left.compare(&right), expected);
    }

    #[test]
    fn what_lies_between_leads_from_one_to_the_other(
        left in "[0-9]{3}[1-9]-0[1-9]-1[0-9]T1[0-9]:00:[0-5][0-9](\\.[0-9]{1,25})?(Z|\\+14:00)",
        right in "-?[1-9][0-9]{3,10}-12-2[0-9]T1[0-9]:00:[0-5][0-9](\\.[0-9]{1,25})?(Z|-03:30)",
    ) {
        let [left, right] = [&left, &right].map(|text| Moment::parse_datetime(text).unwrap());
        let between = left.minus(&right).unwrap();
        prop_assert_eq!(right.plus(&between).unwrap(), left.clone());
        prop_assert_eq!(left.plus(&between.clone().negated()).unwrap(), right.clone());
        prop_assert_eq!(right.minus(&left).unwrap(), between.negated());
        let [left, right] = [left, right].map(|moment| moment.date().unwrap());
        prop_assert_eq!(right.plus(&left.minus(right)), Some(left));
    }

    #[test]
    fn sums_agree_with_jiff(
        year in -4000i16..=4000, month in 1i8..=12, day in 1i8..=31,
        months in -2000i32..=2000, seconds in -10_000_000i64..=10_000_000,
    ) {
        let Ok(date) = jiff::civil::Date::new(year, month, day) else { return Ok(()) };
        let span = |months: i32, seconds: i64| jiff::Span::new().months(months).seconds(seconds);
        if (months < 0) != (seconds < 0) {
            return Ok(());
        }
        let start = date.at(1, 2, 3, 0);
        let theirs = start.checked_add(span(months, seconds)).unwrap();
        let part = |part: i8| u8::try_from(part).unwrap();
        let ours = Date::new(i64::from(year), part(month), part(day)).unwrap();
        let start = Moment::parse_datetime("0000-03-01T01:02:03").unwrap();
        let start = start.plus(&ours.minus(start.date().unwrap())).unwrap();
        let sign = if months < 0 || seconds < 0 { "-" } else { "" };
        let text = format!("{sign}P{}MT{}S", months.abs(), seconds.abs());
        let sum = start.plus(&Duration::parse(&text).unwrap()).unwrap();
        let date = sum.date().unwrap();
        prop_assert_eq!(
            (date.year(), date.month(), date.day(), sum.hour(), sum.minute(), sum.second()),
            (
                i64::from(theirs.year()), part(theirs.month()), part(theirs.day()),
                part(theirs.hour()), part(theirs.minute()), part(theirs.second()),
            )
        );
    }

    #[test]
    fn no_text_panics(text in "[-P0-9YMDTHS.]{0,40}|.*") {
        prop_assert!(Duration::parse(&text).is_none_or(|duration| duration.compare(&duration).is_some()));
    }
}
