//! What the store was asked to do, for tests that count calls.

use std::fmt;

use s3s::dto::{ETagCondition, Range};

/// An operation of the S3 API that [`MemS3`](super::MemS3) implements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the S3 API")]
pub enum Operation {
    CreateBucket,
    HeadBucket,
    PutObject,
    GetObject,
    HeadObject,
    DeleteObject,
    ListObjectsV2,
    CreateMultipartUpload,
    UploadPart,
    ListParts,
    ListMultipartUploads,
    AbortMultipartUpload,
    CompleteMultipartUpload,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A request that reached the store, whatever came of it.
///
/// Requests that were turned away before (a wrong signature, an injected fault) are not among them:
/// those are in [`FaultPlan::requests`](crate::faults::FaultPlan::requests).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenRequest {
    /// What was asked.
    pub operation: Operation,
    /// The bucket.
    pub bucket: String,
    /// The key; for a listing, the prefix.
    pub key: String,
    /// The multipart upload that was named.
    pub upload_id: Option<String>,
    /// The part that was named, from 1.
    pub part_number: Option<i32>,
    /// The range that was asked for, such as `bytes=0-99`.
    pub range: Option<String>,
    /// The condition `If-Match`, without quotes.
    pub if_match: Option<String>,
    /// The condition `If-None-Match`, without quotes.
    pub if_none_match: Option<String>,
}

impl SeenRequest {
    pub(super) fn new(operation: Operation, bucket: &str, key: &str) -> Self {
        Self {
            operation,
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            upload_id: None,
            part_number: None,
            range: None,
            if_match: None,
            if_none_match: None,
        }
    }

    pub(super) fn upload(mut self, id: &str) -> Self {
        self.upload_id = Some(id.to_owned());
        self
    }

    pub(super) fn part(mut self, number: Option<i32>) -> Self {
        self.part_number = number;
        self
    }

    pub(super) fn range(mut self, range: Option<&Range>) -> Self {
        self.range = range.map(Range::to_header_string);
        self
    }

    pub(super) fn conditions(
        mut self,
        if_match: Option<&ETagCondition>,
        if_none_match: Option<&ETagCondition>,
    ) -> Self {
        self.if_match = if_match.map(condition_text);
        self.if_none_match = if_none_match.map(condition_text);
        self
    }
}

impl fmt::Display for SeenRequest {
    /// Writes one line, such as `UploadPart orders.csv 2`: without ids, so that two runs compare.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.operation, self.key)?;
        if let Some(number) = self.part_number {
            write!(f, " {number}")?;
        }
        if let Some(range) = &self.range {
            write!(f, " {range}")?;
        }
        Ok(())
    }
}

fn condition_text(condition: &ETagCondition) -> String {
    condition
        .as_etag()
        .map_or_else(|| "*".to_owned(), |e_tag| e_tag.value().to_owned())
}
