//! The keys of a run: in memory, and past its bound in scratch space as sorted runs.
//!
//! Sorted runs rather than an embedded store: keys are written once, looked up in batches and thrown
//! away, and must be reachable through a trait that a simulated world can serve.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::keys::entry::{Entry, KeyHasher};
use crate::keys::memory::KeyTable;
use crate::keys::sorted::{Cursor, FENCE_BYTES, Probe, Run, RunPlan, RunWriter};
use crate::scan::to_u64;
use crate::scratch::Scratch;

/// How many runs of a level are merged into one of the next.
const FAN_IN: usize = 8;
/// How many runs of all sets may be there: each is an open file. While runs are merged, two more are.
const OPEN_RUNS_MAX: usize = 256;
/// How much of a run is found at once, in bytes, if memory allows and does not ask for more.
const BLOCK_BYTES: u64 = 16 * 1024;
/// How much of a run is found at once at most, in bytes: with more, a lookup takes too long.
const BLOCK_BYTES_MAX: u64 = 1024 * 1024;
/// How much is written or read at once, in bytes, if memory allows.
const CHUNK_BYTES_MAX: u64 = 1024 * 1024;
/// In what memory for keys is allocated, in bytes, if there is enough.
const TABLE_BLOCK_BYTES_MAX: u64 = 256 * 1024;

/// What a run's keys may take in memory, in bytes: the parts of one bound.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    all: u64,
    tables: u64,
    filters: u64,
    fences: u64,
    reading: u64,
}

impl Bounds {
    fn new(all: u64) -> Self {
        Self {
            all,
            tables: all / 2,
            filters: all / 4,
            fences: all / 8,
            reading: all / 8,
        }
    }

    fn chunk_bytes(self) -> u64 {
        let n_chunks = to_u64(FAN_IN) + 2;
        (self.reading / n_chunks).clamp(256, CHUNK_BYTES_MAX)
    }

    /// How long blocks are, so that the fences of so many bytes of runs fit.
    fn block_bytes(self, run_bytes: u64) -> u64 {
        let n_fences_max = (self.fences / FENCE_BYTES / 2).max(1);
        let preferred = BLOCK_BYTES.min(self.reading / 4).max(256);
        preferred.max(run_bytes / n_fences_max)
    }
}

/// Sets of keys that share one bound of memory.
#[derive(Debug)]
pub(crate) struct KeySpace {
    sets: Vec<KeySet>,
    bounds: Bounds,
    hasher: KeyHasher,
    scratch: Option<Arc<dyn Scratch>>,
    /// Numbers the runs of all sets: sets that come after each other may have one name.
    n_runs_made: u64,
}

/// A set of keys, each with a line.
#[derive(Debug)]
struct KeySet {
    /// What it holds, as the names of its runs say.
    name: String,
    table: KeyTable,
    runs: Vec<Run>,
}

/// Which set of a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SetId(usize);

impl KeySpace {
    /// Makes room for keys: `bytes_max` of memory, then scratch space, if there is any.
    ///
    /// `seed` keeps strangers from making keys whose hashes collide; no verdict depends on it.
    pub(crate) fn new(seed: &str, bytes_max: u64, scratch: Option<Arc<dyn Scratch>>) -> Self {
        Self {
            sets: Vec::new(),
            bounds: Bounds::new(bytes_max),
            hasher: KeyHasher::new(seed),
            scratch,
            n_runs_made: 0,
        }
    }

    /// Adds an empty set.
    pub(crate) fn add_set(&mut self, name: String) -> SetId {
        let block_bytes = (self.bounds.tables / 64).clamp(64, TABLE_BLOCK_BYTES_MAX);
        self.sets.push(KeySet {
            name,
            table: KeyTable::new(usize::try_from(block_bytes).unwrap_or(64)),
            runs: Vec::new(),
        });
        SetId(self.sets.len() - 1)
    }

    /// Empties a set: its memory and its scratch space are free again.
    pub(crate) fn clear(&mut self, SetId(set): SetId) {
        if let Some(set) = self.sets.get_mut(set) {
            set.runs.clear();
            set.table.clear();
        }
    }

    pub(crate) fn hash(&self, key: &[u8]) -> u64 {
        self.hasher.hash(key)
    }

    /// Returns whether some of a set's keys are in scratch space.
    pub(crate) fn has_runs(&self, SetId(set): SetId) -> bool {
        self.sets.get(set).is_some_and(|set| !set.runs.is_empty())
    }

    /// Returns the line of a key that is in memory.
    pub(crate) fn get(&self, SetId(set): SetId, hash: u64, key: &[u8]) -> Option<u64> {
        self.sets.get(set)?.table.get(hash, key)
    }

