//! What an SDK's error means to us. This is the only place that knows S3's error codes.

use std::error::Error as StdError;
use std::fmt;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId as _;
use rowgate_core::store::{Condition, FaultKind, StoreFault};

/// How much of a store's own words is repeated, in characters.
const MESSAGE_CHARS_MAX: usize = 200;

/// The condition that a call was made on: it decides what a failed precondition means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    /// None.
    Free,
    /// Nothing is there.
    Absent,
    /// What is there is a certain version.
    Version,
}

impl From<&Condition> for Guard {
    fn from(condition: &Condition) -> Self {
        match condition {
            Condition::Absent => Self::Absent,
            Condition::Unchanged(_) => Self::Version,
        }
    }
}

/// Returns what the failure of `operation` means.
pub(super) fn fault<E>(
    operation: &'static str,
    guard: Guard,
    err: SdkError<E, HttpResponse>,
) -> StoreFault
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    if let Some(fault) = credentials_fault(&err) {
        return fault;
    }
    if let SdkError::ServiceError(answer) = &err {
        return refusal(operation, guard, answer.err(), answer.raw());
    }
    let (kind, what) = match &err {
        // The call was never made: a name or a setting that cannot be sent.
        SdkError::ConstructionFailure(_) => (FaultKind::Unusable, "could not be asked for"),
        SdkError::DispatchFailure(failure) if failure.is_user() => {
            (FaultKind::Unusable, "could not be sent")
        }
        SdkError::TimeoutError(_) => (FaultKind::Unavailable, "got no answer in time"),
        SdkError::ResponseError(answer) => {
            let kind = kind_of_status(answer.raw().status().as_u16(), guard);
            (kind, "got an answer that is not S3's")
        }
        // Connections, and whatever the SDK may add.
        SdkError::DispatchFailure(_) | SdkError::ServiceError(_) | _ => {
            (FaultKind::Unavailable, "could not reach the store")
        }
    };
    let message = format!("{operation} {what}");
    match err.into_source() {
        Ok(cause) => StoreFault::with_source(kind, message, cause),
        Err(err) => StoreFault::with_source(kind, message, err),
    }
}

/// Returns the fault of a call for which no usable credentials were found.
fn credentials_fault<E>(err: &SdkError<E, HttpResponse>) -> Option<StoreFault>
where
    E: StdError + Send + Sync + 'static,
{
    let top: &(dyn StdError + 'static) = err;
    let cause = chain(top).find_map(|err| err.downcast_ref::<CredentialsError>())?;
    let (kind, message) = match cause {
        CredentialsError::CredentialsNotLoaded(_) => (
            FaultKind::Credentials,
            "no AWS credentials were found: set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, \
             or `AWS_PROFILE`, or run where a role is attached",
        ),
        CredentialsError::ProviderTimedOut(_) => (
            FaultKind::Unavailable,
            "the provider of AWS credentials did not answer in time",
        ),
        CredentialsError::InvalidConfiguration(_)
        | CredentialsError::ProviderError(_)
        | CredentialsError::Unhandled(_)
        | _ => (
            FaultKind::Credentials,
            "the AWS credentials could not be used: check `AWS_PROFILE`, and renew the login \
             (`aws sso login` where it is SSO)",
        ),
    };
    // `CredentialsError` cannot be cloned: its chain is kept as text.
    let told: Vec<String> = chain(cause).map(ToString::to_string).collect();
    Some(StoreFault::with_source(kind, message, told.join(": ")))
}

/// Returns an error and its causes.
fn chain<'a>(
    err: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(err), |err: &&'a (dyn StdError + 'static)| {
        (*err).source()
    })
}

/// Returns the fault of a call that the store answered with a refusal.
fn refusal<E: ProvideErrorMetadata>(
    operation: &'static str,
    guard: Guard,
    err: &E,
    raw: &HttpResponse,
) -> StoreFault {
    let status = raw.status().as_u16();
    let code = err.code();
    let kind = code
        .and_then(|code| kind_of_code(code, guard))
        .unwrap_or_else(|| kind_of_status(status, guard));
    let mut message = match code {
        Some(code) => format!("{operation} was refused with `{code}`"),
        None => format!("{operation} was refused with HTTP {status}"),
    };
    if let Some(said) = err.message().filter(|said| !said.is_empty()) {
        message.push_str(": ");
        message.extend(said.trim_end_matches('.').chars().take(MESSAGE_CHARS_MAX));
    }
    if let Some(region) = raw.headers().get("x-amz-bucket-region")
        && (300..=400).contains(&status)
    {
        message.push_str(": the bucket is in region `");
        message.push_str(region);
        message.push('`');
    }
    if let Some(hint) = code.and_then(hint) {
        message.push_str(" (");
        message.push_str(hint);
        message.push(')');
    }
    let answer = Answer {
        status,
        request_id: raw.request_id().map(str::to_owned),
    };
    StoreFault::with_source(kind, message, answer)
}

