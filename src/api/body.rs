//! Values become JSON.

use serde_json::{Map, Value as Json};

use super::Error;
use super::numbers::Numbers;
use crate::model::{Item, Value};

/// A value as the service takes it. What is cleared is `null`.
pub(super) fn plain(value: &Value, numbers: Numbers<'_>) -> Result<Json, Error> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(switch) => Json::Bool(*switch),
        Value::Number(number) => Json::Number(number.clone()),
        Value::Text(text) => Json::from(text.as_str()),
        Value::Set(members) => members.iter().collect(),
        Value::Reference(address) => numbers.json(address)?,
        Value::References(addresses) => addresses
            .iter()
            .map(|address| numbers.json(address))
            .collect::<Result<Json, Error>>()?,
        Value::Json(value) => value.clone(),
    })
}

/// A text that is cleared by `""`, because the service never reports `null` for it (zendesk-api §7).
pub(super) fn text(value: &Value, numbers: Numbers<'_>) -> Result<Json, Error> {
    match value {
        Value::Null => Ok(Json::from("")),
        Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Set(_)
        | Value::Reference(_)
        | Value::References(_)
        | Value::Json(_) => plain(value, numbers),
    }
}

/// A set that is cleared by `[]`.
pub(super) fn set(value: &Value, numbers: Numbers<'_>) -> Result<Json, Error> {
    match value {
        Value::Null => Ok(Json::Array(Vec::new())),
        Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Set(_)
        | Value::Reference(_)
        | Value::References(_)
        | Value::Json(_) => plain(value, numbers),
    }
}

/// Puts one key of an open map into the object called `name`. The service merges such maps by key
/// (zendesk-api §5.8, §9, §11.2), so only the keys that change are sent.
pub(super) fn put_nested(body: &mut Map<String, Json>, name: &str, key: &str, value: Json) {
    let nested = body.entry(name).or_insert_with(|| Json::Object(Map::new()));
    if let Json::Object(nested) = nested {
        nested.insert(key.to_owned(), value);
    }
}

/// The value of a field of an item.
pub(super) fn value_of<'a>(item: &'a Item, path: &str) -> Option<&'a Value> {
    item.values
        .iter()
        .find(|(name, _)| name == path)
        .map(|(_, value)| value)
}
