//! Keys over whole runs: references, passes, scratch space.

use std::sync::Arc;

use bytes::Bytes;
use rowgate_core::ErrorKind;
use rowgate_core::control::Control;
use rowgate_core::dialect::Header;
use rowgate_core::report::Report;
use rowgate_core::resource::{Resource, SharedSource};
use rowgate_core::run::{Job, RejectsMax, validate};
use rowgate_core::schema::Schema;
use rowgate_core::scratch::{MemoryScratch, Pending, Scratch, ScratchFile};
use tokio_util::sync::CancellationToken;

use crate::memory::{MemorySource, control};
use crate::run::job;

const TREE: &str = r#"{"fields": [{"name": "id", "type": "integer"}, {"name": "parent", "type": "number"}],
    "primaryKey": "id",
    "foreignKeys": [{"fields": "parent", "reference": {"fields": "id", "resource": ""}}]}"#;

const ORDERS: &str = r#"{"fields": [{"name": "id"}, {"name": "customer", "type": "integer"}, {"name": "country"}],
    "foreignKeys": [{"fields": ["country", "customer"],
        "reference": {"resource": "customers", "fields": ["land", "number"]}}]}"#;

fn resource(text: &str, schema: Option<&str>) -> Resource {
    Resource {
        name: "customers".to_owned(),
        source: SharedSource::new(MemorySource::of(text.as_bytes())),
        schema: schema.map(|text| Schema::parse(text.as_bytes()).unwrap()),
        dialect: rowgate_core::dialect::DialectOptions::default(),
    }
}

fn validated(job: &Job, source: &MemorySource, control: &Control) -> rowgate_core::Result<Report> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(validate(job, source, control, |_| {}))
}

/// Judges a source in memory and in next to none; compares line, code and column of each error.
#[track_caller]
fn check(job: &mut Job, source: &str, expected: &[&str]) {
    for (bytes_max, scratch_bytes) in [(1 << 20, 0), (0, u64::MAX), (900, u64::MAX)] {
        let scratch = MemoryScratch::new(scratch_bytes);
        let control = Control {
            scratch: Some(Arc::new(scratch.clone())),
            ..control()
        };
        job.limits.unique_bytes_max = bytes_max;
        job.limits.batch_bytes = 16;
        let chunks = source.as_bytes().chunks(7).map(Bytes::copy_from_slice);
        let report = validated(job, &MemorySource::new(chunks), &control).unwrap();
        let found: Vec<String> = report
            .errors
            .samples
            .iter()
            .map(|e| {
                format!(
                    "{} {} {}",
                    e.line,
                    e.code,
                    e.column.as_deref().unwrap_or("-")
                )
            })
            .collect();
        assert_eq!(found, expected, "{bytes_max}");
        let n_records = to_u64(source.lines().count()) - 1;
        assert_eq!(report.records.read, n_records, "nothing counts twice");
        assert_eq!(scratch.held_bytes(), 0);
    }
}

fn to_u64(n: usize) -> u64 {
    u64::try_from(n).unwrap()
}

#[test]
fn a_table_may_refer_to_itself_forwards_and_backwards() {
    check(
        &mut job(TREE),
        "id,parent\n1,\n2,01.0\n3,5\n4,9\n5,5\n",
        &["5 foreign-key parent"],
    );
}

/// Who claims a key depends on the references, so that what is referred to cannot depend on that.
#[test]
fn a_record_may_be_referred_to_whoever_claims_its_other_keys() {
    let codes = r#"{"fields": [{"name": "id", "type": "integer"}, {"name": "code"}, {"name": "parent"}],
        "primaryKey": "id",
        "foreignKeys": [{"fields": "parent", "reference": {"fields": "code"}}]}"#;
    check(
        &mut job(codes),
        "id,code,parent\n1,X,nowhere\n1,Y,\n2,Z,Y\n2,V,\n3,W,V\n,U,\n4,T,U\n",
        &[
            "2 foreign-key parent",
            "5 primary-key id",
            "7 primary-key id",
            "8 foreign-key parent",
        ],
    );
}

/// A record counts as referred to if it passes every check of its own; there is no cascade.
#[test]
fn a_key_counts_if_its_record_passes_every_other_check() {
    check(
        &mut job(TREE),
        "id,parent\nx,\n1,\n1,2\n2,7\n3,2\n4,3\n5,x\n6,5\n",
        &[
            "2 type-error id",
            "4 primary-key id",
            "5 foreign-key parent",
            "8 type-error parent",
            "9 foreign-key parent",
        ],
    );
}

#[test]
fn a_reference_is_to_a_well_formed_record_of_a_resource() {
    let customers = "number,name,land\n007,Bo,DE\n8,\"C\"x,DE\n9,Di\nten,Ed,DE\n11,,\n12,Fi,FR\n";
    let mut job = job(ORDERS);
    job.resources = vec![resource(customers, None)];
    check(
        &mut job,
        "id,customer,country\na,7,DE\nb,+7,DE\nc,8,DE\nd,9,DE\ne,,DE\nf,11,\ng,7,FR\nh,12,FR\n",
        &["4 foreign-key -", "5 foreign-key -", "8 foreign-key -"],
    );
    let report = validated(
        &job,
        &MemorySource::of(b"id,customer,country\na,7,DE\n"),
        &control(),
    );
    let report = report.unwrap();
    let resource = &report.resources[0];
    assert_eq!((resource.records, resource.malformed), (6, 3));
}

