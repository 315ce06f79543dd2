//! Reads a Data Resource: where a table is, how it is written, and what it must turn out to be.

use super::fault::{Faults, Path};
use super::json::{Json, Object};
use super::package::Links;
use super::read::string;
use super::{Schema, dialect, read};
use crate::dialect::DialectOptions;
use crate::expectation::Expectation;

/// The properties of a resource.
const PROPERTIES: &[&str] = &[
    "$schema",
    "name",
    "path",
    "data",
    "url",
    "type",
    "profile",
    "title",
    "description",
    "format",
    "mediatype",
    "encoding",
    "bytes",
    "hash",
    "sources",
    "licenses",
    "dialect",
    "schema",
];

/// Formats that are no delimited text.
const OTHER_FORMATS: &[&str] = &[
    "xls", "xlsx", "ods", "json", "jsonl", "ndjson", "geojson", "yaml", "xml", "html", "parquet",
    "feather", "sql", "sqlite", "db", "spss", "sav", "shp", "pdf",
];

/// What a resource says of its table, beside the schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// What it is called; a schema that stands alone has no name.
    pub name: Option<String>,
    /// Where its data are: a path relative to the descriptor, or a URL. They need not be what is
    /// read.
    pub path: Option<String>,
    /// How it is written; what is `None` is the default, or detected.
    pub dialect: DialectOptions,
    /// The name of the encoding of its text.
    pub encoding: Option<String>,
    /// What its stored bytes must turn out to be.
    pub expectation: Expectation,
}

/// A table that foreign keys refer to, as a package has it.
#[derive(Clone, Debug, Default)]
pub struct ReferencedResource {
    /// Where it is, and how it is written. It has a name.
    pub envelope: Envelope,
    /// Its fields; without a schema, whatever its header names.
    pub schema: Option<Schema>,
}

/// Reads the name of a resource.
pub(super) fn name<'j>(
    object: &'j Object<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<&'j str> {
    if object.get("name").is_none() {
        faults.push(path, "resource lacks its `name`", "");
    }
    let name = string(object, "name", path, faults)?;
    if name.is_empty() {
        faults.push(&path.key("name"), "must not be empty", "");
        return None;
    }
    Some(name)
}

/// Reads everything of a resource but its schema.
pub(super) fn envelope(
    object: &Object<'_>,
    path: &Path<'_>,
    links: &mut Links<'_>,
    faults: &mut Faults,
) -> Envelope {
    faults.note_unlikely(object, PROPERTIES, path);
    for key in [
        "$schema",
        "type",
        "profile",
        "title",
        "description",
        "mediatype",
    ] {
        string(object, key, path, faults);
    }
    if let Some(format) = string(object, "format", path, faults)
        && OTHER_FORMATS.contains(&format.to_ascii_lowercase().as_str())
    {
        let message = format!("format `{format}` is no delimited text");
        faults.push(&path.key("format"), message, "rowgate reads CSV");
    }
    Envelope {
        name: object
            .get("name")
            .and_then(Json::as_text)
            .map(str::to_owned),
        path: place(object, path, faults),
        dialect: linked_dialect(object, path, links, faults),
        encoding: encoding(object, path, faults),
        expectation: Expectation {
            bytes: bytes(object, path, faults),
            hash: hash(object, path, faults),
        },
    }
}

