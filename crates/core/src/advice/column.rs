//! What is gathered of a column's errors: exact counts for what is tried from the first of them on.

use super::mend::{Change, Mend};
use super::unit::Units;
use super::{Advice, PatchOp, PatchValue, label, thousands};
use crate::check::closed::{ClosedText, MemberList};
use crate::check::words::Words;
use crate::check::{Cast, Verdict};
use crate::habit;
use crate::schema::Field;
use crate::text::{shorten, visible};

/// The most values of a column that are counted one by one, those that came first.
const VALUES_MAX: usize = 128;
/// The longest value that is counted, in bytes.
const VALUE_BYTES_MAX: usize = 64;
/// How many values an advice names.
const NAMED_MAX: usize = 5;
/// A value is taken for a member of an `enum` if it makes at least this many errors.
const REPEATS_MIN: u64 = 2;

/// What is known of a column in error.
#[derive(Debug)]
pub(super) struct ColumnErrors {
    /// All errors of the column.
    pub(super) of: u64,
    mends: Vec<Mend>,
    /// Values that are turned away, and how often; sorted by value.
    values: Vec<(Box<str>, u64)>,
    /// Errors that are gone without the white space around the value.
    n_spaced: u64,
    /// Errors that are gone if letters may be of either case.
    n_cased: u64,
    /// Errors for want of a value.
    n_absent: u64,
    /// The members of an `enum` of texts, in lower case.
    lower: Option<Words>,
    /// What stands around numbers.
    units: Units,
}

impl ColumnErrors {
    pub(super) fn new(field: &Field) -> Self {
        let lower = closed_texts(field).map(|closed| closed.members.iter().map(str::to_lowercase));
        Self {
            of: 0,
            mends: Mend::all_of(field),
            values: Vec::new(),
            n_spaced: 0,
            n_cased: 0,
            n_absent: 0,
            lower: lower.map(Iterator::collect),
            units: Units::default(),
        }
    }

    /// Takes a cell that has so many errors of its own.
    pub(super) fn add(&mut self, field: &Field, cell: &str, n_errors: u64) {
        let check = field.check();
        if check.is_missing(cell) {
            self.n_absent += n_errors;
            return;
        }
        let trimmed = cell.trim();
        let is_spaced =
            trimmed.len() != cell.len() && check.check(trimmed, &mut Vec::new()) == Verdict::Valid;
        if is_spaced {
            self.n_spaced += n_errors;
        }
        // White space is no text around a number that anybody meant.
        let tried = |mend: &&mut Mend| !is_spaced || mend.change != Change::TextAround;
        for mend in self.mends.iter_mut().filter(tried) {
            let is_mended = mend.add(cell, n_errors);
            if is_mended && mend.change == Change::TextAround {
                self.units.add(cell);
            }
        }
        if let Some(lower) = &self.lower
            && cell.len() <= VALUE_BYTES_MAX
            && lower.contains(&cell.to_lowercase())
        {
            self.n_cased += n_errors;
        }
        self.count_value(cell, n_errors);
    }

    fn count_value(&mut self, cell: &str, n_errors: u64) {
        if cell.len() > VALUE_BYTES_MAX {
            return;
        }
        match self
            .values
            .binary_search_by(|(value, _)| (**value).cmp(cell))
        {
            Ok(at) => {
                if let Some((_, count)) = self.values.get_mut(at) {
                    *count += n_errors;
                }
            }
            // Well-known ones have a place whenever they come.
            Err(at) if self.values.len() < VALUES_MAX || is_known(cell) => {
                self.values.insert(at, (cell.into(), n_errors));
            }
            Err(_) => {}
        }
    }

    /// Says what would mend the column's errors; `at` is the field's pointer.
    pub(super) fn advise(&self, field: &Field, at: &str) -> Vec<Advice> {
        let found = [
            self.as_missing(field, at),
            self.as_written(field, at),
            self.as_boolean(field, at),
            self.as_member(field, at),
            self.as_optional(field, at),
            self.remark(
                field,
                self.n_cased,
                "differ from a value of `enum` by upper and lower case only",
            ),
            self.remark(
                field,
                self.n_spaced,
                "pass without the white space around the value, which no schema takes away",
            ),
        ];
        found.into_iter().flatten().collect()
    }

