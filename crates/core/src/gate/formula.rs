//! Cells that a spreadsheet would take for a formula.

use crate::check::ColumnCheck;
use crate::dialect::Mark;
use crate::error::{Error, ErrorKind, Result};
use crate::plan::Plan;
use crate::schema::{Field, FieldKind, FormulaPolicy};
use crate::text::is_unseen;

/// What is put before such a cell when it is to be escaped. A spreadsheet then takes it for text.
pub const FORMULA_ESCAPE: u8 = b'\'';

/// Whether a spreadsheet would take a text for a formula: the first thing in it is `=`, `+`, `-` or
/// `@` (or one of their full-width forms), or it begins with a tabulator or a line end.
///
/// White space before the sign does not hide it, nor does what is not seen: programs that trim or clean
/// a cell would find the formula.
///
/// ```
/// use rowgate_core::gate::is_formula;
///
/// assert!(is_formula("=1+1"));
/// assert!(is_formula("  @SUM(A1)"));
/// assert!(!is_formula("1+1"));
/// ```
#[must_use]
pub fn is_formula(text: &str) -> bool {
    if text.starts_with(['\t', '\r', '\n']) {
        return true;
    }
    let is_skipped = |c: char| c.is_whitespace() || is_unseen(c);
    text.trim_start_matches(is_skipped)
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// Refuses to escape cells where an apostrophe means something in the dialect.
///
/// # Errors
///
/// [`ErrorKind::Settings`] then.
pub(crate) fn check_escape(plan: &Plan) -> Result<()> {
    let dialect = plan.dialect();
    let marks = [
        Some(dialect.delimiter),
        dialect.quote,
        dialect.escape,
        dialect.comment,
    ];
    let is_escaping = plan.schema().extension().formulas == FormulaPolicy::Escape;
    let is_taken = |mark: &Mark| mark.as_bytes().contains(&FORMULA_ESCAPE);
    if is_escaping && marks.iter().flatten().any(is_taken) {
        return Err(Error::new(
            ErrorKind::Settings,
            "the schema asks for formulas to be escaped by an apostrophe, which separates, quotes, \
             escapes or comments in this dialect: let `formula_injection` be `reject`",
        ));
    }
    Ok(())
}

/// What to do with formulas, and where to look for them.
#[derive(Debug)]
pub(super) struct Formulas<'p> {
    pub(super) policy: Refusing,
    /// For each column of the plan, how its cells are read; `None`: no cell of it is a formula.
    pub(super) columns: Vec<Option<Texts<'p>>>,
}

/// A policy that does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusing {
    Reject,
    Escape,
}

/// A column whose cells are texts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Texts<'p> {
    /// The schema does not name it.
    Unchecked,
    /// Its missing values are the schema's own words.
    Checked(&'p ColumnCheck),
    /// It may hold numbers too, with text around them or as a list: where a cell is nothing but
    /// figures, it is no formula.
    Figures(&'p ColumnCheck),
}

impl<'p> Formulas<'p> {
    /// Returns what a plan asks for, if it asks for anything.
    pub(super) fn of(plan: &'p Plan) -> Option<Self> {
        let policy = match plan.schema().extension().formulas {
            FormulaPolicy::Allow => return None,
            FormulaPolicy::Reject => Refusing::Reject,
            FormulaPolicy::Escape => Refusing::Escape,
        };
        let columns = plan
            .columns()
            .iter()
            .map(|column| match plan.field(column) {
                None => Some(Texts::Unchecked),
                Some(field) => texts(field),
            });
        Some(Self {
            policy,
            columns: columns.collect(),
        })
    }
}

/// How the cells of a field are read. Those of most types cannot be any text: a valid one such as `-5`
/// is a value and no formula, and what is not valid is rejected anyway.
fn texts(field: &Field) -> Option<Texts<'_>> {
    let check = field.check();
    match field.kind() {
        FieldKind::Any | FieldKind::String => Some(Texts::Checked(check)),
        FieldKind::List => Some(Texts::Figures(check)),
        FieldKind::Integer | FieldKind::Number if check.takes_text_around_numbers() => {
            Some(Texts::Figures(check))
        }
        FieldKind::Integer
        | FieldKind::Number
        | FieldKind::Boolean
        | FieldKind::Object
        | FieldKind::Array
        | FieldKind::DateTime
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Year
        | FieldKind::YearMonth
        | FieldKind::Duration
        | FieldKind::GeoPoint
        | FieldKind::GeoJson => None,
    }
}

impl Texts<'_> {
    /// Whether a cell of the column is a formula.
    pub(super) fn is_formula(self, cell: &str) -> bool {
        let is_figure = |c: char| c.is_ascii_digit() || ".,;+-eE% ".contains(c);
        is_formula(cell)
            && match self {
                Self::Unchecked => true,
                Self::Checked(check) => !check.is_missing(cell),
                Self::Figures(check) => !check.is_missing(cell) && !cell.chars().all(is_figure),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_known_by_their_first_sign() {
        #[track_caller]
        fn check(texts: &[&str], expected: bool) {
            for text in texts {
                assert_eq!(is_formula(text), expected, "{text:?}");
            }
        }
        check(
            &[
                "=", "+1", "-1", "@a", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠a",
            ],
            true,
        );
        check(
            &[
                "    =cmd|' /C calc'!A0",
                "\u{a0}=1",
                "\u{feff}=1",
                "\u{200b}=1",
                "\u{2060}=1",
                "\u{ad}=1",
                "\u{202e}@a",
                "\0=1",
                " \u{7f}\u{e0041}-1",
            ],
            true,
        );
        check(
            &["", " ", "a=1", "'=1", "1-1", "–", "DDE (\"cmd\")", "\"=1"],
            false,
        );
    }
}
