//! Reads the block `rowgate`. It is ours alone, so that a key which it does not have is a fault.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::extension::{
    Extension, FormulaPolicy, LabelCase, LabelMatching, LabelSpace, RuleText, Severity, SummaryOf,
    SummaryText, TemporalAny,
};
use super::fault::{Faults, Path};
use super::json::{Json, Object};
use super::names::{Names, Single};
use super::read::{flag, object, string};
use crate::rule::{Column, RuleSet, compile};
use crate::schema::{Field, FieldKind};
use crate::tolerance::RejectsMax;

/// The block's name in a descriptor.
pub(super) const BLOCK: &str = "rowgate";

const KEYS: &[&str] = &[
    "rules",
    "limits",
    "header",
    "redact",
    "formula_injection",
    "summaries",
    "temporal_any",
];

const SEVERITIES: &[(&str, Severity)] = &[
    ("reject", Severity::Reject),
    ("warn", Severity::Warn),
    ("fail", Severity::Fail),
];

const POLICIES: &[(&str, FormulaPolicy)] = &[
    ("allow", FormulaPolicy::Allow),
    ("reject", FormulaPolicy::Reject),
    ("escape", FormulaPolicy::Escape),
];

/// Reads whether the format `any` of dates and times may be used, which fields are read by. What is
/// wrong with it is said when the whole block is read.
pub(super) fn temporal_any(schema: &Object<'_>) -> TemporalAny {
    match schema.get(BLOCK) {
        Some(Json::Object(block)) if block.get("temporal_any") == Some(&Json::Bool(true)) => {
            TemporalAny::Allowed
        }
        Some(_) | None => TemporalAny::Refused,
    }
}

/// Reads what of the block is without fault.
pub(super) fn extension(schema: &Object<'_>, names: &Names<'_>, faults: &mut Faults) -> Extension {
    let path = Path::ROOT.key(BLOCK);
    let Some(block) = object(schema, BLOCK, &Path::ROOT, faults) else {
        return Extension::default();
    };
    refuse_unknown(block, KEYS, &path, faults);
    flag(block, "temporal_any", &path, faults);
    let (rejects_max, consecutive_rejects_max) = limits(block, &path, faults);
    Extension {
        rules: items(block, "rules", &path, faults, rule),
        rejects_max,
        consecutive_rejects_max,
        labels: labels(block, names, &path, faults),
        redacted: block.get("redact").map_or_else(Vec::new, |json| {
            let read = names.read_list(json, Single::Refused, &path.key("redact"), faults);
            read.unwrap_or_default()
        }),
        formulas: choice(block, "formula_injection", POLICIES, &path, faults),
        summaries: items(block, "summaries", &path, faults, |object, path, faults| {
            summary(object, names, path, faults)
        }),
        temporal_any: temporal_any(schema),
    }
}

/// Checks the rules against the fields.
pub(super) fn rules(extension: &Extension, fields: &[Field], faults: &mut Faults) -> RuleSet {
    let columns: Vec<Column<'_>> = fields.iter().map(Column::of).collect();
    match compile(&extension.rules, &columns) {
        Ok(rules) => rules,
        Err(flaws) => {
            let (block, list) = (Path::ROOT.key(BLOCK), "rules");
            for flaw in flaws {
                let message = format!("{}:{}: {}", flaw.line, flaw.column, flaw.message);
                let hint = flaw.hint.as_deref().unwrap_or_default();
                faults.push(&block.key(list).index(flaw.rule).key("expr"), message, hint);
            }
            RuleSet::default()
        }
    }
}

fn refuse_unknown(object: &Object<'_>, known: &[&str], path: &Path<'_>, faults: &mut Faults) {
    for (key, _) in object.iter().filter(|(key, _)| !known.contains(key)) {
        let message = format!("unknown key `{key}`");
        faults.push_unknown(&path.key(key), message, key, known.iter().copied());
    }
}

/// Reads one word of a few; the default if it is not there.
fn choice<T: Copy + Default>(
    object: &Object<'_>,
    key: &str,
    known: &[(&str, T)],
    path: &Path<'_>,
    faults: &mut Faults,
) -> T {
    let Some(word) = string(object, key, path, faults) else {
        return T::default();
    };
    let found = known.iter().find(|(name, _)| *name == word);
    if found.is_none() {
        let message = format!("unknown word `{word}`");
        let known = known.iter().map(|(name, _)| *name);
        faults.push_unknown(&path.key(key), message, word, known);
    }
    found.map_or_else(T::default, |(_, value)| *value)
}

