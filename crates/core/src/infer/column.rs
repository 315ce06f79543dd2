//! What is known of a column while its cells go by, in bounded memory.

use super::candidate::{Alive, Candidate, Candidates, TypeProperties};
use super::{ColumnEvidence, Counted, Rejection};
use crate::habit;
use crate::text::{shorten, visible};

/// How many counter-examples are kept; of more, the last takes the last place.
const REJECTIONS_MAX: usize = 8;
/// The most different values that are told apart.
const DISTINCT_MAX: usize = 12;
/// The longest value that is told apart, and the longest part of one that is kept.
const VALUE_CHARS_MAX: usize = 40;

/// A column, so far.
#[derive(Debug)]
pub(super) struct Column {
    alive: Alive,
    n_values: u64,
    n_empty: u64,
    /// How often each of [`habit::MISSING`] stood there; empty if none did.
    markers: Vec<u64>,
    /// Whether any value has a digit: `NaN` alone makes no column of numbers.
    has_digits: bool,
    rejections: Vec<Refused>,
    /// The different values and how often each came; `None` if there are too many.
    distinct: Option<Vec<(Box<str>, u64)>>,
}

/// Candidates that ended with a value.
#[derive(Debug)]
struct Refused {
    candidates: Alive,
    /// How many values they had admitted.
    n_before: u64,
    line: u64,
    value: Box<str>,
}

/// What a column is found to be.
#[derive(Debug)]
pub(super) struct Concluded {
    pub(super) properties: TypeProperties,
    /// What says that there is no value, beside the empty text.
    pub(super) missing: Vec<&'static str>,
    pub(super) is_required: bool,
    pub(super) evidence: ColumnEvidence,
}

impl Column {
    pub(super) fn new(candidates: &Candidates) -> Self {
        Self {
            alive: candidates.all(),
            n_values: 0,
            n_empty: 0,
            markers: Vec::new(),
            has_digits: false,
            rejections: Vec::new(),
            distinct: Some(Vec::new()),
        }
    }

    /// Takes the next cell; `line` tells where it is.
    pub(super) fn add(&mut self, candidates: &Candidates, cell: &str, line: impl FnOnce() -> u64) {
        if cell.is_empty() {
            self.n_empty += 1;
            return;
        }
        if let Some(idx) = marker(cell) {
            self.markers.resize(habit::MISSING.len(), 0);
            if let Some(count) = self.markers.get_mut(idx) {
                *count += 1;
            }
            return;
        }
        self.count_distinct(cell);
        self.has_digits = self.has_digits || cell.bytes().any(|byte| byte.is_ascii_digit());
        if !self.alive.is_empty() {
            let refusing = candidates.refusing(self.alive, cell);
            if !refusing.is_empty() {
                self.refuse(refusing, cell, line());
            }
        }
        self.n_values += 1;
    }

    #[cold]
    fn refuse(&mut self, candidates: Alive, cell: &str, line: u64) {
        self.alive = self.alive.without(candidates);
        if self.rejections.len() == REJECTIONS_MAX {
            self.rejections.pop();
        }
        self.rejections.push(Refused {
            candidates,
            n_before: self.n_values,
            line,
            value: cell
                .chars()
                .take(VALUE_CHARS_MAX)
                .collect::<String>()
                .into(),
        });
    }

    fn count_distinct(&mut self, cell: &str) {
        let Some(distinct) = &mut self.distinct else {
            return;
        };
        if let Some((_, count)) = distinct.iter_mut().find(|(value, _)| **value == *cell) {
            *count += 1;
        } else if distinct.len() < DISTINCT_MAX && cell.chars().nth(VALUE_CHARS_MAX).is_none() {
            distinct.push((cell.into(), 1));
        } else {
            self.distinct = None;
        }
    }

