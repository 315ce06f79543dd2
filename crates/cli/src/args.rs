//! The command line as it is typed. What it means is [`crate::resolve`]'s matter.
//!
//! What stands here is published: help texts and names are snapshot-tested, and flags are only added.

mod schema;
mod values;

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use rowgate_app::decoding::{CompressionOption, TextEncoding};
use rowgate_app::place::PlaceUri;
use rowgate_app::resources::ResourcePlace;
use rowgate_app::views::ReportFormat;
use rowgate_core::dialect::Mark;

pub(crate) use self::schema::{InferArgs, SchemaCheckArgs, SchemaCommand, SchemaPatchArgs};
pub(crate) use self::values::{CharArg, QuoteArg};
use self::values::{duration, mark, rejects_max};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXIT_CODES: &str = "\
Exit codes:
  0    done; for `ingest`: landed
  1    the data was refused: invalid rows, too many of them, or a header that does not match
  2    the command line, the settings, the schema, the credentials or the destination are wrong
  3    the source cannot be read as asked
  4    a dependency failed: store, network or disk
  70   a bug of rowgate
  130  interrupted (143: terminated); all was aborted";

/// The gate between CSV that somebody else made and the store that your systems trust.
#[derive(Debug, Parser)]
#[command(
    name = "rowgate",
    version,
    styles = STYLES,
    max_term_width = 100,
    after_help = EXIT_CODES,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Read settings from this file [default: `rowgate.toml`, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// How results are printed
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Log more to standard error: `-v` what happens, `-vv` every step
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub(crate) verbose: u8,
    /// Put what memory cannot hold into this folder [default: the system's for temporary files]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) temp_dir: Option<PathBuf>,
    /// Print results and errors only: no progress, no summary
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// How log lines are written
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    pub(crate) log_format: Option<Format>,
}

/// For people or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for people
    Human,
    /// JSON for programs
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Job(Job),
    /// Look at settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Explain an error code: what it means, an example, how to mend it
    Explain(ExplainArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write all pages to a folder
    Man(ManArgs),
}

/// What needs settings, and looks at the world.
#[derive(Debug, Subcommand)]
pub(crate) enum Job {
    /// Validate a CSV, land what is accepted, quarantine what is not
    Ingest(Box<IngestArgs>),
    /// Validate a CSV and print every error; nothing is written
    Validate(Box<ValidateArgs>),
    /// Count the records of a CSV, with correct quoting
    Count(CountArgs),
    /// Propose a schema for a CSV, with the evidence on standard error
    Infer(InferArgs),
    /// Look at schemas, and change them
    #[command(subcommand)]
    Schema(SchemaCommand),
    /// Look at unfinished multipart uploads, and drop them
    #[command(subcommand)]
    Uploads(UploadsCommand),
}

#[derive(Args, Debug)]
pub(crate) struct IngestArgs {
    /// The CSV: a path, `-` for standard input, or `s3://bucket/key`
    pub(crate) source: PlaceUri,
    /// The Table Schema: a path, `-`, or `s3://bucket/key`
    #[arg(long, value_name = "SCHEMA")]
    pub(crate) schema: PlaceUri,
    /// Where accepted records go: a path, `s3://bucket/key`, or `-` for standard output
    ///
    /// A file or an object appears whole or not at all. `-` streams and cannot promise that; it needs
    /// --rejects and --report.
    #[arg(long, value_name = "DEST")]
    pub(crate) to: PlaceUri,
    /// Where rejected records go (by default `<DEST>.rejects.csv` or `<DEST>.rejects.jsonl`)
    #[arg(long, value_name = "DEST")]
    pub(crate) rejects: Option<PlaceUri>,
    /// Where the report goes (by default `<DEST>.report.json`)
    #[arg(long, value_name = "DEST")]
    pub(crate) report: Option<PlaceUri>,
    /// Where a table is that the schema's foreign keys refer to; may be given several times
    #[arg(long, value_name = "NAME=URI")]
    pub(crate) resource: Vec<ResourcePlace>,
    /// In which further forms the report is written, each beside the one in JSON: `html`, `junit`,
    /// `sarif`, `markdown`
    #[arg(long, value_name = "FORMAT,…", value_delimiter = ',')]
    pub(crate) report_format: Vec<ReportFormat>,
    /// Replace what is at the destination
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Judge everything and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    #[command(flatten)]
    pub(crate) quarantine: QuarantineArgs,
    #[command(flatten)]
    pub(crate) landing: LandingArgs,
    #[command(flatten)]
    pub(crate) dialect: DialectArgs,
    #[command(flatten)]
    pub(crate) decoding: DecodingArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ValidateArgs {
    /// The CSV: a path, `-` for standard input, or `s3://bucket/key`
    pub(crate) source: PlaceUri,
    /// The Table Schema: a path, `-`, or `s3://bucket/key`
    #[arg(long, value_name = "SCHEMA")]
    pub(crate) schema: PlaceUri,
    /// Where a table is that the schema's foreign keys refer to; may be given several times
    #[arg(long, value_name = "NAME=URI")]
    pub(crate) resource: Vec<ResourcePlace>,
    /// Write the report here, in the forms that --report-format names
    #[arg(long, value_name = "DEST")]
    pub(crate) report: Option<PlaceUri>,
    /// The forms of the report: `json`, `html`, `junit`, `sarif`, `markdown`
    ///
    /// Without --report one form is printed, in place of the errors.
    #[arg(long, value_name = "FORMAT,…", value_delimiter = ',')]
    pub(crate) report_format: Vec<ReportFormat>,
    #[command(flatten)]
    pub(crate) quotes: QuoteArgs,
    #[command(flatten)]
    pub(crate) dialect: DialectArgs,
    #[command(flatten)]
    pub(crate) decoding: DecodingArgs,
}

#[derive(Args, Debug)]
pub(crate) struct CountArgs {
    /// The CSV: a path, `-` for standard input, or `s3://bucket/key`
    pub(crate) source: PlaceUri,
    #[command(flatten)]
    pub(crate) dialect: DialectArgs,
    #[command(flatten)]
    pub(crate) decoding: DecodingArgs,
}

/// What a run tolerates. These override settings of the same name.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArgs {
    /// Refuse the data if more records than this are rejected: a count or a share such as `0.5%`
    ///
    /// A count stops the run at the first record past it; a share is judged at the end.
    #[arg(long, value_name = "N|P%", value_parser = rejects_max)]
    pub(crate) max_rejects: Option<String>,
    /// Refuse the data if more records than this are rejected one after the other
    #[arg(long, value_name = "N")]
    pub(crate) max_consecutive_rejects: Option<u32>,
    /// Land the header alone if no record is accepted, rather than refuse the data
    #[arg(long)]
    pub(crate) allow_empty: bool,
    #[command(flatten)]
    pub(crate) quotes: QuoteArgs,
}

