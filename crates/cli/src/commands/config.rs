//! `rowgate config show`: the settings in force, and where each comes from.

use rowgate_app::outcome::EXIT_DONE;
use rowgate_app::settings::Loaded;
use rowgate_core::Result;

use crate::args::{Format, GlobalArgs};
use crate::output;
use crate::text::visible;

pub(super) fn show(global: &GlobalArgs, loaded: &Loaded) -> Result<u8> {
    match global.format {
        Format::Json => output::print_json(&loaded.table())?,
        Format::Human => output::print(&table(loaded))?,
    }
    Ok(EXIT_DONE)
}

fn table(loaded: &Loaded) -> String {
    let rows: Vec<[String; 3]> = loaded
        .table()
        .into_iter()
        .map(|shown| {
            let value = shown
                .value
                .as_deref()
                .map_or_else(|| "(not set)".to_owned(), visible);
            [
                shown.key.to_owned(),
                value,
                visible(&shown.origin.to_string()),
            ]
        })
        .collect();
    let width = |column: usize| {
        let widths = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count());
        widths.max().unwrap_or(0)
    };
    let (key_width, value_width) = (width(0), width(1));
    let line = |[key, value, origin]: &[String; 3]| {
        format!("{key:key_width$}  {value:value_width$}  {origin}\n")
    };
    rows.iter().map(line).collect()
}
