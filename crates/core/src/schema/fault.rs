//! What is wrong with a descriptor: all of it, each fault with its place.

use std::fmt;

use super::json::{Json, Object};
use super::{did_you_mean, likely};

/// The most faults that are listed; further ones are counted.
pub const FAULTS_MAX: usize = 1_000;
/// The most faults before those that get no hint at a known name any more.
const HINTED_MAX: usize = 100;

/// One thing that is wrong with a descriptor.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaFault {
    /// Where it is: a JSON pointer (RFC 6901). The empty pointer is the whole descriptor.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl SchemaFault {
    /// An empty hint is none.
    fn new(path: &Path<'_>, message: impl Into<String>, hint: &str) -> Self {
        Self {
            pointer: path.to_string(),
            message: message.into(),
            hint: (!hint.is_empty()).then(|| hint.to_owned()),
        }
    }
}

impl fmt::Display for SchemaFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with a descriptor: at least one fault, in the order in which they were
/// found.
///
/// `Display` gives one fault a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaFaults {
    listed: Vec<SchemaFault>,
    n_unlisted: usize,
}

impl SchemaFaults {
    /// Returns the faults, at most [`FAULTS_MAX`].
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &SchemaFault> {
        self.listed.iter()
    }

    /// Returns how many faults there are beside the listed ones.
    #[must_use]
    pub fn n_unlisted(&self) -> usize {
        self.n_unlisted
    }
}

impl fmt::Display for SchemaFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (idx, fault) in self.listed.iter().enumerate() {
            let separator = if idx == 0 { "" } else { "\n" };
            write!(f, "{separator}{fault}")?;
        }
        match self.n_unlisted {
            0 => Ok(()),
            n => write!(f, "\nand {n} more"),
        }
    }
}

impl std::error::Error for SchemaFaults {}

/// The place of a value in a descriptor, as a list that lives on the stack of whoever reads it.
#[derive(Clone, Copy)]
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    pub(super) const ROOT: Self = Self {
        parent: None,
        step: Step::Root,
    };

    pub(super) fn key(&'a self, key: &'a str) -> Self {
        Self {
            parent: Some(self),
            step: Step::Key(key),
        }
    }

    pub(super) fn index(&'a self, idx: usize) -> Self {
        Self {
            parent: Some(self),
            step: Step::Index(idx),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Key(key) => write!(f, "/{}", key.replace('~', "~0").replace('/', "~1")),
            Step::Index(idx) => write!(f, "/{idx}"),
        }
    }
}

/// Gathers faults while a descriptor is read.
#[derive(Default)]
pub(super) struct Faults {
    listed: Vec<SchemaFault>,
    n_unlisted: usize,
    notes: Vec<SchemaFault>,
}

impl Faults {
    /// Notes a fault; an empty hint is none.
    pub(super) fn push(&mut self, path: &Path<'_>, message: impl Into<String>, hint: &str) {
        if self.listed.len() == FAULTS_MAX {
            self.n_unlisted += 1;
            return;
        }
        self.listed.push(SchemaFault::new(path, message, hint));
    }

    /// Notes that a name is none of the known ones, and hints at the one that may be meant. The
    /// hint is looked for as long as it is of use to anybody.
    pub(super) fn push_unknown<'k>(
        &mut self,
        path: &Path<'_>,
        message: impl Into<String>,
        name: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let hint = if self.listed.len() < HINTED_MAX {
            did_you_mean(name, known)
        } else {
            String::new()
        };
        self.push(path, message, &hint);
    }

    /// Notes that a value is not of the JSON type that belongs there.
    pub(super) fn push_type(&mut self, path: &Path<'_>, expected: &str, found: &Json<'_>) {
        let found = found.type_name();
        self.push(path, format!("must be {expected}, not {found}"), "");
    }

    /// Keeps a remark on something that is no fault, but likely not what was meant.
    pub(super) fn note(&mut self, path: &Path<'_>, message: impl Into<String>, hint: &str) {
        if self.notes.len() < FAULTS_MAX {
            self.notes.push(SchemaFault::new(path, message, hint));
        }
    }

    /// Remarks on properties that the standard does not know, and ignores, if they are likely to be
    /// misspelt.
    pub(super) fn note_unlikely(&mut self, object: &Object<'_>, known: &[&str], path: &Path<'_>) {
        for (key, _) in object.iter().filter(|(key, _)| !known.contains(key)) {
            if self.notes.len() == FAULTS_MAX {
                return;
            }
            if let Some(likely) = likely(key, known.iter().copied()) {
                let message = format!("property `{key}` is not of the standard, and is ignored");
                self.note(
                    &path.key(key),
                    message,
                    &format!("did you mean `{likely}`?"),
                );
            }
        }
    }

    /// Returns the remarks so far.
    pub(super) fn take_notes(&mut self) -> Vec<SchemaFault> {
        std::mem::take(&mut self.notes)
    }

    /// Reads something whose own root is `path`: what is found there gets the pointer that it has in
    /// the whole, and the name of the file if it is another one.
    pub(super) fn within<T>(
        &mut self,
        path: &Path<'_>,
        file: Option<&str>,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let (n_faults, n_notes) = (self.listed.len(), self.notes.len());
        let value = read(self);
        let faults = self.listed.iter_mut().skip(n_faults);
        for fault in faults.chain(self.notes.iter_mut().skip(n_notes)) {
            fault.pointer.insert_str(0, &path.to_string());
            if let Some(file) = file {
                fault.message = format!("{}, in `{file}`", fault.message);
            }
        }
        value
    }

    /// Returns how many faults there are so far.
    pub(super) fn count(&self) -> usize {
        self.listed.len() + self.n_unlisted
    }

    /// Returns what was read, or the faults.
    pub(super) fn finish<T>(mut self, value: Option<T>) -> Result<T, SchemaFaults> {
        match value {
            Some(value) if self.listed.is_empty() => return Ok(value),
            // What could not be read has left a fault; if ever it did not, this is the fault.
            None if self.listed.is_empty() => self.push(&Path::ROOT, "cannot be read", ""),
            Some(_) | None => {}
        }
        Err(SchemaFaults {
            listed: self.listed,
            n_unlisted: self.n_unlisted,
        })
    }
}
