//! The keys that are in memory: entries in blocks, and an open table that finds them.

use crate::keys::entry::Entry;
use crate::scan::to_u64;

/// What a slot takes, in bytes.
const SLOT_BYTES: u64 = 8;
/// A slot that is not taken.
const FREE: u64 = u64::MAX;

/// Keys in memory. What it takes is known to the byte: nothing in it grows by copying but the table
/// of slots, which is 8 bytes a slot, three in four of them taken at most.
#[derive(Debug)]
pub(super) struct KeyTable {
    blocks: Vec<Vec<u8>>,
    /// Where each entry is: its block in the upper half, its offset in the lower.
    slots: Vec<u64>,
    n_keys: u64,
    block_bytes: usize,
    held_bytes: u64,
}

impl KeyTable {
    pub(super) fn new(block_bytes: usize) -> Self {
        Self {
            blocks: Vec::new(),
            slots: Vec::new(),
            n_keys: 0,
            block_bytes,
            held_bytes: 0,
        }
    }

    pub(super) fn n_keys(&self) -> u64 {
        self.n_keys
    }

    /// Returns the memory that it takes.
    pub(super) fn bytes(&self) -> u64 {
        self.held_bytes + to_u64(self.slots.len()) * SLOT_BYTES
    }

    /// Returns the memory that it takes at most, the old slots included while they are replaced, once
    /// so many more keys of so many bytes as entries are added.
    pub(super) fn bytes_with(&self, n_keys: u64, entry_bytes: u64) -> u64 {
        let n_slots = to_u64(self.slots.len());
        let wanted = slots_for(self.n_keys + n_keys);
        let slots = if wanted > n_slots {
            n_slots + wanted
        } else {
            n_slots
        };
        let room = self
            .blocks
            .last()
            .map_or(0, |b| to_u64(b.capacity() - b.len()));
        let more = if entry_bytes > room {
            // Each block may be left when the next entry does not fit.
            2 * entry_bytes + to_u64(self.block_bytes)
        } else {
            0
        };
        self.held_bytes + more + slots * SLOT_BYTES
    }

    pub(super) fn get(&self, hash: u64, key: &[u8]) -> Option<u64> {
        let mask = to_u64(self.slots.len()).checked_sub(1)?;
        let mut at = hash & mask;
        loop {
            let slot = self.slot(at)?;
            if slot == FREE {
                return None;
            }
            let entry = self.entry(slot)?;
            if entry.hash == hash && entry.key == key {
                return Some(entry.line);
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a key that is not there.
    pub(super) fn insert(&mut self, entry: &Entry<'_>) {
        self.n_keys += 1;
        let n_slots = slots_for(self.n_keys);
        if n_slots > to_u64(self.slots.len()) {
            self.grow(n_slots);
        }
        let fits =
            |block: &Vec<u8>| to_u64(block.capacity() - block.len()) >= Entry::bytes_max(entry.key);
        if !self.blocks.last().is_some_and(fits) {
            let needed = usize::try_from(Entry::bytes_max(entry.key)).unwrap_or(usize::MAX);
            let block = Vec::with_capacity(self.block_bytes.max(needed));
            self.held_bytes += to_u64(block.capacity());
            self.blocks.push(block);
        }
        let number = to_u64(self.blocks.len() - 1);
        if let Some(block) = self.blocks.last_mut() {
            let slot = number << 32 | to_u64(block.len());
            entry.write(block);
            self.take_slot(entry.hash, slot);
        }
    }

    fn grow(&mut self, n_slots: u64) {
        let n_slots = usize::try_from(n_slots).unwrap_or(usize::MAX);
        let old = std::mem::replace(&mut self.slots, vec![FREE; n_slots]);
        for slot in old.into_iter().filter(|slot| *slot != FREE) {
            if let Some(hash) = self.entry(slot).map(|entry| entry.hash) {
                self.take_slot(hash, slot);
            }
        }
    }

    fn take_slot(&mut self, hash: u64, taken: u64) {
        let mask = to_u64(self.slots.len()) - 1;
        let mut at = hash & mask;
        while let Some(slot) = usize::try_from(at)
            .ok()
            .and_then(|at| self.slots.get_mut(at))
        {
            if *slot == FREE {
                *slot = taken;
                return;
            }
            at = (at + 1) & mask;
        }
    }

    fn slot(&self, at: u64) -> Option<u64> {
        self.slots.get(usize::try_from(at).ok()?).copied()
    }

    fn entry(&self, slot: u64) -> Option<Entry<'_>> {
        let block = self.blocks.get(usize::try_from(slot >> 32).ok()?)?;
        let at = usize::try_from(slot & u64::from(u32::MAX)).ok()?;
        Entry::read(block.get(at..)?).map(|(entry, _)| entry)
    }

    /// Gives up all keys and their memory.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.block_bytes);
    }

    /// Takes all keys out, in the order of a run. It takes no more memory than the table did.
    pub(super) fn drain(&mut self) -> Drained {
        let mut slots = std::mem::take(&mut self.slots);
        slots.retain(|slot| *slot != FREE);
        slots.sort_unstable_by(|a, b| {
            let order = |slot: u64| self.entry(slot).map(|entry| entry.order());
            order(*a).cmp(&order(*b))
        });
        let table = std::mem::replace(self, Self::new(self.block_bytes));
        Drained { table, slots }
    }
}

/// Returns how many slots so many keys take: a power of two, three in four taken at most.
fn slots_for(n_keys: u64) -> u64 {
    (n_keys + n_keys.div_ceil(3)).next_power_of_two().max(4)
}

/// The keys of a table, in order.
#[derive(Debug)]
pub(super) struct Drained {
    table: KeyTable,
    slots: Vec<u64>,
}

impl Drained {
    pub(super) fn n_keys(&self) -> u64 {
        self.table.n_keys
    }

    /// How many bytes the entries take.
    pub(super) fn entry_bytes(&self) -> u64 {
        self.table
            .blocks
            .iter()
            .map(|block| to_u64(block.len()))
            .sum()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.slots.iter().filter_map(|slot| self.table.entry(*slot))
    }
}
