//! The one table of settings: their types, defaults, ranges and documentation.
//!
//! The structs, the keys, the checks and the published reference are all made of it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use rowgate_core::part::{MIB, S3_PART_BYTES_MAX, S3_PART_BYTES_MIN};
use rowgate_core::quarantine::RejectsFormat;
use rowgate_store::s3::Checksums;
use secrecy::SecretString;

use super::value::{ByteSize, Field, Form, LogFormat, LogLevel, Sse, Tags, Tolerance, Value};

/// Whether a setting can change what a run lands or reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Outcome,
    Manner,
}

/// A row of the table.
#[derive(Debug)]
pub(super) struct Spec {
    pub(super) key: &'static str,
    pub(super) about: &'static str,
    /// Completes "expected …".
    pub(super) expected: &'static str,
    pub(super) form: Form,
    pub(super) is_secret: bool,
    pub(super) effect: Effect,
    /// Reads the setting from text; false if the text is not what is expected.
    pub(super) set: fn(&mut Settings, &str) -> bool,
    /// Returns the value as text, masked if it is a secret.
    pub(super) show: fn(&Settings) -> Option<String>,
}

impl Spec {
    pub(super) fn of(key: &str) -> Option<&'static Self> {
        SPECS.iter().find(|spec| spec.key == key)
    }

    /// Returns the environment variable that sets it.
    pub(super) fn variable(&self) -> String {
        let key = self.key.to_ascii_uppercase().replace('.', "__");
        format!("{}{key}", super::PREFIX)
    }
}

/// Reads a field; false if the text is not what is expected. Nothing is ever meant by empty text:
/// a variable that a script failed to fill must not switch anything off.
fn read_into<F: Field>(field: &mut F, text: &str, holds: fn(&F::Value) -> bool) -> bool {
    match F::Value::read(text) {
        Some(value) if !text.is_empty() && holds(&value) => {
            field.put(value);
            true
        }
        Some(_) | None => false,
    }
}

