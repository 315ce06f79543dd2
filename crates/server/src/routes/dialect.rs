//! The dialect of a body, as query parameters say it.

use rowgate_core::dialect::{Header, Quote};
use serde::Deserialize;

/// A single ASCII character; `tab` and `\t` for the tabulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Character(u8);

/// What quotes fields: a character, or `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct QuoteCharacter(Quote);

/// Whether something is so: `true` or nothing at all, and `false`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Switch {
    #[serde(rename = "true", alias = "")]
    On,
    #[serde(rename = "false")]
    Off,
}

/// Why a text is no character.
#[derive(Debug, thiserror::Error)]
#[error("expected a single ASCII character or `tab`")]
pub(crate) struct BadCharacter;

impl TryFrom<String> for Character {
    type Error = BadCharacter;

    fn try_from(text: String) -> Result<Self, BadCharacter> {
        match text.as_bytes() {
            b"tab" | b"\\t" => Ok(Self(b'\t')),
            [byte] if byte.is_ascii() => Ok(Self(*byte)),
            _ => Err(BadCharacter),
        }
    }
}

impl TryFrom<String> for QuoteCharacter {
    type Error = BadCharacter;

    fn try_from(text: String) -> Result<Self, BadCharacter> {
        if text == "none" {
            return Ok(Self(Quote::Never));
        }
        Character::try_from(text).map(|Character(byte)| Self(Quote::By(byte)))
    }
}

impl Character {
    /// Returns the byte.
    pub(crate) fn byte(self) -> u8 {
        self.0
    }
}

impl QuoteCharacter {
    /// Returns how fields are quoted.
    pub(crate) fn quote(self) -> Quote {
        self.0
    }
}

impl Switch {
    /// Returns whether there is a header, where this says that there is none.
    pub(crate) fn header(self) -> Header {
        match self {
            Self::On => Header::Absent,
            Self::Off => Header::Present,
        }
    }
}
