//! A request's identity and trace, through the service and back.

use reqwest::Response;

use crate::harness::Running;

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers()[name].to_str().unwrap()
}

#[tokio::test]
async fn the_callers_identity_is_taken_over() {
    let running = Running::start().await;
    for request in [
        running.get("/healthz"),
        running.get("/nowhere"),
        running.process("{"),
        running.validate("schema=people", "id,name\n"),
    ] {
        let answer = request
            .header("x-request-id", "order-7.a_B")
            .send()
            .await
            .unwrap();
        assert_eq!(header(&answer, "x-request-id"), "order-7.a_B");
    }
}

#[tokio::test]
async fn where_it_has_none_that_is_sane_it_gets_one() {
    let running = Running::start().await;
    let mut seen = Vec::new();
    for id in [None, Some(""), Some("a b"), Some("a/b"), Some("{}")] {
        let mut request = running.get("/healthz");
        if let Some(id) = id {
            request = request.header("x-request-id", id);
        }
        let answer = request.send().await.unwrap();
        seen.push(header(&answer, "x-request-id").to_owned());
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5, "each its own: {seen:?}");
    assert!(seen.iter().all(|id| id.len() == 36), "{seen:?}");
}

#[tokio::test]
async fn a_trace_goes_on_in_a_span_of_our_own() {
    let running = Running::start().await;
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let answer = running
        .get("/healthz")
        .header("traceparent", parent)
        .send()
        .await
        .unwrap();
    let ours = header(&answer, "traceparent");
    assert_eq!(ours.len(), parent.len());
    assert!(
        ours.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && ours.ends_with("-01"),
        "{ours}"
    );
    assert_ne!(ours, parent);
    let made = running
        .get("/nowhere")
        .header("traceparent", "nonsense")
        .send()
        .await
        .unwrap();
    let made = header(&made, "traceparent");
    assert!(made.starts_with("00-") && made.len() == 55, "{made}");
}

#[tokio::test]
async fn health_is_an_answer_without_conditions() {
    let running = Running::start().await;
    let answer = running.get("/healthz").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), r#"{"status":"ok"}"#);
    let head = running
        .client
        .head(running.url("/healthz"))
        .send()
        .await
        .unwrap();
    assert_eq!(head.status(), 200);
}