/// Reads an array of objects, each of which has a name of its own.
fn items<'j, T>(
    block: &'j Object<'_>,
    key: &str,
    path: &Path<'_>,
    faults: &mut Faults,
    mut read: impl FnMut(&'j Object<'_>, &Path<'_>, &mut Faults) -> Option<T>,
) -> Vec<T> {
    let path = path.key(key);
    let items = match block.get(key) {
        Some(Json::Array(items)) => items,
        Some(other) => {
            faults.push_type(&path, "an array of objects", other);
            return Vec::new();
        }
        None => return Vec::new(),
    };
    let mut seen = HashSet::new();
    let mut values = Vec::with_capacity(items.len());
    for (idx, item) in items.iter().enumerate() {
        let path = path.index(idx);
        let Json::Object(object) = item else {
            faults.push_type(&path, "an object", item);
            continue;
        };
        if let Some(name) = filled(object, "name", &path, faults)
            && !seen.insert(name)
        {
            let hint = "each has a name of its own";
            faults.push(
                &path.key("name"),
                format!("name `{name}` stands twice"),
                hint,
            );
        }
        values.extend(read(object, &path, faults));
    }
    values
}

/// Reads a string that must be there and hold something.
fn filled<'j>(
    object: &'j Object<'_>,
    key: &str,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<&'j str> {
    if object.get(key).is_none() {
        faults.push(path, format!("lacks its `{key}`"), "");
    }
    let text = string(object, key, path, faults)?;
    if text.trim().is_empty() {
        faults.push(&path.key(key), "must not be empty", "");
        return None;
    }
    Some(text)
}

