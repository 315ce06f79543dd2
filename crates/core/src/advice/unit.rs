//! Whether the text around numbers is their unit, or a slip of the pen such as `12O`.

use crate::habit;

/// What stands around the numbers of a column.
#[derive(Debug, Default)]
pub(super) struct Units {
    /// The one text that has letters, and the first number that has it.
    word: Option<(Box<str>, Box<str>)>,
    has_signs: bool,
    /// Whether the word stands at two different numbers: at one it may be anything.
    is_repeated: bool,
    /// Whether there is text that is no unit, or there are two.
    is_other: bool,
}

impl Units {
    /// Takes a cell that is a number but for the text around it.
    pub(super) fn add(&mut self, cell: &str) {
        let is_around = |c: char| !c.is_ascii_digit() && !"+-.,".contains(c);
        let rest = cell.trim_start_matches(is_around);
        let number = rest.trim_end_matches(is_around);
        let before = cell.strip_suffix(rest).unwrap_or_default();
        let after = rest.strip_prefix(number).unwrap_or_default();
        if before
            .chars()
            .chain(after.chars())
            .all(|c| habit::is_unit_sign(c) || c.is_whitespace())
        {
            self.has_signs = true;
            return;
        }
        let is_word = match (before.trim(), after.trim()) {
            (word, "") => is_word(word, before),
            ("", word) => is_word(word, after),
            (_, _) => false,
        };
        let word = format!("{}#{}", before.trim(), after.trim());
        match &self.word {
            _ if !is_word => self.is_other = true,
            None => self.word = Some((word.into(), number.into())),
            Some((known, first)) if **known == *word => {
                self.is_repeated |= **first != *number;
            }
            Some(_) => self.is_other = true,
        }
    }

    /// Whether it is a unit in all of them: signs, or one and the same word.
    pub(super) fn are_units(&self) -> bool {
        let is_one_word = self.is_repeated && !self.has_signs;
        !self.is_other && (self.word.is_none() || is_one_word)
    }
}

/// Whether a text may be a unit. A single letter that touches the digits may be one of them, misread.
fn is_word(word: &str, spaced: &str) -> bool {
    let is_part = |c: char| c.is_alphabetic() || habit::is_unit_sign(c) || "/²³".contains(c);
    word.chars().all(is_part) && (word.chars().nth(1).is_some() || word.len() < spaced.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_a_sign_or_the_same_word_everywhere() {
        for (cells, expected) in [
            (["€5", "7 %"], true),
            (["5 kg", "7 kg"], true),
            (["USD 5", "USD 7"], true),
            (["5 m", "7 m"], true),
            (["5 kg", "7 lb"], false),
            (["5 kg", "5 kg"], false),
            (["5 kg", "€7"], false),
            (["12O", "13O"], false),
            (["<5", "<7"], false),
            (["(5)", "(7)"], false),
        ] {
            let mut units = Units::default();
            for cell in cells {
                units.add(cell);
            }
            assert_eq!(units.are_units(), expected, "{cells:?}");
        }
    }
}
