//! Comparable values and the facts they belong to.

use std::borrow::Cow;
use std::collections::BTreeSet;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, Serializer};

use super::{Address, Fields, Texts};

/// The value of one field, in a form in which equal means equal to the service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Nothing: the service's `null`, and its `""`, which means the same (zendesk-api §2.1).
    Null,
    /// A switch.
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// A text that is not empty.
    Text(String),
    /// A set, such as tags or domain names: order and repetition mean nothing.
    Set(Texts),
    /// Another object, by address.
    Reference(Address),
    /// Other objects, by address, sorted.
    References(BTreeSet<Address>),
    /// A nested value of an open map, such as a role's `custom_objects`.
    Json(serde_json::Value),
}

impl Value {
    /// A text; an empty one is [`Value::Null`].
    pub fn text(text: &str) -> Self {
        if text.is_empty() {
            Self::Null
        } else {
            Self::Text(text.to_owned())
        }
    }

    /// A reference, or [`Value::Null`] for none.
    pub fn reference(address: Option<&Address>) -> Self {
        address.map_or(Self::Null, |address| Self::Reference(address.clone()))
    }

    /// A value of an open map, given as JSON.
    pub fn json(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(switch) => Self::Bool(*switch),
            serde_json::Value::Number(number) => Self::Number(number.clone()),
            serde_json::Value::String(text) => Self::text(text),
            serde_json::Value::Array(_) | serde_json::Value::Object(_) => Self::Json(value.clone()),
        }
    }

    /// Says whether the field holds nothing.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

/// A value as JSON has it: a reference is the name, a set a sorted array.
#[derive(Clone, Copy, Debug)]
pub struct Natural<'v>(pub &'v Value);

impl Serialize for Natural<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_none(),
            Value::Bool(switch) => switch.serialize(serializer),
            Value::Number(number) => number.serialize(serializer),
            Value::Text(text) => text.serialize(serializer),
            Value::Set(set) => set.serialize(serializer),
            Value::Reference(address) => address.name().serialize(serializer),
            Value::References(addresses) => {
                serializer.collect_seq(addresses.iter().map(Address::name))
            }
            Value::Json(json) => json.serialize(serializer),
        }
    }
}

impl JsonSchema for Natural<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        true.into()
    }
}

/// One named value of a resource. Paths use the manifest's own keys, such as `user_fields.region`.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The field.
    pub path: Cow<'static, str>,
    /// Its value.
    pub value: Value,
}

impl Fact {
    /// A fact about the field `path`.
    pub fn new(path: &'static str, value: Value) -> Self {
        Self {
            path: Cow::Borrowed(path),
            value,
        }
    }

    /// Appends a fact where the text is managed.
    pub(super) fn text(facts: &mut Vec<Self>, path: &'static str, text: Option<&String>) {
        if let Some(text) = text {
            facts.push(Self::new(path, Value::text(text)));
        }
    }

    /// Appends a fact where the switch is managed.
    pub(super) fn switch(facts: &mut Vec<Self>, path: &'static str, switch: Option<bool>) {
        if let Some(switch) = switch {
            facts.push(Self::new(path, Value::Bool(switch)));
        }
    }

    /// Appends a fact where the set is managed.
    pub(super) fn set(facts: &mut Vec<Self>, path: &'static str, set: Option<&Texts>) {
        if let Some(set) = set {
            facts.push(Self::new(path, Value::Set(set.clone())));
        }
    }

    /// Appends one fact for each managed key of an open map, as `path.key`.
    pub(super) fn map(facts: &mut Vec<Self>, path: &str, map: &Fields) {
        facts.extend(map.iter().map(|(key, value)| Self {
            path: Cow::Owned(format!("{path}.{key}")),
            value: Value::json(value),
        }));
    }
}

/// A field whose value is to change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field, as in [`Fact::path`].
    pub path: Cow<'static, str>,
    /// The value now; for something that is yet to be created, [`Value::Null`].
    pub before: Value,
    /// The value to come.
    pub after: Value,
}
