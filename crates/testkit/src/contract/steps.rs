//! The steps that the checks are made of.

use bytes::Bytes;
use rowgate_core::checksum::Crc64;
use rowgate_core::store::{
    Condition, FaultKind, ObjectKind, ObjectStore, Part, Seal, StoreFault, Stored, WriteOptions,
};

/// Returns options for the run with this number: two numbers are two writers.
pub(super) fn options(run: u8, condition: Condition) -> WriteOptions {
    WriteOptions {
        run: format!("018f0000-0000-7000-8000-0000000000{run:02x}"),
        kind: ObjectKind::Destination,
        condition,
    }
}

/// Takes what a call gave that must not be refused.
#[track_caller]
#[expect(clippy::panic, reason = "a broken promise fails the adapter's test")]
pub(super) fn must<T>(promise: &str, answer: Result<T, StoreFault>) -> T {
    match answer {
        Ok(value) => value,
        Err(fault) => panic!("{promise}: refused as {:?}: {fault}", fault.kind()),
    }
}

/// Checks that a call was refused, and how.
#[track_caller]
pub(super) fn must_refuse<T>(promise: &str, answer: Result<T, StoreFault>, kind: FaultKind) {
    let given = answer.err().map(|fault| fault.kind());
    assert_eq!(given, Some(kind), "{promise}");
}

/// Checks that a call was refused, in whatever way.
#[track_caller]
pub(super) fn must_fail<T>(promise: &str, answer: Result<T, StoreFault>) {
    assert!(answer.ok().is_none(), "{promise}: it was taken");
}

/// Writes a whole object in one step.
pub(super) async fn put<S: ObjectStore>(
    store: &S,
    key: &str,
    body: &Bytes,
    options: &WriteOptions,
) -> Result<Stored, StoreFault> {
    store.put(key, body.clone(), Crc64::of(body), options).await
}

/// The parts of an object to be uploaded: all but the last of the smallest size that the store
/// takes, each of another letter.
pub(super) struct Plan {
    bodies: Vec<Bytes>,
}

impl Plan {
    pub(super) fn new<S: ObjectStore>(store: &S, letters: &[u8]) -> Self {
        let bytes = usize::try_from(store.rules().part_bytes_min)
            .unwrap_or(1)
            .max(16);
        let mut bodies: Vec<_> = letters
            .iter()
            .map(|letter| Bytes::from(vec![*letter; bytes]))
            .collect();
        if let Some(last) = bodies.last_mut() {
            last.truncate(7);
        }
        Self { bodies }
    }

    /// Returns the parts as they are to be sent, in order.
    pub(super) fn parts(&self) -> Vec<Part> {
        let mut offset = 0;
        (1..)
            .zip(&self.bodies)
            .map(|(number, body)| {
                let part = Part {
                    number,
                    offset,
                    body: body.clone(),
                    crc64: Crc64::of(body),
                };
                offset += len_u64(body);
                part
            })
            .collect()
    }

    /// Returns what the whole must turn out to be.
    pub(super) fn whole(&self) -> Bytes {
        self.bodies.concat().into()
    }

    pub(super) fn seal(&self) -> Seal {
        let whole = self.whole();
        Seal {
            bytes: len_u64(&whole),
            crc64: Crc64::of(&whole),
        }
    }

    /// Sends all parts, in order.
    pub(super) async fn send<S: ObjectStore>(
        &self,
        store: &S,
        upload: &S::Upload,
    ) -> Vec<S::PartTag> {
        let mut tags = Vec::new();
        for part in self.parts() {
            tags.push(must("a part is taken", store.put_part(upload, part).await));
        }
        tags
    }
}

pub(super) fn len_u64(bytes: &Bytes) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
