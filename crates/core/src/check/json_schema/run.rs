//! Tests a value against a compiled JSON Schema, in bounded time and depth.

use regex::Regex;

use super::{Dependent, JsonType, Node, NodeId, Rule, SizeBound, SizeOf, Test};
use crate::value::json::{JsonObject, JsonValue};

/// The most steps that are spent on one cell. A subschema that is asked is one, and so is each value,
/// member or 64 bytes that a test has to look at.
const STEPS_MAX: usize = 1_000_000;
/// The bytes that are looked at in one step.
const STEP_BYTES: usize = 64;
/// The most subschemas that are asked inside each other.
const DEPTH_MAX: usize = 512;
const TOO_MUCH: &str =
    "JSON that its `jsonSchema` can be tested on in 1000000 steps and 512 levels";

type Outcome<'s> = Result<(), &'s str>;

pub(super) fn check<'s>(nodes: &'s [Node], value: &JsonValue<'_>) -> Outcome<'s> {
    let mut run = Run {
        nodes,
        n_steps: 0,
        depth: 0,
        is_exhausted: false,
    };
    let outcome = run.node(NodeId(0), value);
    // A negation may have turned the refusal into a consent.
    if run.is_exhausted {
        return Err(TOO_MUCH);
    }
    outcome
}

struct Run<'s> {
    nodes: &'s [Node],
    n_steps: usize,
    depth: usize,
    is_exhausted: bool,
}

impl<'s> Run<'s> {
    fn node(&mut self, id: NodeId, value: &JsonValue<'_>) -> Outcome<'s> {
        if self.depth > DEPTH_MAX {
            self.is_exhausted = true;
        }
        self.spend(own_size(value))?;
        let nodes = self.nodes;
        self.depth += 1;
        let mut rules = nodes.get(id.0).into_iter().flatten();
        let outcome = rules.try_for_each(|rule| self.rule(rule, value));
        self.depth -= 1;
        outcome
    }

    fn spend(&mut self, n_steps: usize) -> Outcome<'s> {
        self.n_steps = self.n_steps.saturating_add(n_steps);
        if self.n_steps > STEPS_MAX {
            self.is_exhausted = true;
        }
        if self.is_exhausted {
            return Err(TOO_MUCH);
        }
        Ok(())
    }

    fn meets(&mut self, id: NodeId, value: &JsonValue<'_>) -> bool {
        self.node(id, value).is_ok()
    }

    fn rule(&mut self, rule: &'s Rule, value: &JsonValue<'_>) -> Outcome<'s> {
        let is_met = match &rule.test {
            Test::Never => false,
            Test::Types(types) => types.iter().any(|of| is_of_type(value, *of)),
            Test::Members(keys) => {
                self.spend(whole_size(value))?;
                let key = key(value);
                keys.binary_search(&key).is_ok()
            }
            Test::MultipleOf(divisor) => value.as_number().is_none_or(|n| divisor.divides(n)),
            Test::Bound(side, bound) => value
                .as_number()
                .is_none_or(|number| side.admits(number.cmp(bound))),
            Test::Size(of, bound) => has_size(value, *of, *bound),
            Test::Pattern(regex) => value.as_text().is_none_or(|text| regex.is_match(text)),
            Test::UniqueItems => {
                let Some(items) = value.as_array() else {
                    return Ok(());
                };
                self.spend(whole_size(value))?;
                are_unique(items)
            }
            Test::Items { prefix, rest } => return self.items(prefix, *rest, value),
            Test::Contains { item, n_min, n_max } => {
                let Some(items) = value.as_array() else {
                    return Ok(());
                };
                let n_found = items
                    .iter()
                    .filter(|value| self.meets(*item, value))
                    .count();
                *n_min <= n_found && n_max.is_none_or(|n_max| n_found <= n_max)
            }
            Test::Required(names) => {
                let Some(object) = value.as_object() else {
                    return Ok(());
                };
                self.spend(n_steps_of(names))?;
                has_all(object, names)
            }
            Test::Properties {
                named,
                patterns,
                rest,
            } => {
                return self.properties(named, patterns, *rest, value);
            }
            Test::PropertyNames(id) => {
                let object = value.as_object();
                let mut members = object.into_iter().flat_map(JsonObject::iter);
                return members
                    .try_for_each(|(name, _)| self.node(*id, &JsonValue::Text(name.into())));
            }
            Test::Dependent(dependents) => return self.dependents(dependents, rule, value),
            Test::AllOf(ids) => return ids.iter().try_for_each(|id| self.node(*id, value)),
            Test::AnyOf(ids) => ids.iter().any(|id| self.meets(*id, value)),
            Test::OneOf(ids) => {
                let met = ids.iter().filter(|id| self.meets(**id, value));
                met.take(2).count() == 1
            }
            Test::Not(id) => !self.meets(*id, value),
            Test::If {
                condition,
                then,
                otherwise,
            } => {
                let branch = if self.meets(*condition, value) {
                    then
                } else {
                    otherwise
                };
                return branch.map_or(Ok(()), |id| self.node(id, value));
            }
        };
        if is_met { Ok(()) } else { Err(&rule.expected) }
    }

    fn dependents(
        &mut self,
        dependents: &'s [(Box<str>, Dependent)],
        rule: &'s Rule,
        value: &JsonValue<'_>,
    ) -> Outcome<'s> {
        let Some(object) = value.as_object() else {
            return Ok(());
        };
        for (name, dependent) in dependents {
            self.spend(1)?;
            if object.get(name).is_none() {
                continue;
            }
            match dependent {
                Dependent::Required(names) => {
                    self.spend(n_steps_of(names))?;
                    if !has_all(object, names) {
                        return Err(&rule.expected);
                    }
                }
                Dependent::Schema(id) => self.node(*id, value)?,
            }
        }
        Ok(())
    }

    fn properties(
        &mut self,
        named: &[(Box<str>, NodeId)],
        patterns: &[(Regex, NodeId)],
        rest: Option<NodeId>,
        value: &JsonValue<'_>,
    ) -> Outcome<'s> {
        let members = value.as_object().into_iter().flat_map(JsonObject::iter);
        for (name, value) in members {
            let found = named.binary_search_by(|(known, _)| (**known).cmp(name));
            let by_name = found.ok().and_then(|idx| named.get(idx));
            let by_name = by_name.map(|(_, id)| *id);
            let by_pattern = patterns
                .iter()
                .filter(|(pattern, _)| pattern.is_match(name))
                .map(|(_, id)| *id);
            self.spend(patterns.len() * (1 + name.len() / STEP_BYTES))?;
            let mut is_known = false;
            for id in by_name.into_iter().chain(by_pattern) {
                is_known = true;
                self.node(id, value)?;
            }
            match (rest, is_known) {
                (Some(id), false) => self.node(id, value)?,
                (None, false) => self.spend(1)?,
                (_, true) => {}
            }
        }
        Ok(())
    }

    fn items(
        &mut self,
        prefix: &[NodeId],
        rest: Option<NodeId>,
        value: &JsonValue<'_>,
    ) -> Outcome<'s> {
        let items = value.as_array().unwrap_or_default();
        for (idx, item) in items.iter().enumerate() {
            let Some(id) = prefix.get(idx).copied().or(rest) else {
                break;
            };
            self.node(id, item)?;
        }
        Ok(())
    }
}

