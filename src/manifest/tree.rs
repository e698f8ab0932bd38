//! A document as a tree of places, read only where the typed reading failed.

use super::yaml::Sp;
use crate::diag::Span;

/// A value with its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Where it stands.
    pub(super) span: Span,
    /// What it is.
    pub(super) shape: Shape,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// Nothing.
    Null,
    /// A switch.
    Bool,
    /// A whole number.
    Integer,
    /// Another number.
    Float,
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file; a key may stand there twice.
    Map(Vec<(Sp<String>, Node)>),
}

impl Shape {
    /// What people call it.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool => "a switch",
            Self::Integer | Self::Float => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }

    /// The name of the JSON type.
    pub(super) const fn json_type(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "boolean",
            Self::Integer => "integer",
            Self::Float => "number",
            Self::Text(_) => "string",
            Self::List(_) => "array",
            Self::Map(_) => "object",
        }
    }

    /// Says whether a text may be read from it as it is spelled.
    pub(super) const fn is_scalar(&self) -> bool {
        match self {
            Self::Bool | Self::Integer | Self::Float | Self::Text(_) => true,
            Self::Null | Self::List(_) | Self::Map(_) => false,
        }
    }
}

impl Node {
    /// The value under `key`, where this is a mapping that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.shape {
            Shape::Map(entries) => entries
                .iter()
                .find(|(name, _)| name.value == key)
                .map(|(_, node)| node),
            Shape::Null
            | Shape::Bool
            | Shape::Integer
            | Shape::Float
            | Shape::Text(_)
            | Shape::List(_) => None,
        }
    }

    /// The text, where this is one.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.shape {
            Shape::Text(text) => Some(text),
            Shape::Null
            | Shape::Bool
            | Shape::Integer
            | Shape::Float
            | Shape::List(_)
            | Shape::Map(_) => None,
        }
    }

    /// The items, where this is a list.
    pub(super) fn items(&self) -> &[Self] {
        match &self.shape {
            Shape::List(items) => items,
            Shape::Null
            | Shape::Bool
            | Shape::Integer
            | Shape::Float
            | Shape::Text(_)
            | Shape::Map(_) => &[],
        }
    }
}
