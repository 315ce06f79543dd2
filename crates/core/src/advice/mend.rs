//! What may mend the errors of a column: other ways to write values, each tried by a check of its
//! own, so that what is promised is what a run with the changed schema does.

use super::{PatchOp, PatchValue};
use crate::check::{Cast, ColumnCheck, Verdict};
use crate::habit::{self, Pattern};
use crate::schema::{Field, Schema};
use crate::value::decimal::{NumberSyntax, Surroundings};
use crate::value::temporal::{TemporalFormat, TemporalKind};

/// A change of a field under which other cells are valid.
#[derive(Clone, Debug)]
pub(super) struct Mend {
    pub(super) change: Change,
    check: ColumnCheck,
    /// How many errors it mends.
    pub(super) count: u64,
}

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The format of dates and times; another format may be meant as well.
    Format(Pattern),
    /// The marks of a number.
    Marks {
        decimal: Option<&'static str>,
        group: Option<&'static str>,
    },
    /// Numbers have text around them.
    TextAround,
    /// The type `number` in the place of `integer`.
    Number,
}

impl Change {
    /// Completes "… errors of the column pass if …".
    pub(super) fn condition(self) -> String {
        // Not every change only widens what is valid.
        const INSTEAD: &str = ", and then only such values do";
        match self {
            Self::Format(pattern) => format!("its format is `{}`{INSTEAD}", pattern.text),
            Self::Marks { decimal, group } => {
                let instead = decimal.map_or("", |_| INSTEAD);
                let decimal = decimal.map(|mark| format!("`decimalChar` is `{mark}`"));
                let group = group.map(|mark| format!("`groupChar` is `{mark}`"));
                let marks: Vec<String> = decimal.into_iter().chain(group).collect();
                marks.join(" and ") + instead
            }
            Self::TextAround => "`bareNumber` is `false`, for there is text around numbers".into(),
            Self::Number => "its type is `number`".into(),
        }
    }

    /// Returns the operations; `at` is the field's pointer.
    pub(super) fn patch(self, at: &str) -> Vec<PatchOp> {
        let text = |key: &str, value: &str| PatchOp::Add {
            path: format!("{at}/{key}"),
            value: PatchValue::Text(value.to_owned()),
        };
        match self {
            Self::Format(pattern) => vec![text("format", pattern.text)],
            Self::Marks { decimal, group } => {
                let decimal = decimal.map(|mark| text("decimalChar", mark));
                let group = group.map(|mark| text("groupChar", mark));
                decimal.into_iter().chain(group).collect()
            }
            Self::TextAround => vec![PatchOp::Add {
                path: format!("{at}/bareNumber"),
                value: PatchValue::Flag(false),
            }],
            Self::Number => vec![text("type", "number")],
        }
    }

    /// Returns the pattern that is as likely where both mend as many.
    pub(super) fn rival(self) -> Option<&'static str> {
        match self {
            Self::Format(pattern) => pattern.rival,
            Self::Marks { .. } | Self::TextAround | Self::Number => None,
        }
    }

    /// Whether it is that pattern.
    pub(super) fn is_format(self, text: &str) -> bool {
        match self {
            Self::Format(pattern) => pattern.text == text,
            Self::Marks { .. } | Self::TextAround | Self::Number => false,
        }
    }
}