/// Reads `path`, or its older name `url`.
fn place(object: &Object<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<String> {
    if object.get("data").is_some() {
        let hint = "put the data into a file and name it by `path`";
        faults.push(
            &path.key("data"),
            "data within a descriptor is not read",
            hint,
        );
        return None;
    }
    let key = if object.get("path").is_none() && object.get("url").is_some() {
        "url"
    } else {
        "path"
    };
    let Some(json) = object.get(key) else {
        faults.push(path, "resource lacks its `path`", "");
        return None;
    };
    let path = path.key(key);
    let text = match json {
        Json::Text(text) => text,
        Json::Array(items) => match items.as_slice() {
            [Json::Text(text)] => text,
            [] => {
                faults.push(&path, "must name a file", "");
                return None;
            }
            [other] => {
                faults.push_type(&path.index(0), "a string", other);
                return None;
            }
            several => {
                let message = format!(
                    "names {} files, and a table is read from one",
                    several.len()
                );
                let hint = "give each a resource of its own, or put them together first";
                faults.push(&path, message, hint);
                return None;
            }
        },
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => {
            faults.push_type(&path, "a string", json);
            return None;
        }
    };
    check_path(text, &path, faults).then(|| text.clone().into_owned())
}

/// Checks that a path stays where its descriptor is, as the standard demands; a URL is what it is.
pub(super) fn check_path(text: &str, path: &Path<'_>, faults: &mut Faults) -> bool {
    let why = if text.is_empty() {
        "must not be empty"
    } else if text.contains("://") && !is_file_url(text) {
        return true;
    } else if text.contains('\0') {
        "holds a NUL character"
    } else if is_file_url(text)
        || text.starts_with(['/', '~'])
        || text.contains('\\')
        || has_drive(text)
    {
        "must be relative to the descriptor, with `/` between folders"
    } else if text.split('/').any(|part| part == "..") {
        "must not leave the folder of the descriptor"
    } else if text
        .split('/')
        .any(|part| part.starts_with('.') && part != ".")
    {
        "must not be hidden"
    } else {
        return true;
    };
    let shown = Json::Text(text.into());
    faults.push(path, format!("path `{shown}` {why}"), "");
    false
}

/// Whether it names a file of the machine, wherever its descriptor is.
fn is_file_url(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("file"))
}

/// Whether a path begins as `C:` does, or as a URL without slashes.
fn has_drive(text: &str) -> bool {
    text.split('/')
        .next()
        .is_some_and(|first| first.contains(':'))
}

fn encoding(object: &Object<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<String> {
    let encoding = string(object, "encoding", path, faults)?;
    if encoding.trim().is_empty() {
        faults.push(&path.key("encoding"), "must not be empty", "leave it out");
        return None;
    }
    Some(encoding.to_owned())
}

fn bytes(object: &Object<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<u64> {
    let json = object.get("bytes")?;
    let bytes = match json {
        Json::Number(text) => text.parse().ok(),
        Json::Null | Json::Bool(_) | Json::Text(_) | Json::Array(_) | Json::Object(_) => None,
    };
    if bytes.is_none() {
        let message = format!("`{json}` is no number of bytes");
        faults.push(&path.key("bytes"), message, "");
    }
    bytes
}

fn hash(
    object: &Object<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<crate::expectation::ExpectedHash> {
    let text = string(object, "hash", path, faults)?;
    match text.parse() {
        Ok(hash) => Some(hash),
        Err(refused) => {
            let message = format!("`{}` cannot be checked", Json::Text(text.into()));
            faults.push(&path.key("hash"), message, &refused.to_string());
            None
        }
    }
}

fn linked_dialect(
    object: &Object<'_>,
    path: &Path<'_>,
    links: &mut Links<'_>,
    faults: &mut Faults,
) -> DialectOptions {
    let path = path.key("dialect");
    match object.get("dialect") {
        None => DialectOptions::default(),
        Some(Json::Text(link)) => links
            .follow(link, &path, faults, |json, faults| {
                Some(dialect::dialect(json, &Path::ROOT, faults))
            })
            .unwrap_or_default(),
        Some(json) => dialect::dialect(json, &path, faults),
    }
}

/// Reads the schema of a resource, which may stand in a file of its own.
pub(super) fn schema(
    object: &Object<'_>,
    path: &Path<'_>,
    links: &mut Links<'_>,
    faults: &mut Faults,
) -> Option<Schema> {
    let path = path.key("schema");
    let own_name = object.get("name").and_then(Json::as_text);
    let json = object.get("schema")?;
    if let Json::Text(link) = json {
        return links.follow(link, &path, faults, |json, faults| {
            read::root(json, own_name, faults)
        });
    }
    faults.within(&path, None, |faults| read::root(json, own_name, faults))
}
