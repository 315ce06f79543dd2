//! The layers of settings, each flattened to known keys, and laid on each other by `config`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use config::builder::DefaultState;
use config::{ConfigBuilder, ConfigError, FileFormat, Format as _, Map, Source, Value, ValueKind};
use rowgate_core::{Error, ErrorKind, Result};

use super::fault::Faults;
use super::table::{SECTIONS, Spec};
use super::value::Form;
use super::{CONFIG_FILE, CONFIG_VARIABLE, Origin, Override, PREFIX};

/// A setting as one source gives it.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) spec: &'static Spec,
    pub(super) origin: Origin,
    value: Value,
}

/// What one source gives.
#[derive(Clone, Default)]
pub(super) struct Layer(Vec<Given>);

/// The layers of the environment and the flags, and the file that the environment names.
pub(super) struct Layers {
    pub(super) config: Option<PathBuf>,
    pub(super) environment: Layer,
    pub(super) flags: Layer,
}

/// A value on top of all layers.
pub(super) struct Top(Value);

impl Layer {
    pub(super) fn given(&self) -> &[Given] {
        &self.0
    }
}

impl fmt::Debug for Layer {
    /// Leaves values out: they may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|given| given.spec.key))
            .finish()
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        let entry = |given: &Given| (given.spec.key.to_owned(), given.value.clone());
        Ok(self.0.iter().map(entry).collect())
    }
}

/// Reads what the environment and the flags give.
pub(super) fn read(
    environment: Vec<(OsString, OsString)>,
    overrides: Vec<Override>,
    faults: &mut Faults,
) -> Result<Layers> {
    let mut config = None;
    let mut given = Vec::new();
    for (name, text) in environment {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
            continue;
        };
        if name == CONFIG_VARIABLE {
            config = Some(PathBuf::from(text));
            continue;
        }
        let Some(spec) = super::SPECS.iter().find(|spec| spec.variable() == name) else {
            faults.unknown_variable(name);
            continue;
        };
        let Ok(text) = text.into_string() else {
            faults.push(format!("`{name}` is not UTF-8"));
            continue;
        };
        given.push(Given {
            spec,
            origin: Origin::Environment(name.to_owned()),
            value: text.into(),
        });
    }
    let flags = overrides
        .into_iter()
        .map(from_flag)
        .collect::<Result<_>>()?;
    Ok(Layers {
        config,
        environment: Layer(given),
        flags: Layer(flags),
    })
}

fn from_flag(given: Override) -> Result<Given> {
    let Some(spec) = Spec::of(given.key) else {
        return Err(Error::bug(format!(
            "`{}` sets no setting: `{}`",
            given.flag, given.key
        )));
    };
    Ok(Given {
        spec,
        origin: Origin::Flag(given.flag),
        value: given.value.into(),
    })
}

/// Reads the settings file: the one that is named, by a flag before the environment, else the usual
/// one if it is there.
pub(super) fn file(
    by_flag: Option<PathBuf>,
    by_environment: Option<PathBuf>,
    folder: &Path,
    faults: &mut Faults,
) -> Result<Layer> {
    let named = by_flag.or(by_environment);
    let is_named = named.is_some();
    let path = named.unwrap_or_else(|| folder.join(CONFIG_FILE));
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(err) if err.kind() == std::io::ErrorKind::NotFound && !is_named => {
            return Ok(Layer::default());
        }
        Err(err) => return Err(unreadable(&path, err)),
    };
    // An editor's byte order mark says nothing.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let parsed = FileFormat::Toml.parse(None, text);
    let table = parsed.map_err(|err| unreadable(&path, without_excerpt(&err.to_string())))?;
    let mut given = Vec::new();
    flatten("", table, &Origin::File(path), &mut given, faults);
    Ok(Layer(given))
}

fn unreadable(path: &Path, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    let message = format!("could not read the settings file `{}`", path.display());
    Error::caused(ErrorKind::Settings, message, cause)
}

/// Drops the lines in which the parser shows the file: there may be a secret in them.
fn without_excerpt(message: &str) -> String {
    let is_excerpt = |line: &&str| {
        line.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit())
            .starts_with('|')
    };
    let lines = message
        .lines()
        .filter(|line| !is_excerpt(line))
        .map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(": ")
}

