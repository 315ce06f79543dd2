use proptest::prelude::*;

use super::*;
use crate::value::temporal::TemporalKind;

fn compile(pattern: &str, kind: TemporalKind) -> Pattern {
    match Pattern::compile(pattern, kind) {
        Ok(pattern) => pattern,
        Err(fault) => panic!("{pattern}: {fault:?}"),
    }
}

/// Reads a date by a pattern, and compares it with the default form of one, or with nothing.
#[track_caller]
fn check(pattern: &str, text: &str, expected: &str) {
    let date = compile(pattern, TemporalKind::Date).date(text);
    assert_eq!(date, Date::parse(expected), "{pattern} {text}");
    assert_eq!(date.is_none(), expected.is_empty(), "{pattern} {text}");
}

#[track_caller]
fn check_datetime(pattern: &str, text: &str, expected: &str) {
    let moment = compile(pattern, TemporalKind::DateTime).datetime(text);
    let expected_moment = Moment::parse_datetime(expected);
    assert_eq!(moment.is_none(), expected.is_empty(), "{pattern} {text}");
    assert_eq!(moment, expected_moment, "{pattern} {text}");
}

#[track_caller]
fn check_time(pattern: &str, text: &str, expected: &str) {
    let moment = compile(pattern, TemporalKind::Time).time(text);
    assert_eq!(moment.is_none(), expected.is_empty(), "{pattern} {text}");
    assert_eq!(moment, Moment::parse_time(expected), "{pattern} {text}");
}

#[test]
fn dates() {
    check("%d/%m/%Y", "12/11/2018", "2018-11-12");
    check("%d/%m/%Y", "1/2/2018", "2018-02-01");
    check("%d/%m/%Y", " 1/2/2018", "2018-02-01");
    check("%d/%m/%Y", " 12/2/2018", "");
    check("%d/%m/%Y", "31/02/2018", "");
    check("%d/%m/%Y", "001/02/2018", "");
    check("%d/%m/%Y", "1/2/18", "");
    check("%d/%m/%Y", "1/2/02018", "");
    check("%d/%m/%Y", "1/2/2018 ", "");
    check("%d/%m/%Y", "01.02.2018", "");
    check("%d %b %y", "30 Nov 14", "2014-11-30");
    check("%d %b %y", "30\u{a0} \tNOV 69", "1969-11-30");
    check("%d %b %y", "30Nov14", "");
    check("%d %b %y", "30 November 14", "");
    check("%y%m%d", "680101", "2068-01-01");
    check("%B %d, %Y", "may 5, 2021", "2021-05-05");
    check("%B %d, %Y", "Mai 5, 2021", "");
    check("%A %d. %B %Y", "Wednesday 3. March 2021", "2021-03-03");
    check("%A %d. %B %Y", "Thursday 3. March 2021", "");
    check("%a %d %m %Y", "wed 3 3 2021", "2021-03-03");
    check("%Y-%j", "2024-366", "2024-12-31");
    check("%Y-%j", "2023-366", "");
    check("%Y-%j", "2024-60", "2024-02-29");
    check("%Y-%m-%d %j", "2024-02-29 060", "2024-02-29");
    check("%Y-%m-%d %j", "2024-02-29 061", "");
    check("%Y %y %m %d", "1924 24 1 1", "1924-01-01");
    check("%Y %y %m %d", "1924 25 1 1", "");
    check("%Y %m %b %d", "2024 2 Feb 29", "2024-02-29");
    check("%Y %m %b %d", "2024 3 Feb 29", "");
    check("%G-W%V-%u", "2020-W53-7", "2021-01-03");
    check("%G-W%V-%u", "2021-W53-1", "");
    check("%G-W%V-%u", "2021-W00-1", "");
    check("%G-W%V-%u", "2021-W01-8", "");
    check("%Y %U %w", "2021 00 5", "2021-01-01");
    check("%Y %U %w", "2021 00 4", "");
    check("%Y %W %a", "2021 1 Mon", "2021-01-04");
    check("%Y %W %a", "2021 53 Mon", "");
    check("%Y-%m-%d W%W", "2021-01-04 W01", "2021-01-04");
    check("%Y-%m-%d W%W", "2021-01-04 W00", "");
    check("%F", "2021-01-04", "2021-01-04");
    check("%D", "1/4/21", "2021-01-04");
    check("%e-%h-%Y", " 4-jan-2021", "2021-01-04");
    check("100%%: %x", "100%: 01/04/21", "2021-01-04");
    check("%Y%n%m%t%d", "2021 1\n4", "2021-01-04");
}

