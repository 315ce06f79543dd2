//! Rules as data: an expression, a record, and what is said of it.

use super::{Cell, Column, Outcome, Row, RuleFault, RuleSet, Scratch, compile};
use crate::schema::{RuleText, Schema, Severity};

mod faults;
mod properties;
mod semantics;

const SCHEMA: &str = r#"{"fields": [
    {"name": "i", "type": "integer"}, {"name": "j", "type": "integer"},
    {"name": "d", "type": "number"}, {"name": "e", "type": "number"},
    {"name": "s", "type": "string"}, {"name": "t", "type": "string"},
    {"name": "b", "type": "boolean"}, {"name": "c", "type": "boolean"},
    {"name": "day", "type": "date"}, {"name": "day2", "type": "date"},
    {"name": "at", "type": "datetime"}, {"name": "at2", "type": "datetime"},
    {"name": "clock", "type": "time"},
    {"name": "tags", "type": "list"}, {"name": "ns", "type": "list", "itemType": "integer"},
    {"name": "json", "type": "object"}, {"name": "array", "type": "array"},
    {"name": "geo", "type": "geopoint"}, {"name": "any"},
    {"name": "Amount (EUR)", "type": "number"}
]}"#;

fn schema() -> Schema {
    Schema::parse(SCHEMA.as_bytes()).unwrap()
}

fn compiled(schema: &Schema, expr: &str) -> Result<RuleSet, Vec<RuleFault>> {
    let columns: Vec<_> = schema.fields().iter().map(Column::of).collect();
    let rule = RuleText {
        name: "rule".to_owned(),
        expr: expr.to_owned(),
        message: None,
        severity: Severity::Reject,
    };
    compile(&[rule], &columns)
}

/// A record of some cells: those that it does not name are missing.
struct Cells<'t> {
    schema: &'t Schema,
    /// `name=text`, with `; ` between.
    cells: &'t str,
}

impl Row for Cells<'_> {
    fn cell(&self, field: usize) -> Cell<'_> {
        let field = &self.schema.fields()[field];
        let mut cells = self
            .cells
            .split("; ")
            .filter_map(|cell| cell.split_once('='));
        match cells.find(|(name, _)| *name == field.name()) {
            None | Some((_, "")) => Cell::Missing,
            Some((_, text)) => field.check().value(text).map_or(Cell::Unknown, Cell::Value),
        }
    }
}

fn outcome(expr: &str, cells: &str) -> Outcome {
    let schema = schema();
    let rules = compiled(&schema, expr).unwrap_or_else(|faults| panic!("{expr}: {faults:?}"));
    let row = Cells {
        schema: &schema,
        cells,
    };
    let mut outcomes = Vec::new();
    rules.judge(&row, &mut Scratch::default(), |_, outcome| {
        outcomes.push(outcome);
    });
    assert_eq!(outcomes.len(), 1);
    outcomes[0]
}

#[track_caller]
fn check(expr: &str, cells: &str, expected: Outcome) {
    assert_eq!(outcome(expr, cells), expected, "{expr} over {cells}");
}

#[track_caller]
fn holds(expr: &str, cells: &str) {
    check(expr, cells, Outcome::Holds);
}

#[track_caller]
fn broken(expr: &str, cells: &str) {
    check(expr, cells, Outcome::Broken);
}

#[track_caller]
fn undecided(expr: &str, cells: &str) {
    check(expr, cells, Outcome::Undecided);
}

/// Compares all faults, a line each.
#[track_caller]
fn at_fault(expr: &str, expected: &[&str]) {
    let faults = compiled(&schema(), expr).expect_err(expr);
    let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults, expected, "{expr}");
}
