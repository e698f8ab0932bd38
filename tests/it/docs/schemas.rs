//! The reference pages of files, from their JSON Schemas.
#![expect(
    clippy::unwrap_used,
    reason = "a test gives up where its own set-up fails"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

/// The page of one schema: each mapping with its keys, in the order in which they are met.
pub(super) fn page(name: &str) -> String {
    let schema: Value = serde_json::from_str(&zdsync::manifest::schema(name).unwrap()).unwrap();
    let (title, file) = match name {
        "manifest" => ("Manifests", "A manifest"),
        _ => ("Configuration", "`zdsync.yaml`"),
    };
    let mut text = format!("# {title}\n\n{}\n\n", sentence(&schema));
    writeln!(
        text,
        "`zdsync schema {name}` prints the JSON Schema of this page; editors that know it complete and check keys.\n\n\
         ## {file}\n"
    )
    .unwrap();
    let mut met = Vec::new();
    keys(&schema, &mut met, &mut text);
    let mut at = 0;
    while let Some(name) = met.get(at).cloned() {
        at += 1;
        let part = &schema["$defs"][&name];
        write!(text, "\n## {name}\n\n{}\n\n", sentence(part)).unwrap();
        if part["oneOf"][0]["const"].is_string() {
            for value in part["oneOf"].as_array().unwrap() {
                let word = value["const"].as_str().unwrap();
                writeln!(text, "- `{word}`: {}", sentence(value)).unwrap();
            }
        } else {
            keys(part, &mut met, &mut text);
        }
    }
    text
}

fn sentence(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// A table of the keys of a mapping.
fn keys(schema: &Value, met: &mut Vec<String>, text: &mut String) {
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    let required: BTreeSet<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut inner = BTreeMap::new();
    text.push_str("| key | value | meaning |\n| --- | --- | --- |\n");
    for (key, value) in properties {
        let must = if required.contains(key.as_str()) {
            " Required."
        } else {
            ""
        };
        let kind = kind(value, met, &mut inner);
        let meaning = sentence(value).replace('|', "\\|");
        writeln!(text, "| `{key}` | {kind} | {meaning}{must} |").unwrap();
    }
    if !inner.is_empty() {
        text.push_str("\nKeys of the mappings named here:\n\n");
    }
    for (key, meaning) in inner {
        writeln!(text, "- `{key}`: {meaning}").unwrap();
    }
}

/// What may stand behind a key. Names of parts are noted in `met`, keys of nameless mappings in `inner`.
fn kind(schema: &Value, met: &mut Vec<String>, inner: &mut BTreeMap<String, String>) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap().to_owned();
        if !met.contains(&name) {
            met.push(name.clone());
        }
        return format!("[{name}](#{})", name.to_lowercase());
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[choice]
            .as_array()
            .filter(|_| schema["type"].is_null())
        {
            let mut kinds: Vec<_> = choices
                .iter()
                .map(|choice| kind(choice, met, inner))
                .collect();
            kinds.dedup();
            return kinds.join(" or ");
        }
    }
    if let Some(word) = schema["const"].as_str() {
        return format!("`{word}`");
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<_> = words
            .iter()
            .map(|word| format!("`{}`", word.as_str().unwrap_or("null")))
            .collect();
        return words.join(", ");
    }
    match &schema["type"] {
        Value::Array(types) => {
            let types = types
                .iter()
                .map(|name| plain(name.as_str().unwrap(), schema, met, inner));
            types.collect::<Vec<_>>().join(" or ")
        }
        Value::String(name) => plain(name, schema, met, inner),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => "anything".to_owned(),
    }
}

fn plain(
    name: &str,
    schema: &Value,
    met: &mut Vec<String>,
    inner: &mut BTreeMap<String, String>,
) -> String {
    match name {
        "string" => "text".to_owned(),
        "boolean" => "true or false".to_owned(),
        "integer" => match (schema["minimum"].as_u64(), schema["maximum"].as_u64()) {
            (Some(least), Some(most)) => format!("a whole number from {least} to {most}"),
            _ => "a whole number".to_owned(),
        },
        "null" => "null".to_owned(),
        "array" => format!("list of {}", kind(&schema["items"], met, inner)),
        "object" => {
            if let Some(properties) = schema["properties"].as_object() {
                for (key, value) in properties {
                    inner.insert(key.clone(), sentence(value).to_owned());
                }
                let keys: Vec<_> = properties.keys().map(|key| format!("`{key}`")).collect();
                return format!("mapping of {}", keys.join(", "));
            }
            match schema["additionalProperties"].as_object() {
                Some(_) => format!(
                    "mapping to {}",
                    kind(&schema["additionalProperties"], met, inner)
                ),
                None => "mapping".to_owned(),
            }
        }
        other => other.to_owned(),
    }
}
