//! The types of settings: how each is read from text, and how it is shown.

use std::fmt;
use std::net::SocketAddr;
use std::ops::Deref;
use std::path::PathBuf;
use std::str::FromStr;

use rowgate_core::quarantine::RejectsFormat;
use rowgate_core::run::RejectsMax;
use rowgate_store::s3::Checksums;
use secrecy::SecretString;

/// What stands for a secret wherever settings are shown.
const MASK: &str = "********";
/// How many tags S3 takes on an object.
const TAGS_MAX: usize = 10;

/// How a setting may be written in TOML. Text is always taken, as the environment has nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Integer,
    Boolean,
    Table,
}

/// A type that a setting can have.
pub(super) trait Value: Sized {
    /// Completes "expected …".
    const EXPECTED: &'static str;
    const FORM: Form;
    const IS_SECRET: bool = false;

    fn read(text: &str) -> Option<Self>;

    /// Returns what [`read`](Self::read) would read again; a mask if it is a secret.
    fn show(&self) -> String;
}

/// A field of the settings: a value, or perhaps one.
pub(super) trait Field {
    type Value: Value;

    fn put(&mut self, value: Self::Value);
    fn show(&self) -> Option<String>;
}

impl<T: Value> Field for T {
    type Value = T;

    fn put(&mut self, value: T) {
        *self = value;
    }

    fn show(&self) -> Option<String> {
        Some(Value::show(self))
    }
}

impl<T: Value> Field for Option<T> {
    type Value = T;

    fn put(&mut self, value: T) {
        *self = Some(value);
    }

    fn show(&self) -> Option<String> {
        self.as_ref().map(Value::show)
    }
}

/// A number of bytes.
///
/// ```
/// use rowgate_app::settings::ByteSize;
///
/// let size: ByteSize = "6MiB".parse().unwrap();
/// assert_eq!(size.bytes(), 6_291_456);
/// assert_eq!(size.to_string(), "6MiB");
/// assert_eq!("6291456".parse(), Ok(size));
/// assert!("6MB".parse::<ByteSize>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(u64);

/// The units of a [`ByteSize`], the largest first.
const UNITS: [(&str, u64); 4] = [
    ("GiB", 1024 * 1024 * 1024),
    ("MiB", 1024 * 1024),
    ("KiB", 1024),
    ("B", 1),
];

impl ByteSize {
    /// Makes a size of so many bytes.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// Makes a size of so many mebibytes.
    pub(super) const fn mib(mebibytes: u64) -> Self {
        Self(mebibytes * 1024 * 1024)
    }

    /// Returns the number of bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact =
            |&(_, bytes): &(&str, u64)| bytes > 1 && self.0 > 0 && self.0.is_multiple_of(bytes);
        match UNITS.into_iter().find(exact) {
            Some((unit, bytes)) => write!(f, "{}{unit}", self.0 / bytes),
            None => write!(f, "{}", self.0),
        }
    }
}

/// A text that is no [`ByteSize`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {}", ByteSize::EXPECTED)]
pub struct NotAByteSize;

impl FromStr for ByteSize {
    type Err = NotAByteSize;

    /// Reads `6291456` or `6MiB`; units are `B`, `KiB`, `MiB` and `GiB`, in any case.
    fn from_str(text: &str) -> Result<Self, NotAByteSize> {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let unit = text.strip_prefix(digits).unwrap_or_default().trim_start();
        let bytes = match unit {
            "" => 1,
            _ => UNITS
                .into_iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(unit))
                .map(|(_, bytes)| bytes)
                .ok_or(NotAByteSize)?,
        };
        let number: u64 = whole(digits).ok_or(NotAByteSize)?;
        number.checked_mul(bytes).map(Self).ok_or(NotAByteSize)
    }
}

/// Reads digits alone: no sign, no space.
fn whole<T: FromStr>(text: &str) -> Option<T> {
    let are_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| text.parse().ok()).flatten()
}

impl Value for ByteSize {
    const EXPECTED: &'static str = "a number of bytes such as `6291456`, `64KiB` or `6MiB`";
    const FORM: Form = Form::Integer;

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

/// How many rejected records are tolerated, as it was written: `12` or `1%`.
///
/// It derefs to a text that [`RejectsMax`] is known to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tolerance(String);

impl Deref for Tolerance {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Value for Tolerance {
    const EXPECTED: &'static str =
        "a count such as `12`, or a percentage from `0%` to `100%` such as `0.5%`";
    const FORM: Form = Form::Integer;

    fn read(text: &str) -> Option<Self> {
        text.parse::<RejectsMax>().ok()?;
        Some(Self(text.to_owned()))
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}

/// The tags of an object, in the order of their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags(Vec<(String, String)>);

impl Tags {
    /// Returns the tags, each with its key first.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

impl Value for Tags {
    const EXPECTED: &'static str =
        "at most 10 tags, as a table or as text such as `team=data,tier=gold`";
    const FORM: Form = Form::Table;

    fn read(text: &str) -> Option<Self> {
        let pair = |pair: &str| {
            let (key, value) = pair.split_once('=')?;
            let (key, value) = (key.trim(), value.trim());
            (!key.is_empty()).then(|| (key.to_owned(), value.to_owned()))
        };
        let mut pairs: Vec<_> = text.split(',').map(pair).collect::<Option<_>>()?;
        pairs.sort();
        let is_distinct = pairs.windows(2).all(|two| match two {
            [(one, _), (other, _)] => one != other,
            _ => true,
        });
        (is_distinct && pairs.len() <= TAGS_MAX).then_some(Self(pairs))
    }