macro_rules! settings {
    (@expected $type:ty) => { <<$type as Field>::Value as Value>::EXPECTED };
    (@expected $type:ty, $expected:literal) => { $expected };
    (@holds) => { |_| true };
    (@holds $holds:expr) => { $holds };
    ($(
        $(#[doc = $section_doc:literal])+
        $section:ident: $name:ident, $effect:ident {$(
            $(#[doc = $doc:literal])+
            $field:ident: $type:ty = $default:expr $(, $expected:literal => $holds:expr)?;
        )+}
    )+) => {
        /// The settings of every front end.
        #[derive(Clone, Debug, Default)]
        pub struct Settings {
            $($(#[doc = $section_doc])+ pub $section: $name,)+
        }

        $(
            $(#[doc = $section_doc])+
            #[derive(Clone, Debug)]
            pub struct $name {
                $($(#[doc = $doc])+ pub $field: $type,)+
            }

            impl Default for $name {
                fn default() -> Self {
                    Self { $($field: $default,)+ }
                }
            }
        )+

        /// The sections, with what each is about.
        pub(super) const SECTIONS: &[(&str, &str)] =
            &[$((stringify!($section), concat!($($section_doc),+).trim_ascii()),)+];

        pub(super) const SPECS: &[Spec] = &[$($(Spec {
            key: concat!(stringify!($section), ".", stringify!($field)),
            about: concat!($($doc),+).trim_ascii(),
            expected: settings!(@expected $type $(, $expected)?),
            form: <<$type as Field>::Value as Value>::FORM,
            is_secret: <<$type as Field>::Value as Value>::IS_SECRET,
            effect: Effect::$effect,
            set: |settings, text| {
                read_into(&mut settings.$section.$field, text, settings!(@holds $($holds)?))
            },
            show: |settings| Field::show(&settings.$section.$field),
        },)+)+];
    };
}

settings! {
    /// What a run may take and tolerate.
    limits: LimitSettings, Outcome {
        /// How many rejected records are tolerated; any number unless set.
        max_rejects: Option<Tolerance> = None;
        /// How many records may be rejected one after the other; any number unless set.
        max_consecutive_rejects: Option<u32> = None;
        /// Whether the header alone lands when there are records and none of them is accepted.
        allow_empty: bool = false;
        /// Whether a record whose quotes are broken refuses the data, rather than being rejected alone.
        strict_quotes: bool = false;
        /// The longest record; a longer one is rejected.
        record_bytes: ByteSize = ByteSize::mib(1),
            "a size from `1KiB` to `1GiB`" => |size| (1024..=1024 * MIB).contains(&size.bytes());
        /// The longest field as it is written; a record with a longer one is rejected.
        field_bytes: ByteSize = ByteSize::mib(1),
            "a size from `1KiB` to `1GiB`" => |size| (1024..=1024 * MIB).contains(&size.bytes());
        /// The memory that keys may take: of unique columns, primary, unique and foreign keys. What is
        /// more goes to scratch space.
        unique_bytes: ByteSize = ByteSize::mib(256);
        /// How many times as many bytes a compressed source may decode to, beyond 64 MiB; 0 for any number.
        expansion: u32 = 200;
        /// The memory that a decoder may keep: the window of zstd, and all of xz.
        decoder_memory: ByteSize = ByteSize::mib(128),
            "a size from `1MiB` to `2GiB`" => |size| (MIB..=2048 * MIB).contains(&size.bytes());
        /// How many errors the report shows.
        error_samples: u32 = 100,
            "a whole number from 0 to 10000" => |n| *n <= 10_000;
        /// The longest schema.
        schema_bytes: ByteSize = ByteSize::mib(16),
            "a size from `1KiB` to `1GiB`" => |size| (1024..=1024 * MIB).contains(&size.bytes());
    }

    /// How rejected records are written down.
    rejects: RejectsSection, Outcome {
        /// The format of the quarantine: a CSV can be mended and fed back, JSON Lines cannot.
        format: RejectsFormat = RejectsFormat::Csv;
        /// Whether the quarantine withholds the values of columns that the schema redacts.
        redact: bool = false;
    }

    /// How outputs are sent.
    landing: LandingSettings, Manner {
        /// The size of each part of a multipart upload but the last.
        part_size: ByteSize = ByteSize::mib(6),
            "a size from `5MiB` to `5GiB`"
                => |size| (S3_PART_BYTES_MIN..=S3_PART_BYTES_MAX).contains(&size.bytes());
        /// How many parts of one output may be in flight.
        concurrency: u16 = 4,
            "a whole number from 1 to 64" => |n| (1..=64).contains(n);
        /// The memory that parts in flight may take, over all outputs of a run; one part always may.
        memory: ByteSize = ByteSize::mib(24);
    }

    /// Where a run puts what memory cannot hold, until it ends.
    scratch: ScratchSettings, Manner {
        /// The folder for it; the system's folder for temporary files unless set.
        dir: Option<PathBuf> = None;
    }

    /// How S3 is reached. What is not set is left to the standard AWS environment and profiles.
    s3: S3Section, Manner {
        /// The URL of a store that is not AWS.
        endpoint_url: Option<String> = None,
            "a URL that begins with `http://` or `https://` and holds no credentials" => |url| is_endpoint(url);
        /// The region.
        region: Option<String> = None;
        /// The profile of the AWS configuration files.
        profile: Option<String> = None;
        /// Whether the bucket stands in the path and not in the host name; unless set it does with a
        /// custom endpoint.
        path_style: Option<bool> = None;
        /// Whether checksums are sent wherever they are supported, or only where they are required:
        /// for stores that break on them.
        checksums: Option<Checksums> = None;
        /// How long a connection may take to open, in milliseconds.
        connect_timeout_ms: u32 = 5_000,
            "a whole number from 1 to 3600000" => |ms| (1..=3_600_000).contains(ms);
        /// How long an answer may take to begin, in milliseconds, a part's upload included.
        read_timeout_ms: u32 = 120_000,
            "a whole number from 1 to 3600000" => |ms| (1..=3_600_000).contains(ms);
        /// How long one attempt may take, in milliseconds.
        attempt_timeout_ms: u32 = 150_000,
            "a whole number from 1 to 3600000" => |ms| (1..=3_600_000).contains(ms);
        /// How often a call is tried, the first time included.
        attempts: u32 = 5,
            "a whole number from 1 to 20" => |n| (1..=20).contains(n);
    }

    /// How objects are written to S3.
    write: WriteSection, Manner {
        /// The storage class, such as `STANDARD_IA`; the bucket's default unless set.
        storage_class: Option<String> = None;
        /// How the store encrypts; as the bucket is set up unless set.
        sse: Option<Sse> = None;
        /// The id, alias or ARN of the key for `sse = "kms"`; the service's default key unless set.
        kms_key_id: Option<String> = None;
        /// The tags of every object.
        tags: Option<Tags> = None;
        /// The account that must own every bucket that is read or written.
        expected_bucket_owner: Option<String> = None,
            "an account of 12 digits" => |id| id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit());
        /// The media type of every object; that of its content unless set.
        content_type: Option<String> = None,
            "a media type such as `text/csv`" => |media| media.contains('/');
    }

    /// What is logged, on standard error.
    log: LogSection, Manner {
        /// How log lines are written. The function and the service use `json` unless it is set.
        format: LogFormat = LogFormat::Human;
        /// The least that is worth a line. The function and the service use `info` unless it is set.
        level: LogLevel = LogLevel::Warn;
    }

    /// What the Lambda function takes where an event does not say it.
    lambda: LambdaSection, Manner {
        /// The bucket of the keys in an event.
        bucket: Option<String> = None;
        /// The schema, as an `s3://` URI.
        schema: Option<String> = None;
    }

    /// How the HTTP service serves.
    server: ServerSection, Manner {
        /// Where it listens.
        listen: SocketAddr = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 8080);
        /// The folder that is its store; made if absent.
        data: PathBuf = PathBuf::from("rowgate-data");
        /// The token that requests must bear; none is asked for unless it is set.
        auth_token: Option<SecretString> = None;
        /// The longest CSV body.
        body_bytes: ByteSize = ByteSize::mib(1024);
        /// The longest JSON body of `/v2/process`.
        process_body_bytes: ByteSize = ByteSize::mib(8);
        /// How many items a request to `/v2/process` may hold.
        items: u32 = 100_000;
        /// How long a request may take, in seconds.
        request_timeout_s: u32 = 3_600,
            "a whole number from 1 to 86400" => |n| (1..=86_400).contains(n);
        /// How long a request's body may pause, in seconds.
        idle_timeout_s: u32 = 30,
            "a whole number from 1 to 3600" => |n| (1..=3_600).contains(n);
        /// How many requests are answered at once; more are told to come again.
        concurrent_requests: u32 = 64,
            "a whole number from 1 to 10000" => |n| (1..=10_000).contains(n);
        /// How many compiled schemas are kept.
        schema_cache: usize = 64,
            "a whole number from 1 to 10000" => |n| (1..=10_000).contains(n);
    }
}

fn is_endpoint(url: &str) -> bool {
    let after_scheme = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"));
    after_scheme.is_some_and(|rest| !rest.is_empty() && !rest.contains('@'))
}
