//! Reads a field: its type, its format, and what else its type is told.

use std::sync::Arc;

use super::constraint::{Constraints, Literal};
use super::extension::TemporalAny;
use super::fault::{Faults, Path};
use super::json::{Json, Object};
use super::read::{Inherited, flag, missing_values, string};
use super::{Field, FieldKind, Uniqueness, did_you_mean};
use crate::check::text::TextFormat;
use crate::check::words::Words;
use crate::check::{BooleanSyntax, Cast, ColumnCheck, Presence, TextRules};
use crate::value::decimal::{Number, NumberSyntax, Surroundings};
use crate::value::temporal::{Date, Moment, Zone};

/// The types of the standard that are not checked yet.
const UNSUPPORTED_TYPES: &[&str] = &[
    "object",
    "array",
    "list",
    "year",
    "yearmonth",
    "duration",
    "geopoint",
    "geojson",
];

/// The most bytes of a decimal or a group mark.
const MARK_BYTES_MAX: usize = 16;

/// Reads the name of a field.
pub(super) fn name<'j>(
    json: &'j Json<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<&'j str> {
    let Json::Object(object) = json else {
        faults.push_type(path, "an object", json);
        return None;
    };
    if object.get("name").is_none() {
        faults.push(
            path,
            "field lacks its `name`",
            "it is the label of its column",
        );
    }
    let name = string(object, "name", path, faults)?;
    if name.is_empty() {
        faults.push(
            &path.key("name"),
            "must not be empty",
            "an empty label is an error too",
        );
        return None;
    }
    Some(name)
}

/// Reads the rest of a field. `None` if it is at fault.
pub(super) fn field(
    json: &Json<'_>,
    name: Option<&str>,
    path: &Path<'_>,
    inherited: &Inherited,
    faults: &mut Faults,
) -> Option<Field> {
    let Json::Object(object) = json else {
        return None;
    };
    for key in ["title", "description", "rdfType"] {
        string(object, key, path, faults);
    }
    if object.get("categories").is_some() {
        faults.push_unsupported(&path.key("categories"), "`categories` are");
    }
    let missing = object.get("missingValues").map_or_else(
        || Some(Arc::clone(&inherited.missing)),
        |json| missing_values(json, &path.key("missingValues"), faults).map(Arc::new),
    );
    let kind = kind(object, path, faults);
    let constraints_path = path.key("constraints");
    let mut constraints = Constraints::read(
        object.get("constraints"),
        kind,
        &constraints_path,
        &mut *faults,
    );
    let presence = if constraints.flag("required") {
        Presence::Required
    } else {
        Presence::Optional
    };
    let uniqueness = if constraints.flag("unique") {
        Uniqueness::Unique
    } else {
        Uniqueness::Repeatable
    };
    let kind = kind?;
    let reader = Reader {
        object,
        path,
        kind,
        temporal_any: inherited.temporal_any,
    };
    let (cast, expected) = reader.cast(&mut constraints)?;
    Some(Field {
        name: name?.into(),
        kind,
        uniqueness,
        check: ColumnCheck {
            missing: missing?,
            presence,
            cast,
            expected: expected.into(),
        },
    })
}

fn kind(object: &Object<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<FieldKind> {
    if object.get("type").is_none() {
        return Some(FieldKind::Any);
    }
    let name = string(object, "type", path, faults)?;
    let known = FieldKind::ALL.iter().copied();
    let found = known.clone().find(|known| known.as_str() == name);
    let path = path.key("type");
    if UNSUPPORTED_TYPES.contains(&name) {
        faults.push_unsupported(&path, &format!("type `{name}` is"));
    } else if found.is_none() {
        let known = known
            .map(FieldKind::as_str)
            .chain(UNSUPPORTED_TYPES.iter().copied());
        faults.push(
            &path,
            format!("unknown type `{name}`"),
            &did_you_mean(name, known),
        );
    }
    found
}

/// A field whose type is known.
struct Reader<'a> {
    object: &'a Object<'a>,
    path: &'a Path<'a>,
    kind: FieldKind,
    temporal_any: TemporalAny,
}

