//! Programs of this build, started as processes that see nothing of the machine's own settings.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use rowgate_testkit::mem_s3::MemS3Server;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};

/// A program that is to be started.
pub(crate) struct Program {
    command: Command,
    folder: TempDir,
}

/// A program that runs. It is killed when it is dropped.
pub(crate) struct Running {
    pub(crate) process: Child,
    pub(crate) log: Log,
    _folder: TempDir,
}

/// What a program has written so far, standard output and standard error alike.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Program {
    /// Finds a program where the build has put it: beside this one.
    pub(crate) fn beside_us(name: &str) -> Result<Self> {
        let us = std::env::current_exe()?;
        let path: PathBuf = us.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        ensure!(
            path.exists(),
            "`{}` is not built: use `cargo xtask demo`",
            path.display()
        );
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(path);
        command
            .env_clear()
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Ok(Self { command, folder })
    }

    /// Points it at a store.
    pub(crate) fn with_s3(self, s3: &MemS3Server) -> Self {
        self.env("AWS_ENDPOINT_URL_S3", &s3.endpoint())
            .env("AWS_ACCESS_KEY_ID", s3.access_key())
            .env("AWS_SECRET_ACCESS_KEY", s3.secret_key())
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn start(mut self) -> Result<Running> {
        let mut process = self.command.spawn().context("it could not be started")?;
        let log = Log::default();
        if let Some(out) = process.stdout.take() {
            tokio::spawn(log.clone().fill(out));
        }
        if let Some(err) = process.stderr.take() {
            tokio::spawn(log.clone().fill(err));
        }
        Ok(Running {
            process,
            log,
            _folder: self.folder,
        })
    }
}

impl Log {
    async fn fill(self, stream: impl AsyncRead + Unpin) {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(line);
        }
    }

    /// Returns all of it.
    pub(crate) fn text(&self) -> String {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .join("\n")
    }

    /// Returns the first line that holds both texts.
    pub(crate) fn find(&self, one: &str, other: &str) -> Option<String> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = lines.iter();
        lines
            .find(|line| line.contains(one) && line.contains(other))
            .cloned()
    }
}

/// Returns the resident memory of a process, in bytes.
pub(crate) fn resident_bytes(pid: u32) -> Result<u64> {
    let kib = if let Ok(status) = std::fs::read_to_string(format!("/proc/{pid}/status")) {
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.unwrap_or_default().replace("kB", "")
    } else {
        // Where there is no /proc, such as on macOS.
        let mut ps = std::process::Command::new("ps");
        let asked = ps.args(["-o", "rss=", "-p", &pid.to_string()]).output()?;
        String::from_utf8(asked.stdout)?
    };
    let kib = kib.trim().parse::<u64>();
    Ok(kib.with_context(|| format!("nobody tells the memory of process {pid}"))? * 1024)
}

/// Writes a number of bytes for people.
pub(crate) fn mib(bytes: u64) -> String {
    format!("{} MiB", bytes / (1024 * 1024))
}
