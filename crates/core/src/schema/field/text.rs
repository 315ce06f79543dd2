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

    pub(super) fn text(&self, constraints: &mut Constraints<'_>) -> (Cast, String) {
        // An unknown format is a fault of its own: it does not hide those of the constraints.
        let format = self
            .format(TextFormat::ALL, TextFormat::as_str, constraints.faults)
            .unwrap_or(TextFormat::Default);
        let mut rules = TextRules {
            format,
            lengths: constraints.lengths("character"),
            pattern: constraints.pattern(),
            closed: None,
        };
        constraints.close(&mut rules);
        (Cast::Text(Box::new(rules)), format.expected().to_owned())
    }
}
