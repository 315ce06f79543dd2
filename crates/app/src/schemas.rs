//! Schemas that were read and compiled, and a bounded cache of them.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use rowgate_core::error::Role;
use rowgate_core::report::SchemaReport;
use rowgate_core::schema::Schema;
use rowgate_core::store::{Chunks, Source};
use rowgate_core::{Error, ErrorKind, Result};

use crate::digest::sha256_hex;

/// A schema with what identifies it.
#[derive(Clone, Debug)]
pub struct LoadedSchema {
    /// The schema.
    pub schema: Schema,
    /// Where it came from and its hash.
    pub identity: SchemaReport,
}

/// The compiled schemas that a process keeps between runs, so many at most, oldest out first.
///
/// The key is the hash of the descriptor: a schema that changed at its place is another one.
#[derive(Debug)]
pub struct SchemaCache {
    entries: Mutex<VecDeque<(String, Schema)>>,
    entries_max: usize,
}

impl SchemaCache {
    /// Makes an empty cache.
    #[must_use]
    pub fn new(entries_max: usize) -> Self {
        Self {
            entries: Mutex::default(),
            entries_max,
        }
    }

    /// Returns how many schemas it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Returns whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Compiles a descriptor, unless that was done before.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Schema`] with every fault of the descriptor.
    pub fn compile(&self, uri: &str, descriptor: &[u8]) -> Result<LoadedSchema> {
        let sha256 = sha256_hex(descriptor);
        let known = self
            .lock()
            .iter()
            .find(|(hash, _)| *hash == sha256)
            .cloned();
        let schema = if let Some((_, schema)) = known {
            schema
        } else {
            let schema = Schema::parse(descriptor).map_err(|faults| Error::schema(uri, faults))?;
            let mut entries = self.lock();
            entries.push_back((sha256.clone(), schema.clone()));
            while entries.len() > self.entries_max {
                entries.pop_front();
            }
            schema
        };
        Ok(LoadedSchema {
            schema,
            identity: SchemaReport {
                uri: uri.to_owned(),
                sha256,
            },
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<(String, Schema)>> {
        // A panic while the list was held leaves a list all the same.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a descriptor whole.
pub(crate) async fn read_descriptor(source: &impl Source, bytes_max: u64) -> Result<Vec<u8>> {
    let uri = source.identity().uri.as_str();
    let unreadable = |fault| Error::store("read", Role::Schema, uri, fault);
    let mut chunks = source.read_from(0).await.map_err(unreadable)?;
    let mut descriptor = Vec::new();
    while let Some(chunk) = chunks.next().await.map_err(unreadable)? {
        descriptor.extend_from_slice(&chunk);
        if u64::try_from(descriptor.len()).unwrap_or(u64::MAX) > bytes_max {
            return Err(Error::new(
                ErrorKind::Schema,
                format!(
                    "the schema `{uri}` is longer than the {bytes_max} bytes of `limits.schema_bytes`"
                ),
            ));
        }
    }
    Ok(descriptor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptor(n: usize) -> Vec<u8> {
        format!(r#"{{"fields": [{{"name": "f{n}"}}]}}"#).into_bytes()
    }

    #[test]
    fn the_cache_never_holds_more_than_it_may() {
        let cache = SchemaCache::new(3);
        for n in 0..100 {
            cache.compile("s", &descriptor(n)).unwrap();
            cache.compile("s", &descriptor(n)).unwrap();
            assert!(cache.len() <= 3);
        }
        assert_eq!(cache.len(), 3);
    }

    #[test]
    fn a_changed_descriptor_is_another_schema() {
        let cache = SchemaCache::new(3);
        let before = cache.compile("s", &descriptor(1)).unwrap();
        let after = cache.compile("s", &descriptor(2)).unwrap();
        assert_ne!(before.identity.sha256, after.identity.sha256);
        assert_eq!(
            after
                .schema
                .fields()
                .first()
                .map(rowgate_core::schema::Field::name),
            Some("f2")
        );
    }
}
