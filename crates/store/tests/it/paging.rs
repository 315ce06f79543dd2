//! Listings that come in pages: a server that says what the test wants, page by page.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use rowgate_core::store::{OpenUpload, UploadLister as _};
use rowgate_store::s3::{S3Client, S3Store, S3WriteSettings};
use tokio::net::TcpListener;

use crate::steps::{BUCKET, settings};

/// Answers both listings in two pages each.
fn answer(query: &str) -> String {
    let part = |number: u32, size: u32| {
        format!("<Part><PartNumber>{number}</PartNumber><Size>{size}</Size></Part>")
    };
    let upload = |key: &str, at: &str| {
        format!(
            "<Upload><Key>{key}</Key><UploadId>id-{key}</UploadId><Initiated>{at}</Initiated></Upload>"
        )
    };
    if query.contains("uploadId=id-b") {
        return "<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>".to_owned();
    }
    if query.contains("part-number-marker=1") {
        let part = part(2, 7);
        return format!(
            "<ListPartsResult><IsTruncated>false</IsTruncated>{part}</ListPartsResult>"
        );
    }
    if query.contains("uploadId=id-a") {
        let part = part(1, 5);
        return format!(
            "<ListPartsResult><IsTruncated>true</IsTruncated>\
             <NextPartNumberMarker>1</NextPartNumberMarker>{part}</ListPartsResult>"
        );
    }
    if query.contains("key-marker=a") && query.contains("upload-id-marker=id-a") {
        let upload = upload("b", "2026-11-21T00:00:00.000Z");
        return format!(
            "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>{upload}\
             </ListMultipartUploadsResult>"
        );
    }
    let upload = upload("a", "2026-11-22T00:00:00.000Z");
    format!(
        "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated>\
         <NextKeyMarker>a</NextKeyMarker><NextUploadIdMarker>id-a</NextUploadIdMarker>{upload}\
         </ListMultipartUploadsResult>"
    )
}

async fn serve(listener: TcpListener) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let service = service_fn(|request: Request<Incoming>| async move {
            let body = answer(request.uri().query().unwrap_or_default());
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(body))))
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

#[tokio::test]
async fn every_page_of_a_listing_is_read() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(serve(listener));
    let client = S3Client::connect(&settings(endpoint, "k", "s"))
        .await
        .unwrap();
    let store = S3Store::new(client, BUCKET, S3WriteSettings::default());

    let upload = |key: &str, started_at_s, bytes| OpenUpload {
        key: key.to_owned(),
        id: format!("id-{key}"),
        started_at_s,
        bytes,
    };
    let listed = store.open_uploads("").await.unwrap();
    let expected = [
        upload("b", 1_795_219_200, 0),
        upload("a", 1_795_305_600, 12),
    ];
    assert_eq!(listed, expected, "both pages, oldest first");
    server.abort();
}
