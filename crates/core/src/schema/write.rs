//! Writes JSON: numbers as they were written, objects in their order.

use super::json::Json;

/// Writes a value on several lines, indented, with a line end.
pub(super) fn pretty(json: &Json<'_>) -> String {
    let mut out = String::new();
    value(json, Some(0), &mut out);
    out.push('\n');
    out
}

/// Writes a value on one line.
pub(super) fn compact(json: &Json<'_>) -> String {
    let mut out = String::new();
    value(json, None, &mut out);
    out
}

/// Writes a value; `depth` is how far its lines are indented, if it may have several.
fn value(json: &Json<'_>, depth: Option<usize>, out: &mut String) {
    match json {
        Json::Null => out.push_str("null"),
        Json::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Json::Number(text) => out.push_str(text),
        Json::Text(text) => string(text, out),
        Json::Array(items) => {
            // A list of words is read best on one line.
            let is_short = items.iter().all(|item| match item {
                Json::Array(_) | Json::Object(_) => false,
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => true,
            });
            let depth = depth.filter(|_| !is_short);
            list('[', ']', items.iter(), depth, out, |item, depth, out| {
                value(item, depth, out);
            });
        }
        Json::Object(members) => {
            list(
                '{',
                '}',
                members.iter(),
                depth,
                out,
                |(key, member), depth, out| {
                    string(key, out);
                    out.push_str(": ");
                    value(member, depth, out);
                },
            );
        }
    }
}

fn list<T>(
    open: char,
    close: char,
    items: impl Iterator<Item = T>,
    depth: Option<usize>,
    out: &mut String,
    mut write: impl FnMut(T, Option<usize>, &mut String),
) {
    let inner = depth.map(|depth| depth + 1);
    let mut is_empty = true;
    out.push(open);
    for item in items {
        if !is_empty {
            out.push(',');
        }
        match inner {
            Some(depth) => line(depth, out),
            None if !is_empty => out.push(' '),
            None => {}
        }
        write(item, inner, out);
        is_empty = false;
    }
    if let Some(depth) = depth.filter(|_| !is_empty) {
        line(depth, out);
    }
    out.push(close);
}

fn line(depth: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

fn string(text: &str, out: &mut String) {
    // A text is always JSON.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::super::fault::Faults;
    use super::super::json::parse;
    use super::*;

    #[test]
    fn what_is_written_is_what_was_read() {
        let text = "{\n  \"b\": 1.50,\n  \"a\": [],\n  \"c\": [\"x\\n\", null],\n  \"d\": [\n    {\n      \
                    \"e\": {},\n      \"é\": 1E400\n    }\n  ]\n}\n";
        let json = parse(text, &mut Faults::default()).unwrap();
        assert_eq!(pretty(&json), text);
    }
}
