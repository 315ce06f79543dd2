//! Schemas that are proposed: from data, or from advice on a schema.

use rowgate_core::control::Control;
use rowgate_core::dialect::DialectOptions;
use rowgate_core::infer::Inferred;
use rowgate_core::schema::{self, Notation};
use rowgate_core::{Error, ErrorKind, Result, run};

use crate::decoding::Decoding;
use crate::digest::sha256_hex;
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
    /// fit each other: a report fits the schema by which it was made.
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
        // Applied twice, a patch would add twice.
        if let Some(sha256) = made_for(&advice)
            && sha256 != sha256_hex(&descriptor)
            && sha256 != self.sha256_with_links(schema).await?
        {
            return Err(Error::new(
                ErrorKind::Schema,
                format!(
                    "the patch does not fit the schema: the report was made by another one, of the SHA-256 `{sha256}`; \
                     make a report by this one, or apply all that is wanted to that one at once, with several `--pick`"
                ),
            ));
        }
        schema::patch(&descriptor, notation, &advice, picked)
    }

    /// Returns the digest of a schema with the files that it refers to; empty if it comes from a
    /// stream, which is read once only.
    async fn sha256_with_links(&self, schema: &PlaceUri) -> Result<String> {
        match schema {
            PlaceUri::Stream => Ok(String::new()),
            PlaceUri::Local(_) | PlaceUri::S3 { .. } => {
                Ok(self.schema(schema).await?.identity.sha256)
            }
        }
    }
}

/// Returns the digest of the schema by which a report was made, if it is a report.
fn made_for(advice: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Made {
        schema: Identity,
    }
    #[derive(serde::Deserialize)]
    struct Identity {
        sha256: String,
    }
    let made: Made = serde_json::from_slice(advice).ok()?;
    Some(made.schema.sha256)
}
