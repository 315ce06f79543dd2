//! YAML 1.2 with its core schema, as the tree that JSON gives: `no` and `on` are text, numbers keep
//! their digits, a key that stands twice is a fault.
//!
//! What an alias stands for counts as often as it is used, so that a short text cannot ask for a
//! large tree.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

use super::fault::{Faults, Path};
use super::json::{
    DESCRIPTOR_BYTES_MAX, DESCRIPTOR_DEPTH_MAX, DESCRIPTOR_VALUES_MAX, Json, Object,
};

/// Reads a descriptor's text. `None` if it cannot be used; the faults say why.
pub(super) fn parse<'t>(text: &'t str, faults: &mut Faults) -> Option<Json<'t>> {
    let mut builder = Builder {
        events: Parser::new_from_str(text),
        faults,
        anchored: HashMap::new(),
        n_values: 0,
        n_bytes: 0,
    };
    builder.document().ok()
}

/// What stopped the reading has left a fault.
struct Stopped;

type Read<T> = Result<T, Stopped>;

struct Builder<'t, 'f> {
    events: Parser<'t, StrInput<'t>>,
    faults: &'f mut Faults,
    /// What aliases may stand for, and how large it is.
    anchored: HashMap<usize, Anchored<'t>>,
    n_values: usize,
    n_bytes: usize,
}

struct Anchored<'t> {
    json: Json<'t>,
    n_values: usize,
    n_bytes: usize,
}

