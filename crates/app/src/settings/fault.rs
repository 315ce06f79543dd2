//! What is wrong with settings: all of it at once, without a secret in it.

use rowgate_core::{Error, ErrorKind, Result};

use super::table::{SPECS, Spec};
use super::{CONFIG_VARIABLE, Origin, PREFIX};

/// The faults of one reading of the settings, in the order in which they were found.
#[derive(Debug, Default, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub(super) struct Faults(Vec<String>);

impl Faults {
    pub(super) fn push(&mut self, fault: impl Into<String>) {
        self.0.push(fault.into());
    }

    /// Adds a value that is not what its setting expects; `found` is fit to be shown.
    pub(super) fn misread(&mut self, spec: &Spec, found: &str, origin: &Origin) {
        let place = match origin {
            Origin::Default => format!("`{}`", spec.key),
            Origin::File(path) => format!("`{}` in `{}`", spec.key, path.display()),
            Origin::Environment(variable) => format!("`{variable}`"),
            Origin::Flag(flag) => format!("`{flag}`"),
        };
        self.push(format!("{place} is {found}: expected {}", spec.expected));
    }

    pub(super) fn unknown_key(&mut self, key: &str, file: &Origin) {
        let nearest = nearest(key, SPECS.iter().map(|spec| spec.key)).unwrap_or_default();
        let key = key.escape_debug();
        self.push(format!(
            "unknown setting `{key}` in the {file}: the nearest known one is `{nearest}`"
        ));
    }

    pub(super) fn section_without_keys(&mut self, section: &str, file: &Origin) {
        self.push(format!(
            "`{section}` in the {file} is a section: write `[{section}]`"
        ));
    }

    pub(super) fn unknown_variable(&mut self, variable: &str) {
        let key = |variable: &str| {
            let key = variable.strip_prefix(PREFIX).unwrap_or(variable);
            key.replace("__", ".").to_ascii_lowercase()
        };
        let config = key(CONFIG_VARIABLE);
        let known = SPECS.iter().map(|spec| spec.key).chain([config.as_str()]);
        let nearest = nearest(&key(variable), known).and_then(Spec::of);
        let nearest = nearest.map_or_else(|| CONFIG_VARIABLE.to_owned(), Spec::variable);
        let variable = variable.escape_debug();
        self.push(format!(
            "unknown variable `{variable}`: the nearest known one is `{nearest}`"
        ));
    }

    pub(super) fn into_result(self) -> Result<()> {
        match self.0.as_slice() {
            [] => Ok(()),
            [one] => Err(Error::new(ErrorKind::Settings, one)),
            several => {
                let message = format!("{} settings are wrong", several.len());
                Err(Error::caused(ErrorKind::Settings, message, self))
            }
        }
    }
}

/// Returns the most similar of the known keys: sections and names count alike, however long.
fn nearest<'k>(key: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    fn halves(key: &str) -> (&str, &str) {
        key.split_once('.').unwrap_or((key, key))
    }
    let (section, name) = halves(key);
    let similarity = |other: &str| {
        let (other_section, other_name) = halves(other);
        strsim::normalized_damerau_levenshtein(section, other_section)
            + strsim::normalized_damerau_levenshtein(name, other_name)
    };
    known.max_by(|one, other| similarity(one).total_cmp(&similarity(other)))
}