impl Mend {
    /// Returns what may mend a field's cells, what is to be preferred first.
    pub(super) fn all_of(field: &Field) -> Vec<Self> {
        let check = field.check();
        let mend = |change, cast: Cast| Self {
            change,
            check: ColumnCheck {
                cast,
                ..check.clone()
            },
            count: 0,
        };
        match &check.cast {
            Cast::Date(_, rules) => formats(habit::DATES, TemporalKind::Date)
                .map(|(pattern, format)| {
                    mend(Change::Format(pattern), Cast::Date(format, rules.clone()))
                })
                .collect(),
            Cast::DateTime(_, rules) => formats(habit::DATETIMES, TemporalKind::DateTime)
                .map(|(pattern, format)| {
                    let cast = Cast::DateTime(format, rules.clone());
                    mend(Change::Format(pattern), cast)
                })
                .collect(),
            Cast::Time(_, rules) => formats(habit::TIMES, TemporalKind::Time)
                .map(|(pattern, format)| {
                    mend(Change::Format(pattern), Cast::Time(format, rules.clone()))
                })
                .collect(),
            Cast::Integer(syntax, rules) => {
                let cast = |syntax| Cast::Integer(syntax, rules.clone());
                let groups = grouped(syntax);
                let mut mends: Vec<Self> = groups.map(|(c, s)| mend(c, cast(s))).collect();
                if check.cast.constraints().is_empty() {
                    let cast = Cast::Number(syntax.clone(), crate::check::rules::Rules::none());
                    mends.push(mend(Change::Number, cast));
                }
                mends.extend(text_around(syntax).map(|s| mend(Change::TextAround, cast(s))));
                mends
            }
            Cast::Number(syntax, rules) => {
                let cast = |syntax| Cast::Number(syntax, rules.clone());
                let marked = marked(syntax).map(|(change, syntax)| mend(change, cast(syntax)));
                let around = text_around(syntax).map(|s| mend(Change::TextAround, cast(s)));
                marked.chain(around).collect()
            }
            Cast::Any(_)
            | Cast::Text(_)
            | Cast::Boolean(..)
            | Cast::Json(_)
            | Cast::List(_)
            | Cast::Year(_)
            | Cast::YearMonth(_)
            | Cast::Duration(_)
            | Cast::GeoPoint(..) => Vec::new(),
        }
    }

    /// Takes a cell with so many errors; returns whether it mends them.
    pub(super) fn add(&mut self, cell: &str, n_errors: u64) -> bool {
        let is_mended = self.check.check(cell, &mut Vec::new()) == Verdict::Valid;
        if is_mended {
            self.count += n_errors;
        }
        is_mended
    }
}

fn formats(
    patterns: &'static [Pattern],
    kind: TemporalKind,
) -> impl Iterator<Item = (Pattern, TemporalFormat)> {
    // Each of them compiles: a test says so.
    let compiled = move |pattern: &Pattern| {
        let format = TemporalFormat::compile(pattern.text, kind).ok()?;
        Some((*pattern, format))
    };
    patterns.iter().filter_map(compiled)
}

fn grouped(syntax: &NumberSyntax) -> impl Iterator<Item = (Change, NumberSyntax)> + '_ {
    habit::GROUPS.iter().map(|group| {
        let change = Change::Marks {
            decimal: None,
            group: Some(group),
        };
        let syntax = NumberSyntax {
            group_mark: Some((*group).into()),
            ..syntax.clone()
        };
        (change, syntax)
    })
}

fn marked(syntax: &NumberSyntax) -> impl Iterator<Item = (Change, NumberSyntax)> + '_ {
    habit::MARKS.iter().map(|(decimal, group)| {
        // Where a field has marks of its own, both are named.
        let decimal_mark = (*syntax.decimal_mark != **decimal).then_some(*decimal);
        let change = Change::Marks {
            decimal: decimal_mark,
            group: *group,
        };
        let kept = syntax.group_mark.clone().filter(|mark| **mark != **decimal);
        let syntax = NumberSyntax {
            decimal_mark: (*decimal).into(),
            group_mark: group.map(Into::into).or(kept),
            ..syntax.clone()
        };
        (change, syntax)
    })
}

fn text_around(syntax: &NumberSyntax) -> Option<NumberSyntax> {
    (syntax.surroundings == Surroundings::Bare).then(|| NumberSyntax {
        surroundings: Surroundings::Text,
        ..syntax.clone()
    })
}

/// Returns the pointer of a field.
pub(super) fn pointer(schema: &Schema, field: &Field) -> Option<String> {
    let idx = schema
        .fields()
        .iter()
        .position(|f| f.name() == field.name())?;
    Some(format!("/fields/{idx}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_and_knows_its_rival() {
        let lists = [
            (habit::DATES, TemporalKind::Date),
            (habit::DATETIMES, TemporalKind::DateTime),
            (habit::TIMES, TemporalKind::Time),
        ];
        for (patterns, kind) in lists {
            assert_eq!(formats(patterns, kind).count(), patterns.len());
            for pattern in patterns {
                let Some(rival) = pattern.rival else { continue };
                let back = patterns.iter().find(|p| p.text == rival).unwrap();
                assert_eq!(back.rival, Some(pattern.text));
            }
        }
    }
}
