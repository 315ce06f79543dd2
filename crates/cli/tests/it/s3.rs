//! The main job between buckets, on two servers that have nothing in common.

use std::time::Duration;

use rowgate_testkit::faults::{Fault, Method, Rule};
use rowgate_testkit::generate::{Orders, orders_schema};

use crate::bench::{Bench, GOOD, MIXED, SCHEMA, balanced, source_of};
use crate::lake::Lake;

/// What every S3 must do; each case keeps to keys of its own.
const SUITE: &[fn(&Lake)] = &[
    a_small_source_lands_in_one_step,
    a_large_source_lands_in_equal_parts,
    mended_rows_land_from_a_bucket,
    what_is_there_stays_unless_it_may_be_replaced,
    refused_data_leaves_quarantine_and_report,
    a_missing_source_is_named,
    wrong_credentials_are_named,
    forgotten_uploads_are_listed_and_dropped,
    crate::signals::ctrl_c_leaves_nothing,
    crate::signals::termination_leaves_nothing,
];

#[test]
fn an_s3_in_memory_does_it_all() {
    for case in SUITE {
        let lake = Lake::memory();
        case(&lake);
        assert_eq!(lake.inside().store().open_uploads(), 0);
    }
}

#[test]
fn seaweedfs_does_it_all() {
    if let Some(lake) = Lake::weed() {
        for case in SUITE {
            case(&lake);
        }
    }
}

/// Puts a source and the schema, and returns the command line that lands it beside.
fn ingest(lake: &Lake, prefix: &str, source: impl Into<bytes::Bytes>) -> String {
    lake.put(&format!("{prefix}/in.csv"), source);
    lake.put(&format!("{prefix}/schema.json"), SCHEMA);
    let uri = |name: &str| lake.uri(&format!("{prefix}/{name}"));
    format!(
        "ingest {} --schema {} --to {}",
        uri("in.csv"),
        uri("schema.json"),
        uri("out.csv")
    )
}

fn a_small_source_lands_in_one_step(lake: &Lake) {
    let bench = lake.bench();
    let ran = bench.run(&ingest(lake, "small", MIXED)).good();
    assert!(
        ran.stdout
            .contains(&format!("landed: {}", lake.uri("small/out.csv"))),
        "{}",
        ran.stdout
    );
    assert_eq!(
        lake.text("small/out.csv"),
        "id,name,amount\n1,ann,1.50\n7,fay,7\n"
    );
    let report = lake.json("small/out.csv.report.json");
    assert_eq!(balanced(&report), (7, 2, 5));
    assert_eq!(report["output"]["parts"], 1);
    assert!(report["source"]["etag"].is_string(), "{report:#}");
    assert!(bench.files().is_empty());
}

fn a_large_source_lands_in_equal_parts(lake: &Lake) {
    let mut csv = Vec::new();
    let manifest = Orders::new(3).write(&mut csv, 13 * 1024 * 1024).unwrap();
    lake.put("large/in.csv", csv.clone());
    let bench = lake.bench();
    bench.write("orders.json", orders_schema());
    let (from, to) = (lake.uri("large/in.csv"), lake.uri("large/out.csv"));
    let line = format!(
        "ingest {from} --schema orders.json --to {to} --format json --part-size 5MiB --concurrency 2"
    );
    let report = bench.run(&line).good().json();
    assert_eq!(balanced(&report), (manifest.records, manifest.records, 0));
    assert_eq!(report["output"]["parts"], 3);
    assert!(
        lake.get("large/out.csv").unwrap() == csv,
        "what lands is what was read"
    );
}

fn mended_rows_land_from_a_bucket(lake: &Lake) {
    let bench = lake.bench();
    bench
        .run(&ingest(lake, "mend", "id,name,amount\n1,a,x\n2,b,3\n"))
        .good();
    let quarantine = lake.text("mend/out.csv.rejects.csv");
    lake.put("mend/mended.csv", quarantine.replace("1,a,x", "1,a,2"));
    let (from, to) = (lake.uri("mend/mended.csv"), lake.uri("mend/more.csv"));
    bench
        .run(&format!("ingest {from} --schema schema.json --to {to}"))
        .good();
    assert_eq!(lake.text("mend/more.csv"), "id,name,amount\n1,a,2\n");
}

