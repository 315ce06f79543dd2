use std::fs;

use rowgate_core::ErrorKind;
use secrecy::ExposeSecret as _;
use tempfile::TempDir;

use super::*;

/// A folder with a settings file, and what is set besides.
struct Case {
    folder: TempDir,
    sources: Sources,
}

fn case(toml: &str) -> Case {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(CONFIG_FILE), toml).unwrap();
    let sources = Sources {
        front_end: FrontEnd::CommandLine,
        config: None,
        folder: folder.path().to_owned(),
        environment: Vec::new(),
        flags: Vec::new(),
    };
    Case { folder, sources }
}

impl Case {
    fn variable(mut self, name: &str, value: &str) -> Self {
        self.sources.environment.push((name.into(), value.into()));
        self
    }

    fn flag(mut self, key: &'static str, value: &str, flag: &'static str) -> Self {
        let value = value.to_owned();
        self.sources.flags.push(Override { key, value, flag });
        self
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(CONFIG_FILE)
    }

    #[track_caller]
    fn loaded(self) -> Loaded {
        Settings::load(self.sources)
            .map_err(|err| err.chain())
            .unwrap()
    }

    /// Loads it, and compares the message; `FILE` stands for the settings file.
    #[track_caller]
    fn refused(self, expected: &str) {
        let path = self.path().display().to_string();
        let err = Settings::load(self.sources).unwrap_err();
        assert_eq!(err.kind(), ErrorKind::Settings);
        assert_eq!(err.chain().replace(&path, "FILE"), expected);
    }
}

#[track_caller]
fn check_shown(loaded: &Loaded, key: &str, value: Option<&str>, origin: &Origin) {
    let table = loaded.table();
    let shown = table.iter().find(|shown| shown.key == key).unwrap();
    assert_eq!(
        (shown.value.as_deref(), &shown.origin),
        (value, origin),
        "{key}"
    );
}

#[test]
fn the_later_layer_wins() {
    let case = case("[limits]\nmax_rejects = 1\n[landing]\npart_size = '7MiB'\nconcurrency = 2\n")
        .variable("ROWGATE_LANDING__PART_SIZE", "8MiB")
        .variable("ROWGATE_LANDING__CONCURRENCY", "3")
        .variable("PATH", "not ours")
        .flag("landing.concurrency", "5", "--concurrency")
        .flag("landing.concurrency", "6", "--concurrency");
    let path = case.path();
    let loaded = case.loaded();
    check_shown(
        &loaded,
        "limits.max_rejects",
        Some("1"),
        &Origin::File(path),
    );
    let variable = Origin::Environment("ROWGATE_LANDING__PART_SIZE".to_owned());
    check_shown(&loaded, "landing.part_size", Some("8MiB"), &variable);
    check_shown(
        &loaded,
        "landing.concurrency",
        Some("6"),
        &Origin::Flag("--concurrency"),
    );
    check_shown(&loaded, "landing.memory", Some("24MiB"), &Origin::Default);
    check_shown(&loaded, "s3.region", None, &Origin::Default);
    assert_eq!(loaded.settings.limits.max_rejects.as_deref(), Some("1"));
    assert_eq!(loaded.settings.landing.concurrency, 6);
}

#[test]
fn every_setting_can_be_set_by_file_and_by_environment() {
    for spec in SPECS {
        let sample = match spec.key {
            "limits.max_rejects" => "1%",
            "limits.allow_empty" | "limits.strict_quotes" | "rejects.redact" | "s3.path_style" => {
                "true"
            }
            "s3.endpoint_url" => "http://127.0.0.1:9000",
            "s3.checksums" => "required",
            "write.sse" => "aes256",
            "write.kms_key_id" => continue, // It needs another one.
            "write.tags" => "a=b",
            "write.expected_bucket_owner" => "123456789012",
            "write.content_type" => "text/plain",
            "log.format" => "json",
            "log.level" => "trace",
            "server.listen" => "[::1]:80",
            "rejects.format" => "jsonl",
            _ if spec.expected.contains("size") || spec.expected.contains("bytes") => "5MiB",
            _ if spec.expected.starts_with("a whole number") => "17",
            _ => "text",
        };
        let shown = if spec.is_secret { "********" } else { sample };
        let (section, name) = spec.key.split_once('.').unwrap();
        let in_file = case(&format!("[{section}]\n{name} = '{sample}'\n"));
        let origin = Origin::File(in_file.path());
        check_shown(&in_file.loaded(), spec.key, Some(shown), &origin);
        let in_environment = case("").variable(&spec.variable(), sample);
        let origin = Origin::Environment(spec.variable());
        check_shown(&in_environment.loaded(), spec.key, Some(shown), &origin);
    }
}

