//! `rowgate count`: the number of records, with correct quoting.

use rowgate_app::jobs::App;
use rowgate_app::outcome::EXIT_DONE;
use rowgate_core::Result;
use rowgate_core::control::Control;

use crate::args::{CountArgs, Format, GlobalArgs};
use crate::output;
use crate::progress::Bar;

#[derive(serde::Serialize)]
struct Counted {
    records: u64,
}

pub(super) async fn run(
    app: &App,
    global: &GlobalArgs,
    args: &CountArgs,
    control: &Control,
) -> Result<u8> {
    let bar = Bar::show(global, &control.progress);
    let records = app
        .count(
            &args.source,
            &args.dialect.resolve(),
            &args.decoding.resolve(),
            control,
        )
        .await?;
    drop(bar);
    match global.format {
        // Bare digits, for scripts.
        Format::Human => output::print(&format!("{records}\n"))?,
        Format::Json => output::print_json(&Counted { records })?,
    }
    Ok(EXIT_DONE)
}
