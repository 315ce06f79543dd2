//! The text of a descriptor: how long it may be, how it is encoded, and which notation it is in.

use super::fault::{Faults, Path};
use super::json::{self, DESCRIPTOR_BYTES_MAX, Json};
use super::yaml;

/// How a descriptor is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notation {
    /// JSON.
    Json,
    /// YAML 1.2.
    Yaml,
}

impl Notation {
    /// Tells the notation by the name's ending, `.json`, `.yaml` or `.yml`.
    ///
    /// ```
    /// use rowgate_core::schema::Notation;
    ///
    /// assert_eq!(Notation::of_name("s3://lake/orders.schema.YML"), Some(Notation::Yaml));
    /// assert_eq!(Notation::of_name("orders.schema"), None);
    /// ```
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        let is = |known: &str| ending.eq_ignore_ascii_case(known);
        if is("json") {
            Some(Self::Json)
        } else if is("yaml") || is("yml") {
            Some(Self::Yaml)
        } else {
            None
        }
    }

    /// Tells the notation by the text: what begins as JSON's objects and arrays do is JSON, and so is
    /// nothing at all.
    fn of_text(text: &str) -> Self {
        match text.trim_ascii_start().bytes().next() {
            None | Some(b'{' | b'[') => Self::Json,
            Some(_) => Self::Yaml,
        }
    }
}

/// Reads a descriptor's text. `None` if it cannot be used; the faults say why.
pub(super) fn parse<'t>(
    text: &'t [u8],
    notation: Option<Notation>,
    faults: &mut Faults,
) -> Option<Json<'t>> {
    if text.len() > DESCRIPTOR_BYTES_MAX {
        let message = format!("descriptor is larger than {DESCRIPTOR_BYTES_MAX} bytes");
        faults.push(&Path::ROOT, message, "");
        return None;
    }
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let text = match str::from_utf8(text) {
        Ok(text) => text,
        Err(fault) => {
            let (before, _) = text.split_at_checked(fault.valid_up_to())?;
            let (line, column) = json::position_after(before);
            let message = format!("not UTF-8 at line {line}, column {column}");
            faults.push(&Path::ROOT, message, "save the descriptor as UTF-8");
            return None;
        }
    };
    match notation.unwrap_or_else(|| Notation::of_text(text)) {
        Notation::Json => json::parse(text, faults),
        Notation::Yaml => yaml::parse(text, faults),
    }
}
