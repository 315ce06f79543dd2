//! The report in further forms, beside the one in JSON.

use bytes::Bytes;
use rowgate_core::checksum::Crc64;
use rowgate_core::error::{Role, Whose};
use rowgate_core::report::Report;
use rowgate_core::run::Existing;
use rowgate_core::store::{Condition, ObjectKind, ObjectStore as _, Place, WriteOptions};
use rowgate_core::{Error, ErrorKind, Result};
pub use rowgate_render::ReportFormat;
use rowgate_store::any::AnyStore;

use crate::place::PlaceUri;

/// Places that a report is written to when a run is over, each in a form of its own.
#[derive(Debug)]
pub struct Views(Vec<View>);

#[derive(Debug)]
struct View {
    format: ReportFormat,
    place: Place<AnyStore>,
    condition: Condition,
}

/// Returns where a report in a further form goes: beside the one in JSON, with an ending of its own.
#[must_use]
pub fn place_of(format: ReportFormat, report: &PlaceUri) -> PlaceUri {
    match format {
        ReportFormat::Json => report.clone(),
        ReportFormat::Html | ReportFormat::Junit | ReportFormat::Sarif | ReportFormat::Markdown => {
            report.with_ending(".json", format.extension())
        }
    }
}

impl Views {
    /// Looks at what is there, before anything is read.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DestinationExists`] if something is there that may not be replaced, or the
    /// store's refusal.
    pub(crate) async fn look(
        places: Vec<(ReportFormat, Place<AnyStore>)>,
        existing: Existing,
    ) -> Result<Self> {
        let mut views = Vec::with_capacity(places.len());
        for (format, place) in places {
            let found = place.store.look(&place.key).await;
            let found =
                found.map_err(|fault| Error::store("write", Role::Report, &*place.uri, fault))?;
            let condition = match found {
                None => Condition::Absent,
                Some(found) => {
                    let is_ours = found.kind.as_deref() == Some(ObjectKind::Report.as_str())
                        || found.head.starts_with(format.head().as_bytes());
                    if existing == Existing::Keep && !is_ours {
                        return Err(Error::new(
                            ErrorKind::DestinationExists,
                            format!("the report `{}` exists", place.uri),
                        ));
                    }
                    Condition::Unchanged(found.tag)
                }
            };
            views.push(View {
                format,
                place,
                condition,
            });
        }
        Ok(Self(views))
    }

    /// Writes the report in every form, in as many as can be.
    ///
    /// # Errors
    ///
    /// What kept the first of those that were not written; the message says what is there all the same.
    pub async fn write(self, report: &Report) -> Result<()> {
        let mut all_written = Ok(());
        for view in self.0 {
            let format = view.format;
            let written = view.write(report).await;
            all_written = all_written.and(written.map_err(|err| unwritten(report, format, err)));
        }
        all_written
    }
}

impl View {
    async fn write(self, report: &Report) -> Result<()> {
        let text = self.format.render(report)?;
        let options = WriteOptions {
            run: report.run_id.clone(),
            kind: ObjectKind::Report,
            condition: self.condition,
        };
        let Place { store, key, uri } = &self.place;
        let crc64 = Crc64::of(text.as_bytes());
        let put = store.put(key, Bytes::from(text), crc64, &options).await;
        put.map_err(|fault| Error::store("write", Role::Report, uri.as_str(), fault))?;
        Ok(())
    }
}

/// Says of a form of the report that could not be written what is there all the same.
fn unwritten(report: &Report, format: ReportFormat, err: Error) -> Error {
    let kind = match err.kind().whose() {
        Whose::Bug => ErrorKind::Bug,
        Whose::Caller | Whose::Dependency => ErrorKind::Dependency,
    };
    let what_is_there = match &report.output {
        Some(output) => format!("`{}` landed", output.uri),
        None => "the data was judged".to_owned(),
    };
    let message = format!("{what_is_there}, but its report as {format} was not written");
    Error::caused(kind, message, err)
}

#[cfg(test)]
mod tests {
    use rowgate_core::store::Found;

    use super::*;

    #[test]
    fn a_look_at_a_file_shows_whether_it_is_ours() {
        for format in ReportFormat::ALL {
            let head = format.head();
            assert!(head.len() <= Found::HEAD_BYTES_MAX, "{format}: {head}");
            assert!(head.contains("rowgate"), "{format}: {head}");
        }
    }
}