    /// Says what the column is.
    pub(super) fn conclude(self, name: &str, candidates: &Candidates) -> Concluded {
        let (chosen, remark) = self.choose(candidates);
        let properties = match chosen {
            Some(candidate) => self.narrowed(&candidate.properties),
            None => TypeProperties::of("string"),
        };
        // Whatever is of the type is a value; of plain text everything is.
        let is_missing = |word: &str| chosen.is_some_and(|candidate| !candidate.admits(word));
        let seen = || {
            habit::MISSING
                .iter()
                .zip(&self.markers)
                .filter(|(_, n)| **n > 0)
        };
        let missing: Vec<(&'static str, u64)> = seen()
            .filter(|(word, _)| is_missing(word))
            .map(|(word, count)| (*word, *count))
            .collect();
        let n_markers: u64 = seen().map(|(_, count)| count).sum();
        let n_missing: u64 = missing.iter().map(|(_, count)| count).sum();
        let n_values = self.n_values + n_markers - n_missing;
        let empty = (self.n_empty > 0).then_some(("", self.n_empty));
        let counted = |(value, count): (&str, u64)| Counted {
            value: value.to_owned(),
            count,
        };
        let evidence = ColumnEvidence {
            name: name.to_owned(),
            chosen: properties.label(),
            values: n_values,
            missing: empty
                .into_iter()
                .chain(missing.iter().copied())
                .map(counted)
                .collect(),
            remark,
            rejected: self.rejected(candidates, chosen),
            distinct: self.distinct.as_ref().map_or_else(Vec::new, |distinct| {
                distinct
                    .iter()
                    .map(|(value, count)| counted((value, *count)))
                    .collect()
            }),
        };
        Concluded {
            properties,
            is_required: n_values > 0 && self.n_empty == 0 && missing.is_empty(),
            missing: missing.into_iter().map(|(word, _)| word).collect(),
            evidence,
        }
    }

    /// Returns the first candidate that admits every value and means one thing, and what else there
    /// is to say of it.
    fn choose<'c>(&self, candidates: &'c Candidates) -> (Option<&'c Candidate>, Option<String>) {
        if self.n_values == 0 {
            let remark = match self.markers.iter().sum::<u64>() {
                0 => "no values",
                _ => "only words that often say that there is no value",
            };
            return (None, Some(remark.to_owned()));
        }
        let living = self.alive.iter().filter_map(|idx| candidates.get(idx));
        let mut likely = living.filter(|candidate| self.speaks_for(candidate));
        let Some(candidate) = likely.next() else {
            return (None, None);
        };
        if let Some(rival) = candidates.rival(self.alive, candidate) {
            let remark = format!(
                "every value could be {} as well as {}: nothing tells which is meant",
                candidate.properties.label(),
                rival.properties.label()
            );
            return (None, Some(remark));
        }
        (Some(candidate), self.remark(candidate))
    }

    /// Whether the values show what the type is about.
    fn speaks_for(&self, candidate: &Candidate) -> bool {
        let (trues, falses) = (
            &candidate.properties.true_values,
            &candidate.properties.false_values,
        );
        let has_any = |words: &[&str]| {
            let distinct = self.distinct.iter().flatten();
            words.is_empty()
                || distinct
                    .into_iter()
                    .any(|(value, _)| words.contains(&&**value))
        };
        // Words such as `Y` are for booleans if their opposite is there too.
        has_any(trues) && has_any(falses) && (self.has_digits || !candidate.is_numeric())
    }

    fn remark(&self, candidate: &Candidate) -> Option<String> {
        if candidate.properties.kind != "integer" || candidate.properties.group_char.is_some() {
            return None;
        }
        let mut distinct = self.distinct.iter().flatten();
        let is_flag = self.distinct.is_some() && distinct.all(|(v, _)| matches!(&**v, "0" | "1"));
        is_flag.then(|| "only 0 and 1: it may be meant as boolean".to_owned())
    }

    /// Leaves out words that are not there.
    fn narrowed(&self, properties: &TypeProperties) -> TypeProperties {
        let seen = |words: &[&'static str]| {
            let is_seen = |word: &&&str| {
                let mut distinct = self.distinct.iter().flatten();
                distinct.any(|(value, _)| **value == ***word)
            };
            words.iter().filter(is_seen).copied().collect()
        };
        TypeProperties {
            true_values: seen(&properties.true_values),
            false_values: seen(&properties.false_values),
            ..properties.clone()
        }
    }

    /// Tells why the column is nothing else: what ended candidates that had admitted values before,
    /// or all of them at once.
    fn rejected(&self, candidates: &Candidates, chosen: Option<&Candidate>) -> Vec<Rejection> {
        let told = self.rejections.iter().filter(|refused| {
            refused.n_before > 0 || chosen.is_none() && self.rejections.len() == 1
        });
        let rejections = told.map(|refused| Rejection {
            candidates: match refused.n_before {
                0 => Vec::new(),
                _ => refused
                    .candidates
                    .iter()
                    .filter_map(|idx| Some(candidates.get(idx)?.properties.label()))
                    .collect(),
            },
            after: refused.n_before,
            line: refused.line,
            value: visible(&shorten(&refused.value)),
        });
        rejections.collect()
    }
}

/// Finds a word that often says that there is no value.
fn marker(cell: &str) -> Option<usize> {
    const WORD_BYTES_MAX: usize = 6;
    if cell.len() > WORD_BYTES_MAX {
        return None;
    }
    habit::MISSING.iter().position(|word| *word == cell)
}
