//! The number of records, with correct quoting.

use crate::batch::Batch;
use crate::control::Control;
use crate::dialect::DialectOptions;
use crate::error::Result;
use crate::run::reader::Reader;
use crate::store::Source;

/// Returns the number of records of a source, header excluded: what a run would report as read.
///
/// # Errors
///
/// The source cannot be read or is empty, or its dialect is unusable or ambiguous.
///
/// # Cancel safety
///
/// Safe: nothing was written.
pub async fn count<S: Source>(
    dialect: &DialectOptions,
    record_bytes_max: usize,
    source: &S,
    control: &Control,
) -> Result<u64> {
    let reader = Reader::open(source, control).await?;
    let (_, mut batches) = reader.begin_untyped(dialect, record_bytes_max).await?;
    let mut batch = Batch::default();
    while batches.next(&mut batch).await? {}
    Ok(batches.totals().records)
}
