//! JSON values as they were written, and objects with exactly the members that are expected.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// How much of an unknown member's name is repeated, in characters.
const NAME_CHARS_MAX: usize = 64;
/// How many faults of one object are named.
const FAULTS_MAX: usize = 100;

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
/// What is wrong with it, as far as it is named.
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
    let mut json = serde_json::Deserializer::from_str(value.get());
    let Found { members, faults } = json
        .deserialize_map(Members { names })
        .map_err(|_| vec![whole("has a name that is no text".to_owned())])?;
    if !faults.is_empty() {
        return Err(faults);
    }
    // None is missing: the object itself only stands in for what the types do not say.
    Ok(members.map(|member| member.unwrap_or(value)))
}

/// What an object holds of the members that are looked for.
struct Found<'a, const N: usize> {
    members: [Option<&'a RawValue>; N],
    faults: Vec<MemberFault>,
}

/// Keeps the members of these names alone: an object of many others must not take many times its
/// size.
struct Members<const N: usize> {
    names: [&'static str; N],
}

impl<'de, const N: usize> Visitor<'de> for Members<N> {
    type Value = Found<'de, N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut faults = Vec::new();
        let mut of = |name: &str, message: &str| {
            if faults.len() < FAULTS_MAX {
                faults.push(MemberFault {
                    name: Some(name.chars().take(NAME_CHARS_MAX).collect()),
                    message: message.to_owned(),
                });
            }
        };
        let mut found = self.names.map(|name| (name, None));
        while let Some(Name(name)) = map.next_key()? {
            match found.iter_mut().find(|(known, _)| *known == name) {
                Some((_, place @ None)) => {
                    *place = Some(map.next_value()?);
                    continue;
                }
                Some((_, Some(_))) => of(&name, "stands there twice"),
                None => of(&name, "is not known"),
            }
            map.next_value::<IgnoredAny>()?;
        }
        for (name, _) in found.iter().filter(|(_, member)| member.is_none()) {
            of(name, "is missing");
        }
        Ok(Found {
            members: found.map(|(_, member)| member),
            faults,
        })
    }
}

/// A member's name, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_faults_some_are_named() {
        let many = vec![r#""a": 1"#; 10_000].join(",");
        let object: &RawValue = &RawValue::from_string(format!("{{{many}}}")).unwrap();
        assert_eq!(members(object, ["b"]).unwrap_err().len(), FAULTS_MAX);
    }
}