    fn show(&self) -> String {
        let pairs = self.0.iter().map(|(key, value)| format!("{key}={value}"));
        pairs.collect::<Vec<_>>().join(",")
    }
}

impl Value for bool {
    const EXPECTED: &'static str = "`true` or `false`";
    const FORM: Form = Form::Boolean;

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for String {
    const EXPECTED: &'static str = "text";
    const FORM: Form = Form::Text;

    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn show(&self) -> String {
        self.clone()
    }
}

impl Value for PathBuf {
    const EXPECTED: &'static str = "a path";
    const FORM: Form = Form::Text;

    fn read(text: &str) -> Option<Self> {
        Some(Self::from(text))
    }

    fn show(&self) -> String {
        self.display().to_string()
    }
}

impl Value for SocketAddr {
    const EXPECTED: &'static str = "an IP address with a port such as `127.0.0.1:8080`";
    const FORM: Form = Form::Text;

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for SecretString {
    const EXPECTED: &'static str = "text";
    const FORM: Form = Form::Text;
    const IS_SECRET: bool = true;

    fn read(text: &str) -> Option<Self> {
        Some(Self::from(text))
    }

    fn show(&self) -> String {
        MASK.to_owned()
    }
}

macro_rules! whole_numbers {
    ($($type:ty),+) => {$(
        impl Value for $type {
            const EXPECTED: &'static str = "a whole number";
            const FORM: Form = Form::Integer;

            fn read(text: &str) -> Option<Self> {
                whole(text)
            }

            fn show(&self) -> String {
                self.to_string()
            }
        }
    )+};
}

whole_numbers!(u16, u32, u64, usize);

/// Gives an enum its words.
macro_rules! words {
    ($type:ty, $expected:literal, $($variant:ident = $word:literal),+) => {
        impl Value for $type {
            const EXPECTED: &'static str = $expected;
            const FORM: Form = Form::Text;

            fn read(text: &str) -> Option<Self> {
                match text {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }

            fn show(&self) -> String {
                let word = match self {
                    $(Self::$variant => $word,)+
                };
                word.to_owned()
            }
        }
    };
}

words!(
    RejectsFormat,
    "`csv` or `jsonl`",
    Csv = "csv",
    JsonLines = "jsonl"
);

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Human,
    /// As JSON, one object a line.
    Json,
}

words!(
    LogFormat,
    "`human` or `json`",
    Human = "human",
    Json = "json"
);

/// The least that is worth a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// What failed.
    Error,
    /// What was refused or is odd, too.
    Warn,
    /// What happened, too.
    Info,
    /// What helps to find a fault, too.
    Debug,
    /// Everything that rowgate says.
    Trace,
}

words!(
    LogLevel,
    "`error`, `warn`, `info`, `debug` or `trace`",
    Error = "error",
    Warn = "warn",
    Info = "info",
    Debug = "debug",
    Trace = "trace"
);

/// Who holds the keys with which the store encrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sse {
    /// The store (`AES256`).
    Aes256,
    /// The key management service.
    Kms,
}

words!(Sse, "`aes256` or `kms`", Aes256 = "aes256", Kms = "kms");
words!(
    Checksums,
    "`supported` or `required`",
    Supported = "supported",
    Required = "required"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: Value>(text: &str, expected: Option<&str>) {
        let shown = T::read(text).map(|value| value.show());
        assert_eq!(shown.as_deref(), expected, "{text:?}");
    }

    #[test]
    fn sizes_have_binary_units() {
        check::<ByteSize>("0", Some("0"));
        check::<ByteSize>("6291456", Some("6MiB"));
        check::<ByteSize>("6 mib", Some("6MiB"));
        check::<ByteSize>("1025B", Some("1025"));
        check::<ByteSize>("2048KiB", Some("2MiB"));
        check::<ByteSize>("17179869183GiB", Some("17179869183GiB"));
        for refused in [
            "",
            "MiB",
            "6MB",
            "-1",
            "+1",
            "1.5MiB",
            " 6",
            "6MiB ",
            "17179869184GiB",
        ] {
            check::<ByteSize>(refused, None);
        }
    }

    #[test]
    fn tags_are_pairs_in_order() {
        check::<Tags>("tier=gold,team=data", Some("team=data,tier=gold"));
        check::<Tags>("a=b=c", Some("a=b=c"));
        check::<Tags>("a=", Some("a="));
        for refused in [
            "",
            "a",
            "=b",
            "a=b,",
            "a=1,a=2",
            "a=,b=,c=,d=,e=,f=,g=,h=,i=,j=,k=",
        ] {
            check::<Tags>(refused, None);
        }
    }

    #[test]
    fn other_types_are_read_strictly() {
        check::<bool>("true", Some("true"));
        check::<bool>("yes", None);
        check::<u16>("65536", None);
        check::<u32>("+1", None);
        check::<Tolerance>("0.5%", Some("0.5%"));
        check::<Tolerance>("many", None);
        check::<LogLevel>("debug", Some("debug"));
        check::<LogLevel>("Debug", None);
        check::<SocketAddr>("localhost:80", None);
        check::<SecretString>("hunter2", Some(MASK));
    }

    proptest::proptest! {
        #[test]
        fn a_size_that_is_shown_is_read_again(bytes: u64) {
            let size = ByteSize::new(bytes);
            assert_eq!(size.to_string().parse(), Ok(size));
        }
    }
}
