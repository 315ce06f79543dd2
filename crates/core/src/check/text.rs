//! The formats of the type `string`: addresses, URIs, base64 and UUIDs, without a copy.

use core::net::{Ipv4Addr, Ipv6Addr};

/// The most bytes of a mail address, and of the part before its `@` (RFC 5321, 4.5.3.1).
const EMAIL_BYTES_MAX: usize = 254;
const EMAIL_LOCAL_BYTES_MAX: usize = 64;
/// The most bytes of one label of a domain name (RFC 1035, 2.3.4).
const LABEL_BYTES_MAX: usize = 63;

/// A format of the type `string`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextFormat {
    Default,
    Email,
    Uri,
    Binary,
    Uuid,
}

impl TextFormat {
    pub(crate) const ALL: &'static [Self] = &[
        Self::Default,
        Self::Email,
        Self::Uri,
        Self::Binary,
        Self::Uuid,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Email => "email",
            Self::Uri => "uri",
            Self::Binary => "binary",
            Self::Uuid => "uuid",
        }
    }

    /// Completes "expected …".
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Self::Default => "text",
            Self::Email => "an email address, such as `name@example.org`",
            Self::Uri => "a URI with its scheme, such as `https://example.org/`",
            Self::Binary => "base64 with its padding, such as `dGVzdA==`",
            Self::Uuid => "a UUID, such as `123e4567-e89b-12d3-a456-426614174000`",
        }
    }

    pub(crate) fn admits(self, text: &str) -> bool {
        match self {
            Self::Default => true,
            Self::Email => is_email(text),
            Self::Uri => is_uri(text),
            Self::Binary => is_base64(text.as_bytes()),
            Self::Uuid => is_uuid(text.as_bytes()),
        }
    }
}

/// A mailbox of RFC 5321, in letters of any script (RFC 6531).
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    text.len() <= EMAIL_BYTES_MAX
        && local.len() <= EMAIL_LOCAL_BYTES_MAX
        && (is_dotted_atom(local) || is_quoted_local(local))
        && (is_domain(domain) || is_address_literal(domain))
}

fn is_dotted_atom(local: &str) -> bool {
    let is_atom_char = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    local
        .split('.')
        .all(|atom| !atom.is_empty() && atom.chars().all(is_atom_char))
}

fn is_quoted_local(local: &str) -> bool {
    let inside = local.strip_prefix('"').and_then(|s| s.strip_suffix('"'));
    let Some(mut chars) = inside.map(str::chars) else {
        return false;
    };
    while let Some(c) = chars.next() {
        let is_quotable = match c {
            '"' => false,
            '\\' => chars.next().is_some_and(|c| (' '..='~').contains(&c)),
            _ => (' '..='~').contains(&c),
        };
        if !is_quotable {
            return false;
        }
    }
    true
}

fn is_domain(domain: &str) -> bool {
    domain.split('.').all(|label| {
        let is_label_char = |c: char| c.is_alphanumeric() || c == '-';
        (1..=LABEL_BYTES_MAX).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(is_label_char)
    })
}

fn is_address_literal(domain: &str) -> bool {
    let inside = domain.strip_prefix('[').and_then(|s| s.strip_suffix(']'));
    inside.is_some_and(|address| match address.strip_prefix("IPv6:") {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => address.parse::<Ipv4Addr>().is_ok(),
    })
}

/// A URI of RFC 3986, which is ASCII and starts with a scheme.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let is_scheme_byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.bytes().all(is_scheme_byte)
    {
        return false;
    }
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (hierarchy, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match hierarchy.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", hierarchy),
    };
    is_authority(authority)
        && is_escaped(path, b":@/")
        && is_escaped(query, b":@/?")
        && is_escaped(fragment, b":@/?")
}

fn is_authority(authority: &str) -> bool {
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (is_host, port) = if let Some(literal) = host.strip_prefix('[') {
        let Some((address, port)) = literal.split_once(']') else {
            return false;
        };
        (is_ip_literal(address), port)
    } else {
        let (name, port) = host.split_at(host.find(':').unwrap_or(host.len()));
        (is_escaped(name, b""), port)
    };
    let is_port = match port.strip_prefix(':') {
        Some(digits) => digits.bytes().all(|b| b.is_ascii_digit()),
        None => port.is_empty(),
    };
    is_host && is_port && is_escaped(user, b":")
}

fn is_ip_literal(address: &str) -> bool {
    match address.strip_prefix(['v', 'V']) {
        Some(future) => future.split_once('.').is_some_and(|(version, rest)| {
            !version.is_empty()
                && version.bytes().all(|b| b.is_ascii_hexdigit())
                && !rest.is_empty()
                && !rest.contains('%')
                && is_escaped(rest, b":")
        }),
        None => address.parse::<Ipv6Addr>().is_ok(),
    }
}

/// Whether a component holds only unreserved characters, escapes, sub-delimiters, and `others`.
fn is_escaped(component: &str, others: &[u8]) -> bool {
    let mut bytes = component.bytes();
    while let Some(byte) = bytes.next() {
        let is_fine = match byte {
            b'%' => {
                let mut is_hex = || bytes.next().is_some_and(|b| b.is_ascii_hexdigit());
                is_hex() && is_hex()
            }
            _ => {
                byte.is_ascii_alphanumeric()
                    || b"-._~!$&'()*+,;=".contains(&byte)
                    || others.contains(&byte)
            }
        };
        if !is_fine {
            return false;
        }
    }
    true
}

