//! Objects that change, and bodies that break, while they are read.

use bytes::Bytes;
use hyper::Method;
use rowgate_core::store::{Chunks as _, FaultKind, Source as _};
use rowgate_store::s3::S3Source;
use rowgate_testkit::faults::{Fault, Rule};
use rowgate_testkit::mem_s3::{MemS3Server, Operation};

use crate::steps::{BUCKET, client, read_all, server};

const KEY: &str = "in.csv";
const MIB: usize = 1024 * 1024;

fn body(seed: u8) -> Bytes {
    (0..=250)
        .map(|byte: u8| byte ^ seed)
        .cycle()
        .take(MIB)
        .collect()
}

async fn open(server: &MemS3Server) -> S3Source {
    let client = client(server).await;
    S3Source::open(&client, BUCKET, KEY, None).await.unwrap()
}

/// Breaks bodies off after some bytes, a number of times.
fn break_off(server: &MemS3Server, after_bytes: u64, times: usize) {
    let fault = Fault::TruncateBody { after_bytes };
    server
        .faults()
        .add(Rule::new(Method::GET, fault).times(times));
}

#[tokio::test]
async fn a_body_that_breaks_is_resumed_where_it_broke() {
    let server = server().await;
    server.store().put(BUCKET, KEY, body(0));
    break_off(&server, 200_000, 3);
    let source = open(&server).await;
    assert!(read_all(&source).await.unwrap() == body(0), "byte for byte");
    assert_eq!(server.faults().unspent(), 0);
    let gets: Vec<_> = server
        .store()
        .requests()
        .into_iter()
        .filter(|r| r.operation == Operation::GetObject)
        .collect();
    assert_eq!(gets.len(), 4);
    let tag = source.identity().version.clone().unwrap();
    for get in gets {
        assert!(
            get.if_match.is_some_and(|given| given.contains(&tag)),
            "the same version"
        );
    }
}

#[tokio::test]
async fn a_body_that_breaks_without_progress_is_given_up() {
    let server = server().await;
    server.store().put(BUCKET, KEY, body(0));
    break_off(&server, 10, 9);
    let fault = read_all(&open(&server).await).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Unavailable);
    assert!(
        fault.to_string().contains("broke off at byte 30"),
        "{fault}"
    );
}

#[tokio::test]
async fn an_object_that_is_replaced_while_it_is_read_is_never_mixed() {
    let server = server().await;
    server.store().put(BUCKET, KEY, body(0));
    break_off(&server, 200_000, 1);
    let source = open(&server).await;
    let mut chunks = source.read_from(0).await.unwrap();
    let mut read = chunks.next().await.unwrap().unwrap().to_vec();
    server.store().put(BUCKET, KEY, body(1));
    let fault = loop {
        match chunks.next().await {
            Ok(Some(bytes)) => read.extend(bytes),
            Ok(None) => panic!("the end of something else"),
            Err(fault) => break fault,
        }
    };
    assert_eq!(fault.kind(), FaultKind::Changed);
    assert!(body(0).starts_with(&read), "no byte of the other version");
}

#[tokio::test]
async fn an_offset_past_the_end_is_refused() {
    let server = server().await;
    server.store().put(BUCKET, KEY, "id\n");
    let source = open(&server).await;
    let fault = source.read_from(4).await.err().unwrap();
    assert_eq!(fault.kind(), FaultKind::Unusable);
    let mut chunks = source.read_from(3).await.unwrap();
    assert_eq!(chunks.next().await.unwrap(), None);
    assert_eq!(chunks.next().await.unwrap(), None, "and stays there");
}
