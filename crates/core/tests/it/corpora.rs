//! The cells of a public corpus get the reference's verdicts. In the types and formats of the
//! standard, none differs.
//!
//! The folder of the corpora is named by `CORPORA_DIR`; the gate sets it.

use std::path::Path;

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

impl Case {
    /// Whether the standard has the format.
    fn is_in_scope(&self) -> bool {
        !matches!(self.format.as_str(), "wkt" | "invalid")
    }

    /// Whether a value is read from the cell; a missing value is none.
    fn our_verdict(&self) -> bool {
        let options = self.options.get().trim_start_matches('{');
        let separator = if options.trim() == "}" { "" } else { "," };
        let text = format!(
            r#"{{"fields": [{{"name": "x", "type": "{}", "format": "{}"{separator} {options}],
                "rowgate": {{"temporal_any": true}}}}"#,
            self.kind, self.format,
        );
        let schema =
            Schema::parse(text.as_bytes()).unwrap_or_else(|faults| panic!("{text}: {faults}"));
        schema.fields()[0]
            .check()
            .check(&self.text, &mut Vec::new())
            == Verdict::Valid
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test finds the corpora by environment and file"
)]
fn cells_of_the_reference() {
    let Some(folder) = std::env::var_os("CORPORA_DIR") else {
        println!("CORPORA_DIR is not set: the public corpora are not there, and are not checked");
        return;
    };
    let path = Path::new(&folder).join("table-schema-values/values.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
    let in_scope: Vec<&Case> = cases.iter().filter(|case| case.is_in_scope()).collect();
    assert!(in_scope.len() > 130, "{} cases in scope", in_scope.len());
    for case in in_scope {
        let what = format!(
            "{} {} {}: {:?}",
            case.kind, case.format, case.options, case.text
        );
        assert_eq!(case.our_verdict(), case.valid, "{what}");
    }
}
