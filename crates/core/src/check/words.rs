//! A set of exact texts, built once and asked for every cell.

/// Texts, for example the `missingValues` of a field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    /// Sorted by length, then by bytes, without repeats.
    sorted: Vec<Box<str>>,
    /// Bit n is set if there is a text of n bytes (bit 63: of 63 or more). Most cells miss it.
    lengths: u64,
}

impl Words {
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.lengths & length_bit(text) != 0
            && self
                .sorted
                .binary_search_by_key(&order(text), |word| order(word))
                .is_ok()
    }

    /// Returns a text that both sets hold.
    pub(crate) fn common<'a>(&'a self, other: &Self) -> Option<&'a str> {
        self.iter().find(|word| other.contains(word))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.sorted.iter().map(AsRef::as_ref)
    }
}

impl<T: Into<Box<str>>> FromIterator<T> for Words {
    fn from_iter<I: IntoIterator<Item = T>>(words: I) -> Self {
        let mut sorted: Vec<Box<str>> = words.into_iter().map(Into::into).collect();
        sorted.sort_unstable_by(|left, right| order(left).cmp(&order(right)));
        sorted.dedup();
        let lengths = sorted
            .iter()
            .fold(0, |lengths, word| lengths | length_bit(word));
        Self { sorted, lengths }
    }
}

fn order(text: &str) -> (usize, &str) {
    (text.len(), text)
}

fn length_bit(text: &str) -> u64 {
    1 << text.len().min(63)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    proptest::proptest! {
        #[test]
        fn words_are_a_set(words: BTreeSet<String>, other: String) {
            let set: Words = words.iter().cloned().collect();
            for word in &words {
                assert!(set.contains(word));
            }
            assert_eq!(set.contains(&other), words.contains(&other));
            assert_eq!(set.iter().count(), words.len());
        }
    }

    #[test]
    fn long_words_share_a_bit_and_are_still_told_apart() {
        let set: Words = ["a".repeat(63), "b".repeat(700)].into_iter().collect();
        assert!(set.contains(&"a".repeat(63)));
        assert!(set.contains(&"b".repeat(700)));
        assert!(!set.contains(&"a".repeat(64)));
    }
}
