//! The name of a schema of this service, and where it lies.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The longest name, in bytes.
const LEN_MAX: usize = 128;

/// A name that is safe as a part of a file's name: `[A-Za-z0-9._-]`, and no dot in front.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct SchemaName(String);

/// Why a text is no name.
#[derive(Debug, thiserror::Error)]
#[error("a schema's name is 1 to {LEN_MAX} of `A-Z a-z 0-9 . _ -` and begins with no dot")]
pub(crate) struct BadName;

impl TryFrom<String> for SchemaName {
    type Error = BadName;

    fn try_from(text: String) -> Result<Self, BadName> {
        let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let is_name = (1..=LEN_MAX).contains(&text.len())
            && !text.starts_with('.')
            && text.bytes().all(is_safe);
        if is_name {
            Ok(Self(text))
        } else {
            Err(BadName)
        }
    }
}

impl SchemaName {
    /// Returns the file that holds the schema.
    pub(crate) fn file_in(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.json", self.0))
    }

    /// Returns the name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, is_name: bool) {
        assert_eq!(
            SchemaName::try_from(text.to_owned()).is_ok(),
            is_name,
            "{text:?}"
        );
    }

    #[test]
    fn a_name_cannot_leave_its_folder() {
        for name in ["orders", "orders.v2", "a-b_c", "0", &"a".repeat(128)] {
            check(name, true);
        }
        let long = "a".repeat(129);
        for text in [
            "", ".", "..", ".hidden", "a/b", "../a", "a\\b", "a\0", "a b", "ä", "C:a", "%2e", &long,
        ] {
            check(text, false);
        }
    }
}
