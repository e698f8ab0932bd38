//! Rules about the code itself: which room may use which, how long a file may be.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and sets up with files"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every room with the rooms it may use, as the crate documentation says.
const ALLOWED: &[(&str, &[&str])] = &[
    ("api", &["model"]),
    ("apply", &["api", "model", "plan"]),
    (
        "cli",
        &[
            "api", "apply", "desired", "diag", "diff", "live", "manifest", "model", "plan",
            "report", "sandbox",
        ],
    ),
    ("desired", &["diag", "manifest", "model"]),
    ("diag", &[]),
    ("diff", &["model"]),
    ("live", &["api", "model"]),
    ("manifest", &["diag", "model"]),
    ("model", &[]),
    ("plan", &["diff", "model"]),
    ("report", &["apply", "diag", "model", "plan"]),
    ("sandbox", &[]),
];

/// The longest a file may be, in lines before its unit tests.
const LONGEST_FILE: usize = 500;

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The text before the inline unit tests, without comments.
fn production_part(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..end]
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Every room named by a `crate::room` path, grouped imports included.
fn rooms_used(text: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String {
        text.chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect()
    };
    let mut rooms = BTreeSet::new();
    for (at, path) in text.match_indices("crate::") {
        let rest = &text[at + path.len()..];
        match rest.strip_prefix('{') {
            Some(group) => {
                let end = group.find(';').unwrap_or(group.len());
                let mut depth = 0;
                let mut start = 0;
                for (at, c) in group[..end].char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            rooms.insert(word(group[start..at].trim()));
                            start = at + 1;
                        }
                        _ => {}
                    }
                }
                rooms.insert(word(group[start..end].trim()));
            }
            None => {
                rooms.insert(word(rest));
            }
        }
    }
    rooms.remove("");
    rooms
}

#[test]
fn a_room_uses_only_the_rooms_it_may() {
    let mut offences = Vec::new();
    for (room, below) in ALLOWED {
        for file in rust_files(&source().join(room)) {
            for used in rooms_used(&production_part(&file)) {
                if used != *room && !below.contains(&used.as_str()) {
                    offences.push(format!("{} may not use crate::{used}", file.display()));
                }
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn every_room_has_its_walls_listed_here() {
    let mut rooms: Vec<String> = fs::read_dir(source())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    rooms.sort();
    let listed: Vec<&str> = ALLOWED.iter().map(|(room, _)| *room).collect();
    assert_eq!(rooms, listed);
}

#[test]
fn no_file_reaches_over_its_parent_and_none_is_too_long() {
    let mut offences = Vec::new();
    for file in rust_files(&source()) {
        let text = production_part(&file);
        if text.contains("super::super") {
            offences.push(format!("{} uses super::super", file.display()));
        }
        if text.lines().count() > LONGEST_FILE {
            offences.push(format!(
                "{} is longer than {LONGEST_FILE} lines",
                file.display()
            ));
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn only_apply_holds_a_writer() {
    let offences: Vec<String> = rust_files(&source())
        .into_iter()
        .filter(|file| {
            let text = production_part(file);
            let room = file.strip_prefix(source()).unwrap();
            let free = room.starts_with("api") || room.starts_with("apply");
            // The command line makes a writer in one place, to hand it to apply.
            let maker = room == Path::new("cli/apply.rs");
            !free && !maker && text.contains("Writer") && text.contains("crate::api")
        })
        .map(|file| file.display().to_string())
        .collect();
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn grouped_imports_are_seen() {
    let used = rooms_used("use crate::{model::{Kind, Name}, plan::Plan};\nuse crate::diff;");
    assert_eq!(
        used.into_iter().collect::<Vec<_>>(),
        ["diff", "model", "plan"]
    );
}
