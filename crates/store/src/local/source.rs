//! A file as a source. What is no regular file is read as a stream, once.

use std::fs::{File, Metadata};
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use rowgate_core::store::{FaultKind, Source, SourceIdentity, StoreFault};

use super::fault::{blocking, fault};
use super::pin::Pin;
use crate::stream::{Feed, Feeder, StreamSource};

/// How much is read at once, in bytes.
const BLOCK_BYTES: u64 = 256 * 1024;
/// How many blocks are read ahead.
const BLOCKS_AHEAD: usize = 2;

/// A file, pinned; or a pipe or a device, which is read once.
#[derive(Debug)]
pub struct LocalSource(Kind);

#[derive(Debug)]
enum Kind {
    File(Arc<Pinned>),
    Stream(StreamSource),
}

#[derive(Debug)]
struct Pinned {
    path: PathBuf,
    pin: Pin,
    identity: SourceIdentity,
}

impl LocalSource {
    /// Looks at a file and pins what is there. Pipes, devices and process substitutions
    /// (`/dev/fd/63`) have no length and no version; they are opened when they are read.
    ///
    /// # Errors
    ///
    /// [`FaultKind::NotFound`], [`FaultKind::NotAnObject`] for a folder, [`FaultKind::Denied`], or
    /// whatever else the file system says.
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, StoreFault> {
        let path = path.into();
        blocking(move || Self::open_blocking(path)).await
    }

    fn open_blocking(path: PathBuf) -> Result<Self, StoreFault> {
        let uri = path.display().to_string();
        let metadata = path.metadata().map_err(|err| fault("open", &path, err))?;
        if metadata.is_dir() {
            let message = format!("`{uri}` is a folder: name a file in it");
            return Err(StoreFault::new(FaultKind::NotAnObject, message));
        }
        if !metadata.is_file() {
            let opened = move || File::open(path);
            return Ok(Self(Kind::Stream(StreamSource::new(uri, opened))));
        }
        // Opened once already, so that a lack of permission shows before anything else is done.
        let file = File::open(&path).map_err(|err| fault("open", &path, err))?;
        let metadata = metadata_of(&file, &path)?;
        let pin = Pin::of(&metadata);
        let identity = SourceIdentity {
            uri,
            version: Some(pin.to_string()),
            bytes: Some(pin.bytes()),
        };
        Ok(Self(Kind::File(Arc::new(Pinned {
            path,
            pin,
            identity,
        }))))
    }
}

impl Source for LocalSource {
    type Chunks = Feed;

    fn identity(&self) -> &SourceIdentity {
        match &self.0 {
            Kind::File(pinned) => &pinned.identity,
            Kind::Stream(stream) => stream.identity(),
        }
    }

    async fn read_from(&self, offset: u64) -> Result<Feed, StoreFault> {
        let pinned = match &self.0 {
            Kind::File(pinned) => Arc::clone(pinned),
            Kind::Stream(stream) => return stream.read_from(offset).await,
        };
        let opener = Arc::clone(&pinned);
        let file = blocking(move || opener.open(offset)).await?;
        let missing = pinned.pin.bytes().saturating_sub(offset);
        let (feeder, feed) = Feed::bounded(BLOCKS_AHEAD, Some(missing));
        tokio::task::spawn_blocking(move || pinned.read(file, missing, &feeder));
        Ok(feed)
    }
}

impl Pinned {
    /// Opens the pinned version at `offset`.
    fn open(&self, offset: u64) -> Result<File, StoreFault> {
        use std::io::{Seek as _, SeekFrom};

        if offset > self.pin.bytes() {
            let message = format!("offset {offset} is past the end, {}", self.pin.bytes());
            return Err(StoreFault::new(FaultKind::Unusable, message));
        }
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Err(self.changed()),
            Err(err) => return Err(fault("open", &self.path, err)),
        };
        self.check(&metadata_of(&file, &self.path)?)?;
        file.seek(SeekFrom::Start(offset))
            .map_err(|err| fault("read", &self.path, err))?;
        Ok(file)
    }

    /// Feeds blocks until the verified end, a fault, or until nobody listens any more.
    fn read(&self, mut file: File, mut missing: u64, feeder: &Feeder) {
        while missing > 0 {
            let block_bytes = missing.min(BLOCK_BYTES);
            missing = missing.saturating_sub(block_bytes);
            let block = self.read_block(&mut file, block_bytes);
            let is_fault = block.is_err();
            if feeder.feed_blocking(block.map(Some)).is_err() || is_fault {
                return;
            }
        }
        // Whoever does not listen any more does not need to know the end.
        drop(feeder.feed_blocking(self.check_end(&file).map(|()| None)));
    }

    fn read_block(&self, file: &mut File, bytes: u64) -> Result<Bytes, StoreFault> {
        let mut block = Vec::with_capacity(usize::try_from(bytes).unwrap_or(0));
        file.take(bytes)
            .read_to_end(&mut block)
            .map_err(|err| fault("read", &self.path, err))?;
        if u64::try_from(block.len()) != Ok(bytes) {
            return Err(self.changed()); // It has become shorter.
        }
        Ok(Bytes::from(block))
    }

    /// Checks both the file that was read and what stands at its path now.
    fn check_end(&self, file: &File) -> Result<(), StoreFault> {
        self.check(&metadata_of(file, &self.path)?)?;
        match self.path.metadata() {
            Ok(metadata) => self.check(&metadata),
            Err(err) if err.kind() == std::io::ErrorKind::NotFound => Err(self.changed()),
            Err(err) => Err(fault("look at", &self.path, err)),
        }
    }

    fn check(&self, metadata: &Metadata) -> Result<(), StoreFault> {
        if Pin::of(metadata) == self.pin {
            Ok(())
        } else {
            Err(self.changed())
        }
    }

    fn changed(&self) -> StoreFault {
        let message = format!("`{}` is no longer the file that it was", self.identity.uri);
        StoreFault::new(FaultKind::Changed, message)
    }
}

fn metadata_of(file: &File, path: &std::path::Path) -> Result<Metadata, StoreFault> {
    file.metadata().map_err(|err| fault("look at", path, err))
}
