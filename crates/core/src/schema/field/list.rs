//! Reads fields of the type `list`.

use super::literal::json_text;
use super::{Reader, boolean};
use crate::check::Cast;
use crate::check::list::ListRules;
use crate::check::rules::Rules;
use crate::schema::constraint::Constraints;
use crate::schema::fault::Faults;
use crate::schema::json::Json;
use crate::schema::read::string;
use crate::value::Value;
use crate::value::decimal::NumberSyntax;
use crate::value::temporal::TemporalFormat;

const DELIMITER: &str = ",";
/// The most bytes of a delimiter.
const DELIMITER_BYTES_MAX: usize = 16;

/// The type of a list's items.
#[derive(Clone, Copy)]
enum ItemType {
    String,
    Integer,
    Boolean,
    Number,
    DateTime,
    Date,
    Time,
}

impl ItemType {
    const ALL: &'static [Self] = &[
        Self::String,
        Self::Integer,
        Self::Boolean,
        Self::Number,
        Self::DateTime,
        Self::Date,
        Self::Time,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::DateTime => "datetime",
            Self::Date => "date",
            Self::Time => "time",
        }
    }

    /// Completes "a list of …".
    fn plural(self) -> &'static str {
        match self {
            Self::String => "texts",
            Self::Integer => "integers",
            Self::Boolean => "booleans (`true` or `1`, `false` or `0`)",
            Self::Number => "numbers",
            Self::DateTime => "datetimes (`YYYY-MM-DDThh:mm:ss`)",
            Self::Date => "dates (`YYYY-MM-DD`)",
            Self::Time => "times (`hh:mm:ss`)",
        }
    }

    /// Returns how an item is cast: in the default format of its type, without constraints.
    fn cast(self) -> Cast {
        match self {
            Self::String => Cast::Any(None),
            Self::Integer => Cast::Integer(NumberSyntax::default(), Rules::none()),
            Self::Boolean => Cast::Boolean(boolean::default_syntax(), Rules::none()),
            Self::Number => Cast::Number(NumberSyntax::default(), Rules::none()),
            Self::DateTime => Cast::DateTime(TemporalFormat::Default, Rules::none()),
            Self::Date => Cast::Date(TemporalFormat::Default, Rules::none()),
            Self::Time => Cast::Time(TemporalFormat::Default, Rules::none()),
        }
    }
}

impl Reader<'_> {
    pub(super) fn list(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        self.only_default(constraints.faults);
        let delimiter = self.delimiter(constraints.faults);
        let item_type = self.item_type(constraints.faults)?;
        let delimiter = delimiter?;
        let expected = format!(
            "a list of {} with `{delimiter}` between them",
            item_type.plural()
        );
        let mut rules = ListRules {
            delimiter: delimiter.into(),
            item: item_type.cast(),
            closed: None,
        };
        let read = |json: &Json<'_>| {
            let text = cell_text(json, delimiter)?;
            let mut key = Vec::new();
            Value::List(rules.parse(&text)?).write_key(&mut key);
            Some(key.into())
        };
        rules.closed = constraints.closed_keys(&read, &expected);
        Some((Cast::List(Box::new(rules)), expected))
    }

    fn delimiter(&self, faults: &mut Faults) -> Option<&str> {
        if self.object.get("delimiter").is_none() {
            return Some(DELIMITER);
        }
        let delimiter = string(self.object, "delimiter", self.path, faults)?;
        if delimiter.is_empty() || delimiter.len() > DELIMITER_BYTES_MAX {
            let message = format!("must be 1 to {DELIMITER_BYTES_MAX} bytes");
            faults.push(&self.path.key("delimiter"), message, "");
            return None;
        }
        Some(delimiter)
    }

    fn item_type(&self, faults: &mut Faults) -> Option<ItemType> {
        if self.object.get("itemType").is_none() {
            return Some(ItemType::String);
        }
        let name = string(self.object, "itemType", self.path, faults)?;
        let known = ItemType::ALL.iter().copied();
        let found = known.clone().find(|known| known.as_str() == name);
        if found.is_none() {
            let message = format!("a list has no items of the type `{name}`");
            let known = known.map(ItemType::as_str);
            faults.push_unknown(&self.path.key("itemType"), message, name, known);
        }
        found
    }
}

/// Writes a list as a cell would hold it; `None` if no cell can.
fn cell_text(json: &Json<'_>, delimiter: &str) -> Option<String> {
    let items = match json {
        Json::Text(text) => return Some(text.to_string()),
        Json::Array(items) => items,
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => return None,
    };
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        let text = json_text(item);
        let is_item = match item {
            Json::Text(_) | Json::Number(_) | Json::Bool(_) => !text.contains(delimiter),
            Json::Null | Json::Array(_) | Json::Object(_) => false,
        };
        if !is_item {
            return None;
        }
        texts.push(text);
    }
    Some(texts.join(delimiter))
}
