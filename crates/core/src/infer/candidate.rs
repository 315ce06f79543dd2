//! The types that a column may have, each tried by the very check that a run makes of it.

use serde::Serialize;

use crate::check::ColumnCheck;
use crate::error::{Error, Result};
use crate::habit::{self, Pattern};
use crate::schema::Schema;

/// The properties of a field that say its type, as a descriptor has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TypeProperties {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) decimal_char: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group_char: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) true_values: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) false_values: Vec<&'static str>,
}

impl TypeProperties {
    pub(super) fn of(kind: &'static str) -> Self {
        Self {
            kind,
            format: None,
            decimal_char: None,
            group_char: None,
            true_values: Vec::new(),
            false_values: Vec::new(),
        }
    }

    /// Whether the digits of a number are grouped by threes, where the type has groups at all. The
    /// check takes more, such as `31.12.2024`.
    fn is_grouped(&self, text: &str) -> bool {
        let Some(group) = self.group_char else {
            return true;
        };
        let decimal = self.decimal_char.unwrap_or(".");
        let whole = match text.split_once(decimal) {
            Some((whole, _)) if decimal != group => whole,
            Some(_) | None => text,
        };
        let mut groups = whole.trim_start_matches('-').split(group);
        let first = groups.next().unwrap_or_default();
        let mut others = groups.peekable();
        others.peek().is_none() || first.len() <= 3 && others.all(|digits| digits.len() == 3)
    }

    /// Names the type and what is special about it: `number with decimalChar ","`.
    pub(super) fn label(&self) -> String {
        let properties = [
            ("format", self.format),
            ("decimalChar", self.decimal_char),
            ("groupChar", self.group_char),
            ("trueValues", self.true_values.first().copied()),
        ];
        let special: Vec<String> = properties
            .into_iter()
            .filter_map(|(key, value)| Some(format!("{key} `{}`", value?)))
            .collect();
        match special.as_slice() {
            [] => self.kind.to_owned(),
            special => format!("{} with {}", self.kind, special.join(", ")),
        }
    }
}

/// What has to be true of a text beside its being a value of the type, lest the type say more than
/// the text does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guard {
    Nothing,
    /// No leading zero and no plus, which numbers do not keep.
    Number,
    /// An address that can be followed: `a:b` is a URI too.
    Uri,
}

/// A type that a column may have.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) properties: TypeProperties,
    check: ColumnCheck,
    guard: Guard,
    /// Another candidate that reads many of the same texts as other values.
    rival: Option<TypeProperties>,
}

impl Candidate {
    /// Whether a text is a value of the type.
    pub(super) fn admits(&self, text: &str) -> bool {
        let is_meant = match self.guard {
            Guard::Nothing => true,
            Guard::Number => keeps_digits(text) && self.properties.is_grouped(text),
            Guard::Uri => text.contains("://"),
        };
        is_meant && self.check.value(text).is_some()
    }

    /// Whether its values are numbers.
    pub(super) fn is_numeric(&self) -> bool {
        self.guard == Guard::Number
    }
}

/// Whether a number says as much as its text does: `007`, `+49` and `-01` are texts.
fn keeps_digits(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text).as_bytes();
    match unsigned {
        [b'+', ..] | [b'0', b'0'..=b'9', ..] => false,
        [..] => true,
    }
}

/// A set of candidates, by their places in [`Candidates`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Alive(u128);

impl Alive {
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let idx = usize::try_from(left.trailing_zeros()).ok()?;
            let is_one = left != 0;
            left &= left.wrapping_sub(1);
            is_one.then_some(idx)
        })
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    fn insert(&mut self, idx: usize) {
        self.0 |= bit(idx);
    }
}

fn bit(idx: usize) -> u128 {
    u32::try_from(idx)
        .ok()
        .and_then(|idx| 1_u128.checked_shl(idx))
        .unwrap_or(0)
}

/// All types that a column may have beside plain text, what is preferred first.
#[derive(Debug)]
pub(super) struct Candidates(Vec<Candidate>);

