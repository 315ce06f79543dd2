//! Applies advice to a descriptor: JSON Patch (RFC 6902) over text, so that numbers keep their
//! digits and objects their order.

use super::fault::{Faults, SchemaFaults};
use super::json::{Json, Object};
use super::text::{self, Notation};
use super::{Schema, write};
use crate::error::{Error, ErrorKind, Result};

/// Applies the patches of a report's advice to a descriptor; returns the new descriptor as JSON,
/// indented, with a line end.
///
/// `advice` is the JSON of a report, of its list of advice, or of a JSON Patch. `picked` are the
/// numbers, from 1, of the advice that is applied; none: all that has a patch. Where the schema
/// stands in a resource, or in a package of one resource, that is where it is patched.
///
/// # Errors
///
/// [`ErrorKind::Schema`] if the descriptor cannot be read, if a patch does not fit it, or if it is
/// no schema afterwards; [`ErrorKind::Settings`] if there is no such advice.
///
/// # Examples
///
/// ```
/// use rowgate_core::schema::patch;
///
/// let schema = br#"{"fields": [{"name": "n", "type": "integer"}]}"#;
/// let advice = br#"[{"op": "add", "path": "/fields/0/groupChar", "value": ","}]"#;
/// let patched = patch(schema, None, advice, &[])?;
/// assert!(patched.contains(r#""groupChar": ",""#));
/// # Ok::<(), rowgate_core::Error>(())
/// ```
pub fn patch(
    descriptor: &[u8],
    notation: Option<Notation>,
    advice: &[u8],
    picked: &[usize],
) -> Result<String> {
    let mut json = read("the schema", descriptor, notation)?;
    let advice = read("the advice", advice, Some(Notation::Json))?;
    let operations = operations(&advice, picked)?;
    let schema = schema_in(&mut json)?;
    for operation in operations {
        Operation::read(operation)?.apply(schema)?;
    }
    let patched = write::pretty(schema);
    Schema::parse_as(patched.as_bytes(), Some(Notation::Json))
        .map_err(|faults| Error::schema("the patched schema", faults))?;
    Ok(write::pretty(&json))
}

fn read<'t>(what: &str, text: &'t [u8], notation: Option<Notation>) -> Result<Json<'t>> {
    let mut faults = Faults::default();
    let json = text::parse(text, notation, &mut faults);
    let read: Result<Json<'t>, SchemaFaults> = faults.finish(json);
    read.map_err(|faults| Error::schema(what, faults))
}

