//! Reads `minLength` and `maxLength`.

use super::Constraints;
use crate::check::lengths::{Length, Lengths};
use crate::check::rules::Side;
use crate::schema::json::Json;

impl Constraints<'_> {
    /// Reads the bounds on how many units, each of them a `noun`, a value has.
    pub(in crate::schema) fn lengths(&mut self, noun: &str) -> Lengths {
        let min = self.length("minLength", Side::Minimum, noun);
        let max = self.length("maxLength", Side::Maximum, noun);
        if let (Some(min), Some(max)) = (&min, &max)
            && min.n_units > max.n_units
        {
            let path = self.path.key("maxLength");
            self.faults.push(
                &path,
                "is less than `minLength`: no value can meet both",
                "",
            );
        }
        Lengths { min, max }
    }

    fn length(&mut self, name: &str, side: Side, noun: &str) -> Option<Length> {
        let json = self.get(name)?;
        let n_units = match json {
            Json::Number(text) => text.parse().ok(),
            Json::Null | Json::Bool(_) | Json::Text(_) | Json::Array(_) | Json::Object(_) => None,
        };
        let Some(n_units) = n_units else {
            let path = self.path.key(name);
            self.faults
                .push(&path, "must be a whole number that is not negative", "");
            return None;
        };
        let plural = if n_units == 1 { "" } else { "s" };
        Some(Length {
            n_units,
            expected: format!("{} {n_units} {noun}{plural}", side.words()).into(),
        })
    }
}
