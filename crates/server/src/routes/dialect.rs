//! The dialect of a body, as query parameters say it.

use rowgate_core::dialect::{Header, Mark, Quote};
use serde::Deserialize;

/// One or more characters; `tab` and `\t` for the tabulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Characters(Mark);

/// A single character; `tab` and `\t` for the tabulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Character(char);

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
#[error("expected a single character or `tab`")]
pub(crate) struct BadCharacter;

/// Why a text cannot serve in a dialect.
#[derive(Debug, thiserror::Error)]
#[error(
    "expected at least one character, and at most {} bytes",
    Mark::BYTES_MAX
)]
pub(crate) struct BadCharacters;

impl TryFrom<String> for Characters {
    type Error = BadCharacters;

    fn try_from(text: String) -> Result<Self, BadCharacters> {
        match Mark::spelled(&text) {
            Ok(mark) if !text.is_empty() => Ok(Self(mark)),
            Ok(_) | Err(_) => Err(BadCharacters),
        }
    }
}

impl TryFrom<String> for Character {
    type Error = BadCharacter;

    fn try_from(text: String) -> Result<Self, BadCharacter> {
        let mark = Mark::spelled(&text).map_err(|_| BadCharacter)?;
        mark.as_char().map(Self).ok_or(BadCharacter)
    }
}

impl TryFrom<String> for QuoteCharacter {
    type Error = BadCharacter;

    fn try_from(text: String) -> Result<Self, BadCharacter> {
        if text == "none" {
            return Ok(Self(Quote::Never));
        }
        Character::try_from(text).map(|Character(c)| Self(Quote::By(c)))
    }
}

impl Characters {
    /// Returns the text.
    pub(crate) fn mark(self) -> Mark {
        self.0
    }
}

impl Character {
    /// Returns the character.
    pub(crate) fn char(self) -> char {
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