/// Finds the operations that are to be applied.
fn operations<'j, 't>(advice: &'j Json<'t>, picked: &[usize]) -> Result<Vec<&'j Json<'t>>> {
    let list = match advice {
        Json::Object(report) => match report.get("advice") {
            Some(Json::Array(list)) => list.as_slice(),
            Some(_) => return Err(no_advice("its `advice` is no list")),
            // A report without errors has none.
            None if report.get("errors").is_some() => &[],
            None => return Err(no_advice("it is no report: it has no `advice`")),
        },
        Json::Array(list) => list.as_slice(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {
            return Err(no_advice("it is neither a report nor a list of advice"));
        }
    };
    let is_operation = |json: &Json<'_>| json.as_object().is_some_and(|o| o.get("op").is_some());
    if !list.is_empty() && list.iter().all(is_operation) {
        return match picked {
            [] => Ok(list.iter().collect()),
            _ => Err(no_advice(
                "it is a single patch, of which nothing can be picked",
            )),
        };
    }
    let patch_of = |json: &'j Json<'t>| match json.as_object().and_then(|o| o.get("patch")) {
        Some(Json::Array(operations)) => Some(operations.as_slice()),
        Some(_) | None => None,
    };
    let mut operations = Vec::new();
    for number in picked {
        let item = number.checked_sub(1).and_then(|idx| list.get(idx));
        let Some(item) = item else {
            return Err(no_advice(&format!(
                "there is no advice {number}: there are {}",
                list.len()
            )));
        };
        let Some(patch) = patch_of(item) else {
            return Err(no_advice(&format!(
                "advice {number} has no patch: no change of the schema mends it"
            )));
        };
        operations.extend(patch);
    }
    if picked.is_empty() {
        operations.extend(list.iter().filter_map(patch_of).flatten());
    }
    if operations.is_empty() {
        return Err(no_advice("none of it has a patch"));
    }
    Ok(operations)
}

fn no_advice(why: &str) -> Error {
    Error::new(
        ErrorKind::Settings,
        format!("the advice cannot be applied: {why}"),
    )
}

fn unfit(why: &str) -> Error {
    Error::new(
        ErrorKind::Schema,
        format!("the patch does not fit the schema: {why}"),
    )
}

/// Finds the schema in a descriptor: it may be one itself, or stand in a resource or in a package.
fn schema_in<'j, 't>(json: &'j mut Json<'t>) -> Result<&'j mut Json<'t>> {
    let has = |json: &Json<'_>, key| json.as_object().is_some_and(|o| o.get(key).is_some());
    if has(json, "fields") {
        return Ok(json);
    }
    let resource = if has(json, "resources") {
        let Some(Json::Array(resources)) = member(json, "resources") else {
            return Err(unfit("the package's `resources` are no list"));
        };
        match resources.as_mut_slice() {
            [only] => only,
            _ => {
                return Err(unfit(
                    "the package has several resources: give it the schema of one of them alone",
                ));
            }
        }
    } else {
        json
    };
    match member(resource, "schema") {
        Some(schema @ Json::Object(_)) => Ok(schema),
        Some(Json::Text(path)) => Err(unfit(&format!(
            "the resource's schema is in `{path}`: patch that"
        ))),
        Some(_) | None => Err(unfit("there is no schema: `fields` are missing")),
    }
}

fn member<'j, 't>(json: &'j mut Json<'t>, key: &str) -> Option<&'j mut Json<'t>> {
    match json {
        Json::Object(object) => object.get_mut(key),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Array(_) => None,
    }
}

/// One operation of a patch.
struct Operation<'j, 't> {
    verb: &'j str,
    path: &'j str,
    value: Option<&'j Json<'t>>,
}

impl<'j, 't> Operation<'j, 't> {
    fn read(json: &'j Json<'t>) -> Result<Self> {
        let object = json.as_object();
        let text = |key| object.and_then(|o| o.get(key)).and_then(Json::as_text);
        let (Some(verb), Some(path)) = (text("op"), text("path")) else {
            return Err(unfit("an operation lacks its `op` or its `path`"));
        };
        Ok(Self {
            verb,
            path,
            value: object.and_then(|o| o.get("value")),
        })
    }

    fn apply(&self, root: &mut Json<'t>) -> Result<()> {
        let path = self.path;
        let nowhere = || unfit(&format!("there is nothing at `{path}`"));
        let Some((parents, last)) = path.rsplit_once('/') else {
            return Err(unfit("an operation replaces the whole of it"));
        };
        let last = unescaped(last);
        let needed = || {
            let value = self
                .value
                .ok_or_else(|| unfit("an operation lacks its `value`"));
            value.cloned()
        };
        if self.verb == "add" && last != "-" {
            return self.add(root, parents, &last, needed()?);
        }
        let parent = find(root, parents).ok_or_else(nowhere)?;
        match (self.verb, parent) {
            ("add", Json::Array(items)) => items.push(needed()?),
            ("test", parent) => {
                let value = needed()?;
                if step(parent, &last).is_none_or(|found| *found != value) {
                    return Err(unfit(&format!(
                        "`{path}` is not {}: it was made for another schema",
                        write::compact(&value)
                    )));
                }
            }
            ("replace", parent) => *step(parent, &last).ok_or_else(nowhere)? = needed()?,
            ("remove", Json::Object(object)) => {
                object.remove(&last).ok_or_else(nowhere)?;
            }
            ("remove", Json::Array(items)) => {
                let idx = index(&last).filter(|idx| *idx < items.len());
                items.remove(idx.ok_or_else(nowhere)?);
            }
            ("add" | "remove", _) => return Err(nowhere()),
            (verb, _) => return Err(unfit(&format!("the operation `{verb}` is not supported"))),
        }
        Ok(())
    }

    /// Adds a member or an item; the object of a field's `constraints` is made where there is none.
    fn add(&self, root: &mut Json<'t>, parents: &str, last: &str, value: Json<'t>) -> Result<()> {
        let nowhere = || unfit(&format!("there is nothing at `{}`", self.path));
        if let Some((field, "constraints")) = parents.rsplit_once('/')
            && let Some(Json::Object(field)) = find(root, field)
            && field.get("constraints").is_none()
        {
            field.push("constraints".into(), Json::Object(Object::default()));
        }
        match find(root, parents).ok_or_else(nowhere)? {
            Json::Object(object) => object.set(last, value),
            Json::Array(items) => {
                let idx = index(last).filter(|idx| *idx <= items.len());
                items.insert(idx.ok_or_else(nowhere)?, value);
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => return Err(nowhere()),
        }
        Ok(())
    }
}

/// Follows a JSON pointer (RFC 6901).
fn find<'j, 't>(root: &'j mut Json<'t>, pointer: &str) -> Option<&'j mut Json<'t>> {
    let steps = pointer.split('/').skip(1);
    steps
        .map(unescaped)
        .try_fold(root, |json, key| step(json, &key))
}

fn step<'j, 't>(json: &'j mut Json<'t>, key: &str) -> Option<&'j mut Json<'t>> {
    match json {
        Json::Object(object) => object.get_mut(key),
        Json::Array(items) => items.get_mut(index(key)?),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => None,
    }
}

/// Reads an index: digits, and no leading zero.
fn index(text: &str) -> Option<usize> {
    let is_canonical = text == "0" || !text.starts_with(['0', '+']);
    text.parse().ok().filter(|_| is_canonical)
}

fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str =
        r#"{"zeta": 1.50, "fields": [{"type": "integer", "name": "n", "x/y": [1]}]}"#;

    /// Applies a patch to [`SCHEMA`]; compares the outcome without white space, or the message.
    #[track_caller]
    fn check(operations: &str, expected: Result<&str, &str>) {
        let patched = patch(SCHEMA.as_bytes(), None, operations.as_bytes(), &[]);
        let found = patched.map_err(|err| err.to_string());
        let found = found.map(|text| text.split_whitespace().collect::<String>());
        let expected = expected.map(str::to_owned).map_err(str::to_owned);
        assert_eq!(found, expected, "{operations}");
    }

    #[test]
    fn operations_change_what_they_name_and_nothing_else() {
        check(
            r#"[{"op":"test","path":"/fields/0/name","value":"n"},
                {"op":"add","path":"/fields/0/missingValues","value":["","N/A"]}]"#,
            Ok(
                r#"{"zeta":1.50,"fields":[{"type":"integer","name":"n","x/y":[1],"missingValues":["","N/A"]}]}"#,
            ),
        );
        check(
            r#"[{"op":"replace","path":"/fields/0/type","value":"number"},
                {"op":"add","path":"/fields/0/x~1y/-","value":20e1},
                {"op":"add","path":"/fields/0/x~1y/0","value":null},
                {"op":"remove","path":"/zeta"}]"#,
            Ok(r#"{"fields":[{"type":"number","name":"n","x/y":[null,1,20e1]}]}"#),
        );
        check(
            r#"[{"op":"add","path":"/fields/0/constraints/required","value":false}]"#,
            Ok(
                r#"{"zeta":1.50,"fields":[{"type":"integer","name":"n","x/y":[1],"constraints":{"required":false}}]}"#,
            ),
        );
    }

    #[test]
    fn what_does_not_fit_is_said() {
        check(
            r#"[{"op":"test","path":"/fields/0/name","value":"m"}]"#,
            Err(
                "the patch does not fit the schema: `/fields/0/name` is not \"m\": it was made for another schema",
            ),
        );
        check(
            r#"[{"op":"replace","path":"/fields/1/name","value":"m"}]"#,
            Err("the patch does not fit the schema: there is nothing at `/fields/1/name`"),
        );
        check(
            r#"[{"op":"add","path":"/fields/01","value":{}}]"#,
            Err("the patch does not fit the schema: there is nothing at `/fields/01`"),
        );
        check(
            r#"[{"op":"move","path":"/zeta","from":"/fields"}]"#,
            Err("the patch does not fit the schema: the operation `move` is not supported"),
        );
        check(
            "[]",
            Err("the advice cannot be applied: none of it has a patch"),
        );
        check(
            "7",
            Err("the advice cannot be applied: it is neither a report nor a list of advice"),
        );
        let no_schema = r#"[{"op":"replace","path":"/fields/0/type","value":"int"}]"#;
        let err = patch(SCHEMA.as_bytes(), None, no_schema.as_bytes(), &[]).unwrap_err();
        assert_eq!(err.schema_faults().unwrap().iter().count(), 1);
    }

    #[test]
    fn advice_is_picked_by_its_number() {
        let report = br#"{"advice": [
            {"text": "a", "patch": [{"op":"add","path":"/a","value":1}]},
            {"text": "b"},
            {"text": "c", "patch": [{"op":"add","path":"/c","value":3}]}]}"#;
        let patched = |picked: &[usize]| {
            let patched = patch(SCHEMA.as_bytes(), None, report, picked);
            patched.map(|text| (text.contains("\"a\": 1"), text.contains("\"c\": 3")))
        };
        assert_eq!(patched(&[]).unwrap(), (true, true));
        assert_eq!(patched(&[3]).unwrap(), (false, true));
        assert!(
            patched(&[2])
                .unwrap_err()
                .to_string()
                .contains("has no patch")
        );
        assert!(
            patched(&[4])
                .unwrap_err()
                .to_string()
                .contains("no advice 4")
        );
        assert!(patched(&[0]).is_err());
    }

    #[test]
    fn a_schema_is_found_where_it_stands() {
        let operation = br#"[{"op":"replace","path":"/fields/0/name","value":"m"}]"#;
        for (descriptor, is_found) in [
            (format!(r#"{{"path": "a.csv", "schema": {SCHEMA}}}"#), true),
            (
                format!(r#"{{"resources": [{{"schema": {SCHEMA}}}]}}"#),
                true,
            ),
            (
                format!(r#"{{"resources": [{{"schema": {SCHEMA}}}, {{}}]}}"#),
                false,
            ),
            (r#"{"path": "a.csv", "schema": "s.json"}"#.to_owned(), false),
            ("fields:\n- name: n\n".to_owned(), true),
        ] {
            let patched = patch(descriptor.as_bytes(), None, operation, &[]);
            assert_eq!(patched.is_ok(), is_found, "{descriptor} {patched:?}");
            assert!(patched.map_or(true, |text| text.contains(r#""name": "m""#)));
        }
    }
}
