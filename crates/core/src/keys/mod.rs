//! Uniqueness, settled in the order of the records: the first accepted record claims a value.

mod rule;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::batch::Batch;
use crate::error::{Error, ErrorKind, Result};
use crate::gate::{Claim, Fault, Rejected, Verdicts};
pub(crate) use crate::keys::rule::{KeyCells, KeyPart, KeyRule};
use crate::plan::Plan;
use crate::scan::to_u64;

/// How much memory the values of unique columns may take by default, in bytes.
pub const KEY_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What an entry costs beside its value, at worst: a slot of 25 bytes in a map that has just doubled
/// (a 16/7 of it, and half as much again while the old map is still there), and what the allocator
/// adds to each value and loses between them.
const ENTRY_BYTES: u64 = 160;

/// The values that were claimed, each with the line of the record that claimed it.
#[derive(Debug)]
pub(crate) struct Keys {
    rules: Vec<KeyRule>,
    /// For each rule.
    claimed: Vec<HashMap<Box<[u8]>, u64>>,
    bytes: u64,
    bytes_max: u64,
}

impl Keys {
    pub(crate) fn new(plan: &Plan, bytes_max: u64) -> Self {
        let rules = KeyRule::of(plan);
        Self {
            claimed: vec![HashMap::new(); rules.len()],
            rules,
            bytes: 0,
            bytes_max,
        }
    }

    /// Settles a slice's claims: records that repeat a value are turned away too.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Limit`] if the values take more memory than they may. The slice is cut before
    /// the record that was too much: what is before it stands, and may stop the run by itself.
    pub(crate) fn settle(&mut self, batch: &Batch, verdicts: &mut Verdicts) -> Result<()> {
        let mut late = Vec::new();
        let mut full = None;
        let mut rejected = verdicts.rejected.iter_mut().peekable();
        for claims in verdicts.claims.chunk_by(|a, b| a.idx == b.idx) {
            let Some(idx) = claims.first().map(|claim| claim.idx) else {
                continue;
            };
            while rejected.next_if(|r| r.idx < idx).is_some() {}
            let repeated: Vec<Fault> = claims
                .iter()
                .filter_map(|claim| self.repeated(claim, &verdicts.claim_keys))
                .collect();
            match rejected.peek_mut().filter(|r| r.idx == idx) {
                Some(known) => known.faults.extend(repeated),
                None if repeated.is_empty() => {
                    let line = line_of(batch, idx);
                    let mut claims = claims.iter();
                    let claimed =
                        claims.try_for_each(|c| self.claim(c, &verdicts.claim_keys, line));
                    if let Err(err) = claimed {
                        full = Some((idx, err));
                        break;
                    }
                }
                None => late.push(Rejected {
                    idx,
                    faults: repeated,
                }),
            }
        }
        if !late.is_empty() {
            verdicts.rejected.append(&mut late);
            verdicts.rejected.sort_by_key(|r| r.idx);
        }
        match full {
            None => Ok(()),
            Some((idx, err)) => {
                verdicts.cut(idx);
                Err(err)
            }
        }
    }

    fn repeated(&self, claim: &Claim, keys: &[u8]) -> Option<Fault> {
        let key = keys.get(claim.key.clone())?;
        let line = self.claimed.get(claim.rule)?.get(key)?;
        Some(self.rules.get(claim.rule)?.repeated(*line))
    }

    fn claim(&mut self, claim: &Claim, keys: &[u8], line: u64) -> Result<()> {
        let key = keys.get(claim.key.clone()).unwrap_or_default();
        self.bytes += to_u64(key.len()) + ENTRY_BYTES;
        if self.bytes > self.bytes_max {
            return Err(Error::new(
                ErrorKind::Limit,
                format!(
                    "the values of the unique columns need more than the {} bytes that they may take: \
                     raise `limits.unique_bytes`",
                    self.bytes_max
                ),
            ));
        }
        if let Some(claimed) = self.claimed.get_mut(claim.rule) {
            claimed.insert(key.into(), line);
        }
        Ok(())
    }
}

/// Returns the line on which the record at `idx` begins.
pub(crate) fn line_of(batch: &Batch, idx: usize) -> u64 {
    let lines_before = batch
        .index()
        .records()
        .get(idx)
        .map_or(0, |r| r.lines_before);
    batch.base().line + lines_before
}
