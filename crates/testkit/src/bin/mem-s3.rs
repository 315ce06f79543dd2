//! Serves the in-memory S3 on the loopback interface, for demonstrations and for looking around.
//!
//! `mem-s3 [--port N] [--bucket NAME]... [--discard]` prints one line of JSON with the endpoint and
//! the keys, and runs until its standard input closes or it is interrupted.

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use rowgate_testkit::faults::FaultPlan;
use rowgate_testkit::mem_s3::{MemS3, MemS3Server};
use tokio::io::AsyncReadExt as _;

const USAGE: &str = "usage: mem-s3 [--port N] [--bucket NAME]... [--discard]";

/// What the command line asks for.
struct Args {
    port: u16,
    buckets: Vec<String>,
    store: MemS3,
}

impl Args {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut parsed = Self {
            port: 0,
            buckets: Vec::new(),
            store: MemS3::new(),
        };
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--port" => parsed.port = args.next().ok_or(USAGE)?.parse()?,
                "--bucket" => parsed.buckets.push(args.next().ok_or(USAGE)?),
                "--discard" => parsed.store = MemS3::discarding(),
                _ => return Err(USAGE.into()),
            }
        }
        Ok(parsed)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            // Where standard error is closed, the exit code still speaks.
            let _written = writeln!(std::io::stderr(), "mem-s3: {err}");
            ExitCode::from(2)
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let args = Args::parse(std::env::args().skip(1))?;
    for bucket in &args.buckets {
        args.store.create_bucket(bucket);
    }
    let server = MemS3Server::serve(args.store, FaultPlan::default(), args.port).await?;
    let ready = serde_json::json!({
        "endpoint": server.endpoint(),
        "access_key": server.access_key(),
        "secret_key": server.secret_key(),
        "buckets": args.buckets,
    });
    let mut out = std::io::stdout();
    writeln!(out, "{ready}")?;
    out.flush()?;
    tokio::select! {
        closed = stdin_closes() => closed?,
        interrupt = tokio::signal::ctrl_c() => interrupt?,
    }
    Ok(())
}

/// Waits for the end of standard input, which comes when whoever started us is gone.
async fn stdin_closes() -> std::io::Result<()> {
    let mut stdin = tokio::io::stdin();
    let mut ignored = [0; 256];
    while stdin.read(&mut ignored).await? > 0 {}
    Ok(())
}
