//! Reads what a `--schema` leads to: a schema, a resource, or a resource of a data package.

use std::collections::HashSet;

use super::fault::{Faults, Path, SchemaFault, SchemaFaults};
use super::json::{Json, Object};
use super::read;
use super::resource::{self, Envelope, ReferencedResource};
use super::text::{self, Notation};
use super::{ReferencedTable, Schema};

/// Everything that a descriptor says of one table.
#[derive(Clone, Debug)]
pub struct Descriptor {
    /// What its records must be.
    pub schema: Schema,
    /// Where it is and how it is written; empty for a schema that stands alone.
    pub envelope: Envelope,
    /// The tables that foreign keys refer to, as far as the package has them.
    pub references: Vec<ReferencedResource>,
    /// Remarks on what is no fault, but likely not what was meant.
    pub notes: Vec<SchemaFault>,
}

/// What is read besides the text of a descriptor.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadOptions<'a> {
    /// The notation; told by the text if `None`.
    pub notation: Option<Notation>,
    /// Which resource of a package is meant; without a name it must have a single table.
    pub resource: Option<&'a str>,
    /// The files that a descriptor refers to, as far as they were fetched.
    pub linked: &'a [LinkedFile],
}

/// A file that a descriptor refers to.
#[derive(Clone, Debug)]
pub struct LinkedFile {
    /// How the descriptor refers to it.
    pub path: String,
    /// What it holds.
    pub text: Vec<u8>,
}

/// What became of reading a descriptor.
#[derive(Clone, Debug)]
pub enum DescriptorRead {
    /// It is whole.
    Whole(Box<Descriptor>),
    /// It refers to these files: fetch them, and read it again. They cannot refer to others.
    Lacks(Vec<String>),
}

impl Descriptor {
    /// Reads a schema, a resource or a package.
    ///
    /// # Errors
    ///
    /// Every fault that was found. Those within a file that the descriptor refers to have the pointer
    /// that they would have if it stood in its place.
    ///
    /// # Examples
    ///
    /// ```
    /// use rowgate_core::schema::{Descriptor, DescriptorRead, LinkedFile, ReadOptions};
    ///
    /// let text = br#"{"name": "orders", "path": "orders.csv", "schema": "orders.yaml"}"#;
    /// let DescriptorRead::Lacks(paths) = Descriptor::read(text, &ReadOptions::default())? else {
    ///     panic!("the schema is in a file of its own");
    /// };
    /// assert_eq!(paths, ["orders.yaml"]);
    /// let linked = [LinkedFile { path: paths[0].clone(), text: b"fields: [{name: id}]".to_vec() }];
    /// let options = ReadOptions { linked: &linked, ..ReadOptions::default() };
    /// let DescriptorRead::Whole(descriptor) = Descriptor::read(text, &options)? else {
    ///     panic!("nothing is lacking");
    /// };
    /// assert_eq!(descriptor.schema.fields()[0].name(), "id");
    /// # Ok::<(), rowgate_core::schema::SchemaFaults>(())
    /// ```
    pub fn read(text: &[u8], options: &ReadOptions<'_>) -> Result<DescriptorRead, SchemaFaults> {
        let mut faults = Faults::default();
        let mut links = Links {
            linked: options.linked,
            lacking: Vec::new(),
        };
        let json = text::parse(text, options.notation, &mut faults);
        let descriptor = json.and_then(|json| {
            let mut reader = Reader {
                links: &mut links,
                faults: &mut faults,
            };
            reader.descriptor(&json, options.resource)
        });
        // Faults beside a lacking file are found again with it.
        if !links.lacking.is_empty() {
            return Ok(DescriptorRead::Lacks(links.lacking));
        }
        let notes = faults.take_notes();
        let mut descriptor = faults.finish(descriptor)?;
        descriptor.notes = notes;
        Ok(DescriptorRead::Whole(Box::new(descriptor)))
    }
}

/// The files that a descriptor refers to.
pub(super) struct Links<'a> {
    linked: &'a [LinkedFile],
    lacking: Vec<String>,
}

impl Links<'_> {
    /// Reads the file that a path leads to, or notes that it is lacking.
    pub(super) fn follow<T>(
        &mut self,
        link: &str,
        path: &Path<'_>,
        faults: &mut Faults,
        read: impl FnOnce(&Json<'_>, &mut Faults) -> Option<T>,
    ) -> Option<T> {
        if !resource::check_path(link, path, faults) {
            return None;
        }
        let Some(file) = self.linked.iter().find(|file| file.path == link) else {
            if !self.lacking.iter().any(|lacking| lacking == link) {
                self.lacking.push(link.to_owned());
            }
            return None;
        };
        faults.within(path, Some(link), |faults| {
            let json = text::parse(&file.text, Notation::of_name(link), faults)?;
            read(&json, faults)
        })
    }
}

