//! Where a run writes: every place named, and none of them in another's way.

use rowgate_core::quarantine::RejectsFormat;
use rowgate_core::{Error, ErrorKind, Result};

use crate::descriptors::split_resource;
use crate::jobs::IngestRequest;
use crate::place::PlaceUri;
use crate::schemas::ReadPlace;
use crate::views::{self, ReportFormat};

/// Says where everything goes, and refuses places that would get into each other's way.
pub(crate) fn resolve(
    request: &IngestRequest,
    rejects_format: RejectsFormat,
) -> Result<ResolvedPlaces> {
    let beside = |asked: &Option<PlaceUri>, suffix| match asked {
        Some(place) => Ok(place.clone()),
        None if request.to == PlaceUri::Stream => Err(Error::new(
            ErrorKind::Settings,
            "to stream to standard output, name places with --rejects and --report",
        )),
        None => Ok(request.to.beside(suffix)),
    };
    let report = beside(&request.report, ".report.json")?;
    let mut further = request.report_formats.clone();
    further.retain(|format| *format != ReportFormat::Json);
    further.sort();
    further.dedup();
    let views = further
        .into_iter()
        .map(|format| (format, views::place_of(format, &report)));
    let places = ResolvedPlaces {
        destination: request.to.clone(),
        quarantine: beside(&request.rejects, rejects_format.suffix())?,
        views: views.collect(),
        report,
    };
    let (schema, _) = split_resource(&request.schema);
    let written = places.written();
    for (idx, (what, place)) in written.iter().copied().enumerate() {
        if idx > 0 && *place == PlaceUri::Stream {
            return Err(Error::new(
                ErrorKind::Settings,
                format!("{what} cannot go to standard output: name a path or an `s3://bucket/key`"),
            ));
        }
        let read = [("the source", &request.source), ("the schema", &schema)];
        let others = written.iter().copied().take(idx).chain(read);
        for (other, other_place) in others {
            let are_streams = *place == PlaceUri::Stream && *other_place == PlaceUri::Stream;
            if !are_streams {
                check_apart((what, place), (other, other_place))?;
            }
        }
    }
    if request.source == PlaceUri::Stream && request.schema == PlaceUri::Stream {
        return Err(Error::new(
            ErrorKind::Settings,
            "the source and the schema cannot both be standard input",
        ));
    }
    Ok(places)
}

/// Where a run writes, as URIs.
pub(crate) struct ResolvedPlaces {
    pub(crate) destination: PlaceUri,
    pub(crate) quarantine: PlaceUri,
    pub(crate) report: PlaceUri,
    /// The report in further forms.
    pub(crate) views: Vec<(ReportFormat, PlaceUri)>,
}

impl ResolvedPlaces {
    /// Refuses to write to what is read for the schema.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] that names both.
    pub(crate) fn keep_apart(&self, reads: &[ReadPlace]) -> Result<()> {
        for written in self.written() {
            for read in reads {
                check_apart(written, (&read.what, &read.place))?;
            }
        }
        Ok(())
    }

    fn written(&self) -> Vec<(&'static str, &PlaceUri)> {
        let mut written = vec![
            ("the destination", &self.destination),
            ("the quarantine", &self.quarantine),
            ("the report", &self.report),
        ];
        written.extend(self.views.iter().map(|(_, place)| ("a report", place)));
        written
    }
}

fn check_apart((what, place): (&str, &PlaceUri), (other, at): (&str, &PlaceUri)) -> Result<()> {
    if place.is_same(at) {
        return Err(Error::new(
            ErrorKind::Settings,
            format!("{what} and {other} are both `{place}`: name another place for one of them"),
        ));
    }
    Ok(())
}
