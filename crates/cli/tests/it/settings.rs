//! Settings from every source, and what is said of them.

use crate::bench::Bench;

const FILE: &str = "[landing]\npart_size = \"8MiB\"\nconcurrency = 3\n[limits]\nmax_rejects = 7\n";

/// Returns a setting's row of `config show`, without the alignment.
#[track_caller]
fn row(shown: &str, key: &str) -> String {
    let row = shown
        .lines()
        .find(|line| line.split_whitespace().next() == Some(key));
    row.unwrap_or_else(|| panic!("no `{key}` in:\n{shown}"))
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn every_value_tells_where_it_comes_from() {
    let bench = Bench::new().env("ROWGATE_LANDING__CONCURRENCY", "5");
    bench.write("rowgate.toml", FILE);
    let shown = bench
        .run("config show --max-rejects 1% --part-size 16MiB --allow-empty")
        .good()
        .stdout;
    assert_eq!(
        row(&shown, "limits.max_rejects"),
        "limits.max_rejects 1% flag --max-rejects"
    );
    assert_eq!(
        row(&shown, "limits.allow_empty"),
        "limits.allow_empty true flag --allow-empty"
    );
    assert_eq!(
        row(&shown, "landing.part_size"),
        "landing.part_size 16MiB flag --part-size"
    );
    assert_eq!(
        row(&shown, "landing.concurrency"),
        "landing.concurrency 5 environment ROWGATE_LANDING__CONCURRENCY"
    );
    assert_eq!(
        row(&shown, "limits.error_samples"),
        "limits.error_samples 100 default"
    );
    let shown = bench
        .run("config show --concurrency 2 --log-format json -vv")
        .good()
        .stdout;
    assert_eq!(
        row(&shown, "landing.part_size"),
        "landing.part_size 8MiB file rowgate.toml"
    );
    assert_eq!(
        row(&shown, "landing.concurrency"),
        "landing.concurrency 2 flag --concurrency"
    );
    assert_eq!(
        row(&shown, "log.format"),
        "log.format json flag --log-format"
    );
    assert_eq!(row(&shown, "log.level"), "log.level debug flag -vv");
}

#[test]
fn another_file_is_read_if_it_is_named() {
    let bench = Bench::new();
    bench.write("rowgate.toml", FILE);
    bench.write("other.toml", "[landing]\nconcurrency = 9\n");
    let shown = bench.run("config show --config other.toml").good().stdout;
    assert_eq!(
        row(&shown, "landing.concurrency"),
        "landing.concurrency 9 file other.toml"
    );
    assert_eq!(
        row(&shown, "landing.part_size"),
        "landing.part_size 6MiB default"
    );
    bench
        .run("config show --config none.toml")
        .error(2, &["none.toml"]);
}

#[test]
fn secrets_are_masked() {
    let bench = Bench::new().env("ROWGATE_SERVER__AUTH_TOKEN", "hush-hush");
    for line in ["config show", "config show --format json"] {
        let ran = bench.run(line).good();
        assert!(ran.stdout.contains("server.auth_token"), "{}", ran.stdout);
        assert!(!ran.stdout.contains("hush"), "{}", ran.stdout);
    }
    let json = bench.run("config show --format json").good().json();
    let rows = json.as_array().unwrap();
    let token = rows
        .iter()
        .find(|row| row["key"] == "server.auth_token")
        .unwrap();
    assert_eq!(
        token["origin"]["name"], "ROWGATE_SERVER__AUTH_TOKEN",
        "{token}"
    );
}

#[test]
fn what_no_setting_knows_is_an_error_that_names_the_nearest() {
    let bench = Bench::new();
    bench.write("rowgate.toml", "[landing]\nparts_size = 1\n");
    bench
        .run("config show")
        .error(2, &["landing.parts_size", "`landing.part_size`"]);
    bench
        .run("count good.csv")
        .error(2, &["`landing.part_size`"]);
    bench.run("explain type-error").good();
    let bench = Bench::new().env("ROWGATE_LANDING__PARTSIZE", "1");
    bench.run("config show").error(
        2,
        &["ROWGATE_LANDING__PARTSIZE", "ROWGATE_LANDING__PART_SIZE"],
    );
}

#[test]
fn a_value_out_of_range_is_an_error_that_says_whose() {
    let bench = Bench::new();
    let line = "ingest good.csv --schema schema.json --to out.csv";
    bench
        .run(&format!("{line} --part-size 1MiB"))
        .error(2, &["--part-size", "5MiB"]);
    bench
        .run(&format!("{line} --part-size big"))
        .error(2, &["--part-size"]);
    bench
        .run(&format!("{line} --concurrency 0"))
        .error(2, &["--concurrency", "1 to 64"]);
    bench
        .run(&format!("{line} --concurrency many"))
        .error(2, &["--concurrency"]);
    assert!(bench.files().is_empty());
    bench.write("rowgate.toml", "[limits]\nmax_rejects = \"some\"\n");
    bench
        .run(line)
        .error(2, &["limits.max_rejects", "rowgate.toml"]);
}

#[test]
fn settings_of_the_file_are_in_force() {
    let bench = Bench::new();
    bench.write(
        "rowgate.toml",
        "[limits]\nmax_rejects = 4\nerror_samples = 1\n",
    );
    let line = "ingest mixed.csv --schema schema.json --to out.csv";
    bench.run(line).expect(1);
    let report = bench.json("out.csv.report.json");
    assert_eq!(report["errors"]["samples"].as_array().unwrap().len(), 1);
    bench.run(&format!("{line} --max-rejects 5")).good();
}

#[test]
fn commands_without_settings_refuse_flags_that_they_would_ignore() {
    let bench = Bench::new();
    bench
        .run("explain --config rowgate.toml")
        .error(2, &["--config"]);
    bench.run("man -v").error(2, &["--verbose"]);
    bench
        .run("completions bash --log-format json")
        .error(2, &["--log-format"]);
}

#[test]
fn a_failure_is_logged_for_programs_and_told_to_people_once() {
    let bench = Bench::new();
    let line = "ingest none.csv --schema schema.json --to out.csv";
    let ran = bench.run(line).error(3, &[]);
    assert_eq!(
        ran.stderr.matches("could not open the source").count(),
        1,
        "{}",
        ran.stderr
    );
    let ran = bench.run(&format!("{line} --log-format json")).expect(3);
    let (logged, told): (Vec<&str>, Vec<&str>) =
        ran.stderr.lines().partition(|line| line.starts_with('{'));
    let logged: serde_json::Value = serde_json::from_str(logged[0]).unwrap();
    assert_eq!(logged["event"], "run_failed");
    assert_eq!(logged["error_class"], "caller");
    assert!(
        logged["exception"].as_str().unwrap().contains("none.csv"),
        "{logged}"
    );
    assert!(told[0].starts_with("error: "), "{}", ran.stderr);
}
