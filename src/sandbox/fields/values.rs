//! Values of fields: how they are shown, checked and kept.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::sandbox::errors::Details;
use crate::sandbox::records::Field;

/// All active fields with the value of one record; unset is null, for a checkbox false.
pub(crate) struct Shown<'a> {
    fields: &'a BTreeMap<String, Field>,
    values: &'a BTreeMap<String, Value>,
}

impl<'a> Shown<'a> {
    pub(crate) fn new(
        fields: &'a BTreeMap<String, Field>,
        values: &'a BTreeMap<String, Value>,
    ) -> Self {
        Self { fields, values }
    }
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let active = self.fields.values().filter(|field| field.active);
        serializer.collect_map(active.map(|field| {
            let unset = if field.kind == "checkbox" {
                &Value::Bool(false)
            } else {
                &Value::Null
            };
            (&field.key, self.values.get(&field.key).unwrap_or(unset))
        }))
    }
}

/// What a body changes about the fields of a record.
#[derive(Default)]
pub(crate) struct FieldChanges {
    values: Vec<(String, Option<Value>)>,
    add_tags: Vec<String>,
    drop_tags: Vec<String>,
    /// Keys that name no field.
    pub(crate) unknown: Vec<String>,
}

impl FieldChanges {
    /// Merges the values per key; fields with tags write them into the tag list.
    pub(crate) fn write(self, values: &mut BTreeMap<String, Value>, tags: &mut Vec<String>) {
        for (key, value) in self.values {
            match value {
                Some(value) => values.insert(key, value),
                None => values.remove(&key),
            };
        }
        tags.retain(|tag| !self.drop_tags.contains(tag));
        for tag in self.add_tags {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
    }
}

/// Checks the field values of a body.
pub(crate) fn read(
    fields: &BTreeMap<String, Field>,
    values: Option<&Map<String, Value>>,
    details: &mut Details,
) -> FieldChanges {
    let mut changes = FieldChanges::default();
    for (key, value) in values.into_iter().flatten() {
        let Some(field) = fields.get(key).filter(|field| field.active) else {
            changes.unknown.push(key.clone());
            continue;
        };
        let unset = value.is_null() || value.as_str() == Some("");
        let stored = if unset {
            Ok(None)
        } else {
            stored(field, value).map(Some)
        };
        if let Ok(stored) = stored {
            tag_changes(field, stored.as_ref(), &mut changes);
            changes.values.push((key.clone(), stored));
        } else {
            let text = format!("{}: is invalid", field.title);
            details.add(key, text, Some("InvalidValue"));
        }
    }
    changes
}

fn tag_changes(field: &Field, value: Option<&Value>, changes: &mut FieldChanges) {
    let chosen = |option: &str| match value {
        Some(Value::Array(rows)) => rows.iter().any(|row| row.as_str() == Some(option)),
        Some(other) => other.as_str() == Some(option),
        None => false,
    };
    if let Some(tag) = field.tag.clone().filter(|_| field.kind == "checkbox") {
        let on = value.and_then(Value::as_bool) == Some(true);
        let list = if on {
            &mut changes.add_tags
        } else {
            &mut changes.drop_tags
        };
        list.push(tag);
    }
    for option in &field.options {
        let list = if chosen(&option.value) {
            &mut changes.add_tags
        } else {
            &mut changes.drop_tags
        };
        list.push(option.value.clone());
    }
}

/// A value that its field does not take.
struct Invalid;

/// Returns a value as the service keeps it.
fn stored(field: &Field, value: &Value) -> Result<Value, Invalid> {
    let text = value.as_str();
    let is_option = |text: Option<&str>| {
        field
            .options
            .iter()
            .any(|option| Some(option.value.as_str()) == text)
    };
    match field.kind.as_str() {
        "checkbox" => {
            let flag = value.as_bool().or_else(|| text?.parse().ok());
            flag.map(Value::Bool).ok_or(Invalid)
        }
        "date" => {
            let day = text.and_then(|text| text.get(..10)).ok_or(Invalid)?;
            day.parse::<jiff::civil::Date>().map_err(|_| Invalid)?;
            Ok(Value::from(format!("{day}T00:00:00+00:00")))
        }
        "integer" => {
            let number = value.as_i64().or_else(|| text?.parse().ok());
            number.map(Value::from).ok_or(Invalid)
        }
        "decimal" => {
            let number = value.as_f64().or_else(|| text?.parse().ok());
            number.map(|_| value.clone()).ok_or(Invalid)
        }
        "dropdown" if is_option(text) => Ok(value.clone()),
        "multiselect" => {
            let rows = value.as_array().ok_or(Invalid)?;
            let known = rows.iter().all(|row| is_option(row.as_str()));
            if known {
                Ok(value.clone())
            } else {
                Err(Invalid)
            }
        }
        "dropdown" => Err(Invalid),
        _ if value.is_array() || value.is_object() => Err(Invalid),
        _ => Ok(value.clone()),
    }
}