    /// Looks in scratch space for keys, which are sorted by hash.
    ///
    /// # Errors
    ///
    /// The refusal of the scratch space.
    pub(super) async fn find(&self, SetId(set): SetId, probes: &mut [Probe<'_>]) -> Result<()> {
        let Some(set) = self.sets.get(set) else {
            return Ok(());
        };
        for run in &set.runs {
            run.find(probes, self.bounds.reading).await?;
        }
        Ok(())
    }

    /// Adds a key that is not in the set.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Limit`] if it does not fit, and there is no scratch space. With scratch space it
    /// always fits: [`make_room`](Self::make_room) comes first.
    pub(crate) fn insert(&mut self, set: SetId, hash: u64, key: &[u8], line: u64) -> Result<()> {
        if self.scratch.is_none() {
            let more = [(set, 1, Entry::bytes_max(key))];
            if self.table_bytes(&more) > self.bounds.all {
                return Err(self.too_much());
            }
        }
        if let Some(set) = self.sets.get_mut(set.0) {
            set.table.insert(&Entry { hash, line, key });
        }
        Ok(())
    }

    fn too_much(&self) -> Error {
        Error::new(
            ErrorKind::Limit,
            format!(
                "the keys need more than the {} bytes of memory that they may take, and there is no \
                 scratch space for the rest: raise `limits.unique_bytes`",
                self.bounds.all
            ),
        )
    }

    /// Returns what the tables take once more is in them: so many keys, so many bytes of entries.
    fn table_bytes(&self, more: &[(SetId, u64, u64)]) -> u64 {
        let sets = self.sets.iter().enumerate();
        sets.map(|(number, set)| {
            let more = more.iter().find(|(id, ..)| *id == SetId(number));
            match more {
                Some((_, n_keys, entry_bytes)) => set.table.bytes_with(*n_keys, *entry_bytes),
                None => set.table.bytes(),
            }
        })
        .sum()
    }

    /// Sees to it that so many keys of so many bytes can be added to each of these sets; what is in
    /// the way goes to scratch space.
    ///
    /// # Errors
    ///
    /// The refusal of the scratch space.
    pub(crate) async fn make_room(&mut self, more: &[(SetId, u64, u64)]) -> Result<()> {
        let Some(scratch) = self.scratch.clone() else {
            return Ok(());
        };
        while self.table_bytes(more) > self.bounds.tables {
            let filled = self.sets.iter().enumerate();
            let largest = filled
                .filter(|(_, set)| set.table.n_keys() > 0)
                .max_by_key(|(_, set)| set.table.bytes())
                .map(|(number, _)| number);
            let Some(number) = largest else {
                // What comes at once is more than the bound: it is in memory already.
                return Ok(());
            };
            self.spill(number, scratch.as_ref()).await?;
        }
        Ok(())
    }

    /// Moves a set's table to scratch space.
    async fn spill(&mut self, number: usize, scratch: &dyn Scratch) -> Result<()> {
        let filters_left = self.filters_left();
        let name = self.next_run(number);
        let Some(set) = self.sets.get_mut(number) else {
            return Ok(());
        };
        let drained = set.table.drain();
        let plan = RunPlan {
            n_keys: drained.n_keys(),
            bytes: drained.entry_bytes(),
            level: 0,
            filter_bytes_max: filters_left / 2,
            block_bytes: self.bounds.block_bytes(drained.entry_bytes()),
            chunk_bytes: usize::try_from(self.bounds.chunk_bytes()).unwrap_or(usize::MAX),
        };
        let mut writer = RunWriter::begin(scratch, &name, plan).await?;
        for entry in drained.entries() {
            if writer.push(&entry) {
                writer.flush().await?;
            }
        }
        set.runs.push(writer.finish().await?);
        drop(drained);
        tracing::debug!(name, keys = plan.n_keys, bytes = plan.bytes, "keys spilled");
        while let Some(set) = self.sets.get_mut(number)
            && let Some(level) = set.full_level()
        {
            let merged = set.take_level(level);
            self.merge(number, merged, level + 1, scratch).await?;
        }
        while self.sets.iter().map(|set| set.runs.len()).sum::<usize>() > OPEN_RUNS_MAX {
            self.close_one(scratch).await?;
        }
        self.check_fences()
    }

    /// Merges two runs of a set, the ones that take the least copying.
    async fn close_one(&mut self, scratch: &dyn Scratch) -> Result<()> {
        let sets = self.sets.iter_mut().enumerate();
        let cheapest = sets
            .filter_map(|(number, set)| Some((set.smallest_two()?, number, set)))
            .min_by_key(|(bytes, ..)| *bytes);
        let Some((_, number, set)) = cheapest else {
            return Err(Error::new(
                ErrorKind::Limit,
                format!(
                    "there are more than {OPEN_RUNS_MAX} sets of keys in scratch space, and no more \
                     files may be open: raise `limits.unique_bytes`, or ask for fewer keys"
                ),
            ));
        };
        let merged: Vec<Run> = set.runs.drain(..2).collect();
        let level = merged.iter().map(|run| run.level).max().unwrap_or(0);
        self.merge(number, merged, level, scratch).await
    }

    /// Merges runs of a set into one.
    async fn merge(
        &mut self,
        number: usize,
        mut merged: Vec<Run>,
        level: u32,
        scratch: &dyn Scratch,
    ) -> Result<()> {
        let name = self.next_run(number);
        merged.iter_mut().for_each(Run::drop_filter);
        let bytes = merged.iter().map(Run::bytes).sum();
        let plan = RunPlan {
            n_keys: merged.iter().map(Run::n_keys).sum(),
            bytes,
            level,
            filter_bytes_max: self.filters_left() / 2,
            block_bytes: self.bounds.block_bytes(bytes),
            chunk_bytes: usize::try_from(self.bounds.chunk_bytes()).unwrap_or(usize::MAX),
        };
        let mut writer = RunWriter::begin(scratch, &name, plan).await?;
        let mut cursors: Vec<Cursor> = merged.into_iter().map(Cursor::new).collect();
        loop {
            for cursor in cursors.iter_mut().filter(|cursor| cursor.is_dry()) {
                cursor.fill(self.bounds.chunk_bytes()).await?;
            }
            if copy(&mut cursors, &mut writer)? == Copied::All {
                break;
            }
            writer.flush().await?;
        }
        let run = writer.finish().await?;
        tracing::debug!(name, keys = plan.n_keys, bytes = plan.bytes, "keys merged");
        if let Some(set) = self.sets.get_mut(number) {
            set.runs.push(run);
        }
        Ok(())
    }

    /// Names a set's next run.
    fn next_run(&mut self, number: usize) -> String {
        self.n_runs_made += 1;
        let name = self.sets.get(number).map_or("", |set| set.name.as_str());
        format!("{name}-{}", self.n_runs_made)
    }

    fn filters_left(&self) -> u64 {
        let runs = self.sets.iter().flat_map(|set| &set.runs);
        let taken = runs.map(Run::filter_bytes).sum();
        self.bounds.filters.saturating_sub(taken)
    }

    /// Checks that what finds blocks is within its bound, and that blocks are not too long.
    fn check_fences(&self) -> Result<()> {
        let runs = || self.sets.iter().flat_map(|set| &set.runs);
        let fence_bytes: u64 = runs().map(Run::fence_bytes).sum();
        let run_bytes = runs().map(Run::bytes).max().unwrap_or(0);
        let block_bytes = self.bounds.block_bytes(run_bytes);
        let is_small = self.bounds.fences < BLOCK_BYTES;
        if !is_small && (fence_bytes > self.bounds.fences || block_bytes > BLOCK_BYTES_MAX) {
            return Err(Error::new(
                ErrorKind::Limit,
                format!(
                    "there are too many keys to be found with the {} bytes of memory that they may \
                     take: raise `limits.unique_bytes`",
                    self.bounds.all
                ),
            ));
        }
        Ok(())
    }
}

impl KeySet {
    /// Returns a level that has as many runs as are merged.
    fn full_level(&self) -> Option<u32> {
        let n_runs = |level| self.runs.iter().filter(|run| run.level == level).count();
        self.runs
            .iter()
            .map(|run| run.level)
            .find(|level| n_runs(*level) >= FAN_IN)
    }