    /// Another format, other marks, or a wider type.
    fn as_written(&self, field: &Field, at: &str) -> Option<Advice> {
        let mut best: Option<&Mend> = None;
        let is_meant = |mend: &&Mend| mend.change != Change::TextAround || self.units.are_units();
        for mend in self.mends.iter().filter(is_meant) {
            // What comes first is to be preferred, and text around numbers only to nothing at all.
            let is_better = best.is_none_or(|best| {
                mend.count > best.count && mend.change != Change::TextAround || best.count == 0
            });
            if is_better {
                best = Some(mend);
            }
        }
        let best = best.filter(|best| self.is_worth(best.count))?;
        let rival = best.change.rival().filter(|rival| {
            let rival = self.mends.iter().find(|mend| mend.change.is_format(rival));
            rival.is_some_and(|rival| rival.count == best.count)
        });
        let condition = best.change.condition();
        Some(match rival {
            None => self.advice(field, best.count, &condition, at, best.change.patch(at)),
            Some(rival) => {
                let condition = format!(
                    "{condition}; as many if it is `{rival}`: they do not tell which is meant"
                );
                self.advice(field, best.count, &condition, at, Vec::new())
            }
        })
    }

    /// Values that say that there is none.
    fn as_missing(&self, field: &Field, at: &str) -> Option<Advice> {
        if field.is_required() || matches!(field.check().cast, Cast::Any(_)) {
            return None;
        }
        let is_boolean = matches!(field.check().cast, Cast::Boolean(..));
        // No other word, however often it is there: the patch would erase it.
        let words = self.named(|value, _| {
            habit::MISSING.contains(&value) && !(is_boolean && is_boolean_word(value))
        });
        let count = words.iter().map(|(_, count)| count).sum();
        if !self.is_worth(count) {
            return None;
        }
        let known = field.check().missing.iter().map(str::to_owned);
        let value = known.chain(words.iter().map(|(word, _)| (*word).to_owned()));
        let patch = vec![PatchOp::Add {
            path: format!("{at}/missingValues"),
            value: PatchValue::Texts(value.collect()),
        }];
        let condition = format!("`missingValues` has {}", list(&words));
        Some(self.advice(field, count, &condition, at, patch))
    }

    /// Words for true and false.
    fn as_boolean(&self, field: &Field, at: &str) -> Option<Advice> {
        let Cast::Boolean(syntax, _) = &field.check().cast else {
            return None;
        };
        // One word alone says little: beside `m`, an `f` is not false.
        let is_used = |words: &[&str], known: &Words| {
            let mut words = words.iter();
            words.any(|word| known.contains(word) || self.has_value(word))
        };
        let pairs = habit::BOOLEANS.iter().filter(|(trues, falses)| {
            is_used(trues, &syntax.true_values) && is_used(falses, &syntax.false_values)
        });
        let trues = self.named(|value, _| pairs.clone().any(|(trues, _)| trues.contains(&value)));
        let falses =
            self.named(|value, _| pairs.clone().any(|(_, falses)| falses.contains(&value)));
        let count = trues.iter().chain(&falses).map(|(_, count)| count).sum();
        if !self.is_worth(count) {
            return None;
        }
        let lists = [
            ("trueValues", &syntax.true_values, &trues),
            ("falseValues", &syntax.false_values, &falses),
        ];
        let lists = lists.into_iter().filter(|(_, _, words)| !words.is_empty());
        let conditions: Vec<String> = lists
            .clone()
            .map(|(key, _, words)| format!("`{key}` has {}", list(words)))
            .collect();
        let patch = lists.map(|(key, known, words)| {
            let known = known.iter().map(str::to_owned);
            let words = words.iter().map(|(word, _)| (*word).to_owned());
            PatchOp::Add {
                path: format!("{at}/{key}"),
                value: PatchValue::Texts(known.chain(words).collect()),
            }
        });
        let patch = patch.collect();
        Some(self.advice(field, count, &conditions.join(" and "), at, patch))
    }

