//! Landing: an output on its way to a store, from its first byte to the moment it is visible.
//!
//! [`Landing`] → (`flush`, `seal`) [`Sealed`] → (`publish`) [`Receipt`]; each arrow consumes its left
//! side. When an output is sealed the store holds its parts and shows nothing.

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use crate::checksum::Crc64;
use crate::error::{Error, ErrorKind, Result, Role};
use crate::guard::guarded;
use crate::part::{PartBuffer, PartSchedule, PartSize};
use crate::scan::to_u64;
use crate::store::{ObjectStore, Part, Place, Seal, WriteOptions};
use crate::upload::{Budget, Target, UploadSession};

/// How outputs are sent.
#[derive(Clone, Debug)]
pub struct LandingOptions {
    /// The part size that was asked for.
    pub part_size: PartSize,
    /// How many parts of one output may be in flight.
    pub in_flight_max: usize,
    /// The memory that parts in flight may take, over all outputs of the run.
    pub budget: Budget,
}

/// An output that is being written.
#[must_use = "the store may hold parts of it: seal or abort it"]
#[derive(Debug)]
pub struct Landing<S: ObjectStore> {
    target: Target<S>,
    options: WriteOptions,
    sending: LandingOptions,
    cancel: CancellationToken,
    schedule: PartSchedule,
    buffer: PartBuffer,
    session: Option<UploadSession<S>>,
    n_parts: u32,
    sent: Seal,
}

/// An output that the store holds whole and does not show yet.
#[must_use = "the store holds it: publish or abort it"]
#[derive(Debug)]
pub struct Sealed<S: ObjectStore> {
    target: Target<S>,
    options: WriteOptions,
    body: Body<S>,
    seal: Seal,
    n_parts: u32,
}

#[derive(Debug)]
enum Body<S: ObjectStore> {
    /// It fits one part: it is written in one step when it is published.
    Whole(Bytes),
    Parts(UploadSession<S>),
}

/// What became visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Where.
    pub uri: String,
    /// Its length and checksum.
    pub seal: Seal,
    /// Its tag in the store.
    pub etag: Option<String>,
    /// In how many parts it was sent; 1 if in one step.
    pub n_parts: u32,
}

impl<S: ObjectStore> Landing<S> {
    /// Starts an output. Nothing is sent before it passes one part.
    pub fn begin(
        place: Place<S>,
        role: Role,
        options: WriteOptions,
        sending: LandingOptions,
        output_bytes_max: Option<u64>,
        cancel: CancellationToken,
    ) -> Self {
        let schedule =
            PartSchedule::plan(sending.part_size, output_bytes_max, &place.store.rules());
        Self {
            target: Target {
                store: place.store,
                key: place.key,
                uri: place.uri,
                role,
            },
            options,
            sending,
            cancel,
            buffer: PartBuffer::new(schedule.part_bytes(1)),
            schedule,
            session: None,
            n_parts: 0,
            sent: Seal {
                bytes: 0,
                crc64: Crc64::of(&[]),
            },
        }
    }

    /// Returns how many bytes were taken.
    pub(crate) fn bytes_written(&self) -> u64 {
        self.sent.bytes + self.buffer.len()
    }

