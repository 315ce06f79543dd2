//! Whole runs in memory: verdicts, quarantine, accounting.

use bytes::Bytes;
use proptest::prelude::*;
use rowgate_core::dialect::{DialectOptions, Header};
use rowgate_core::report::{Report, SchemaReport, Status};
use rowgate_core::run::{
    Existing, Job, Limits, NothingAccepted, RejectsMax, count, ingest, validate,
};
use rowgate_core::schema::Schema;

use crate::memory::{MemorySource, Script, control};
use crate::session::{landings, places};

const PEOPLE: &str = r#"{"fields": [
    {"name": "id", "type": "integer", "constraints": {"required": true, "unique": true}},
    {"name": "name", "type": "string", "constraints": {"maxLength": 5}},
    {"name": "born", "type": "date"}
]}"#;

pub(crate) fn job(schema: &str) -> Job {
    Job {
        run_id: "0193-test".to_owned(),
        schema: Schema::parse(schema.as_bytes()).unwrap(),
        schema_identity: SchemaReport {
            uri: "memory:schema".to_owned(),
            sha256: String::new(),
        },
        resources: Vec::new(),
        dialect: DialectOptions::default(),
        limits: Limits::default(),
        settings_fingerprint: String::new(),
    }
}

pub(crate) fn landed(job: &Job, source: &MemorySource) -> (Report, Script) {
    landed_in_parts(64, job, source)
}

