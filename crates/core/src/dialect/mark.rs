//! A text that means something in a dialect, such as the delimiter.

use std::fmt;

use crate::error::{Error, ErrorKind, Result};

/// A text of a few bytes that means something in a dialect: a delimiter, a line end, a comment sign.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mark {
    bytes: [u8; Mark::BYTES_MAX],
    /// How many of them count; never more than there are.
    n_bytes: u8,
}

impl Mark {
    /// How long a mark may be, in bytes.
    pub const BYTES_MAX: usize = 31;

    /// Takes a text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] if it has more than [`Mark::BYTES_MAX`] bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::dialect::Mark;
    ///
    /// assert_eq!(Mark::new("::")?.as_str(), "::");
    /// assert!(Mark::new(&"-".repeat(32)).is_err());
    /// # Ok::<(), rowgate_core::Error>(())
    /// ```
    pub fn new(text: &str) -> Result<Self> {
        let mut bytes = [0; Self::BYTES_MAX];
        let (Some(head), Ok(n_bytes)) = (bytes.get_mut(..text.len()), u8::try_from(text.len()))
        else {
            return Err(Error::new(
                ErrorKind::Settings,
                format!(
                    "`{text}` is longer than the {} bytes that a mark of a dialect may have",
                    Self::BYTES_MAX
                ),
            ));
        };
        head.copy_from_slice(text.as_bytes());
        Ok(Self { bytes, n_bytes })
    }

    /// Takes a text as people write it where a tabulator is hard to type: `tab` and `\t` stand for it.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn spelled(text: &str) -> Result<Self> {
        match text {
            "tab" | "\\t" => Ok(Self::from('\t')),
            _ => Self::new(text),
        }
    }

    /// Returns its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.n_bytes))
            .unwrap_or_default()
    }

    /// Returns it as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // It was made from text, and a whole one.
        str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// Returns its character, if it is a single one.
    #[must_use]
    pub fn as_char(&self) -> Option<char> {
        let mut chars = self.as_str().chars();
        chars.next().filter(|_| chars.next().is_none())
    }
}

impl From<char> for Mark {
    fn from(c: char) -> Self {
        let mut bytes = [0; Self::BYTES_MAX];
        // No character takes more than four bytes.
        let n_bytes = u8::try_from(c.encode_utf8(&mut bytes).len()).unwrap_or_default();
        Self { bytes, n_bytes }
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.as_str().escape_debug().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_its_text() {
        for text in ["", ",", "::", "¦", "🙂", "0123456789abcdef0123456789abcde"] {
            assert_eq!(Mark::new(text).unwrap().as_str(), text);
        }
        for c in [',', '¦', '🙂', '\0'] {
            assert_eq!(Mark::from(c), Mark::new(&c.to_string()).unwrap());
        }
        assert!(Mark::new(&"a".repeat(32)).is_err());
        assert!(Mark::new(&"a".repeat(300)).is_err());
        assert_eq!(Mark::spelled("tab").unwrap(), Mark::from('\t'));
        assert_eq!(Mark::spelled("\\t").unwrap(), Mark::from('\t'));
        assert_eq!(Mark::spelled("tabs").unwrap().as_str(), "tabs");
    }
}
