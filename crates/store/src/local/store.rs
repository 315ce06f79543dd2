//! Files as a store.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use rowgate_core::checksum::Crc64;
use rowgate_core::store::{
    Condition, FaultKind, Found, ObjectStore, Part, PartRules, Seal, StoreFault, Stored,
    WriteOptions,
};

use super::fault::{blocking, fault};
use super::pin::Pin;
use super::publish::publish;
use super::target::Target;
use super::temp::TempFile;
use crate::tally::{Parts, Tally, check_body};

/// How much is written at once, in bytes.
const BLOCK_BYTES: u64 = 512 * 1024;
/// One block is written while the next one is filled.
const RULES: PartRules = PartRules {
    part_bytes_min: BLOCK_BYTES,
    part_bytes_max: BLOCK_BYTES,
    parts_max: u32::MAX,
    in_flight_max: 2,
};

/// The local file system; a key is a path.
///
/// What is written goes to a temporary file beside the destination, under the name
/// `.{file name}.{run}.rowgate-part`, and is moved to its place when it is whole and on the disk.
/// Folders are not made. A link as the destination stays, and what it points to is replaced.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalStore;

/// A temporary file in the making. Dropped, it is removed.
#[derive(Debug)]
pub struct LocalUpload(Arc<Making>);

#[derive(Debug)]
struct Making {
    temp: TempFile,
    target: Target,
    condition: Condition,
    parts: Parts,
}

impl Making {
    fn begin(key: &str, options: &WriteOptions) -> Result<Self, StoreFault> {
        let target = Target::resolve(key)?;
        let temp = TempFile::create(&target, &options.run)?;
        Ok(Self {
            temp,
            target,
            condition: options.condition.clone(),
            parts: Parts::default(),
        })
    }

    fn write_at(&self, body: &[u8], offset: u64) -> Result<(), StoreFault> {
        let written = self.temp.file.write_all_at(body, offset);
        written.map_err(|err| fault("write", self.temp.path(), err))
    }

    fn publish(&self) -> Result<Stored, StoreFault> {
        if !self.temp.is_owed() {
            let message = "the upload was completed or aborted already";
            return Err(StoreFault::new(FaultKind::NotFound, message));
        }
        publish(&self.temp, &self.target, &self.condition)
    }

    /// Makes the file as long as it must be: a last part that was written anew may have been longer.
    fn cut(&self, bytes: u64) -> Result<(), StoreFault> {
        let path = self.temp.path();
        let metadata = self.temp.file.metadata();
        let len = metadata.map_err(|err| fault("look at", path, err))?.len();
        if len < bytes {
            let message = format!("`{}` has {len} bytes, not {bytes}", path.display());
            return Err(StoreFault::new(FaultKind::Protocol, message));
        }
        let cut = self.temp.file.set_len(bytes);
        cut.map_err(|err| fault("cut", path, err))
    }
}

impl ObjectStore for LocalStore {
    type Upload = LocalUpload;
    type PartTag = Tally;

    fn rules(&self) -> PartRules {
        RULES
    }

    async fn look(&self, key: &str) -> Result<Option<Found>, StoreFault> {
        let key = key.to_owned();
        blocking(move || {
            let target = Target::resolve(&key)?;
            target
                .metadata
                .as_ref()
                .map(|_| found(&target.path))
                .transpose()
        })
        .await
    }

    async fn put(
        &self,
        key: &str,
        body: Bytes,
        crc64: Crc64,
        options: &WriteOptions,
    ) -> Result<Stored, StoreFault> {
        check_body(&body, crc64)?;
        let (key, options) = (key.to_owned(), options.clone());
        blocking(move || {
            let making = Making::begin(&key, &options)?;
            making.write_at(&body, 0)?;
            making.publish()
        })
        .await
    }

    async fn create(&self, key: &str, options: &WriteOptions) -> Result<LocalUpload, StoreFault> {
        let (key, options) = (key.to_owned(), options.clone());
        blocking(move || Ok(LocalUpload(Arc::new(Making::begin(&key, &options)?)))).await
    }

    async fn put_part(&self, upload: &LocalUpload, part: Part) -> Result<Tally, StoreFault> {
        let making = Arc::clone(&upload.0);
        blocking(move || {
            let tally = Tally::of(&part)?;
            making.write_at(&part.body, part.offset)?;
            making.parts.note(tally);
            Ok(tally)
        })
        .await
    }

    async fn complete(
        &self,
        upload: &LocalUpload,
        parts: Vec<Tally>,
        seal: Seal,
    ) -> Result<Stored, StoreFault> {
        let making = Arc::clone(&upload.0);
        blocking(move || {
            making.parts.check_whole(&parts, seal)?;
            making.cut(seal.bytes)?;
            making.publish()
        })
        .await
    }

    async fn abort(&self, upload: &LocalUpload) -> Result<(), StoreFault> {
        let making = Arc::clone(&upload.0);
        blocking(move || making.temp.remove()).await
    }
}

fn found(path: &Path) -> Result<Found, StoreFault> {
    let read = || {
        let file = File::open(path)?;
        let pin = Pin::of(&file.metadata()?);
        let mut head = Vec::with_capacity(Found::HEAD_BYTES_MAX);
        let head_bytes_max = u64::try_from(Found::HEAD_BYTES_MAX).unwrap_or(u64::MAX);
        file.take(head_bytes_max).read_to_end(&mut head)?;
        Ok(Found {
            tag: pin.to_string(),
            bytes: pin.bytes(),
            run: None,
            kind: None,
            crc64: None,
            head: Bytes::from(head),
        })
    };
    read().map_err(|err| fault("look into", path, err))
}
