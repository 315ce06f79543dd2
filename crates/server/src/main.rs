//! `rowgate-server`: settings in, a service out, an exit code at the end.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use rowgate_app::outcome;
use rowgate_app::settings::{FrontEnd, Override, Settings, Sources};
use rowgate_app::telemetry::{self, Color, LogOptions};
use rowgate_core::event::Event;
use rowgate_core::{Error, ErrorKind, Result};
use rowgate_server::{Service, router, serve};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::info;

/// rowgate as an HTTP service.
#[derive(Debug, Parser)]
#[command(name = "rowgate-server", version)]
struct Args {
    /// Where to listen [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The folder that is the service's store; made if absent [default: rowgate-data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The settings file [default: rowgate.toml, if it is there].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Args {
    fn load(self) -> Result<Settings> {
        let mut flags = Vec::new();
        if let Some(listen) = self.listen {
            flags.push(Override {
                key: "server.listen",
                value: listen.to_string(),
                flag: "--listen",
            });
        }
        if let Some(data) = self.data {
            let value = data.into_os_string().into_string().map_err(|data| {
                let message = format!("`--data {}` is not UTF-8", data.display());
                Error::new(ErrorKind::Settings, message)
            })?;
            flags.push(Override {
                key: "server.data",
                value,
                flag: "--data",
            });
        }
        let sources = Sources::of_process(FrontEnd::Service, self.config, flags);
        Settings::load(sources).map(|loaded| loaded.settings)
    }
}

fn main() -> ExitCode {
    match Args::parse().load().and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            // For whoever starts it: there may be no log yet.
            let told = writeln!(io::stderr(), "rowgate-server: {}", err.chain());
            drop(told); // There is nobody left to tell.
            ExitCode::from(outcome::exit_code(err.kind()))
        }
    }
}

fn run(settings: Settings) -> Result<()> {
    let log = LogOptions {
        format: settings.log.format,
        level: settings.log.level,
        service: "rowgate-server",
        color: Color::of_stderr(),
    };
    telemetry::init(log, io::stderr)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|err| could_not("start the runtime", err))?;
    runtime.block_on(listen(settings))
}

async fn listen(settings: Settings) -> Result<()> {
    let address = settings.server.listen;
    let service = Arc::new(Service::new(settings)?);
    service.make_folders()?;
    let (interrupted, terminated) = (on(SignalKind::interrupt())?, on(SignalKind::terminate())?);
    let listener = TcpListener::bind(address).await.map_err(|err| {
        Error::caused(
            ErrorKind::Settings,
            format!("could not listen on `{address}`"),
            err,
        )
    })?;
    let bound = listener
        .local_addr()
        .map_err(|err| could_not("learn the address", err))?;
    info!(event = Event::ServiceStarted.as_str(), address = %bound);
    serve(listener, router(service), stopped(interrupted, terminated)).await;
    Ok(())
}

fn on(kind: SignalKind) -> Result<Signal> {
    signal(kind).map_err(|err| could_not("listen to signals", err))
}

async fn stopped(mut interrupted: Signal, mut terminated: Signal) {
    tokio::select! {
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
    }
}

fn could_not(what: &str, err: io::Error) -> Error {
    Error::caused(ErrorKind::Dependency, format!("could not {what}"), err)
}
