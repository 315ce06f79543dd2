//! The cells of two public corpora get the verdicts that the corpora give them, except where the
//! standard decides otherwise: each difference stands in a table, with what decides it.
//!
//! The folder of the corpora is named by `CORPORA_DIR`; the gate sets it.

use std::path::PathBuf;

use rowgate_core::check::Verdict;
use rowgate_core::schema::Schema;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A cell, and whether the reference reads a value from it.
#[derive(Deserialize)]
struct Case {
    #[serde(rename = "type")]
    kind: String,
    format: String,
    options: Box<RawValue>,
    text: String,
    valid: bool,
}

/// A case that ends otherwise here: type, format, text, our verdict, and the clause that decides it.
type Difference = (&'static str, &'static str, &'static str, Ours, &'static str);

/// The formats of the corpus that are refused with their field: type, format, and the clause that
/// decides it.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "string",
        "wkt",
        "Table Schema v2, `string`: the formats are default, email, uri, binary and uuid; `wkt` is the \
         reference's own",
    ),
    (
        "datetime",
        "invalid",
        "Table Schema v2, `datetime`: a pattern is one of `strptime`, and this has no directive",
    ),
    (
        "time",
        "invalid",
        "Table Schema v2, `time`: a pattern is one of `strptime`, and this has no directive",
    ),
];

/// How a case ends here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ours {
    Valid,
    Invalid,
    /// The field is refused: no cell is judged.
    Refused,
}

/// None is known.
const DIFFERENCES: &[Difference] = &[];

impl Case {
    fn is_refused(&self) -> bool {
        REFUSED
            .iter()
            .any(|(kind, format, _)| *kind == self.kind && *format == self.format)
    }

    /// Judges the cell. A missing value is none.
    fn our_verdict(&self) -> Ours {
        let options = self.options.get().trim_start_matches('{');
        let separator = if options.trim() == "}" { "" } else { "," };
        let text = format!(
            r#"{{"rowgate": {{"temporal_any": true}}, "fields": [{{"name": "x", "type": "{}", "format": "{}"{separator} {options}]}}"#,
            self.kind, self.format,
        );
        verdict(&text, &self.text)
    }
}

/// Judges a cell by the one field of a schema.
fn verdict(schema: &str, cell: &str) -> Ours {
    let Ok(schema) = Schema::parse(schema.as_bytes()) else {
        return Ours::Refused;
    };
    let check = schema.fields()[0].check();
    match check.check(cell, &mut Vec::new()) {
        Verdict::Valid => Ours::Valid,
        Verdict::Missing | Verdict::Invalid => Ours::Invalid,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test finds the corpora by environment and file"
)]
pub(crate) fn corpus(name: &str) -> Option<String> {
    let Some(folder) = std::env::var_os("CORPORA_DIR") else {
        println!("CORPORA_DIR is not set: the public corpora are not there, and are not checked");
        return None;
    };
    let path = PathBuf::from(folder).join(name);
    Some(std::fs::read_to_string(&path).unwrap_or_else(|err| panic!("{}: {err}", path.display())))
}

