//! `zdsync schema`: the JSON Schemas that stand in `schemas/`.

use std::io::{self, Write};

use crate::sandbox::Seed;
use crate::{live, manifest, report};

use super::args::SchemaArgs;
use super::exit::Exit;
use super::failure::Failure;

/// Prints one schema, or the names of all.
pub(super) fn run(arguments: &SchemaArgs) -> Result<Exit, Failure> {
    let schemas = all()?;
    let mut out = io::stdout().lock();
    let Some(name) = &arguments.name else {
        for (name, _) in &schemas {
            writeln!(out, "{name}").map_err(|error| Failure::output(&error))?;
        }
        return Ok(Exit::Done);
    };
    let wanted = name.strip_suffix(".json").unwrap_or(name);
    let Some((_, text)) = schemas.iter().find(|(name, _)| *name == wanted) else {
        let names: Vec<&str> = schemas.iter().map(|(name, _)| *name).collect();
        return Err(Failure::new(
            format!("there is no schema called `{name}`"),
            format!("the schemas are {}", names.join(", ")),
        ));
    };
    out.write_all(text.as_bytes())
        .map_err(|error| Failure::output(&error))?;
    Ok(Exit::Done)
}

/// Every schema with its text, in name order.
pub(super) fn all() -> Result<Vec<(&'static str, String)>, Failure> {
    let unwritable = |error: serde_json::Error| {
        Failure::new(
            format!("a schema cannot be written: {error}"),
            "please report this",
        )
    };
    let mut schemas = Vec::new();
    for (name, schema) in [
        ("account", Seed::schema()),
        ("snapshot", live::saved::schema()),
    ] {
        let mut text = serde_json::to_string_pretty(&schema).map_err(unwritable)?;
        text.push('\n');
        schemas.push((name, text));
    }
    schemas.extend(
        manifest::SCHEMAS
            .iter()
            .filter_map(|name| Some((*name, manifest::schema(name)?))),
    );
    schemas.extend(report::schemas().map_err(unwritable)?);
    schemas.sort();
    Ok(schemas)
}
