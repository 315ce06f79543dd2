//! Keys, settled in the order of the records: the first accepted record claims a key.

mod entry;
mod filter;
mod memory;
mod rule;
mod sorted;
mod space;
#[cfg(test)]
mod tests;

use crate::batch::Batch;
use crate::error::Result;
use crate::gate::{Claim, Fault, Rejected, Verdicts};
use crate::keys::entry::Entry;
pub(crate) use crate::keys::rule::{Asked, KeyCells, KeyPart, KeyRule, family};
use crate::keys::sorted::Probe;
pub(crate) use crate::keys::space::{KeySpace, SetId};

/// How much memory keys may take by default, in bytes.
pub const KEY_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The keys that were claimed, each with the line of the record that claimed it; and the keys that
/// records refer to.
#[derive(Debug)]
pub(crate) struct Keys {
    rules: Vec<KeyRule>,
    /// The set of each rule.
    sets: Vec<SetId>,
    space: KeySpace,
}

/// A claim with what is known of its key.
struct Known<'v> {
    claim: &'v Claim,
    key: &'v [u8],
    hash: u64,
    /// The line of its claimant, if that is in scratch space.
    line: Option<u64>,
}

impl Keys {
    /// Takes the rules of a gate. `foreign` are the sets that foreign keys refer to, by the number of
    /// the key; keys of the table's own get sets of their own.
    pub(crate) fn new(rules: Vec<KeyRule>, foreign: &[SetId], mut space: KeySpace) -> Self {
        let sets = rules.iter().enumerate().map(|(number, rule)| {
            let shared = match rule.asked {
                Asked::ForeignKey { number } | Asked::Referenced { number } => foreign.get(number),
                Asked::Unique | Asked::Primary | Asked::UniqueKey => None,
            };
            shared
                .copied()
                .unwrap_or_else(|| space.add_set(format!("keys-{number}")))
        });
        let sets = sets.collect();
        Self { rules, sets, space }
    }

    /// Gives back the space, in which only keys that are referred to are left.
    pub(crate) fn into_space(mut self) -> KeySpace {
        for (rule, set) in self.rules.iter().zip(self.sets) {
            match rule.asked {
                Asked::Unique | Asked::Primary | Asked::UniqueKey => self.space.clear(set),
                Asked::ForeignKey { .. } | Asked::Referenced { .. } => {}
            }
        }
        self.space
    }

    /// Settles a slice's claims: records that repeat a key, or refer to nothing, are turned away too.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Limit`] if the keys take more memory than they may, and there is no scratch space.
    /// The slice is cut before the record that was too much: what is before it stands, and may stop
    /// the run by itself. Or the refusal of the scratch space; then the slice is cut at its start.
    ///
    /// [`ErrorKind::Limit`]: crate::ErrorKind::Limit
    pub(crate) async fn settle(&mut self, batch: &Batch, verdicts: &mut Verdicts) -> Result<()> {
        if verdicts.claims.is_empty() {
            return Ok(());
        }
        let claims = std::mem::take(&mut verdicts.claims);
        let keys = std::mem::take(&mut verdicts.claim_keys);
        let settled = match self.look_up(&claims, &keys).await {
            Ok(known) => self.settle_known(batch, verdicts, &known),
            Err(err) => {
                verdicts.cut(verdicts.slice.start);
                Err(err)
            }
        };
        // Their buffers are used again.
        verdicts.claims = claims;
        verdicts.claim_keys = keys;
        settled
    }

