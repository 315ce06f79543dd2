//! A program of another team: rowgate's core with a source and a store of its own.
//!
//! It depends on `rowgate-core` alone, so it brings what the core does not have: bytes to read, a
//! place to write (`store`), a clock, and the identity of the run. With an object store of your own
//! behind the same two traits, this is all there is to it.

mod store;

use std::error::Error;
use std::io::{Write as _, stdout};
use std::sync::Arc;

use jiff::Timestamp;
use rowgate_core::control::{CancellationToken, Clock, Control};
use rowgate_core::dialect::DialectOptions;
use rowgate_core::landing::LandingOptions;
use rowgate_core::part::PartSize;
use rowgate_core::quarantine::QuarantineOptions;
use rowgate_core::report::{Report, SchemaReport, Status};
use rowgate_core::run::{Existing, Job, Landings, Limits, Places, ingest};
use rowgate_core::schema::Schema;
use rowgate_core::store::Place;
use rowgate_core::upload::Budget;

use crate::store::{MemorySource, MemoryStore};

const ORDERS: &str = include_str!("../../orders/orders.csv");
const SCHEMA: &str = include_str!("../../orders/orders.schema.json");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = MemoryStore::default();
    let report = land(&store, ORDERS).await?;

    let mut out = stdout().lock();
    let records = report.records;
    writeln!(
        out,
        "read {}, accepted {}, rejected {}",
        records.read, records.accepted, records.rejected
    )?;
    for (code, n) in &report.errors.by_code {
        writeln!(out, "{n:>4} {code}")?;
    }
    if let Some(output) = &report.output {
        writeln!(
            out,
            "landed {} bytes in {} parts at {}",
            output.bytes, output.parts, output.uri
        )?;
    }
    // An error stops a run, and a bad record never does: what was turned away is in quarantine.
    let quarantine = store.text("orders.csv.rejects.csv").unwrap_or_default();
    writeln!(out, "quarantine begins:")?;
    for line in quarantine.lines().take(2) {
        writeln!(out, "  {line}")?;
    }
    writeln!(out, "open uploads: {}", store.n_uploads())?;
    match report.status {
        Status::Landed => Ok(()),
        Status::Refused | Status::Validated => Err("the orders did not land".into()),
    }
}

/// Lands a CSV of orders in a store.
async fn land(store: &MemoryStore, csv: &'static str) -> rowgate_core::Result<Report> {
    let schema = Schema::parse(SCHEMA.as_bytes());
    let schema_uri = "memory:orders.schema.json";
    let job = Job {
        // A UUID in earnest: it tells runs apart in the store.
        run_id: "01935b5e-0000-7000-8000-000000000001".to_owned(),
        schema: schema.map_err(|faults| rowgate_core::Error::schema(schema_uri, faults))?,
        schema_identity: SchemaReport {
            uri: schema_uri.to_owned(),
            // A hash in earnest, and so is the fingerprint below: the report repeats them.
            sha256: String::new(),
        },
        settings_fingerprint: String::new(),
        resources: Vec::new(),
        dialect: DialectOptions::default(),
        limits: Limits::default(),
    };
    let place = |key: &str| Place {
        store: store.clone(),
        key: key.to_owned(),
        uri: format!("memory:{key}"),
    };
    let places = Places {
        destination: place("orders.csv"),
        quarantine: place("orders.csv.rejects.csv"),
        report: place("orders.csv.report.json"),
    };
    let landings = Landings {
        options: LandingOptions {
            part_size: PartSize::default(),
            in_flight_max: 2,
            budget: Budget::new(16 * 1024 * 1024),
        },
        existing: Existing::Keep,
        quarantine: QuarantineOptions::default(),
    };
    // Whoever keeps a clone of it can stop the run, or watch its progress.
    let control = Control {
        cancel: CancellationToken::new(),
        progress: Arc::default(),
        clock: Arc::new(SystemClock),
        scratch: None,
    };
    let source = MemorySource::new("orders.csv", csv);
    ingest(&job, &source, places, &landings, &control).await
}

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn the_orders_land_in_parts_and_all_are_accounted_for() {
        let store = MemoryStore::default();
        let report = land(&store, ORDERS).await.unwrap();
        assert_eq!(report.status, Status::Landed);
        assert_eq!(report.records.read, 120);
        assert_eq!(report.records.accepted, 111);
        assert_eq!(report.records.rejected, 9);
        let output = report.output.unwrap();
        assert_eq!(output.parts, 3);
        let landed = store.text("orders.csv").unwrap();
        assert_eq!(u64::try_from(landed.len()), Ok(output.bytes));
        assert!(ORDERS.starts_with(landed.lines().next().unwrap()));
        assert!(store.text("orders.csv.report.json").is_some());
        assert_eq!(store.n_uploads(), 0);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn what_was_mended_lands() {
        let mended = include_str!("../../orders/orders.mended.csv");
        let report = land(&MemoryStore::default(), mended).await.unwrap();
        assert_eq!(report.records.accepted, 8);
        assert_eq!(report.errors.samples, []);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn what_is_there_is_kept() {
        let store = MemoryStore::default();
        land(&store, ORDERS).await.unwrap();
        let before = store.text("orders.csv");
        let err = land(&store, "order_id\nA-0001\n").await.unwrap_err();
        assert_eq!(err.kind(), rowgate_core::ErrorKind::DestinationExists);
        assert_eq!(store.text("orders.csv"), before);
    }
}
