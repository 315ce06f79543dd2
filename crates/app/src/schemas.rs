//! Schemas that were read and compiled, and a bounded cache of them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rowgate_core::error::Role;
use rowgate_core::report::SchemaReport;
use rowgate_core::resource::Resource;
use rowgate_core::schema::Schema;
use rowgate_core::store::{Chunks, Source};
use rowgate_core::{Error, ErrorKind, Result};

use crate::digest::sha256_hex;

/// How long the descriptors of all cached schemas are together, at most, in bytes: what a schema takes
/// grows with its descriptor.
const CACHED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A schema with what identifies it.
#[derive(Clone, Debug)]
pub struct LoadedSchema {
    /// The schema.
    pub schema: Schema,
    /// Where it came from and its hash.
    pub identity: SchemaReport,
    /// The tables that its foreign keys refer to, as far as they are known.
    pub resources: Vec<Resource>,
}

/// The compiled schemas that a process keeps between runs, so many at most and of 64 MiB of
/// descriptors at most, oldest out first.
///
/// The key is the hash of the descriptor: a schema that changed at its place is another one.
#[derive(Debug)]
pub struct SchemaCache {
    entries: Mutex<VecDeque<Entry>>,
    entries_max: usize,
    bytes_max: usize,
}

#[derive(Debug)]
struct Entry {
    sha256: String,
    descriptor_bytes: usize,
    schema: Schema,
}

impl SchemaCache {
    /// Makes an empty cache.
    #[must_use]
    pub fn new(entries_max: usize) -> Self {
        Self {
            entries: Mutex::default(),
            entries_max,
            bytes_max: CACHED_BYTES_MAX,
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
        let known = find(&self.lock(), &sha256);
        let schema = if let Some(schema) = known {
            schema
        } else {
            let schema = Schema::parse(descriptor).map_err(|faults| Error::schema(uri, faults))?;
            self.keep(Entry {
                sha256: sha256.clone(),
                descriptor_bytes: descriptor.len(),
                schema: schema.clone(),
            });
            schema
        };
        Ok(LoadedSchema {
            schema,
            identity: SchemaReport {
                uri: uri.to_owned(),
                sha256,
            },
            resources: Vec::new(),
        })
    }

    fn keep(&self, entry: Entry) {
        let mut entries = self.lock();
        // It may have been compiled twice at once.
        if find(&entries, &entry.sha256).is_some() {
            return;
        }
        entries.push_back(entry);
        let mut bytes: usize = entries.iter().map(|entry| entry.descriptor_bytes).sum();
        while entries.len() > self.entries_max || bytes > self.bytes_max {
            let Some(oldest) = entries.pop_front() else {
                break;
            };
            bytes -= oldest.descriptor_bytes;
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Entry>> {
        // A panic while the list was held leaves a list all the same.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find(entries: &VecDeque<Entry>, sha256: &str) -> Option<Schema> {
    let known = entries.iter().find(|entry| entry.sha256 == sha256);
    known.map(|entry| entry.schema.clone())
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
    fn long_descriptors_push_out_more() {
        let bytes_max = 2 * descriptor(10).len();
        let cache = SchemaCache {
            bytes_max,
            ..SchemaCache::new(100)
        };
        for n in 10..20 {
            cache.compile("s", &descriptor(n)).unwrap();
        }
        assert_eq!(cache.len(), 2);
        let mut longer = descriptor(20);
        longer.resize(bytes_max + 1, b' ');
        cache.compile("s", &longer).unwrap();
        assert!(cache.is_empty());
    }

    #[test]
    fn what_two_compile_at_once_is_kept_once() {
        let cache = SchemaCache::new(3);
        for _ in 0..2 {
            cache.keep(Entry {
                sha256: "same".to_owned(),
                descriptor_bytes: 7,
                schema: Schema::parse(&descriptor(1)).unwrap(),
            });
        }
        assert_eq!(cache.len(), 1);
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
