//! A run: keys in scratch space, sorted by hash, cut into blocks whose first hashes are in memory.

use std::ops::Range;

use bytes::Bytes;

use crate::checksum::Crc64;
use crate::error::{Error, Result};
use crate::keys::entry::Entry;
use crate::keys::filter::Filter;
use crate::scan::to_u64;
use crate::scratch::{Scratch, ScratchFile, refused};
use crate::store::{FaultKind, StoreFault};

/// What a fence takes in memory, in bytes.
pub(super) const FENCE_BYTES: u64 = 24;

/// Where a block begins, and what is in it.
#[derive(Clone, Copy, Debug)]
struct Fence {
    hash: u64,
    offset: u64,
    checksum: Crc64,
}

/// Keys in scratch space.
#[derive(Debug)]
pub(super) struct Run {
    file: Box<dyn ScratchFile>,
    place: String,
    fences: Vec<Fence>,
    filter: Option<Filter>,
    bytes: u64,
    n_keys: u64,
    /// How often its keys were merged.
    pub(super) level: u32,
}

/// A key that is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probe<'k> {
    pub(super) hash: u64,
    pub(super) key: &'k [u8],
    /// The line of its claimant, once it is found.
    pub(super) line: Option<u64>,
}

impl Run {
    pub(super) fn n_keys(&self) -> u64 {
        self.n_keys
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn filter_bytes(&self) -> u64 {
        self.filter.as_ref().map_or(0, Filter::bytes)
    }

    pub(super) fn fence_bytes(&self) -> u64 {
        to_u64(self.fences.len()) * FENCE_BYTES
    }

    /// Gives up the filter: the run is about to be merged.
    pub(super) fn drop_filter(&mut self) {
        self.filter = None;
    }

    /// Returns where the block is that has the hash, if any has.
    fn block_of(&self, hash: u64) -> Option<usize> {
        self.fences
            .partition_point(|fence| fence.hash <= hash)
            .checked_sub(1)
    }

    fn range(&self, block: usize) -> Range<u64> {
        let start = self.fences.get(block).map_or(self.bytes, |f| f.offset);
        let end = self.fences.get(block + 1).map_or(self.bytes, |f| f.offset);
        start..end
    }

    /// Looks for keys, which are sorted by hash; reads blocks of about so many bytes at a time.
    pub(super) async fn find(&self, probes: &mut [Probe<'_>], bytes_max: u64) -> Result<()> {
        let may_hold = |hash| self.filter.as_ref().is_none_or(|f| f.may_hold(hash));
        let mut wanted: Vec<(usize, usize)> = Vec::new();
        for (number, probe) in probes.iter().enumerate() {
            if probe.line.is_none()
                && may_hold(probe.hash)
                && let Some(block) = self.block_of(probe.hash)
            {
                wanted.push((block, number));
            }
        }
        let mut rest = wanted.as_slice();
        while !rest.is_empty() {
            let mut blocks: Vec<usize> = Vec::new();
            let mut n_bytes = 0;
            let mut n_taken = 0;
            for (block, _) in rest {
                if blocks.last() != Some(block) {
                    let range = self.range(*block);
                    n_bytes += range.end - range.start;
                    if n_bytes > bytes_max && !blocks.is_empty() {
                        break;
                    }
                    blocks.push(*block);
                }
                n_taken += 1;
            }
            let (now, later) = rest.split_at_checked(n_taken).unwrap_or((rest, &[]));
            rest = later;
            let read = self.read(&blocks).await?;
            for wanted in now.chunk_by(|a, b| a.0 == b.0) {
                let at = wanted.first().map(|(block, _)| *block);
                let at = at.and_then(|block| blocks.binary_search(&block).ok());
                let bytes = at.and_then(|at| read.get(at));
                settle_block(bytes.map_or(&[], |bytes| bytes), wanted, probes)
                    .ok_or_else(|| self.garbled())?;
            }
        }
        Ok(())
    }

    async fn read(&self, blocks: &[usize]) -> Result<Vec<Bytes>> {
        let ranges = blocks.iter().map(|&block| self.range(block)).collect();
        let read = self.read_ranges(ranges).await?;
        for (block, bytes) in blocks.iter().zip(&read) {
            self.check_block(*block, bytes)?;
        }
        Ok(read)
    }

    /// Checks that a block is as it was written: one wrong length would hide the keys behind it.
    fn check_block(&self, block: usize, bytes: &[u8]) -> Result<()> {
        let fence = self.fences.get(block);
        if fence.is_some_and(|fence| fence.checksum == Crc64::of(bytes)) {
            Ok(())
        } else {
            Err(self.garbled())
        }
    }

    fn garbled(&self) -> Error {
        let message = "it gave back other bytes than were written";
        let fault = StoreFault::new(FaultKind::Changed, message);
        refused("read", self.place.clone(), fault)
    }

    /// Reads ranges, and sees to it that they came whole: a key that was overlooked would be claimed
    /// twice.
    async fn read_ranges(&self, ranges: Vec<Range<u64>>) -> Result<Vec<Bytes>> {
        let lengths: Vec<u64> = ranges.iter().map(|r| r.end - r.start).collect();
        let read = self.file.read(ranges).await;
        let read = read.map_err(|fault| refused("read", self.place.clone(), fault))?;
        if read.iter().map(|bytes| to_u64(bytes.len())).eq(lengths) {
            Ok(read)
        } else {
            Err(Error::bug(
                "scratch space gave other ranges than it was asked for",
            ))
        }
    }
}

/// Looks for keys in the block that would hold them; returns `None` if it does not consist of entries.
fn settle_block(
    mut bytes: &[u8],
    wanted: &[(usize, usize)],
    probes: &mut [Probe<'_>],
) -> Option<()> {
    let (_, first) = wanted.first()?;
    let mut least = probes.get(*first)?.hash;
    let mut wanted = wanted;
    while !bytes.is_empty() {
        let (entry, n_bytes) = Entry::read(bytes)?;
        bytes = bytes.get(n_bytes..)?;
        if entry.hash < least {
            continue;
        }
        // Both are sorted by hash; few keys have the same.
        while let Some((&(_, number), later)) = wanted.split_first() {
            match probes.get(number).map(|probe| probe.hash) {
                Some(hash) if hash >= entry.hash => {
                    least = hash;
                    break;
                }
                Some(_) | None => wanted = later,
            }
        }
        if wanted.is_empty() {
            return Some(());
        }
        for &(_, number) in wanted {
            match probes.get_mut(number) {
                Some(probe) if probe.hash == entry.hash => {
                    if probe.key == entry.key {
                        probe.line = Some(entry.line);
                    }
                }
                Some(_) | None => break,
            }
        }
    }
    Some(())
}

/// Writes a run, whose entries come in order.
#[derive(Debug)]
pub(super) struct RunWriter {
    run: Run,
    plan: RunPlan,
    pending: Vec<u8>,
    /// How much of what is pending is in its block's checksum.
    n_summed: usize,
    last_hash: Option<u64>,
}

/// How a run is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunPlan {
    pub(super) n_keys: u64,
    pub(super) bytes: u64,
    pub(super) level: u32,
    pub(super) filter_bytes_max: u64,
    pub(super) block_bytes: u64,
    pub(super) chunk_bytes: usize,
}

impl RunWriter {
    pub(super) async fn begin(scratch: &dyn Scratch, name: &str, plan: RunPlan) -> Result<Self> {
        let created = scratch.create(name, plan.bytes).await;
        let file = created.map_err(|fault| refused("write to", scratch.place(), fault))?;
        Ok(Self {
            run: Run {
                file,
                place: scratch.place(),
                fences: Vec::new(),
                filter: Filter::new(plan.n_keys, plan.filter_bytes_max),
                bytes: 0,
                n_keys: 0,
                level: plan.level,
            },
            plan,
            pending: Vec::with_capacity(plan.chunk_bytes),
            n_summed: 0,
            last_hash: None,
        })
    }

    /// Takes the next entry. The caller [flushes](Self::flush) when it says that it is time.
    pub(super) fn push(&mut self, entry: &Entry<'_>) -> bool {
        let offset = self.run.bytes;
        let is_new_block = match self.run.fences.last() {
            None => true,
            // Keys of one hash stay in one block.
            Some(fence) => {
                offset - fence.offset >= self.plan.block_bytes && self.last_hash != Some(entry.hash)
            }
        };
        if is_new_block {
            self.sum();
            self.run.fences.push(Fence {
                hash: entry.hash,
                offset,
                checksum: Crc64::of(b""),
            });
        }
        self.last_hash = Some(entry.hash);
        let run = &mut self.run;
        if let Some(filter) = &mut run.filter {
            filter.add(entry.hash);
        }
        let n_before = self.pending.len();
        entry.write(&mut self.pending);
        run.bytes += to_u64(self.pending.len() - n_before);
        run.n_keys += 1;
        self.pending.len() >= self.plan.chunk_bytes
    }

    /// Adds what is pending to the checksum of the block that it is in.
    fn sum(&mut self) {
        let more = self.pending.get(self.n_summed..).unwrap_or_default();
        if let Some(fence) = self.run.fences.last_mut()
            && !more.is_empty()
        {
            fence.checksum = fence.checksum.then(Crc64::of(more), to_u64(more.len()));
        }
        self.n_summed = self.pending.len();
    }

    pub(super) async fn flush(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.sum();
        self.n_summed = 0;
        let next = Vec::with_capacity(self.plan.chunk_bytes);
        let pending = Bytes::from(std::mem::replace(&mut self.pending, next));
        let place = &self.run.place;
        let written = self.run.file.append(pending).await;
        written.map_err(|fault| refused("write to", place.clone(), fault))
    }

    /// Ends a run, which has all the keys that were planned.
    pub(super) async fn finish(mut self) -> Result<Run> {
        self.flush().await?;
        let (is, planned) = (&self.run, &self.plan);
        if (is.n_keys, is.bytes) != (planned.n_keys, planned.bytes) {
            return Err(Error::bug(format!(
                "a run of {} keys of {} bytes was to have {} of {}",
                is.n_keys, is.bytes, planned.n_keys, planned.bytes
            )));
        }
        self.run.fences.shrink_to_fit();
        Ok(self.run)
    }
}

/// Reads a run from its start, some blocks at a time.
#[derive(Debug)]
pub(super) struct Cursor {
    run: Run,
    next_block: usize,
    bytes: Bytes,
    at: usize,
}

impl Cursor {
    pub(super) fn new(run: Run) -> Self {
        Self {
            run,
            next_block: 0,
            bytes: Bytes::new(),
            at: 0,
        }
    }

    /// Returns the entry that is next in what was read, if there is more.
    pub(super) fn peek(&self) -> Result<Option<Entry<'_>>> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        match Entry::read(rest) {
            Some((entry, _)) => Ok(Some(entry)),
            None if rest.is_empty() => Ok(None),
            None => Err(self.run.garbled()),
        }
    }