/// What is tolerated of quotes. It overrides the setting of the same name.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Limits")]
pub(crate) struct QuoteArgs {
    /// Refuse the data at the first record whose quotes are broken, rather than reject its line
    ///
    /// Without it the lines inside a broken quote are read as records, and may be accepted.
    #[arg(long)]
    pub(crate) strict_quotes: bool,
}

/// How rejected records are written down. These override settings of the same name.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Quarantine")]
pub(crate) struct QuarantineArgs {
    /// A CSV, which can be mended and fed back, or JSON Lines for programs [default: csv]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) rejects_format: Option<RejectsFormatArg>,
    /// Withhold the values of columns that the schema redacts
    #[arg(long)]
    pub(crate) redact_rejects: bool,
}

/// The format of a quarantine.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum RejectsFormatArg {
    Csv,
    Jsonl,
}

/// How a run writes. These override settings of the same name.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Landing")]
pub(crate) struct LandingArgs {
    /// How large the parts of a multipart upload are, such as `8MiB`
    #[arg(long, value_name = "SIZE")]
    pub(crate) part_size: Option<String>,
    /// How many parts are sent at once, at most
    #[arg(long, value_name = "N")]
    pub(crate) concurrency: Option<u16>,
}

/// How a CSV is written.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Dialect")]
pub(crate) struct DialectArgs {
    /// What stands between fields: one or more characters, `\t` or `tab` [default: what makes the header match]
    #[arg(long, value_name = "TEXT", value_parser = mark)]
    pub(crate) delimiter: Option<Mark>,
    /// What stands around quoted fields: a character, or `none` [default: `"`]
    #[arg(long, value_name = "CHAR")]
    pub(crate) quote: Option<QuoteArg>,
    /// What makes the next character literal [default: nothing]
    #[arg(long, value_name = "CHAR")]
    pub(crate) escape: Option<CharArg>,
    /// The first record is data: columns are the schema's fields, in order
    #[arg(long)]
    pub(crate) no_header: bool,
    /// What begins a line that is no record: one or more characters [default: nothing]
    #[arg(long, value_name = "TEXT", value_parser = mark)]
    pub(crate) comment: Option<Mark>,
    /// How many lines stand before the header [default: 0]
    #[arg(long, value_name = "N")]
    pub(crate) skip_lines: Option<u64>,
}

/// How a CSV is stored.
#[derive(Args, Debug)]
#[command(next_help_heading = "Decoding")]
pub(crate) struct DecodingArgs {
    /// How the CSV is compressed: `auto`, `none`, `gzip`, `zstd`, `bzip2` or `xz`
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    pub(crate) compression: CompressionOption,
    /// How its text is encoded, such as `utf-16le`, `windows-1252` or `shift_jis` [default: as its byte
    /// order mark says, or UTF-8]
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<TextEncoding>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UploadsCommand {
    /// List unfinished uploads, oldest first
    List(UploadsListArgs),
    /// Drop unfinished uploads and the parts that the store keeps for them
    Abort(UploadsAbortArgs),
}

#[derive(Args, Debug)]
pub(crate) struct UploadsListArgs {
    /// A prefix, as in `s3://bucket/prefix`, or a path
    #[arg(value_name = "URI")]
    pub(crate) under: PlaceUri,
}

#[derive(Args, Debug)]
pub(crate) struct UploadsAbortArgs {
    /// A prefix, as in `s3://bucket/prefix`, or a path
    #[arg(value_name = "URI")]
    pub(crate) under: PlaceUri,
    #[command(flatten)]
    pub(crate) which: WhichUploads,
}

/// Which of the listed uploads are meant: one of these has to be said.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct WhichUploads {
    /// Abort those that were begun longer ago than this, such as `90m`, `2h` or `7d`
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) older_than: Option<Duration>,
    /// Abort all of them; a run that is going on loses its upload
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The code, such as `type-error`; all of them if left out
    pub(crate) code: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the settings in force and where each comes from; secrets are masked
    Show(ConfigShowArgs),
}

/// The flags that override settings, to see what they do.
#[derive(Args, Debug)]
pub(crate) struct ConfigShowArgs {
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    #[command(flatten)]
    pub(crate) quarantine: QuarantineArgs,
    #[command(flatten)]
    pub(crate) landing: LandingArgs,
}

#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: Shell,
}

#[derive(Args, Debug)]
pub(crate) struct ManArgs {
    /// Write a page for every command to this folder, which is made if absent
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
