//! Reads fields of the types `integer` and `number`.

use super::Reader;
use crate::check::Cast;
use crate::schema::FieldKind;
use crate::schema::constraint::{Constraints, Literal};
use crate::schema::fault::Faults;
use crate::schema::json::Json;
use crate::schema::read::{flag, string};
use crate::value::decimal::{Number, NumberSyntax, Surroundings};

/// The most bytes of a decimal or a group mark.
const MARK_BYTES_MAX: usize = 16;

impl Reader<'_> {
    pub(super) fn numeric(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        self.only_default(constraints.faults);
        let syntax = self.number_syntax(constraints.faults)?;
        // A JSON number is written as JSON has it, whatever the field's own marks are.
        let json_syntax = NumberSyntax::default();
        if self.kind == FieldKind::Number {
            let expected = syntax.expected_number();
            let read = |json: &Json<'_>| match json {
                Json::Text(text) => syntax.number(text).map(Number::into_owned),
                Json::Number(text) => json_syntax.number(text).map(Number::into_owned),
                Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
            };
            let rules = constraints.rules(&Literal::new(&read, &expected));
            return Some((Cast::Number(syntax, rules), expected));
        }
        let expected = syntax.expected_integer();
        let read = |json: &Json<'_>| match json {
            Json::Text(text) => Some(syntax.integer(text)?.into_owned()),
            Json::Number(text) => match json_syntax.number(text)? {
                Number::Finite(decimal) => decimal.is_integer().then(|| decimal.into_owned()),
                Number::Infinite(_) | Number::NotANumber => None,
            },
            Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
        };
        let rules = constraints.rules_of_categories(&Literal::new(&read, &expected));
        Some((Cast::Integer(syntax, rules), expected))
    }

    fn number_syntax(&self, faults: &mut Faults) -> Option<NumberSyntax> {
        let n_before = faults.count();
        let default = NumberSyntax::default();
        // The standard gives integers no such property.
        let decimal_mark = if self.kind == FieldKind::Number {
            self.mark("decimalChar", faults)
        } else {
            None
        };
        let group_mark = self.mark("groupChar", faults);
        let surroundings = match flag(self.object, "bareNumber", self.path, faults) {
            Some(false) => Surroundings::Text,
            Some(true) | None => default.surroundings,
        };
        let decimal_mark = decimal_mark.unwrap_or(default.decimal_mark);
        if self.kind == FieldKind::Number
            && let Some(group_mark) = &group_mark
            && (group_mark.contains(&*decimal_mark) || decimal_mark.contains(&**group_mark))
        {
            faults.push(
                &self.path.key("groupChar"),
                format!("`{group_mark}` cannot be told from the decimal mark `{decimal_mark}`"),
                "set `decimalChar` too",
            );
        }
        (faults.count() == n_before).then_some(NumberSyntax {
            decimal_mark,
            group_mark,
            surroundings,
        })
    }

    /// Reads a mark between digits, which is nothing that a number consists of.
    fn mark(&self, key: &str, faults: &mut Faults) -> Option<Box<str>> {
        let mark = string(self.object, key, self.path, faults)?;
        let is_of_numbers = |c: char| c.is_numeric() || "+-eE".contains(c);
        if mark.is_empty() || mark.len() > MARK_BYTES_MAX || mark.contains(is_of_numbers) {
            faults.push(
                &self.path.key(key),
                format!("must be 1 to {MARK_BYTES_MAX} bytes without digits, signs and `E`"),
                "",
            );
            return None;
        }
        Some(mark.into())
    }
}
