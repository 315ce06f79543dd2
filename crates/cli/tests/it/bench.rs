//! A folder with the program in it, so to speak: nothing of this machine's environment gets in.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Three columns, of which the first is required and unique.
pub(crate) const SCHEMA: &str = r#"{"fields": [
    {"name": "id", "type": "integer", "constraints": {"required": true, "unique": true}},
    {"name": "name", "type": "string"},
    {"name": "amount", "type": "number"}
]}"#;

/// Three good records.
pub(crate) const GOOD: &str = "id,name,amount\n1,ann,1.50\n2,\"b, c\",2\n3,dee,\n";

/// Good ones, and one of each kind of bad record that can be mended.
pub(crate) const MIXED: &str = "id,name,amount\n\
    1,ann,1.50\n\
    x,bob,2\n\
    3,cy,3,4\n\
    \n\
    5,\"dee\" e,5\n\
    6,eve,six\n\
    7,fay,7\n";

/// A folder, and an environment for what runs in it.
pub(crate) struct Bench {
    folder: TempDir,
    home: TempDir,
    env: Vec<(String, String)>,
}

/// A program that ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Bench {
    /// Makes a folder with `schema.json`, `good.csv` and `mixed.csv`.
    pub(crate) fn new() -> Self {
        let bench = Self {
            folder: tempfile::tempdir().unwrap(),
            home: tempfile::tempdir().unwrap(),
            env: Vec::new(),
        };
        bench.write("schema.json", SCHEMA);
        bench.write("good.csv", GOOD);
        bench.write("mixed.csv", MIXED);
        bench
    }

    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path().join(name), content).unwrap();
    }

    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        let path = self.path().join(name);
        fs::read_to_string(&path).unwrap_or_else(|err| panic!("{}: {err}", path.display()))
    }

    #[track_caller]
    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    /// Returns the names of all files but those that every bench begins with.
    pub(crate) fn files(&self) -> Vec<String> {
        let begun_with = ["schema.json", "good.csv", "mixed.csv"];
        let names = fs::read_dir(self.path()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names
            .filter(|name| !begun_with.contains(&name.as_str()))
            .collect();
        names.sort();
        names
    }

    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: &[A]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rowgate"));
        command
            .args(args)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.home.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command line, whose words are apart by blanks.
    pub(crate) fn run(&self, line: &str) -> Ran {
        let words: Vec<_> = line.split_whitespace().collect();
        Ran::of(self.command(&words).output().unwrap())
    }

    /// Runs it with something on standard input.
    pub(crate) fn run_with(&self, line: &str, stdin: impl AsRef<[u8]>) -> Ran {
        let words: Vec<_> = line.split_whitespace().collect();
        let mut child = self.command(&words).stdin(Stdio::piped()).spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        // A program that does not read all of it says why when it ends.
        let _written = pipe.write_all(stdin.as_ref());
        drop(pipe);
        Ran::of(child.wait_with_output().unwrap())
    }

    pub(crate) fn spawn(&self, line: &str) -> Child {
        let words: Vec<_> = line.split_whitespace().collect();
        self.command(&words).spawn().unwrap()
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// Checks that it succeeded, and that there was nothing to complain about.
    #[track_caller]
    pub(crate) fn good(self) -> Self {
        let ran = self.expect(0);
        assert_eq!(ran.stderr, "");
        ran
    }

    /// Checks that it failed with an error that says all of this.
    #[track_caller]
    pub(crate) fn error(self, code: i32, said: &[&str]) -> Self {
        let ran = self.expect(code);
        let is_told = ran.stderr.lines().any(|line| line.starts_with("error: "));
        assert!(is_told, "{}", ran.stderr);
        for words in said {
            assert!(
                ran.stderr.contains(words),
                "`{words}` is not in:\n{}",
                ran.stderr
            );
        }
        ran
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|err| panic!("{err}:\n{}\nstderr:\n{}", self.stdout, self.stderr))
    }
}

/// Makes a source of so many records, each from its number.
pub(crate) fn source_of(n_records: u32, record: impl Fn(u32) -> String) -> String {
    let mut lines = vec!["id,name,amount".to_owned()];
    lines.extend((1..=n_records).map(record));
    lines.join("\n") + "\n"
}

/// Checks a report's accounts, and returns read, accepted and rejected records.
#[track_caller]
pub(crate) fn balanced(report: &Value) -> (u64, u64, u64) {
    let number = |pointer: &str| report.pointer(pointer).and_then(Value::as_u64).unwrap();
    let records = ["/records/read", "/records/accepted", "/records/rejected"].map(number);
    assert_eq!(records[0], records[1] + records[2], "{report:#}");
    let bytes = ["/bytes/accepted", "/bytes/rejected", "/bytes/overhead"].map(number);
    assert_eq!(
        number("/bytes/read"),
        bytes.iter().sum::<u64>(),
        "{report:#}"
    );
    // Bytes are those of the text; only a source that is stored as such has as many.
    let is_text =
        report["source"]["compression"] == "none" && report["source"]["encoding"] == "utf-8";
    if report["complete"] == true && is_text {
        assert_eq!(number("/source/bytes"), number("/bytes/read"), "{report:#}");
    }
    let by_code = report["errors"]["by_code"].as_object().unwrap();
    let by_code: u64 = by_code.values().filter_map(Value::as_u64).sum();
    assert_eq!(number("/errors/total"), by_code, "{report:#}");
    let [read, accepted, rejected] = records;
    (read, accepted, rejected)
}
