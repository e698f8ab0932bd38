//! The forms a value may take in a manifest.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::text::{List, Text};
use super::yaml::Sp;

/// A text that may be `null`, which clears the field as `""` does.
pub type Clearable = Option<Text>;

/// A key that may be left out; its value is never mistaken for its absence, not even `null`.
#[derive(Clone, Debug)]
pub struct Given<T>(Option<Box<Sp<T>>>);

impl<T> Given<T> {
    /// The value, where the key is there.
    pub fn get(&self) -> Option<&Sp<T>> {
        self.0.as_deref()
    }

    /// Says whether the key is there.
    pub const fn is_given(&self) -> bool {
        self.0.is_some()
    }
}

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Sp::deserialize(deserializer).map(|value| Self(Some(Box::new(value))))
    }
}

impl<T: JsonSchema> JsonSchema for Given<T> {
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

/// A set, written as a list of texts.
pub type Set = List<Sp<Text>>;

/// One name, or a list of names.
#[derive(Clone, Debug, Default)]
pub struct Names(pub Set);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Sp { value, span } = Sp::<OneOr<Set>>::deserialize(deserializer)?;
        Ok(match value {
            OneOr::One(value) => Self(vec![Sp { value, span }].into()),
            OneOr::Other(names) => Self(names),
        })
    }
}

impl JsonSchema for Names {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Names".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "type": "string" } }
            ]
        })
    }
}

/// What a grant is of: it says under which key the long form names it.
pub trait Granted {
    /// The key, such as `group`.
    const KEY: &'static str;
    /// What the key says, for the schema.
    const MEANING: &'static str;
}

/// Grants of groups.
#[derive(Clone, Debug)]
pub struct OfGroup;

impl Granted for OfGroup {
    const KEY: &'static str = "group";
    const MEANING: &'static str = "The name of a declared group.";
}

/// Grants of organizations.
#[derive(Clone, Debug)]
pub struct OfOrganization;

impl Granted for OfOrganization {
    const KEY: &'static str = "organization";
    const MEANING: &'static str = "The name of a declared organization.";
}

/// Grants of roles.
#[derive(Clone, Debug)]
pub struct OfRole;

impl Granted for OfRole {
    const KEY: &'static str = "role";
    const MEANING: &'static str =
        "`end-user`, `agent`, `admin`, or the name of a custom or system role.";
}

/// A name, or a mapping that adds when the grant ends and why it was given.
#[derive(Clone, Debug)]
pub struct Grant<K> {
    /// What is granted.
    pub name: Sp<Text>,
    /// When it ends: a date, or a time with its zone.
    pub until: Option<Box<Sp<Text>>>,
    /// Why it was given.
    pub reason: Option<Box<Sp<Text>>>,
    kind: PhantomData<K>,
}

struct LongGrant<K>(Grant<K>);

impl<'de, K: Granted> Deserialize<'de> for LongGrant<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(LongGrantVisitor(PhantomData))
    }
}

struct LongGrantVisitor<K>(PhantomData<K>);

impl<'de, K: Granted> Visitor<'de> for LongGrantVisitor<K> {
    type Value = LongGrant<K>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a mapping with `{}`", K::KEY)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut name, mut until, mut reason) = (None, None, None);
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                key if key == K::KEY => name = Some(map.next_value()?),
                "until" => until = Some(Box::new(map.next_value()?)),
                "reason" => reason = Some(Box::new(map.next_value()?)),
                key => return Err(Error::unknown_field(key, &["until", "reason"])),
            }
        }
        Ok(LongGrant(Grant {
            name: name.ok_or_else(|| Error::missing_field(K::KEY))?,
            until,
            reason,
            kind: PhantomData,
        }))
    }
}

impl<'de, K: Granted> Deserialize<'de> for Grant<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Sp { value, span } = Sp::<OneOr<LongGrant<K>>>::deserialize(deserializer)?;
        Ok(match value {
            OneOr::One(value) => Self {
                name: Sp { value, span },
                until: None,
                reason: None,
                kind: PhantomData,
            },
            OneOr::Other(LongGrant(grant)) => grant,
        })
    }
}

/// The pattern of a grant's end: a date, or a time with its zone.
const UNTIL: &str = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?(\[.+\])?)?$";

impl<K: Granted> JsonSchema for Grant<K> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Grant of a {}", K::KEY).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut long = json_schema!({
            "type": "object",
            "properties": {
                "until": {
                    "description": "When the grant ends: a date (the end of that day, UTC) or a time with its zone, such as `2026-12-31T18:00+01:00`.",
                    "type": "string",
                    "pattern": UNTIL
                },
                "reason": {
                    "description": "Why it was given, such as a ticket number.",
                    "type": "string"
                }
            },
            "required": [K::KEY],
            "additionalProperties": false
        });
        if let Some(properties) = long
            .get_mut("properties")
            .and_then(|all| all.as_object_mut())
        {
            properties.insert(
                K::KEY.to_owned(),
                serde_json::json!({ "description": K::MEANING, "type": "string", "minLength": 1 }),
            );
        }
        json_schema!({ "anyOf": [{ "type": "string", "minLength": 1 }, long] })
    }
}

/// A scalar, or something longer.
pub(super) enum OneOr<T> {
    /// The scalar, as it is spelled.
    One(Text),
    /// What is longer.
    Other(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrVisitor(PhantomData))
    }
}

struct OneOrVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrVisitor<T> {
    type Value = OneOr<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name or the long form")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(OneOr::One(text.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(OneOr::One(number.to_string().as_str().into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(OneOr::One(number.to_string().as_str().into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        T::deserialize(serde::de::value::SeqAccessDeserializer::new(items)).map(OneOr::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(OneOr::Other)
    }
}

/// An open map, such as a role's permissions: every key and value has its place.
#[derive(Clone, Debug, Default)]
pub struct OpenMap(pub List<(Sp<Text>, Sp<serde_json::Value>)>);

impl<'de> Deserialize<'de> for OpenMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OpenMapVisitor)
    }
}

struct OpenMapVisitor;

impl<'de> Visitor<'de> for OpenMapVisitor {
    type Value = OpenMap;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OpenMap, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(OpenMap(entries.into()))
    }
}

impl JsonSchema for OpenMap {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "OpenMap".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": true })
    }
}
