use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::FutureExt as _;

use super::*;
use crate::scratch::{MemoryScratch, Pending, ScratchFile};

/// Scratch space that gives back one byte other than it was written, and counts.
#[derive(Debug)]
struct Disk {
    memory: MemoryScratch,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    /// Which of all bytes that are read is another.
    wrong_at: Option<u64>,
    read: AtomicU64,
    open: AtomicU64,
    open_max: AtomicU64,
}

impl Disk {
    fn new(wrong_at: Option<u64>) -> Arc<Self> {
        let counts = Counts {
            wrong_at,
            ..Counts::default()
        };
        Arc::new(Self {
            memory: MemoryScratch::new(u64::MAX),
            counts: Arc::new(counts),
        })
    }
}

impl Scratch for Disk {
    fn place(&self) -> String {
        "disk".to_owned()
    }

    fn create<'a>(&'a self, name: &'a str, bytes: u64) -> Pending<'a, Box<dyn ScratchFile>> {
        Box::pin(async move {
            let file = self.memory.create(name, bytes).await?;
            let counts = Arc::clone(&self.counts);
            let open = counts.open.fetch_add(1, Ordering::Relaxed) + 1;
            counts.open_max.fetch_max(open, Ordering::Relaxed);
            let file: Box<dyn ScratchFile> = Box::new(DiskFile { file, counts });
            Ok(file)
        })
    }
}

#[derive(Debug)]
struct DiskFile {
    file: Box<dyn ScratchFile>,
    counts: Arc<Counts>,
}

impl ScratchFile for DiskFile {
    fn append(&mut self, bytes: Bytes) -> Pending<'_, ()> {
        self.file.append(bytes)
    }

    fn read(&self, ranges: Vec<Range<u64>>) -> Pending<'_, Vec<Bytes>> {
        Box::pin(async move {
            let mut read = self.file.read(ranges).await?;
            for bytes in &mut read {
                let n_bytes = to_u64(bytes.len());
                let start = self.counts.read.fetch_add(n_bytes, Ordering::Relaxed);
                let at = self
                    .counts
                    .wrong_at
                    .and_then(|wrong| wrong.checked_sub(start));
                if let Some(at) = at.filter(|at| *at < n_bytes) {
                    let mut wrong = bytes.to_vec();
                    wrong[usize::try_from(at).unwrap()] ^= if at % 2 == 0 { 0x80 } else { 1 };
                    *bytes = wrong.into();
                }
            }
            Ok(read)
        })
    }
}

impl Drop for DiskFile {
    fn drop(&mut self) {
        self.counts.open.fetch_sub(1, Ordering::Relaxed);
    }
}

fn now<T>(work: impl Future<Output = T>) -> T {
    work.now_or_never().unwrap()
}

/// Adds keys to each set in next to no memory, a few at a time; returns how many keys are missing.
fn fill(scratch: Arc<dyn Scratch>, n_sets: usize, n_slices: u64) -> Result<usize> {
    let mut space = KeySpace::new("seed", 0, Some(scratch));
    let sets: Vec<SetId> = (0..n_sets)
        .map(|_| space.add_set("keys".to_owned()))
        .collect();
    let key = |slice: u64, number: u64| [slice.to_be_bytes(), number.to_be_bytes()].concat();
    for slice in 0..n_slices {
        for set in &sets {
            now(space.make_room(&[(*set, 3, 100)]))?;
            for number in 0..3 {
                let key = key(slice, number);
                space.insert(*set, space.hash(&key), &key, slice)?;
            }
        }
    }
    let mut n_missing = 0;
    for set in &sets {
        for slice in 0..n_slices {
            let key = key(slice, 1);
            let hash = space.hash(&key);
            let line = None;
            let mut probes = [Probe {
                hash,
                key: &key,
                line,
            }];
            now(space.find(*set, &mut probes))?;
            let found = probes[0].line.or_else(|| space.get(*set, hash, &key));
            n_missing += usize::from(found != Some(slice));
        }
    }
    Ok(n_missing)
}

#[test]
fn a_byte_that_scratch_space_changed_is_an_error_and_loses_no_key() {
    let whole = Disk::new(None);
    let counts = Arc::clone(&whole.counts);
    assert_eq!(fill(whole, 1, 40).unwrap(), 0);
    let n_read = counts.read.load(Ordering::Relaxed);
    assert!(n_read > 5_000, "{n_read}");
    for wrong_at in (0..n_read).step_by(131) {
        let err = fill(Disk::new(Some(wrong_at)), 1, 40).expect_err("it was read");
        assert_eq!(err.kind(), ErrorKind::Dependency, "{wrong_at}");
        assert_eq!(
            err.chain(),
            "could not read the scratch space `disk`: it gave back other bytes than were written"
        );
    }
}

#[test]
fn sets_of_one_name_have_runs_of_their_own_names() {
    assert_eq!(
        fill(Arc::new(MemoryScratch::new(u64::MAX)), 3, 20).unwrap(),
        0
    );
}

#[test]
fn a_set_that_is_emptied_holds_nothing() {
    let scratch = MemoryScratch::new(u64::MAX);
    let mut space = KeySpace::new("seed", 1_000, Some(Arc::new(scratch.clone())));
    let set = space.add_set("keys".to_owned());
    for number in 0..100_u64 {
        let key = number.to_be_bytes();
        now(space.make_room(&[(set, 1, 40)])).unwrap();
        space.insert(set, space.hash(&key), &key, number).unwrap();
    }
    assert!(scratch.held_bytes() > 0);
    space.clear(set);
    let key = 99_u64.to_be_bytes();
    assert_eq!(space.get(set, space.hash(&key), &key), None);
    assert_eq!((scratch.held_bytes(), space.table_bytes(&[])), (0, 0));
}

#[test]
fn many_sets_share_a_bound_of_open_files() {
    let disk = Disk::new(None);
    let counts = Arc::clone(&disk.counts);
    assert_eq!(fill(disk, 100, 12).unwrap(), 0);
    let open_max = counts.open_max.load(Ordering::Relaxed);
    assert!(open_max > 200, "{open_max}");
    assert!(open_max <= to_u64(OPEN_RUNS_MAX) + 2, "{open_max}");
    let err = fill(Disk::new(None), OPEN_RUNS_MAX + 2, 1).unwrap_err();
    assert_eq!(err.kind(), ErrorKind::Limit);
    assert!(err.to_string().contains("256 sets of keys"), "{err}");
}
