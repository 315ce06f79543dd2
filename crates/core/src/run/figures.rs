//! Summaries over accepted records, computed as they pass by.

use crate::batch::{Batch, unescape};
use crate::check::ColumnCheck;
use crate::plan::Plan;
use crate::report::SummaryReport;
use crate::schema::{SummaryOf, SummaryText};
use crate::summary::{Number, Sum, WeightedMean};

/// The figures that a schema asks for.
#[derive(Debug)]
pub(super) struct Figures<'p> {
    plan: &'p Plan,
    list: Vec<Figure<'p>>,
    cell: Vec<u8>,
}

#[derive(Debug)]
struct Figure<'p> {
    text: &'p SummaryText,
    value: Option<Operand<'p>>,
    weight: Option<Operand<'p>>,
    tally: Tally,
    n_records: u64,
    /// Whether a value was too large to be computed with, so that there is no exact figure.
    is_beyond: bool,
}

/// A column whose values are computed with.
#[derive(Clone, Copy, Debug)]
struct Operand<'p> {
    column: usize,
    check: &'p ColumnCheck,
}

#[derive(Debug)]
enum Tally {
    Sum(Sum),
    Mean(WeightedMean),
}

impl<'p> Figures<'p> {
    pub(super) fn of(plan: &'p Plan) -> Self {
        let texts = plan.schema().extension().summaries.iter();
        let operand = |field: usize| {
            let check = plan.schema().fields().get(field)?.check();
            let is_bound = |column: &crate::plan::Column| column.field_idx() == Some(field);
            let column = plan.columns().iter().position(is_bound)?;
            Some(Operand { column, check })
        };
        let figures = texts.map(|text| {
            let (value, weight, tally) = match text.of {
                SummaryOf::Sum(field) => (field, None, Tally::Sum(Sum::default())),
                SummaryOf::Mean(field) => (field, None, Tally::Mean(WeightedMean::default())),
                SummaryOf::WeightedMean { value, weight } => {
                    (value, Some(weight), Tally::Mean(WeightedMean::default()))
                }
            };
            let weight_operand = weight.and_then(operand);
            Figure {
                text,
                // Without one of its columns there is no figure.
                value: operand(value).filter(|_| weight.is_none() || weight_operand.is_some()),
                weight: weight_operand,
                tally,
                n_records: 0,
                is_beyond: false,
            }
        });
        Self {
            list: figures.collect(),
            plan,
            cell: Vec::new(),
        }
    }

    /// Takes accepted records: those of a batch from `first` to before `end`.
    pub(super) fn add(&mut self, batch: &Batch, first: usize, end: usize) {
        if self.list.is_empty() {
            return;
        }
        for idx in first..end {
            for figure in &mut self.list {
                let added = figure.add(self.plan, batch, idx, &mut self.cell);
                match added {
                    Ok(n_records) => figure.n_records += n_records,
                    Err(TooLarge) => figure.is_beyond = true,
                }
            }
        }
    }

    pub(super) fn into_reports(self) -> Vec<SummaryReport> {
        self.list.into_iter().map(Figure::into_report).collect()
    }
}

/// A number that is too large to be computed with.
struct TooLarge;

impl Figure<'_> {
    /// Takes a record; returns how many times it counts: once or, if it has no value, not at all.
    fn add(
        &mut self,
        plan: &Plan,
        batch: &Batch,
        idx: usize,
        cell: &mut Vec<u8>,
    ) -> Result<u64, TooLarge> {
        let Some(value) = self.value.map(|o| o.number(plan, batch, idx, cell)) else {
            return Ok(0);
        };
        let weight = self.weight.map(|o| o.number(plan, batch, idx, cell));
        let Some(value) = value? else {
            return Ok(0);
        };
        let Some(weight) = weight.transpose()?.unwrap_or_else(|| Some(Number::one())) else {
            return Ok(0);
        };
        match &mut self.tally {
            Tally::Sum(sum) => sum.add(&value),
            Tally::Mean(mean) => mean.add(&value, &weight),
        }
        Ok(1)
    }

    fn into_report(self) -> SummaryReport {
        let value = match self.tally {
            Tally::Sum(sum) => Some(sum.finish()),
            Tally::Mean(mean) => mean.finish(),
        };
        SummaryReport {
            name: self.text.name.clone(),
            kind: self.text.of.as_str(),
            value: value
                .filter(|_| !self.is_beyond)
                .map(|number| number.to_string()),
            count: self.n_records,
        }
    }
}

impl Operand<'_> {
    /// Reads a record's number; `None` if it has none, or one that is not finite.
    fn number(
        self,
        plan: &Plan,
        batch: &Batch,
        idx: usize,
        cell: &mut Vec<u8>,
    ) -> Result<Option<Number>, TooLarge> {
        let fields = batch.index().records().get(idx);
        let fields = fields.map(|record| batch.index().fields(record));
        let Some(field) = fields.and_then(|f| f.get(plan.n_stripped() + self.column)) else {
            return Ok(None);
        };
        let dialect = plan.dialect();
        if batch.is_null(field, dialect.null_sequence.as_ref()) {
            return Ok(None);
        }
        cell.clear();
        unescape(dialect, batch.raw(field), cell);
        let decimal = str::from_utf8(cell)
            .ok()
            .and_then(|cell| self.check.decimal(cell));
        let number = decimal.map(|decimal| Number::try_from(&decimal));
        number.transpose().map_err(|_| TooLarge)
    }
}
