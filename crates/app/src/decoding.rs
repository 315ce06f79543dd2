//! How a source is stored, as a caller says it; and the source, decoded.

use rowgate_core::control::Control;
use rowgate_core::error::Role;
use rowgate_core::expectation::Expectation;
use rowgate_core::schema::Envelope;
use rowgate_core::store::Source as _;
use rowgate_core::{Error, ErrorKind, Result};
pub use rowgate_decode::{CompressionOption, TextEncoding, UnknownCompression, UnknownEncoding};
use rowgate_decode::{DecodeLimits, DecodeOptions, Decoded};
use rowgate_store::any::AnySource;

use crate::jobs::App;
use crate::place::PlaceUri;

/// What a caller says of how a source is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoding {
    /// How it is compressed.
    pub compression: CompressionOption,
    /// How its text is encoded; `None`: as its byte order mark says, or in UTF-8.
    pub encoding: Option<TextEncoding>,
    /// What its stored bytes must turn out to be.
    pub expectation: Expectation,
}

impl Decoding {
    /// Returns this, and where it is silent what a resource says.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Schema`] if the resource names an encoding that is not known.
    pub fn or(&self, envelope: &Envelope) -> Result<Self> {
        let encoding = match (self.encoding, &envelope.encoding) {
            (Some(encoding), _) => Some(encoding),
            (None, None) => None,
            (None, Some(name)) => Some(name.parse().map_err(|err: UnknownEncoding| {
                let message = format!("the resource's `encoding` cannot be `{name}`");
                Error::caused(ErrorKind::Schema, message, err)
            })?),
        };
        let (own, stated) = (&self.expectation, &envelope.expectation);
        Ok(Self {
            compression: self.compression,
            encoding,
            expectation: Expectation {
                bytes: own.bytes.or(stated.bytes),
                hash: own.hash.as_ref().or(stated.hash.as_ref()).cloned(),
            },
        })
    }
}

/// A source that is read as UTF-8 text, however it is stored.
pub type DecodedSource = Decoded<AnySource>;

impl App {
    /// Opens and pins a source, and finds out how it is stored.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Source`] if it cannot be read or decoded as asked.
    pub async fn decoded_source(
        &self,
        place: &PlaceUri,
        decoding: &Decoding,
        control: &Control,
    ) -> Result<DecodedSource> {
        let source = self.source(place).await?;
        self.decoded(source, decoding, control).await
    }

    /// Reads the beginning of a source, and finds out how it is stored.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Source`] if it cannot be read or decoded as asked.
    pub async fn decoded(
        &self,
        source: AnySource,
        decoding: &Decoding,
        control: &Control,
    ) -> Result<DecodedSource> {
        let decoded = self.decoded_as(Role::Source, source, decoding);
        let decoded = control.cancel.run_until_cancelled(decoded).await;
        decoded.ok_or_else(Error::cancelled)?
    }

    /// Does so for something that has another role.
    pub(crate) async fn decoded_as(
        &self,
        role: Role,
        source: AnySource,
        decoding: &Decoding,
    ) -> Result<DecodedSource> {
        let uri = source.identity().uri.clone();
        let limits = &self.settings().limits;
        let options = DecodeOptions {
            compression: decoding.compression,
            encoding: decoding.encoding,
            expectation: decoding.expectation.clone(),
            limits: DecodeLimits {
                expansion_max: Some(limits.expansion.into()).filter(|ratio| *ratio > 0),
                memory_bytes_max: limits.decoder_memory.bytes(),
            },
        };
        // Boxed: the SDK's futures are large.
        let opened = Box::pin(Decoded::open(source, options)).await;
        opened.map_err(|fault| Error::store("read", role, uri, fault))
    }
}
