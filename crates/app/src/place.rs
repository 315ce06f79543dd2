//! Places as people write them: a path, `-`, `file://…` or `s3://bucket/key`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use rowgate_core::{Error, ErrorKind, Result};

/// A source or destination.
///
/// ```
/// use rowgate_app::place::PlaceUri;
///
/// let place: PlaceUri = "s3://lake/orders/a.csv".parse()?;
/// assert_eq!(place.beside(".rejects.csv").to_string(), "s3://lake/orders/a.csv.rejects.csv");
/// assert!("gs://lake/a.csv".parse::<PlaceUri>().is_err());
/// # Ok::<(), rowgate_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceUri {
    /// Standard input or output: `-`.
    Stream,
    /// A file.
    Local(PathBuf),
    /// An object of S3 or of a store that speaks its protocol.
    S3 {
        /// The bucket.
        bucket: String,
        /// The key; in a prefix it may be empty.
        key: String,
    },
}

impl PlaceUri {
    /// Returns the place whose name ends with `new` where this one's ends with `old`, or has `new`
    /// behind it.
    #[must_use]
    pub fn with_ending(&self, old: &str, new: &str) -> Self {
        let renamed = |name: &str| match name.strip_suffix(old) {
            Some(stem) => format!("{stem}{new}"),
            None => format!("{name}{new}"),
        };
        match self {
            Self::Stream => Self::Stream,
            Self::Local(path) => match path.to_str() {
                Some(name) => Self::Local(renamed(name).into()),
                None => self.beside(new),
            },
            Self::S3 { bucket, key } => Self::S3 {
                bucket: bucket.clone(),
                key: renamed(key),
            },
        }
    }

    /// Returns the place whose name is this one's with `suffix` behind it.
    #[must_use]
    pub fn beside(&self, suffix: &str) -> Self {
        match self {
            Self::Stream => Self::Stream,
            Self::Local(path) => {
                let mut name = path.clone().into_os_string();
                name.push(suffix);
                Self::Local(name.into())
            }
            Self::S3 { bucket, key } => Self::S3 {
                bucket: bucket.clone(),
                key: format!("{key}{suffix}"),
            },
        }
    }

    /// Returns the place that a descriptor at this one means by a relative path or a URL.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Schema`] if it cannot be read from there: standard input has no folder, a
    /// descriptor must not lead to files elsewhere on the machine, and rowgate knows no other URLs.
    pub fn resolve(&self, link: &str) -> Result<Self> {
        let refused = |why: &str| {
            Error::new(
                ErrorKind::Schema,
                format!("`{self}` refers to `{link}`, which cannot be read: {why}"),
            )
        };
        if link.contains("://") {
            return match link.parse::<Self>() {
                Ok(place @ Self::S3 { .. }) => Ok(place),
                Ok(Self::Local(_) | Self::Stream) | Err(_) => {
                    Err(refused("rowgate follows relative paths and `s3://` URLs"))
                }
            };
        }
        match self {
            Self::Stream => Err(refused("standard input has no folder")),
            Self::Local(path) => Ok(Self::Local(
                path.parent().unwrap_or(Path::new("")).join(link),
            )),
            Self::S3 { bucket, key } => {
                let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
                let separator = if folder.is_empty() { "" } else { "/" };
                let link = link.split('/').filter(|part| *part != ".");
                let link = link.collect::<Vec<_>>().join("/");
                Ok(Self::S3 {
                    bucket: bucket.clone(),
                    key: format!("{folder}{separator}{link}"),
                })
            }
        }
    }

    /// Returns whether both names mean the same object, as far as names can tell.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Local(a), Self::Local(b)) => resolved(a) == resolved(b),
            (Self::Stream, Self::Stream) => true,
            (Self::S3 { .. }, Self::S3 { .. }) => self == other,
            (Self::Stream | Self::Local(_) | Self::S3 { .. }, _) => false,
        }
    }
}

/// Returns a path without links and dots, of which the last component need not exist.
fn resolved(path: &Path) -> PathBuf {
    if let Ok(whole) = path.canonicalize() {
        return whole;
    }
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    match (parent.canonicalize(), path.file_name()) {
        (Ok(parent), Some(name)) => parent.join(name),
        (Ok(_) | Err(_), _) => path.to_owned(),
    }
}

