//! Reads what each keyword of JSON Schema asks.

use regex::Regex;

use super::Compiler;
use crate::check::json_schema::{Dependent, JsonType, NodeId, SizeBound, SizeOf, Test};
use crate::check::pattern::ecma;
use crate::check::rules::Side;
use crate::schema::fault::Path;
use crate::schema::field::literal::write_json;
use crate::schema::json::{Json, Object};
use crate::value::decimal::{DIVISOR_DIGITS_MAX, Decimal, Divisor};
use crate::value::json::JsonValue;

impl Compiler<'_> {
    /// Reads a keyword; `None` if it asks nothing, or is read with another one, or is at fault.
    pub(super) fn test(
        &mut self,
        object: &Object<'_>,
        name: &str,
        json: &Json<'_>,
        of: &Path<'_>,
    ) -> Option<Test> {
        let path = &of.key(name);
        Some(match name {
            "$ref" => Test::AllOf(vec![self.reference(json, path)?]),
            "type" => Test::Types(self.types(json, path)?),
            "const" => Test::Members(self.keys(std::slice::from_ref(json), path)?),
            "enum" => {
                let items = self.list(json, path)?;
                Test::Members(self.keys(items, path)?)
            }
            "multipleOf" => Test::MultipleOf(self.divisor(json, path)?),
            "minimum" => Test::Bound(Side::Minimum, self.number(json, path)?),
            "exclusiveMinimum" => Test::Bound(Side::ExclusiveMinimum, self.number(json, path)?),
            "maximum" => Test::Bound(Side::Maximum, self.number(json, path)?),
            "exclusiveMaximum" => Test::Bound(Side::ExclusiveMaximum, self.number(json, path)?),
            "minLength" => Test::Size(SizeOf::Text, SizeBound::Min(self.count(json, path)?)),
            "maxLength" => Test::Size(SizeOf::Text, SizeBound::Max(self.count(json, path)?)),
            "minItems" => Test::Size(SizeOf::Array, SizeBound::Min(self.count(json, path)?)),
            "maxItems" => Test::Size(SizeOf::Array, SizeBound::Max(self.count(json, path)?)),
            "minProperties" => Test::Size(SizeOf::Object, SizeBound::Min(self.count(json, path)?)),
            "maxProperties" => Test::Size(SizeOf::Object, SizeBound::Max(self.count(json, path)?)),
            "pattern" => Test::Pattern(self.pattern(json, path)?),
            "uniqueItems" => match json {
                Json::Bool(true) => Test::UniqueItems,
                Json::Bool(false) => return None,
                Json::Null | Json::Number(_) | Json::Text(_) | Json::Array(_) | Json::Object(_) => {
                    self.faults.push_type(path, "`true` or `false`", json);
                    return None;
                }
            },
            "prefixItems" => self.items(object, of)?,
            "items" if object.get("prefixItems").is_none() => self.items(object, of)?,
            "contains" => self.contains(object, of)?,
            "required" => Test::Required(self.names(json, path)?),
            "properties" => self.properties(object, of)?,
            "patternProperties" if object.get("properties").is_none() => {
                self.properties(object, of)?
            }
            "additionalProperties"
                if object.get("properties").is_none()
                    && object.get("patternProperties").is_none() =>
            {
                self.properties(object, of)?
            }
            "propertyNames" => Test::PropertyNames(self.node(path)?),
            "dependentRequired" | "dependentSchemas" | "dependencies" => {
                Test::Dependent(self.dependents(json, path)?)
            }
            "allOf" => Test::AllOf(self.nodes(json, path)?),
            "anyOf" => Test::AnyOf(self.nodes(json, path)?),
            "oneOf" => Test::OneOf(self.nodes(json, path)?),
            "not" => Test::Not(self.node(path)?),
            "if" => Test::If {
                condition: self.node(path)?,
                then: self.node(&of.key("then")),
                otherwise: self.node(&of.key("else")),
            },
            _ => return None,
        })
    }

    fn types(&mut self, json: &Json<'_>, path: &Path<'_>) -> Option<Vec<JsonType>> {
        let items = match json {
            Json::Array(items) => items,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Object(_) => {
                std::slice::from_ref(json)
            }
        };
        let mut types = Vec::with_capacity(items.len());
        for item in items {
            let name = self.text(item, path)?;
            let known = JsonType::ALL.iter();
            let Some((_, of)) = known.clone().find(|(known, _)| *known == name) else {
                let message = format!("unknown type `{name}`");
                let known = known.map(|(known, _)| *known);
                self.faults.push_unknown(path, message, name, known);
                return None;
            };
            types.push(*of);
        }
        Some(types)
    }

    /// Reads values as their canonical forms.
    fn keys(&mut self, items: &[Json<'_>], path: &Path<'_>) -> Option<Vec<Box<[u8]>>> {
        let mut keys = Vec::with_capacity(items.len());
        for item in items {
            let mut text = String::new();
            write_json(item, &mut text);
            let Some(value) = JsonValue::parse(&text) else {
                self.faults.push(
                    path,
                    format!("`{item}` is no value that a cell can hold"),
                    "",
                );
                return None;
            };
            let mut key = Vec::new();
            value.write_key(&mut key);
            keys.push(key.into_boxed_slice());
        }
        keys.sort_unstable();
        Some(keys)
    }

    fn number(&mut self, json: &Json<'_>, path: &Path<'_>) -> Option<Decimal<'static>> {
        let Json::Number(text) = json else {
            self.faults.push_type(path, "a number", json);
            return None;
        };
        let number = Decimal::parse(text).map(Decimal::into_owned);
        if number.is_none() {
            self.faults.push(path, "has too long an exponent", "");
        }
        number
    }

    fn divisor(&mut self, json: &Json<'_>, path: &Path<'_>) -> Option<Divisor> {
        let divisor = Divisor::new(&self.number(json, path)?);
        if divisor.is_none() {
            let message = format!(
                "must be greater than 0, with {DIVISOR_DIGITS_MAX} significant digits at most"
            );
            self.faults.push(path, message, "");
        }
        divisor
    }

    fn count(&mut self, json: &Json<'_>, path: &Path<'_>) -> Option<usize> {
        let count = self.number(json, path)?.to_count();
        if count.is_none() {
            let message = "must be a whole number that is not negative";
            self.faults.push(path, message, "");
        }
        count
    }

    fn text<'j>(&mut self, json: &'j Json<'_>, path: &Path<'_>) -> Option<&'j str> {
        let text = json.as_text();
        if text.is_none() {
            self.faults.push_type(path, "a string", json);
        }
        text
    }

    fn list<'j, 't>(&mut self, json: &'j Json<'t>, path: &Path<'_>) -> Option<&'j [Json<'t>]> {
        let Json::Array(items) = json else {
            self.faults.push_type(path, "an array", json);
            return None;
        };
        Some(items)
    }

    fn members<'j, 't>(&mut self, json: &'j Json<'t>, path: &Path<'_>) -> Option<&'j Object<'t>> {
        let Json::Object(object) = json else {
            self.faults.push_type(path, "an object", json);
            return None;
        };
        Some(object)
    }

    fn names(&mut self, json: &Json<'_>, path: &Path<'_>) -> Option<Vec<Box<str>>> {
        let items = self.list(json, path)?;
        let names = items
            .iter()
            .map(|item| self.text(item, path).map(Box::from));
        names.collect()
    }

    fn pattern(&mut self, json: &Json<'_>, path: &Path<'_>) -> Option<Regex> {
        let text = self.text(json, path)?;
        self.regex(text, path)
    }

    fn regex(&mut self, pattern: &str, path: &Path<'_>) -> Option<Regex> {
        match ecma::compile_anywhere(pattern) {
            Ok(regex) => Some(regex),
            Err(fault) => {
                self.faults.push(path, fault.message, fault.hint);
                None
            }
        }
    }

    /// Finds the subschemas of a list, of which there is at least one.
    fn nodes(&mut self, json: &Json<'_>, path: &Path<'_>) -> Option<Vec<NodeId>> {
        let items = self.list(json, path)?;
        if items.is_empty() {
            self.faults.push(path, "must hold at least one schema", "");
        }
        let nodes = (0..items.len()).map(|idx| self.node(&path.index(idx)));
        nodes.collect()
    }

    /// Reads `prefixItems` and `items`; in older drafts, these are `items` and `additionalItems`.
    fn items(&mut self, object: &Object<'_>, of: &Path<'_>) -> Option<Test> {
        let (prefix, rest) = match (object.get("prefixItems"), object.get("items")) {
            (Some(prefix), _) => (Some((prefix, "prefixItems")), "items"),
            (None, Some(prefix @ Json::Array(_))) => (Some((prefix, "items")), "additionalItems"),
            (None, _) => (None, "items"),
        };
        let prefix = match prefix {
            Some((json, name)) => self.nodes(json, &of.key(name))?,
            None => Vec::new(),
        };
        let rest = self.node(&of.key(rest));
        Some(Test::Items { prefix, rest })
    }

    fn contains(&mut self, object: &Object<'_>, of: &Path<'_>) -> Option<Test> {
        let item = self.node(&of.key("contains"))?;
        let n_min = match object.get("minContains") {
            Some(json) => self.count(json, &of.key("minContains"))?,
            None => 1,
        };
        let n_max = match object.get("maxContains") {
            Some(json) => Some(self.count(json, &of.key("maxContains"))?),
            None => None,
        };
        Some(Test::Contains { item, n_min, n_max })
    }

    /// Reads `properties`, `patternProperties` and `additionalProperties`.
    fn properties(&mut self, object: &Object<'_>, of: &Path<'_>) -> Option<Test> {
        let mut named = Vec::new();
        if let Some(json) = object.get("properties") {
            let path = of.key("properties");
            for (name, _) in self.members(json, &path)?.iter() {
                named.push((name.into(), self.node(&path.key(name))?));
            }
        }
        named.sort_by(|(left, _): &(Box<str>, NodeId), (right, _)| left.cmp(right));
        let mut patterns = Vec::new();
        if let Some(json) = object.get("patternProperties") {
            let path = of.key("patternProperties");
            for (pattern, _) in self.members(json, &path)?.iter() {
                let path = path.key(pattern);
                patterns.push((self.regex(pattern, &path)?, self.node(&path)?));
            }
        }
        let rest = self.node(&of.key("additionalProperties"));
        Some(Test::Properties {
            named,
            patterns,
            rest,
        })
    }

    fn dependents(
        &mut self,
        json: &Json<'_>,
        path: &Path<'_>,
    ) -> Option<Vec<(Box<str>, Dependent)>> {
        let mut dependents = Vec::new();
        for (name, json) in self.members(json, path)?.iter() {
            let path = path.key(name);
            let dependent = match self.node(&path) {
                Some(node) => Dependent::Schema(node),
                None => Dependent::Required(self.names(json, &path)?),
            };
            dependents.push((name.into(), dependent));
        }
        Some(dependents)
    }
}
