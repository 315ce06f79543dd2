//! `POST /v2/process`, as data.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::harness::{Expected, Running, is_problem};

/// Processes items; compares the text of the average.
async fn check(running: &Running, items: &str, expected: &str) {
    let answer = running
        .process(format!(r#"{{"items": {items}}}"#))
        .send()
        .await
        .unwrap();
    let status = answer.status();
    assert_eq!(answer.headers()["content-type"], "application/json");
    let text = answer.text().await.unwrap();
    assert_eq!(status, 200, "{items}: {text}");
    assert_eq!(
        text,
        format!(r#"{{"weighted_average":{expected}}}"#),
        "{items}"
    );
}

#[tokio::test]
async fn averages_are_exact() {
    let running = Running::start().await;
    check(&running, r#"[{"value": 1.0, "weight": 2.0}]"#, "1").await;
    check(
        &running,
        r#"[{"value": 0.1, "weight": 1}, {"weight": 1, "value": 0.3}]"#,
        "0.2",
    )
    .await;
    check(
        &running,
        r#"[{"value": 1, "weight": 1}, {"value": 0, "weight": 2}]"#,
        "0.3333333333333333333333333333333333",
    )
    .await;
    check(
        &running,
        r#"[{"value": 9007199254740993, "weight": 1}]"#,
        "9007199254740993",
    )
    .await;
    check(&running, r#"[{"value": -0.0, "weight": 1}]"#, "0").await;
    check(
        &running,
        r#"[{"value": 1, "weight": 3}, {"value": 1, "weight": -2}]"#,
        "1",
    )
    .await;
    check(&running, r#"[{"\u0076alue": 5, "weight": 1E0}]"#, "5").await;
    // The same number, however far its exponents reach.
    for items in [
        r#"[{"value": 1e400, "weight": 1}]"#,
        r#"[{"value": 1e-400, "weight": 1e-400}]"#,
    ] {
        let answer = running
            .process(format!(r#"{{"items": {items}}}"#))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{items}");
    }
}

/// Sends a body; compares the status, and each fault as `item field: message`.
async fn check_refused(running: &Running, body: &str, status: u16, expected: &[&str]) {
    let answer = running.process(body).send().await.unwrap();
    let code = if status == 400 {
        "invalid-json"
    } else {
        "invalid-items"
    };
    let body_of_it = is_problem(
        answer,
        &Expected {
            status,
            code,
            says: "",
        },
        body,
    )
    .await;
    let none = Vec::new();
    let faults = body_of_it["errors"]
        .as_array()
        .unwrap_or(&none)
        .iter()
        .map(|fault| {
            let item = fault["item"]
                .as_u64()
                .map_or("-".to_owned(), |item| item.to_string());
            let field = fault["field"].as_str().unwrap_or("-");
            format!("{item} {field}: {}", fault["message"].as_str().unwrap())
        });
    assert_eq!(faults.collect::<Vec<_>>(), expected, "{body}");
}

#[tokio::test]
async fn what_is_no_list_of_items() {
    let running = Running::start().await;
    for (body, fault) in [
        ("[]", "- -: expected an object, found: array"),
        ("null", "- -: expected an object, found: null"),
        ("{}", "- items: is missing"),
        (
            r#"{"items": {}}"#,
            "- items: expected an array, found: object",
        ),
        (
            r#"{"items": []}"#,
            "- items: is empty: nothing has no average",
        ),
        (r#"{"items": [], "cached": true}"#, "- cached: is not known"),
        (
            r#"{"items": [], "items": []}"#,
            "- items: stands there twice",
        ),
    ] {
        check_refused(&running, body, 422, &[fault]).await;
    }
}

#[tokio::test]
async fn items_are_read_strictly() {
    let running = Running::start().await;
    let good = r#"{"value": 1, "weight": 1}"#;
    let cases: [(String, &[&str]); 12] = [
        ("1".to_owned(), &["0 -: expected an object, found: number"]),
        ("[]".to_owned(), &["0 -: expected an object, found: array"]),
        (r#"{"value": 1}"#.to_owned(), &["0 weight: is missing"]),
        (
            "{}".to_owned(),
            &["0 value: is missing", "0 weight: is missing"],
        ),
        (
            format!(r#"{good}, {{"value": "1.0", "weight": null}}"#),
            &[
                "1 value: expected a number, found: string",
                "1 weight: expected a number, found: null",
            ],
        ),
        (
            r#"{"value": [1], "weight": {"n": 1}}"#.to_owned(),
            &[
                "0 value: expected a number, found: array",
                "0 weight: expected a number, found: object",
            ],
        ),
        (
            r#"{"value": true, "weight": 1}"#.to_owned(),
            &["0 value: expected a number, found: boolean"],
        ),
        (
            r#"{"value": 1, "weight": 1, "Value": 2}"#.to_owned(),
            &["0 Value: is not known"],
        ),
        (
            r#"{"value": 1, "value": 2, "weight": 1}"#.to_owned(),
            &["0 value: stands there twice"],
        ),
        (
            r#"{"\ud800": 1, "value": 1, "weight": 1}"#.to_owned(),
            &["0 -: has a name that is no text"],
        ),
        (
            format!(r#"{good}, 7, {good}, {{"weight": "x"}}"#),
            &[
                "1 -: expected an object, found: number",
                "3 value: is missing",
            ],
        ),
        (
            format!(r#"{good}, {{"value": 5, "weight": -1}}"#),
            &["- weight: the weights sum to zero"],
        ),
    ];
    for (items, faults) in cases {
        check_refused(&running, &format!(r#"{{"items": [{items}]}}"#), 422, faults).await;
    }
}

#[tokio::test]
async fn numbers_have_limits() {
    let running = Running::start().await;
    let beyond = "expected a number within limits, found an exponent beyond ±400";
    for number in [
        "1e401",
        "1e-401",
        "1e999999999",
        "1e99999999999999999999999999999999999999999999",
    ] {
        let body = format!(r#"{{"items": [{{"value": {number}, "weight": 1}}]}}"#);
        check_refused(&running, &body, 422, &[&format!("0 value: {beyond}")]).await;
    }
    let body = format!(
        r#"{{"items": [{{"value": 1, "weight": 1{}}}]}}"#,
        "0".repeat(64)
    );
    let long = "0 weight: expected a number within limits, found longer than 64 characters";
    check_refused(&running, &body, 422, &[long]).await;
}

#[tokio::test]
async fn what_is_no_json_is_called_that() {
    let running = Running::start().await;
    for body in [
        "",
        " ",
        "{",
        "NaN",
        r#"{"items": [{"value": NaN, "weight": 1}]}"#,
        r#"{"items": [{"value": Infinity, "weight": 1}]}"#,
        r#"{"items": [{"value": 1., "weight": 1}]}"#,
        r#"{"items": [{"value": 01, "weight": 1}]}"#,
        r#"{"items": [{"value": +1, "weight": 1}]}"#,
        r#"{"items": [{"value": 1, "weight": 1},]}"#,
        r#"{"items": [{"value": 1, "weight": 1}]} x"#,
        "\u{feff}{}",
    ] {
        check_refused(&running, body, 400, &[]).await;
    }
}

#[tokio::test]
async fn there_may_be_too_many_items_and_faults() {
    let running = Running::start_with(|settings| settings.server.items = 150, |_| {}).await;
    let items = |n: usize, item: &str| format!(r#"{{"items": [{}]}}"#, vec![item; n].join(","));
    let good = r#"{"value": 1, "weight": 1}"#;
    let answer = running.process(items(150, good)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let many = ["- items: has 151 items, and at most 150 are taken"];
    check_refused(&running, &items(151, good), 422, &many).await;
    let answer = running.process(items(150, "{}")).send().await.unwrap();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(
        body["errors"].as_array().unwrap().len(),
        100,
        "the first ones"
    );
    assert_eq!(
        body["errors"][99],
        json!({"item": 49, "field": "weight", "message": "is missing"})
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is sent, it is an average or a refusal.
    #[test]
    fn nothing_makes_it_fail(body in "[\\[\\]{}\",:0-9eE.+-]{0,40}|\\{\"items\": \\[\\{\"value\": [0-9eE.+-]{1,12}, \"weight\": [0-9eE.+-]{1,12}\\}\\]\\}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let status = runtime.block_on(async {
            let running = Running::start().await;
            running.process(body.clone()).send().await.unwrap().status().as_u16()
        });
        prop_assert!(matches!(status, 200 | 400 | 422), "{status}: {body}");
    }
}