#[test]
fn the_defaults_are_what_their_own_checks_allow() {
    let mut settings = Settings::default();
    for spec in SPECS.iter().filter(|spec| !spec.is_secret) {
        if let Some(default) = (spec.show)(&Settings::default()) {
            assert!((spec.set)(&mut settings, &default), "{}", spec.key);
        }
    }
}

#[test]
fn logs_default_to_json_where_no_one_watches() {
    let mut case = case("[log]\nlevel = 'error'\n");
    case.sources.front_end = FrontEnd::Service;
    let loaded = case.loaded();
    check_shown(&loaded, "log.format", Some("json"), &Origin::Default);
    assert_eq!(loaded.settings.log.level, LogLevel::Error);
    assert_eq!(
        Settings::of(FrontEnd::CommandLine).log.format,
        LogFormat::Human
    );
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest() {
    case("[limits]\nmax_reject = 1\n").refused(
        "unknown setting `limits.max_reject` in the file FILE: the nearest known one is `limits.max_rejects`",
    );
    case("region = 'eu'\n")
        .refused("unknown setting `region` in the file FILE: the nearest known one is `s3.region`");
    case("[servr]\n").refused(
        "unknown setting `servr` in the file FILE: the nearest known one is `server.schema_cache`",
    );
    case("[landing]\nmax_rejects = 1\n").refused(
        "unknown setting `landing.max_rejects` in the file FILE: the nearest known one is `limits.max_rejects`",
    );
    case("").variable("ROWGATE_S3__REGIO", "x").refused(
        "unknown variable `ROWGATE_S3__REGIO`: the nearest known one is `ROWGATE_S3__REGION`",
    );
    case("")
        .variable("ROWGATE_CONFG", "x")
        .refused("unknown variable `ROWGATE_CONFG`: the nearest known one is `ROWGATE_CONFIG`");
}

#[test]
fn a_wrong_value_says_which_where_and_what_is_expected() {
    case("[limits]\nmax_rejects = 'many'\n").refused(
        "`limits.max_rejects` in `FILE` is `many`: expected a count such as `12`, or a percentage from `0%` to `100%` such as `0.5%`",
    );
    case("")
        .variable("ROWGATE_LANDING__CONCURRENCY", "65")
        .refused("`ROWGATE_LANDING__CONCURRENCY` is `65`: expected a whole number from 1 to 64");
    case("")
        .flag("landing.part_size", "4MiB", "--part-size")
        .refused("`--part-size` is `4MiB`: expected a size from `5MiB` to `5GiB`");
    case("")
        .variable("ROWGATE_S3__REGION", "")
        .refused("`ROWGATE_S3__REGION` is empty: expected text");
    case("[limits]\nallow_empty = 1\n")
        .refused("`limits.allow_empty` in `FILE` is `1`: expected `true` or `false`");
    case("[s3]\nregion = 5\n")
        .refused("`s3.region` in `FILE` is `5` without quotes: expected text");
    case("[s3.region]\nname = 'x'\n").refused("`s3.region` in `FILE` is a table: expected text");
    case("s3 = 'x'\n").refused("`s3` in the file FILE is a section: write `[s3]`");
    case("[s3]\nendpoint_url = 'https://user:pass@host'\n").refused(
        "`s3.endpoint_url` in `FILE` is not usable: expected a URL that begins with `http://` or `https://` and holds no credentials",
    );
    case("[write]\nkms_key_id = 'k'\n")
        .refused("`write.kms_key_id` is set, and `write.sse` is not `kms`");
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    case("[limits]\nmax_reject = 1\n").variable("ROWGATE_S3__ATTEMPTS", "0").refused(
        "2 settings are wrong: unknown setting `limits.max_reject` in the file FILE: the nearest known one is `limits.max_rejects`; `ROWGATE_S3__ATTEMPTS` is `0`: expected a whole number from 1 to 20",
    );
}

#[test]
fn tags_are_a_table_or_text() {
    let toml = "[write.tags]\nteam = 'data'\n'a.b' = 'c'\n";
    let pairs = |loaded: &Loaded| {
        loaded
            .settings
            .write
            .tags
            .clone()
            .map(|tags| tags.pairs().to_vec())
    };
    let of = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let by_table = case(toml).loaded();
    assert_eq!(
        pairs(&by_table),
        Some(vec![of("a.b", "c"), of("team", "data")])
    );
    let by_text = case(toml).variable("ROWGATE_WRITE__TAGS", "x=y").loaded();
    assert_eq!(
        pairs(&by_text),
        Some(vec![of("x", "y")]),
        "a layer replaces all tags"
    );
    case("[write.tags]\na = 1\n").refused(
        "`write.tags` in `FILE` is a table: expected at most 10 tags, as a table or as text such as `team=data,tier=gold`",
    );
}

#[test]
fn a_secret_is_read_and_never_shown() {
    let case = case("").variable("ROWGATE_SERVER__AUTH_TOKEN", "hunter2");
    assert!(!format!("{:?}", case.sources).contains("hunter2"));
    let loaded = case.loaded();
    let token = loaded.settings.server.auth_token.as_ref().unwrap();
    assert_eq!(token.expose_secret(), "hunter2");
    assert!(!format!("{loaded:?}").contains("hunter2"));
    let table = serde_json::to_string(&loaded.table()).unwrap();
    assert!(!table.contains("hunter2"), "{table}");
    let shown = r#"{"key":"server.auth_token","value":"********","origin":{"from":"environment","name":"ROWGATE_SERVER__AUTH_TOKEN"}}"#;
    assert!(table.contains(shown), "{table}");
}

#[test]
fn a_secret_is_in_no_message() {
    #[track_caller]
    fn check(toml: &str) {
        let err = Settings::load(case(toml).sources).unwrap_err();
        assert!(!err.chain().contains("48151623"), "{}", err.chain());
        assert!(!format!("{err:?}").contains("48151623"), "{err:?}");
    }
    check("[server]\nauth_token = 48151623\n");
    check("[server]\nauth_token = 48151623.5\n");
    check("[server]\nauth_token = hunter48151623\n");
    check("[server]\nauth_token = ['48151623']\n");
    check("[server]\nauth_token = 'hunter48151623\n");
}

#[test]
fn the_file_is_the_one_that_is_named() {
    let other = case("[s3]\nregion = 'other'\n");
    let third = case("[s3]\nregion = 'third'\n");
    let usual = || case("[s3]\nregion = 'usual'\n");
    let region = |loaded: Loaded| loaded.settings.s3.region;
    assert_eq!(region(usual().loaded()).as_deref(), Some("usual"));
    let by_variable = usual().variable(CONFIG_VARIABLE, other.path().to_str().unwrap());
    assert_eq!(region(by_variable.loaded()).as_deref(), Some("other"));
    let mut by_flag = usual().variable(CONFIG_VARIABLE, other.path().to_str().unwrap());
    by_flag.sources.config = Some(third.path());
    assert_eq!(region(by_flag.loaded()).as_deref(), Some("third"));
}

#[test]
fn a_file_that_is_named_must_be_readable() {
    let none = case("");
    fs::remove_file(none.path()).unwrap();
    assert_eq!(none.loaded().table().len(), SPECS.len());
    let mut missing = case("");
    missing.sources.config = Some("nowhere.toml".into());
    missing.refused(
        "could not read the settings file `nowhere.toml`: No such file or directory (os error 2)",
    );
    case("[s3\n").refused(
        "could not read the settings file `FILE`: TOML parse error at line 1, column 4: unclosed table, expected `]`",
    );
    let folder = case("");
    fs::remove_file(folder.path()).unwrap();
    fs::create_dir(folder.path()).unwrap();
    folder.refused("could not read the settings file `FILE`: Is a directory (os error 21)");
}

#[test]
fn a_flag_that_sets_nothing_is_our_bug() {
    let err = Settings::load(case("").flag("no.such", "1", "--no-such").sources).unwrap_err();
    assert_eq!(err.kind(), ErrorKind::Bug);
}
