//! Small sorted collections that take no more room than what they hold. An account has hundreds of thousands
//! of them with one or two entries each, and every node of a tree has room for eleven.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

/// A set of texts, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts(Box<[Box<str>]>);

impl Texts {
    /// The texts, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.0.iter().map(|text| &**text)
    }

    /// Says whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says whether `text` is one of them.
    pub fn contains(&self, text: &str) -> bool {
        self.0.binary_search_by(|own| (**own).cmp(text)).is_ok()
    }

    /// Those that `other` does not have, in order.
    pub fn difference<'a>(&'a self, other: &Self) -> impl Iterator<Item = &'a str> {
        self.iter().filter(|text| !other.contains(text))
    }

    /// Adds what is missing of `more`.
    pub(super) fn add(&mut self, more: &Self) {
        if more.difference(self).next().is_some() {
            *self = self.iter().chain(more.iter()).collect();
        }
    }
}

impl<T: Into<Box<str>>> FromIterator<T> for Texts {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut texts: Vec<Box<str>> = texts.into_iter().map(Into::into).collect();
        texts.sort();
        texts.dedup();
        Self(texts.into())
    }
}

impl<T: Into<Box<str>>, const N: usize> From<[T; N]> for Texts {
    fn from(texts: [T; N]) -> Self {
        texts.into_iter().collect()
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Box<str>>::deserialize(deserializer).map(Self::from_iter)
    }
}

impl JsonSchema for Texts {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        BTreeSet::<String>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeSet::<String>::json_schema(generator)
    }
}

/// The values of custom fields, or what else there is of each, by key, in the order of the keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Fields<V = Json>(Box<[(Box<str>, V)]>);

impl<V> Default for Fields<V> {
    fn default() -> Self {
        Self(Box::default())
    }
}

impl<V> Fields<V> {
    /// Keys and values, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &V)> {
        self.0.iter().map(|(key, value)| (&**key, value))
    }

    /// The same with values that can be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (&**key, value))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&V> {
        let place = self.0.binary_search_by(|(own, _)| (**own).cmp(key));
        place.ok().map(|place| &self.0[place].1)
    }
}

impl<K: Into<Box<str>>, V> FromIterator<(K, V)> for Fields<V> {
    /// Of several values of one key, the last counts.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(fields: I) -> Self {
        let fields = fields.into_iter();
        let mut fields: Vec<(Box<str>, V)> =
            fields.map(|(key, value)| (key.into(), value)).collect();
        fields.reverse();
        fields.sort_by(|(left, _), (right, _)| left.cmp(right));
        fields.dedup_by(|(later, _), (first, _)| later == first);
        Self(fields.into())
    }
}

impl<K: Into<Box<str>>, V, const N: usize> From<[(K, V); N]> for Fields<V> {
    fn from(fields: [(K, V); N]) -> Self {
        fields.into_iter().collect()
    }
}

impl<V: Serialize> Serialize for Fields<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Fields<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor<V>(PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for FieldsVisitor<V> {
            type Value = Fields<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<V>, A::Error> {
                let entries = std::iter::from_fn(|| map.next_entry::<Box<str>, V>().transpose());
                entries.collect()
            }
        }

        deserializer.deserialize_map(FieldsVisitor(PhantomData))
    }
}

impl<V: JsonSchema> JsonSchema for Fields<V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        BTreeMap::<String, V>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<String, V>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;
    use serde_json::Value as Json;

    use super::{Fields, Texts};

    proptest! {
        #[test]
        fn texts_are_a_set(all in prop::collection::vec("[a-c]{0,2}", 0..6), more in prop::collection::vec("[a-c]{0,2}", 0..6)) {
            let mut texts: Texts = all.iter().map(String::as_str).collect();
            let mut set: BTreeSet<String> = all.into_iter().collect();
            let others: Texts = more.iter().map(String::as_str).collect();
            let other_set: BTreeSet<String> = more.into_iter().collect();
            prop_assert_eq!(serde_json::to_value(&texts).unwrap(), serde_json::to_value(&set).unwrap());
            prop_assert!(texts.difference(&others).eq(set.difference(&other_set)));
            for text in &other_set {
                prop_assert_eq!(texts.contains(text), set.contains(text));
            }
            texts.add(&others);
            set.extend(other_set);
            prop_assert!(texts.iter().eq(set.iter()));
            let json = serde_json::to_string(&texts).unwrap();
            prop_assert_eq!(serde_json::from_str::<Texts>(&json).unwrap(), texts);
        }

        #[test]
        fn fields_are_a_map(all in prop::collection::vec(("[a-c]{0,2}", 0..9), 0..6), key in "[a-c]{0,2}") {
            let fields: Fields = all.iter().map(|(key, value)| (key.as_str(), Json::from(*value))).collect();
            let map: BTreeMap<String, Json> = all.into_iter().map(|(key, value)| (key, Json::from(value))).collect();
            prop_assert_eq!(fields.get(&key), map.get(&key));
            let json = serde_json::to_string(&map).unwrap();
            prop_assert_eq!(&serde_json::to_string(&fields).unwrap(), &json);
            prop_assert_eq!(serde_json::from_str::<Fields>(&json).unwrap(), fields);
        }
    }

    #[test]
    fn of_several_values_of_a_key_the_last_counts() {
        let fields: Fields = serde_json::from_str(r#"{"b": 1, "a": 2, "b": 3}"#).unwrap();
        assert_eq!(
            fields,
            Fields::from([("a", Json::from(2)), ("b", Json::from(3))])
        );
    }
}
