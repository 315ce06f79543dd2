//! `POST /v1/validate?schema=NAME`: judges a CSV as it streams in, and answers with the report.

use std::error::Error as _;
use std::pin::pin;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use rowgate_app::decoding::Decoding;
use rowgate_app::jobs::{AnySource, BodySource, control};
use rowgate_app::place::PlaceUri;
use rowgate_app::schemas::LoadedSchema;
use rowgate_app::telemetry::PayloadSummary;
use rowgate_core::control::Control;
use rowgate_core::dialect::DialectOptions;
use rowgate_core::error::Whose;
use rowgate_core::report::Report;
use rowgate_core::store::Source as _;
use rowgate_core::{Error, ErrorKind};
use serde::Deserialize;

use crate::body::LimitedBody;
use crate::problem::{Problem, ProblemKind};
use crate::routes::decoding::{Compression, Encoding};
use crate::routes::dialect::{Character, Characters, QuoteCharacter, Switch};
use crate::routes::schema_name::SchemaName;
use crate::state::Service;

/// What the report calls the source.
const SOURCE: &str = "request body";

/// Everything that may stand in the query.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameters {
    schema: SchemaName,
    delimiter: Option<Characters>,
    quote: Option<QuoteCharacter>,
    escape: Option<Character>,
    no_header: Option<Switch>,
    comment: Option<Characters>,
    skip_lines: Option<u64>,
    compression: Option<Compression>,
    encoding: Option<Encoding>,
}

impl Parameters {
    fn dialect(&self) -> DialectOptions {
        DialectOptions {
            delimiter: self.delimiter.map(Characters::mark),
            quote: self.quote.map(QuoteCharacter::quote),
            escape: self.escape.map(Character::char),
            header: self.no_header.map(Switch::header),
            comment: self.comment.map(Characters::mark),
            skip_lines: self.skip_lines,
            ..DialectOptions::default()
        }
    }

    fn decoding(&self) -> Decoding {
        Decoding {
            compression: self
                .compression
                .map(Compression::option)
                .unwrap_or_default(),
            encoding: self.encoding.map(Encoding::encoding),
            ..Decoding::default()
        }
    }
}

/// Answers with the report, rejects or not.
pub(crate) async fn validate(
    State(service): State<Arc<Service>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    request: Request,
) -> Result<Json<Report>, Problem> {
    let (head, body) = request.into_parts();
    let mut body = LimitedBody::new(body, &head.headers, service.limits().csv);
    let judged = match prepare(&service, parameters, &head.headers).await {
        Ok((schema, parameters)) => judge(&service, schema, &parameters, &mut body).await,
        Err(problem) => Err(problem),
    };
    // A run may be done before its body is, and a refusal always is.
    body.drain().await;
    judged.map(Json)
}

async fn prepare(
    service: &Service,
    parameters: Result<Query<Parameters>, QueryRejection>,
    headers: &HeaderMap,
) -> Result<(LoadedSchema, Parameters), Problem> {
    let parameters = parameters.map_err(|rejection| {
        let mut detail = rejection.body_text();
        if let Some(cause) = rejection.source() {
            detail = cause.to_string();
        }
        Problem::new(ProblemKind::Query, detail)
    })?;
    let Query(mut parameters) = parameters;
    check_media_type(headers)?;
    parameters.compression = content_coding(headers)?.or(parameters.compression);
    let schema = load_schema(service, &parameters.schema).await?;
    Ok((schema, parameters))
}

/// Refuses what cannot be a CSV. Anything else is taken for one: clients label it in many ways.
fn check_media_type(headers: &HeaderMap) -> Result<(), Problem> {
    let media_type = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let media_type = media_type.unwrap_or_default().to_ascii_lowercase();
    if media_type.starts_with(b"multipart/") || media_type.starts_with(b"application/json") {
        let detail = "send the CSV itself as the body, as `text/csv`";
        return Err(Problem::new(ProblemKind::MediaType, detail));
    }
    Ok(())
}

