//! JSON in a cell: exact numbers, members without order.

use std::borrow::Cow;

use super::decimal::Decimal;
use super::{Logical, write_delimited};

/// The deepest nesting of JSON in a cell.
pub const JSON_DEPTH_MAX: usize = 128;
/// The most values that the JSON in a cell may hold, objects and arrays included.
pub const JSON_VALUES_MAX: usize = 1_000_000;

/// A JSON value. Two are equal if they mean the same: `{"a": 1, "b": 2.0}` is `{"b": 2, "a": 1}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonValue<'a> {
    /// `null`.
    Null,
    /// `true` and `false`.
    Bool(bool),
    /// A number, exact.
    Number(Decimal<'a>),
    /// A string.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<JsonValue<'a>>),
    /// An object.
    Object(JsonObject<'a>),
}

/// The members of an object, in the order of their names. No name stands twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JsonObject<'a> {
    members: Vec<(Cow<'a, str>, JsonValue<'a>)>,
}

impl<'a> JsonObject<'a> {
    /// Sorts the members; `None` if a name stands twice.
    fn new(mut members: Vec<(Cow<'a, str>, JsonValue<'a>)>) -> Option<Self> {
        members.sort_by(|(left, _), (right, _)| left.cmp(right));
        let mut names = members.iter().map(|(name, _)| name);
        let mut before = names.next();
        for name in names {
            if before == Some(name) {
                return None;
            }
            before = Some(name);
        }
        Some(Self { members })
    }