impl<'t> Builder<'t, '_> {
    fn stop<T>(&mut self, path: &Path<'_>, message: impl Into<String>, hint: &str) -> Read<T> {
        self.faults.push(path, message, hint);
        Err(Stopped)
    }

    fn next(&mut self) -> Read<(Event<'t>, Span)> {
        match self.events.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(fault)) => {
                let mark = fault.marker();
                let (line, column) = (mark.line(), mark.col() + 1);
                let message = format!("not YAML: {} at line {line} column {column}", fault.info());
                self.stop(&Path::ROOT, message, "")
            }
            None => self.stop(&Path::ROOT, "not YAML: it ends early", ""),
        }
    }

    fn document(&mut self) -> Read<Json<'t>> {
        let mut json = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::Nothing
                | Event::StreamStart
                | Event::DocumentStart(_)
                | Event::DocumentEnd => {}
                Event::Alias(_)
                | Event::Scalar(..)
                | Event::SequenceStart(..)
                | Event::SequenceEnd
                | Event::MappingStart(..)
                | Event::MappingEnd => {
                    if json.is_some() {
                        let line = span.start.line();
                        let message = format!("a second document begins at line {line}");
                        return self.stop(&Path::ROOT, message, "a descriptor is one document");
                    }
                    json = Some(self.value(event, span, &Path::ROOT, 0)?);
                }
            }
        }
        match json {
            Some(json) => Ok(json),
            None => self.stop(&Path::ROOT, "holds no document", ""),
        }
    }

    fn value(
        &mut self,
        event: Event<'t>,
        span: Span,
        path: &Path<'_>,
        depth: usize,
    ) -> Read<Json<'t>> {
        if depth > DESCRIPTOR_DEPTH_MAX {
            let message = format!("descriptor nests deeper than {DESCRIPTOR_DEPTH_MAX}");
            return self.stop(path, message, "");
        }
        let line = span.start.line();
        let before = (self.n_values, self.n_bytes);
        let (json, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.grow(1, text.len(), path)?;
                let tag = tag.as_deref();
                (self.scalar(text, style, tag, path, line)?, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.grow(1, 0, path)?;
                self.check_tag(tag.as_deref(), "seq", path, line)?;
                (self.sequence(path, depth)?, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                self.grow(1, 0, path)?;
                self.check_tag(tag.as_deref(), "map", path, line)?;
                (self.mapping(path, depth)?, anchor)
            }
            Event::Alias(anchor) => return self.alias(anchor, path, line),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => {
                let message = format!("not YAML: a value is missing at line {line}");
                return self.stop(path, message, "");
            }
        };
        // 0 is no anchor.
        if anchor != 0 {
            let anchored = Anchored {
                json: json.clone(),
                n_values: self.n_values - before.0,
                n_bytes: self.n_bytes - before.1,
            };
            self.anchored.insert(anchor, anchored);
            // What is kept for aliases takes its place too.
            self.grow(self.n_values - before.0, self.n_bytes - before.1, path)?;
        }
        Ok(json)
    }

    /// Counts what was read, and stops at the limits.
    fn grow(&mut self, n_values: usize, n_bytes: usize, path: &Path<'_>) -> Read<()> {
        self.n_values += n_values;
        self.n_bytes += n_bytes;
        if self.n_values > DESCRIPTOR_VALUES_MAX {
            let message = format!("descriptor holds more than {DESCRIPTOR_VALUES_MAX} values");
            return self.stop(path, message, "an alias counts as what it stands for");
        }
        if self.n_bytes > DESCRIPTOR_BYTES_MAX {
            let message = format!("descriptor is larger than {DESCRIPTOR_BYTES_MAX} bytes");
            return self.stop(path, message, "an alias counts as what it stands for");
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, path: &Path<'_>, line: usize) -> Read<Json<'t>> {
        let Some(anchored) = self.anchored.get(&anchor) else {
            let message = format!("the alias at line {line} stands for what it is in");
            return self.stop(path, message, "");
        };
        let (n_values, n_bytes) = (anchored.n_values, anchored.n_bytes);
        // Before the copy, which the limits are for.
        self.grow(n_values, n_bytes, path)?;
        match self.anchored.get(&anchor) {
            Some(anchored) => Ok(anchored.json.clone()),
            None => Err(Stopped),
        }
    }

    fn sequence(&mut self, path: &Path<'_>, depth: usize) -> Read<Json<'t>> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Json::Array(items));
            }
            items.push(self.value(event, span, &path.index(items.len()), depth + 1)?);
        }
    }

    fn mapping(&mut self, path: &Path<'_>, depth: usize) -> Read<Json<'t>> {
        let mut seen = HashSet::new();
        let mut object = Object::default();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(Json::Object(object));
            }
            let line = span.start.line();
            let Event::Scalar(key, style, 0, None) = event else {
                let message = format!("the key at line {line} is no plain text");
                let hint = "keys have no anchors, tags or values of their own";
                return self.stop(path, message, hint);
            };
            if style == ScalarStyle::Plain && key == "<<" {
                let message = format!("the merge key `<<` at line {line} is not of YAML 1.2");
                return self.stop(path, message, "write the keys out");
            }
            self.grow(0, key.len(), path)?;
            let is_new = seen.insert(key.clone());
            let member_path = path.key(&key);
            let (event, span) = self.next()?;
            let value = self.value(event, span, &member_path, depth + 1)?;
            if is_new {
                object.push(key, value);
            } else {
                let message =
                    format!("key `{key}` stands twice in one object, again at line {line}");
                self.faults.push(&member_path, message, "keep one of them");
            }
        }
    }

    /// Lets only the tag that a collection has anyway stand before it.
    fn check_tag(
        &mut self,
        tag: Option<&Tag>,
        own: &str,
        path: &Path<'_>,
        line: usize,
    ) -> Read<()> {
        match tag {
            None => Ok(()),
            Some(tag) if tag.is_yaml_core_schema() && tag.suffix == own => Ok(()),
            Some(tag) => self.refuse_tag(tag, path, line),
        }
    }

    fn refuse_tag<T>(&mut self, tag: &Tag, path: &Path<'_>, line: usize) -> Read<T> {
        let message = format!("the tag `{tag}` at line {line} means nothing in a descriptor");
        self.stop(path, message, "leave it out")
    }

    fn scalar(
        &mut self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        tag: Option<&Tag>,
        path: &Path<'_>,
        line: usize,
    ) -> Read<Json<'t>> {
        match tag {
            Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => {
                return Ok(Json::Text(text));
            }
            Some(tag) => return self.refuse_tag(tag, path, line),
            None if style != ScalarStyle::Plain => return Ok(Json::Text(text)),
            None => {}
        }
        match &*text {
            "" | "~" | "null" | "Null" | "NULL" => return Ok(Json::Null),
            "true" | "True" | "TRUE" => return Ok(Json::Bool(true)),
            "false" | "False" | "FALSE" => return Ok(Json::Bool(false)),
            _ => {}
        }
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(&text);
        if matches!(
            unsigned,
            ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN"
        ) {
            let message = format!("`{text}` at line {line} is a number that JSON does not have");
            return self.stop(path, message, "put `INF`, `-INF` or `NaN` in quotes");
        }
        if let Some(digits) = text.strip_prefix("0x") {
            return Ok(based(digits, 16).unwrap_or(Json::Text(text)));
        }
        if let Some(digits) = text.strip_prefix("0o") {
            return Ok(based(digits, 8).unwrap_or(Json::Text(text)));
        }
        Ok(match number(&text) {
            Some(Written::AsJson) => Json::Number(text),
            Some(Written::Otherwise(number)) => Json::Number(Cow::Owned(number)),
            None => Json::Text(text),
        })
    }
}