/// Returns how the body says that it is compressed. That is the CSV's own compression: a body that
/// is compressed twice is refused.
fn content_coding(headers: &HeaderMap) -> Result<Option<Compression>, Problem> {
    let Some(coding) = headers.get(header::CONTENT_ENCODING) else {
        return Ok(None);
    };
    match coding.as_bytes().to_ascii_lowercase().as_slice() {
        b"identity" => Ok(None),
        b"gzip" | b"x-gzip" => Ok(Some(Compression::GZIP)),
        b"zstd" => Ok(Some(Compression::ZSTD)),
        _ => {
            let detail =
                "send the CSV with `gzip` or `zstd` as its content encoding, or without any";
            let problem = Problem::new(ProblemKind::MediaType, detail);
            let taken = HeaderValue::from_static("gzip, zstd, identity");
            Err(problem.with_header(header::ACCEPT_ENCODING, taken))
        }
    }
}

/// Reads the schema of that name. A report calls it by its name: where it lies is the service's.
async fn load_schema(service: &Service, name: &SchemaName) -> Result<LoadedSchema, Problem> {
    let file = name.file_in(service.schemas_folder());
    let place = PlaceUri::Local(file.clone());
    let loaded = match service.app().schema(&place).await {
        Ok(loaded) => loaded,
        // What it refers to may be missing as well: that is not for the caller to know or to mend.
        Err(_) if matches!(tokio::fs::try_exists(&file).await, Ok(false)) => {
            let detail = format!("this service has no schema `{}`", name.as_str());
            return Err(Problem::new(ProblemKind::UnknownSchema, detail));
        }
        Err(err) => return Err(unusable(name, err)),
    };
    let mut schema = service
        .app()
        .with_resources(loaded, &[])
        .await
        .map_err(|err| unusable(name, err))?;
    name.as_str().clone_into(&mut schema.identity.uri);
    Ok(schema)
}

/// Says that a schema cannot be used. Where it and its tables lie is for the log; the faults of its
/// text name no place.
fn unusable(name: &SchemaName, err: Error) -> Problem {
    let name = name.as_str();
    if let Some(faults) = err.schema_faults() {
        let detail = format!("the schema `{name}` is not valid: {faults}");
        return Problem::of(err, detail);
    }
    match err.kind().whose() {
        Whose::Caller => {
            let detail = format!(
                "the schema `{name}`, or a file that it refers to, cannot be read: its owner finds \
                 the cause in the log, by the request id"
            );
            let cause = format!("the schema `{name}` cannot be used");
            let cause = Error::caused(ErrorKind::Dependency, cause, err);
            Problem::new(ProblemKind::UnusableSchema, detail).caused_by(cause)
        }
        Whose::Dependency | Whose::Bug => Problem::from(err),
    }
}

/// Runs the validation while its body streams in. Both live in this future, so that a client that
/// goes away ends both.
async fn judge(
    service: &Service,
    schema: LoadedSchema,
    parameters: &Parameters,
    body: &mut LimitedBody,
) -> Result<Report, Problem> {
    let control = control();
    let name = &parameters.schema;
    let tables: Vec<String> = schema
        .resources
        .iter()
        .map(|resource| resource.source.identity().uri.clone())
        .collect();
    let (feeder, source) = BodySource::new(SOURCE, body.announced());
    let source = AnySource::Body(source);
    let decoding = parameters.decoding();
    let run = service.app().validate(
        source,
        schema,
        parameters.dialect(),
        &decoding,
        &control,
        |_| {},
    );
    let (mut run, mut feed) = (pin!(run), pin!(body.feed(feeder)));
    let judged = tokio::select! {
        // Polled in this order: a body at fault explains a run that stopped for it.
        biased;
        ended = &mut feed => match ended {
            Ok(()) => run.await,
            Err(fault) => return Err(Problem::from(fault).with_payload(summary(&control))),
        },
        judged = &mut run => judged,
    };
    let mut report = judged.map_err(|err| {
        let story = err.chain();
        let is_of_table = tables.iter().any(|table| story.contains(table.as_str()));
        let problem = if is_of_table {
            unusable(name, err)
        } else {
            Problem::from(err)
        };
        problem.with_payload(summary(&control))
    })?;
    // Where they lie is the service's, as with the schema.
    for resource in &mut report.resources {
        resource.uri.clone_from(&resource.name);
    }
    Ok(report)
}

fn summary(control: &Control) -> PayloadSummary {
    let (accepted, rejected) = control.progress.records();
    PayloadSummary::new()
        .kind("payload", "csv")
        .count("byte_count", control.progress.bytes_read())
        .count("record_count", accepted.saturating_add(rejected))
}
