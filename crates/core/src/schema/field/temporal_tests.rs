use super::tests::{check, check_faults, check_same};
use crate::schema::Schema;

#[test]
fn patterns() {
    check(
        r#""type": "date", "format": "%d/%m/%Y",
           "constraints": {"minimum": "01/02/2020", "maximum": "31/12/2021"}"#,
        &["01/02/2020", "1/2/2020", "31/12/2021"],
        &["31/01/2020", "01/01/2022", "2020-02-01", "30/02/2021"],
    );
    check(
        r#""type": "time", "format": "fmt:%H:%M", "constraints": {"enum": ["09:00", "9:30"]}"#,
        &["9:00", "09:30"],
        &["10:00", "09:00:00"],
    );
    check(
        r#""type": "datetime", "format": "%Y%m%d%H%M%S",
           "constraints": {"exclusiveMinimum": 20200101000000}"#,
        &["20200101000001"],
        &["20200101000000", "2020-01-01T00:00:01"],
    );
    check_same(
        r#""type": "datetime", "format": "%Y-%m-%d %H:%M:%S.%f%z""#,
        &["2020-01-01 00:00:00.50Z", "2020-1-1 1:0:0.5+0100"],
        "2020-01-01 00:00:00.05Z",
    );
}

#[test]
fn formats_at_fault() {
    check_faults(
        r#""type": "date", "format": "%d/%m/%Q""#,
        &[(
            "/format",
            "`%d/%m/%Q` is no format of a date: unknown directive `%Q`",
        )],
    );
    check_faults(
        r#""type": "date", "format": "%Y-%m""#,
        &[("/format", "does not determine a date")],
    );
    check_faults(
        r#""type": "time", "format": "%H:%M", "constraints": {"minimum": "09:00:00"}"#,
        &[("/constraints/minimum", "is not a time as `%H:%M`")],
    );
    check_faults(
        r#""type": "date", "format": "DD/MM/YYYY""#,
        &[("/format", "unknown format `DD/MM/YYYY` of a date")],
    );
    for kind in ["date", "time", "datetime"] {
        check_faults(
            &format!(r#""type": "{kind}", "format": "any""#),
            &[("/format", "is refused")],
        );
    }
    for kind in ["year", "yearmonth", "duration"] {
        check_faults(
            &format!(r#""type": "{kind}", "format": "%Y""#),
            &[("/format", "has no format `%Y`")],
        );
    }
}

#[test]
fn any_is_allowed_by_the_extension_block() {
    let text = r#"{"fields": [{"name": "x", "type": "date", "format": "any",
        "constraints": {"minimum": "1 Jan 2020"}}], "rowgate": {"temporal_any": true}}"#;
    let schema = Schema::parse(text.as_bytes()).unwrap();
    let check = schema.fields()[0].check();
    assert!(check.value("March 3, 2021").is_some());
    assert!(check.value("03/03/2021").is_none());
}

#[test]
fn years_and_months() {
    check(
        r#""type": "year", "constraints": {"minimum": 1900, "maximum": "12024"}"#,
        &["1900", "12024"],
        &[
            "1899", "12025", "2000Z", "24", "20000.0", "+2000", "02000", "2000-01", "-1900",
        ],
    );
    check(
        r#""type": "year""#,
        &["0000", "-0044", "2000Z", "2000+14:00", "99999999999"],
        &["100000000000", "2000+14:01", "2000z", " 2000"],
    );
    check(
        r#""type": "yearmonth", "constraints": {"exclusiveMaximum": "2000-10"}"#,
        &["2000-09", "-0001-12"],
        &[
            "2000-10", "2000-9", "2000-00", "2000-13", "2000-09Z", "200009",
        ],
    );
    check_same(
        r#""type": "year""#,
        &["2000Z", "2000+00:00", "2000-00:00"],
        "2000+01:00",
    );
    check_same(r#""type": "yearmonth""#, &["2000-01"], "2000-01Z");
    for kind in ["year", "yearmonth"] {
        let bounds = if kind == "year" {
            ("2000", "2001Z")
        } else {
            ("2000-01", "2001-01Z")
        };
        let (low, high) = bounds;
        check_faults(
            &format!(
                r#""type": "{kind}", "constraints": {{"minimum": "{low}", "maximum": "{high}"}}"#
            ),
            &[("/constraints", "with and without a zone are mixed")],
        );
        check_faults(
            &format!(
                r#""type": "{kind}", "constraints": {{"minimum": "{low}", "enum": ["{low}", "{high}"]}}"#
            ),
            &[("/constraints", "`enum` and bounds mix")],
        );
    }
}

#[test]
fn durations() {
    check(
        r#""type": "duration", "constraints": {"minimum": "P1M", "exclusiveMaximum": "P1Y"}"#,
        &["P1M", "P32D", "P364D", "P11M27D", "PT2000H"],
        &["P30D", "P31D", "P27D", "P365D", "P1Y", "P12M", "-P2M"],
    );
    check(
        r#""type": "duration", "constraints": {"enum": ["P1Y", "PT1H"]}"#,
        &["P12M", "PT3600.0S"],
        &["P365D", "-PT1H"],
    );
    check_same(r#""type": "duration""#, &["P1Y", "P12M", "P0Y12M"], "P365D");
    check_faults(
        r#""type": "duration", "constraints": {"minimum": "P1M", "maximum": "P30D"}"#,
        &[(
            "/constraints",
            "no value is at least `P1M` and at most `P30D`",
        )],
    );
    check_faults(
        r#""type": "duration", "constraints": {"minimum": "1 month"}"#,
        &[("/constraints/minimum", "is not a duration")],
    );
}
