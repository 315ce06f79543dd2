//! The reference of settings, made of the table.

use serde::Serialize;

use super::table::{SECTIONS, SPECS, Settings, Spec};
use super::{CONFIG_FILE, CONFIG_VARIABLE};

/// A setting as the reference has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Described {
    /// Its key in the settings file.
    pub key: &'static str,
    /// Its environment variable.
    pub variable: String,
    /// What it takes.
    pub expected: &'static str,
    /// Its default; `None` if it is not set.
    pub default: Option<String>,
    /// What it is about.
    pub about: &'static str,
}

/// Returns every setting, section by section.
#[must_use]
pub fn reference() -> Vec<Described> {
    let defaults = Settings::default();
    let described = |spec: &Spec| Described {
        key: spec.key,
        variable: spec.variable(),
        expected: spec.expected,
        default: (spec.show)(&defaults),
        about: spec.about,
    };
    SPECS.iter().map(described).collect()
}

/// Returns the reference as Markdown: what `docs/settings.md` holds.
#[must_use]
pub fn reference_markdown() -> String {
    let mut text = format!(
        "# Settings\n\n\
         <!-- Made from crates/app/src/settings/table.rs; `UPDATE=1 cargo test -p rowgate-app settings` writes it. -->\n\n\
         Defaults, then the settings file, then environment variables, then flags: the later wins. The\n\
         file is the one that `--config` or `{CONFIG_VARIABLE}` names, else `{CONFIG_FILE}` in the working\n\
         folder if it is there. A key `section.name` stands in the file under `[section]`, and is the\n\
         variable `ROWGATE_SECTION__NAME`. Unknown keys and variables are errors, and so is an empty\n\
         value. `rowgate config show` prints the settings in force, each with where it came from.\n"
    );
    let all = reference();
    for (section, about) in SECTIONS {
        text.extend(["\n## `[", section, "]`\n\n", about, "\n\n"]);
        text.push_str("| key | takes | default | |\n| --- | --- | --- | --- |\n");
        let of_section = all.iter().filter(|setting| is_in(setting.key, section));
        text.extend(of_section.map(markdown_row));
    }
    text
}

fn markdown_row(setting: &Described) -> String {
    let Described {
        key,
        expected,
        default,
        about,
        ..
    } = setting;
    let default = match default {
        Some(default) => format!("`{default}`"),
        None => "not set".to_owned(),
    };
    format!("| `{key}` | {expected} | {default} | {about} |\n")
}

fn is_in(key: &str, section: &str) -> bool {
    key.split_once('.').is_some_and(|(of, _)| of == section)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published reference is that of the table. `UPDATE=1` writes it.
    #[test]
    fn the_published_reference_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/settings.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, reference_markdown()).unwrap();
        }
        let published = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(
            published,
            reference_markdown(),
            "run it again with UPDATE=1"
        );
    }

    #[test]
    fn every_setting_is_described_on_one_line() {
        for setting in reference() {
            assert!(
                !setting.about.is_empty() && !setting.about.contains(['\n', '|']),
                "{setting:?}"
            );
        }
    }
}
