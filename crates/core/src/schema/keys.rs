//! Keys over several fields.

/// Fields of another table, or of the table itself, among whose values a record's must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// The referring fields, by their index in [`Schema::fields`]; never empty.
    ///
    /// [`Schema::fields`]: super::Schema::fields
    pub fields: Vec<usize>,
    /// The table that is referred to.
    pub table: ReferencedTable,
}

/// A table that a foreign key refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferencedTable {
    /// The table itself: these of its own fields, as many as refer.
    Itself(Vec<usize>),
    /// Another resource.
    Resource {
        /// Its name in the data package, or as the caller gives it.
        name: String,
        /// The names of its fields, as many as refer.
        fields: Vec<String>,
    },
}
