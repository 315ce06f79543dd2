//! What is generated from the arguments themselves: shell completions and manual pages.

use clap::CommandFactory as _;
use rowgate_app::outcome::EXIT_DONE;
use rowgate_core::{Error, ErrorKind, Result};

use crate::args::{Cli, CompletionsArgs, Format, GlobalArgs, ManArgs};
use crate::output;

pub(super) fn completions(global: &GlobalArgs, args: &CompletionsArgs) -> Result<u8> {
    only_text(global, "completions")?;
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "rowgate", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(EXIT_DONE)
}

pub(super) fn man(global: &GlobalArgs, args: &ManArgs) -> Result<u8> {
    only_text(global, "man")?;
    match &args.out {
        None => {
            let mut page = Vec::new();
            let rendered = clap_mangen::Man::new(Cli::command()).render(&mut page);
            rendered.map_err(|err| Error::bug(format!("the manual page was not made: {err}")))?;
            output::print(&String::from_utf8_lossy(&page))?;
        }
        Some(folder) => {
            let written = std::fs::create_dir_all(folder)
                .and_then(|()| clap_mangen::generate_to(Cli::command(), folder));
            written.map_err(|err| {
                let message = format!("could not write manual pages to `{}`", folder.display());
                Error::caused(ErrorKind::Destination, message, err)
            })?;
        }
    }
    Ok(EXIT_DONE)
}

/// A flag that would be ignored is refused.
fn only_text(global: &GlobalArgs, command: &str) -> Result<()> {
    match global.format {
        Format::Human => Ok(()),
        Format::Json => Err(Error::new(
            ErrorKind::Settings,
            format!("`rowgate {command}` prints no JSON: leave --format out"),
        )),
    }
}
