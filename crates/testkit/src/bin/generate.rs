//! Writes generated CSV and, beside it, the manifest of what is wrong in it.
//!
//! `generate orders OUT.csv [--bytes N] [--seed S] [--bad-ppm P]`: at most `N` bytes (1 GiB unless
//! given), `P` bad records in a million (10,000 unless given). The manifest goes to
//! `OUT.csv.manifest.json` and to standard output.

use std::error::Error;
use std::fs::{self, File};
use std::io::Write as _;
use std::process::ExitCode;

use rowgate_testkit::generate::Orders;

const USAGE: &str = "usage: generate orders OUT.csv [--bytes N] [--seed S] [--bad-ppm P]";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            // Where standard error is closed, the exit code still speaks.
            let _written = writeln!(std::io::stderr(), "generate: {err}");
            ExitCode::from(2)
        }
    }
}

fn run(mut args: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let (mut bytes, mut seed, mut bad_ppm) = (1024 * 1024 * 1024, 1, 10_000);
    let (Some("orders"), Some(path)) = (args.next().as_deref(), args.next()) else {
        return Err(USAGE.into());
    };
    while let Some(flag) = args.next() {
        let slot = match flag.as_str() {
            "--bytes" => &mut bytes,
            "--seed" => &mut seed,
            "--bad-ppm" => &mut bad_ppm,
            _ => return Err(USAGE.into()),
        };
        *slot = args.next().ok_or(USAGE)?.parse()?;
    }
    let manifest = Orders::new(seed)
        .bad_ppm(bad_ppm)
        .write(File::create(&path)?, bytes)?;
    let json = serde_json::to_string_pretty(&manifest)?;
    fs::write(format!("{path}.manifest.json"), format!("{json}\n"))?;
    writeln!(std::io::stdout(), "{json}")?;
    Ok(())
}
