//! One call for each job, whatever the front end: places become adapters, settings become limits.

use std::sync::Arc;

use jiff::Timestamp;
use rowgate_core::control::{Clock, Control};
use rowgate_core::dialect::DialectOptions;
use rowgate_core::error::Role;
use rowgate_core::landing::LandingOptions;
use rowgate_core::part::PartSize;
use rowgate_core::quarantine::{QuarantineOptions, RejectsValues};
use rowgate_core::report::{RecordError, Report};
use rowgate_core::run::{
    self, BrokenQuotes, Existing, Job, Landings, Limits, NothingAccepted, Places,
};
use rowgate_core::store::{FaultKind, Place, StoreFault};
use rowgate_core::upload::Budget;
use rowgate_core::{Error, ErrorKind, Result};
pub use rowgate_store::any::AnySource;
use rowgate_store::any::AnyStore;
use rowgate_store::local::{LocalScratch, LocalSource, LocalStore};
use rowgate_store::s3::{S3Client, S3Source, S3Store};
pub use rowgate_store::stream::{BodyFeeder, BodySource};
use rowgate_store::stream::{StdoutStore, StreamSource};
use tokio::sync::OnceCell;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::decoding::{DecodedSource, Decoding};
use crate::outputs::resolve;
use crate::place::PlaceUri;
use crate::resources::ResourcePlace;
use crate::schemas::{LoadedSchema, SchemaCache};
use crate::settings::Settings;
use crate::views::{self, ReportFormat, Views};

/// What a process keeps between runs: settings, one S3 client, and a bounded cache of schemas.
#[derive(Debug)]
pub struct App {
    settings: Settings,
    s3: OnceCell<S3Client>,
    schemas: SchemaCache,
}

/// What to ingest, and where to.
#[derive(Clone, Debug)]
pub struct IngestRequest {
    /// Where the records come from.
    pub source: PlaceUri,
    /// Where the schema is.
    pub schema: PlaceUri,
    /// Where accepted records go.
    pub to: PlaceUri,
    /// Where rejected records go; `None`: beside the destination, with `.rejects.csv` (or `.rejects.jsonl`)
    /// behind.
    pub rejects: Option<PlaceUri>,
    /// Where the report goes; `None`: beside the destination, with `.report.json` behind.
    pub report: Option<PlaceUri>,
    /// Where the tables are that the schema's foreign keys refer to.
    pub resources: Vec<ResourcePlace>,
    /// In which further forms the report is written, beside the one in JSON.
    pub report_formats: Vec<ReportFormat>,
    /// How the source is written.
    pub dialect: DialectOptions,
    /// How the source is stored.
    pub decoding: Decoding,
    /// What to do with something that is at the destination already.
    pub existing: Existing,
}

/// The system's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Makes the control of a run that nobody stops yet.
#[must_use]
pub fn control() -> Control {
    Control {
        cancel: rowgate_core::control::CancellationToken::new(),
        progress: Arc::default(),
        clock: Arc::new(SystemClock),
        scratch: None,
    }
}

