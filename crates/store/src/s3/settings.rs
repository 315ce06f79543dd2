//! What can be set about S3. Everything has a default that suits AWS.

use std::fmt;
use std::time::Duration;

/// How a process reaches S3.
///
/// Where a field is `None`, the standard AWS environment and profile decide (`AWS_REGION`,
/// `AWS_PROFILE`, `AWS_ENDPOINT_URL_S3`, …).
#[derive(Clone, Debug)]
pub struct S3Settings {
    /// The store's URL, for those that are not AWS.
    pub endpoint_url: Option<String>,
    /// The region. Where none is found and the endpoint is custom, it is `us-east-1`.
    pub region: Option<String>,
    /// The profile of the AWS configuration files.
    pub profile: Option<String>,
    /// Credentials that win over the default chain.
    pub credentials: Option<S3Credentials>,
    /// Where the bucket stands in a request.
    pub path_style: PathStyle,
    /// Whether checksums are sent. `None`: as `AWS_REQUEST_CHECKSUM_CALCULATION` says, else
    /// [`Checksums::Supported`].
    pub checksums: Option<Checksums>,
    /// How long a connection may take to open.
    pub connect_timeout: Duration,
    /// How long an answer may take to begin, counted from the request's first byte: a part's
    /// upload is included.
    pub read_timeout: Duration,
    /// How long one attempt may take up to the end of the answer's head.
    pub attempt_timeout: Duration,
    /// How often a call is tried, the first time included; at least 1.
    pub attempts_max: u32,
}

impl Default for S3Settings {
    fn default() -> Self {
        Self {
            endpoint_url: None,
            region: None,
            profile: None,
            credentials: None,
            path_style: PathStyle::FromEndpoint,
            checksums: None,
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_mins(2),
            attempt_timeout: Duration::from_secs(150),
            attempts_max: 5,
        }
    }
}

/// An access key. `Debug` shows its id only.
#[derive(Clone)]
pub struct S3Credentials {
    /// The access key's id.
    pub access_key_id: String,
    /// The access key.
    pub secret_access_key: String,
    /// The token of temporary credentials.
    pub session_token: Option<String>,
}

impl fmt::Debug for S3Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// Where the bucket stands in a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PathStyle {
    /// In the path where the endpoint is custom, else in the host name.
    #[default]
    FromEndpoint,
    /// In the path.
    Path,
    /// In the host name.
    VirtualHost,
}

/// Whether checksums are sent with what is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checksums {
    /// Each part and the whole object carry a CRC-64/NVME, and the store verifies them.
    #[default]
    Supported,
    /// Only where an operation cannot do without: for stores that break on checksums.
    Required,
}

/// How a bucket's objects are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct S3WriteSettings {
    /// The storage class, such as `STANDARD_IA`.
    pub storage_class: Option<String>,
    /// How the store encrypts.
    pub encryption: Encryption,
    /// The object's tags.
    pub tags: Vec<(String, String)>,
    /// The account that must own the bucket, as 12 digits: sent with every call.
    pub expected_bucket_owner: Option<String>,
    /// The media type, where it is not to be the writer's choice.
    pub content_type: Option<String>,
}

/// How the store encrypts what it keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Encryption {
    /// As the bucket is set up.
    #[default]
    BucketDefault,
    /// With keys of the store's own (`AES256`).
    Aes256,
    /// With a key of the key management service; with its default key where no id is given.
    Kms {
        /// The key's id, alias or ARN.
        key_id: Option<String>,
    },
}
