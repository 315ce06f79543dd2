//! `bootstrap`: settings in, invocations served, for as long as Lambda keeps the process.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use rowgate_app::jobs::App;
use rowgate_app::outcome;
use rowgate_app::settings::{FrontEnd, Settings, Sources};
use rowgate_app::telemetry::{self, Color, LogOptions};
use rowgate_core::event::Event;
use rowgate_core::{Error, ErrorKind, Result};
use rowgate_lambda::invoke;
use serde_json::value::RawValue;
use tracing::info;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            // There may be no log yet.
            let told = writeln!(io::stderr(), "bootstrap: {}", err.chain());
            drop(told); // There is nobody left to tell.
            ExitCode::from(outcome::exit_code(err.kind()))
        }
    }
}

fn run() -> Result<()> {
    let sources = Sources::of_process(FrontEnd::Function, None, Vec::new());
    let settings = Settings::load(sources)?.settings;
    let log = LogOptions {
        format: settings.log.format,
        level: settings.log.level,
        service: "rowgate-lambda",
        color: Color::Plain,
    };
    telemetry::init(log, io::stderr)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime
        .map_err(|err| Error::caused(ErrorKind::Dependency, "could not start the runtime", err))?;
    runtime.block_on(serve(Arc::new(App::new(settings))))
}

/// Serves invocations, several at once where Lambda asks for it.
async fn serve(app: Arc<App>) -> Result<()> {
    info!(event = Event::FunctionStarted.as_str());
    let function = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let app = Arc::clone(&app);
        // Boxed: layers of futures as deep as these are too much for the compiler.
        async move { Box::pin(invoke(&app, &event.payload, &event.context)).await }
    });
    let served = Runtime::new(function).run_concurrent().await;
    served.map_err(|err| Error::caused(ErrorKind::Dependency, "the Lambda runtime stopped", err))
}
