//! Reads fields of the types `datetime`, `date`, `time`, `year`, `yearmonth` and `duration`.

use super::Reader;
use crate::check::Cast;
use crate::schema::constraint::{Constraints, Literal};
use crate::schema::extension::TemporalAny;
use crate::schema::fault::Faults;
use crate::schema::json::Json;
use crate::value::temporal::{Date, Moment, Zone};

impl Reader<'_> {
    pub(super) fn datetime(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        self.temporal_format(constraints.faults)?;
        let expected = "a datetime as `YYYY-MM-DDThh:mm:ss`, with a fraction and a zone or not";
        let read = |json: &Json<'_>| Some(Moment::parse_datetime(json.as_text()?)?.into_owned());
        let rules = constraints.rules(&Literal::new(&read, expected).noting(zone_note));
        Some((Cast::DateTime(rules), expected.to_owned()))
    }

    pub(super) fn date(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        self.temporal_format(constraints.faults)?;
        let expected = "a date of the calendar, as `YYYY-MM-DD`";
        let read = |json: &Json<'_>| Date::parse(json.as_text()?);
        let rules = constraints.rules(&Literal::new(&read, expected));
        Some((Cast::Date(rules), expected.to_owned()))
    }

    pub(super) fn time(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        self.temporal_format(constraints.faults)?;
        let expected = "a time as `hh:mm:ss`, with a fraction and a zone or not";
        let read = |json: &Json<'_>| Some(Moment::parse_time(json.as_text()?)?.into_owned());
        let rules = constraints.rules(&Literal::new(&read, expected).noting(zone_note));
        Some((Cast::Time(rules), expected.to_owned()))
    }

    pub(super) fn year(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        self.unsupported(constraints.faults)
    }

    pub(super) fn yearmonth(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        self.unsupported(constraints.faults)
    }

    pub(super) fn duration(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        self.unsupported(constraints.faults)
    }

    fn unsupported(&self, faults: &mut Faults) -> Option<(Cast, String)> {
        let what = format!("type `{}` is", self.kind);
        faults.push_unsupported(&self.path.key("type"), &what);
        None
    }

    /// Reads the format of a datetime, a date or a time.
    fn temporal_format(&self, faults: &mut Faults) -> Option<()> {
        let name = self.format_name(faults)?;
        let (path, kind) = (self.path.key("format"), self.kind);
        if name == "default" {
            return Some(());
        }
        if name == "any" && self.temporal_any == TemporalAny::Refused {
            let message = format!("format `any` of a {kind} is refused: it is ambiguous");
            let hint = "give a pattern, or allow it by `\"rowgate\": {\"temporal_any\": true}`";
            faults.push(&path, message, hint);
        } else if name == "any" || name.contains('%') {
            faults.push_unsupported(&path, &format!("format `{name}` of a {kind} is"));
        } else {
            let message = format!("unknown format `{name}` of a {kind}");
            faults.push(&path, message, "known: `default`");
        }
        None
    }
}

/// What a bound says of the values beside their order: those of the other kind do not meet it.
fn zone_note(moment: &Moment<'_>) -> &'static str {
    match moment.zone() {
        Zone::Absent => ", without a zone",
        Zone::Utc => ", with a zone",
    }
}
