//! The JSON of a descriptor, as it was written: numbers keep their text, objects their order, and a
//! key that stands twice is a fault.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fault::{Faults, Path};

/// The most bytes that a descriptor may have.
pub const DESCRIPTOR_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The most values that a descriptor may hold, objects and arrays included.
pub const DESCRIPTOR_VALUES_MAX: usize = 1_000_000;
/// The deepest nesting of a descriptor.
pub const DESCRIPTOR_DEPTH_MAX: usize = 32;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json<'t> {
    Null,
    Bool(bool),
    /// The number's own text, exact.
    Number(Cow<'t, str>),
    Text(Cow<'t, str>),
    Array(Vec<Json<'t>>),
    Object(Object<'t>),
}

/// The members of a JSON object, in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Object<'t>(Vec<(Cow<'t, str>, Json<'t>)>);

impl<'t> Object<'t> {
    pub(super) fn get(&self, key: &str) -> Option<&Json<'t>> {
        let member = self.0.iter().find(|(name, _)| name == key);
        member.map(|(_, value)| value)
    }

    /// Adds a member whose key is new.
    pub(super) fn push(&mut self, key: Cow<'t, str>, value: Json<'t>) {
        self.0.push((key, value));
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Json<'t>> {
        let member = self.0.iter_mut().find(|(name, _)| name == key);
        member.map(|(_, value)| value)
    }

    /// Puts a value in the place of a member's, or behind all members.
    pub(super) fn set(&mut self, key: &str, value: Json<'t>) {
        match self.get_mut(key) {
            Some(place) => *place = value,
            None => self.push(key.to_owned().into(), value),
        }
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<Json<'t>> {
        let idx = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.0.remove(idx).1)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Json<'t>)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }
}

impl<'t> Json<'t> {
    /// Completes "must be a string, not …".
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// Returns the text of a string.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// Returns the members of an object.
    pub(super) fn as_object(&self) -> Option<&Object<'t>> {
        match self {
            Self::Object(object) => Some(object),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::Array(_) => None,
        }
    }
}

/// A literal as messages show it: without quotes, and shortened.
impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN_CHARS_MAX: usize = 80;
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(text) | Self::Text(text) => write_shortened(f, text, SHOWN_CHARS_MAX),
            Self::Null => f.write_str("null"),
            Self::Array(_) => f.write_str("[…]"),
            Self::Object(_) => f.write_str("{…}"),
        }
    }
}

fn write_shortened(f: &mut fmt::Formatter<'_>, text: &str, chars_max: usize) -> fmt::Result {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => write!(f, "{}…", text.get(..end).unwrap_or_default()),
        None => f.write_str(text),
    }
}

/// Reads JSON. `None` if it cannot be used; the faults say why.
pub(super) fn parse<'t>(text: &'t str, faults: &mut Faults) -> Option<Json<'t>> {
    let raw: &RawValue = match serde_json::from_str(text) {
        Ok(raw) => raw,
        Err(fault) => {
            faults.push(&Path::ROOT, format!("not JSON: {fault}"), "");
            return None;
        }
    };
    let mut builder = Builder {
        text,
        faults,
        n_values: 0,
    };
    builder.value(raw, &Path::ROOT, 0)
}

/// Returns line and column (in bytes), both from 1, of what follows `before`.
pub(super) fn position_after(before: &[u8]) -> (usize, usize) {
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let start = memchr::memrchr(b'\n', before);
    let column = before.len() - start.map_or(0, |newline| newline + 1) + 1;
    (line, column)
}

/// Turns text that is known to be JSON into values, a level at a time.
struct Builder<'t, 'f> {
    text: &'t str,
    faults: &'f mut Faults,
    n_values: usize,
}

impl<'t> Builder<'t, '_> {
    fn value(&mut self, raw: &'t RawValue, path: &Path<'_>, depth: usize) -> Option<Json<'t>> {
        self.n_values += 1;
        if depth > DESCRIPTOR_DEPTH_MAX {
            let message = format!("descriptor nests deeper than {DESCRIPTOR_DEPTH_MAX}");
            self.faults.push(path, message, "");
            return None;
        }
        if self.n_values > DESCRIPTOR_VALUES_MAX {
            if self.n_values == DESCRIPTOR_VALUES_MAX + 1 {
                let message = format!("descriptor holds more than {DESCRIPTOR_VALUES_MAX} values");
                self.faults.push(path, message, "");
            }
            return None;
        }
        let text = raw.get();
        match text.as_bytes().first()? {
            b'{' => self.object(text, path, depth),
            b'[' => self.array(text, path, depth),
            b'"' => self
                .read::<Text<'t>>(text, path)
                .map(|text| Json::Text(text.0)),
            b't' => Some(Json::Bool(true)),
            b'f' => Some(Json::Bool(false)),
            b'n' => Some(Json::Null),
            _ => Some(Json::Number(Cow::Borrowed(text))),
        }
    }

    /// Reads one level. Only a string can be at fault, for the rest was checked before.
    fn read<T: Deserialize<'t>>(&mut self, text: &'t str, path: &Path<'_>) -> Option<T> {
        let value = serde_json::from_str(text).ok();
        if value.is_none() {
            let start = text.as_ptr().addr();
            let n_before = start.saturating_sub(self.text.as_ptr().addr());
            let before = self.text.as_bytes().get(..n_before).unwrap_or_default();
            let (line, column) = position_after(before);
            let message = format!(
                "not JSON: half of a surrogate pair in what starts at line {line}, column {column}"
            );
            self.faults.push(path, message, "");
        }
        value
    }

    fn array(&mut self, text: &'t str, path: &Path<'_>, depth: usize) -> Option<Json<'t>> {
        let items: Vec<&'t RawValue> = self.read(text, path)?;
        let items = items.into_iter().enumerate();
        // What cannot be read has left its fault, and no schema comes of it.
        let values = items.filter_map(|(idx, raw)| self.value(raw, &path.index(idx), depth + 1));
        Some(Json::Array(values.collect()))
    }

    fn object(&mut self, text: &'t str, path: &Path<'_>, depth: usize) -> Option<Json<'t>> {
        let members: Members<'t> = self.read(text, path)?;
        let mut seen = HashSet::new();
        let mut object = Object::default();
        for (Text(key), raw) in members.0 {
            let is_new = seen.insert(key.clone());
            let member_path = path.key(&key);
            if !is_new {
                let message = format!("key `{key}` stands twice in one object");
                self.faults.push(&member_path, message, "keep one of them");
                continue;
            }
            if let Some(value) = self.value(raw, &member_path, depth + 1) {
                object.push(key, value);
            }
        }
        Some(Json::Object(object))
    }
}

/// A string that borrows where it has no escapes.
#[derive(Deserialize)]
struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

/// One level of an object.
struct Members<'t>(Vec<(Text<'t>, &'t RawValue)>);

impl<'t> Deserialize<'t> for Members<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'t> Visitor<'t> for InOrder {
            type Value = Members<'t>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}
