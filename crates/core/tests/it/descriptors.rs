//! The descriptors of public corpora: hostile JSON, and the schemas of two other implementations.
//!
//! The folder of the corpora is named by `CORPORA_DIR`; the gate sets it.

use std::path::{Path, PathBuf};

use rowgate_core::schema::{Descriptor, DescriptorRead, Notation, ReadOptions};

/// Returns a folder of the corpora, if they are there.
#[expect(
    clippy::disallowed_methods,
    reason = "a test finds the corpora by environment and file"
)]
fn corpus(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("CORPORA_DIR");
    if folder.is_none() {
        println!("CORPORA_DIR is not set: the public corpora are not there, and are not checked");
    }
    Some(Path::new(&folder?).join(name))
}

/// Returns the JSON files of a folder: name and text, by name.
#[expect(clippy::disallowed_methods, reason = "a test reads the corpora")]
fn json_files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Returns what is wrong with a descriptor, a line each; nothing if it is whole.
#[track_caller]
fn faults(text: &[u8], options: &ReadOptions<'_>) -> Vec<String> {
    match Descriptor::read(text, options) {
        Ok(DescriptorRead::Whole(_)) => Vec::new(),
        Ok(DescriptorRead::Lacks(paths)) => panic!("refers to {paths:?}"),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

/// What others take for JSON, and we refuse on purpose.
const REFUSED_ON_PURPOSE: &[(&str, &str)] = &[
    (
        "y_object_duplicated_key.json",
        "`a` stands twice in one object",
    ),
    (
        "y_object_duplicated_key_and_value.json",
        "`a` stands twice in one object",
    ),
];

#[test]
fn hostile_json_is_told_from_json() {
    let Some(folder) = corpus("json-parsing") else {
        return;
    };
    let files = json_files(&folder);
    assert!(files.len() > 200, "{} files", files.len());
    for (name, text) in files {
        let as_json = ReadOptions {
            notation: Some(Notation::Json),
            ..ReadOptions::default()
        };
        let found = faults(&text, &as_json);
        // None of them is a schema.
        assert!(!found.is_empty(), "{name}");
        let about_text = |fault: &String| {
            fault.contains("not JSON")
                || fault.contains("not UTF-8")
                || fault.contains("stands twice")
        };
        let about_text: Vec<_> = found.iter().filter(|fault| about_text(fault)).collect();
        let on_purpose = REFUSED_ON_PURPOSE.iter().find(|(known, _)| *known == name);
        match (name.split_once('_'), on_purpose) {
            (_, Some((_, part))) => assert!(about_text[0].contains(part), "{name}: {about_text:?}"),
            (Some(("y", _)), None) => assert!(about_text.is_empty(), "{name}: {about_text:?}"),
            (Some(("n", _)), None) => assert!(!about_text.is_empty(), "{name}: {found:?}"),
            // Either will do, without a crash.
            (_, None) => {}
        }
        for notation in [None, Some(Notation::Yaml)] {
            let options = ReadOptions {
                notation,
                ..ReadOptions::default()
            };
            assert!(
                !faults(&text, &options).is_empty(),
                "{name} as {notation:?}"
            );
        }
    }
}

#[test]
fn schemas_of_the_older_reference() {
    let Some(folder) = corpus("tableschema-values") else {
        return;
    };
    let files = json_files(&folder);
    assert!(files.len() > 10, "{} files", files.len());
    for (name, text) in files {
        let found = faults(&text, &ReadOptions::default());
        let is_valid = name.starts_with("schema_valid");
        assert_eq!(found.is_empty(), is_valid, "{name}: {found:?}");
    }
}

/// A descriptor of the reference: file, resource, and part of a fault; none if it is whole.
type Expected = (&'static str, Option<&'static str>, Option<&'static str>);

#[test]
fn descriptors_of_the_reference() {
    let Some(folder) = corpus("frictionless-py/data") else {
        return;
    };
    let expected: &[Expected] = &[
        ("datapackage.json", Some("number-two"), None),
        // A spreadsheet by its path alone: the path is not what is read.
        ("datapackage.json", Some("first-resource"), None),
        (
            "datapackage.json",
            None,
            Some("several tables: `first-resource`, `number-two`"),
        ),
        ("duplicate-column-schema.json", None, None),
        ("invalid-schema.json", None, None),
        ("issue-991.resource.json", None, None),
        (
            "multiple-errors.package.json",
            Some("first-resource"),
            Some("`number-two` stands twice"),
        ),
        // Differs: a property that the standard does not know (`required` outside of `constraints`)
        // is ignored, as "The field descriptor object MAY contain any number of other properties"
        // has it. The reference refuses it.
        ("schema-invalid.json", None, None),
        ("schema-valid.json", None, None),
        ("schema.json", None, None),
        ("table.json", None, Some("must be an object")),
        ("unique-field.json", None, None),
        ("invalid/datapackage.json", Some("data2"), None),
        // Its data are what is invalid there.
        (
            "invalid/datapackage_no_foreign_key.json",
            Some("data"),
            None,
        ),
        ("infer/datapackage.json", Some("data"), None),
        (
            "infer/datapackage.json",
            Some("data2"),
            Some("lacks its `schema`"),
        ),
        ("package/datapackage.json", Some("data2"), None),
    ];
    for (file, resource, part) in expected {
        let path = folder.join(file);
        let (name, parent) = (path.file_name().unwrap(), path.parent().unwrap());
        let files = json_files(parent);
        let (_, text) = files
            .iter()
            .find(|(found, _)| name == found.as_str())
            .unwrap();
        let options = ReadOptions {
            resource: *resource,
            ..ReadOptions::default()
        };
        let found = faults(text, &options);
        match part {
            None => assert!(found.is_empty(), "{file} {resource:?}: {found:?}"),
            Some(part) => assert!(
                found.iter().any(|fault| fault.contains(part)),
                "{file} {resource:?}: {found:?}"
            ),
        }
    }
}
