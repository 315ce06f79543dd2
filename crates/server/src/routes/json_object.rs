//! JSON values as they were written, and objects with exactly the members that are expected.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// How much of an unknown member's name is repeated, in characters.
const NAME_CHARS_MAX: usize = 64;

/// What a JSON value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonType {
    Object,
    Array,
    String,
    Number,
    Boolean,
    Null,
}

impl JsonType {
    /// Returns what a value is.
    pub(crate) fn of(value: &RawValue) -> Self {
        match value.get().as_bytes().first() {
            Some(b'{') => Self::Object,
            Some(b'[') => Self::Array,
            Some(b'"') => Self::String,
            Some(b't' | b'f') => Self::Boolean,
            Some(b'n') => Self::Null,
            Some(_) | None => Self::Number,
        }
    }

    /// Returns its name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Array => "array",
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Null => "null",
        }
    }
}

/// What is wrong with a member; without a name it is the object as a whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MemberFault {
    pub(crate) name: Option<String>,
    pub(crate) message: String,
}

/// Returns the values of an object's members, which must be these and no others, each once.
///
/// # Errors
///
/// Everything that is wrong with it.
pub(crate) fn members<'a, const N: usize>(
    value: &'a RawValue,
    names: [&'static str; N],
) -> Result<[&'a RawValue; N], Vec<MemberFault>> {
    let whole = |message| MemberFault {
        name: None,
        message,
    };
    let json_type = JsonType::of(value);
    if json_type != JsonType::Object {
        return Err(vec![whole(format!(
            "expected an object, found: {}",
            json_type.as_str()
        ))]);
    }
    // Its syntax was checked before: what can be wrong are escapes that stand for no character.
    let JsonObject(all) = serde_json::from_str(value.get())
        .map_err(|_| vec![whole("has a name that is no text".to_owned())])?;
    let mut faults = Vec::new();
    let mut of = |name: &str, message: &str| {
        faults.push(MemberFault {
            name: Some(name.chars().take(NAME_CHARS_MAX).collect()),
            message: message.to_owned(),
        });
    };
    let mut found = names.map(|name| (name, None));
    for (name, member) in all {
        match found.iter_mut().find(|(known, _)| *known == name) {
            Some((_, place @ None)) => *place = Some(member),
            Some((_, Some(_))) => of(&name, "stands there twice"),
            None => of(&name, "is not known"),
        }
    }
    for (name, _) in found.iter().filter(|(_, member)| member.is_none()) {
        of(name, "is missing");
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    // None is missing: the object itself only stands in for what the types do not say.
    Ok(found.map(|(_, member)| member.unwrap_or(value)))
}

/// The members of an object, in order. A name may stand there twice.
struct JsonObject<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for JsonObject<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = JsonObject<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Name(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(JsonObject(members))
    }
}

/// A member's name, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
