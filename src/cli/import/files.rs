//! The files that an import writes.

use std::collections::BTreeMap;
use std::io::{self, Write};

use camino::{Utf8Path, Utf8PathBuf};

use crate::manifest::Config;

use crate::cli::failure::Failure;
use crate::cli::settings::Settings;

/// The schema that the editor line of manifests leads to, where the project has it.
const SCHEMA: &str = "schemas/manifest.json";

/// The line by which editors find the schema of a manifest so many folders below the project.
pub(in crate::cli) fn editor_line(depth: usize) -> String {
    let up = "../".repeat(depth);
    format!("# yaml-language-server: $schema={up}{SCHEMA}\n")
}

/// Where the schema is, seen from a folder of the project; `None` where the project has none.
pub(super) fn schema_from(settings: &Settings, folder: &Utf8Path) -> Option<String> {
    let depth = folder.components().count();
    let has_schema = folder.is_relative() && settings.path(SCHEMA.into()).is_file();
    has_schema.then(|| format!("{}{SCHEMA}", "../".repeat(depth)))
}

/// Says whether the project reads the manifests of a folder.
pub(super) fn is_read(config: &Config, folder: &Utf8Path) -> bool {
    let Some(patterns) = config.manifests.get() else {
        return folder.starts_with("manifests");
    };
    patterns.value.iter().any(|pattern| {
        let pattern = pattern.trim_start_matches("./");
        let literal: Utf8PathBuf = pattern
            .split('/')
            .take_while(|part| !part.contains(['*', '?', '[', '{']))
            .filter(|part| *part != ".")
            .collect();
        folder.starts_with(&literal)
    })
}

/// Writes all files, or none where one of them is there already.
pub(in crate::cli) fn write(
    settings: &Settings,
    files: &BTreeMap<Utf8PathBuf, String>,
) -> Result<(), Failure> {
    let there: Vec<String> = files
        .keys()
        .filter(|path| settings.path(path).symlink_metadata().is_ok())
        .map(|path| format!("`{path}`"))
        .collect();
    if !there.is_empty() {
        return Err(Failure::new(
            format!(
                "{} there already, and nothing is overwritten",
                is_or_are(&there)
            ),
            "move them away, or work in another folder",
        ));
    }
    for (path, text) in files {
        let path = settings.path(path);
        create(&path, text).map_err(|error| Failure::file("cannot write", &path, &error))?;
    }
    Ok(())
}

/// The first few, and how many more.
fn is_or_are(paths: &[String]) -> String {
    const FEW: usize = 5;
    let verb = if paths.len() == 1 { "is" } else { "are" };
    let first: Vec<&str> = paths.iter().take(FEW).map(String::as_str).collect();
    let more = match paths.len().saturating_sub(FEW) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more} {verb}", first.join(", "))
}

fn create(path: &Utf8Path, text: &str) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    // Made anew or not at all, even where somebody else writes at the same time.
    let mut file = std::fs::File::create_new(path)?;
    file.write_all(text.as_bytes())
}