/// What the store's operators need to find the call.
#[derive(Debug)]
struct Answer {
    status: u16,
    request_id: Option<String>,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store answered HTTP {}", self.status)?;
        match &self.request_id {
            Some(id) => write!(f, ", request id `{id}`"),
            None => Ok(()),
        }
    }
}

impl StdError for Answer {}

/// What a person can do about a refusal.
fn hint(code: &str) -> Option<&'static str> {
    match code {
        "InvalidAccessKeyId" => Some("check `AWS_ACCESS_KEY_ID` or `AWS_PROFILE`"),
        "SignatureDoesNotMatch" => Some("check `AWS_SECRET_ACCESS_KEY` or `AWS_PROFILE`"),
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => {
            Some("the credentials have expired: renew them")
        }
        "RequestTimeTooSkewed" => Some("check this machine's clock"),
        "PermanentRedirect" | "AuthorizationHeaderMalformed" => {
            Some("check `AWS_REGION` and the endpoint")
        }
        "NoSuchUpload" => {
            Some("somebody else ended the upload: a lifecycle rule, or a person; run it again")
        }
        "InvalidObjectState" => Some("the object is archived: restore it first"),
        _ => None,
    }
}

/// Returns what an error code means, where it says more than its status.
fn kind_of_code(code: &str, guard: Guard) -> Option<FaultKind> {
    let kind = match code {
        "PreconditionFailed" => kind_of_status(412, guard),
        // `If-Match` on a key that is gone.
        "NoSuchKey" | "NotFound" if guard == Guard::Version => FaultKind::Changed,
        // The pinned version was longer.
        "InvalidRange" => FaultKind::Changed,
        "NoSuchKey" | "NotFound" | "NoSuchUpload" | "NoSuchVersion" => FaultKind::NotFound,
        "NoSuchBucket" => FaultKind::NoContainer,
        "AccessDenied" | "AccountProblem" | "AllAccessDisabled" | "NotSignedUp" => {
            FaultKind::Denied
        }
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidAccessKeyId"
        | "InvalidSecurity"
        | "InvalidToken"
        | "RequestTimeTooSkewed"
        | "SignatureDoesNotMatch"
        | "TokenRefreshRequired"
        | "UnrecognizedClientException" => FaultKind::Credentials,
        "EntityTooLarge"
        | "EntityTooSmall"
        | "InvalidDigest"
        | "InvalidPart"
        | "InvalidPartOrder"
        | "MalformedXML"
        | "MissingContentLength" => FaultKind::Protocol,
        "InsufficientStorage"
        | "QuotaExceeded"
        | "ServiceQuotaExceeded"
        | "XMinioAdminBucketQuotaExceeded"
        | "XMinioStorageFull" => FaultKind::Full,
        // Statuses of 4xx that the next attempt may not see: of checksums, a bit that was flipped on
        // the way.
        "BadDigest"
        | "ConditionalRequestConflict"
        | "IncompleteBody"
        | "OperationAborted"
        | "RequestTimeout"
        | "SlowDown"
        | "XAmzContentChecksumMismatch"
        | "XAmzContentSHA256Mismatch" => FaultKind::Unavailable,
        // With status 403, which would read as a matter of permission.
        "InvalidObjectState" => FaultKind::Unusable,
        _ => return None,
    };
    Some(kind)
}

