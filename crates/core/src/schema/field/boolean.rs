//! Reads fields of the type `boolean`.

use super::Reader;
use crate::check::words::Words;
use crate::check::{BooleanSyntax, Cast};
use crate::schema::constraint::{Constraints, Literal, one_of};
use crate::schema::fault::Faults;
use crate::schema::json::Json;

const TRUE_VALUES: &[&str] = &["true", "True", "TRUE", "1"];
const FALSE_VALUES: &[&str] = &["false", "False", "FALSE", "0"];

/// The texts of a list's items, which are in the default format.
pub(super) fn default_syntax() -> BooleanSyntax {
    BooleanSyntax {
        true_values: TRUE_VALUES.iter().copied().collect(),
        false_values: FALSE_VALUES.iter().copied().collect(),
    }
}

impl Reader<'_> {
    pub(super) fn boolean(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        let faults = &mut *constraints.faults;
        self.only_default(faults);
        let true_values = self.words("trueValues", TRUE_VALUES, faults);
        let false_values = self.words("falseValues", FALSE_VALUES, faults);
        let syntax = BooleanSyntax {
            true_values: true_values?,
            false_values: false_values?,
        };
        if let Some(word) = syntax.true_values.common(&syntax.false_values) {
            let hint = "set both `trueValues` and `falseValues`, for each has defaults of its own";
            let message = format!("`{word}` stands for true and for false");
            faults.push(self.path, message, hint);
            return None;
        }
        let words = syntax.true_values.iter().chain(syntax.false_values.iter());
        let expected = one_of(words);
        let read = |json: &Json<'_>| match json {
            Json::Bool(value) => Some(*value),
            Json::Text(text) => syntax.parse(text),
            Json::Null | Json::Number(_) | Json::Array(_) | Json::Object(_) => None,
        };
        let rules = constraints.rules(&Literal::new(&read, &expected));
        Some((Cast::Boolean(syntax, rules), expected))
    }

    /// Reads the texts that stand for a boolean.
    fn words(&self, key: &str, default: &[&str], faults: &mut Faults) -> Option<Words> {
        let Some(json) = self.object.get(key) else {
            return Some(default.iter().copied().collect());
        };
        let path = self.path.key(key);
        let Json::Array(items) = json else {
            faults.push_type(&path, "an array of strings", json);
            return None;
        };
        if items.is_empty() {
            faults.push(&path, "must hold at least one string", "");
        }
        let mut words = Vec::with_capacity(items.len());
        for (idx, item) in items.iter().enumerate() {
            match item.as_text() {
                Some(text) => words.push(text),
                None => faults.push_type(&path.index(idx), "a string", item),
            }
        }
        (!items.is_empty() && words.len() == items.len()).then(|| words.into_iter().collect())
    }
}
