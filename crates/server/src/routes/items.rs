//! Weighted items, read strictly: everything that is wrong with them is named.

use std::fmt;

use rowgate_app::telemetry::PayloadSummary;
use rowgate_core::summary::Number;
use serde::de::{Deserializer as _, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::problem::{DataFault, Problem, ProblemKind};
use crate::routes::json_object::{JsonType, MemberFault, members};

/// How many faults an answer names.
const FAULTS_MAX: usize = 100;

/// A number with its weight.
#[derive(Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) value: Number,
    pub(crate) weight: Number,
}

/// What was seen of a body, as far as it was read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) bytes: usize,
    pub(crate) json_type: Option<JsonType>,
    pub(crate) items: Option<usize>,
}

impl Seen {
    /// Returns it for the log.
    pub(crate) fn summary(self) -> PayloadSummary {
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let mut summary = PayloadSummary::new().count("byte_count", count(self.bytes));
        if let Some(json_type) = self.json_type {
            summary = summary.kind("payload", json_type.as_str());
        }
        if let Some(items) = self.items {
            summary = summary.count("item_count", count(items));
        }
        summary
    }
}

/// Reads `{"items": [{"value": 1.0, "weight": 2.0}, …]}`; notes in `seen` how far it came.
///
/// # Errors
///
/// [`ProblemKind::Json`] for what is no JSON, else [`ProblemKind::Items`] with the first faults.
pub(crate) fn read_items(
    body: &[u8],
    items_max: usize,
    seen: &mut Seen,
) -> Result<Vec<Item>, Problem> {
    seen.bytes = body.len();
    let List { first, n_items } = read_list(body, items_max, seen)?;
    seen.items = Some(n_items);
    if n_items == 0 {
        return Err(of_list("is empty: nothing has no average"));
    }
    if n_items > items_max {
        let message = format!("has {n_items} items, and at most {items_max} are taken");
        return Err(of_list(message));
    }
    let mut items = Vec::with_capacity(first.len());
    let mut faults = Vec::new();
    for (idx, item) in first.into_iter().enumerate() {
        match read_item(item) {
            Ok(item) => items.push(item),
            Err(found) => faults.extend(named(Some(idx), found)),
        }
        if faults.len() >= FAULTS_MAX {
            break;
        }
    }
    if faults.is_empty() {
        Ok(items)
    } else {
        Err(refused(faults))
    }
}

/// Makes the problem of items that are at fault.
pub(crate) fn refused(mut faults: Vec<DataFault>) -> Problem {
    faults.truncate(FAULTS_MAX);
    Problem::new(
        ProblemKind::Items,
        "`errors` names each item and field at fault",
    )
    .with_errors(faults)
}

/// A list, of which no more is kept than may be taken.
struct List<'a> {
    first: Vec<&'a RawValue>,
    n_items: usize,
}

/// Keeps so many items and counts the others: a body of `1,1,1…` must not take many times its size.
struct Items {
    kept_max: usize,
}

impl<'de> Visitor<'de> for Items {
    type Value = List<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<'de>, A::Error> {
        let mut first = Vec::new();
        while first.len() < self.kept_max {
            let Some(item) = seq.next_element()? else {
                break;
            };
            first.push(item);
        }
        let mut n_items = first.len();
        while seq.next_element::<IgnoredAny>()?.is_some() {
            n_items += 1;
        }
        Ok(List { first, n_items })
    }
}

fn read_list<'a>(body: &'a [u8], items_max: usize, seen: &mut Seen) -> Result<List<'a>, Problem> {
    let no_json = |why: String| Problem::new(ProblemKind::Json, why);
    let text = str::from_utf8(body).map_err(|err| no_json(err.to_string()))?;
    // All of it is checked before any of it is judged, so that what is no JSON is called just that.
    let whole: &RawValue = serde_json::from_str(text).map_err(|err| no_json(err.to_string()))?;
    seen.json_type = Some(JsonType::of(whole));
    let [list] = members(whole, ["items"]).map_err(|faults| refused(named(None, faults)))?;
    let json_type = JsonType::of(list);
    if json_type != JsonType::Array {
        return Err(of_list(format!(
            "expected an array, found: {}",
            json_type.as_str()
        )));
    }
    let items = Items {
        kept_max: items_max,
    };
    let mut json = serde_json::Deserializer::from_str(list.get());
    json.deserialize_seq(items)
        .map_err(|err| no_json(err.to_string()))
}

/// Makes the problem of a list that is at fault as a whole.
fn of_list(message: impl Into<String>) -> Problem {
    refused(vec![DataFault {
        item: None,
        field: Some("items".to_owned()),
        message: message.into(),
    }])
}

fn read_item(item: &RawValue) -> Result<Item, Vec<MemberFault>> {
    let [value, weight] = members(item, ["value", "weight"])?.map(read_number);
    match (value, weight) {
        (Ok(value), Ok(weight)) => Ok(Item { value, weight }),
        (value, weight) => {
            let wrong = [("value", value.err()), ("weight", weight.err())];
            let fault = |(name, message): (&str, Option<String>)| {
                let name = Some(name.to_owned());
                message.map(|message| MemberFault { name, message })
            };
            Err(wrong.into_iter().filter_map(fault).collect())
        }
    }
}

/// Reads a number from its text: as a binary fraction it would not be what was written.
fn read_number(value: &RawValue) -> Result<Number, String> {
    let json_type = JsonType::of(value);
    if json_type != JsonType::Number {
        return Err(format!("expected a number, found: {}", json_type.as_str()));
    }
    let number = value.get().parse();
    number.map_err(|why| format!("expected a number within limits, found {why}"))
}

fn named(item: Option<usize>, faults: Vec<MemberFault>) -> Vec<DataFault> {
    let named = faults.into_iter().map(|fault| DataFault {
        item,
        field: fault.name,
        message: fault.message,
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_list_is_counted_whole_and_kept_as_far_as_it_may_be_taken() {
        let check = |n_items: usize, items_max: usize| {
            let body = format!(r#"{{"items": [{}]}}"#, vec!["1"; n_items].join(","));
            let list = read_list(body.as_bytes(), items_max, &mut Seen::default()).unwrap();
            assert_eq!(list.n_items, n_items);
            assert_eq!(list.first.len(), n_items.min(items_max));
            assert!(list.first.capacity() <= 2 * items_max.max(4));
        };
        check(100_000, 3);
        proptest!(|(n_items in 0_usize..40, items_max in 0_usize..40)| check(n_items, items_max));
    }
}
