//! A Bloom filter: says of most keys that are not in a run that they are not.

/// How many bits a key takes, if there is room: of a hundred keys that are not there, one is looked
/// for in vain.
const KEY_BITS_MAX: u64 = 10;
/// With fewer bits a filter is not worth its memory.
const KEY_BITS_MIN: u64 = 2;
const WORD_BITS: u64 = 64;
const WORD_BYTES: u64 = 8;

#[derive(Debug)]
pub(super) struct Filter {
    words: Vec<u64>,
    n_bits: u64,
    n_probes: u64,
}

impl Filter {
    /// Makes a filter for so many keys in so much memory; `None` if that is too little.
    pub(super) fn new(n_keys: u64, bytes_max: u64) -> Option<Self> {
        let words_max = bytes_max / WORD_BYTES;
        let key_bits = (words_max * WORD_BITS / n_keys.max(1)).min(KEY_BITS_MAX);
        if key_bits < KEY_BITS_MIN {
            return None;
        }
        let n_words = (n_keys * key_bits).div_ceil(WORD_BITS).clamp(1, words_max);
        Some(Self {
            words: vec![0; usize::try_from(n_words).ok()?],
            n_bits: n_words * WORD_BITS,
            // ln 2 of the bits of a key: so many probes are wrong the least.
            n_probes: (key_bits * 7 / 10).max(1),
        })
    }

    pub(super) fn bytes(&self) -> u64 {
        self.n_bits / 8
    }

    pub(super) fn add(&mut self, hash: u64) {
        for bit in probes(hash, self.n_bits, self.n_probes) {
            let word = usize::try_from(bit / WORD_BITS).unwrap_or(0);
            if let Some(word) = self.words.get_mut(word) {
                *word |= 1 << (bit % WORD_BITS);
            }
        }
    }

    pub(super) fn may_hold(&self, hash: u64) -> bool {
        probes(hash, self.n_bits, self.n_probes).all(|bit| {
            let word = usize::try_from(bit / WORD_BITS).ok();
            let word = word.and_then(|word| self.words.get(word));
            word.is_none_or(|word| word & (1 << (bit % WORD_BITS)) != 0)
        })
    }
}

/// Returns the bits of a hash: points of a sequence whose start and step are two halves of it.
fn probes(hash: u64, n_bits: u64, n_probes: u64) -> impl Iterator<Item = u64> {
    let step = hash.rotate_left(32) | 1;
    (0..n_probes).map(move |n| hash.wrapping_add(n.wrapping_mul(step)) % n_bits)
}