impl FromStr for PlaceUri {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refused =
            |why: &str| Error::new(ErrorKind::Settings, format!("`{text}` is no place: {why}"));
        if text == "-" {
            return Ok(Self::Stream);
        }
        if text.is_empty() {
            return Err(refused("name a path, `-` or an `s3://bucket/key`"));
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return Ok(Self::Local(text.into()));
        };
        match scheme {
            "s3" => {
                let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
                if bucket.is_empty() {
                    return Err(refused("it names no bucket, as in `s3://bucket/key`"));
                }
                Ok(Self::S3 {
                    bucket: bucket.to_owned(),
                    key: key.to_owned(),
                })
            }
            "file" => match rest.strip_prefix("localhost").unwrap_or(rest) {
                path if path.starts_with('/') => percent_decoded(path)
                    .map(|path| Self::Local(path.into()))
                    .ok_or_else(|| {
                        refused("its percent signs are not followed by two hex digits of UTF-8")
                    }),
                _ => Err(refused(
                    "a `file://` place has an absolute path, as in `file:///data/a.csv`",
                )),
            },
            _ => Err(refused(&format!(
                "rowgate knows no `{scheme}://`; it reads and writes paths, `-`, `file://` and `s3://`"
            ))),
        }
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = char::from(rest.next()?).to_digit(16)?;
        let low = char::from(rest.next()?).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

impl fmt::Display for PlaceUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream => f.write_str("-"),
            Self::Local(path) => write!(f, "{}", path.display()),
            Self::S3 { bucket, key } => write!(f, "s3://{bucket}/{key}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&PlaceUri>) {
        assert_eq!(text.parse().ok().as_ref(), expected, "{text}");
    }

    #[test]
    fn places_are_told_apart_by_their_form() {
        let s3 = |bucket: &str, key: &str| {
            Some(PlaceUri::S3 {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
            })
        };
        let local = |path: &str| Some(PlaceUri::Local(path.into()));
        check("-", Some(PlaceUri::Stream).as_ref());
        check("a.csv", local("a.csv").as_ref());
        check("./-", local("./-").as_ref());
        check("s3://lake/a/b.csv", s3("lake", "a/b.csv").as_ref());
        check("s3://lake", s3("lake", "").as_ref());
        check("s3:///a", None);
        check("file:///a%20b.csv", local("/a b.csv").as_ref());
        check("file://localhost/a.csv", local("/a.csv").as_ref());
        check("file://a.csv", None);
        check("file:///a%2", None);
        check("http://host/a.csv", None);
        check("", None);
    }

    #[test]
    fn what_a_descriptor_refers_to_lies_beside_it() {
        #[track_caller]
        fn check(from: &str, link: &str, expected: Option<&str>) {
            let resolved = from.parse::<PlaceUri>().unwrap().resolve(link).ok();
            let resolved = resolved.map(|place| place.to_string());
            assert_eq!(resolved.as_deref(), expected, "{from} {link}");
        }
        check("a/p.json", "s.json", Some("a/s.json"));
        check("p.json", "x/s.json", Some("x/s.json"));
        check("p.json", "s3://b/s.json", Some("s3://b/s.json"));
        check("p.json", "file:///s.json", None);
        check("p.json", "https://example.com/s.json", None);
        check("s3://b/p.json", "s.json", Some("s3://b/s.json"));
        check("s3://b/a/p.json", "./x/s.json", Some("s3://b/a/x/s.json"));
        check("s3://b/p.json", "file:///etc/passwd", None);
        check("-", "s.json", None);
    }

    #[test]
    fn the_same_file_is_the_same_by_any_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.csv");
        std::fs::write(&file, "a\n").unwrap();
        let other = PlaceUri::Local(
            folder
                .path()
                .join("./../")
                .join(folder.path().file_name().unwrap())
                .join("a.csv"),
        );
        assert!(PlaceUri::Local(file.clone()).is_same(&other));
        assert!(
            !PlaceUri::Local(file.clone()).is_same(&PlaceUri::Local(folder.path().join("b.csv")))
        );
        assert!(!PlaceUri::Local(file).is_same(&PlaceUri::Stream));
    }
}
