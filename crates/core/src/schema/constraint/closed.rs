//! Reads closed sets of values: `enum` and `categories`.

use std::collections::{BTreeSet, HashSet};

use super::{Constraints, one_of};
use crate::check::TextRules;
use crate::check::closed::{ClosedKeys, ClosedText, MemberList};
use crate::check::text::TextFormat;
use crate::schema::fault::Path;
use crate::schema::json::Json;
use crate::schema::read::string;

/// The members of a closed set, and what completes "expected …".
type Closed<T> = (Vec<T>, Box<str>);

impl<'a> Constraints<'a> {
    /// Reads the `enum` of a field of the type `any`.
    pub(in crate::schema) fn closed_text(&mut self) -> Option<ClosedText> {
        let format = TextFormat::Default;
        let (literals, expected) = self.members(&text_of(format), format.expected())?;
        Some(ClosedText {
            members: literals.into_iter().collect(),
            expected,
            lists: vec![MemberList::Enum],
        })
    }

    /// Reads the `enum` and the `categories` of a field of the type `string`, whose other
    /// constraints are in `rules`, and checks that these leave room.
    pub(in crate::schema) fn close(&mut self, rules: &mut TextRules) {
        let format = rules.format;
        let closed = self.members_of_categories(&text_of(format), format.expected());
        let Some((literals, expected)) = closed else {
            return;
        };
        if !literals.is_empty() && !literals.iter().any(|text| rules.admits(text)) {
            self.push_unmet("lengths and pattern");
        }
        rules.closed = Some(ClosedText {
            members: literals.into_iter().collect(),
            expected,
            lists: self.member_lists(),
        });
    }

    fn member_lists(&self) -> Vec<MemberList> {
        let of_enum = self.get("enum").map(|_| MemberList::Enum);
        let of_categories = self.categories.map(|json| match json {
            Json::Array(items) if matches!(items.first(), Some(Json::Object(_))) => {
                MemberList::CategoryObjects
            }
            Json::Array(_)
            | Json::Null
            | Json::Bool(_)
            | Json::Number(_)
            | Json::Text(_)
            | Json::Object(_) => MemberList::Categories,
        });
        of_enum.into_iter().chain(of_categories).collect()
    }

    /// Reads the `enum` of a field whose values are told apart by their canonical form.
    pub(in crate::schema) fn closed_keys(
        &mut self,
        read: &dyn Fn(&Json<'_>) -> Option<Box<[u8]>>,
        noun: &str,
    ) -> Option<ClosedKeys> {
        let (keys, expected) = self.members(read, noun)?;
        Some(ClosedKeys::new(keys, expected))
    }

    pub(super) fn push_unmet(&mut self, others: &str) {
        let message = format!("no value of the closed set is within the {others}");
        self.faults.push(self.path, message, "");
    }

    /// Reads `enum` and `categories`. Of both, the `enum` decides, which is a part of the
    /// categories.
    pub(super) fn members_of_categories<T: Ord>(
        &mut self,
        read: &dyn Fn(&Json<'_>) -> Option<T>,
        noun: &str,
    ) -> Option<Closed<T>> {
        let categories = self.categories(read, noun);
        let members = self.members(read, noun);
        let (Some((known, _)), Some((literals, _))) = (&categories, &members) else {
            return members.or(categories);
        };
        let known: BTreeSet<&T> = known.iter().collect();
        if literals.iter().any(|literal| !known.contains(literal)) {
            let message = "holds a value that is not among the `categories`";
            self.faults.push(&self.path.key("enum"), message, "");
        }
        members
    }

    /// Reads `categories`: values, or objects with a `value` and perhaps a `label`; each value
    /// once, each label once.
    fn categories<T: Ord>(
        &mut self,
        read: &dyn Fn(&Json<'_>) -> Option<T>,
        noun: &str,
    ) -> Option<Closed<T>> {
        let json = self.categories?;
        let path = self.field_path.key("categories");
        let items = self.items(json, &path)?;
        let mut labels = HashSet::new();
        let (mut shown, mut literals) = (Vec::new(), Vec::new());
        for (idx, item) in items.iter().enumerate() {
            let path = path.index(idx);
            let Json::Object(object) = item else {
                shown.push(item);
                literals.extend(self.literal(item, &path, read, noun));
                continue;
            };
            if let Some(label) = string(object, "label", &path, self.faults)
                && !labels.insert(label)
            {
                let message = format!("label `{label}` stands twice");
                self.faults.push(&path.key("label"), message, "");
            }
            let Some(value) = object.get("value") else {
                self.faults.push(&path, "category lacks its `value`", "");
                continue;
            };
            shown.push(value);
            literals.extend(self.literal(value, &path.key("value"), read, noun));
        }
        let n_objects = items
            .iter()
            .filter(|item| matches!(item, Json::Object(_)))
            .count();
        if n_objects != 0 && n_objects != items.len() {
            let message = "mixes values and objects";
            self.faults
                .push(&path, message, "use one form for all of them");
        }
        let distinct: BTreeSet<&T> = literals.iter().collect();
        if distinct.len() < literals.len() {
            self.faults.push(&path, "holds a value twice", "");
        }
        Some((literals, one_of(shown.iter()).into()))
    }

    /// Reads the literals of `enum`, and completes "expected …".
    pub(super) fn members<T>(
        &mut self,
        read: &dyn Fn(&Json<'_>) -> Option<T>,
        noun: &str,
    ) -> Option<Closed<T>> {
        let json = self.get("enum")?;
        let path = self.path.key("enum");
        let items = self.items(json, &path)?;
        let mut literals = Vec::with_capacity(items.len());
        for (idx, item) in items.iter().enumerate() {
            literals.extend(self.literal(item, &path.index(idx), read, noun));
        }
        Some((literals, one_of(items.iter()).into()))
    }

    fn items(&mut self, json: &'a Json<'a>, path: &Path<'_>) -> Option<&'a [Json<'a>]> {
        let Json::Array(items) = json else {
            self.faults.push_type(path, "an array", json);
            return None;
        };
        if items.is_empty() {
            self.faults.push(path, "must hold at least one value", "");
            return None;
        }
        Some(items)
    }

    fn literal<T>(
        &mut self,
        json: &Json<'_>,
        path: &Path<'_>,
        read: &dyn Fn(&Json<'_>) -> Option<T>,
        noun: &str,
    ) -> Option<T> {
        let literal = read(json);
        if literal.is_none() {
            let hint = match json {
                Json::Number(_) | Json::Bool(_) => "put it in quotes if it is meant as text",
                Json::Null => "a missing value is allowed unless `required` is set",
                Json::Text(_) | Json::Array(_) | Json::Object(_) => "",
            };
            self.faults
                .push(path, format!("`{json}` is not {noun}"), hint);
        }
        literal
    }
}

/// Reads a text of the format.
fn text_of(format: TextFormat) -> impl Fn(&Json<'_>) -> Option<String> {
    move |json| match json {
        Json::Text(text) if format.admits(text) => Some(text.clone().into_owned()),
        Json::Null
        | Json::Bool(_)
        | Json::Number(_)
        | Json::Text(_)
        | Json::Array(_)
        | Json::Object(_) => None,
    }
}