impl Reader<'_> {
    /// Reads how cells are cast, and completes "expected …" for those that cannot be.
    fn cast(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        let n_before = constraints.faults.count();
        let format = self.format(constraints.faults);
        let (cast, expected) = match self.kind {
            FieldKind::Any => {
                let closed = constraints.closed_text(TextFormat::Default);
                (Cast::Any(closed), "anything".to_owned())
            }
            FieldKind::String => {
                let format = format?;
                let rules = TextRules {
                    format,
                    lengths: constraints.lengths(),
                    pattern: constraints.pattern(),
                    closed: constraints.closed_text(format),
                };
                (Cast::Text(Box::new(rules)), format.expected().to_owned())
            }
            FieldKind::Integer | FieldKind::Number => self.numeric(constraints)?,
            FieldKind::Boolean => self.boolean(constraints)?,
            FieldKind::Date => {
                let expected = "a date of the calendar, as `YYYY-MM-DD`";
                let read = |json: &Json<'_>| Date::parse(json.as_text()?);
                let rules = constraints.rules(&Literal::new(&read, expected));
                (Cast::Date(rules), expected.to_owned())
            }
            FieldKind::Time => {
                let expected = "a time as `hh:mm:ss`, with a fraction and a zone or not";
                let read =
                    |json: &Json<'_>| Some(Moment::parse_time(json.as_text()?)?.into_owned());
                let rules = constraints.rules(&Literal::new(&read, expected).noting(zone_note));
                (Cast::Time(rules), expected.to_owned())
            }
            FieldKind::DateTime => {
                let expected =
                    "a datetime as `YYYY-MM-DDThh:mm:ss`, with a fraction and a zone or not";
                let read =
                    |json: &Json<'_>| Some(Moment::parse_datetime(json.as_text()?)?.into_owned());
                let rules = constraints.rules(&Literal::new(&read, expected).noting(zone_note));
                (Cast::DateTime(rules), expected.to_owned())
            }
        };
        (constraints.faults.count() == n_before).then_some((cast, expected))
    }

    /// Reads `format`, which only strings have more than one of here.
    fn format(&self, faults: &mut Faults) -> Option<TextFormat> {
        let written = match self.object.get("format") {
            Some(_) => string(self.object, "format", self.path, faults)?,
            None => return Some(TextFormat::Default),
        };
        // The prefix of version 0 of the standard.
        let name = written.strip_prefix("fmt:").unwrap_or(written);
        let path = self.path.key("format");
        let kind = self.kind;
        match kind {
            FieldKind::String => {
                let known = TextFormat::ALL.iter().copied();
                let found = known.clone().find(|known| known.as_str() == name);
                if found.is_none() {
                    let hint = did_you_mean(name, known.map(TextFormat::as_str));
                    faults.push(&path, format!("unknown format `{name}` of a string"), &hint);
                }
                return found;
            }
            _ if name == "default" => return Some(TextFormat::Default),
            FieldKind::Date | FieldKind::Time | FieldKind::DateTime
                if name == "any" && self.temporal_any == TemporalAny::Refused =>
            {
                let message = format!("format `any` of a {kind} is refused: it is ambiguous");
                let hint = "give a pattern, or allow it by `\"rowgate\": {\"temporal_any\": true}`";
                faults.push(&path, message, hint);
            }
            FieldKind::Date | FieldKind::Time | FieldKind::DateTime
                if name == "any" || name.contains('%') =>
            {
                faults.push_unsupported(&path, &format!("format `{name}` of a {kind} is"));
            }
            FieldKind::Date | FieldKind::Time | FieldKind::DateTime => {
                let message = format!("unknown format `{name}` of a {kind}");
                faults.push(&path, message, "known: `default`");
            }
            FieldKind::Any | FieldKind::Integer | FieldKind::Number | FieldKind::Boolean => {
                let message = format!("type `{kind}` has no format `{name}`");
                faults.push(&path, message, "leave it out");
            }
        }
        None
    }

    fn numeric(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
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
        let rules = constraints.rules(&Literal::new(&read, &expected));
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

    fn boolean(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        let faults = &mut *constraints.faults;
        let true_values = self.words("trueValues", &["true", "True", "TRUE", "1"], faults);
        let false_values = self.words("falseValues", &["false", "False", "FALSE", "0"], faults);
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
        let expected = super::constraint::one_of(words);
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

/// What a bound says of the values beside their order: those of the other kind do not meet it.
fn zone_note(moment: &Moment<'_>) -> &'static str {
    match moment.zone() {
        Zone::Absent => ", without a zone",
        Zone::Utc => ", with a zone",
    }
}
