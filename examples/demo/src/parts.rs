//! The first failure: a list of parts that outlives its upload.

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use md5::{Digest as _, Md5};
use rowgate_core::checksum::Crc64;
use rowgate_core::store::{
    Condition, ObjectKind, ObjectStore as _, Part, Seal, Stored, WriteOptions,
};
use rowgate_store::s3::{
    Checksums, S3Client, S3Credentials, S3PartTag, S3Settings, S3Store, S3Upload, S3WriteSettings,
};
use rowgate_testkit::generate::{Orders, orders_schema};
use rowgate_testkit::mem_s3::{MemS3Server, Operation};
use rowgate_testkit::runtime_api::{Outcome, RuntimeApi};
use serde::Deserialize;

use crate::act;
use crate::program::{Program, Running};

const BUCKET: &str = "lake";
const MIB: usize = 1024 * 1024;
/// The size at which the original sent a part, and the size that rowgate uses.
const PART_BYTES: usize = 6 * MIB;

/// Replays the original: whoever remembers its Python will know `def upload(body, parts=[])`.
pub(crate) async fn then(s3: &MemS3Server) -> Result<()> {
    act(
        "THEN",
        "one list of parts, made with the process and kept while it is warm",
    );
    s3.store().create_bucket(BUCKET);
    let store = connect(s3).await?;

    // The mistake: it belongs to the process and not to an upload.
    let mut parts = Parts::default();
    let (_, first) = upload(&store, "then/first.csv", 5, &mut parts).await?;
    let stored = first.context("the first upload of the process was refused")?;
    println!(
        "         completed: ETag {}",
        stored.etag.unwrap_or_default()
    );
    let (open, second) = upload(&store, "then/second.csv", 10, &mut parts).await?;
    match second {
        Ok(_) => bail!("S3 took parts of another upload"),
        Err(err) => {
            println!("         refused: {err}");
            ensure!(
                err.to_string().contains("InvalidPart"),
                "S3 said something else"
            );
        }
    }
    println!(
        "         left behind: {} open upload, billed until somebody aborts it",
        s3.store().open_uploads()
    );
    // Nobody did then.
    store.abort(&open).await?;
    Ok(())
}

/// What the process remembers of the parts that were sent.
#[derive(Default)]
struct Parts {
    tags: Vec<S3PartTag>,
    bytes: u64,
}

type Completed = Result<Stored, rowgate_core::store::StoreFault>;

/// Uploads an object as the original did. Its parts are numbered by a list that it does not own.
async fn upload(
    store: &S3Store,
    key: &str,
    n_parts: usize,
    parts: &mut Parts,
) -> Result<(S3Upload, Completed)> {
    let body = Bytes::from(vec![b'.'; PART_BYTES * n_parts - MIB]);
    let options = WriteOptions {
        run: "then".to_owned(),
        kind: ObjectKind::Destination,
        condition: Condition::Absent,
    };
    let upload = store.create(key, &options).await?;
    let mut numbers = Vec::new();
    for (idx, chunk) in body.chunks(PART_BYTES).enumerate() {
        let number = u32::try_from(parts.tags.len() + 1)?;
        numbers.push(number.to_string());
        let part = Part {
            number,
            offset: u64::try_from(idx * PART_BYTES)?,
            body: body.slice_ref(chunk),
            crc64: Crc64::of(chunk),
        };
        parts.tags.push(store.put_part(&upload, part).await?);
        parts.bytes += u64::try_from(chunk.len())?;
    }
    println!(
        "      {key}: sent its {n_parts} parts, numbered {}",
        numbers.join(" ")
    );
    println!("         completes with {} parts", parts.tags.len());
    let seal = Seal {
        bytes: parts.bytes,
        crc64: Crc64::of(&body),
    };
    let completed = store.complete(&upload, parts.tags.clone(), seal).await;
    Ok((upload, completed))
}

async fn connect(s3: &MemS3Server) -> Result<S3Store> {
    let settings = S3Settings {
        endpoint_url: Some(s3.endpoint()),
        region: Some("us-east-1".to_owned()),
        credentials: Some(S3Credentials {
            access_key_id: s3.access_key().to_owned(),
            secret_access_key: s3.secret_key().to_owned(),
            session_token: None,
        }),
        // The original sent none.
        checksums: Some(Checksums::Required),
        ..S3Settings::default()
    };
    let client = S3Client::connect(&settings).await?;
    Ok(S3Store::new(client, BUCKET, S3WriteSettings::default()))
}

