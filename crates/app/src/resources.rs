//! Where the tables are that a schema's foreign keys refer to.

use std::collections::BTreeSet;
use std::str::FromStr;

use rowgate_core::error::Role;
use rowgate_core::resource::{Resource, SharedSource};
use rowgate_core::schema::{ReferencedResource, ReferencedTable};
use rowgate_core::{Error, ErrorKind, Result};

use crate::decoding::Decoding;
use crate::jobs::App;
use crate::place::PlaceUri;
use crate::schemas::{LoadedSchema, ReadPlace};

/// A resource's name and place, as `NAME=URI`.
///
/// ```
/// use rowgate_app::resources::ResourcePlace;
///
/// let given: ResourcePlace = "customers=s3://b/customers.csv".parse()?;
/// assert_eq!(given.name, "customers");
/// assert_eq!(given.place.to_string(), "s3://b/customers.csv");
/// # Ok::<(), rowgate_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourcePlace {
    /// What the schema calls it.
    pub name: String,
    /// Where it is.
    pub place: PlaceUri,
}

impl FromStr for ResourcePlace {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refused = |why: &str| {
            let message = format!("`{text}` is no resource: {why}");
            Err(Error::new(ErrorKind::Settings, message))
        };
        let Some((name, place)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return refused("expected `NAME=URI`");
        };
        let place = place.parse()?;
        if place == PlaceUri::Stream {
            return refused("standard input cannot be one");
        }
        let name = name.to_owned();
        Ok(Self { name, place })
    }
}

impl App {
    /// Opens and pins the resources that a schema refers to: those given here, and where none is, those
    /// that its package names.
    ///
    /// # Errors
    ///
    /// One cannot be read, or the schema does not refer to it.
    pub async fn with_resources(
        &self,
        mut schema: LoadedSchema,
        given: &[ResourcePlace],
    ) -> Result<LoadedSchema> {
        let mut places = Vec::new();
        for name in referenced(&schema) {
            // The last one given wins.
            let of_flag = given.iter().rev().find(|own| own.name == name);
            let place = match of_flag {
                Some(own) => Some(own.place.clone()),
                None => in_package(&schema, name)?,
            };
            places.extend(place.map(|place| (name.to_owned(), place)));
        }
        let is_known = |own: &&ResourcePlace| places.iter().any(|(name, _)| *name == own.name);
        if let Some(unknown) = given.iter().find(|own| !is_known(own)) {
            let message = format!("the schema does not refer to a resource `{}`", unknown.name);
            return Err(Error::new(ErrorKind::Settings, message));
        }
        for (name, place) in places {
            schema.reads.push(ReadPlace {
                what: format!("the resource `{name}`"),
                place: place.clone(),
            });
            let resource = self.resource(&schema, name, &place).await?;
            schema.resources.push(resource);
        }
        Ok(schema)
    }

    async fn resource(
        &self,
        schema: &LoadedSchema,
        name: String,
        place: &PlaceUri,
    ) -> Result<Resource> {
        let described = described(schema, &name).cloned().unwrap_or_default();
        let decoding = Decoding::default().or(&described.envelope)?;
        let source = self.open(place, Role::Resource).await?;
        let source = self.decoded_as(Role::Resource, source, &decoding).await?;
        Ok(Resource {
            name,
            source: SharedSource::new(source),
            schema: described.schema,
            dialect: described.envelope.dialect,
        })
    }
}

/// Returns the names of the resources that foreign keys refer to, each once.
fn referenced(schema: &LoadedSchema) -> BTreeSet<&str> {
    let keys = schema.schema.foreign_keys().iter();
    let names = keys.filter_map(|key| match &key.table {
        ReferencedTable::Resource { name, .. } => Some(name.as_str()),
        ReferencedTable::Itself(_) => None,
    });
    names.collect()
}

/// Returns what the package says of a resource.
fn described<'s>(schema: &'s LoadedSchema, name: &str) -> Option<&'s ReferencedResource> {
    let mut references = schema.descriptor.references.iter();
    references.find(|known| known.envelope.name.as_deref() == Some(name))
}

/// Returns where a resource lies as the package says.
fn in_package(schema: &LoadedSchema, name: &str) -> Result<Option<PlaceUri>> {
    let path = described(schema, name).and_then(|known| known.envelope.path.as_deref());
    match (&schema.place, path) {
        (Some(package), Some(path)) => package.resolve(path).map(Some),
        (None, _) | (_, None) => Ok(None),
    }
}