fn what_is_there_stays_unless_it_may_be_replaced(lake: &Lake) {
    let bench = lake.bench();
    let line = ingest(lake, "exists", GOOD);
    lake.put("exists/out.csv", "precious");
    bench.run(&line).error(2, &["exists", "--overwrite"]);
    assert_eq!(lake.text("exists/out.csv"), "precious");
    bench.run(&format!("{line} --overwrite")).good();
    assert_eq!(lake.text("exists/out.csv"), GOOD);
}

fn refused_data_leaves_quarantine_and_report(lake: &Lake) {
    let bench = lake.bench();
    bench
        .run(&format!(
            "{} --max-rejects 1",
            ingest(lake, "refused", MIXED)
        ))
        .expect(1);
    assert_eq!(lake.get("refused/out.csv"), None);
    assert!(
        lake.text("refused/out.csv.rejects.csv")
            .starts_with("_rowgate_line,")
    );
    assert_eq!(
        lake.json("refused/out.csv.report.json")["status"],
        "refused"
    );
}

fn a_missing_source_is_named(lake: &Lake) {
    let bench = lake.bench();
    let (from, to) = (lake.uri("missing/in.csv"), lake.uri("missing/out.csv"));
    let line = format!("ingest {from} --schema schema.json --to {to}");
    bench
        .run(&line)
        .error(3, &["missing/in.csv", "there is no object"]);
    assert_eq!(lake.get("missing/out.csv.report.json"), None);
    let line = format!("ingest good.csv --schema {from} --to {to}");
    bench.run(&line).error(2, &["schema", "missing/in.csv"]);
}

fn wrong_credentials_are_named(lake: &Lake) {
    let line = ingest(lake, "secret", GOOD);
    let bench = lake.bench().env("AWS_SECRET_ACCESS_KEY", "wrong");
    let ran = bench.run(&line).error(2, &["AWS_SECRET_ACCESS_KEY"]);
    assert!(!ran.stderr.contains("wrong\n"), "{}", ran.stderr);
    let (from, to) = (lake.uri("secret/in.csv"), lake.uri("secret/out.csv"));
    bench
        .run(&format!("count {from}"))
        .error(2, &["AWS_SECRET_ACCESS_KEY"]);
    bench
        .run(&format!("ingest good.csv --schema schema.json --to {to}"))
        .error(2, &["AWS_SECRET_ACCESS_KEY"]);
    assert_eq!(lake.get("secret/out.csv"), None);
}

fn forgotten_uploads_are_listed_and_dropped(lake: &Lake) {
    let bench = lake.bench();
    let under = lake.uri("left/");
    lake.leave_upload("left/a.csv");
    lake.leave_upload("left/b.csv");
    let ran = bench.run(&format!("uploads list {under}")).good();
    assert!(
        ran.stdout.contains("left/a.csv") && ran.stdout.contains("2 uploads unfinished"),
        "{}",
        ran.stdout
    );
    let json = bench
        .run(&format!("uploads list {under} --format json"))
        .good()
        .json();
    assert_eq!(json["uploads"].as_array().unwrap().len(), 2);
    assert!(json["uploads"][0]["age_s"].is_u64(), "{json:#}");
    let ran = bench
        .run(&format!("uploads abort {under} --older-than 2h"))
        .good();
    assert!(
        ran.stdout.starts_with("0 uploads aborted"),
        "{}",
        ran.stdout
    );
    assert_eq!(lake.open_uploads("left/"), 2);
    let only_a = lake.uri("left/a");
    let json = bench
        .run(&format!("uploads abort {only_a} --all --format json"))
        .good()
        .json();
    assert_eq!(json["uploads"][0]["key"], "left/a.csv");
    assert_eq!(lake.open_uploads("left/"), 1);
    bench.run(&format!("uploads abort {under} --all")).good();
    assert_eq!(lake.open_uploads("left/"), 0);
}

