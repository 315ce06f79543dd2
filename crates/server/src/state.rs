//! What the service keeps between requests: the app, its limits, and nothing that grows.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rowgate_app::jobs::App;
use rowgate_app::settings::{ByteSize, ServerSection, Settings};
use rowgate_core::{Error, ErrorKind, Result};
use secrecy::SecretString;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::body::BodyLimits;

/// What a request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLimits {
    /// How many requests are answered at once.
    pub requests_max: usize,
    /// How long a request may take.
    pub request_max: Duration,
    /// What a CSV may take.
    pub csv: BodyLimits,
    /// What a JSON body may take.
    pub json: BodyLimits,
    /// How many items a request may have.
    pub items_max: usize,
}

impl RequestLimits {
    /// Takes the limits that are set.
    #[must_use]
    pub fn new(server: &ServerSection) -> Self {
        let whole = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        let body = |bytes_max: ByteSize| BodyLimits {
            bytes_max: bytes_max.bytes(),
            idle_max: Duration::from_secs(server.idle_timeout_s.into()),
        };
        Self {
            requests_max: whole(server.concurrent_requests),
            request_max: Duration::from_secs(server.request_timeout_s.into()),
            csv: body(server.body_bytes),
            json: body(server.process_body_bytes),
            items_max: whole(server.items),
        }
    }
}

/// The service. Every request is served by the same one.
#[derive(Debug)]
pub struct Service {
    app: App,
    limits: RequestLimits,
    schemas_folder: PathBuf,
    permits: Arc<Semaphore>,
}

impl Service {
    /// Makes a service of its settings.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] if others could reach it and no token is asked for.
    pub fn new(settings: Settings) -> Result<Self> {
        let limits = RequestLimits::new(&settings.server);
        Self::with_limits(settings, limits)
    }

    /// Makes a service with limits that are finer than settings are.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_limits(settings: Settings, limits: RequestLimits) -> Result<Self> {
        let server = &settings.server;
        if server.auth_token.is_none() && !server.listen.ip().is_loopback() {
            let message = format!(
                "`{}` can be reached from elsewhere: set `server.auth_token`, or listen on a loopback address such as `127.0.0.1:8080`",
                server.listen
            );
            return Err(Error::new(ErrorKind::Settings, message));
        }
        Ok(Self {
            schemas_folder: server.data.join("schemas"),
            permits: Arc::new(Semaphore::new(limits.requests_max)),
            app: App::new(settings),
            limits,
        })
    }

    /// Makes the folders of its store, where they are absent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] if they cannot be made.
    pub fn make_folders(&self) -> Result<()> {
        let folder = &self.schemas_folder;
        std::fs::create_dir_all(folder).map_err(|err| {
            let message = format!("could not make the folder `{}`", folder.display());
            Error::caused(ErrorKind::Settings, message, err)
        })
    }

    /// Returns the token that requests must bear, if there is one.
    pub(crate) fn token(&self) -> Option<&SecretString> {
        self.app.settings().server.auth_token.as_ref()
    }

    /// Returns the app.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Returns what a request may take.
    #[must_use]
    pub fn limits(&self) -> &RequestLimits {
        &self.limits
    }

    /// Returns where the schemas lie.
    #[must_use]
    pub fn schemas_folder(&self) -> &Path {
        &self.schemas_folder
    }

    /// Returns how many requests are being answered.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.limits
            .requests_max
            .saturating_sub(self.permits.available_permits())
    }

    /// Admits a request, if there is room for it.
    pub(crate) fn admit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).try_acquire_owned().ok()
    }
}