    /// Values that an `enum` lacks.
    fn as_member(&self, field: &Field, at: &str) -> Option<Advice> {
        let closed = closed_texts(field)?;
        let lower = self.lower.as_ref()?;
        let words = self.named(|value, count| {
            count >= REPEATS_MIN
                && count * 10 >= self.of
                && value == value.trim()
                && !habit::MISSING.contains(&value)
                && !lower.contains(&value.to_lowercase())
        });
        let count = words.iter().map(|(_, count)| count).sum();
        if !self.is_worth(count) {
            return None;
        }
        let operation = |list: &MemberList, word: &str| {
            let word = word.to_owned();
            let (list, value) = match list {
                MemberList::Enum => ("constraints/enum", PatchValue::Text(word)),
                MemberList::Categories => ("categories", PatchValue::Text(word)),
                MemberList::CategoryObjects => ("categories", PatchValue::Category { value: word }),
            };
            PatchOp::Add {
                path: format!("{at}/{list}/-"),
                value,
            }
        };
        let lists = closed.lists.iter();
        let patch = lists.flat_map(|list| words.iter().map(|(word, _)| operation(list, word)));
        let patch = patch.collect();
        let subject = match closed.lists.as_slice() {
            [MemberList::Enum] => "`enum` has",
            [MemberList::Categories | MemberList::CategoryObjects] => "`categories` has",
            _ => "`categories` and `enum` have",
        };
        let condition = format!("{subject} {}", list(&words));
        Some(self.advice(field, count, &condition, at, patch))
    }

    /// Cells without a value where one is required.
    fn as_optional(&self, field: &Field, at: &str) -> Option<Advice> {
        if !self.is_worth(self.n_absent) {
            return None;
        }
        let patch = vec![PatchOp::Add {
            path: format!("{at}/constraints/required"),
            value: PatchValue::Flag(false),
        }];
        let condition = "the column is not `required`";
        Some(self.advice(field, self.n_absent, condition, at, patch))
    }

    /// Whether it is worth a line: one error in a hundred.
    fn is_worth(&self, count: u64) -> bool {
        count > 0 && count.saturating_mul(100) >= self.of
    }

    fn has_value(&self, value: &str) -> bool {
        let found = self.values.binary_search_by(|(v, _)| (**v).cmp(value));
        found.is_ok()
    }

    /// Returns the values that are meant, most frequent first, as many as an advice names.
    fn named(&self, is_meant: impl Fn(&str, u64) -> bool) -> Vec<(&str, u64)> {
        let values = self.values.iter().map(|(value, count)| (&**value, *count));
        let mut meant: Vec<(&str, u64)> = values.filter(|(v, count)| is_meant(v, *count)).collect();
        meant.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        meant.truncate(NAMED_MAX);
        meant
    }

    fn advice(
        &self,
        field: &Field,
        mends: u64,
        condition: &str,
        at: &str,
        mut patch: Vec<PatchOp>,
    ) -> Advice {
        if !patch.is_empty() {
            // So that it changes no other field than the one that it was made for.
            let test = PatchOp::Test {
                path: format!("{at}/name"),
                value: PatchValue::Text(field.name().to_owned()),
            };
            patch.insert(0, test);
        }
        Advice {
            text: format!("{} pass if {condition}", self.share(field, mends)),
            column: Some(shorten(field.name())),
            mends,
            of: self.of,
            patch,
        }
    }

    fn remark(&self, field: &Field, count: u64, what: &str) -> Option<Advice> {
        self.is_worth(count).then(|| Advice {
            text: format!("{} {what}", self.share(field, count)),
            column: Some(shorten(field.name())),
            mends: count,
            of: self.of,
            patch: Vec::new(),
        })
    }

    fn share(&self, field: &Field, count: u64) -> String {
        format!(
            "{} of {} errors of column {}",
            thousands(count),
            thousands(self.of),
            label(field.name())
        )
    }
}

/// Returns the closed set of texts.
fn closed_texts(field: &Field) -> Option<&ClosedText> {
    match &field.check().cast {
        Cast::Text(rules) => rules.closed.as_ref(),
        Cast::Any(closed) => closed.as_ref(),
        Cast::Integer(..)
        | Cast::Number(..)
        | Cast::Boolean(..)
        | Cast::Json(_)
        | Cast::List(_)
        | Cast::DateTime(..)
        | Cast::Date(..)
        | Cast::Time(..)
        | Cast::Year(_)
        | Cast::YearMonth(_)
        | Cast::Duration(_)
        | Cast::GeoPoint(..) => None,
    }
}

fn is_known(value: &str) -> bool {
    habit::MISSING.contains(&value) || is_boolean_word(value)
}

fn is_boolean_word(value: &str) -> bool {
    let mut pairs = habit::BOOLEANS.iter();
    pairs.any(|(trues, falses)| trues.contains(&value) || falses.contains(&value))
}

fn list(words: &[(&str, u64)]) -> String {
    let words: Vec<String> = words
        .iter()
        .map(|(word, _)| format!("`{}`", visible(word)))
        .collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some(_) | None => words.concat(),
    }
}
