//! A log line: its fields, and how they are written.

use std::error::Error;
use std::fmt;

use jiff::Timestamp;
use rowgate_core::text::visible;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;
use tracing::Level;
use tracing::field::{Field, Visit};

use super::{Color, LogOptions};

/// The field whose text is JSON already.
const SUMMARY: &str = "input_payload_summary";
/// The fields that come first, in this order, where a line has them.
const FIRST: [&str; 4] = ["event", "run_id", "request_id", "trace_id"];
/// The field that has lines of its own when people read.
const BACKTRACE: &str = "backtrace";

/// A field's value.
#[derive(Clone, Debug)]
pub(super) enum FieldValue {
    Text(String),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Boolean(bool),
    Json(Box<RawValue>),
}

/// Fields by name, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<(&'static str, FieldValue)>);

impl Fields {
    fn put(&mut self, name: &'static str, value: FieldValue) {
        match self.0.iter_mut().find(|(other, _)| *other == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Lays other fields over these: the inner win.
    pub(super) fn lay(&mut self, inner: &Self) {
        for (name, value) in &inner.0 {
            self.put(name, value.clone());
        }
    }

    /// Iterates over the fields that a line holds, those of [`FIRST`] before the others.
    fn in_order(&self) -> impl Iterator<Item = &(&'static str, FieldValue)> {
        let find = |wanted: &&str| self.0.iter().find(|(name, _)| name == wanted);
        let rest = self.0.iter().filter(|(name, _)| !FIRST.contains(name));
        FIRST.iter().filter_map(find).chain(rest)
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), FieldValue::Text(value.to_owned()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), FieldValue::Signed(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), FieldValue::Unsigned(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), FieldValue::Float(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), FieldValue::Boolean(value));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut text = value.to_string();
        let mut next = value.source();
        while let Some(cause) = next {
            text.extend([": ", &cause.to_string()]);
            next = cause.source();
        }
        self.put(field.name(), FieldValue::Text(text));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        let value = match field.name() {
            SUMMARY => match RawValue::from_string(text.clone()) {
                Ok(json) => FieldValue::Json(json),
                Err(_) => FieldValue::Text(text),
            },
            _ => FieldValue::Text(text),
        };
        self.put(field.name(), value);
    }
}

/// Everything that one line says.
pub(super) struct Line<'l> {
    pub(super) at: Timestamp,
    pub(super) level: Level,
    pub(super) target: &'l str,
    pub(super) fields: &'l Fields,
    pub(super) options: &'l LogOptions,
}

impl Line<'_> {
    fn level_name(&self) -> &'static str {
        match self.level {
            Level::ERROR => "error",
            Level::WARN => "warn",
            Level::INFO => "info",
            Level::DEBUG => "debug",
            Level::TRACE => "trace",
        }
    }

    /// Writes the line for people. A backtrace follows on lines of its own.
    pub(super) fn to_human(&self) -> String {
        let mut text = match self.options.color {
            Color::Plain => self.level_name().to_owned(),
            Color::Ansi => format!("\x1b[{}m{}\x1b[0m", self.color_code(), self.level_name()),
        };
        let mut backtrace = None;
        for (name, value) in self.fields.in_order() {
            match (*name, value) {
                (BACKTRACE, value) => backtrace = Some(value),
                ("event" | "message", value) => {
                    text.extend([" ", &value.to_string()]);
                }
                (name, value) => {
                    text.extend([" ", name, "=", &value.to_string()]);
                }
            }
        }
        text.push('\n');
        if let Some(FieldValue::Text(backtrace)) = backtrace {
            text.push_str(backtrace.trim_end());
            text.push('\n');
        }
        text
    }

    fn color_code(&self) -> u8 {
        match self.level {
            Level::ERROR => 31,
            Level::WARN => 33,
            Level::INFO => 32,
            Level::DEBUG | Level::TRACE => 2,
        }
    }

    /// Writes the line as one JSON object.
    pub(super) fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self).map(|json| json + "\n")
    }
}

impl fmt::Display for FieldValue {
    /// Writes it on one line: what is obeyed rather than seen is escaped, so that a text cannot drive a
    /// terminal or look like a line of its own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&visible(text)),
            Self::Signed(n) => n.fmt(f),
            Self::Unsigned(n) => n.fmt(f),
            Self::Float(n) => n.fmt(f),
            Self::Boolean(is_true) => is_true.fmt(f),
            Self::Json(json) => f.write_str(json.get()),
        }
    }
}

impl Serialize for FieldValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => text.serialize(serializer),
            Self::Signed(n) => n.serialize(serializer),
            Self::Unsigned(n) => n.serialize(serializer),
            Self::Float(n) => n.serialize(serializer),
            Self::Boolean(is_true) => is_true.serialize(serializer),
            Self::Json(json) => json.serialize(serializer),
        }
    }
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// What the line says of itself; no field may say otherwise.
        const OWN: [&str; 4] = ["timestamp", "level", "service", "target"];
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("timestamp", &format!("{:.3}", self.at))?;
        map.serialize_entry("level", self.level_name())?;
        for (name, value) in self.fields.in_order() {
            if !OWN.contains(name) {
                map.serialize_entry(name, value)?;
            }
        }
        map.serialize_entry("service", self.options.service)?;
        map.serialize_entry("target", self.target)?;
        map.end()
    }
}
