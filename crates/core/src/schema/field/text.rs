//! Reads fields of the types `string` and `any`.

use super::Reader;
use crate::check::text::TextFormat;
use crate::check::{Cast, TextRules};
use crate::schema::constraint::Constraints;

impl Reader<'_> {
    pub(super) fn any(&self, constraints: &mut Constraints<'_>) -> (Cast, String) {
        self.only_default(constraints.faults);
        let closed = constraints.closed_text();
        (Cast::Any(closed), "anything".to_owned())
    }

    pub(super) fn text(&self, constraints: &mut Constraints<'_>) -> Option<(Cast, String)> {
        let format = self.format(TextFormat::ALL, TextFormat::as_str, constraints.faults)?;
        let mut rules = TextRules {
            format,
            lengths: constraints.lengths("character"),
            pattern: constraints.pattern(),
            closed: None,
        };
        constraints.close(&mut rules);
        Some((Cast::Text(Box::new(rules)), format.expected().to_owned()))
    }
}
