//! Limits: how long a body may be and take, how many requests at once, and that all is given back.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::harness::{Expected, Running, is_problem, problem};

/// So short that a test does not wait, so long that no machine misses it by itself.
const SHORT: Duration = Duration::from_millis(200);

/// Sends the beginning of a request that never ends.
async fn begin(running: &Running, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&running.address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// Begins a validation of which a chunk has come and more is to come. It is being served: the
/// service has asked for the body.
async fn begin_validation(running: &Running) -> TcpStream {
    let head = "POST /v1/validate?schema=people HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut stream = begin(running, head).await;
    let mut consent = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
    stream.read_exact(&mut consent).await.unwrap();
    assert!(consent.starts_with(b"HTTP/1.1 100 "));
    stream.write_all(b"8\r\nid,name\n\r\n").await.unwrap();
    stream
}

/// Reads one answer, as far as it comes in one piece.
async fn answer_of(mut stream: TcpStream) -> String {
    let mut answer = vec![0; 4096];
    let n_bytes = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..n_bytes]).into_owned()
}

#[tokio::test]
async fn a_body_may_be_so_long() {
    let running = Running::start_with(
        |_| {},
        |limits| {
            limits.csv.bytes_max = 1000;
            limits.json.bytes_max = 1000;
        },
    )
    .await;
    let csv = |bytes: usize| format!("id,name\n1,{}\n", "a".repeat(bytes - 11));
    let too_large = Expected {
        status: 413,
        code: "body-too-large",
        says: "1000 bytes",
    };
    let whole = running
        .validate("schema=people", csv(1000))
        .send()
        .await
        .unwrap();
    assert_eq!(whole.status(), 200);
    problem(running.validate("schema=people", csv(1001)), &too_large).await;
    problem(running.process(" ".repeat(1001)), &too_large).await;
    // Without an announced length, and far beyond it.
    let pieces = || {
        stream::iter(
            (0..100).map(|_| Ok::<_, std::io::Error>(Bytes::from("id,name\n".repeat(100)))),
        )
    };
    let chunked = running.validate("schema=people", reqwest::Body::wrap_stream(pieces()));
    problem(chunked, &too_large).await;
    let chunked = running
        .post("/v2/process")
        .header("content-type", "application/json");
    problem(
        chunked.body(reqwest::Body::wrap_stream(pieces())),
        &too_large,
    )
    .await;
    running.idle().await;
}

#[tokio::test]
async fn an_announced_length_is_refused_before_it_is_sent() {
    let running = Running::start_with(|_| {}, |limits| limits.csv.bytes_max = 1000).await;
    let head = "POST /v1/validate?schema=people HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\nconnection: close\r\ncontent-length: 1001\r\n\r\n";
    let mut stream = begin(&running, head).await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn a_body_that_pauses_is_given_up() {
    let running = Running::start_with(
        |_| {},
        |limits| {
            limits.csv.idle_max = SHORT;
            limits.json.idle_max = SHORT;
        },
    )
    .await;
    let process = "POST /v2/process HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{";
    let begun = [
        begin_validation(&running).await,
        begin(&running, process).await,
    ];
    for stream in begun {
        // The answer comes although the body does not.
        let answer = answer_of(stream).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("body-too-slow"), "{answer}");
    }
    running.idle().await;
}

#[tokio::test]
async fn a_request_may_take_so_long() {
    let running = Running::start_with(|_| {}, |limits| limits.request_max = SHORT).await;
    // It keeps sending, and never ends.
    let (pieces, body) = mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    let body = stream::unfold(body, |mut body| async {
        let piece = body.recv().await?;
        Some((piece, body))
    });
    let request = running.validate("schema=people", reqwest::Body::wrap_stream(body));
    let answer = tokio::spawn(request.send());
    pieces
        .send(Ok(Bytes::from_static(b"id,name\n")))
        .await
        .unwrap();
    let answer = answer.await.unwrap().unwrap();
    is_problem(
        answer,
        &Expected {
            status: 503,
            code: "timed-out",
            says: "",
        },
        "slow",
    )
    .await;
    running.idle().await;
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing_behind() {
    let running = Running::start().await;
    let mut begun = Vec::new();
    for _ in 0..10 {
        begun.push(begin_validation(&running).await);
    }
    assert_eq!(running.service.in_flight(), 10);
    drop(begun);
    running.idle().await;
    let answer = running
        .validate("schema=people", "id,name\n1,a\n")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn more_than_it_can_serve_is_told_to_come_again() {
    let running = Running::start_with(|_| {}, |limits| limits.requests_max = 2).await;
    let begun = [
        begin_validation(&running).await,
        begin_validation(&running).await,
    ];
    let overloaded = Expected {
        status: 503,
        code: "overloaded",
        says: "try again",
    };
    let answer = running.process("{}").send().await.unwrap();
    assert_eq!(answer.headers()["retry-after"], "1");
    is_problem(answer, &overloaded, "third").await;
    assert_eq!(
        running.get("/healthz").send().await.unwrap().status(),
        200,
        "health is always answered"
    );
    drop(begun);
    running.idle().await;
    assert_eq!(running.process("{}").send().await.unwrap().status(), 422);
}

#[tokio::test]
async fn to_stop_is_to_finish_what_is_open() {
    let running = Running::start().await;
    let mut begun = begin_validation(&running).await;
    let address = running.address.clone();
    let stopped = tokio::spawn(running.stop());
    // Nobody new is let in…
    let refused = async {
        while TcpStream::connect(&address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), refused)
        .await
        .unwrap();
    // …and the request that was open is served.
    begun.write_all(b"4\r\n1,a\n\r\n0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    begun.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains(r#""accepted":1"#), "{answer}");
    stopped.await.unwrap();
}

/// Returns the memory of this process that is resident, in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn thousands_of_requests_leave_nothing_behind() {
    let running = Running::start().await;
    let round = async |n: u32| {
        for n in 0..n {
            let items = format!(r#"{{"items": [{{"value": {n}, "weight": 1}}]}}"#);
            assert_eq!(running.process(items).send().await.unwrap().status(), 200);
            assert_eq!(
                running
                    .process(format!("{{\"f{n}\": 1}}"))
                    .send()
                    .await
                    .unwrap()
                    .status(),
                422
            );
            let csv = format!("id,name\n{n},a\nx{n},b\n");
            assert_eq!(
                running
                    .validate("schema=people", csv)
                    .send()
                    .await
                    .unwrap()
                    .status(),
                200
            );
            let unknown = running
                .validate(&format!("schema=s{n}"), "")
                .send()
                .await
                .unwrap();
            assert_eq!(unknown.status(), 404);
        }
    };
    // Other tests of this process take memory too, but not during every round.
    let mut grown_least = u64::MAX;
    for _ in 0..6 {
        let before = resident_kib();
        round(100).await;
        grown_least = grown_least.min(resident_kib().saturating_sub(before));
    }
    running.idle().await;
    assert_eq!(running.service.app().schemas().len(), 1);
    assert!(grown_least < 3 * 1024, "grew by {grown_least} KiB");
}