pub(crate) fn landed_in_parts(
    part_bytes: u64,
    job: &Job,
    source: &MemorySource,
) -> (Report, Script) {
    let store = Script {
        part_bytes,
        ..Script::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let (places, landings, control) = (places(&store), landings(Existing::Keep), control());
    let run = Box::pin(ingest(job, source, places, &landings, &control));
    let report = runtime.block_on(run);
    (report.unwrap(), store)
}

#[track_caller]
fn check(schema: &str, source: &str, status: Status, destination: Option<&str>, quarantine: &str) {
    let (report, store) = landed(&job(schema), &MemorySource::of(source.as_bytes()));
    assert_eq!(report.status, status);
    assert_eq!(store.object("d").as_deref(), destination);
    assert_eq!(store.object("q").as_deref(), Some(quarantine));
    assert_eq!(
        report.records.read,
        report.records.accepted + report.records.rejected
    );
    assert_eq!(store.object("r").unwrap(), report.to_json().unwrap());
}

const OURS: &str = "_rowgate_line,_rowgate_code,_rowgate_column,_rowgate_message,_rowgate_raw";

#[test]
fn good_records_land_and_bad_ones_are_quarantined() {
    check(
        PEOPLE,
        "id,name,born\n1,Ann,2001-02-03\n2,Barbara,2001-02-30\n\n3,Bo\n\"4\"x,Cy,\n1,Di,\n5,\"E\"\"e\",",
        Status::Landed,
        Some("id,name,born\n1,Ann,2001-02-03\n5,\"E\"\"e\","),
        &format!(
            "{OURS},id,name,born\n\
             3,constraint-error; type-error,name; born,\"expected at most 5 characters, found `Barbara`; \
             expected a date of the calendar, as `YYYY-MM-DD`, found `2001-02-30`\",,2,Barbara,2001-02-30\n\
             4,blank-row,,\"expected a record, found a line without bytes\",,\n\
             5,missing-cell,born,\"expected 3 cells, found 2\",,3,Bo\n\
             6,quote-error,,\"expected quotes that are closed, with nothing between a closing quote and \
             the delimiter\",\"\"\"4\"\"x,Cy,\",,,\n\
             7,unique-error,id,\"expected a value that does not stand in the column before, it is on line 2\",,1,Di,\n"
        ),
    );
}

#[test]
fn a_header_alone_lands_and_a_clean_source_leaves_an_empty_quarantine() {
    let header = "id,name,born\n";
    check(
        PEOPLE,
        header,
        Status::Landed,
        Some(header),
        &format!("{OURS},{header}"),
    );
    let header = "id,name,born";
    check(
        PEOPLE,
        header,
        Status::Landed,
        Some(header),
        &format!("{OURS},{header}\n"),
    );
}

#[test]
fn a_wrong_header_is_refused() {
    let source = "id,nome,born\n1,Ann,\n";
    check(
        PEOPLE,
        source,
        Status::Refused,
        None,
        &format!("{OURS},id,nome,born\n"),
    );
}

#[test]
fn labels_are_shown_as_values_are() {
    let source = format!("id,\u{202e}{},born\n1,Ann,\n", "é".repeat(1_000));
    let (report, _) = landed(&job(PEOPLE), &MemorySource::of(source.as_bytes()));
    let error = &report.errors.samples[0];
    assert!(
        error
            .message
            .ends_with(&format!("found `\\u{{202e}}{}…`", "é".repeat(99)))
    );
    assert_eq!(error.value.as_ref().unwrap().chars().count(), 101);
}

#[test]
fn a_source_of_which_nothing_is_accepted_is_refused_unless_that_is_allowed() {
    let source = MemorySource::of(b"id,name,born\nx,,\n");
    let (report, store) = landed(&job(PEOPLE), &source);
    assert_eq!((report.status, report.complete), (Status::Refused, true));
    assert_eq!(report.refusal.as_deref(), Some("no record was accepted"));
    assert_eq!(store.object("d"), None);
    let mut tolerant = job(PEOPLE);
    tolerant.limits.nothing_accepted = NothingAccepted::Land;
    let (report, store) = landed(&tolerant, &source);
    assert_eq!(report.status, Status::Landed);
    assert_eq!(store.object("d").as_deref(), Some("id,name,born\n"));
}

#[test]
fn a_count_of_rejects_stops_at_the_first_past_it() {
    let source = MemorySource::of(b"id,name,born\n1,,\nx,,\ny,,\nz,,\n2,,\n");
    let mut strict = job(PEOPLE);
    strict.limits.rejects_max = Some(RejectsMax::Count(1));
    let (report, store) = landed(&strict, &source);
    assert_eq!((report.status, report.complete), (Status::Refused, false));
    assert_eq!((report.records.accepted, report.records.rejected), (1, 2));
    assert_eq!(report.bytes.read, 25);
    assert_eq!(store.object("d"), None);
    assert_eq!(store.object("q").unwrap().lines().count(), 3);
}

/// What is behind the record that stops a run counts for nothing, though it was read.
#[test]
fn a_stopped_run_reports_what_was_settled() {
    let mut strict = job(PEOPLE);
    strict.limits.rejects_max = Some(RejectsMax::Count(0));
    strict.limits.unique_bytes_max = 200;
    // The third value of `id` would be too much.
    let source = MemorySource::of(b"id,name,born\n1,,\n,Bo,\n2,,\n3,,\n4,,\n");
    let (report, _) = landed(&strict, &source.streamed());
    assert_eq!((report.status, report.complete), (Status::Refused, false));
    let missing: Vec<u64> = report.columns.iter().map(|c| c.missing).collect();
    assert_eq!(missing, [1, 1, 2], "a required cell can be missing too");
    assert_eq!(report.source.bytes, report.bytes.read);
}

#[test]
fn wrong_cells_are_named_up_to_a_number() {
    let names: Vec<String> = (0..100).map(|idx| format!("c{idx}")).collect();
    let fields = names.iter().map(|name| format!(r#"{{"name": "{name}"}}"#));
    let schema = format!(
        r#"{{"fields": [{}]}}"#,
        fields.collect::<Vec<_>>().join(",")
    );
    let header = names.join(",");
    let extra = ",".repeat(199);
    let text = format!("{header}\nx\n{extra}\n{}\n", ",".repeat(98));
    let (report, store) = landed(&job(&schema), &MemorySource::of(text.as_bytes()));
    assert_eq!(report.records.rejected, 3);
    assert_eq!(report.errors.total, 20 + 20 + 1);
    let short = "expected 100 cells, found 1";
    let last = "expected 100 cells, found 1 (79 more such cells are not named)";
    let messages: Vec<&str> = report.errors.samples[..20]
        .iter()
        .map(|e| &*e.message)
        .collect();
    assert_eq!(messages[..19], [short; 19]);
    assert_eq!(messages[19], last);
    assert_eq!(report.errors.samples[19].column.as_deref(), Some("c20"));
    assert!(
        store
            .object("q")
            .unwrap()
            .contains("found 200 (80 more such cells are not named), found ``")
    );
}

#[test]
fn errors_are_counted_by_column_and_code_and_by_place() {
    let source = MemorySource::of(b"id,name,born\n1,,\nx,,soon\ny,Barbara,\n2\n");
    let (report, _) = landed(&job(PEOPLE), &source);
    let json = serde_json::to_value(&report.errors).unwrap();
    let expected = serde_json::json!({
        "id": {"type-error": 2},
        "name": {"constraint-error": 1, "missing-cell": 1},
        "born": {"type-error": 1, "missing-cell": 1},
    });
    assert_eq!(json["by_column_and_code"], expected);
    let expected = serde_json::json!({"bin_bytes": 1_024, "counts": [report.errors.total]});
    assert_eq!(json["positions"], expected);
    let (clean, _) = landed(&job(PEOPLE), &MemorySource::of(b"id,name,born\n1,,\n"));
    let json = clean.to_json().unwrap();
    for absent in [
        "positions",
        "by_column_and_code",
        "warnings",
        "rules",
        "summaries",
    ] {
        assert!(!json.contains(absent), "{absent}");
    }
}

/// Long enough to be judged in several slices, by number and by faults.
#[test]
fn slices_are_settled_as_one() {
    let row = |n: u32| match n {
        // A duplicate of a value in another slice, and a row with a fault in each cell.
        3_000 => "1,,\n".to_owned(),
        3_001.. => format!("x{n},Barbara,yesterday,,,\n"),
        _ => format!("{n},,2001-02-03\n"),
    };
    let text: String = (1..=6_000).map(row).collect();
    let text = format!("id,name,born\n{text}");
    let source = MemorySource::of(text.as_bytes());
    let (report, store) = landed_in_parts(4_096, &job(PEOPLE), &source);
    assert_eq!(
        (report.records.accepted, report.records.rejected),
        (2_999, 3_001)
    );
    assert_eq!(report.errors.total, 1 + 3_000 * 6);
    assert_eq!(
        (report.columns[1].missing, report.columns[2].missing),
        (3_000, 1)
    );
    assert_eq!(report.errors.samples[0].code.as_str(), "unique-error");
    assert_eq!(store.object("q").unwrap().lines().count(), 3_002);
    let mut strict = job(PEOPLE);
    strict.limits.rejects_max = Some(RejectsMax::Count(1_000));
    let (report, _) = landed_in_parts(4_096, &strict, &source);
    assert_eq!(
        (report.records.accepted, report.records.rejected),
        (2_999, 1_001)
    );
    assert_eq!(
        (report.columns[1].missing, report.columns[2].missing),
        (3_000, 1)
    );
}

/// Mends a quarantine by a rule for each bad cell, and feeds it back.
#[test]
fn a_mended_quarantine_lands_whole() {
    let source = "id,name,born\n1,Ann,\nx2,Bo,\n\"3\"x,Cy,\n4,Di\n";
    let (_, store) = landed(&job(PEOPLE), &MemorySource::of(source.as_bytes()));
    let quarantine = store.object("q").unwrap();
    let mended = quarantine
        .replace(",x2,Bo,", ",2,Bo,")
        .replace("\"\"\"3\"\"x,Cy,\",,,", ",3,Cy,")
        .replace(",4,Di\n", ",4,Di,\n");
    let (report, store) = landed(&job(PEOPLE), &MemorySource::of(mended.as_bytes()));
    assert_eq!(
        (report.records.accepted, report.records.rejected),
        (3, 0),
        "{mended}"
    );
    assert_eq!(
        store.object("d").as_deref(),
        Some("id,name,born\n2,Bo,\n3,Cy,\n4,Di,\n")
    );
    // What was not mended is turned away again, with its raw bytes named.
    let (report, store) = landed(&job(PEOPLE), &MemorySource::of(quarantine.as_bytes()));
    assert_eq!(report.status, Status::Refused);
    assert!(store.object("q").unwrap().contains("unmended-record"));
}

#[test]
fn what_was_not_mended_keeps_its_raw_bytes_however_often_it_is_fed_back() {
    let source = "id,name,born\n1,Ann,\n\"3\"x,Cy,\n";
    let (_, store) = landed(&job(PEOPLE), &MemorySource::of(source.as_bytes()));
    let mut quarantine = store.object("q").unwrap();
    for _ in 0..3 {
        let (report, store) = landed(&job(PEOPLE), &MemorySource::of(quarantine.as_bytes()));
        assert_eq!(report.errors.total, 1, "nothing but that it was not mended");
        quarantine = store.object("q").unwrap();
        assert!(
            quarantine.ends_with(",\"\"\"3\"\"x,Cy,\",,,\n"),
            "{quarantine}"
        );
    }
}

#[test]
fn a_blank_row_that_was_not_mended_stays_a_blank_row() {
    let one = r#"{"fields": [{"name": "n", "type": "string"}]}"#;
    let (_, store) = landed(&job(one), &MemorySource::of(b"n\na\n\n"));
    let quarantine = store.object("q").unwrap();
    let (report, _) = landed(&job(one), &MemorySource::of(quarantine.as_bytes()));
    assert_eq!((report.records.accepted, report.records.rejected), (0, 1));
}

#[test]
fn a_quarantine_of_a_source_without_a_header_is_known_all_the_same() {
    let mut headless = job(PEOPLE);
    headless.dialect.header = Some(Header::Absent);
    let (report, store) = landed(&headless, &MemorySource::of(b"1,Ann,\nx,Bo,\n"));
    assert_eq!(report.records.accepted, 1);
    assert_eq!(store.object("d").as_deref(), Some("1,Ann,\n"));
    let mended = store.object("q").unwrap().replace(",x,Bo", ",2,Bo");
    assert!(mended.starts_with(&format!("{OURS},id,name,born\n")));
    let (report, store) = landed(&headless, &MemorySource::of(mended.as_bytes()));
    assert_eq!(report.records.accepted, 1);
    assert_eq!(store.object("d").as_deref(), Some("2,Bo,\n"));
}

#[test]
fn the_delimiter_is_the_one_that_makes_the_header_match() {
    for delimiter in [',', ';', '\t', '|'] {
        let text = "id,name,born\n1,A.B,\n".replace(',', &delimiter.to_string());
        let (report, store) = landed(&job(PEOPLE), &MemorySource::of(text.as_bytes()));
        assert_eq!(report.source.dialect.delimiter, delimiter.to_string());
        assert_eq!(store.object("d").as_deref(), Some(text.as_str()));
    }
}

#[test]
fn bad_bytes_are_rejected_and_never_replaced() {
    let (report, store) = landed(
        &job(PEOPLE),
        &MemorySource::of(b"\xEF\xBB\xBFid,name,born\n1,A\xE9,\n2,\xC3\xA9,\n"),
    );
    assert_eq!((report.records.accepted, report.records.rejected), (1, 1));
    assert_eq!(report.bytes.overhead, 3 + 13);
    assert_eq!(store.object("d").as_deref(), Some("id,name,born\n2,é,\n"));
    assert!(store.object("q").unwrap().contains(",base64:MSxB6Sw=,,,\n"));
}

#[test]
fn sources_that_are_no_text_are_told_by_their_first_bytes() {
    #[track_caller]
    fn check(source: &[u8], expected: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let validated = runtime.block_on(async {
            validate(&job(PEOPLE), &MemorySource::of(source), &control(), |_| {}).await
        });
        let err = validated.unwrap_err();
        assert!(err.to_string().contains(expected), "{err}");
    }
    check(b"\x1F\x8B\x08\x00\x00\x00\x00\x00", "gzip");
    check(b"BZh91AY&SY\0\0", "bzip2");
    check(b"\xFF\xFEi\0d\0,\0", "UTF-16");
    check(b"", "empty");
    check(b"\xEF\xBB\xBF", "empty");
}

fn people() -> impl Strategy<Value = Vec<u8>> {
    let line = prop::sample::select(vec![
        "1,Ann,2001-02-03\n",
        "2,Bo,\r\n",
        "x,Cy,\n",
        "\n",
        "3,\"D\n i\",\n",
        "\"4\"x,,\n",
        "5\n",
        "1,1,1,1\n",
        "6,\"a\"\"b\",\n",
        "7,\u{e9},\n",
        "08,Ed,\n",
        "8,Flo,\n",
        ",,\n",
        "9,,2001-02-03\n",
    ]);
    prop::collection::vec(line, 0..40)
        .prop_map(|lines| format!("id,name,born\n{}", lines.concat()).into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Neither chunks nor batches change an output byte or a verdict, wherever a limit stops the
    /// run, and every byte is accounted for.
    #[test]
    fn chunking_changes_no_output_byte(
        text in people(),
        chunk_bytes in 1_usize..50,
        batch_bytes in 1_usize..200,
        rejects_max in prop::option::of(0_u64..6),
    ) {
        let mut job = job(PEOPLE);
        job.limits.nothing_accepted = NothingAccepted::Land;
        job.limits.rejects_max = rejects_max.map(RejectsMax::Count);
        let (whole, store) = landed(&job, &MemorySource::of(&text).streamed());
        let chunks = text.chunks(chunk_bytes).map(Bytes::copy_from_slice);
        job.limits.batch_bytes = batch_bytes;
        let (cut, cut_store) = landed(&job, &MemorySource::new(chunks).streamed());
        prop_assert_eq!(whole.to_json().unwrap(), cut.to_json().unwrap());
        prop_assert_eq!(store.object("d"), cut_store.object("d"));
        prop_assert_eq!(store.object("q"), cut_store.object("q"));
        prop_assert_eq!(whole.source.bytes, whole.bytes.read);
        prop_assert_eq!(whole.bytes.read, whole.bytes.accepted + whole.bytes.rejected + whole.bytes.overhead);
        if !whole.complete {
            return Ok(());
        }
        prop_assert_eq!(whole.bytes.read, u64::try_from(text.len()).unwrap());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let counted = runtime.block_on(count(&job.dialect, 1_000, &MemorySource::of(&text), &control())).unwrap();
        prop_assert_eq!(counted, whole.records.read);
    }
}
