//! Which columns make a key, and what is asked of it.

use crate::gate::Fault;
use crate::plan::Plan;
use crate::reason::{Code, Reason};
use crate::schema::{FieldKind, ReferencedTable};
use crate::text::shorten;

/// What is asked of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A column's values differ (`unique`).
    Unique,
    /// The primary key: every component is there, and no two records have the same.
    Primary,
    /// No two records have the same, those that lack a component aside (`uniqueKeys`).
    UniqueKey,
    /// A record that is referred to has the same: the schema's foreign key of this number.
    ForeignKey { number: usize },
    /// Nothing: records may refer to it by the foreign key of this number.
    Referenced { number: usize },
}

impl Asked {
    pub(crate) fn code(self) -> Code {
        match self {
            Self::Unique => Code::UniqueError,
            Self::Primary => Code::PrimaryKey,
            Self::UniqueKey => Code::UniqueKey,
            Self::ForeignKey { .. } | Self::Referenced { .. } => Code::ForeignKey,
        }
    }

    /// Whether an accepted record's key is kept.
    pub(crate) fn claims(self) -> bool {
        match self {
            Self::Unique | Self::Primary | Self::UniqueKey | Self::Referenced { .. } => true,
            Self::ForeignKey { .. } => false,
        }
    }
}

/// A key of the source's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyRule {
    pub(crate) asked: Asked,
    /// The plan's columns, in the key's order; `None` for a field that the source lacks.
    pub(crate) columns: Vec<Option<usize>>,
    /// The columns' names, as messages show them.
    names: String,
    /// The table that is referred to, as messages show it.
    table: String,
}

impl KeyRule {
    /// Makes a rule for a key of these fields of a plan's schema.
    pub(crate) fn new(plan: &Plan, asked: Asked, fields: &[usize]) -> Self {
        let all = plan.schema().fields();
        let names = fields.iter().filter_map(|&idx| all.get(idx));
        let names: Vec<String> = names.map(|f| format!("`{}`", shorten(f.name()))).collect();
        Self {
            asked,
            columns: fields.iter().map(|&idx| plan.column_of(idx)).collect(),
            names: names.join(", "),
            table: String::new(),
        }
    }

    /// Returns the rules of a plan, in the order in which their faults are listed.
    pub(crate) fn of(plan: &Plan) -> Vec<Self> {
        let schema = plan.schema();
        let fields = schema.fields().iter().enumerate();
        let unique = fields
            .filter(|(_, field)| field.is_unique())
            .map(|(idx, _)| Self::new(plan, Asked::Unique, &[idx]));
        let primary = Some(schema.primary_key()).filter(|key| !key.is_empty());
        let unique_keys = schema.unique_keys().iter();
        let foreign = schema.foreign_keys().iter().enumerate();
        unique
            .chain(primary.map(|key| Self::new(plan, Asked::Primary, key)))
            .chain(unique_keys.map(|key| Self::new(plan, Asked::UniqueKey, key)))
            .chain(foreign.map(|(number, key)| {
                let asked = Asked::ForeignKey { number };
                let table = match &key.table {
                    ReferencedTable::Itself(_) => "an accepted record".to_owned(),
                    ReferencedTable::Resource { name, .. } => {
                        format!("the resource `{}`", shorten(name))
                    }
                };
                Self {
                    table,
                    ..Self::new(plan, asked, &key.fields)
                }
            }))
            .collect()
    }

    /// Returns the column that a fault is booked on: none, if the key has several.
    fn column(&self) -> Option<usize> {
        match *self.columns.as_slice() {
            [column] => column,
            _ => None,
        }
    }

    /// Says that the key stands on a line before.
    pub(crate) fn repeated(&self, line: u64) -> Fault {
        let names = &self.names;
        let expected = match self.asked {
            Asked::Unique | Asked::ForeignKey { .. } | Asked::Referenced { .. } => {
                format!("a value that does not stand in the column before, it is on line {line}")
            }
            Asked::Primary => {
                format!("a primary key ({names}) that no record before has, it is on line {line}")
            }
            Asked::UniqueKey => {
                format!(
                    "values of {names} that no record before has together, they are on line {line}"
                )
            }
        };
        self.fault(self.column(), expected)
    }