    fn take_level(&mut self, level: u32) -> Vec<Run> {
        let runs = self.runs.drain(..);
        let (taken, kept) = runs.partition(|run| run.level == level);
        self.runs = kept;
        taken
    }

    /// Puts the two smallest runs first and returns how many bytes they have, if there are two.
    fn smallest_two(&mut self) -> Option<u64> {
        self.runs.sort_by_key(Run::bytes);
        let two = self.runs.get(..2)?;
        Some(two.iter().map(Run::bytes).sum())
    }
}

/// How far entries were copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copied {
    /// All of them.
    All,
    /// Until a run must be read on, or the writer flushed.
    Some,
}

/// Copies entries in order, as far as memory holds them.
fn copy(cursors: &mut [Cursor], writer: &mut RunWriter) -> Result<Copied> {
    loop {
        if cursors.iter().any(Cursor::is_dry) {
            return Ok(Copied::Some);
        }
        let mut least: Option<(Entry<'_>, usize)> = None;
        for (number, cursor) in cursors.iter().enumerate() {
            if let Some(entry) = cursor.peek()?
                && least.is_none_or(|(least, _)| entry.order() < least.order())
            {
                least = Some((entry, number));
            }
        }
        let Some((entry, number)) = least else {
            return Ok(Copied::All);
        };
        let is_time = writer.push(&entry);
        if let Some(cursor) = cursors.get_mut(number) {
            cursor.advance();
        }
        if is_time {
            return Ok(Copied::Some);
        }
    }
}