fn flatten(
    prefix: &str,
    table: Map<String, Value>,
    origin: &Origin,
    given: &mut Vec<Given>,
    faults: &mut Faults,
) {
    // The parser's map has no order, and faults are to have one.
    let in_order: BTreeMap<_, _> = table.into_iter().collect();
    for (name, value) in in_order {
        let key = format!("{prefix}{name}");
        let is_section = SECTIONS.iter().any(|(section, _)| *section == key);
        match (Spec::of(&key), value.kind) {
            (Some(spec), kind) => given.push(Given {
                spec,
                origin: origin.clone(),
                value: kind.into(),
            }),
            (None, ValueKind::Table(inner)) if is_section || !inner.is_empty() => {
                flatten(&format!("{key}."), inner, origin, given, faults);
            }
            (None, _) if is_section => faults.section_without_keys(&key, origin),
            (None, _) => faults.unknown_key(&key, origin),
        }
    }
}

/// Lays the layers on each other, the first at the bottom.
pub(super) fn merge(layers: [Layer; 3]) -> Result<BTreeMap<&'static str, Top>> {
    let bug = |err: &ConfigError| Error::bug(format!("settings cannot be laid together: {err}"));
    let bottom = config::Config::builder();
    let builder = layers
        .into_iter()
        .fold(bottom, ConfigBuilder::<DefaultState>::add_source);
    let merged = builder.build().map_err(|err| bug(&err))?;
    let mut values = BTreeMap::new();
    for spec in super::SPECS {
        match merged.get::<Value>(spec.key) {
            Ok(value) => {
                values.insert(spec.key, Top(value));
            }
            Err(ConfigError::NotFound(_)) => {}
            Err(err) => return Err(bug(&err)),
        }
    }
    Ok(values)
}

impl Top {
    /// Returns the value as text, if it is written in a way that the setting takes.
    pub(super) fn text(&self, spec: &Spec) -> Option<String> {
        match (&self.0.kind, spec.form) {
            (ValueKind::String(text), _) => Some(text.clone()),
            (ValueKind::I64(n), Form::Integer) => Some(n.to_string()),
            (ValueKind::Boolean(is_on), Form::Boolean) => Some(is_on.to_string()),
            (ValueKind::Table(table), Form::Table) => as_pairs(table),
            _ => None,
        }
    }

    /// Returns what there is, fit to be shown in a message.
    pub(super) fn described(&self, spec: &Spec) -> String {
        let described = match &self.0.kind {
            ValueKind::String(text) if text.is_empty() => return "empty".to_owned(),
            // Where there is an `@` in a URL there may be a password.
            ValueKind::String(text) if spec.is_secret || text.contains('@') => {
                "not usable".to_owned()
            }
            ValueKind::String(text) => format!("`{}`", text.escape_debug()),
            ValueKind::Table(_) => "a table".to_owned(),
            ValueKind::Array(_) => "a list".to_owned(),
            ValueKind::Nil => "nothing".to_owned(),
            _ if spec.is_secret => "not text in quotes".to_owned(),
            kind @ (ValueKind::Boolean(_)
            | ValueKind::Float(_)
            | ValueKind::I64(_)
            | ValueKind::I128(_)
            | ValueKind::U64(_)
            | ValueKind::U128(_)) => format!("`{kind}`"),
        };
        match (&self.0.kind, spec.form) {
            (ValueKind::I64(_) | ValueKind::Boolean(_) | ValueKind::Float(_), Form::Text) => {
                format!("{described} without quotes")
            }
            _ => described,
        }
    }
}

fn as_pairs(table: &Map<String, Value>) -> Option<String> {
    let pair = |(key, value): (&String, &Value)| {
        let ValueKind::String(value) = &value.kind else {
            return None;
        };
        let is_plain = !key.contains([',', '=']) && !value.contains(',');
        is_plain.then(|| format!("{key}={value}"))
    };
    let pairs: Vec<_> = table.iter().map(pair).collect::<Option<_>>()?;
    Some(pairs.join(","))
}
