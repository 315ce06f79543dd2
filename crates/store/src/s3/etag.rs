//! `ETag`s: in quotes on the wire, without them everywhere else, as S3's own events write them.

/// Returns a tag without the quotes of the wire. A weak tag is left as it is.
pub(super) fn plain(wire: &str) -> String {
    wire.strip_prefix('"')
        .and_then(|tag| tag.strip_suffix('"'))
        .unwrap_or(wire)
        .to_owned()
}

/// Returns a tag as the wire wants it.
pub(super) fn wire(plain: &str) -> String {
    if plain.starts_with("W/") {
        plain.to_owned()
    } else {
        format!("\"{plain}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(on_the_wire: &str, expected: &str) {
        assert_eq!(plain(on_the_wire), expected);
        assert_eq!(wire(expected), on_the_wire, "and back");
    }

    #[test]
    fn quotes_belong_to_the_wire() {
        check("\"5d41402a-2\"", "5d41402a-2");
        check("W/\"5d41402a\"", "W/\"5d41402a\"");
        assert_eq!(plain("5d41402a"), "5d41402a", "some stores forget them");
    }
}
