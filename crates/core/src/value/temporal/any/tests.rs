use proptest::prelude::*;

use super::*;

#[test]
fn dates() {
    let expected = Date::parse("2021-03-03");
    for good in [
        "2021-03-03",
        "20210303",
        "2021-W09-3",
        "2021W093",
        "2021-062",
        "2021062",
        "2021/3/3",
        "2021/03/03",
        "2021.03.03",
        "3 Mar 2021",
        "03 march 2021",
        "3-Mar-2021",
        "March 3, 2021",
        "Mar 3 2021",
        "MAR 03, 2021",
        "3rd Mar 2021",
        "March 3rd, 2021",
        "Wed, 3 Mar 2021",
        "Wednesday, March 3, 2021",
    ] {
        assert_eq!(date(good), expected, "{good}");
    }
    for bad in [
        "",
        "03/03/2021",
        "3.3.2021",
        "03-03-2021",
        "3 Mar 21",
        "21-03-03",
        "Mar 2021",
        "2021",
        "2021-03",
        "202103",
        "2021-3-3",
        "2021/03-03",
        "2021-02-29",
        "20210229",
        "2021-366",
        "2021-W53-1",
        "2021-W09-8",
        "2021-W093",
        "Thu, 3 Mar 2021",
        "3  Mar 2021",
        "3Mar2021",
        " 2021-03-03",
        "2021-03-03 ",
        "2021-03-03Z",
        "12021-03-03",
        "Sept 3, 2021",
        "3 März 2021",
        "3th Mar 2021",
        "rd Mar 2021",
        "today",
        "1614729600",
    ] {
        assert_eq!(date(bad), None, "{bad}");
    }
}

#[test]
fn times() {
    let expected = Moment::parse_time("15:04:00");
    for good in [
        "15:04:00",
        "15:04",
        "15:04:00.000",
        "15:04:00,0",
        "T15:04",
        "T1504",
        "T150400",
        "3:04 PM",
        "03:04pm",
        "3:04:00 pm",
    ] {
        assert_eq!(time(good), expected, "{good}");
    }
    let zoned = Moment::parse_time("15:04:05.5Z");
    for good in [
        "15:04:05.5Z",
        "15:04:05.5 UTC",
        "17:04:05.50+02:00",
        "T170405.5+0200",
        "17:04:05.5 +02",
    ] {
        assert_eq!(time(good), zoned, "{good}");
    }
    assert_eq!(time("12 AM"), Moment::parse_time("00:00:00"));
    assert_eq!(time("12 PM"), Moment::parse_time("12:00:00"));
    for bad in [
        "",
        "15",
        "1504",
        "150400",
        "3:04",
        "15:04 PM",
        "0:04 PM",
        "25:00",
        "15:60",
        "15:04:60",
        "15:04 EST",
        "15:04+15:00",
        "15:04:",
        "15:04:05.",
        "T3",
        "noon",
    ] {
        assert_eq!(time(bad), None, "{bad}");
    }
}

#[test]
fn datetimes() {
    let expected = Moment::parse_datetime("2021-03-03T15:04:05Z");
    for good in [
        "2021-03-03T15:04:05Z",
        "2021-03-03t15:04:05z",
        "2021-03-03 15:04:05Z",
        "2021-03-03 16:04:05.000+01:00",
        "20210303T150405Z",
        "20210303T160405+01",
        "2021-W09-3T15:04:05Z",
        "2021-062T15:04:05Z",
        "Wed, 03 Mar 2021 15:04:05 GMT",
        "3 Mar 2021 15:04:05 +0000",
        "3 Mar 2021 10:04:05 -0500",
        "2021/03/03 15:04:05 UTC",
        "March 3, 2021, 3:04:05 PM UTC",
    ] {
        assert_eq!(datetime(good), expected, "{good}");
    }
    let local = Moment::parse_datetime("2021-03-03T15:04:05");
    for good in [
        "2021-03-03 15:04:05",
        "Wed Mar  3 15:04:05 2021",
        "Mar 3, 2021 3:04:05 PM",
        "2021.03.03 15:04:05",
    ] {
        assert_eq!(datetime(good), local, "{good}");
    }
    for good in ["-0044-03-15T12:00:00", "12024-01-01T00:00:00Z"] {
        assert_eq!(datetime(good), Moment::parse_datetime(good), "{good}");
    }
    for bad in [
        "",
        "2021-03-03",
        "15:04:05",
        "03/03/2021 15:04",
        "2021-03-03 15",
        "2021-03-03T15",
        "2021-03-03  15:04",
        "2021-03-03 15:04:05 EST",
        "Thu Mar  3 15:04:05 2021",
        "Wednesday, 03-Mar-21 15:04:05 GMT",
        "2021-03-03 15:04:05Z ",
        "2021-03-03,15:04:05",
        "Wed Mar  3 15:04:05 2021 UTC",
        "1614783845",
    ] {
        assert_eq!(datetime(bad), None, "{bad}");
    }
}

proptest! {
    #[test]
    fn what_jiff_reads_alike_is_read_alike(seconds in -60_000_000_000i64..=200_000_000_000, nanosecond in 0i32..1_000_000_000) {
        let stamp = jiff::Timestamp::new(seconds, nanosecond).unwrap();
        let text = stamp.to_string();
        prop_assert_eq!(datetime(&text), Moment::parse_datetime(&text));
        prop_assert!(datetime(&text).is_some());
        let second = jiff::Timestamp::from_second(seconds).unwrap();
        let mail = second.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
        let text = second.to_string();
        prop_assert_eq!(datetime(&mail), Moment::parse_datetime(&text));
    }

    #[test]
    fn no_text_panics(text in "[0-9A-Za-z:/., +-]{0,40}|.*") {
        let _ = (date(&text), time(&text), datetime(&text));
    }
}
