//! The report in every form, by the built program.

use quick_xml::events::Event;
use serde_json::Value;

use crate::bench::Bench;

/// Labels and values that would be obeyed where they are not escaped.
const HOSTILE: &str = "id,<script>alert(1)</script>,a|b\n\
    1,\"</td><img src=x onerror=alert(1)>\",2\n\
    \"]]>&amp;\",x,\"[link](http://example.org) @all\"\n";
const HOSTILE_SCHEMA: &str = r#"{"fields": [
    {"name": "id", "type": "integer"},
    {"name": "<script>alert(1)</script>", "type": "number"},
    {"name": "a|b", "type": "integer"}
]}"#;

fn hostile() -> Bench {
    let bench = Bench::new();
    bench.write("hostile.csv", HOSTILE);
    bench.write("hostile.json", HOSTILE_SCHEMA);
    bench
}

#[test]
fn an_ingest_writes_every_form_that_is_asked_for() {
    let bench = Bench::new();
    let line = "ingest mixed.csv --schema schema.json --to out.csv --report-format html,junit,sarif,markdown,json";
    bench.run(line).good();
    let written = [
        "out.csv",
        "out.csv.rejects.csv",
        "out.csv.report.html",
        "out.csv.report.json",
        "out.csv.report.junit.xml",
        "out.csv.report.md",
        "out.csv.report.sarif",
    ];
    assert_eq!(bench.files(), written);
    let html = bench.read("out.csv.report.html");
    assert!(html.contains("Landed, with rejects"), "{html}");
    let sarif = bench.json("out.csv.report.sarif");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let report = bench.json("out.csv.report.json");
    assert_eq!(
        results.len(),
        report["errors"]["samples"].as_array().unwrap().len()
    );
    // Another run replaces reports of ours, and nothing else.
    let again = "ingest good.csv --schema schema.json --to out.csv --report-format html";
    std::fs::remove_file(bench.path().join("out.csv")).unwrap();
    bench.run(again).good();
    std::fs::remove_file(bench.path().join("out.csv")).unwrap();
    bench.write("out.csv.report.html", "<html>somebody's own page</html>");
    bench.run(again).error(2, &["`out.csv.report.html` exists"]);
    assert!(!bench.files().contains(&"out.csv".to_owned()));
}

#[test]
fn a_report_of_somebody_else_is_kept() {
    let bench = Bench::new();
    let foreign = [
        (
            "junit",
            "out.csv.report.junit.xml",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"1\" failures=\"0\">\n</testsuites>\n",
        ),
        (
            "sarif",
            "out.csv.report.sarif",
            "{\n  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n  \"version\": \"2.1.0\",\n  \"runs\": []\n}\n",
        ),
        ("markdown", "out.csv.report.md", "# A report\n"),
        (
            "html",
            "out.csv.report.html",
            "<!DOCTYPE html>\n<html></html>\n",
        ),
    ];
    for (format, name, text) in foreign {
        let line =
            format!("ingest good.csv --schema schema.json --to out.csv --report-format {format}");
        bench.write(name, text);
        let exists = format!("`{name}` exists");
        bench.run(&line).error(2, &[&exists]);
        assert_eq!(bench.read(name), text);
        assert_eq!(bench.files(), [name]);
        bench.run(&format!("{line} --overwrite")).good();
        // Now it is ours.
        let _data = std::fs::remove_file(bench.path().join("out.csv"));
        bench.run(&line).good();
        for written in bench.files() {
            std::fs::remove_file(bench.path().join(written)).unwrap();
        }
    }
}

#[test]
fn a_validation_prints_one_form_or_writes_several() {
    let bench = Bench::new();
    let ran = bench.run("validate mixed.csv --schema schema.json --report-format markdown");
    let ran = ran.expect(1);
    assert!(ran.stdout.contains("| rejected | 5 |"), "{}", ran.stdout);
    bench
        .run("validate mixed.csv --schema schema.json --report-format markdown,html")
        .error(2, &["--report"]);
    let line =
        "validate mixed.csv --schema schema.json --report-format sarif,junit --report r.json";
    bench.run(line).expect(1);
    assert_eq!(bench.files(), ["r.junit.xml", "r.sarif"]);
}

