//! Commands about schemas.

use clap::{Args, Subcommand};
use rowgate_app::place::PlaceUri;

use super::{DecodingArgs, DialectArgs};

#[derive(Args, Debug)]
pub(crate) struct InferArgs {
    /// The CSV: a path, `-` for standard input, or `s3://bucket/key`
    pub(crate) source: PlaceUri,
    #[command(flatten)]
    pub(crate) dialect: DialectArgs,
    #[command(flatten)]
    pub(crate) decoding: DecodingArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SchemaCommand {
    /// Check a schema and print what it means, column by column
    Check(SchemaCheckArgs),
    /// Apply the advice of a report to a schema and print the new schema
    Patch(SchemaPatchArgs),
}

#[derive(Args, Debug)]
pub(crate) struct SchemaCheckArgs {
    /// The Table Schema: a path, `-`, or `s3://bucket/key`
    pub(crate) schema: PlaceUri,
}

#[derive(Args, Debug)]
pub(crate) struct SchemaPatchArgs {
    /// The Table Schema, or the resource or package that it stands in: a path, `-`, or
    /// `s3://bucket/key`
    pub(crate) schema: PlaceUri,
    /// The report that gives the advice, or a JSON Patch
    #[arg(long, value_name = "REPORT", default_value = "-")]
    pub(crate) advice: PlaceUri,
    /// Which advice of the report, by its number from 1 [default: all that has a patch]
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pub(crate) pick: Vec<usize>,
}