impl Candidates {
    /// Compiles them.
    ///
    /// # Errors
    ///
    /// A bug of ours, if one is no field.
    pub(super) fn new() -> Result<Self> {
        let plain = TypeProperties::of;
        let formatted = |kind, format| TypeProperties {
            format: Some(format),
            ..plain(kind)
        };
        let mut all = vec![
            Draft::number(plain("integer")),
            Draft::number(plain("number")),
            // After the integers: a column of `1` and `0` is of numbers.
            Draft::new(plain("boolean")),
        ];
        for (trues, falses) in habit::BOOLEANS {
            all.push(Draft::new(TypeProperties {
                true_values: trues.to_vec(),
                false_values: falses.to_vec(),
                ..plain("boolean")
            }));
        }
        for kind in ["date", "datetime", "time", "yearmonth", "duration"] {
            all.push(Draft::new(plain(kind)));
        }
        let patterns = [
            ("date", habit::DATES),
            ("datetime", habit::DATETIMES),
            ("time", habit::TIMES),
        ];
        for (kind, patterns) in patterns {
            for Pattern { text, rival } in patterns {
                let draft = Draft::new(formatted(kind, text));
                all.push(match rival {
                    Some(rival) => draft.against(formatted(kind, rival)),
                    None => draft,
                });
            }
        }
        let marked = |kind, decimal_char, group_char| TypeProperties {
            decimal_char,
            group_char,
            ..plain(kind)
        };
        for group in habit::GROUPS {
            let draft = Draft::number(marked("integer", None, Some(group)));
            all.push(match *group {
                // `1,234` is a fraction elsewhere.
                "," => draft.against(marked("number", Some(","), None)),
                _ => draft,
            });
        }
        for (decimal, group) in habit::MARKS {
            let decimal_char = (*decimal != ".").then_some(*decimal);
            let draft = Draft::number(marked("number", decimal_char, *group));
            all.push(match (*decimal, *group) {
                (".", Some(",")) => draft.against(marked("number", Some(","), Some("."))),
                (_, _) => draft,
            });
        }
        all.push(Draft::new(formatted("string", "uuid")));
        all.push(Draft::new(formatted("string", "email")));
        all.push(Draft {
            guard: Guard::Uri,
            ..Draft::new(formatted("string", "uri"))
        });
        all.push(Draft::new(plain("object")));
        all.push(Draft::new(plain("array")));
        let compiled: Result<Vec<_>> = all.into_iter().map(Draft::compile).collect();
        Ok(Self(compiled?))
    }

    /// Returns the set of all of them.
    pub(super) fn all(&self) -> Alive {
        let mut all = Alive(0);
        (0..self.0.len()).for_each(|idx| all.insert(idx));
        all
    }

    pub(super) fn get(&self, idx: usize) -> Option<&Candidate> {
        self.0.get(idx)
    }

    /// Returns which of the living do not admit a text.
    pub(super) fn refusing(&self, alive: Alive, text: &str) -> Alive {
        let mut refusing = Alive(0);
        for idx in alive.iter() {
            if !self.get(idx).is_some_and(|c| c.admits(text)) {
                refusing.insert(idx);
            }
        }
        refusing
    }

    /// Returns the living candidate that reads the same texts as other values.
    pub(super) fn rival(&self, alive: Alive, of: &Candidate) -> Option<&Candidate> {
        let rival = of.rival.as_ref()?;
        let mut living = alive.iter().filter_map(|idx| self.get(idx));
        living.find(|candidate| candidate.properties == *rival)
    }
}

/// A candidate before it is compiled.
struct Draft {
    properties: TypeProperties,
    guard: Guard,
    rival: Option<TypeProperties>,
}

impl Draft {
    fn new(properties: TypeProperties) -> Self {
        Self {
            properties,
            guard: Guard::Nothing,
            rival: None,
        }
    }

    fn number(properties: TypeProperties) -> Self {
        Self {
            guard: Guard::Number,
            ..Self::new(properties)
        }
    }

    fn against(self, rival: TypeProperties) -> Self {
        Self {
            rival: Some(rival),
            ..self
        }
    }

    /// Makes the field and takes its check.
    fn compile(self) -> Result<Candidate> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Field<'a> {
            name: &'static str,
            missing_values: [&'static str; 0],
            #[serde(flatten)]
            properties: &'a TypeProperties,
        }
        #[derive(Serialize)]
        struct Descriptor<'a> {
            fields: [Field<'a>; 1],
        }
        let field = Field {
            name: "c",
            missing_values: [],
            properties: &self.properties,
        };
        let descriptor = Descriptor { fields: [field] };
        let bug = |why: String| Error::bug(format!("{}: {why}", self.properties.label()));
        let text = serde_json::to_vec(&descriptor).map_err(|err| bug(err.to_string()))?;
        let schema = Schema::parse(&text).map_err(|faults| bug(faults.to_string()))?;
        let field = schema.fields().first();
        let check = field.ok_or_else(|| bug("no field".to_owned()))?.check();
        Ok(Candidate {
            check: check.clone(),
            properties: self.properties,
            guard: self.guard,
            rival: self.rival,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_candidate_is_a_field_and_has_a_bit() {
        let candidates = Candidates::new().unwrap();
        assert!(candidates.0.len() <= 128);
        assert_eq!(candidates.all().iter().count(), candidates.0.len());
        for (idx, candidate) in candidates.0.iter().enumerate() {
            assert!(bit(idx) != 0);
            if candidate.rival.is_some() {
                assert!(candidates.rival(candidates.all(), candidate).is_some());
            }
        }
    }
}
