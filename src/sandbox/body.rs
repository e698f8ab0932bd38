//! Reading the members of a request body leniently, as the service does.

use serde_json::{Map, Value};

use super::records::Id;

/// The members of one record in a body.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(crate) fn get(self, key: &str) -> Option<&'a Value> {
        self.0.get(key)
    }

    pub(crate) fn has(self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Returns a text; a present null is `Some(None)`, a number or bool becomes its text.
    pub(crate) fn text(self, key: &str) -> Option<Option<String>> {
        Some(scalar(self.get(key)?))
    }

    /// Returns a text that is present and not null.
    pub(crate) fn some_text(self, key: &str) -> Option<String> {
        self.text(key).flatten()
    }

    pub(crate) fn flag(self, key: &str) -> Option<bool> {
        let value = self.get(key)?;
        value.as_bool().or_else(|| match value.as_str()? {
            "true" | "1" => Some(true),
            "false" | "0" | "" => Some(false),
            _ => None,
        })
    }

    /// Returns an id; what is no number is an id that nothing has.
    pub(crate) fn id(self, key: &str) -> Option<Option<Id>> {
        let value = self.get(key)?;
        if value.is_null() || value.as_str() == Some("") {
            return Some(None);
        }
        Some(Some(as_id(value)))
    }

    /// Returns a list of texts; null is the empty list.
    pub(crate) fn list(self, key: &str) -> Option<Vec<String>> {
        let value = self.get(key)?;
        if let Some(text) = value.as_str() {
            return Some(text.split([',', ' ']).map(str::to_owned).collect());
        }
        let rows = value.as_array().map(Vec::as_slice).unwrap_or_default();
        Some(rows.iter().filter_map(scalar).collect())
    }

    pub(crate) fn ids(self, key: &str) -> Option<Vec<Id>> {
        let rows = self
            .get(key)?
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        Some(rows.iter().map(as_id).collect())
    }

    pub(crate) fn object(self, key: &str) -> Option<&'a Map<String, Value>> {
        self.get(key)?.as_object()
    }

    /// Returns the keys that are not known, each behind the name of its record.
    pub(crate) fn unknown(self, record: &str, known: &[&str]) -> Vec<String> {
        let keys = self.0.keys().filter(|key| !known.contains(&key.as_str()));
        keys.map(|key| format!("{record}.{key}")).collect()
    }
}

fn scalar(value: &Value) -> Option<String> {
    if let Some(text) = value.as_str() {
        return Some(text.to_owned());
    }
    (value.is_number() || value.is_boolean()).then(|| value.to_string())
}

fn as_id(value: &Value) -> Id {
    let number = value.as_u64();
    number.or_else(|| value.as_str()?.parse().ok()).unwrap_or(0)
}
