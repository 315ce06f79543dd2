use proptest::prelude::*;

use std::cmp::Ordering;

use super::calendar::days_since_epoch;
use super::*;
use crate::value::Logical;

#[test]
fn dates() {
    for good in [
        "2024-02-29",
        "0000-02-29",
        "0001-01-01",
        "9999-12-31",
        "2000-02-29",
    ] {
        assert!(Date::parse(good).is_some(), "{good}");
    }
    for bad in [
        "",
        "2023-02-29",
        "1900-02-29",
        "2024-00-10",
        "2024-13-01",
        "2024-04-31",
        "2024-01-00",
        "2024-1-01",
        "24-01-01",
        "+024-01-01",
        "-2024-01-01",
        "12024-01-01",
        "2024/01/01",
        "2024-01-01Z",
        " 2024-01-01",
        "2024-01-0١",
    ] {
        assert!(Date::parse(bad).is_none(), "{bad}");
    }
}

#[test]
fn times() {
    for good in [
        "00:00:00",
        "23:59:59",
        "24:00:00",
        "24:00:00.000Z",
        "06:00:00.000000000000000000001",
        "06:00:00Z",
        "06:00:00+14:00",
        "06:00:00-13:59",
    ] {
        assert!(Moment::parse_time(good).is_some(), "{good}");
    }
    for bad in [
        "",
        "09:00",
        "6:00:00",
        "24:00:01",
        "24:00:00.1",
        "25:00:00",
        "06:60:00",
        "06:00:60",
        "06:00:00.",
        "06:00:00,5",
        "06:00:00z",
        "06:00:00+1:00",
        "06:00:00+14:01",
        "06:00:00+0100",
        "06:00:00+01:60",
        "06:00:00 Z",
        "3 am",
    ] {
        assert!(Moment::parse_time(bad).is_none(), "{bad}");
    }
}

#[test]
fn datetimes() {
    for good in [
        "2014-01-01T06:00:00",
        "2014-01-01T06:00:00+01:00",
        "-0044-03-15T12:00:00Z",
        "12024-01-01T00:00:00",
        "99999999999-12-31T24:00:00-14:00",
        "0000-01-01T00:00:00",
    ] {
        assert!(Moment::parse_datetime(good).is_some(), "{good}");
    }
    for bad in [
        "",
        "2014-01-01",
        "2014-01-01 06:00:00",
        "2014-01-01t06:00:00",
        "2014-01-01T06:00:00+1:00",
        "2014-02-30T06:00:00",
        "02014-01-01T06:00:00",
        "214-01-01T06:00:00",
        "+2014-01-01T06:00:00",
        "100000000000-01-01T00:00:00",
        "2014-01-01T06:00",
        "2014-01-01T24:00:00.5",
    ] {
        assert!(Moment::parse_datetime(bad).is_none(), "{bad}");
    }
}

/// Reads two datetimes (or two times), and tells how the first lies to the second.
#[track_caller]
fn check(left: &str, right: &str, expected: Option<Ordering>) {
    let read = |text| match Moment::parse_time(text) {
        Some(time) => time,
        None => Moment::parse_datetime(text).unwrap(),
    };
    let (left_moment, right_moment) = (read(left), read(right));
    assert_eq!(
        left_moment.compare(&right_moment),
        expected,
        "{left} {right}"
    );
    let (mut left_key, mut right_key) = (Vec::new(), Vec::new());
    left_moment.write_key(&mut left_key);
    right_moment.write_key(&mut right_key);
    assert_eq!(
        left_key == right_key,
        expected == Some(Ordering::Equal),
        "{left} {right}"
    );
}

#[test]
fn timelines() {
    use Ordering::{Equal, Greater, Less};
    check(
        "2014-01-01T06:00:00+01:00",
        "2014-01-01T05:00:00Z",
        Some(Equal),
    );
    check("2013-12-31T24:00:00", "2014-01-01T00:00:00", Some(Equal));
    check(
        "2014-01-01T00:00:00+14:00",
        "2013-12-31T10:00:00Z",
        Some(Equal),
    );
    check(
        "2014-01-01T00:00:00.10",
        "2014-01-01T00:00:00.1",
        Some(Equal),
    );
    check(
        "2014-01-01T00:00:00.09",
        "2014-01-01T00:00:00.1",
        Some(Less),
    );
    check(
        "2014-01-01T00:00:00.5",
        "2014-01-01T00:00:00.49",
        Some(Greater),
    );
    check("-0001-12-31T23:59:59.9", "0000-01-01T00:00:00", Some(Less));
    check("-0002-12-31T24:00:00", "-0001-01-01T00:00:00", Some(Equal));
    check("2014-01-01T00:00:00", "2014-01-01T00:00:00Z", None);
    check("24:00:00", "00:00:00", Some(Equal));
    check("24:00:00+01:00", "00:00:00+01:00", Some(Equal));
    check("00:30:00+01:00", "00:00:00Z", Some(Less));
    check("06:00:00", "06:00:00-00:00", None);
    check("06:00:00Z", "06:00:00-00:00", Some(Equal));
}

proptest! {
    #[test]
    fn dates_agree_with_jiff(year in 0i16..=9999, month in 0i8..=13, day in 0i8..=32) {
        let text = format!("{year:04}-{month:02}-{day:02}");
        let expected = jiff::civil::Date::new(year, month, day);
        prop_assert_eq!(Date::parse(&text).is_some(), expected.is_ok());
    }

    #[test]
    fn days_agree_with_jiff(left in -9999i16..=9999, month in 1i8..=12, day in 1i8..=28, n in -100_000i32..=100_000) {
        let date = jiff::civil::Date::new(left, month, day).unwrap();
        if let Ok(other) = date.checked_add(jiff::Span::new().days(n)) {
            let count = |date: jiff::civil::Date| {
                let part = |part: i8| u8::try_from(part).unwrap();
                days_since_epoch(i64::from(date.year()), part(date.month()), part(date.day()))
            };
            prop_assert_eq!(count(other) - count(date), i64::from(n));
        }
    }

    #[test]
    fn datetimes_agree_with_jiff(
        left in (1900i16..=1902, 1i8..=12, 1i8..=31, 0i8..=23, 0i8..=59, 0i32..=3, -14i32..=14),
        right in (1900i16..=1902, 1i8..=12, 1i8..=31, 0i8..=23, 0i8..=59, 0i32..=3, -14i32..=14),
    ) {
        type Parts = (i16, i8, i8, i8, i8, i32, i32);
        let write = |(y, mo, d, h, mi, tenths, zone): Parts| {
            let sign = if zone < 0 { '-' } else { '+' };
            format!("{y}-{mo:02}-{d:02}T{h:02}:{mi:02}:00.{tenths}{sign}{:02}:00", zone.abs())
        };
        let (left, right) = (write(left), write(right));
        let theirs = (left.parse::<jiff::Timestamp>(), right.parse::<jiff::Timestamp>());
        let ours = (Moment::parse_datetime(&left), Moment::parse_datetime(&right));
        prop_assert_eq!(ours.0.is_some(), theirs.0.is_ok());
        if let ((Some(left), Some(right)), (Ok(left_jiff), Ok(right_jiff))) = (ours, theirs) {
            prop_assert_eq!(left.compare(&right), Some(left_jiff.cmp(&right_jiff)));
        }
    }

    #[test]
    fn no_text_panics(text in "[0-9:TZ.+-]{0,30}|.*") {
        let _ = (Date::parse(&text), Moment::parse_time(&text), Moment::parse_datetime(&text));
    }
}
