//! The only file that knows which YAML parser is used.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::diag::{Diagnostic, Place, Source, Span};
use std::sync::Arc;

use super::codes;
use super::tree::{Node, Shape};

/// A value and the stretch of text that says it: 8 bytes more than the value.
///
/// For a mapping the stretch is its first character; complain at the entry's name instead. Where the
/// value came through an alias, the stretch is that of the alias.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sp<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Deref for Sp<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Sp<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = serde_yaml::Spanned::<T>::deserialize(deserializer)?;
        Ok(Self {
            value: spanned.value,
            span: span(spanned.referenced),
        })
    }
}

impl<T: JsonSchema> JsonSchema for Sp<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

fn span(location: serde_yaml::Location) -> Span {
    let number = |number: Option<u64>| {
        number
            .and_then(|number| usize::try_from(number).ok())
            .unwrap_or(0)
    };
    let span = location.span();
    Span::new(number(span.byte_offset()), number(span.byte_len()))
}

/// How many lists and mappings may stand in one another. The deepest key of the language has six around
/// it, and every level takes room on the stack.
const DEEPEST: usize = 32;

/// The parser's settings for a text of this length.
///
/// Its defaults refuse a file of 10,000 people and one list that 2,000 people share. No honest text
/// has more nodes than bytes, so that is the limit; what aliases may multiply stays bounded by it.
fn options(text: &str) -> serde_yaml::Options {
    let size = text.len().max(4096);
    serde_yaml::options! {
        with_snippet: false,
        strict_booleans: true,
        reject_unsupported_tags: true,
        reject_tagged_field_names: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        budget: serde_yaml::budget! {
            max_depth: DEEPEST,
            max_events: 2 * size,
            max_nodes: size,
            max_total_scalar_bytes: 2 * size,
            max_documents: size,
            max_aliases: size,
            max_anchors: size,
            enforce_alias_anchor_ratio: false,
        },
    }
}

/// Reads every document of a text that is not empty.
///
/// # Errors
/// The first mistake only, as the parser words it; [`read_tree`] helps to find them all.
pub(super) fn read<T: for<'de> Deserialize<'de>>(
    source: &Arc<Source>,
) -> Result<Vec<T>, Box<Diagnostic>> {
    serde_yaml::from_multiple_with_options(source.text(), options(source.text()))
        .map_err(|error| Box::new(diagnostic(source, &error)))
}

/// Reads every document as a tree in which every key and value has its place, repeated keys included.
///
/// # Errors
/// A text that is not YAML, or one that exceeds the parser's limits.
pub(super) fn read_tree(source: &Arc<Source>) -> Result<Vec<Node>, Box<Diagnostic>> {
    let mut options = options(source.text());
    options.duplicate_keys = serde_yaml::options::DuplicateKeyPolicy::PassThrough;
    options.non_finite_float_policy = serde_yaml::options::NonFiniteFloatPolicy::PassThrough;
    serde_yaml::from_multiple_with_options(source.text(), options)
        .map_err(|error| Box::new(diagnostic(source, &error)))
}

fn diagnostic(source: &Arc<Source>, error: &serde_yaml::Error) -> Diagnostic {
    let text = error.render();
    let place = Place::new(
        source,
        error.location().map_or(Span::default(), |at| {
            if at.span().byte_offset().is_some() {
                return span(at);
            }
            let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
            Span::new(source.offset(number(at.line()), number(at.column())), 0)
        }),
    );
    if exceeds_limits(error) || text.contains("recursion limit") {
        if text.contains("recursion limit") || text.contains("Depth") {
            return Diagnostic::error(codes::LIMITS, "this is nested too deeply")
                .at(place, "the limit is reached here")
                .help(format!(
                    "at most {DEEPEST} lists and mappings may stand in one another"
                ));
        }
        return Diagnostic::error(
            codes::LIMITS,
            "this file unfolds into far more than it says",
        )
        .at(place, "the limit is reached here")
        .help("write out what is nested too deeply or repeated through too many aliases");
    }
    if matches!(error, serde_yaml::Error::NonFiniteFloat { .. }) {
        return Diagnostic::error(codes::WRONG_VALUE, "this is no number that can be kept")
            .at(place, "not a number, or without end")
            .help("put it in quotation marks if it is meant as text");
    }
    let message = text.lines().next().unwrap_or_default();
    let message = plain(message);
    Diagnostic::error(codes::SYNTAX, format!("this is not valid YAML: {message}"))
        .at(place, "the parser stopped here")
        .maybe_help(syntax_help(message))
}

/// What is most often behind one of the parser's messages.
fn syntax_help(message: &str) -> Option<String> {
    let help = if message.contains("tabs") {
        "indent with blanks"
    } else if message.contains("flow") {
        "close every bracket, and put a text that holds `[`, `]`, `{`, `}` or `,` in quotation marks"
    } else if message.contains("block mapping") || message.contains("block collection") {
        "indent the keys of one entry alike, and put a text that holds `: ` or ` #` in quotation marks"
    } else {
        return None;
    };
    Some(help.to_owned())
}

/// Says whether the text unfolds beyond the parser's limits, rather than being wrong.
fn exceeds_limits(error: &serde_yaml::Error) -> bool {
    if let serde_yaml::Error::AliasError { error, .. } = error {
        return exceeds_limits(error);
    }
    matches!(
        error,
        serde_yaml::Error::Budget { .. }
            | serde_yaml::Error::AliasReplayLimitExceeded { .. }
            | serde_yaml::Error::AliasExpansionLimitExceeded { .. }
            | serde_yaml::Error::AliasReplayStackDepthExceeded { .. }
            | serde_yaml::Error::AliasReplayCounterOverflow { .. }
    )
}

/// The parser's words without its own account of the place.
fn plain(message: &str) -> &str {
    let message = message.split(" at line ").next().unwrap_or(message);
    message
        .strip_prefix("error: ")
        .unwrap_or(message)
        .trim_end_matches([':', '.'])
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_none<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_bool<E>(self, _value: bool) -> Result<Shape, E> {
        Ok(Shape::Bool)
    }

    fn visit_i64<E>(self, _value: i64) -> Result<Shape, E> {
        Ok(Shape::Integer)
    }

    fn visit_u64<E>(self, _value: u64) -> Result<Shape, E> {
        Ok(Shape::Integer)
    }

    fn visit_i128<E>(self, _value: i128) -> Result<Shape, E> {
        Ok(Shape::Integer)
    }

    fn visit_u128<E>(self, _value: u128) -> Result<Shape, E> {
        Ok(Shape::Float)
    }

    fn visit_f64<E>(self, _value: f64) -> Result<Shape, E> {
        Ok(Shape::Float)
    }

    fn visit_str<E>(self, value: &str) -> Result<Shape, E> {
        Ok(Shape::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        let mut list = Vec::new();
        while let Some(Sp { value, span }) = items.next_element::<Sp<Shape>>()? {
            list.push(Node { span, shape: value });
        }
        Ok(Shape::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Shape, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = entries.next_key::<Sp<String>>()? {
            let Sp { value, span } = entries.next_value::<Sp<Shape>>()?;
            map.push((key, Node { span, shape: value }));
        }
        Ok(Shape::Map(map))
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Sp { value, span } = Sp::<Shape>::deserialize(deserializer)?;
        Ok(Self { span, shape: value })
    }
}
