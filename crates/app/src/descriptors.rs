//! Descriptors with the files that they refer to, from where they lie.

use rowgate_core::error::Role;
use rowgate_core::schema::{LinkedFile, Notation, ReadOptions};
use rowgate_core::{Error, ErrorKind, Result};

use crate::jobs::App;
use crate::place::PlaceUri;
use crate::schemas::{Compiled, LoadedSchema, ReadPlace, read_descriptor};

/// The most files that one descriptor may refer to.
const LINKED_MAX: usize = 100;

impl App {
    /// Reads and compiles what a place leads to: a schema, a resource, or a table of a data package,
    /// named behind `#` if it has several.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Schema`] if it, or a file that it refers to, cannot be read or is not valid.
    pub async fn schema(&self, place: &PlaceUri) -> Result<LoadedSchema> {
        let (descriptor_place, resource) = split_resource(place);
        let uri = descriptor_place.to_string();
        // Boxed: reading takes large futures, and is done twice here.
        let text = Box::pin(self.descriptor(&descriptor_place)).await?;
        let mut linked: Vec<LinkedFile> = Vec::new();
        let mut reads = Vec::new();
        loop {
            let options = ReadOptions {
                notation: Notation::of_name(&uri),
                resource: resource.as_deref(),
                linked: &linked,
            };
            let lacking = match self
                .schemas()
                .compile(&place.to_string(), &text, &options)?
            {
                Compiled::Whole(loaded) => {
                    return Ok(LoadedSchema {
                        place: Some(descriptor_place),
                        reads,
                        ..*loaded
                    });
                }
                Compiled::Lacks(paths) => paths,
            };
            if linked.len() + lacking.len() > LINKED_MAX {
                let message =
                    format!("the descriptor `{uri}` refers to more than {LINKED_MAX} files");
                return Err(Error::new(ErrorKind::Schema, message));
            }
            for path in lacking {
                let place = descriptor_place.resolve(&path)?;
                let text = Box::pin(self.descriptor(&place)).await?;
                linked.push(LinkedFile { path, text });
                let what = "a file that the schema refers to".to_owned();
                reads.push(ReadPlace { what, place });
            }
        }
    }

    pub(crate) async fn descriptor(&self, place: &PlaceUri) -> Result<Vec<u8>> {
        let source = self.open(place, Role::Schema).await?;
        read_descriptor(&source, self.settings().limits.schema_bytes.bytes()).await
    }
}

/// Takes the name of a resource off a place, as in `package.json#orders`. A `#` elsewhere is part of
/// the place.
pub(crate) fn split_resource(place: &PlaceUri) -> (PlaceUri, Option<String>) {
    let split = |text: &str| {
        let (before, name) = text.rsplit_once('#')?;
        Notation::of_name(before)?;
        Some((before.to_owned(), name.to_owned()))
    };
    match place {
        PlaceUri::Stream => (PlaceUri::Stream, None),
        PlaceUri::Local(path) => match path.to_str().and_then(split) {
            Some((before, name)) => (PlaceUri::Local(before.into()), Some(name)),
            None => (place.clone(), None),
        },
        PlaceUri::S3 { bucket, key } => match split(key) {
            Some((key, name)) => {
                let bucket = bucket.clone();
                (PlaceUri::S3 { bucket, key }, Some(name))
            }
            None => (place.clone(), None),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_behind_a_package_is_a_resource() {
        #[track_caller]
        fn check(text: &str, place: &str, name: Option<&str>) {
            let (found, resource) = split_resource(&text.parse().unwrap());
            assert_eq!(found.to_string(), place);
            assert_eq!(resource.as_deref(), name, "{text}");
        }
        check("p.json", "p.json", None);
        check("p.json#orders", "p.json", Some("orders"));
        check("s3://b/p.yaml#a b", "s3://b/p.yaml", Some("a b"));
        check("a#b.json", "a#b.json", None);
        check("a#b", "a#b", None);
        check("-", "-", None);
    }

    #[test]
    fn a_package_is_read_with_its_files() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(read_a_package());
    }

    async fn read_a_package() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write(
            "package.json",
            r#"{"resources": [
            {"name": "a", "path": "a.csv", "schema": "a.yaml"},
            {"name": "b", "path": "b.csv", "dialect": {"delimiter": ";"}, "schema": {"fields": [{"name": "x"}]}}
        ]}"#,
        );
        write("a.yaml", "fields:\n- {name: id, type: integer}\n");
        let app = App::new(crate::settings::Settings::default());
        let place = |name: &str| PlaceUri::Local(folder.path().join(name));
        let loaded = app.schema(&place("package.json#a")).await.unwrap();
        assert_eq!(loaded.schema.fields()[0].name(), "id");
        let before = loaded.identity.sha256;
        let other = app.schema(&place("package.json#b")).await.unwrap();
        assert_eq!(other.descriptor.envelope.path.as_deref(), Some("b.csv"));
        assert!(other.descriptor.envelope.dialect.delimiter.is_some());
        // What a descriptor refers to is part of what it is.
        write("a.yaml", "fields:\n- {name: id, type: string}\n");
        let after = app.schema(&place("package.json#a")).await.unwrap();
        assert_ne!(before, after.identity.sha256);
        let several = app.schema(&place("package.json")).await.unwrap_err();
        assert!(
            several
                .schema_faults()
                .unwrap()
                .to_string()
                .contains("`a`, `b`")
        );
    }
}