    /// Returns the value of a member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&JsonValue<'a>> {
        let found = self
            .members
            .binary_search_by(|(member, _)| (**member).cmp(name));
        self.members.get(found.ok()?).map(|(_, value)| value)
    }

    /// Returns the members in the order of their names.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &JsonValue<'a>)> {
        self.members.iter().map(|(name, value)| (&**name, value))
    }

    /// Returns the members in the order of their names, as they are.
    pub fn into_members(self) -> impl Iterator<Item = (Cow<'a, str>, JsonValue<'a>)> {
        self.members.into_iter()
    }

    /// Returns how many members there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Returns whether there is no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl<'a> JsonValue<'a> {
    /// Reads JSON (RFC 8259).
    ///
    /// An object in which a name stands twice is no value: readers do not agree on what it means.
    /// Neither is a string with half of a surrogate pair, nor a number whose exponent has more than
    /// [`EXPONENT_DIGITS_MAX`](super::decimal::EXPONENT_DIGITS_MAX) digits, nor what nests deeper
    /// than [`JSON_DEPTH_MAX`] or holds more than [`JSON_VALUES_MAX`] values.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::value::json::JsonValue;
    ///
    /// let value = JsonValue::parse(r#"{"a": 1, "b": [2.0]}"#);
    /// assert!(value.is_some());
    /// assert_eq!(value, JsonValue::parse(r#"{"b": [2], "a": 1E0}"#));
    /// assert_eq!(JsonValue::parse(r#"{"a": 1, "a": 1}"#), None);
    /// ```
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut reader = Reader {
            rest: text,
            n_values: 0,
        };
        let value = reader.value(0)?;
        reader.skip_space();
        reader.rest.is_empty().then_some(value)
    }

    /// Returns the members, if the value is an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&JsonObject<'a>> {
        match self {
            Self::Object(object) => Some(object),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::Array(_) => None,
        }
    }

    /// Returns the items, if the value is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[JsonValue<'a>]> {
        match self {
            Self::Array(items) => Some(items),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::Object(_) => None,
        }
    }

    /// Returns the text, if the value is a string.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// Returns the number, if the value is one.
    #[must_use]
    pub fn as_number(&self) -> Option<&Decimal<'a>> {
        match self {
            Self::Number(number) => Some(number),
            Self::Null | Self::Bool(_) | Self::Text(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// Appends the canonical form of the value: equal values give equal bytes, and others do not.
    pub fn write_key(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.push(b'n'),
            Self::Bool(false) => out.push(b'f'),
            Self::Bool(true) => out.push(b't'),
            Self::Number(number) => {
                out.push(b'#');
                write_delimited(out, |out| number.write_key(out));
            }
            Self::Text(text) => {
                out.push(b'"');
                write_delimited(out, |out| out.extend_from_slice(text.as_bytes()));
            }
            Self::Array(items) => {
                out.push(b'[');
                for item in items {
                    item.write_key(out);
                }
                out.push(b']');
            }
            Self::Object(object) => {
                out.push(b'{');
                for (name, value) in object.iter() {
                    write_delimited(out, |out| out.extend_from_slice(name.as_bytes()));
                    value.write_key(out);
                }
                // No name is so long: this length ends the members.
                out.extend_from_slice(&u64::MAX.to_be_bytes());
            }
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    n_values: usize,
}

impl<'a> Reader<'a> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Takes `mark` if it comes next, after space.
    fn take(&mut self, mark: &str) -> bool {
        self.skip_space();
        let after = self.rest.strip_prefix(mark);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn value(&mut self, depth: usize) -> Option<JsonValue<'a>> {
        self.n_values += 1;
        if depth > JSON_DEPTH_MAX || self.n_values > JSON_VALUES_MAX {
            return None;
        }
        self.skip_space();
        match self.rest.as_bytes().first()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.text().map(JsonValue::Text),
            b't' => self.take("true").then_some(JsonValue::Bool(true)),
            b'f' => self.take("false").then_some(JsonValue::Bool(false)),
            b'n' => self.take("null").then_some(JsonValue::Null),
            _ => self.number().map(JsonValue::Number),
        }
    }

    fn array(&mut self, depth: usize) -> Option<JsonValue<'a>> {
        let mut items = Vec::new();
        if !self.take("[") || self.take("]") {
            return Some(JsonValue::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take("]") {
                return Some(JsonValue::Array(items));
            }
            if !self.take(",") {
                return None;
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<JsonValue<'a>> {
        let mut members = Vec::new();
        if !self.take("{") || self.take("}") {
            return Some(JsonValue::Object(JsonObject::default()));
        }
        loop {
            self.skip_space();
            let name = self.text()?;
            if !self.take(":") {
                return None;
            }
            members.push((name, self.value(depth + 1)?));
            if self.take("}") {
                return JsonObject::new(members).map(JsonValue::Object);
            }
            if !self.take(",") {
                return None;
            }
        }
    }

    fn text(&mut self) -> Option<Cow<'a, str>> {
        let inside = self.rest.strip_prefix('"')?;
        let mut end = 0;
        let mut has_escapes = false;
        loop {
            let after = inside.as_bytes().get(end..)?;
            end += memchr::memchr2(b'"', b'\\', after)?;
            if inside.as_bytes().get(end) == Some(&b'"') {
                break;
            }
            has_escapes = true;
            end += 2; // Past the escaped byte, which may be a quote.
        }
        let (text, rest) = inside.split_at_checked(end)?;
        let (quoted, _) = self.rest.split_at_checked(end + 2)?;
        self.rest = rest.strip_prefix('"')?;
        if has_escapes {
            return serde_json::from_str(quoted).ok().map(Cow::Owned);
        }
        let has_control = text.bytes().any(|byte| byte < b' ');
        (!has_control).then_some(Cow::Borrowed(text))
    }

    fn number(&mut self) -> Option<Decimal<'a>> {
        let is_of_number = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
        let n_bytes = self
            .rest
            .bytes()
            .take_while(|byte| is_of_number(byte))
            .count();
        let (text, rest) = self.rest.split_at_checked(n_bytes)?;
        self.rest = rest;
        // JSON's notation is narrower than ours: no plus, no zero in front, digits on both sides of
        // the point.
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let mantissa = unsigned.split(['e', 'E']).next()?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
        let is_json =
            is_digits(whole) && is_digits(fraction) && (whole == "0" || !whole.starts_with('0'));
        if is_json { Decimal::parse(text) } else { None }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_equal(left: &str, right: &str, expected: bool) {
        let (left_value, right_value) = (JsonValue::parse(left), JsonValue::parse(right));
        let (left_value, right_value) = (left_value.unwrap(), right_value.unwrap());
        assert_eq!(left_value == right_value, expected, "{left} {right}");
        let key = |value: &JsonValue<'_>| {
            let mut key = Vec::new();
            value.write_key(&mut key);
            key
        };
        assert_eq!(
            key(&left_value) == key(&right_value),
            expected,
            "keys of {left} {right}"
        );
    }

    #[test]
    fn values_are_compared_exactly() {
        check_equal("1", "1.0", true);
        check_equal("-0", "0e7", true);
        check_equal("9007199254740993", "9007199254740992", false);
        check_equal("0.1", "0.1000000000000000000000000001", false);
        check_equal("1e400", "1e401", false);
        check_equal("1", "\"1\"", false);
        check_equal(r#"{"a": 1, "b": 2}"#, r#"{ "b":2,"a":1 }"#, true);
        check_equal(r#"{"a": 1}"#, r#"{"a": 1, "b": null}"#, false);
        check_equal(r#"["\u0061\/"]"#, r#"["a/"]"#, true);
        check_equal("[1, 2]", "[2, 1]", false);
        check_equal("[[1], 2]", "[[1, 2]]", false);
        check_equal("[1, 12]", "[11, 2]", false);
        check_equal(r#"{"a": []}"#, r#"{"a": {}}"#, false);
    }

    #[test]
    fn what_is_no_value() {
        for text in [
            "",
            " ",
            "nul",
            "nulls",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[",
            "{",
            r#"{"a"}"#,
            r#"{"a": 1,}"#,
            "{a: 1}",
            "'a'",
            r#""a"#,
            r#""a\"#,
            r#""\x""#,
            r#""\ud800""#,
            "\"\u{1}\"",
            "+1",
            "01",
            "1.",
            ".5",
            "1e",
            "NaN",
            "-",
            "1 1",
            "1e1000000000000000000",
            r#"{"a": 1, "b": 2, "\u0061": 1}"#,
            "\u{a0}1",
        ] {
            assert_eq!(JsonValue::parse(text), None, "{text:?}");
        }
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(JsonValue::parse(&nested(JSON_DEPTH_MAX)).is_some());
        assert!(JsonValue::parse(&nested(JSON_DEPTH_MAX + 2)).is_none());
        assert!(JsonValue::parse(&nested(1_000_000)).is_none());
        let many = format!("[{}0]", "0,".repeat(JSON_VALUES_MAX));
        assert!(JsonValue::parse(&many).is_none());
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_another_reader(text in r#"[\[\]{}:, "\\a01e.+-]{0,12}|\[(-?[0-9]{1,2}(\.[0-9])?,){0,3}"(\\.|[a-z\u{e9}]){0,4}"\]"#) {
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            let has_surrogates = text.contains("\\u");
            let ours = JsonValue::parse(&text).is_some();
            if !has_surrogates {
                assert!(!ours || theirs, "{text}");
                // The other reader takes a name twice.
                assert!(ours || !theirs || text.contains('{'), "{text}");
            }
        }
    }
}