/// Reads digits of another base; `None` if they are no number, which makes them text. Numbers past
/// 128 bits are text as well, and so at fault where a number belongs.
fn based<'t>(digits: &str, base: u32) -> Option<Json<'t>> {
    let is_of_base = |c: char| c.is_digit(base);
    if !digits.chars().all(is_of_base) {
        return None;
    }
    let number = u128::from_str_radix(digits, base).ok()?;
    Some(Json::Number(Cow::Owned(number.to_string())))
}

/// How a number is written.
#[derive(Debug, PartialEq, Eq)]
enum Written {
    AsJson,
    /// As JSON has it: the same number, with no sign before it but minus, and no digit too many or few.
    Otherwise(String),
}

/// Reads `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`.
fn number(text: &str) -> Option<Written> {
    let are_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        if digits.is_empty() || !are_digits(digits) {
            return None;
        }
    }
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let has_digits = !whole.is_empty() || fraction.is_some_and(|fraction| !fraction.is_empty());
    if !has_digits || !are_digits(whole) || !fraction.is_none_or(are_digits) {
        return None;
    }
    let trimmed = match whole.trim_start_matches('0') {
        "" => "0",
        trimmed => trimmed,
    };
    if trimmed == whole && fraction != Some("") && !text.starts_with('+') {
        return Some(Written::AsJson);
    }
    let point = match fraction {
        None | Some("") => String::new(),
        Some(fraction) => format!(".{fraction}"),
    };
    let exponent = exponent.map_or_else(String::new, |exponent| format!("e{exponent}"));
    Some(Written::Otherwise(format!(
        "{sign}{trimmed}{point}{exponent}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_core_schema() {
        #[track_caller]
        fn check(text: &str, expected: Option<&str>) {
            let read = number(text).map(|written| match written {
                Written::AsJson => text.to_owned(),
                Written::Otherwise(other) => other,
            });
            assert_eq!(read.as_deref(), expected, "{text}");
        }
        check("0", Some("0"));
        check("-12.50", Some("-12.50"));
        check("1e-7", Some("1e-7"));
        check("+007", Some("7"));
        check(".5", Some("0.5"));
        check("-1.", Some("-1"));
        check("00.10E+3", Some("0.10e+3"));
        check(
            "123456789012345678901234567890.1",
            Some("123456789012345678901234567890.1"),
        );
        for text in [
            "", ".", "-", "e1", "1e", "1_000", "1,5", "0b1", "--1", "+-1", "1.2.3", "٣",
        ] {
            check(text, None);
        }
    }
}