#[test]
fn a_resource_is_read_by_its_own_schema() {
    let own = r#"{"fields": [{"name": "land"}, {"name": "number", "type": "number", "decimalChar": ","}, {"name": "x"}]}"#;
    let mut job = job(ORDERS);
    job.resources = vec![resource("number;land\n\"7,0\";DE\n8;DE\n", Some(own))];
    check(
        &mut job,
        "id,customer,country\na,7,DE\nb,9,DE\n",
        &["3 foreign-key -"],
    );
}

/// With a header or without: of other columns nothing is asked, nor of missing values.
#[test]
fn only_the_columns_of_the_key_matter_in_a_resource() {
    let own = r#"{"fields": [
            {"name": "land"},
            {"name": "number", "type": "integer", "constraints": {"required": true}},
            {"name": "age", "type": "integer", "constraints": {"required": true, "unique": true}}],
        "primaryKey": ["age"],
        "rowgate": {
            "formula_injection": "reject",
            "rules": [{"name": "grown", "expr": "row.age > 17"}]}}"#;
    let rows = "DE,7,=x\nDE,8,3\nDE,9,\nDE,,3\nDE,x,20\n";
    for (header, text) in [
        (Header::Present, format!("land,number,age\n{rows}")),
        (Header::Absent, rows.to_owned()),
    ] {
        let mut job = job(ORDERS);
        let mut customers = resource(&text, Some(own));
        customers.dialect.header = Some(header);
        job.resources = vec![customers];
        let orders = "id,customer,country\na,7,DE\nb,8,DE\nc,9,DE\nd,20,DE\n";
        check(&mut job, orders, &["5 foreign-key -"]);
        let report = validated(&job, &MemorySource::of(orders.as_bytes()), &control()).unwrap();
        let resource = &report.resources[0];
        assert_eq!((resource.records, resource.malformed), (5, 1));
    }
}

/// A run that cannot begin says why.
#[track_caller]
fn check_refused(job: &Job, source: &MemorySource, kind: ErrorKind, expected: &str) {
    let err = validated(job, source, &control()).unwrap_err();
    assert_eq!(err.kind(), kind);
    assert_eq!(err.chain(), expected);
}

#[test]
fn what_is_wrong_with_a_reference_is_said_before_the_first_record() {
    let source = MemorySource::of(b"id,customer,country\na,7,DE\n");
    let mut job = job(ORDERS);
    check_refused(
        &job,
        &source,
        ErrorKind::Settings,
        "the schema refers to the resource `customers`, which is not given: say where it is in a \
         data package, or with --resource 'customers=URI'",
    );
    job.resources = vec![resource("number,name\n7,Bo\n", None)];
    check_refused(
        &job,
        &source,
        ErrorKind::Source,
        "could not load the resource `customers` from `memory:source`: expected a column with the \
         label `land`",
    );
    job.resources = vec![resource(
        "",
        Some(r#"{"fields": [{"name": "land"}, {"name": "number"}]}"#),
    )];
    check_refused(
        &job,
        &source,
        ErrorKind::Schema,
        "a foreign key compares `customer`, of the type `integer`, to `number`, of the type \
         `string`: their values are never equal"
            .replace("`string`", "`any`")
            .as_str(),
    );
    job.resources = vec![resource("", Some(r#"{"fields": [{"name": "land"}]}"#))];
    check_refused(
        &job,
        &source,
        ErrorKind::Schema,
        "a foreign key refers to the field `number`, which the schema of the resource `customers` \
         does not have",
    );
}

#[test]
fn a_stream_that_refers_to_itself_is_kept_in_scratch_space() {
    let text = b"id,parent\n1,2\n2,\n3,4\n";
    let stream = || MemorySource::of(text).streamed().unversioned();
    check_refused(
        &job(TREE),
        &stream(),
        ErrorKind::Settings,
        "the schema refers to the table itself, so `memory:source` must be read twice: it is a \
         stream, and there is no scratch space to keep it in",
    );
    let scratch = MemoryScratch::new(1_000);
    let with_scratch = Control {
        scratch: Some(Arc::new(scratch.clone())),
        ..control()
    };
    let report = validated(&job(TREE), &stream(), &with_scratch).unwrap();
    assert_eq!((report.records.read, report.records.rejected), (3, 1));
    assert_eq!(scratch.held_bytes(), 0);
    let full = Control {
        scratch: Some(Arc::new(MemoryScratch::new(10))),
        ..control()
    };
    let err = validated(&job(TREE), &stream(), &full).unwrap_err();
    assert_eq!(err.kind(), ErrorKind::Dependency);
}

/// Scratch space whose room never comes, for the run is stopped when it is asked for.
#[derive(Debug)]
struct Stopping(CancellationToken);

impl Scratch for Stopping {
    fn place(&self) -> String {
        "nowhere".to_owned()
    }

    fn create<'a>(&'a self, _: &'a str, _: u64) -> Pending<'a, Box<dyn ScratchFile>> {
        self.0.cancel();
        Box::pin(std::future::pending())
    }
}

#[test]
fn a_run_that_is_stopped_while_keys_are_settled_books_none_of_them() {
    let mut job = job(r#"{"fields": [{"name": "id", "type": "integer"}], "primaryKey": "id"}"#);
    job.limits.unique_bytes_max = 0;
    job.limits.batch_bytes = 8;
    job.limits.rejects_max = Some(RejectsMax::Count(0));
    let control = control();
    let stopping = Control {
        scratch: Some(Arc::new(Stopping(control.cancel.clone()))),
        ..control
    };
    // An `x` would end the run as refused, with a `1` that is accepted twice.
    let source = MemorySource::of(b"id\n1\n2\n3\n4\n1\nx\n1\nx\n1\nx\n");
    let err = validated(&job, &source, &stopping).unwrap_err();
    assert_eq!(err.kind(), ErrorKind::Cancelled);
}