/// Base64 of RFC 4648 with its padding; the unused bits of the last digit are zeros, so that equal
/// bytes are equal text.
fn is_base64(text: &[u8]) -> bool {
    let (groups, rest) = text.as_chunks::<4>();
    let Some((last, groups)) = groups.split_last() else {
        return text.is_empty();
    };
    let is_last = match last {
        [a, b, b'=', b'='] => is_digit64(*a) && matches!(b, b'A' | b'Q' | b'g' | b'w'),
        [a, b, c, b'='] => is_digit64(*a) && is_digit64(*b) && is_even_digit64(*c),
        group => group.iter().copied().all(is_digit64),
    };
    rest.is_empty() && is_last && groups.as_flattened().iter().copied().all(is_digit64)
}

fn is_digit64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// Whether the two lowest bits of a base64 digit are zeros.
fn is_even_digit64(byte: u8) -> bool {
    b"AEIMQUYcgkosw048".contains(&byte)
}

/// The text form of RFC 9562, in either case.
fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(idx, byte)| match idx {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    #[track_caller]
    fn check(format: TextFormat, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(format.admits(text), "{format:?}: {text:?}");
        }
        for text in bad {
            assert!(!format.admits(text), "{format:?}: {text:?}");
        }
    }

    #[test]
    fn email() {
        check(
            TextFormat::Email,
            &[
                "a@b",
                "joe.bloggs@example.com",
                "te~st+tag@example.co.uk",
                r#""joe bloggs"@example.com"#,
                r#""joe@b\"loggs"@example.com"#,
                "joe@[127.0.0.1]",
                "joe@[IPv6:::1]",
                "用户@例え.jp",
            ],
            &[
                "",
                "string",
                "@b",
                "a@",
                ".a@b",
                "a.@b",
                "a..b@c",
                "a b@c",
                "a@b@c",
                "a@b c",
                "a@b..c",
                "a@-b",
                "a@b-",
                "a@b=c",
                "a@[127.0.0.300]",
                "a@b\n",
                r#"""""@b"#,
                r#""\"@b"#,
            ],
        );
        let local = "a".repeat(EMAIL_LOCAL_BYTES_MAX);
        check(
            TextFormat::Email,
            &[&format!("{local}@b")],
            &[&format!("{local}a@b")],
        );
        let label = "b".repeat(LABEL_BYTES_MAX);
        check(
            TextFormat::Email,
            &[&format!("a@{label}")],
            &[&format!("a@{label}b")],
        );
    }

    #[test]
    fn uri() {
        check(
            TextFormat::Uri,
            &[
                "http://google.com",
                "http://foo.bar/?baz=qux#quux",
                "http://user:pa%20ss@example.com:8080/a;b=c/d,e?f/g?h#i?j",
                "http://[2001:db8::7]:80/",
                "http://[v1.fe:d]/",
                "http://223.255.255.254",
                "ldap://[2001:db8::7]/c=GB?objectClass?one",
                "mailto:John.Doe@example.com",
                "urn:isbn:0451450523",
                "tel:+1-816-555-1212",
                "file:///etc/hosts",
                "a:",
            ],
            &[
                "",
                "google.com",
                "//foo.bar/",
                "/abc",
                ":// should fail",
                "1http://a",
                "http//a",
                "http://a b",
                "http://a/b c",
                "http://a/%4",
                "http://a/%zz",
                "http://a:80a/",
                "http://[::1",
                "http://[12:34::zz]/",
                "http://[::1]x/",
                "http://a/<>",
                "http://a/#b#c",
                "http://a/é",
                r"\\WINDOWS\share",
                "http://a/{b}",
                "http://a[b/",
            ],
        );
    }

    #[test]
    fn uuid() {
        check(
            TextFormat::Uuid,
            &[
                "2EB8AA08-AA98-11EA-B4AA-73B441D16380",
                "2eb8aa08-aa98-11ea-b4aa-73b441d16380",
                "00000000-0000-0000-0000-000000000000",
            ],
            &[
                "",
                "2eb8aa08-aa98-11ea-b4aa-73b441d1638",
                "2eb8aa08aa98-11ea-b4aa73b441d16380xx",
                "2eb8aa08-aa98-11ea-b4aa-73b441d1638g",
                "{2eb8aa08-aa98-11ea-b4aa-73b441d1638}",
                "2eb8aa08aa9811eab4aa73b441d16380",
            ],
        );
    }

    proptest::proptest! {
        #[test]
        fn base64_agrees_with_the_crate(text in "([A-Za-z0-9+/]{4}){0,3}[A-Za-z0-9+/=_ ]{0,4}") {
            let decoded = base64::engine::general_purpose::STANDARD.decode(&text);
            assert_eq!(TextFormat::Binary.admits(&text), decoded.is_ok(), "{text:?}");
        }

        #[test]
        fn base64_admits_what_the_crate_writes(bytes: Vec<u8>) {
            let text = base64::engine::general_purpose::STANDARD.encode(bytes);
            assert!(TextFormat::Binary.admits(&text), "{text:?}");
        }

        #[test]
        fn uuid_agrees_with_the_crate(text in "[0-9a-fA-F]{8}(-[0-9a-gA-F]{4}){3}-[0-9a-f]{12}") {
            assert_eq!(TextFormat::Uuid.admits(&text), uuid::Uuid::parse_str(&text).is_ok());
        }

        #[test]
        fn no_text_panics(text: String) {
            for format in TextFormat::ALL {
                format.admits(&text);
            }
        }
    }
}
