//! Files: what is never replaced, what is kept, and what a crash leaves.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use bytes::Bytes;
use rowgate_core::checksum::Crc64;
use rowgate_core::store::{
    Chunks as _, Condition, FaultKind, ObjectStore as _, Part, Seal, Source as _, StoreFault,
    UploadLister as _,
};
use rowgate_store::local::{LocalSource, LocalStore};
use tempfile::TempDir;

use crate::steps::{options, put, read_all, send};

/// Returns a path in a new folder.
fn place(name: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    (folder, path)
}

fn key(path: &Path) -> String {
    path.display().to_string()
}

async fn write(path: &Path, body: &'static [u8]) -> Result<(), StoreFault> {
    let found = LocalStore.look(&key(path)).await?;
    let condition = found.map_or(Condition::Absent, |found| Condition::Unchanged(found.tag));
    put(&LocalStore, &key(path), body, condition)
        .await
        .map(|_| ())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Looks at, puts to and opens an upload for a key: each must be refused.
async fn check(key: &str, kind: FaultKind, message: &str) {
    let absent = options(Condition::Absent);
    let looked = LocalStore.look(key).await.map(|_| ());
    let put = put(&LocalStore, key, b"id\n", Condition::Absent)
        .await
        .map(|_| ());
    let created = LocalStore.create(key, &absent).await.map(|_| ());
    for answer in [looked, put, created] {
        let fault = answer.expect_err(key);
        assert_eq!(fault.kind(), kind, "{fault}");
        assert!(fault.to_string().contains(message), "{fault}");
    }
}

#[tokio::test]
async fn what_is_no_file_is_never_replaced() {
    let (folder, path) = place("a.csv");
    check(&key(folder.path()), FaultKind::NotAnObject, "is a folder").await;
    check("/dev/null", FaultKind::NotAnObject, "`-` streams").await;
    assert!(
        Path::new("/dev/null")
            .metadata()
            .unwrap()
            .file_type()
            .is_char_device()
    );
    check(
        &format!("{}/", key(&path)),
        FaultKind::NotAnObject,
        "names a folder",
    )
    .await;
    check("", FaultKind::NotAnObject, "names a folder").await;
    check(
        &key(&folder.path().join("no/a.csv")),
        FaultKind::NoContainer,
        "/no` does not",
    )
    .await;
    fs::write(&path, "").unwrap();
    check(
        &key(&path.join("b.csv")),
        FaultKind::NoContainer,
        "a.csv` is not a folder",
    )
    .await;
    let circle = folder.path().join("circle");
    symlink(&circle, &circle).unwrap();
    let looked = LocalStore.look(&key(&circle)).await;
    assert!(looked.is_err(), "a link that leads in circles");
    assert_eq!(
        names(folder.path()),
        ["a.csv", "circle"],
        "nothing was left"
    );
}

#[tokio::test]
async fn permissions_are_kept_and_new_files_are_as_any_other() {
    let (folder, path) = place("a.csv");
    write(&path, b"old\n").await.unwrap();
    let plain = folder.path().join("plain");
    File::create(&plain).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode();
    assert_eq!(mode(&path), mode(&plain), "the umask decides");

    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    write(&path, b"new\n").await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new\n");
    assert_eq!(mode(&path) & 0o777, 0o640);
}

#[tokio::test]
async fn a_link_stays_and_what_it_points_to_is_replaced() {
    let (folder, link) = place("latest.csv");
    fs::create_dir(folder.path().join("days")).unwrap();
    symlink("days/monday.csv", &link).unwrap();
    let monday = folder.path().join("days/monday.csv");
    write(&link, b"1\n").await.unwrap(); // It is not there yet.
    assert_eq!(fs::read(&monday).unwrap(), b"1\n");
    write(&link, b"2\n").await.unwrap();
    assert_eq!(fs::read(&monday).unwrap(), b"2\n");
    assert!(link.symlink_metadata().unwrap().is_symlink());
    let exists = put(&LocalStore, &key(&link), b"3\n", Condition::Absent).await;
    assert_eq!(exists.unwrap_err().kind(), FaultKind::AlreadyExists);
}

#[tokio::test]
async fn an_upload_that_is_dropped_leaves_nothing() {
    let (folder, path) = place("a.csv");
    let absent = options(Condition::Absent);
    let upload = LocalStore.create(&key(&path), &absent).await.unwrap();
    send(&LocalStore, &upload, b"id\n").await.unwrap();
    assert_eq!(names(folder.path()).len(), 1);
    drop(upload);
    assert_eq!(names(folder.path()), [""; 0]);
}

#[tokio::test]
async fn what_a_crash_leaves_is_listed_and_can_be_dropped() {
    let (folder, path) = place("a.csv");
    let absent = options(Condition::Absent);
    let upload = LocalStore.create(&key(&path), &absent).await.unwrap();
    send(&LocalStore, &upload, b"id\n").await.unwrap();
    // A crash runs no destructor: the same file, under the name that it would have left.
    let name = names(folder.path()).remove(0);
    fs::hard_link(folder.path().join(&name), folder.path().join("kept")).unwrap();
    drop(upload);
    fs::rename(folder.path().join("kept"), folder.path().join(&name)).unwrap();
    fs::write(folder.path().join(".a.csv.notarun.rowgate-part"), "").unwrap();

    for prefix in [
        key(folder.path()),
        key(&path),
        key(&folder.path().join("a")),
    ] {
        let found = LocalStore.open_uploads(&prefix).await.unwrap();
        assert_eq!(found.len(), 1, "{prefix}");
        assert_eq!((found[0].key.clone(), found[0].bytes), (key(&path), 3));
    }
    let none = LocalStore
        .open_uploads(&key(&folder.path().join("b")))
        .await;
    assert_eq!(none.unwrap(), []);
    let found = LocalStore.open_uploads(&key(&path)).await.unwrap();
    LocalStore.abort_open(&found[0]).await.unwrap();
    LocalStore.abort_open(&found[0]).await.unwrap();
    assert_eq!(names(folder.path()), [".a.csv.notarun.rowgate-part"]);

    let mut theirs = found[0].clone();
    theirs.id = key(&folder.path().join(".a.csv.notarun.rowgate-part"));
    let refused = LocalStore.abort_open(&theirs).await.unwrap_err();
    assert_eq!(
        refused.kind(),
        FaultKind::Unusable,
        "only our own are removed"
    );
}

#[tokio::test]
async fn a_file_that_is_locked_by_another_run_counts_as_changed() {
    let (_folder, path) = place("a.csv");
    write(&path, b"old\n").await.unwrap();
    let theirs = File::open(&path).unwrap();
    theirs.lock().unwrap();
    let refused = write(&path, b"new\n").await.unwrap_err();
    assert_eq!(refused.kind(), FaultKind::Changed);
    // Closing it is not enough: a process that another test begins holds a copy for a moment.
    theirs.unlock().unwrap();
    write(&path, b"new\n").await.unwrap();
}

/// A file system of one mebibyte, for as long as this lives.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// Mounts one, where we may.
    fn mount() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(folder.path())
            .output();
        mounted
            .is_ok_and(|output| output.status.success())
            .then_some(Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount").arg(self.0.path()).status().unwrap();
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_left_clean() {
    let Some(disk) = SmallDisk::mount() else {
        println!("no file system can be mounted here: a full disk is not tried");
        return;
    };
    let path = disk.0.path().join("a.csv");
    let absent = options(Condition::Absent);
    let upload = LocalStore.create(&key(&path), &absent).await.unwrap();
    let body = Bytes::from(vec![b'x'; 512 * 1024]);
    let mut offset = 0;
    let fault = loop {
        let part = Part {
            number: u32::try_from(offset / (512 * 1024) + 1).unwrap(),
            offset,
            body: body.clone(),
            crc64: Crc64::of(&body),
        };
        offset += 512 * 1024;
        match LocalStore.put_part(&upload, part).await {
            Ok(_) => assert!(offset < 4 * 1024 * 1024, "a mebibyte is not that much"),
            Err(fault) => break fault,
        }
    };
    assert_eq!(fault.kind(), FaultKind::Full, "{fault}");
    LocalStore.abort(&upload).await.unwrap();
    assert_eq!(names(disk.0.path()), [""; 0]);
}

#[tokio::test]
async fn a_part_that_never_came_is_missed() {
    let (_folder, path) = place("a.csv");
    let absent = options(Condition::Absent);
    let upload = LocalStore.create(&key(&path), &absent).await.unwrap();
    let (tags, seal) = send(&LocalStore, &upload, b"id\n").await.unwrap();
    let longer = Seal {
        bytes: seal.bytes + 1,
        ..seal
    };
    let refused = LocalStore.complete(&upload, tags.clone(), longer).await;
    assert_eq!(refused.unwrap_err().kind(), FaultKind::Protocol);
    let refused = LocalStore.complete(&upload, Vec::new(), seal).await;
    assert_eq!(refused.unwrap_err().kind(), FaultKind::Protocol);
    LocalStore.complete(&upload, tags, seal).await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"id\n");
}

/// Reads a source after something was done to its file.
async fn check_source(harm: fn(&Path)) {
    let (_folder, path) = place("in.csv");
    fs::write(&path, "id\n1\n").unwrap();
    let source = LocalSource::open(&path).await.unwrap();
    harm(&path);
    let fault = read_all(&source).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Changed, "{fault}");
}

