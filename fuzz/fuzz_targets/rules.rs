//! Any expression over a schema of all types, and any cells: it is compiled or refused, and judges within
//! its budget, always in the same way.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use rowgate_core::rule::{Cell, Column, Outcome, Row, Scratch, compile};
use rowgate_core::schema::{Field, RuleText, Schema, Severity};

const SCHEMA: &[u8] = br#"{"fields": [
    {"name": "a", "type": "integer"},
    {"name": "b", "type": "number"},
    {"name": "c", "type": "string"},
    {"name": "d", "type": "boolean"},
    {"name": "e", "type": "date"},
    {"name": "f", "type": "time"},
    {"name": "g", "type": "datetime"},
    {"name": "h", "type": "duration"},
    {"name": "i", "type": "year"},
    {"name": "j", "type": "yearmonth"},
    {"name": "k", "type": "list"},
    {"name": "l", "type": "object"},
    {"name": "m", "type": "any"},
    {"name": "n", "type": "geopoint"}
]}"#;

/// Cells that are mostly good, so that rules have something to compute with.
const GOOD: [&str; 14] = [
    "12",
    "-3.25e2",
    "text",
    "true",
    "2024-02-29",
    "23:59:59",
    "2024-02-29T12:00:00Z",
    "P1Y2M3DT4H",
    "2024",
    "2024-02",
    "a,b",
    "{\"x\": [1]}",
    "any",
    "1, 2",
];

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    cells: [Option<&'a str>; 3],
    places: [u8; 3],
    expr: &'a str,
}

struct Record<'a> {
    fields: &'a [Field],
    cells: Vec<&'a str>,
}

impl Row for Record<'_> {
    fn cell(&self, field: usize) -> Cell<'_> {
        let (Some(checked), Some(cell)) = (self.fields.get(field), self.cells.get(field)) else {
            return Cell::Missing;
        };
        match checked.check().value(cell) {
            Some(value) => Cell::Value(value),
            None if cell.is_empty() => Cell::Missing,
            None => Cell::Unknown,
        }
    }
}

fuzz_target!(|input: Input<'_>| {
    let schema = Schema::parse(SCHEMA).unwrap();
    let columns: Vec<_> = schema.fields().iter().map(Column::of).collect();
    let rule = RuleText {
        name: "r".to_owned(),
        expr: input.expr.to_owned(),
        message: None,
        severity: Severity::Reject,
    };
    let rules = match compile(&[rule], &columns) {
        Ok(rules) => rules,
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                assert!(fault.offset <= input.expr.len(), "{fault}");
            }
            return;
        }
    };
    let mut cells = GOOD.to_vec();
    for (cell, place) in input.cells.into_iter().zip(input.places) {
        if let Some(cell) = cell {
            let n_cells = cells.len();
            cells[usize::from(place) % n_cells] = cell;
        }
    }
    let record = Record {
        fields: schema.fields(),
        cells,
    };
    let mut scratch = Scratch::default();
    let mut judged = || {
        let mut outcomes: Vec<Outcome> = Vec::new();
        rules.judge(&record, &mut scratch, |_, outcome| outcomes.push(outcome));
        outcomes
    };
    let first = judged();
    assert_eq!(first.len(), 1);
    assert_eq!(first, judged(), "memory that is used again holds nothing");
});
