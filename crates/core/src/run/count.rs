//! The number of records, with correct quoting.

use crate::batch::{BATCH_BYTES, Batch};
use crate::control::Control;
use crate::dialect::DialectOptions;
use crate::error::{Error, Result};
use crate::header::Opener;
use crate::run::reader::Reader;
use crate::scan::{More, Scanner};
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
    let mut reader = Reader::open(source, control).await?;
    let mut opener = Opener::new(dialect, record_bytes_max);
    let beginning = loop {
        let more = reader.pull(|chunk| opener.push(chunk)).await?;
        if let Some(opened) = opener.open_untyped(more)? {
            break opened;
        }
        if more == More::None {
            return Err(Error::bug("a source ended before its beginning was read"));
        }
    };
    let scanner = Scanner::new(beginning.dialect, record_bytes_max, beginning.position)
        .with_comment_rows(beginning.comment_rows.as_ref());
    let mut batches = reader.into_batches(scanner, &beginning.rest, BATCH_BYTES);
    let mut batch = Batch::default();
    while batches.next(&mut batch).await? {}
    Ok(batches.totals().records)
}
