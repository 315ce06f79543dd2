//! `rowgate explain`: what an error code means, and how to mend such data.

use rowgate_app::outcome::EXIT_DONE;
use rowgate_core::reason::Code;
use rowgate_core::{Error, ErrorKind, Result};

use crate::args::{ExplainArgs, Format, GlobalArgs};
use crate::output;

#[derive(serde::Serialize)]
struct Explained {
    code: &'static str,
    summary: &'static str,
    example: &'static str,
    remedy: &'static str,
}

impl From<Code> for Explained {
    fn from(code: Code) -> Self {
        Self {
            code: code.as_str(),
            summary: code.summary(),
            example: code.example(),
            remedy: code.remedy(),
        }
    }
}

pub(super) fn run(global: &GlobalArgs, args: &ExplainArgs) -> Result<u8> {
    match (&args.code, global.format) {
        (Some(name), Format::Human) => output::print(&explained(known(name)?))?,
        (Some(name), Format::Json) => output::print_json(&Explained::from(known(name)?))?,
        (None, Format::Human) => output::print(&list())?,
        (None, Format::Json) => {
            let all: Vec<Explained> = Code::ALL.iter().copied().map(Explained::from).collect();
            output::print_json(&all)?;
        }
    }
    Ok(EXIT_DONE)
}

fn known(name: &str) -> Result<Code> {
    name.parse().map_err(|_| {
        Error::new(
            ErrorKind::Settings,
            format!("`{name}` is no error code: `rowgate explain` lists them all"),
        )
    })
}

fn explained(code: Code) -> String {
    format!(
        "{code}\n\n{}\n\nExample: {}\n\nTo mend it: {}\n",
        code.summary(),
        code.example(),
        code.remedy()
    )
}

fn list() -> String {
    let width = Code::ALL
        .iter()
        .map(|code| code.as_str().len())
        .max()
        .unwrap_or(0);
    let lines = Code::ALL
        .iter()
        .map(|code| format!("{code:width$}  {}\n", first_sentence(code.summary())));
    lines.collect()
}

fn first_sentence(text: &str) -> &str {
    text.split_once(". ")
        .map_or(text, |(first, _)| first)
        .trim_end_matches('.')
}