#[tokio::test]
async fn a_file_that_changes_is_not_read() {
    check_source(|path| fs::remove_file(path).unwrap()).await;
    check_source(|path| {
        let file = File::options().append(true).open(path).unwrap();
        (&file).write_all(b"2\n").unwrap();
    })
    .await;
    check_source(|path| {
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_len(1)
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_read_has_no_end() {
    let (_folder, path) = place("in.csv");
    fs::write(&path, vec![b'x'; 4 * 1024 * 1024]).unwrap();
    let source = LocalSource::open(&path).await.unwrap();
    let mut chunks = source.read_from(0).await.unwrap();
    chunks.next().await.unwrap().unwrap();
    // No more than a few blocks are read ahead, so the end is not reached yet.
    File::options()
        .append(true)
        .open(&path)
        .unwrap()
        .write_all(b"y")
        .unwrap();
    let fault = loop {
        match chunks.next().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("an end that was not verified"),
            Err(fault) => break fault,
        }
    };
    assert_eq!(fault.kind(), FaultKind::Changed);
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let (folder, path) = place("in.csv");
    let open = async |path: &Path| LocalSource::open(path).await.unwrap_err();
    assert_eq!(open(&path).await.kind(), FaultKind::NotFound);
    let fault = open(folder.path()).await;
    assert_eq!(fault.kind(), FaultKind::NotAnObject);
    assert!(
        fault
            .to_string()
            .ends_with("is a folder: name a file in it"),
        "{fault}"
    );
}

#[tokio::test]
async fn a_pipe_is_a_stream() {
    let (folder, _) = place("in.csv");
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let source = LocalSource::open(&pipe).await.unwrap();
    assert_eq!(
        (source.identity().bytes, source.identity().version.clone()),
        (None, None)
    );
    let writer = std::thread::spawn(move || fs::write(pipe, "id\n1\n").unwrap());
    assert_eq!(read_all(&source).await.unwrap(), b"id\n1\n");
    writer.join().unwrap();
    let again = source.read_from(0).await.unwrap_err();
    assert_eq!(again.kind(), FaultKind::Unusable);
}