impl App {
    /// Makes an app. Nothing is connected to yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            schemas: SchemaCache::new(settings.server.schema_cache),
            settings,
            s3: OnceCell::new(),
        }
    }

    /// Makes an app that reaches S3 by a client of the caller's.
    #[must_use]
    pub fn with_s3(settings: Settings, s3: S3Client) -> Self {
        Self {
            s3: OnceCell::new_with(Some(s3)),
            ..Self::new(settings)
        }
    }

    /// Returns the settings in force.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the schemas that are kept.
    #[must_use]
    pub fn schemas(&self) -> &SchemaCache {
        &self.schemas
    }

    /// Opens and pins a source, whose bytes are read as they are stored.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Source`] if it cannot be read as asked.
    pub async fn source(&self, place: &PlaceUri) -> Result<AnySource> {
        self.open(place, Role::Source).await
    }

    /// Lands a source. Returns the report, of data that landed or was refused.
    ///
    /// # Errors
    ///
    /// Whatever stops the run before its data is judged, or while it is written.
    ///
    /// # Cancel safety
    ///
    /// Safe: the run is a task of its own. If this future is dropped the run is cancelled, and aborts
    /// its uploads before it ends.
    pub async fn ingest(&self, request: IngestRequest, control: &Control) -> Result<Report> {
        let prepared = control
            .cancel
            .run_until_cancelled(Box::pin(self.prepare(request, control)))
            .await;
        let stopped = || Error::new(ErrorKind::Cancelled, "the run was stopped");
        let Prepared {
            job,
            source,
            places,
            views,
            landings,
        } = prepared.ok_or_else(stopped)??;
        let run_id = job.run_id.clone();
        let task_control = self.with_scratch(control);
        let run = async move {
            // Boxed: it holds the futures of every kind of store.
            let run = Box::pin(run::ingest(&job, &source, places, &landings, &task_control));
            let report = run.await?;
            views.write(&report).await?;
            Ok(report)
        };
        // In the caller's span: the run's log lines carry its request.
        let task = tokio::spawn(run.in_current_span());
        let cancel_if_dropped = control.cancel.clone().drop_guard();
        let ended = task.await;
        cancel_if_dropped.disarm();
        // What a panic said may quote the data: it is not repeated.
        let early = |_| Err(Error::bug("the run's task ended early"));
        ended
            .unwrap_or_else(early)
            .map_err(|err| err.in_run(&run_id))
    }

    /// Reads the schema, and looks at everything else that a run needs.
    async fn prepare(&self, request: IngestRequest, control: &Control) -> Result<Prepared> {
        let places = resolve(&request, self.settings.rejects.format)?;
        let schema = self.schema(&request.schema).await?;
        let schema = self.with_resources(schema, &request.resources).await?;
        places.keep_apart(&schema.reads)?;
        let source = self.source(&request.source).await?;
        let views = self.views(&places.views, request.existing).await?;
        let places = Places {
            destination: self.place(&places.destination, Role::Destination).await?,
            quarantine: self.place(&places.quarantine, Role::Quarantine).await?,
            report: self.place(&places.report, Role::Report).await?,
        };
        if request.source == PlaceUri::Stream {
            // Its first bytes may be long in coming, and be read for nothing.
            run::look_at_destination(&places.destination, request.existing).await?;
        }
        let decoding = request.decoding.or(&schema.descriptor.envelope)?;
        let source = Box::pin(self.decoded(source, &decoding, control)).await?;
        Ok(Prepared {
            landings: self.landings(request.existing)?,
            job: self.job(schema, request.dialect, &decoding)?,
            source,
            places,
            views,
        })
    }

    /// Looks at the places of further forms of the report.
    async fn views(
        &self,
        places: &[(ReportFormat, PlaceUri)],
        existing: Existing,
    ) -> Result<Views> {
        let mut resolved = Vec::with_capacity(places.len());
        for (format, uri) in places {
            resolved.push((*format, self.place(uri, Role::Report).await?));
        }
        Views::look(resolved, existing).await
    }

    /// Looks at where the report of a run goes that writes nothing else, in each of `formats`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DestinationExists`] if something is there that is no report, or the store's
    /// refusal.
    pub async fn reports_at(&self, formats: &[ReportFormat], to: &PlaceUri) -> Result<Views> {
        let places = formats
            .iter()
            .map(|format| (*format, views::place_of(*format, to)));
        let places: Vec<_> = places.collect();
        self.views(&places, Existing::Keep).await
    }

    /// Judges a source as [`ingest`](Self::ingest) would, and writes nothing.
    ///
    /// # Errors
    ///
    /// As [`ingest`](Self::ingest).
    pub async fn dry_run(&self, request: IngestRequest, control: &Control) -> Result<Report> {
        let Prepared {
            job,
            source,
            places,
            landings,
            // Looked at, and not written.
            views: _,
        } = Box::pin(self.prepare(request, control)).await?;
        run::look_at_places(&job, &places, &landings).await?;
        let judged = Box::pin(run::validate(
            &job,
            &source,
            &self.with_scratch(control),
            |_| {},
        ))
        .await;
        judged.map_err(|err| err.in_run(&job.run_id))
    }

    /// Validates a source; hands every error to `on_error`, in order.
    ///
    /// # Errors
    ///
    /// The source cannot be read, is empty or changed.
    pub async fn validate(
        &self,
        source: AnySource,
        schema: LoadedSchema,
        dialect: DialectOptions,
        decoding: &Decoding,
        control: &Control,
        on_error: impl FnMut(&RecordError) + Send,
    ) -> Result<Report> {
        let decoding = decoding.or(&schema.descriptor.envelope)?;
        let source = Box::pin(self.decoded(source, &decoding, control)).await?;
        let job = self.job(schema, dialect, &decoding)?;
        let judged = Box::pin(run::validate(
            &job,
            &source,
            &self.with_scratch(control),
            on_error,
        ))
        .await;
        judged.map_err(|err| err.in_run(&job.run_id))
    }

    /// Returns the number of records of a source.
    ///
    /// # Errors
    ///
    /// The source cannot be read or is empty, or its delimiter is ambiguous.
    pub async fn count(
        &self,
        place: &PlaceUri,
        dialect: &DialectOptions,
        decoding: &Decoding,
        control: &Control,
    ) -> Result<u64> {
        let source = self.source(place).await?;
        let source = Box::pin(self.decoded(source, decoding, control)).await?;
        Box::pin(run::count(
            dialect,
            self.record_bytes_max()?,
            &source,
            control,
        ))
        .await
    }

    /// Returns the S3 client, connected at the first use.
    pub(crate) async fn s3(&self) -> Result<&S3Client> {
        let connect = || async { Box::pin(S3Client::connect(&self.settings.s3.to_client())).await };
        self.s3.get_or_try_init(connect).await.map_err(|fault| {
            Error::caused(
                ErrorKind::Settings,
                "could not set up the connection to S3",
                fault,
            )
        })
    }

    pub(crate) async fn open(&self, place: &PlaceUri, role: Role) -> Result<AnySource> {
        let opened = match place {
            PlaceUri::Stream => Ok(AnySource::Stream(StreamSource::stdin())),
            PlaceUri::Local(path) => LocalSource::open(path).await.map(AnySource::Local),
            PlaceUri::S3 { bucket, key } => {
                let owner = self.settings.write.expected_bucket_owner.as_deref();
                // Boxed: the SDK's futures are large.
                let opened = Box::pin(S3Source::open(self.s3().await?, bucket, key, owner));
                opened.await.map(AnySource::S3)
            }
        };
        opened.map_err(|fault| Error::store("open", role, place.to_string(), fault))
    }

    async fn place(&self, uri: &PlaceUri, role: Role) -> Result<Place<AnyStore>> {
        let (store, key) = match uri {
            PlaceUri::Stream => {
                let stdout = StdoutStore::new();
                let stdout =
                    stdout.map_err(|fault| Error::store("open", role, uri.to_string(), fault))?;
                (AnyStore::Stdout(stdout), "-".to_owned())
            }
            PlaceUri::Local(path) => {
                let Some(key) = path.to_str() else {
                    return Err(not_writable(role, uri, "its name is not UTF-8"));
                };
                (AnyStore::Local(LocalStore), key.to_owned())
            }
            PlaceUri::S3 { bucket, key } => {
                if key.is_empty() || key.ends_with('/') {
                    return Err(not_writable(
                        role,
                        uri,
                        "it names no object: add a name to the prefix",
                    ));
                }
                let client = self.s3().await?.clone();
                let store = S3Store::new(client, bucket, self.settings.write.to_store());
                (AnyStore::S3(store), key.clone())
            }
        };
        Ok(Place {
            store,
            key,
            uri: uri.to_string(),
        })
    }

    fn landings(&self, existing: Existing) -> Result<Landings> {
        let landing = &self.settings.landing;
        Ok(Landings {
            options: LandingOptions {
                part_size: PartSize::new(landing.part_size.bytes())?,
                in_flight_max: landing.concurrency.into(),
                budget: Budget::new(landing.memory.bytes()),
            },
            existing,
            quarantine: QuarantineOptions {
                format: self.settings.rejects.format,
                values: if self.settings.rejects.redact {
                    RejectsValues::Redacted
                } else {
                    RejectsValues::Kept
                },
            },
        })
    }

    /// Lets a run have scratch space, unless it has some.
    fn with_scratch(&self, control: &Control) -> Control {
        let given = control.scratch.clone();
        let folder = || match &self.settings.scratch.dir {
            Some(folder) => folder.clone(),
            None => std::env::temp_dir(),
        };
        Control {
            scratch: given.or_else(|| Some(Arc::new(LocalScratch::new(folder())))),
            ..control.clone()
        }
    }

    fn job(
        &self,
        schema: LoadedSchema,
        dialect: DialectOptions,
        decoding: &Decoding,
    ) -> Result<Job> {
        let dialect = dialect.or(schema.descriptor.envelope.dialect.clone());
        let limits = &self.settings.limits;
        Ok(Job {
            run_id: Uuid::now_v7().to_string(),
            schema: schema.schema,
            schema_identity: schema.identity,
            resources: schema.resources,
            settings_fingerprint: self.settings.fingerprint(&dialect, decoding),
            dialect,
            limits: Limits {
                rejects_max: limits.max_rejects.as_deref().map(str::parse).transpose()?,
                consecutive_rejects_max: limits.max_consecutive_rejects.map(u64::from),
                nothing_accepted: if limits.allow_empty {
                    NothingAccepted::Land
                } else {
                    NothingAccepted::Refuse
                },
                broken_quotes: if limits.strict_quotes {
                    BrokenQuotes::Refuse
                } else {
                    BrokenQuotes::Reject
                },
                record_bytes_max: self.record_bytes_max()?,
                field_bytes_max: usize::try_from(limits.field_bytes.bytes()).unwrap_or(usize::MAX),
                unique_bytes_max: limits.unique_bytes.bytes(),
                samples_max: usize::try_from(limits.error_samples).unwrap_or(usize::MAX),
                ..Limits::default()
            },
        })
    }

    pub(crate) fn record_bytes_max(&self) -> Result<usize> {
        usize::try_from(self.settings.limits.record_bytes.bytes()).map_err(|err| {
            Error::caused(
                ErrorKind::Settings,
                "`limits.record_bytes` is out of range",
                err,
            )
        })
    }
}

fn not_writable(role: Role, uri: &PlaceUri, why: &str) -> Error {
    let fault = StoreFault::new(FaultKind::Unusable, why);
    Error::store("write", role, uri.to_string(), fault)
}

/// A run that can begin.
struct Prepared {
    job: Job,
    source: DecodedSource,
    places: Places<AnyStore>,
    views: Views,
    landings: Landings,
}
