//! The pages: where they stand, and what must be kept in step.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and reads the repository"
)]

use std::fs;
use std::path::{Path, PathBuf};

use super::{codes, reference, schemas};

/// The root of the repository.
pub(super) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Every page of Markdown that people read, by its path from the root.
pub(super) fn all() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from("docs")];
    for name in [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
    ] {
        open.push(name.into());
    }
    while let Some(path) = open.pop() {
        let full = Path::new(ROOT).join(&path);
        if full.is_dir() {
            let entries = fs::read_dir(full).unwrap();
            open.extend(entries.map(|entry| path.join(entry.unwrap().file_name())));
        } else if path.extension().is_some_and(|ending| ending == "md") {
            let name = path.to_str().unwrap().replace('\\', "/");
            found.push((name, fs::read_to_string(full).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn generated_pages_are_those_of_the_program() {
    for (name, text) in [
        ("commands", reference::commands()),
        ("environment", reference::environment()),
        ("manifests", schemas::page("manifest")),
        ("configuration", schemas::page("config")),
        ("codes", codes::page()),
    ] {
        let path = Path::new(ROOT).join(format!("docs/reference/{name}.md"));
        if std::env::var_os("ZDSYNC_GENERATE").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == text,
            "run `just generate` to write {}",
            path.display()
        );
    }
}

#[test]
fn every_page_is_in_the_table_of_contents() {
    let summary = fs::read_to_string(Path::new(ROOT).join("docs/SUMMARY.md")).unwrap();
    for (name, _) in all() {
        let Some(page) = name.strip_prefix("docs/") else {
            continue;
        };
        let listed = page == "SUMMARY.md" || summary.contains(&format!("({page})"));
        assert!(listed, "docs/SUMMARY.md does not list {page}");
    }
}