/// A resource of a package, as it is written.
struct Listed<'j> {
    idx: usize,
    name: Option<&'j str>,
    object: &'j Object<'j>,
}

struct Reader<'r, 'a> {
    links: &'r mut Links<'a>,
    faults: &'r mut Faults,
}

impl Reader<'_, '_> {
    fn descriptor(&mut self, json: &Json<'_>, asked: Option<&str>) -> Option<Descriptor> {
        let Some(object) = json.as_object() else {
            let expected = "an object: a schema, a resource or a data package";
            self.faults.push_type(&Path::ROOT, expected, json);
            return None;
        };
        let is_package = object.get("resources").is_some();
        let keys_of_resources = ["schema", "path", "data", "url"];
        let is_resource = keys_of_resources
            .iter()
            .any(|key| object.get(key).is_some());
        if object.get("fields").is_none() && is_package {
            return self.package(object, asked);
        }
        if let Some(asked) = asked {
            let message = format!("is no data package, so that it has no resource `{asked}`");
            self.faults
                .push(&Path::ROOT, message, "leave out the name behind `#`");
        }
        if object.get("fields").is_none() && is_resource {
            resource::name(object, &Path::ROOT, self.faults);
            return self.table(object, &Path::ROOT, &[]);
        }
        Some(Descriptor {
            schema: read::root(json, None, self.faults)?,
            envelope: Envelope::default(),
            references: Vec::new(),
            notes: Vec::new(),
        })
    }

    fn package(&mut self, object: &Object<'_>, asked: Option<&str>) -> Option<Descriptor> {
        for key in ["$schema", "profile", "name", "title", "description"] {
            read::string(object, key, &Path::ROOT, self.faults);
        }
        let path = Path::ROOT.key("resources");
        let Some(Json::Array(items)) = object.get("resources") else {
            let json = object.get("resources")?;
            self.faults.push_type(&path, "an array of objects", json);
            return None;
        };
        if items.is_empty() {
            self.faults
                .push(&path, "must hold at least one resource", "");
            return None;
        }
        let listed = self.listed(items, &path);
        let chosen = self.choose(&listed, asked, &path)?;
        self.table(chosen.object, &path.index(chosen.idx), &listed)
    }