    pub(super) fn advance(&mut self) {
        let entry = self.bytes.get(self.at..).and_then(Entry::read);
        self.at += entry.map_or(0, |(_, n_bytes)| n_bytes);
    }

    /// Whether more must be read before the next entry is known.
    pub(super) fn is_dry(&self) -> bool {
        self.at >= self.bytes.len() && self.next_block < self.run.fences.len()
    }

    /// Reads about so many bytes of the next blocks, at least one.
    pub(super) async fn fill(&mut self, bytes_max: u64) -> Result<()> {
        let first_block = self.next_block;
        let start = self.run.range(first_block).start;
        let mut end = start;
        while self.next_block < self.run.fences.len() {
            let block = self.run.range(self.next_block);
            if end > start && block.end - start > bytes_max {
                break;
            }
            end = block.end;
            self.next_block += 1;
        }
        let range = start..end;
        let read = self.run.read_ranges(vec![range]).await?;
        self.bytes = read.into_iter().next().unwrap_or_default();
        self.at = 0;
        let mut rest = self.bytes.as_ref();
        for block in first_block..self.next_block {
            let range = self.run.range(block);
            let n_bytes = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
            let (bytes, later) = rest.split_at_checked(n_bytes).unwrap_or((rest, &[]));
            self.run.check_block(block, bytes)?;
            rest = later;
        }
        Ok(())
    }
}
