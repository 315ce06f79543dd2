//! The contracts, kept by files.

use std::path::PathBuf;

use bytes::Bytes;
use rowgate_core::store::StoreFault;
use rowgate_store::local::{LocalSource, LocalStore};
use rowgate_testkit::contract::{self, Fixture, SourceFixture};
use tempfile::TempDir;

struct Folder {
    folder: TempDir,
    store: LocalStore,
}

impl Folder {
    fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            store: LocalStore,
        }
    }

    fn source(&self) -> PathBuf {
        self.folder.path().join("in.csv")
    }
}

impl Fixture for Folder {
    type Store = LocalStore;

    fn store(&self) -> &LocalStore {
        &self.store
    }

    fn key(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    async fn read(&self, key: &str) -> Option<Bytes> {
        std::fs::read(key).ok().map(Bytes::from)
    }
}

impl SourceFixture for Folder {
    type Source = LocalSource;

    async fn replace(&self, body: Bytes) {
        // As a careful writer does: another file under the same name.
        let next = self.folder.path().join("next");
        std::fs::write(&next, body).unwrap();
        std::fs::rename(next, self.source()).unwrap();
    }

    async fn open(&self) -> Result<LocalSource, StoreFault> {
        LocalSource::open(self.source()).await
    }
}

#[tokio::test]
async fn a_folder_keeps_the_contracts() {
    let fixture = Folder::new();
    contract::object_store(&fixture).await;
    contract::upload_lister(&fixture).await;
    contract::source(&fixture).await;

    let left = std::fs::read_dir(fixture.folder.path()).unwrap();
    let names = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let temps: Vec<_> = names
        .filter(|name| name.ends_with(".rowgate-part"))
        .collect();
    assert_eq!(temps, [""; 0], "no temporary file is left");
}
