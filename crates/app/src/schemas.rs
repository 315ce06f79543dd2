//! Schemas that were read and compiled, and a bounded cache of them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rowgate_core::error::Role;
use rowgate_core::report::SchemaReport;
use rowgate_core::resource::Resource;
use rowgate_core::schema::{Descriptor, DescriptorRead, LinkedFile, Notation, ReadOptions, Schema};
use rowgate_core::store::{Chunks, Source};
use rowgate_core::{Error, ErrorKind, Result};

use crate::digest::sha256_hex;
use crate::place::PlaceUri;

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
    /// Everything else that its descriptor says.
    pub descriptor: Arc<Descriptor>,
    /// Where the descriptor lies, if paths in it are to be followed.
    pub place: Option<PlaceUri>,
    /// What else is read for it: the files that it refers to, and its tables.
    pub reads: Vec<ReadPlace>,
}

/// A place that is read, and may thus not be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadPlace {
    /// What it is, as a message calls it.
    pub what: String,
    /// Where it is.
    pub place: PlaceUri,
}

/// What became of compiling a descriptor.
#[derive(Clone, Debug)]
pub enum Compiled {
    /// It is whole.
    Whole(Box<LoadedSchema>),
    /// It refers to these files, which were not given.
    Lacks(Vec<String>),
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
    options: EntryOptions,
    descriptor_bytes: usize,
    descriptor: Arc<Descriptor>,
}

/// What else decides on what a text means.
#[derive(Debug, PartialEq, Eq)]
struct EntryOptions {
    notation: Option<Notation>,
    resource: Option<String>,
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
    pub fn compile(&self, uri: &str, text: &[u8], options: &ReadOptions<'_>) -> Result<Compiled> {
        let sha256 = digest(text, options.linked);
        let entry_options = EntryOptions {
            notation: options.notation,
            resource: options.resource.map(str::to_owned),
        };
        let known = find(&self.lock(), &sha256, &entry_options);
        let descriptor = if let Some(known) = known {
            known
        } else {
            let read = Descriptor::read(text, options);
            let read = match read.map_err(|faults| Error::schema(uri, faults))? {
                DescriptorRead::Whole(descriptor) => Arc::new(*descriptor),
                DescriptorRead::Lacks(paths) => return Ok(Compiled::Lacks(paths)),
            };
            let linked_bytes: usize = options.linked.iter().map(|file| file.text.len()).sum();
            self.keep(Entry {
                sha256: sha256.clone(),
                options: entry_options,
                descriptor_bytes: text.len() + linked_bytes,
                descriptor: Arc::clone(&read),
            });
            read
        };
        Ok(Compiled::Whole(Box::new(LoadedSchema {
            schema: descriptor.schema.clone(),
            identity: SchemaReport {
                uri: uri.to_owned(),
                sha256,
            },
            place: None,
            resources: Vec::new(),
            reads: Vec::new(),
            descriptor,
        })))
    }

    fn keep(&self, entry: Entry) {
        let mut entries = self.lock();
        // It may have been compiled twice at once.
        if find(&entries, &entry.sha256, &entry.options).is_some() {
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

fn find(
    entries: &VecDeque<Entry>,
    sha256: &str,
    options: &EntryOptions,
) -> Option<Arc<Descriptor>> {
    let known = entries
        .iter()
        .find(|entry| entry.sha256 == sha256 && entry.options == *options);
    known.map(|entry| Arc::clone(&entry.descriptor))
}

/// Returns the digest of a descriptor; with files that it refers to, that of a list of digests.
fn digest(text: &[u8], linked: &[LinkedFile]) -> String {
    let own = sha256_hex(text);
    if linked.is_empty() {
        return own;
    }
    let lines = linked
        .iter()
        .map(|file| format!("{} {}\n", sha256_hex(&file.text), file.path));
    sha256_hex(format!("{own}\n{}", lines.collect::<Vec<_>>().concat()).as_bytes())
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

    /// Compiles a descriptor that stands alone.
    #[track_caller]
    fn compile(cache: &SchemaCache, text: &[u8]) -> LoadedSchema {
        match cache.compile("s", text, &ReadOptions::default()).unwrap() {
            Compiled::Whole(loaded) => *loaded,
            Compiled::Lacks(paths) => panic!("lacks {paths:?}"),
        }
    }

    #[test]
    fn the_cache_never_holds_more_than_it_may() {
        let cache = SchemaCache::new(3);
        for n in 0..100 {
            compile(&cache, &descriptor(n));
            compile(&cache, &descriptor(n));
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
            compile(&cache, &descriptor(n));
        }
        assert_eq!(cache.len(), 2);
        let mut longer = descriptor(20);
        longer.resize(bytes_max + 1, b' ');
        compile(&cache, &longer);
        assert!(cache.is_empty());
    }

    #[test]
    fn what_two_compile_at_once_is_kept_once() {
        let compiled = compile(&SchemaCache::new(1), &descriptor(1));
        let cache = SchemaCache::new(3);
        for _ in 0..2 {
            cache.keep(Entry {
                sha256: "same".to_owned(),
                options: EntryOptions {
                    notation: None,
                    resource: None,
                },
                descriptor_bytes: 7,
                descriptor: Arc::clone(&compiled.descriptor),
            });
        }
        assert_eq!(cache.len(), 1);
    }

    #[test]
    fn a_changed_descriptor_is_another_schema() {
        let cache = SchemaCache::new(3);
        let before = compile(&cache, &descriptor(1));
        let after = compile(&cache, &descriptor(2));
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
