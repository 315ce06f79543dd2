//! JSON Schema (draft 2020-12), compiled: the constraint `jsonSchema`.
//!
//! Numbers are compared exactly. A schema refers to itself alone, nothing is fetched.

mod run;

use std::sync::Arc;

use regex::Regex;

use super::rules::Side;
use crate::value::decimal::{Decimal, Divisor};
use crate::value::json::JsonValue;

/// A schema; a clone is cheap.
#[derive(Clone, Debug)]
pub(crate) struct JsonSchema {
    /// The first is the whole schema.
    pub(crate) nodes: Arc<[Node]>,
}

/// The place of a subschema among the nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NodeId(pub(crate) usize);

/// What one subschema asks, all of it.
pub(crate) type Node = Vec<Rule>;

/// One thing that is asked.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// Completes "expected …": it names the keyword's place in the schema.
    pub(crate) expected: Box<str>,
    pub(crate) test: Test,
}

/// What a value is tested for.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    /// The schema `false`.
    Never,
    Types(Vec<JsonType>),
    /// `enum` and `const`: canonical forms, sorted.
    Members(Vec<Box<[u8]>>),
    MultipleOf(Divisor),
    Bound(Side, Decimal<'static>),
    Size(SizeOf, SizeBound),
    Pattern(Regex),
    UniqueItems,
    Items {
        prefix: Vec<NodeId>,
        rest: Option<NodeId>,
    },
    Contains {
        item: NodeId,
        n_min: usize,
        n_max: Option<usize>,
    },
    Required(Vec<Box<str>>),
    Properties {
        /// Sorted by name.
        named: Vec<(Box<str>, NodeId)>,
        patterns: Vec<(Regex, NodeId)>,
        rest: Option<NodeId>,
    },
    PropertyNames(NodeId),
    /// What is asked if a member is there.
    Dependent(Vec<(Box<str>, Dependent)>),
    AllOf(Vec<NodeId>),
    AnyOf(Vec<NodeId>),
    OneOf(Vec<NodeId>),
    Not(NodeId),
    If {
        condition: NodeId,
        then: Option<NodeId>,
        otherwise: Option<NodeId>,
    },
}

/// What the presence of a member asks.
#[derive(Clone, Debug)]
pub(crate) enum Dependent {
    /// That these members are there too.
    Required(Vec<Box<str>>),
    /// That the whole value meets a schema.
    Schema(NodeId),
}

/// A type of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonType {
    Null,
    Boolean,
    Object,
    Array,
    Number,
    String,
    /// A number without a fraction: `1.0` is one.
    Integer,
}

impl JsonType {
    pub(crate) const ALL: &'static [(&'static str, Self)] = &[
        ("null", Self::Null),
        ("boolean", Self::Boolean),
        ("object", Self::Object),
        ("array", Self::Array),
        ("number", Self::Number),
        ("string", Self::String),
        ("integer", Self::Integer),
    ];
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SizeOf {
    /// The characters (code points) of a string.
    Text,
    /// The items of an array.
    Array,
    /// The members of an object.
    Object,
}

/// A bound on a count, which is inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SizeBound {
    Min(usize),
    Max(usize),
}

impl Test {
    /// Returns the schemas that are asked about the value itself, not about a part of it.
    pub(crate) fn in_place(&self) -> Vec<NodeId> {
        match self {
            Self::AllOf(nodes) | Self::AnyOf(nodes) | Self::OneOf(nodes) => nodes.clone(),
            Self::Not(node) => vec![*node],
            Self::Dependent(dependents) => {
                let nodes = dependents
                    .iter()
                    .filter_map(|(_, dependent)| match dependent {
                        Dependent::Required(_) => None,
                        Dependent::Schema(node) => Some(*node),
                    });
                nodes.collect()
            }
            Self::If {
                condition,
                then,
                otherwise,
            } => {
                let branches = then.iter().chain(otherwise);
                branches.chain([condition]).copied().collect()
            }
            Self::Never
            | Self::Types(_)
            | Self::Members(_)
            | Self::MultipleOf(_)
            | Self::Bound(..)
            | Self::Size(..)
            | Self::Pattern(_)
            | Self::UniqueItems
            | Self::Items { .. }
            | Self::Contains { .. }
            | Self::Required(_)
            | Self::Properties { .. }
            | Self::PropertyNames(_) => Vec::new(),
        }
    }
}

impl JsonSchema {
    /// Tests a value.
    ///
    /// # Errors
    ///
    /// What is expected, of the first keyword that is not met.
    pub(crate) fn check(&self, value: &JsonValue<'_>) -> Result<(), &str> {
        run::check(&self.nodes, value)
    }
}
