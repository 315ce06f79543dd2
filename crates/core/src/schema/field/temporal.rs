//! Reads fields of the types `datetime`, `date`, `time`, `year`, `yearmonth` and `duration`.

use std::borrow::Cow;

use super::Reader;
use super::literal::json_text;
use crate::check::Cast;
use crate::schema::constraint::{Constraints, Literal};
use crate::schema::extension::TemporalAny;
use crate::schema::fault::Faults;
use crate::schema::json::Json;
use crate::value::temporal::{
    Duration, Moment, TemporalFormat, TemporalKind, Year, YearMonth, Zone,
};

impl Reader<'_> {
    pub(super) fn datetime(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        let kind = TemporalKind::DateTime;
        let format = self.temporal_format(kind, constraints.faults)?;
        let expected = format.expected(kind);
        let read = |json: &Json<'_>| Some(format.datetime(&literal(json)?)?.into_owned());
        let literal = Literal::new(&read, &expected).noting(|moment| zone_note(moment.zone()));
        let rules = constraints.rules::<Moment<'_>>(&literal);
        Some((Cast::DateTime(format, rules), expected))
    }

    pub(super) fn date(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        let kind = TemporalKind::Date;
        let format = self.temporal_format(kind, constraints.faults)?;
        let expected = format.expected(kind);
        let read = |json: &Json<'_>| format.date(&literal(json)?);
        let rules = constraints.rules(&Literal::new(&read, &expected));
        Some((Cast::Date(format, rules), expected))
    }

    pub(super) fn time(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        let kind = TemporalKind::Time;
        let format = self.temporal_format(kind, constraints.faults)?;
        let expected = format.expected(kind);
        let read = |json: &Json<'_>| Some(format.time(&literal(json)?)?.into_owned());
        let literal = Literal::new(&read, &expected).noting(|moment| zone_note(moment.zone()));
        let rules = constraints.rules::<Moment<'_>>(&literal);
        Some((Cast::Time(format, rules), expected))
    }

    pub(super) fn year(&self, constraints: &mut Constraints<'_>) -> (Cast, String) {
        self.only_default(constraints.faults);
        let expected = "a year as `YYYY`, with a zone or not";
        let read = |json: &Json<'_>| Year::parse(&literal(json)?);
        let literal = Literal::new(&read, expected).noting(|year| zone_note(year.zone()));
        let rules = constraints.rules::<Year>(&literal);
        (Cast::Year(rules), expected.to_owned())
    }

    pub(super) fn yearmonth(&self, constraints: &mut Constraints<'_>) -> (Cast, String) {
        self.only_default(constraints.faults);
        let expected = "a month of a year as `YYYY-MM`, with a zone or not";
        let read = |json: &Json<'_>| YearMonth::parse(&literal(json)?);
        let literal = Literal::new(&read, expected).noting(|month| zone_note(month.zone()));
        let rules = constraints.rules::<YearMonth>(&literal);
        (Cast::YearMonth(rules), expected.to_owned())
    }

    pub(super) fn duration(&self, constraints: &mut Constraints<'_>) -> (Cast, String) {
        self.only_default(constraints.faults);
        let expected = "a duration as `P1Y2M3DT4H5M6.7S`";
        let read = |json: &Json<'_>| Some(Duration::parse(&literal(json)?)?.into_owned());
        let rules = constraints.rules(&Literal::new(&read, expected));
        (Cast::Duration(rules), expected.to_owned())
    }

    /// Reads the format of a datetime, a date or a time.
    fn temporal_format(&self, kind: TemporalKind, faults: &mut Faults) -> Option<TemporalFormat> {
        let name = self.format_name(faults)?;
        let path = self.path.key("format");
        match (name, self.temporal_any) {
            ("default", _) => return Some(TemporalFormat::Default),
            ("any", TemporalAny::Allowed) => return Some(TemporalFormat::Any),
            ("any", TemporalAny::Refused) => {
                let message = format!("format `any` of a {kind} is refused: it is ambiguous");
                let hint = "give a pattern, or allow it by `\"rowgate\": {\"temporal_any\": true}`";
                faults.push(&path, message, hint);
            }
            _ if name.contains('%') => match TemporalFormat::compile(name, kind) {
                Ok(format) => return Some(format),
                Err(fault) => {
                    let message = format!("`{name}` is no format of a {kind}: {}", fault.message);
                    faults.push(&path, message, fault.hint);
                }
            },
            _ => {
                let message = format!("unknown format `{name}` of a {kind}");
                let hint = "known are `default`, `any` and patterns of `strptime`, as `%d/%m/%Y`";
                faults.push(&path, message, hint);
            }
        }
        None
    }
}

/// Writes a literal as a cell would hold it: a pattern or a year may be all digits.
fn literal<'j>(json: &'j Json<'_>) -> Option<Cow<'j, str>> {
    match json {
        Json::Text(_) | Json::Number(_) => Some(json_text(json)),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// What a bound says of the values beside their order: those of the other kind do not meet it.
fn zone_note(zone: Zone) -> &'static str {
    match zone {
        Zone::Absent => ", without a zone",
        Zone::Utc => ", with a zone",
    }
}
