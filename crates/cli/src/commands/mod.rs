//! One module a command: arguments in, a call of `rowgate_app`, its exit code out.

mod config;
mod count;
mod explain;
mod generated;
mod infer;
mod ingest;
mod meaning;
mod schema;
mod uploads;
mod validate;

use rowgate_app::jobs::App;
use rowgate_app::settings::LogFormat;
use rowgate_app::telemetry::{self, Color, LogOptions, PayloadSummary};
use rowgate_core::control::Control;
use rowgate_core::event::Event;
use rowgate_core::{Error, ErrorKind, Result};

use crate::args::{Cli, Command, ConfigCommand, GlobalArgs, Job, SchemaCommand, UploadsCommand};

/// Runs a command.
///
/// # Errors
///
/// Whatever stopped it, or [`ErrorKind::Cancelled`] if that was `control`.
pub(crate) async fn run(cli: &Cli, control: &Control) -> Result<u8> {
    let global = &cli.global;
    match &cli.command {
        Command::Job(job) => {
            let app = app(cli)?;
            // Boxed: what jobs hold across waits is large.
            let ended = Box::pin(run_job(&app, global, job, control)).await;
            if let Err(err) = &ended {
                log(&app, err);
            }
            ended
        }
        Command::Config(ConfigCommand::Show(_)) => config::show(global, &cli.load_settings()?),
        Command::Explain(args) => {
            without_settings(global)?;
            explain::run(global, args)
        }
        Command::Completions(args) => {
            without_settings(global)?;
            generated::completions(global, args)
        }
        Command::Man(args) => {
            without_settings(global)?;
            generated::man(global, args)
        }
    }
}

async fn run_job(app: &App, global: &GlobalArgs, job: &Job, control: &Control) -> Result<u8> {
    match job {
        // It ends by itself when it is cancelled: it has uploads to abort.
        Job::Ingest(args) => Box::pin(ingest::run(app, global, args, control)).await,
        Job::Validate(args) => {
            unless_cancelled(control, validate::run(app, global, args, control)).await
        }
        Job::Count(args) => unless_cancelled(control, count::run(app, global, args, control)).await,
        Job::Infer(args) => unless_cancelled(control, infer::run(app, global, args, control)).await,
        Job::Schema(SchemaCommand::Check(args)) => {
            unless_cancelled(control, schema::check(app, global, args)).await
        }
        Job::Schema(SchemaCommand::Patch(args)) => {
            unless_cancelled(control, schema::patch(app, args)).await
        }
        Job::Uploads(UploadsCommand::List(args)) => {
            unless_cancelled(control, uploads::list(app, global, args, control)).await
        }
        Job::Uploads(UploadsCommand::Abort(args)) => {
            unless_cancelled(control, uploads::abort(app, global, args, control)).await
        }
    }
}

/// Loads the settings, begins to log as they say, and makes what jobs need.
fn app(cli: &Cli) -> Result<App> {
    let settings = cli.load_settings()?.settings;
    let options = LogOptions {
        format: settings.log.format,
        level: settings.log.level,
        service: "rowgate",
        color: Color::of_stderr(),
    };
    telemetry::init(options, std::io::stderr)?;
    Ok(App::new(settings))
}

/// Logs a failure for programs. People read it once, as the error that it is.
fn log(app: &App, err: &Error) {
    match app.settings().log.format {
        LogFormat::Json => telemetry::log_failure(Event::RunFailed, err, &PayloadSummary::new()),
        LogFormat::Human => {}
    }
}

/// Refuses flags that would be ignored: what needs no settings must work where they are broken.
fn without_settings(global: &GlobalArgs) -> Result<()> {
    let ignored = [
        ("--config", global.config.is_some()),
        ("--log-format", global.log_format.is_some()),
        ("--verbose", global.verbose > 0),
    ];
    match ignored.into_iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((flag, _)) => Err(Error::new(
            ErrorKind::Settings,
            format!("this command reads no settings and logs nothing: leave {flag} out"),
        )),
    }
}

/// Drops a command that writes nothing, or nothing that is half done, when it is cancelled.
async fn unless_cancelled<T>(
    control: &Control,
    command: impl Future<Output = Result<T>>,
) -> Result<T> {
    match control.cancel.run_until_cancelled(command).await {
        Some(Err(err)) if err.kind() != ErrorKind::Cancelled => Err(err),
        Some(Ok(ended)) => Ok(ended),
        // Whichever of the two noticed first, the command or this.
        Some(Err(_)) | None => Err(Error::new(ErrorKind::Cancelled, "stopped")),
    }
}