    /// Makes room for a slice's keys, and looks for them in scratch space.
    async fn look_up<'v>(&mut self, claims: &'v [Claim], keys: &'v [u8]) -> Result<Vec<Known<'v>>> {
        let mut known: Vec<Known<'v>> = Vec::with_capacity(claims.len());
        let mut more: Vec<(SetId, u64, u64)> = Vec::new();
        for claim in claims {
            let key = keys.get(claim.key.clone()).unwrap_or_default();
            let hash = self.space.hash(key);
            let line = None;
            known.push(Known {
                claim,
                key,
                hash,
                line,
            });
            let (Some(rule), Some(set)) = (self.rules.get(claim.rule), self.sets.get(claim.rule))
            else {
                continue;
            };
            if !rule.asked.claims() {
                continue;
            }
            let n_bytes = Entry::bytes_max(key);
            match more.iter_mut().find(|(id, ..)| id == set) {
                Some((_, n_keys, bytes)) => {
                    *n_keys += 1;
                    *bytes += n_bytes;
                }
                None => more.push((*set, 1, n_bytes)),
            }
        }
        self.space.make_room(&more).await?;
        for (rule, set) in self.sets.iter().copied().enumerate() {
            if self.space.has_runs(set) {
                self.find(rule, set, &mut known).await?;
            }
        }
        Ok(known)
    }

    /// Looks in scratch space for the keys of a rule.
    async fn find(&self, rule: usize, set: SetId, known: &mut [Known<'_>]) -> Result<()> {
        let mut asked: Vec<&mut Known<'_>> = known
            .iter_mut()
            .filter(|known| known.claim.rule == rule)
            .collect();
        asked.sort_unstable_by_key(|known| known.hash);
        let mut probes: Vec<Probe<'_>> = asked
            .iter()
            .map(|known| Probe {
                hash: known.hash,
                key: known.key,
                line: None,
            })
            .collect();
        self.space.find(set, &mut probes).await?;
        for (known, probe) in asked.into_iter().zip(probes) {
            known.line = probe.line;
        }
        Ok(())
    }

    fn settle_known(
        &mut self,
        batch: &Batch,
        verdicts: &mut Verdicts,
        known: &[Known<'_>],
    ) -> Result<()> {
        let mut late = Vec::new();
        let mut full = None;
        let mut rejected = verdicts.rejected.iter_mut().peekable();
        for of_record in known.chunk_by(|a, b| a.claim.idx == b.claim.idx) {
            let Some(idx) = of_record.first().map(|known| known.claim.idx) else {
                continue;
            };
            while rejected.next_if(|r| r.idx < idx).is_some() {}
            let broken: Vec<Fault> = of_record
                .iter()
                .filter_map(|known| self.broken(known))
                .collect();
            match rejected.peek_mut().filter(|r| r.idx == idx) {
                Some(found) => found.faults.extend(broken),
                None if broken.is_empty() => {
                    let line = line_of(batch, idx);
                    let mut of_record = of_record.iter();
                    if let Err(err) = of_record.try_for_each(|known| self.claim(known, line)) {
                        full = Some((idx, err));
                        break;
                    }
                }
                None => late.push(Rejected {
                    idx,
                    faults: broken,
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

    /// Returns the line of the record that has a key.
    fn line(&self, known: &Known<'_>) -> Option<u64> {
        let set = *self.sets.get(known.claim.rule)?;
        known
            .line
            .or_else(|| self.space.get(set, known.hash, known.key))
    }

    fn broken(&self, known: &Known<'_>) -> Option<Fault> {
        let rule = self.rules.get(known.claim.rule)?;
        match (rule.asked, self.line(known)) {
            (Asked::Unique | Asked::Primary | Asked::UniqueKey, line) => {
                line.map(|line| rule.repeated(line))
            }
            (Asked::ForeignKey { .. }, None) => Some(rule.leads_nowhere()),
            (Asked::ForeignKey { .. }, Some(_)) | (Asked::Referenced { .. }, _) => None,
        }
    }

    fn claim(&mut self, known: &Known<'_>, line: u64) -> Result<()> {
        let claim = known.claim;
        let (Some(rule), Some(set)) = (self.rules.get(claim.rule), self.sets.get(claim.rule))
        else {
            return Ok(());
        };
        // A key that is referred to may stand on several records; that it is there is enough.
        if !rule.asked.claims() || self.line(known).is_some() {
            return Ok(());
        }
        self.space.insert(*set, known.hash, known.key, line)
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