#[test]
fn cells_of_the_reference() {
    let Some(text) = corpus("table-schema-values/values.json") else {
        return;
    };
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
    assert_eq!(cases.len(), 155);
    let mut met = Vec::new();
    let mut wrong = Vec::new();
    for case in &cases {
        let theirs = match (case.is_refused(), case.valid) {
            (true, _) => Ours::Refused,
            (false, true) => Ours::Valid,
            (false, false) => Ours::Invalid,
        };
        let difference = DIFFERENCES.iter().position(|(kind, format, text, ..)| {
            *kind == case.kind && *format == case.format && *text == case.text
        });
        let expected = difference
            .and_then(|idx| DIFFERENCES.get(idx))
            .map_or(theirs, |(.., ours, _)| *ours);
        met.extend(difference);
        let found = case.our_verdict();
        if found != expected {
            wrong.push(format!(
                "{} {} {}: {:?} is {found:?}, not {expected:?}",
                case.kind, case.format, case.options, case.text
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (idx, difference) in DIFFERENCES.iter().enumerate() {
        assert!(met.contains(&idx), "no such case: {difference:?}");
        assert!(!difference.4.is_empty());
    }
}

/// A group of cases of the JSON Schema suite.
#[derive(Deserialize)]
struct Group {
    tests: Vec<Instance>,
}

#[derive(Deserialize)]
struct Instance {
    data: Box<RawValue>,
    valid: bool,
}

/// Checks a type and a format of ours against a format of JSON Schema: the cells that are judged
/// otherwise, each with what decides it.
#[track_caller]
fn check_format(name: &str, properties: &str, differences: &[(&str, Ours, &str)]) {
    let Some(text) = corpus(&format!("json-schema-values/optional/format/{name}.json")) else {
        return;
    };
    let groups: Vec<Group> = serde_json::from_str(&text).unwrap();
    let schema = format!(r#"{{"missingValues": [], "fields": [{{"name": "x", {properties}}}]}}"#);
    let mut met = 0;
    let mut wrong = Vec::new();
    for instance in groups.iter().flat_map(|group| &group.tests) {
        // A format is about strings there; other data is not judged.
        let Ok(cell) = serde_json::from_str::<String>(instance.data.get()) else {
            continue;
        };
        let theirs = if instance.valid {
            Ours::Valid
        } else {
            Ours::Invalid
        };
        let difference = differences.iter().find(|(text, ..)| *text == cell);
        let expected = difference.map_or(theirs, |(_, ours, _)| *ours);
        met += usize::from(difference.is_some());
        let found = verdict(&schema, &cell);
        if found != expected {
            wrong.push(format!("{cell:?} is {found:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
    assert!(met >= differences.len(), "{name}: some difference is none");
}

#[test]
fn formats_of_json_schema() {
    check_format("email", r#""type": "string", "format": "email""#, &[]);
    check_format("uri", r#""type": "string", "format": "uri""#, &[]);
    check_format("uuid", r#""type": "string", "format": "uuid""#, &[]);
    check_format("date", r#""type": "date""#, &[]);
    let leap = "XML Schema 1.1, 3.3.7: seconds are less than 60";
    let zone = "XML Schema 1.1, 3.3.7: the zone is `Z`, or a sign, hours and minutes";
    check_format(
        "time",
        r#""type": "time""#,
        &[
            ("23:59:60Z", Ours::Invalid, leap),
            ("23:59:60+00:00", Ours::Invalid, leap),
            ("01:29:60+01:30", Ours::Invalid, leap),
            ("00:29:60-23:30", Ours::Invalid, leap),
            ("08:30:06z", Ours::Invalid, zone),
        ],
    );
    check_format(
        "date-time",
        r#""type": "datetime""#,
        &[
            ("1998-12-31T23:59:60Z", Ours::Invalid, leap),
            ("1998-12-31T15:59:60.123-08:00", Ours::Invalid, leap),
        ],
    );
}

/// A group of the suite with the schema that its instances are tested on.
#[derive(Deserialize)]
struct SchemaGroup {
    description: String,
    schema: Box<RawValue>,
    tests: Vec<Instance>,
}

#[test]
fn json_schemas() {
    let mut wrong = Vec::new();
    for name in [
        "const",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "maxLength",
        "maximum",
        "minLength",
        "minimum",
        "multipleOf",
        "pattern",
        "optional/bignum",
        "optional/ecmascript-regex",
        "optional/float-overflow",
        "optional/non-bmp-regex",
    ] {
        let Some(text) = corpus(&format!("json-schema-values/{name}.json")) else {
            return;
        };
        let groups: Vec<SchemaGroup> = serde_json::from_str(&text).unwrap();
        for group in groups {
            // The cell is an array, so that its item may be anything.
            let schema = format!(
                r#"{{"fields": [{{"name": "x", "type": "array", "constraints": {{"jsonSchema": {{"items": {}}}}}}}]}}"#,
                group.schema.get()
            );
            for instance in &group.tests {
                let theirs = if instance.valid {
                    Ours::Valid
                } else {
                    Ours::Invalid
                };
                let found = verdict(&schema, &format!("[{}]", instance.data.get()));
                if found != theirs {
                    let (group, data) = (&group.description, &instance.data);
                    wrong.push(format!("{name}: {group}: {data} is {found:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