fn rule(object: &Object<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<RuleText> {
    refuse_unknown(
        object,
        &["name", "expr", "message", "severity"],
        path,
        faults,
    );
    let expr = filled(object, "expr", path, faults);
    let message = string(object, "message", path, faults);
    let severity = choice(object, "severity", SEVERITIES, path, faults);
    Some(RuleText {
        name: object.get("name")?.as_text()?.to_owned(),
        expr: expr?.to_owned(),
        message: message.map(str::to_owned),
        severity,
    })
}

fn limits(
    block: &Object<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> (Option<RejectsMax>, Option<u64>) {
    let Some(limits) = object(block, "limits", path, faults) else {
        return (None, None);
    };
    let path = path.key("limits");
    refuse_unknown(limits, &["rejects", "consecutive_rejects"], &path, faults);
    let rejects_max = limits.get("rejects").and_then(|json| {
        let read = match json {
            Json::Number(text) => text.parse().ok().map(RejectsMax::Count),
            Json::Text(text) => text.parse().ok(),
            Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
        };
        if read.is_none() {
            let hint =
                "a count such as `12`, or a share from `\"0%\"` to `\"100%\"` such as `\"0.5%\"`";
            let message = format!("`{json}` is no limit of rejects");
            faults.push(&path.key("rejects"), message, hint);
        }
        read
    });
    let consecutive = limits.get("consecutive_rejects").and_then(|json| {
        let read = match json {
            Json::Number(text) => text.parse().ok(),
            Json::Null | Json::Bool(_) | Json::Text(_) | Json::Array(_) | Json::Object(_) => None,
        };
        if read.is_none() {
            let message = format!("`{json}` is no count");
            faults.push(
                &path.key("consecutive_rejects"),
                message,
                "a number such as `1000`",
            );
        }
        read
    });
    (rejects_max, consecutive)
}

fn labels(
    block: &Object<'_>,
    names: &Names<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> LabelMatching {
    let Some(header) = object(block, "header", path, faults) else {
        return LabelMatching::default();
    };
    let path = path.key("header");
    refuse_unknown(
        header,
        &["case_sensitive", "trim", "aliases"],
        &path,
        faults,
    );
    let mut matching = LabelMatching {
        case: match flag(header, "case_sensitive", &path, faults) {
            Some(false) => LabelCase::Insensitive,
            Some(true) | None => LabelCase::Sensitive,
        },
        space: match flag(header, "trim", &path, faults) {
            Some(true) => LabelSpace::Trimmed,
            Some(false) | None => LabelSpace::Significant,
        },
        aliases: Vec::new(),
    };
    let mut taken = Taken::new(&matching, names, &path, faults);
    if let Some(aliases) = object(header, "aliases", &path, faults) {
        matching.aliases = taken.read(aliases, names, &path.key("aliases"), faults);
    }
    matching
}

/// A label as it is compared.
#[derive(PartialEq, Eq, Hash)]
struct Compared<'n>(Cow<'n, str>);

/// The labels that stand for a field already.
struct Taken<'n> {
    rules: LabelMatching,
    labels: HashMap<Compared<'n>, &'n str>,
}

impl<'n> Taken<'n> {
    fn new(rules: &LabelMatching, names: &Names<'n>, path: &Path<'_>, faults: &mut Faults) -> Self {
        let mut labels = HashMap::new();
        for name in names.iter() {
            if let Some(other) = labels.insert(Compared(rules.compared(name)), name) {
                let hint = "they would have one label: compare labels as they are";
                let message = format!("fields `{other}` and `{name}` cannot be told apart");
                faults.push(path, message, hint);
            }
        }
        Self {
            rules: rules.clone(),
            labels,
        }
    }

    fn read<'j: 'n>(
        &mut self,
        aliases: &'j Object<'_>,
        names: &Names<'n>,
        path: &Path<'_>,
        faults: &mut Faults,
    ) -> Vec<(usize, String)> {
        let mut read = Vec::new();
        for (name, json) in aliases.iter() {
            let path = path.key(name);
            let field = names.refer(name, &path, faults);
            let Json::Array(items) = json else {
                faults.push_type(&path, "an array of labels", json);
                continue;
            };
            for (idx, item) in items.iter().enumerate() {
                let path = path.index(idx);
                let Some(label) = item.as_text() else {
                    faults.push_type(&path, "a label", item);
                    continue;
                };
                let compared = Compared(self.rules.compared(label));
                if compared.0.is_empty() {
                    faults.push(&path, "must not be empty", "an empty label is an error");
                } else if let Some(other) = self.labels.insert(compared, name) {
                    let message = format!("`{label}` stands for the field `{other}` already");
                    faults.push(&path, message, "a label means one field");
                }
                read.extend(field.map(|field| (field, label.to_owned())));
            }
        }
        read
    }
}

fn summary(
    object: &Object<'_>,
    names: &Names<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<SummaryText> {
    const FIGURES: [&str; 3] = ["sum", "mean", "weighted_mean"];
    let known = ["name"].into_iter().chain(FIGURES);
    refuse_unknown(object, &known.collect::<Vec<_>>(), path, faults);
    let mut asked = FIGURES
        .into_iter()
        .filter_map(|key| Some((key, object.get(key)?)));
    let (Some((key, json)), None) = (asked.next(), asked.next()) else {
        let hint = "`sum` and `mean` name a field, `weighted_mean` a `value` and a `weight`";
        let message = "must have exactly one of `sum`, `mean` and `weighted_mean`";
        faults.push(path, message, hint);
        return None;
    };
    let path = path.key(key);
    let of = match (key, json) {
        ("weighted_mean", Json::Object(weighted)) => {
            refuse_unknown(weighted, &["value", "weight"], &path, faults);
            let mut part = |key| {
                if weighted.get(key).is_none() {
                    faults.push(&path, format!("lacks its `{key}`"), "");
                }
                numeric(weighted.get(key)?, names, &path.key(key), faults)
            };
            let (value, weight) = (part("value"), part("weight"));
            SummaryOf::WeightedMean {
                value: value?,
                weight: weight?,
            }
        }
        ("weighted_mean", other) => {
            faults.push_type(&path, "an object with `value` and `weight`", other);
            return None;
        }
        ("sum", json) => SummaryOf::Sum(numeric(json, names, &path, faults)?),
        (_, json) => SummaryOf::Mean(numeric(json, names, &path, faults)?),
    };
    Some(SummaryText {
        name: object.get("name")?.as_text()?.to_owned(),
        of,
    })
}

/// Reads the name of a field that has numbers.
fn numeric(
    json: &Json<'_>,
    names: &Names<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<usize> {
    let field = names.read(json, path, faults)?;
    match names.kind(field) {
        None | Some(FieldKind::Integer | FieldKind::Number) => Some(field),
        Some(kind) => {
            let message = format!("field `{json}` is of the type `{kind}`, which has no sum");
            faults.push(path, message, "name an `integer` or a `number`");
            None
        }
    }
}
