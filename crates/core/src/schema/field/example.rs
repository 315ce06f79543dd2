//! Checks the example of a field, which has to be a value of it.

use std::borrow::Cow;

use super::literal::json_text;
use crate::check::{Cast, ColumnCheck, Verdict};
use crate::schema::FieldKind;
use crate::schema::fault::{Faults, Path};
use crate::schema::json::{Json, Object};

/// Notes a fault if the field's own check turns the example away. A missing value is no fault.
pub(super) fn check(
    field: &Object<'_>,
    kind: FieldKind,
    check: &ColumnCheck,
    path: &Path<'_>,
    faults: &mut Faults,
) {
    let Some(json) = field.get("example") else {
        return;
    };
    let Some(cell) = cell(json, kind, &check.cast) else {
        return;
    };
    let mut reasons = Vec::new();
    if check.check(&cell, &mut reasons) == Verdict::Invalid
        && let Some(reason) = reasons.first()
    {
        let expected = &reason.expected;
        let message = format!("`{json}` is no value of the field: expected {expected}");
        faults.push(&path.key("example"), message, "");
    }
}

/// Writes what a cell would hold; `None` if any cell will do.
fn cell<'j>(json: &'j Json<'_>, kind: FieldKind, cast: &Cast) -> Option<Cow<'j, str>> {
    match (json, cast) {
        // Not a value of some type, but the absence of one.
        (Json::Null, _) => None,
        (Json::Number(text), Cast::Number(syntax, _)) => {
            Some(text.replacen('.', &syntax.decimal_mark, 1).into())
        }
        (Json::Bool(value), Cast::Boolean(syntax, _)) => {
            let texts = if *value {
                &syntax.true_values
            } else {
                &syntax.false_values
            };
            texts.iter().next().map(|text| text.to_owned().into())
        }
        (Json::Array(items), Cast::List(rules)) => {
            let items: Vec<_> = items.iter().map(json_text).collect();
            Some(items.join(&rules.delimiter).into())
        }
        (Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Array(_) | Json::Object(_), _) => {
            (kind != FieldKind::Any).then(|| json_text(json))
        }
    }
}