    /// Says that no record has the key that is referred to.
    pub(crate) fn leads_nowhere(&self) -> Fault {
        let names = &self.names;
        let table = &self.table;
        self.fault(self.column(), format!("{names} to be a key of {table}"))
    }

    /// Says that a component of the key is missing.
    pub(crate) fn missing(&self, column: usize) -> Fault {
        let names = &self.names;
        self.fault(
            Some(column),
            format!("a value, for the primary key is {names}"),
        )
    }

    fn fault(&self, column: Option<usize>, expected: String) -> Fault {
        Fault {
            column,
            reason: Reason {
                code: self.asked.code(),
                expected: expected.into(),
            },
            value: None,
        }
    }
}

/// Whether a column's cells are part of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyPart {
    /// They are not.
    No,
    /// They are.
    Yes,
    /// They are part of the primary key, which is this rule: none may be missing.
    Primary { rule: usize },
}

impl KeyPart {
    /// Says of each of so many columns whether it is part of a key.
    pub(crate) fn of(rules: &[KeyRule], n_columns: usize) -> Vec<Self> {
        let mut parts = vec![Self::No; n_columns];
        for (number, rule) in rules.iter().enumerate() {
            for column in rule.columns.iter().copied().flatten() {
                match (parts.get_mut(column), rule.asked) {
                    (None | Some(Self::Primary { .. }), _) => {}
                    (Some(part), Asked::Primary) => *part = Self::Primary { rule: number },
                    (
                        Some(part),
                        Asked::Unique
                        | Asked::UniqueKey
                        | Asked::ForeignKey { .. }
                        | Asked::Referenced { .. },
                    ) => *part = Self::Yes,
                }
            }
        }
        parts
    }
}

/// Returns what values of a type are compared to: values of different families are never equal.
pub(crate) fn family(kind: FieldKind) -> &'static str {
    if matches!(kind, FieldKind::Integer | FieldKind::Number) {
        FieldKind::Number.as_str()
    } else if matches!(kind, FieldKind::Any | FieldKind::String) {
        FieldKind::String.as_str()
    } else {
        kind.as_str()
    }
}

/// The canonical values of a record's key cells: what keys are put together from. Reused from record
/// to record.
#[derive(Debug, Default)]
pub(crate) struct KeyCells {
    bytes: Vec<u8>,
    cells: Vec<KeyCell>,
}

#[derive(Debug)]
struct KeyCell {
    column: usize,
    start: usize,
    end: usize,
}

impl KeyCells {
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.cells.clear();
    }

    /// Takes a valid cell's canonical value, which `write` appends.
    pub(crate) fn add(&mut self, column: usize, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        write(&mut self.bytes);
        let end = self.bytes.len();
        self.cells.push(KeyCell { column, start, end });
    }

    /// Appends the key of these columns to `out`, unless a component is missing or not valid; returns
    /// whether it did.
    ///
    /// Each component but the last has its length before it: so different components never make the
    /// same key.
    pub(crate) fn write(&self, columns: &[Option<usize>], out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let mut rest = columns.len();
        for column in columns {
            let Some(value) = column.and_then(|column| self.get(column)) else {
                out.truncate(start);
                return false;
            };
            rest -= 1;
            if rest > 0 {
                write_length(value.len(), out);
            }
            out.extend_from_slice(value);
        }
        true
    }

    fn get(&self, column: usize) -> Option<&[u8]> {
        // They were added in the order of the columns.
        let at = self.cells.binary_search_by_key(&column, |cell| cell.column);
        let cell = self.cells.get(at.ok()?)?;
        self.bytes.get(cell.start..cell.end)
    }
}

/// Appends a length in groups of seven bits, the lowest first; the highest bit says that more follow.
pub(crate) fn write_length(mut length: usize, out: &mut Vec<u8>) {
    while length > 0x7F {
        out.push(u8::try_from(length & 0x7F).unwrap_or(0) | 0x80);
        length >>= 7;
    }
    out.push(u8::try_from(length).unwrap_or(0));
}