/// Has the real function do the same: two invocations of one warm process.
pub(crate) async fn now(s3: &MemS3Server) -> Result<()> {
    let api = RuntimeApi::start().await?;
    s3.store()
        .put(BUCKET, "orders.schema.json", orders_schema());
    let mut function = Program::beside_us("bootstrap")?
        .with_s3(s3)
        .env("ROWGATE_LAMBDA__BUCKET", BUCKET)
        .env(
            "ROWGATE_LAMBDA__SCHEMA",
            &format!("s3://{BUCKET}/orders.schema.json"),
        )
        .env("AWS_LAMBDA_RUNTIME_API", &api.address())
        .env("AWS_LAMBDA_FUNCTION_NAME", "rowgate")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .start()?;
    let id = function
        .process
        .id()
        .context("the function ended at once")?;
    act(
        "NOW",
        &format!("the real function: two invocations of one warm process (pid {id})"),
    );
    for (name, n_parts) in [("first", 5), ("second", 10)] {
        invoke(s3, &api, &mut function, name, n_parts).await?;
    }
    println!("      open uploads: {}", s3.store().open_uploads());
    ensure!(s3.store().open_uploads() == 0, "an upload was left open");
    Ok(())
}

/// What the demonstration reads of a report.
#[derive(Deserialize)]
struct Report {
    status: String,
    records: Records,
    output: Output,
}

#[derive(Deserialize)]
struct Records {
    read: u64,
    accepted: u64,
    rejected: u64,
}

#[derive(Deserialize)]
struct Output {
    parts: usize,
    etag: String,
}

async fn invoke(
    s3: &MemS3Server,
    api: &RuntimeApi,
    function: &mut Running,
    name: &str,
    n_parts: usize,
) -> Result<()> {
    let (intake, landed) = (format!("intake/{name}.csv"), format!("landed/{name}.csv"));
    let mut csv = Vec::new();
    let bytes_max = u64::try_from(PART_BYTES * n_parts - MIB)?;
    let manifest = Orders::new(bytes_max)
        .bad_ppm(1_000)
        .write(&mut csv, bytes_max)?;
    s3.store().put(BUCKET, &intake, csv);
    s3.store().clear_requests();

    let event = serde_json::json!({
        "intake_s3_key": intake,
        "multipart_s3_key": landed,
    });
    let outcome = tokio::select! {
        outcome = api.invoke(event.to_string()) => outcome,
        ended = function.process.wait() => {
            bail!("the function ended: {}: {}", ended?, function.log.text())
        }
    };
    let answer = match outcome {
        Outcome::Ok(answer) => answer,
        Outcome::Err(told) | Outcome::InitError(told) => bail!("the invocation failed: {told:?}"),
        Outcome::Stopped => bail!("the invocation got no answer"),
    };
    ensure!(
        function.process.try_wait()?.is_none(),
        "the process did not stay warm"
    );
    let report: Report = serde_json::from_slice(&answer).context("the answer is no report")?;
    let Records {
        read,
        accepted,
        rejected,
    } = report.records;
    println!("      {landed}: {accepted} of {read} records, {rejected} in quarantine");
    ensure!(report.status == "landed", "it is {}", report.status);
    ensure!(
        (read, rejected) == (manifest.records, manifest.bad),
        "not the records that were made"
    );
    ensure!(
        report.output.parts == n_parts,
        "it has {} parts",
        report.output.parts
    );
    show_parts(s3, &landed, &report.output.etag)
}

/// Shows an object's parts as the store saw them, and proves that it consists of exactly those.
fn show_parts(s3: &MemS3Server, key: &str, etag: &str) -> Result<()> {
    let info = s3
        .store()
        .object_info(BUCKET, key)
        .context("it did not appear")?;
    let body = s3
        .store()
        .object(BUCKET, key)
        .context("its bytes are gone")?;
    let lengths = info.part_bytes.context("it came in one piece")?;
    let seen = s3.store().requests().into_iter();
    let sent = seen.filter(|seen| seen.operation == Operation::UploadPart && seen.key == key);
    let mut numbers: Vec<_> = sent.filter_map(|seen| seen.part_number).collect();
    numbers.sort_unstable();
    ensure!(
        numbers.len() == lengths.len(),
        "the store saw parts {numbers:?}"
    );

    println!("         part     bytes  ETag");
    let n_parts = lengths.len();
    let mut rest = body;
    let mut all = Md5::new();
    for (idx, (number, bytes)) in numbers.into_iter().zip(lengths).enumerate() {
        ensure!(
            usize::try_from(number)? == idx + 1,
            "part {number} is out of its place"
        );
        let part = rest.split_to(usize::try_from(bytes)?);
        let digest = Bytes::copy_from_slice(&Md5::digest(&part));
        all.update(&digest);
        println!("         {number:>4} {bytes:>9}  {digest:x}");
    }
    let whole = format!("{:x}-{n_parts}", Bytes::copy_from_slice(&all.finalize()));
    println!("         completed: ETag {}", info.e_tag);
    ensure!(
        rest.is_empty() && whole == info.e_tag && whole == etag,
        "the ETag is of other parts"
    );
    Ok(())
}