/// Returns the steps of looking at a value without what is inside it, at least 1.
fn own_size(value: &JsonValue<'_>) -> usize {
    let n_bytes = match value {
        JsonValue::Text(text) => text.len(),
        JsonValue::Number(number) => number.n_digits(),
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Array(_) | JsonValue::Object(_) => 0,
    };
    1 + n_bytes / STEP_BYTES
}

/// Returns the steps of looking at a value and all that is inside it.
fn whole_size(value: &JsonValue<'_>) -> usize {
    let inside: usize = match value {
        JsonValue::Array(items) => items.iter().map(whole_size).sum(),
        JsonValue::Object(object) => {
            let members = object.iter();
            members
                .map(|(name, value)| name.len() / STEP_BYTES + whole_size(value))
                .sum()
        }
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) | JsonValue::Text(_) => 0,
    };
    own_size(value) + inside
}

/// Returns the steps of looking members up.
fn n_steps_of(names: &[Box<str>]) -> usize {
    names.iter().map(|name| name.len()).sum::<usize>() / STEP_BYTES
}

fn is_of_type(value: &JsonValue<'_>, of: JsonType) -> bool {
    match value {
        JsonValue::Null => of == JsonType::Null,
        JsonValue::Bool(_) => of == JsonType::Boolean,
        JsonValue::Number(number) => {
            of == JsonType::Number || (of == JsonType::Integer && number.is_integer())
        }
        JsonValue::Text(_) => of == JsonType::String,
        JsonValue::Array(_) => of == JsonType::Array,
        JsonValue::Object(_) => of == JsonType::Object,
    }
}

fn has_size(value: &JsonValue<'_>, of: SizeOf, bound: SizeBound) -> bool {
    let size = match (value, of) {
        (JsonValue::Text(text), SizeOf::Text) => text.chars().count(),
        (JsonValue::Array(items), SizeOf::Array) => items.len(),
        (JsonValue::Object(object), SizeOf::Object) => object.len(),
        (
            JsonValue::Null
            | JsonValue::Bool(_)
            | JsonValue::Number(_)
            | JsonValue::Text(_)
            | JsonValue::Array(_)
            | JsonValue::Object(_),
            SizeOf::Text | SizeOf::Array | SizeOf::Object,
        ) => return true,
    };
    match bound {
        SizeBound::Min(n_min) => size >= n_min,
        SizeBound::Max(n_max) => size <= n_max,
    }
}

fn key(value: &JsonValue<'_>) -> Box<[u8]> {
    let mut key = Vec::new();
    value.write_key(&mut key);
    key.into()
}

fn are_unique(items: &[JsonValue<'_>]) -> bool {
    let mut keys: Vec<_> = items.iter().map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len() == items.len()
}

fn has_all(object: &JsonObject<'_>, names: &[Box<str>]) -> bool {
    names.iter().all(|name| object.get(name).is_some())
}
