//! The published surface: a change to it is seen in review.

use crate::bench::Bench;

const COMMANDS: [&str; 16] = [
    "",
    "ingest",
    "validate",
    "count",
    "infer",
    "schema",
    "schema check",
    "schema patch",
    "uploads",
    "uploads list",
    "uploads abort",
    "explain",
    "config",
    "config show",
    "completions",
    "man",
];

#[test]
fn the_help_is_as_published() {
    let bench = Bench::new();
    let help = COMMANDS.map(|command| {
        let ran = bench.run(&format!("{command} --help")).good();
        format!("$ rowgate {command} --help\n{}", ran.stdout)
    });
    insta::assert_snapshot!("help", help.join("\n"));
    let version = bench.run("--version").good().stdout;
    assert_eq!(version, format!("rowgate {}\n", env!("CARGO_PKG_VERSION")));
    bench.run("").expect(2);
}

/// Every flag that the help names stands in a test beside this one: none is listed and never tried.
#[test]
fn every_flag_is_tried_by_some_test() {
    let tests = [
        include_str!("block.rs"),
        include_str!("commands.rs"),
        include_str!("infer.rs"),
        include_str!("ingest.rs"),
        include_str!("keys.rs"),
        include_str!("refusals.rs"),
        include_str!("reports.rs"),
        include_str!("s3.rs"),
        include_str!("settings.rs"),
        include_str!("streams.rs"),
    ]
    .concat();
    let bench = Bench::new();
    for command in COMMANDS {
        let help = bench.run(&format!("{command} --help")).good().stdout;
        let words = help.split(|c: char| c.is_whitespace() || ",`=[]".contains(c));
        for flag in words.filter(|word| word.starts_with("--") && word.len() > 2) {
            let flag = flag.trim_end_matches(['.', ';', ':']);
            assert!(
                flag == "--help" || flag == "--version" || tests.contains(flag),
                "{command} {flag}"
            );
        }
    }
}