// What only a server that can be looked into, or that misbehaves on demand, can show.

#[test]
fn parts_have_exactly_the_size_that_was_asked_for() {
    let lake = Lake::memory();
    a_large_source_lands_in_equal_parts(&lake);
    let info = lake
        .inside()
        .store()
        .object_info("lake", "large/out.csv")
        .unwrap();
    let parts = info.part_bytes.unwrap();
    assert_eq!(parts[..2], [5 * 1024 * 1024; 2]);
    assert_eq!(parts.iter().sum::<u64>(), info.bytes);
}

#[test]
fn a_missing_bucket_is_named() {
    let lake = Lake::memory();
    let bench = lake.bench();
    let line = "ingest good.csv --schema schema.json";
    bench
        .run(&format!("{line} --to s3://nowhere/out.csv"))
        .error(2, &["no bucket `nowhere`"]);
    bench
        .run("count s3://nowhere/in.csv")
        .error(3, &["no bucket `nowhere`"]);
    bench
        .run("uploads list s3://nowhere/")
        .error(2, &["nowhere"]);
}

#[test]
fn without_any_credentials_the_message_says_where_they_could_come_from() {
    let lake = Lake::memory();
    let bench = Bench::new()
        .env("AWS_ENDPOINT_URL_S3", lake.inside().endpoint())
        .env("AWS_REGION", "us-east-1");
    bench
        .run("count s3://lake/in.csv")
        .error(2, &["no AWS credentials were found", "AWS_PROFILE"]);
}

#[test]
fn a_source_that_is_replaced_while_it_is_read_leaves_nothing() {
    let lake = Lake::memory();
    let source = source_of(400_000, |n| format!("{n},a,1"));
    let line = ingest(&lake, "changed", source);
    let plan = lake.inside().faults();
    plan.add(
        Rule::new(
            Method::GET,
            Fault::TruncateBody {
                after_bytes: 65_536,
            },
        )
        .path("changed/in.csv"),
    );
    plan.add(Rule::new(Method::GET, Fault::Delay(Duration::from_secs(1))).path("changed/in.csv"));
    plan.clear_requests();
    let bench = lake.bench();
    let child = bench.spawn(&line);
    let is_read_again = || {
        let requests = plan.requests();
        requests
            .iter()
            .filter(|r| r.method == Method::GET && r.path.ends_with("changed/in.csv"))
            .count()
            == 2
    };
    while !is_read_again() {
        std::thread::yield_now();
    }
    lake.inside()
        .store()
        .put("lake", "changed/in.csv", "id,name,amount\n1,new,1\n");
    let ran = crate::bench::Ran::of(child.wait_with_output().unwrap());
    ran.error(3, &["source", "changed/in.csv", "hint:"]);
    assert_eq!(lake.get("changed/out.csv"), None);
    assert_eq!(lake.get("changed/out.csv.report.json"), None);
    assert_eq!(lake.inside().store().open_uploads(), 0);
}

#[test]
fn a_store_that_fails_for_good_leaves_nothing() {
    let lake = Lake::memory();
    let source = source_of(400_000, |n| format!("{n},abcdefghijklm,1"));
    let line = ingest(&lake, "down", source);
    let down = Fault::Status {
        status: 503,
        code: "SlowDown",
    };
    lake.inside().faults().add(
        Rule::new(Method::PUT, down)
            .query("partNumber=2")
            .times(100),
    );
    let bench = lake.bench().env("ROWGATE_S3__ATTEMPTS", "2");
    bench
        .run(&format!("{line} --part-size 5MiB"))
        .error(4, &["SlowDown", "hint:"]);
    assert_eq!(lake.get("down/out.csv"), None);
    assert_eq!(lake.inside().store().open_uploads(), 0);
}
