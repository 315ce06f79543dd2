//! Where the tables are that a schema's foreign keys refer to.

use std::str::FromStr;

use rowgate_core::dialect::DialectOptions;
use rowgate_core::error::Role;
use rowgate_core::resource::{Resource, SharedSource};
use rowgate_core::schema::ReferencedTable;
use rowgate_core::{Error, ErrorKind, Result};

use crate::decoding::Decoding;
use crate::jobs::App;
use crate::place::PlaceUri;
use crate::schemas::LoadedSchema;

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
    /// Opens and pins the resources that a schema refers to; those given here win over its own.
    ///
    /// # Errors
    ///
    /// One cannot be read, or the schema does not refer to it.
    pub async fn with_resources(
        &self,
        mut schema: LoadedSchema,
        given: &[ResourcePlace],
    ) -> Result<LoadedSchema> {
        for ResourcePlace { name, place } in given {
            let mut referenced = schema.schema.foreign_keys().iter().map(|key| &key.table);
            let is_known = referenced.any(|table| match table {
                ReferencedTable::Resource { name: known, .. } => known == name,
                ReferencedTable::Itself(_) => false,
            });
            if !is_known {
                return Err(Error::new(
                    ErrorKind::Settings,
                    format!("the schema does not refer to a resource `{name}`"),
                ));
            }
            let source = self.open(place, Role::Resource).await?;
            let decoding = Decoding::default();
            let decoded = self.decoded_as(Role::Resource, source, &decoding).await?;
            let source = SharedSource::new(decoded);
            match schema.resources.iter_mut().find(|own| own.name == *name) {
                Some(own) => own.source = source,
                None => schema.resources.push(Resource {
                    name: name.clone(),
                    source,
                    schema: None,
                    dialect: DialectOptions::default(),
                }),
            }
        }
        Ok(schema)
    }
}
