//! What the arguments mean.

use rowgate_app::decoding::Decoding;
use rowgate_app::jobs::IngestRequest;
use rowgate_app::place::PlaceUri;
use rowgate_app::settings::{FrontEnd, Loaded, Override, Settings, Sources};
use rowgate_core::dialect::{DialectOptions, Header};
use rowgate_core::run::Existing;
use rowgate_core::{Error, ErrorKind, Result};

use crate::args::{
    CharArg, Cli, Command, ConfigCommand, DecodingArgs, DialectArgs, Format, GlobalArgs,
    IngestArgs, Job, LandingArgs, LimitArgs, QuarantineArgs, QuoteArg, QuoteArgs, RejectsFormatArg,
};

/// Whether a run writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Land,
    DryRun,
}

/// An ingest, as it was asked for.
#[derive(Debug)]
pub(crate) struct Ingest {
    pub(crate) request: IngestRequest,
    pub(crate) mode: Mode,
}

impl IngestArgs {
    /// Says what is asked for.
    ///
    /// # Errors
    ///
    /// Standard output cannot hold both the accepted records and the report.
    pub(crate) fn resolve(&self, format: Format) -> Result<Ingest> {
        if self.to == PlaceUri::Stream && format == Format::Json {
            return Err(Error::new(
                ErrorKind::Settings,
                "`--to -` and `--format json` both want standard output: the report goes where --report says",
            ));
        }
        Ok(Ingest {
            request: IngestRequest {
                source: self.source.clone(),
                schema: self.schema.clone(),
                to: self.to.clone(),
                rejects: self.rejects.clone(),
                report: self.report.clone(),
                resources: self.resource.clone(),
                report_formats: self.report_format.clone(),
                dialect: self.dialect.resolve(),
                decoding: self.decoding.resolve(),
                existing: if self.overwrite {
                    Existing::Replace
                } else {
                    Existing::Keep
                },
            },
            mode: if self.dry_run {
                Mode::DryRun
            } else {
                Mode::Land
            },
        })
    }
}

impl DialectArgs {
    /// Says how the source is written; what was left open is detected.
    pub(crate) fn resolve(&self) -> DialectOptions {
        DialectOptions {
            delimiter: self.delimiter,
            quote: self.quote.map(|QuoteArg(quote)| quote),
            escape: self.escape.map(|CharArg(c)| c),
            header: self.no_header.then_some(Header::Absent),
            comment: self.comment,
            skip_lines: self.skip_lines,
            ..DialectOptions::default()
        }
    }
}

impl DecodingArgs {
    /// Says how the source is stored; what was left open is detected.
    pub(crate) fn resolve(&self) -> Decoding {
        Decoding {
            compression: self.compression,
            encoding: self.encoding,
            ..Decoding::default()
        }
    }
}

impl Cli {
    /// Loads the settings in force for this command line.
    ///
    /// # Errors
    ///
    /// A file, a variable or a flag sets what does not exist or cannot be.
    pub(crate) fn load_settings(&self) -> Result<Loaded> {
        let mut flags = self.global.overrides();
        let given = match &self.command {
            Command::Job(Job::Ingest(args)) => {
                Some((&args.limits, &args.quarantine, &args.landing))
            }
            Command::Config(ConfigCommand::Show(args)) => {
                Some((&args.limits, &args.quarantine, &args.landing))
            }
            Command::Job(Job::Validate(args)) => {
                flags.extend(args.quotes.overrides());
                None
            }
            Command::Job(Job::Count(_) | Job::Infer(_) | Job::Schema(_) | Job::Uploads(_))
            | Command::Explain(_)
            | Command::Completions(_)
            | Command::Man(_) => None,
        };
        if let Some((limits, quarantine, landing)) = given {
            flags.extend(limits.overrides());
            flags.extend(quarantine.overrides());
            flags.extend(landing.overrides());
        }
        let config = self.global.config.clone();
        Settings::load(Sources::of_process(FrontEnd::CommandLine, config, flags))
    }
}

/// A flag that was given.
fn given(key: &'static str, flag: &'static str, value: Option<String>) -> Option<Override> {
    value.map(|value| Override { key, value, flag })
}

impl GlobalArgs {
    fn overrides(&self) -> Vec<Override> {
        let format = self.log_format.map(|format| match format {
            Format::Human => "human".to_owned(),
            Format::Json => "json".to_owned(),
        });
        let (level, flag) = match self.verbose {
            0 => (None, "-v"),
            1 => (Some("info"), "-v"),
            2 => (Some("debug"), "-vv"),
            3.. => (Some("trace"), "-vvv"),
        };
        let level = given("log.level", flag, level.map(str::to_owned));
        let temp_dir = self.temp_dir.as_ref();
        let temp_dir = temp_dir.map(|folder| folder.to_string_lossy().into_owned());
        given("log.format", "--log-format", format)
            .into_iter()
            .chain(level)
            .chain(given("scratch.dir", "--temp-dir", temp_dir))
            .collect()
    }
}

impl LimitArgs {
    fn overrides(&self) -> impl Iterator<Item = Override> {
        let allow_empty = self.allow_empty.then(|| "true".to_owned());
        given(
            "limits.max_rejects",
            "--max-rejects",
            self.max_rejects.clone(),
        )
        .into_iter()
        .chain(given(
            "limits.max_consecutive_rejects",
            "--max-consecutive-rejects",
            self.max_consecutive_rejects.map(|n| n.to_string()),
        ))
        .chain(given("limits.allow_empty", "--allow-empty", allow_empty))
        .chain(self.quotes.overrides())
    }
}

impl QuoteArgs {
    fn overrides(&self) -> Option<Override> {
        let strict_quotes = self.strict_quotes.then(|| "true".to_owned());
        given("limits.strict_quotes", "--strict-quotes", strict_quotes)
    }
}

impl QuarantineArgs {
    fn overrides(&self) -> impl Iterator<Item = Override> {
        let format = self.rejects_format.map(|format| match format {
            RejectsFormatArg::Csv => "csv".to_owned(),
            RejectsFormatArg::Jsonl => "jsonl".to_owned(),
        });
        let redact = self.redact_rejects.then(|| "true".to_owned());
        given("rejects.format", "--rejects-format", format)
            .into_iter()
            .chain(given("rejects.redact", "--redact-rejects", redact))
    }
}

impl LandingArgs {
    fn overrides(&self) -> impl Iterator<Item = Override> {
        let concurrency = self.concurrency.map(|n| n.to_string());
        given("landing.part_size", "--part-size", self.part_size.clone())
            .into_iter()
            .chain(given("landing.concurrency", "--concurrency", concurrency))
    }
}