#[test]
fn what_stands_in_the_way_is_told_before_anything_is_read() {
    let bench = Bench::new();
    bench.write("r.sarif", "somebody's own");
    let validate =
        "validate mixed.csv --schema schema.json --report-format sarif,junit --report r.json";
    let ran = bench.run(validate);
    assert_eq!(ran.stdout, "");
    ran.error(2, &["`r.sarif` exists"]);
    // A dry run finds what an ingest would find.
    let dry = "ingest good.csv --schema schema.json --to out.csv --report-format html --dry-run";
    for place in [
        "out.csv.rejects.csv",
        "out.csv.report.json",
        "out.csv.report.html",
    ] {
        bench.write(place, "somebody's own");
        let told = format!("`{place}` exists");
        bench.run(dry).error(2, &[&told]);
        std::fs::remove_file(bench.path().join(place)).unwrap();
    }
    bench.run(dry).good();
    assert_eq!(bench.files(), ["r.sarif"]);
}

#[test]
fn a_page_asks_the_network_for_nothing_and_obeys_no_data() {
    let bench = hostile();
    let ran = bench.run("validate hostile.csv --schema hostile.json --report-format html");
    let page = ran.expect(1).stdout;
    for obeyed in [
        "<script",
        "<img",
        "src=\"",
        "href=\"",
        "url(",
        "@import",
        "http://www",
    ] {
        assert!(!page.contains(obeyed), "`{obeyed}` is in:\n{page}");
    }
    assert!(page.contains("&lt;script&gt;"), "{page}");
    assert!(page.contains("default-src 'none'"), "{page}");
}

#[test]
fn junit_is_well_formed_and_counts_its_failures() {
    let bench = hostile();
    let ran = bench.run("validate hostile.csv --schema hostile.json --report-format junit");
    let text = ran.expect(1).stdout;
    let mut reader = quick_xml::Reader::from_str(&text);
    reader.config_mut().check_end_names = true;
    let (mut n_tests, mut n_failures) = (0, 0);
    loop {
        let event = reader.read_event();
        let event = event.unwrap_or_else(|err| panic!("{err}:\n{text}"));
        if let Event::Start(tag) | Event::Empty(tag) = &event {
            for attribute in tag.attributes() {
                attribute.unwrap();
            }
            n_tests += usize::from(tag.name().as_ref() == b"testcase");
            n_failures += usize::from(tag.name().as_ref() == b"failure");
        }
        if event == Event::Eof {
            break;
        }
    }
    // Header and records, three columns, all of which have errors, and that nothing was accepted.
    assert_eq!((n_tests, n_failures), (5, 4), "{text}");
    assert!(text.contains(r#"tests="5" failures="4""#), "{text}");
}

#[test]
fn junit_tells_the_errors_of_a_column_whose_label_is_long() {
    let bench = Bench::new();
    let label = "é".repeat(150);
    bench.write("long.csv", format!("{label}\n1\nnone\n"));
    let schema = format!(r#"{{"fields": [{{"name": "{label}", "type": "integer"}}]}}"#);
    bench.write("long.json", schema);
    let ran = bench.run("validate long.csv --schema long.json --report-format junit");
    let text = ran.expect(1).stdout;
    assert!(text.contains(r#"<failure type="type-error""#), "{text}");
    assert!(text.contains("line 3: type-error: "), "{text}");
}

#[test]
fn sarif_links_by_no_data() {
    let bench = hostile();
    let ran = bench.run("validate hostile.csv --schema hostile.json --report-format sarif");
    let text = ran.expect(1).stdout;
    assert!(text.contains(r"\\[link\\](http://example.org)"), "{text}");
}

#[test]
fn sarif_says_where() {
    let bench = Bench::new();
    let ran = bench.run("validate mixed.csv --schema schema.json --report-format sarif");
    let sarif: Value = ran.expect(1).json();
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let first = &run["results"][0];
    assert_eq!(first["ruleId"], "type-error");
    let place = &first["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "mixed.csv");
    assert_eq!(place["region"]["startLine"], 3);
    let idx = usize::try_from(first["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][idx]["id"], "type-error");
}

#[test]
fn markdown_obeys_no_data() {
    let bench = hostile();
    let ran = bench.run("validate hostile.csv --schema hostile.json --report-format markdown");
    let text = ran.expect(1).stdout;
    for obeyed in ["<script", "<img", "](http:", " @all", "\n]]>"] {
        assert!(!text.contains(obeyed), "`{obeyed}` is in:\n{text}");
    }
    assert!(text.contains("a\\|b"), "{text}");
}
