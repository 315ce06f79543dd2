//! `rowgate uploads`: what interrupted runs left in a store.

use std::time::Duration;

use rowgate_app::jobs::App;
use rowgate_app::outcome::EXIT_DONE;
use rowgate_app::place::PlaceUri;
use rowgate_core::Result;
use rowgate_core::control::Control;
use rowgate_core::store::OpenUpload;

use crate::args::{Format, GlobalArgs, UploadsAbortArgs, UploadsListArgs};
use crate::output;
use crate::text::{age, counted, size, visible};

/// Uploads, for programs.
#[derive(serde::Serialize)]
struct Listed<'a> {
    uploads: Vec<ListedUpload<'a>>,
}

#[derive(serde::Serialize)]
struct ListedUpload<'a> {
    key: &'a str,
    id: &'a str,
    age_s: u64,
    bytes: u64,
}

pub(super) async fn list(
    app: &App,
    global: &GlobalArgs,
    args: &UploadsListArgs,
    control: &Control,
) -> Result<u8> {
    let uploads = app.uploads(&args.under).await?;
    let uploads: Vec<Aged> = uploads
        .iter()
        .map(|upload| Aged::new(upload, control))
        .collect();
    match global.format {
        Format::Json => print_json(&uploads)?,
        Format::Human => output::print(&table(&uploads, &args.under, "unfinished"))?,
    }
    Ok(EXIT_DONE)
}

pub(super) async fn abort(
    app: &App,
    global: &GlobalArgs,
    args: &UploadsAbortArgs,
    control: &Control,
) -> Result<u8> {
    let uploads = app.uploads(&args.under).await?;
    // Without a duration, clap has made sure of --all.
    let older_than = args.which.older_than.unwrap_or(Duration::ZERO);
    let mut aborted = Vec::new();
    let mut first_failure = None;
    for upload in uploads.iter().map(|upload| Aged::new(upload, control)) {
        if !args.which.all && upload.age <= older_than {
            continue;
        }
        match app.abort_upload(&args.under, upload.upload).await {
            Ok(()) => aborted.push(upload),
            Err(err) if first_failure.is_none() => first_failure = Some(err),
            Err(err) => output::note(&visible(&err.chain())),
        }
    }
    match global.format {
        Format::Json => print_json(&aborted)?,
        Format::Human => output::print(&table(&aborted, &args.under, "aborted"))?,
    }
    first_failure.map_or(Ok(EXIT_DONE), Err)
}

/// An upload and how long ago it was begun.
#[derive(Clone, Copy, Debug)]
struct Aged<'a> {
    upload: &'a OpenUpload,
    age: Duration,
}

impl<'a> Aged<'a> {
    fn new(upload: &'a OpenUpload, control: &Control) -> Self {
        let age_s = control
            .clock
            .now()
            .as_second()
            .saturating_sub(upload.started_at_s);
        // A store whose clock is ahead of ours has made uploads in our future.
        let age = Duration::from_secs(u64::try_from(age_s).unwrap_or(0));
        Self { upload, age }
    }
}

fn print_json(uploads: &[Aged<'_>]) -> Result<()> {
    let uploads = uploads.iter().map(|Aged { upload, age }| ListedUpload {
        key: &upload.key,
        id: &upload.id,
        age_s: age.as_secs(),
        bytes: upload.bytes,
    });
    output::print_json(&Listed {
        uploads: uploads.collect(),
    })
}

fn table(uploads: &[Aged<'_>], under: &PlaceUri, what: &str) -> String {
    let row = |Aged { upload, age: since }: &Aged<'_>| {
        let (key, id) = (visible(&upload.key), visible(&upload.id));
        format!(
            "{:>8}  {:>10}  {key}  {id}\n",
            age(*since),
            size(upload.bytes)
        )
    };
    let rows: String = uploads.iter().map(row).collect();
    let n_uploads = u64::try_from(uploads.len()).unwrap_or(u64::MAX);
    let bytes = uploads.iter().map(|aged| aged.upload.bytes).sum();
    let (uploads, under) = (counted(n_uploads, "upload"), visible(&under.to_string()));
    format!("{rows}{uploads} {what} under {under}, {}\n", size(bytes))
}
