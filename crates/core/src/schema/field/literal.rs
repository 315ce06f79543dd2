//! Literals of a schema as the text of a cell.

use std::borrow::Cow;

use crate::schema::json::Json;

/// Writes what a cell would hold for the same JSON. A string is the text of a cell already.
pub(super) fn json_text<'j>(json: &'j Json<'_>) -> Cow<'j, str> {
    match json {
        Json::Text(text) | Json::Number(text) => Cow::Borrowed(text),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => {
            let mut out = String::new();
            write_json(json, &mut out);
            Cow::Owned(out)
        }
    }
}

pub(super) fn write_json(json: &Json<'_>, out: &mut String) {
    match json {
        Json::Null => out.push_str("null"),
        Json::Bool(true) => out.push_str("true"),
        Json::Bool(false) => out.push_str("false"),
        Json::Number(text) => out.push_str(text),
        Json::Text(text) => write_text(text, out),
        Json::Array(items) => {
            out.push('[');
            for (idx, item) in items.iter().enumerate() {
                if idx > 0 {
                    out.push(',');
                }
                write_json(item, out);
            }
            out.push(']');
        }
        Json::Object(object) => {
            out.push('{');
            for (idx, (name, value)) in object.iter().enumerate() {
                if idx > 0 {
                    out.push(',');
                }
                write_text(name, out);
                out.push(':');
                write_json(value, out);
            }
            out.push('}');
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\0'..='\u{1f}' => {
                let code = u32::from(c);
                let digits = [code >> 4, code & 0xF].map(|digit| char::from_digit(digit, 16));
                out.push_str("\\u00");
                out.extend(digits.into_iter().flatten());
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}
