//! Foreign text, made fit to be shown: its length bounded, and nothing in it obeyed.

/// How much of a value is shown, in characters.
const SHOWN_CHARS_MAX: usize = 100;

/// Makes visible what is not: control characters, line and paragraph separators, and the format
/// characters that reorder or hide text. So data can neither drive a terminal nor look like what it
/// is not.
///
/// ```
/// use rowgate_core::text::visible;
///
/// assert_eq!(visible("é\u{1b}[31m\t\u{202e}txt"), "é\\u{1b}[31m\\t\\u{202e}txt");
/// ```
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unseen(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether a character is obeyed rather than seen.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Returns a value as reports show it: cut at a length, so that no report grows by its data.
#[must_use]
pub fn shorten(value: &str) -> String {
    match value.char_indices().nth(SHOWN_CHARS_MAX) {
        None => value.to_owned(),
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_obeyed_is_escaped_and_the_rest_stays() {
        let unseen = "\0\u{1b}\u{7f}\u{85}\u{ad}\u{61c}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\
                      \u{202a}\u{202e}\u{2060}\u{2066}\u{2069}\u{feff}\u{e0041}";
        for c in unseen.chars() {
            assert_eq!(visible(&c.to_string()), c.escape_default().to_string());
        }
        let seen = "a é ß 字 \u{301} 🙂 \\ \u{a0} “”";
        assert_eq!(visible(seen), seen);
    }

    #[test]
    fn values_are_cut_once() {
        let long = "é".repeat(SHOWN_CHARS_MAX + 1);
        let cut = shorten(&long);
        assert_eq!(cut.chars().count(), SHOWN_CHARS_MAX + 1);
        assert!(cut.ends_with("é…"));
        assert_eq!(shorten(&cut), cut);
        let fits = "é".repeat(SHOWN_CHARS_MAX);
        assert_eq!(shorten(&fits), fits);
    }
}
