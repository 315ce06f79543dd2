//! Schemas that are proposed: from data, or from advice on a schema.

use rowgate_core::control::Control;
use rowgate_core::dialect::DialectOptions;
use rowgate_core::infer::Inferred;
use rowgate_core::schema::{self, Notation};
use rowgate_core::{Error, ErrorKind, Result, run};

use crate::decoding::Decoding;
use crate::jobs::App;
use crate::place::PlaceUri;

impl App {
    /// Proposes a schema that accepts every well-formed record of a source.
    ///
    /// # Errors
    ///
    /// The source cannot be read or is empty, its delimiter is ambiguous, or its labels cannot be
    /// the names of fields.
    pub async fn infer(
        &self,
        place: &PlaceUri,
        dialect: &DialectOptions,
        decoding: &Decoding,
        control: &Control,
    ) -> Result<Inferred> {
        let source = self.source(place).await?;
        let source = Box::pin(self.decoded(source, decoding, control)).await?;
        let record_bytes_max = self.record_bytes_max()?;
        Box::pin(run::infer(dialect, record_bytes_max, &source, control)).await
    }

    /// Applies the advice of a report to a schema; returns the new descriptor. See
    /// [`patch`](schema::patch).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Schema`] or [`ErrorKind::Settings`] if one of them cannot be read, or they do not
    /// fit each other.
    pub async fn patch(
        &self,
        schema: &PlaceUri,
        advice: &PlaceUri,
        picked: &[usize],
    ) -> Result<String> {
        if *schema == PlaceUri::Stream && *advice == PlaceUri::Stream {
            return Err(Error::new(
                ErrorKind::Settings,
                "the schema and the advice cannot both be standard input: name a report with --advice",
            ));
        }
        let notation = Notation::of_name(&schema.to_string());
        let descriptor = self.descriptor(schema).await?;
        let advice = self.descriptor(advice).await?;
        schema::patch(&descriptor, notation, &advice, picked)
    }
}