    /// Takes the next bytes of the output.
    ///
    /// # Errors
    ///
    /// The store's refusal of a part, or [`ErrorKind::Limit`] when the output needs more parts than
    /// the store takes. The output is still open: the caller aborts it.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            // A full part waits for the byte that shows that it is not the last one.
            if self.buffer.is_full() {
                self.send_part().await?;
            }
            bytes = self.buffer.fill(bytes);
        }
        Ok(())
    }

    async fn send_part(&mut self) -> Result<()> {
        let parts_max = self.target.store.rules().parts_max;
        if self.n_parts >= parts_max {
            return Err(Error::new(
                ErrorKind::Limit,
                format!(
                    "`{}` needs more than the {parts_max} parts that the store takes: \
                     ask for a larger --part-size",
                    self.target.uri
                ),
            ));
        }
        if self.session.is_none() {
            let (target, sending) = (self.target.clone(), self.sending.clone());
            let begun = UploadSession::begin(target, &self.options, sending, self.cancel.clone());
            self.session = Some(begun.await?);
        }
        self.n_parts += 1;
        let body = self.buffer.take(self.schedule.part_bytes(self.n_parts + 1));
        let part = Part {
            number: self.n_parts,
            offset: self.sent.bytes,
            crc64: Crc64::of(&body),
            body,
        };
        self.sent = self.sent.then(&part);
        match &mut self.session {
            Some(session) => session.put(part).await,
            None => Err(Error::bug("a part without a session")),
        }
    }

    /// Sends the rest of an output of several parts and waits until the store has confirmed all.
    ///
    /// # Errors
    ///
    /// The store's refusal, or [`ErrorKind::Cancelled`]. The output is still open: the caller aborts
    /// it.
    pub async fn flush(&mut self) -> Result<()> {
        if self.session.is_some() && !self.buffer.is_empty() {
            self.send_part().await?;
        }
        match &mut self.session {
            Some(session) => session.settle().await,
            None => Ok(()),
        }
    }

    /// Ends the output, once all of it but a single part's worth is confirmed by the store.
    ///
    /// # Errors
    ///
    /// As [`flush`](Self::flush); the output is aborted then.
    pub async fn seal(mut self) -> Result<Sealed<S>> {
        if let Err(err) = self.flush().await {
            self.abort().await;
            return Err(err);
        }
        let rest = self.buffer.take(0);
        let (body, seal, n_parts) = if let Some(session) = self.session {
            (Body::Parts(session), self.sent, self.n_parts)
        } else {
            let seal = Seal {
                bytes: to_u64(rest.len()),
                crc64: Crc64::of(&rest),
            };
            (Body::Whole(rest), seal, 1)
        };
        Ok(Sealed {
            target: self.target,
            options: self.options,
            body,
            seal,
            n_parts,
        })
    }

    /// Gives up: what the store holds of it is dropped.
    pub async fn abort(self) {
        if let Some(session) = self.session {
            session.abort().await;
        }
    }
}

impl Seal {
    fn then(self, part: &Part) -> Self {
        let bytes = to_u64(part.body.len());
        Self {
            bytes: self.bytes + bytes,
            crc64: self.crc64.then(part.crc64, bytes),
        }
    }
}

impl<S: ObjectStore> Sealed<S> {
    /// Returns the output's length and checksum.
    #[must_use]
    pub fn seal(&self) -> Seal {
        self.seal
    }

    /// Makes the output visible.
    ///
    /// A commit whose answer was lost is settled by looking: if what is there was written by this
    /// run and is as long, it is ours.
    ///
    /// # Errors
    ///
    /// The store's refusal; the output is aborted and did not become visible.
    ///
    /// # Cancel safety
    ///
    /// Not safe. If the future is dropped, the store may have published: ask it before a retry.
    pub async fn publish(self) -> Result<Receipt> {
        let Self {
            target,
            options,
            body,
            seal,
            n_parts,
        } = self;
        let stored = match body {
            Body::Parts(session) => session.complete(seal).await?,
            Body::Whole(bytes) => {
                let put = async {
                    let put = target
                        .store
                        .put(&target.key, bytes, seal.crc64, &options)
                        .await;
                    put.map_err(|fault| target.error("write", fault))
                };
                match guarded(put).await {
                    Ok(stored) => stored,
                    Err(err) => target.settle(&options.run, seal).await.ok_or(err)?,
                }
            }
        };
        Ok(Receipt {
            uri: target.uri,
            seal,
            etag: stored.etag,
            n_parts,
        })
    }

    /// Gives up: what the store holds of it is dropped.
    pub async fn abort(self) {
        match self.body {
            Body::Whole(_) => {}
            Body::Parts(session) => session.abort().await,
        }
    }
}