/// Where digits touch, none may be left out: `2021111` has two meanings.
#[test]
fn numbers_that_touch() {
    check("%Y%m%d", "20210104", "2021-01-04");
    check("%Y%m%d", "2021111", "");
    check("%d%m%Y", "1122021", "");
    check("%d1%m/%Y", "04101/2021", "2021-01-04");
    check("%d1%m/%Y", "4101/2021", "");
    check_time("%H%M", "930", "");
    check_time("%H%M", "0930", "09:30:00");
    check_datetime("%Y%m%d%H%M%S%f", "202101041503059", "2021-01-04T15:03:05.9");
}

#[test]
fn times() {
    check_time("%H:%M", "9:05", "09:05:00");
    check_time("%H:%M", "24:00", "");
    check_time("%H:%M", "9:60", "");
    check_time("%X", "09:05:59", "09:05:59");
    check_time("%X", "09:05:60", "");
    check_time("%R", "23:59", "23:59:00");
    check_time("%S.%f %M %H", "59.120 5 9", "09:05:59.12");
    check_time("%H:%M:%S.%f", "9:5:9.1234567", "");
    check_time("%H:%M:%S.%f", "9:5:9.", "");
    check_time("%I:%M %p", "12:05 AM", "00:05:00");
    check_time("%I:%M %p", "12:05 pm", "12:05:00");
    check_time("%I:%M%p", "1:05PM", "13:05:00");
    check_time("%I:%M %p", "0:05 AM", "");
    check_time("%I:%M %p", "13:05 PM", "");
    check_time("%r", "03:04:05 PM", "15:04:05");
    check_time("%H:%M %p", "13:05 PM", "13:05:00");
    check_time("%H:%M %p", "01:05 PM", "");
    check_time("%H (%I)", "13 (1)", "13:00:00");
    check_time("%H (%I)", "13 (2)", "");
    check_time("%Hh", "7H", "07:00:00");
}

#[test]
fn datetimes() {
    check_datetime(
        "%d/%m/%Y %H:%M:%S",
        "12/11/2018 09:15:32",
        "2018-11-12T09:15:32",
    );
    check_datetime("%c", "Wed Mar  3 15:04:05 2021", "2021-03-03T15:04:05");
    check_datetime("%FT%T%z", "2021-03-03t15:04:05Z", "2021-03-03T15:04:05Z");
    check_datetime("%FT%T%z", "2021-03-03T15:04:05z", "");
    check_datetime(
        "%FT%T%z",
        "2021-03-03T15:04:05+0530",
        "2021-03-03T09:34:05Z",
    );
    check_datetime(
        "%FT%T%z",
        "2021-03-03T15:04:05-05:30",
        "2021-03-03T20:34:05Z",
    );
    check_datetime(
        "%FT%T%z",
        "2021-03-03T15:04:05+05:30:15",
        "2021-03-03T09:33:50Z",
    );
    check_datetime(
        "%FT%T%z",
        "2021-03-03T15:04:05+053015",
        "2021-03-03T09:33:50Z",
    );
    check_datetime("%FT%T%z", "2021-03-03T15:04:05+05:3015", "");
    check_datetime("%FT%T%z", "2021-03-03T15:04:05+05", "");
    check_datetime("%FT%T%z", "2021-03-03T15:04:05+14:01", "");
    check_datetime("%FT%T%z", "2021-03-03T15:04:05", "");
    check_datetime("%F %R %Z", "2021-03-03 15:04 utc", "2021-03-03T15:04:00Z");
    check_datetime("%F %R %Z", "2021-03-03 15:04 EST", "");
    check_datetime(
        "%F %R %Z%z",
        "2021-03-03 15:04 GMT+0000",
        "2021-03-03T15:04:00Z",
    );
    check_datetime("%F %R %Z%z", "2021-03-03 15:04 GMT+0100", "");
}

