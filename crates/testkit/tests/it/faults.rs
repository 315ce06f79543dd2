//! Faults and the server, through plain HTTP. The requests are not signed: what gets through to the
//! store is answered with 403, and that is enough to see what was let through.

use hyper::Method;
use rowgate_testkit::faults::{Fault, FaultPlan, Rule};
use rowgate_testkit::mem_s3::{MemS3, MemS3Server};

/// Sends one request and returns its status and body, or what broke.
async fn send(server: &MemS3Server, method: Method, path: &str) -> Result<(u16, String), String> {
    let url = format!("{}{path}", server.endpoint());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.request(method, url).send().await;
    let answer = answer.map_err(|_| "no answer".to_owned())?;
    let status = answer.status().as_u16();
    let body = answer
        .text()
        .await
        .map_err(|_| format!("{status}, then broken"))?;
    Ok((status, body))
}

/// Sends one request that meets `fault`, and another that does not.
async fn check(fault: Fault, expected: Result<(u16, &str), &str>) {
    let plan = FaultPlan::default();
    plan.add(Rule::new(Method::GET, fault.clone()).path("/lake"));
    let server = MemS3Server::start_with(plan.clone()).await.unwrap();
    match (send(&server, Method::GET, "/lake/key").await, expected) {
        (Ok((status, body)), Ok((expected, text))) => {
            assert_eq!(status, expected, "{fault:?}");
            assert!(body.contains(text), "{fault:?}: {body}");
        }
        (answer, expected) => {
            assert_eq!(answer.err().as_deref(), expected.err(), "{fault:?}");
        }
    }
    assert_eq!(plan.unspent(), 0, "{fault:?}");
    assert_eq!(plan.requests()[0].fault, Some(fault));

    let (status, body) = send(&server, Method::GET, "/lake/key").await.unwrap();
    assert_eq!(status, 403);
    assert!(body.contains("<Code>AccessDenied</Code>"), "{body}");
}

#[tokio::test]
async fn every_fault_does_what_it_says() {
    let status = Fault::Status {
        status: 503,
        code: "SlowDown",
    };
    check(status, Ok((503, "<Code>SlowDown</Code>"))).await;
    let ok = Fault::OkWithError {
        code: "InternalError",
    };
    check(ok, Ok((200, "<Code>InternalError</Code>"))).await;
    check(Fault::ResetBefore, Err("no answer")).await;
    check(Fault::LoseAnswer, Err("no answer")).await;
    check(
        Fault::TruncateBody { after_bytes: 10 },
        Err("403, then broken"),
    )
    .await;
    check(
        Fault::Delay(std::time::Duration::from_millis(1)),
        Ok((403, "AccessDenied")),
    )
    .await;
}

#[tokio::test]
async fn a_stalled_answer_ends_with_the_server() {
    for fault in [Fault::Stall, Fault::StallBody { after_bytes: 3 }] {
        let plan = FaultPlan::default();
        plan.add(Rule::new(Method::GET, fault.clone()));
        let server = MemS3Server::start_with(plan).await.unwrap();
        let endpoint = server.endpoint();
        let stalled = tokio::spawn(async move {
            let answer = reqwest::get(endpoint).await?;
            answer.text().await
        });
        while server.faults().requests().is_empty() {
            tokio::task::yield_now().await;
        }
        assert!(!stalled.is_finished(), "{fault:?}");
        drop(server);
        assert!(stalled.await.unwrap().is_err(), "{fault:?}");
    }
}

#[tokio::test]
async fn rules_choose_their_requests() {
    let plan = FaultPlan::default();
    let fault = Fault::Status {
        status: 500,
        code: "InternalError",
    };
    plan.add(
        Rule::new(Method::PUT, fault)
            .path("/lake/")
            .query("partNumber=2")
            .skip(1)
            .times(2),
    );
    let server = MemS3Server::start_with(plan.clone()).await.unwrap();
    let mut statuses = Vec::new();
    for (method, path) in [
        (Method::GET, "/lake/key?partNumber=2"),
        (Method::PUT, "/other/key?partNumber=2"),
        (Method::PUT, "/lake/key?partNumber=1"),
        (Method::PUT, "/lake/key?partNumber=2"),
        (Method::PUT, "/lake/key?partNumber=2"),
        (Method::PUT, "/lake/key?partNumber=2"),
        (Method::PUT, "/lake/key?partNumber=2"),
    ] {
        let (status, _body) = send(&server, method, path).await.unwrap();
        statuses.push(status == 500);
    }
    assert_eq!(statuses, [false, false, false, false, true, true, false]);
    let lines: Vec<_> = plan.requests().iter().map(ToString::to_string).collect();
    assert_eq!(lines[2], "PUT /lake/key?partNumber=1");
    assert_eq!(
        server.store().requests(),
        [],
        "an unsigned request never reaches the store"
    );
}

#[tokio::test]
async fn a_dropped_server_frees_its_port() {
    let server = MemS3Server::start().await.unwrap();
    let port = server
        .endpoint()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(send(&server, Method::GET, "/").await.is_ok());
    drop(server);
    tokio::task::yield_now().await;
    let again = MemS3Server::serve(MemS3::new(), FaultPlan::default(), port).await;
    assert!(again.is_ok());
}