/// Returns what an HTTP status means where no code says more.
fn kind_of_status(status: u16, guard: Guard) -> FaultKind {
    match (status, guard) {
        (401, _) => FaultKind::Credentials,
        (403, _) => FaultKind::Denied,
        (404, Guard::Version) | (412, Guard::Free | Guard::Version) | (416, _) => {
            FaultKind::Changed
        }
        (404, Guard::Free | Guard::Absent) => FaultKind::NotFound,
        (412, Guard::Absent) => FaultKind::AlreadyExists,
        (507, _) => FaultKind::Full,
        (408 | 409 | 425 | 429, _) => FaultKind::Unavailable,
        // Redirects are answers to a wrong region or endpoint.
        (300..=499, _) => FaultKind::Unusable,
        _ => FaultKind::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::config::http::HttpResponse;
    use aws_sdk_s3::error::{ConnectorError, ErrorMetadata};
    use aws_sdk_s3::operation::put_object::PutObjectError;
    use aws_sdk_s3::primitives::SdkBody;

    use super::*;

    #[track_caller]
    fn check(status: u16, code: &str, guard: Guard, expected: FaultKind) {
        let mut raw = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        raw.headers_mut().insert("x-amz-request-id", "R1");
        let meta = ErrorMetadata::builder()
            .code(code)
            .message("Said so.")
            .build();
        let err = SdkError::service_error(PutObjectError::generic(meta), raw);
        let fault = fault("PutObject", guard, err);
        assert_eq!(fault.kind(), expected, "{status} {code} {guard:?}");
        let text = fault.to_string();
        assert!(text.starts_with(&format!("PutObject was refused with `{code}`: Said so")));
        let cause = fault.source().unwrap().to_string();
        assert_eq!(
            cause,
            format!("the store answered HTTP {status}, request id `R1`")
        );
    }

    #[test]
    fn a_refusal_keeps_its_meaning() {
        check(
            412,
            "PreconditionFailed",
            Guard::Absent,
            FaultKind::AlreadyExists,
        );
        check(
            412,
            "PreconditionFailed",
            Guard::Version,
            FaultKind::Changed,
        );
        check(404, "NoSuchKey", Guard::Version, FaultKind::Changed);
        check(404, "NoSuchKey", Guard::Free, FaultKind::NotFound);
        check(404, "NoSuchUpload", Guard::Version, FaultKind::NotFound);
        check(404, "NoSuchBucket", Guard::Absent, FaultKind::NoContainer);
        check(
            409,
            "ConditionalRequestConflict",
            Guard::Absent,
            FaultKind::Unavailable,
        );
        check(403, "AccessDenied", Guard::Free, FaultKind::Denied);
        check(400, "ExpiredToken", Guard::Free, FaultKind::Credentials);
        check(
            403,
            "InvalidObjectState",
            Guard::Version,
            FaultKind::Unusable,
        );
        check(400, "EntityTooSmall", Guard::Absent, FaultKind::Protocol);
        for mismatch in [
            "BadDigest",
            "XAmzContentChecksumMismatch",
            "XAmzContentSHA256Mismatch",
        ] {
            check(400, mismatch, Guard::Absent, FaultKind::Unavailable);
        }
        check(400, "InvalidDigest", Guard::Absent, FaultKind::Protocol);
        check(400, "KeyTooLongError", Guard::Absent, FaultKind::Unusable);
        check(503, "SlowDown", Guard::Absent, FaultKind::Unavailable);
        check(400, "QuotaExceeded", Guard::Absent, FaultKind::Full);
        check(507, "WhateverTheyCallIt", Guard::Absent, FaultKind::Full);
        check(301, "PermanentRedirect", Guard::Free, FaultKind::Unusable);
        check(
            500,
            "WhateverTheyCallIt",
            Guard::Free,
            FaultKind::Unavailable,
        );
    }

    #[test]
    fn missing_credentials_say_what_to_set() {
        let cause = CredentialsError::not_loaded("nothing in the chain");
        let failure = ConnectorError::other(cause.into(), None);
        let err: SdkError<PutObjectError> = SdkError::dispatch_failure(failure);
        let fault = fault("PutObject", Guard::Free, err);
        assert_eq!(fault.kind(), FaultKind::Credentials);
        assert!(fault.to_string().contains("`AWS_ACCESS_KEY_ID`"), "{fault}");
    }

    #[test]
    fn a_long_story_is_cut_short() {
        let meta = ErrorMetadata::builder()
            .code("X")
            .message("y".repeat(9999))
            .build();
        let raw = HttpResponse::new(500.try_into().unwrap(), SdkBody::empty());
        let err = SdkError::service_error(PutObjectError::generic(meta), raw);
        assert!(fault("PutObject", Guard::Free, err).to_string().len() < 300);
    }
}
