//! The Lambda Runtime API, from a function's side.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::{Client, Response};
use rowgate_testkit::runtime_api::{Outcome, RuntimeApi};

/// A function that speaks the API by hand.
struct Function {
    client: Client,
    base: String,
}

impl Function {
    fn of(api: &RuntimeApi) -> Self {
        Self {
            client: Client::builder().no_proxy().build().unwrap(),
            base: format!("http://{}/2018-06-01/runtime", api.address()),
        }
    }

    async fn next(&self) -> (String, Response) {
        let url = format!("{}/invocation/next", self.base);
        let event = self.client.get(url).send().await.unwrap();
        assert_eq!(event.status(), 200);
        let id = event.headers()["lambda-runtime-aws-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        (id, event)
    }

    async fn post(&self, path: &str, body: &'static str) -> u16 {
        let url = format!("{}{path}", self.base);
        let answer = self.client.post(url).body(body).send().await.unwrap();
        answer.status().as_u16()
    }
}

fn epoch_ms() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis()
}

#[tokio::test]
async fn an_event_is_taken_and_answered() {
    let api = RuntimeApi::start().await.unwrap();
    let function = Function::of(&api);
    let before = epoch_ms();
    let invocation = api.invoke_within(r#"{"n":1}"#, Duration::from_secs(5));
    let (id, event) = function.next().await;
    let deadline = event.headers()["lambda-runtime-deadline-ms"]
        .to_str()
        .unwrap();
    let deadline: u128 = deadline.parse().unwrap();
    assert!(
        (before + 5000..=epoch_ms() + 5000).contains(&deadline),
        "{deadline}"
    );
    for name in [
        "lambda-runtime-invoked-function-arn",
        "lambda-runtime-trace-id",
    ] {
        assert!(event.headers().contains_key(name), "{name}");
    }
    assert_eq!(event.text().await.unwrap(), r#"{"n":1}"#);

    let response = format!("/invocation/{id}/response");
    assert_eq!(function.post(&response, "done").await, 202);
    assert_eq!(invocation.await, Outcome::Ok("done".into()));
    assert_eq!(
        function.post(&response, "again").await,
        400,
        "an outcome is taken once"
    );
}

#[tokio::test]
async fn errors_are_told_from_answers() {
    let api = RuntimeApi::start().await.unwrap();
    let function = Function::of(&api);
    let invocation = api.invoke("{}");
    let (id, _event) = function.next().await;
    assert_eq!(
        function
            .post(&format!("/invocation/{id}/error"), "why")
            .await,
        202
    );
    assert_eq!(invocation.await, Outcome::Err("why".into()));

    let invocation = api.invoke("{}");
    assert_eq!(function.post("/init/error", "no start").await, 202);
    assert_eq!(invocation.await, Outcome::InitError("no start".into()));

    assert_eq!(function.post("/invocation/unknown/response", "").await, 400);
    assert_eq!(function.post("/elsewhere", "").await, 404);
    let invocation = api.invoke("{}");
    drop(api);
    assert_eq!(invocation.await, Outcome::Stopped);
}

#[tokio::test]
async fn several_polls_wait_and_each_gets_one_event() {
    let api = RuntimeApi::start().await.unwrap();
    let polls: Vec<_> = (0..3)
        .map(|_| {
            let function = Function::of(&api);
            tokio::spawn(async move {
                let (id, event) = function.next().await;
                let body = event.text().await.unwrap();
                assert_eq!(
                    function
                        .post(&format!("/invocation/{id}/response"), "ok")
                        .await,
                    202
                );
                (id, body)
            })
        })
        .collect();
    api.polled(3).await;
    let invocations = ["a", "b", "c"].map(|event| api.invoke(event));
    for invocation in invocations {
        assert_eq!(invocation.await, Outcome::Ok("ok".into()));
    }
    let mut seen = Vec::new();
    for poll in polls {
        seen.push(poll.await.unwrap());
    }
    seen.sort();
    let bodies: Vec<_> = seen.iter().map(|(_id, body)| body.as_str()).collect();
    assert_eq!(bodies.len(), 3);
    seen.dedup_by(|one, other| one.0 == other.0);
    assert_eq!(seen.len(), 3, "every invocation has an id of its own");
}
