//! Standard output as a store: in order, and without the promise of all or nothing.

use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use rowgate_core::checksum::Crc64;
use rowgate_core::store::{
    FaultKind, Found, ObjectStore, Part, PartRules, Seal, StoreFault, Stored, WriteOptions,
};
use tokio::sync::{mpsc, oneshot};

use crate::local::fault;
use crate::tally::{Parts, Tally, check_body};

const KIB: u64 = 1024;
/// Large enough to be quick, small enough to flow.
const RULES: PartRules = PartRules {
    part_bytes_min: 64 * KIB,
    part_bytes_max: 512 * KIB,
    parts_max: u32::MAX,
    in_flight_max: 1,
};

/// Bytes to be written, and who waits for it.
struct Job {
    bytes: Bytes,
    done: oneshot::Sender<io::Result<()>>,
}

/// An output stream. There is never anything there, conditions always hold, and what was written
/// stays written, even if the run is aborted.
///
/// A thread of its own writes, which nothing waits for: a reader that stands still holds up neither
/// ctrl-c nor the end of the process.
#[derive(Clone, Debug)]
pub struct StdoutStore {
    jobs: mpsc::Sender<Job>,
}

/// What was begun to be written.
#[derive(Debug, Default)]
pub struct StdoutUpload {
    /// Where the next part must begin.
    next_offset: AtomicU64,
    parts: Parts,
}

impl StdoutStore {
    /// Makes a store of standard output.
    ///
    /// # Errors
    ///
    /// [`FaultKind::Unavailable`] if there is no thread to be had.
    pub fn new() -> Result<Self, StoreFault> {
        Self::to_writer(io::stdout())
    }

    /// Makes a store of any stream.
    ///
    /// # Errors
    ///
    /// [`FaultKind::Unavailable`] if there is no thread to be had.
    pub fn to_writer(writer: impl Write + Send + 'static) -> Result<Self, StoreFault> {
        let (jobs, queue) = mpsc::channel(1);
        std::thread::Builder::new()
            .name("rowgate-write".to_owned())
            .spawn(move || write(writer, queue))
            .map_err(|err| fault::fault("start a thread to write", Path::new("-"), err))?;
        Ok(Self { jobs })
    }

    async fn write(&self, bytes: Bytes) -> Result<(), StoreFault> {
        let gone = || {
            let message = "the thread that writes the output is gone";
            StoreFault::new(FaultKind::Unavailable, message)
        };
        let (done, outcome) = oneshot::channel();
        let job = Job { bytes, done };
        self.jobs.send(job).await.map_err(|_| gone())?;
        let written = outcome.await.map_err(|_| gone())?;
        written.map_err(|err| {
            let kind = fault::kind(&err);
            StoreFault::with_source(kind, "could not write the output stream", err)
        })
    }
}

/// Does the jobs until no store is left to give any.
fn write(mut writer: impl Write, mut queue: mpsc::Receiver<Job>) {
    while let Some(job) = queue.blocking_recv() {
        let written = writer.write_all(&job.bytes).and_then(|()| writer.flush());
        drop(job.done.send(written)); // Who has stopped waiting does not need to know.
    }
}

impl ObjectStore for StdoutStore {
    type Upload = StdoutUpload;
    type PartTag = Tally;

    fn rules(&self) -> PartRules {
        RULES
    }

    async fn look(&self, _key: &str) -> Result<Option<Found>, StoreFault> {
        Ok(None)
    }

    async fn put(
        &self,
        _key: &str,
        body: Bytes,
        crc64: Crc64,
        _options: &WriteOptions,
    ) -> Result<Stored, StoreFault> {
        check_body(&body, crc64)?;
        self.write(body).await?;
        Ok(Stored { etag: None })
    }

    async fn create(&self, _: &str, _: &WriteOptions) -> Result<StdoutUpload, StoreFault> {
        Ok(StdoutUpload::default())
    }

    async fn put_part(&self, upload: &StdoutUpload, part: Part) -> Result<Tally, StoreFault> {
        let tally = Tally::of(&part)?;
        let taken = upload.next_offset.compare_exchange(
            tally.offset(),
            tally.end(),
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        if let Err(next_offset) = taken {
            let message = format!("a part begins at {}, not at {next_offset}", part.offset);
            return Err(StoreFault::new(FaultKind::Protocol, message));
        }
        self.write(part.body).await?;
        upload.parts.note(tally);
        Ok(tally)
    }

    async fn complete(
        &self,
        upload: &StdoutUpload,
        parts: Vec<Tally>,
        seal: Seal,
    ) -> Result<Stored, StoreFault> {
        upload.parts.check_whole(&parts, seal)?;
        Ok(Stored { etag: None })
    }

    async fn abort(&self, _upload: &StdoutUpload) -> Result<(), StoreFault> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::sync::{Arc, Mutex};

    use rowgate_core::store::Condition;

    use rowgate_core::store::ObjectKind;

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(buf)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn part(number: u32, offset: u64, body: &'static [u8]) -> Part {
        Part {
            number,
            offset,
            body: Bytes::from_static(body),
            crc64: Crc64::of(body),
        }
    }

    fn options() -> WriteOptions {
        WriteOptions {
            run: "0190a0a0-0000-7000-8000-000000000000".to_owned(),
            kind: ObjectKind::Destination,
            condition: Condition::Absent,
        }
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(work)
    }

    #[test]
    fn parts_are_written_in_order_or_not_at_all() {
        let seen = Shared::default();
        let store = StdoutStore::to_writer(seen.clone()).unwrap();
        run(async {
            let upload = store.create("-", &options()).await.unwrap();
            let first = store.put_part(&upload, part(1, 0, b"ab")).await.unwrap();
            let gap = store.put_part(&upload, part(2, 3, b"x")).await.unwrap_err();
            assert_eq!(gap.kind(), FaultKind::Protocol);
            let second = store.put_part(&upload, part(2, 2, b"c")).await.unwrap();
            let seal = Seal {
                bytes: 3,
                crc64: Crc64::of(b"abc"),
            };
            store
                .complete(&upload, vec![first, second], seal)
                .await
                .unwrap();
        });
        assert_eq!(*seen.0.lock().unwrap(), b"abc");
    }

    /// Puts a little to a stream that fails; compares what the failure means.
    #[track_caller]
    fn check(writer: impl Write + Send + 'static, expected: FaultKind) {
        let store = StdoutStore::to_writer(writer).unwrap();
        let body = Bytes::from_static(b"ab");
        let put = run(store.put("-", body.clone(), Crc64::of(&body), &options()));
        assert_eq!(put.unwrap_err().kind(), expected);
    }

    #[test]
    fn a_closed_pipe_and_a_full_disk_are_told_apart() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        check(writer, FaultKind::Closed);
        check(File::create("/dev/full").unwrap(), FaultKind::Full);
    }
}
