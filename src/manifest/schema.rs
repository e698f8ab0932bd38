//! The JSON Schemas of what people write, generated from the types that read it.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::config::Config;
use super::document::Document;

/// The names of the schemas this room knows.
pub const SCHEMAS: [&str; 2] = ["config", "manifest"];

/// The schema called `name` (`config` or `manifest`) as text, as it stands in `schemas/`.
pub fn schema(name: &str) -> Option<String> {
    let schema = match name {
        "config" => &*CONFIG,
        "manifest" => &*MANIFEST,
        _ => return None,
    };
    // Writing a JSON value as text cannot fail: its keys are texts.
    let mut text = serde_json::to_string_pretty(schema).unwrap_or_default();
    text.push('\n');
    Some(text)
}

/// The schema of the configuration.
pub(super) static CONFIG: LazyLock<Value> = LazyLock::new(|| {
    let generator = SchemaSettings::draft2020_12().into_generator();
    generator.into_root_schema_for::<Config>().to_value()
});

/// The schema of a manifest.
pub(super) static MANIFEST: LazyLock<Value> = LazyLock::new(|| {
    let generator = SchemaSettings::draft2020_12().into_generator();
    generator.into_root_schema_for::<Document>().to_value()
});
