//! The two failures that rowgate grew from, replayed: then and now.
//!
//! It needs no account: S3 and Lambda are played by the testkit, on the loopback interface. The
//! programs are the real ones, and are looked for beside this one. Whatever is not as it claims ends
//! it with an error.
#![expect(clippy::print_stdout, reason = "a demonstration is what it prints")]

mod parts;
mod program;
mod service;

use std::process::ExitCode;

use anyhow::{Result, ensure};
use rowgate_testkit::mem_s3::MemS3Server;

#[tokio::main]
async fn main() -> ExitCode {
    let shown = match std::env::args().nth(1).as_deref() {
        Some(service::THEN) => service::then(),
        Some(_) | None => demonstrate().await,
    };
    match shown {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            println!("\nNOT AS CLAIMED: {err:#}");
            ExitCode::FAILURE
        }
    }
}

async fn demonstrate() -> Result<()> {
    let s3 = MemS3Server::start().await?;
    println!("Two failures in production, then and now.");
    println!(
        "S3 is in memory, at {}; nothing leaves this machine.",
        s3.endpoint()
    );

    title("1. Parts that leak from one upload into the next");
    parts::then(&s3).await?;
    parts::now(&s3).await?;

    title("2. The service without types");
    service::then_apart().await?;
    service::now().await?;

    let n_open = s3.store().open_uploads();
    println!("\nopen uploads: {n_open}");
    ensure!(n_open == 0, "{n_open} uploads were left open");
    Ok(())
}

fn title(text: &str) {
    println!("\n{text}\n{}", "=".repeat(text.len()));
}

/// Says which of the two is shown.
fn act(name: &str, what: &str) {
    println!("\n{name}  {what}");
}
