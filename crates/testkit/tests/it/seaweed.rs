//! SeaweedFS, where it is installed.

use std::net::TcpStream;

use rowgate_testkit::seaweed::{Seaweed, SeaweedError};

#[tokio::test]
async fn it_starts_answers_and_is_gone_afterwards() {
    let server = match Seaweed::start().await {
        Ok(server) => server,
        Err(err @ SeaweedError::NotInstalled) => {
            eprintln!("not run: {err}");
            return;
        }
        Err(err) => panic!("{err}"),
    };
    let endpoint = server.endpoint();
    let address = endpoint.strip_prefix("http://").unwrap().to_owned();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let unsigned = client.get(format!("{endpoint}/{}", server.bucket()));
    assert_eq!(unsigned.send().await.unwrap().status(), 403);
    drop(server);
    assert!(
        TcpStream::connect(address).is_err(),
        "its port is free again"
    );
}
