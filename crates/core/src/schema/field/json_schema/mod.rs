//! Reads the constraint `jsonSchema`: JSON Schema of the draft 2020-12.
//!
//! A keyword that is not of the draft says nothing, as the draft has it; nor does `format`, which
//! is a remark there. A keyword that cannot be tested here is a fault.

mod keyword;
mod test;

use crate::check::json_schema::{JsonSchema, Node, NodeId, Rule, Test};
use crate::schema::fault::{Faults, Path};
use crate::schema::json::{Json, Object};

/// The drafts whose keywords mean here what they mean there.
const DRAFTS: &[&str] = &[
    "https://json-schema.org/draft/2020-12/schema",
    "https://json-schema.org/draft/2019-09/schema",
    "http://json-schema.org/draft-07/schema",
    "http://json-schema.org/draft-06/schema",
];

/// Reads a schema. `None` if it is at fault.
pub(in crate::schema) fn read(
    json: &Json<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<JsonSchema> {
    let n_before = faults.count();
    let mut ids = Vec::new();
    assign(json, path, &mut ids);
    ids.sort_unstable();
    let mut compiler = Compiler {
        root: path.to_string(),
        ids,
        nodes: Vec::new(),
        faults,
    };
    compiler.compile(json, path);
    let nodes = compiler.nodes;
    if faults.count() == n_before && has_circle(&nodes) {
        let message = "refers to itself without going deeper into the value";
        faults.push(path, message, "");
    }
    (faults.count() == n_before).then(|| JsonSchema {
        nodes: nodes.into(),
    })
}

/// Numbers the subschemas in the order of the text, by their pointers.
fn assign(json: &Json<'_>, path: &Path<'_>, ids: &mut Vec<(Box<str>, NodeId)>) {
    ids.push((path.to_string().into(), NodeId(ids.len())));
    keyword::each_subschema(json, path, &mut |json, path| assign(json, path, ids));
}

struct Compiler<'f> {
    /// The pointer of the whole schema.
    root: String,
    /// Sorted by pointer.
    ids: Vec<(Box<str>, NodeId)>,
    /// As they are numbered.
    nodes: Vec<Node>,
    faults: &'f mut Faults,
}

impl Compiler<'_> {
    fn compile(&mut self, json: &Json<'_>, path: &Path<'_>) {
        let node = match json {
            Json::Bool(true) => Vec::new(),
            Json::Bool(false) => vec![self.rule(path, Test::Never)],
            Json::Object(object) => self.rules(object, path),
            Json::Null | Json::Number(_) | Json::Text(_) | Json::Array(_) => {
                self.faults
                    .push_type(path, "a schema (an object, `true` or `false`)", json);
                Vec::new()
            }
        };
        self.nodes.push(node);
        keyword::each_subschema(json, path, &mut |json, path| self.compile(json, path));
    }

    fn rules(&mut self, object: &Object<'_>, path: &Path<'_>) -> Vec<Rule> {
        self.check_core(object, path);
        let mut rules = Vec::new();
        for (name, json) in object.iter() {
            let path_of_keyword = path.key(name);
            if let Some(test) = self.test(object, name, json, path) {
                rules.push(self.rule(&path_of_keyword, test));
            }
        }
        rules
    }

    fn rule(&self, path: &Path<'_>, test: Test) -> Rule {
        let pointer = path.to_string();
        let place = pointer.strip_prefix(&self.root).unwrap_or(&pointer);
        Rule {
            expected: format!("JSON that meets its `jsonSchema` at `{place}`").into(),
            test,
        }
    }

    /// Checks what a schema says of itself.
    fn check_core(&mut self, object: &Object<'_>, path: &Path<'_>) {
        if let Some(json) = object.get("$schema") {
            let draft = json.as_text().map(|uri| uri.trim_end_matches('#'));
            if !draft.is_some_and(|draft| DRAFTS.contains(&draft)) {
                let message = format!("draft `{json}` is not known");
                let hint = "use `https://json-schema.org/draft/2020-12/schema`";
                self.faults.push(&path.key("$schema"), message, hint);
            }
        }
        let is_root = path.to_string() == self.root;
        for (name, _) in object.iter() {
            if keyword::UNSUPPORTED.contains(&name) || (name == "$id" && !is_root) {
                let message = format!("keyword `{name}` is not supported");
                let hint = "it would change what is valid, and is not ignored";
                self.faults.push(&path.key(name), message, hint);
            }
        }
    }

    /// Finds a subschema; a fault has been or will be left if there is none.
    fn node(&self, path: &Path<'_>) -> Option<NodeId> {
        self.node_at(&path.to_string())
    }

    fn node_at(&self, pointer: &str) -> Option<NodeId> {
        let found = self
            .ids
            .binary_search_by(|(known, _)| (**known).cmp(pointer));
        self.ids.get(found.ok()?).map(|(_, id)| *id)
    }

    /// Finds what `$ref` names.
    fn reference(&mut self, json: &Json<'_>, path: &Path<'_>) -> Option<NodeId> {
        let Json::Text(text) = json else {
            self.faults.push_type(path, "a string", json);
            return None;
        };
        let Some(fragment) = text.strip_prefix('#') else {
            let message = format!("`{text}` lies outside of the schema, and nothing is fetched");
            let hint = "put it under `$defs`, and write `#/$defs/` and its name";
            self.faults.push(path, message, hint);
            return None;
        };
        let pointer = format!("{}{}", self.root, unescaped(fragment));
        let found = self.node_at(&pointer);
        if found.is_none() {
            let message = format!("`{text}` names no subschema");
            self.faults
                .push(path, message, "write a pointer, such as `#/$defs/name`");
        }
        found
    }
}

/// Undoes the percent-encoding of a fragment. What is none stays.
fn unescaped(fragment: &str) -> String {
    let mut out = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after.split_first_chunk::<2>().and_then(|(digits, after)| {
            let digits = str::from_utf8(digits).ok()?;
            Some((u8::from_str_radix(digits, 16).ok()?, after))
        });
        rest = match code {
            Some((code, after)) if *byte == b'%' => {
                out.push(code);
                after
            }
            Some(_) | None => {
                out.push(*byte);
                after
            }
        };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Whether some subschema is asked about the value that it is asked about already: that would never
/// end.
fn has_circle(nodes: &[Node]) -> bool {
    let in_place = |node: &Node| node.iter().flat_map(|rule| rule.test.in_place()).collect();
    let targets: Vec<Vec<NodeId>> = nodes.iter().map(in_place).collect();
    let mut n_askers = vec![0_usize; nodes.len()];
    for target in targets.iter().flatten() {
        if let Some(n) = n_askers.get_mut(target.0) {
            *n += 1;
        }
    }
    // Whom nobody asks any more is taken away; what cannot be taken away is asked in a circle.
    let mut free: Vec<usize> = (0..nodes.len())
        .filter(|idx| n_askers.get(*idx) == Some(&0))
        .collect();
    let mut n_freed = 0;
    while let Some(idx) = free.pop() {
        n_freed += 1;
        for target in targets.get(idx).into_iter().flatten() {
            if let Some(n) = n_askers.get_mut(target.0) {
                *n = n.saturating_sub(1);
                if *n == 0 {
                    free.push(target.0);
                }
            }
        }
    }
    n_freed < nodes.len()
}

#[cfg(test)]
mod tests;