#[test]
fn faults() {
    use TemporalKind::{Date, DateTime, Time};
    for (pattern, kind, expected) in [
        ("%Y-%m-%d %Q", Date, "unknown directive `%Q`"),
        ("%Y-%m-%d %", Date, "`%` stands at the end"),
        ("%s", DateTime, "unknown directive `%s`"),
        ("%-d", Date, "unknown directive `%-`"),
        ("%Y-%m-%d %Y", Date, "`%Y` is read twice"),
        ("%d %e", Date, "`%e` is read twice"),
        ("%F %d", Date, "`%d` is read twice"),
        ("%Y-%m", Date, "does not determine a date"),
        ("%m/%d", Date, "does not determine a date"),
        ("%Y %V %u", Date, "does not determine a date"),
        ("%G %W %u", Date, "does not determine a date"),
        ("%Y %W", Date, "does not determine a date"),
        ("%%d", Date, "does not determine a date"),
        (
            "%F %H",
            Date,
            "a date has no time, but the pattern reads `%H`",
        ),
        (
            "%F %z",
            Date,
            "a date has no time, but the pattern reads `%z`",
        ),
        (
            "%T %a",
            Time,
            "a time has no date, but the pattern reads `%a`",
        ),
        ("%M:%S", Time, "does not determine a time"),
        ("%p", Time, "does not determine a time"),
        (
            "%I:%M",
            Time,
            "`%I` is an hour of the morning or of the evening",
        ),
        ("%H:%S", Time, "seconds and no minutes"),
        ("%H:%M.%f", Time, "a fraction and no seconds"),
        ("%F", DateTime, "does not determine a time"),
        ("%T", DateTime, "does not determine a date"),
    ] {
        let fault = Pattern::compile(pattern, kind).unwrap_err();
        assert!(fault.message.contains(expected), "{pattern}: {fault:?}");
    }
}

/// All that determine a date by themselves, and that both sides print alike.
const DATES: &[&str] = &[
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y%m%d",
    "%d %b %Y",
    "%A, %B %d, %Y",
    "%Y-%j",
    "%G-W%V-%u",
    "%G%V%u",
    "%Y %U %w",
    "%Y %W %a",
    "%D %Y",
    "%F %j %U %W %G %V %u %a",
];

proptest! {
    #[test]
    fn what_jiff_writes_is_read(year in 1i16..=9999, day in 1i16..=366, idx in 0..DATES.len()) {
        let first = jiff::civil::date(year, 1, 1);
        let Ok(theirs) = first.with().day_of_year(day).build() else { return Ok(()) };
        let pattern = DATES[idx];
        // Two digits tell no other years.
        if pattern.contains("%D") && !(1969..=2068).contains(&year) {
            return Ok(());
        }
        let text = theirs.strftime(pattern).to_string();
        // Years of ISO weeks may have five digits.
        if theirs.iso_week_date().year() > 9999 || theirs.iso_week_date().year() < 1 {
            return Ok(());
        }
        let date = compile(pattern, TemporalKind::Date).date(&text);
        prop_assert_eq!(date, Date::parse(&theirs.to_string()), "{} {}", pattern, text);
        let date = date.unwrap();
        prop_assert_eq!(date.to_string(), theirs.to_string());
    }

    #[test]
    fn dates_agree_with_jiff(year in 1i16..=9999, month in 0i8..=13, day in 0i8..=32) {
        let text = format!("{day:02}.{month:02}.{year:04}");
        let theirs = jiff::civil::Date::strptime("%d.%m.%Y", &text);
        let ours = compile("%d.%m.%Y", TemporalKind::Date).date(&text);
        prop_assert_eq!(ours, theirs.ok().and_then(|date| Date::parse(&date.to_string())));
    }

    #[test]
    fn weeks_agree_with_jiff(year in 1900i16..=2100, week in 0i8..=54, weekday in 0i8..=7) {
        let text = format!("{year:04} {week:02} {weekday}");
        for pattern in ["%G %V %u", "%Y %U %w", "%Y %W %u"] {
            let theirs = jiff::civil::Date::strptime(pattern, &text).ok();
            let ours = compile(pattern, TemporalKind::Date).date(&text);
            // Theirs may lie in the next year.
            let theirs = theirs.filter(|date| pattern.starts_with("%G") || date.year() == year);
            let theirs = theirs.and_then(|date| Date::parse(&date.to_string()));
            prop_assert_eq!(ours, theirs, "{} {}", pattern, text);
        }
    }

    #[test]
    fn no_pattern_panics(pattern in "([%a-zA-Z0-9 /-]|%[a-zA-Z%]){0,12}|.*", text in ".*") {
        for kind in [TemporalKind::Date, TemporalKind::Time, TemporalKind::DateTime] {
            if let Ok(pattern) = Pattern::compile(&pattern, kind) {
                let _ = (pattern.date(&text), pattern.time(&text), pattern.datetime(&text));
            }
        }
    }

    #[test]
    fn no_text_panics(text in "[0-9A-Za-z:/., +%-]{0,30}|.*") {
        let pattern = compile("%c %f %z %j %U %W %G %V", TemporalKind::DateTime);
        let _ = pattern.datetime(&text);
    }
}
