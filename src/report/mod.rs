//! Plans, apply events and receipts as text for people, JSON for machines and Markdown for pull
//! requests.
//!
//! Decides nothing, reads no clock and prints nothing: every function writes to the writer it is
//! given. All forms tell the same facts. Names that come from manifests or from the account are made
//! harmless at one place for each form: [`text::neutral`] for terminals, [`markup`] for Markdown,
//! [`json`] for JSON.

pub mod diagnostics;
pub mod events;
mod inverse;
pub mod json;
pub mod markup;
mod pen;
mod phrase;
pub mod plan;
pub mod receipt;
#[cfg(test)]
mod samples;
pub mod text;

use schemars::Schema;

/// The JSON Schemas of what this room writes: file name in `schemas/` without extension, and text.
///
/// # Errors
///
/// None that inputs could cause: a schema that cannot be written as text.
pub fn schemas() -> serde_json::Result<Vec<(&'static str, String)>> {
    [
        ("plan", plan::schema()),
        ("events", events::schema()),
        ("receipt", receipt::schema()),
    ]
    .into_iter()
    .map(|(name, schema): (_, Schema)| {
        let mut text = serde_json::to_string_pretty(&schema)?;
        text.push('\n');
        Ok((name, text))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::schemas;

    #[test]
    fn the_schema_files_are_those_of_the_code() {
        for (name, text) in schemas().unwrap() {
            let file = match name {
                "plan" => include_str!("../../schemas/plan.json"),
                "events" => include_str!("../../schemas/events.json"),
                "receipt" => include_str!("../../schemas/receipt.json"),
                other => panic!("no file is compared for `{other}`"),
            };
            assert_eq!(
                file, text,
                "run `zdsync schema {name} > schemas/{name}.json`"
            );
        }
    }
}