    fn listed<'j>(&mut self, items: &'j [Json<'j>], path: &Path<'_>) -> Vec<Listed<'j>> {
        let mut seen = HashSet::new();
        let mut listed = Vec::with_capacity(items.len());
        for (idx, item) in items.iter().enumerate() {
            let path = path.index(idx);
            let Some(object) = item.as_object() else {
                self.faults.push_type(&path, "an object", item);
                continue;
            };
            let name = resource::name(object, &path, self.faults);
            if let Some(name) = name
                && !seen.insert(name)
            {
                let message = format!("name `{name}` stands twice");
                let hint = "give each resource a name of its own";
                self.faults.push(&path.key("name"), message, hint);
            }
            listed.push(Listed { idx, name, object });
        }
        listed
    }

    fn choose<'l, 'j>(
        &mut self,
        listed: &'l [Listed<'j>],
        asked: Option<&str>,
        path: &Path<'_>,
    ) -> Option<&'l Listed<'j>> {
        let names = listed.iter().filter_map(|listed| listed.name);
        if let Some(asked) = asked {
            let found = listed.iter().find(|listed| listed.name == Some(asked));
            if found.is_none() {
                let message = format!("the package has no resource `{asked}`");
                self.faults.push_unknown(path, message, asked, names);
            }
            return found;
        }
        let mut tables = listed.iter().filter(|listed| is_table(listed.object));
        match (tables.next(), tables.next()) {
            (Some(only), None) => Some(only),
            (Some(_), Some(_)) => {
                let names: Vec<_> = listed
                    .iter()
                    .filter(|listed| is_table(listed.object))
                    .filter_map(|listed| Some(format!("`{}`", listed.name?)))
                    .collect();
                let message = format!("the package has several tables: {}", names.join(", "));
                let hint = "add the name of one behind `#`, as in `package.json#name`";
                self.faults.push(path, message, hint);
                // Each of them is checked all the same.
                for other in listed.iter().filter(|listed| is_table(listed.object)) {
                    self.table(other.object, &path.index(other.idx), listed);
                }
                None
            }
            (None, _) => {
                self.faults.push(path, "the package has no table", "");
                None
            }
        }
    }

    fn table(
        &mut self,
        object: &Object<'_>,
        path: &Path<'_>,
        listed: &[Listed<'_>],
    ) -> Option<Descriptor> {
        let envelope = resource::envelope(object, path, self.links, self.faults);
        if object.get("schema").is_none() {
            let hint = "`\"schema\": {\"fields\": […]}`, or the path of a schema";
            self.faults.push(path, "resource lacks its `schema`", hint);
        }
        let schema = resource::schema(object, path, self.links, self.faults)?;
        let references = self.references(&schema, path, listed);
        Some(Descriptor {
            schema,
            envelope,
            references,
            notes: Vec::new(),
        })
    }

    /// Reads the tables that foreign keys refer to.
    fn references(
        &mut self,
        schema: &Schema,
        path: &Path<'_>,
        listed: &[Listed<'_>],
    ) -> Vec<ReferencedResource> {
        let mut references: Vec<ReferencedResource> = Vec::new();
        let keys_path = path.key("schema");
        let keys_path = keys_path.key("foreignKeys");
        for (idx, key) in schema.foreign_keys().iter().enumerate() {
            let ReferencedTable::Resource { name, fields } = &key.table else {
                continue;
            };
            let key_path = keys_path.index(idx);
            let reference_path = key_path.key("reference");
            let known = references
                .iter()
                .position(|known| known.envelope.name.as_deref() == Some(name));
            if known.is_none() {
                let Some(found) = listed.iter().find(|listed| listed.name == Some(name)) else {
                    self.note_unknown(name, &reference_path.key("resource"), listed);
                    continue;
                };
                references.push(self.referenced(found));
            }
            let at = known.unwrap_or(references.len() - 1);
            let schema = references.get(at).and_then(|found| found.schema.as_ref());
            self.check_fields(fields, schema, &reference_path.key("fields"));
        }
        references
    }

    /// A table that the package does not have may be given by the caller.
    fn note_unknown(&mut self, name: &str, path: &Path<'_>, listed: &[Listed<'_>]) {
        let names = listed.iter().filter_map(|listed| listed.name);
        let hint = match super::likely(name, names) {
            Some(likely) => format!("did you mean `{likely}`?"),
            None => format!("say where it is: `--resource {name}=PLACE`"),
        };
        let message = format!("there is no resource `{name}` here");
        self.faults.note(path, message, &hint);
    }

    fn referenced(&mut self, listed: &Listed<'_>) -> ReferencedResource {
        let path = Path::ROOT.key("resources");
        let path = path.index(listed.idx);
        ReferencedResource {
            envelope: resource::envelope(listed.object, &path, self.links, self.faults),
            schema: resource::schema(listed.object, &path, self.links, self.faults),
        }
    }

    fn check_fields(&mut self, fields: &[String], schema: Option<&Schema>, path: &Path<'_>) {
        let Some(schema) = schema else {
            return;
        };
        let names = schema.fields().iter().map(super::Field::name);
        let known: HashSet<&str> = names.clone().collect();
        for (idx, field) in fields.iter().enumerate() {
            if !known.contains(field.as_str()) {
                let message = format!("the resource has no field `{field}`");
                let names = names.clone();
                self.faults
                    .push_unknown(&path.index(idx), message, field, names);
            }
        }
    }
}

/// Whether a resource is a table, as far as it says so.
fn is_table(object: &Object<'_>) -> bool {
    let text = |key| object.get(key).and_then(Json::as_text).unwrap_or_default();
    let path = match object.get("path") {
        Some(Json::Array(items)) => items.first().and_then(Json::as_text).unwrap_or_default(),
        Some(_) | None => text("path"),
    };
    let is_delimited = |name: &str| {
        let name = name.to_ascii_lowercase();
        [".csv", ".tsv", ".csv.gz", ".tsv.gz", ".csv.zst", ".tsv.zst"]
            .iter()
            .any(|ending| name.ends_with(ending))
    };
    object.get("schema").is_some()
        || object.get("dialect").is_some()
        || text("type") == "table"
        || text("profile").contains("tabular-data-resource")
        || matches!(text("format"), "csv" | "tsv")
        || matches!(text("mediatype"), "text/csv" | "text/tab-separated-values")
        || is_delimited(path)
}
