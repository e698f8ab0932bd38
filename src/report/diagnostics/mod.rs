//! What is wrong with a project, in the four forms of `validate`: for people, as JSON, as annotations of
//! GitHub, and as SARIF.
//!
//! All forms tell the same findings in the same order. Messages are harmless since they were made; paths
//! and replacements are made so here.

mod github;
mod human;
mod json;
mod sarif;
#[cfg(test)]
mod tests;

pub use github::github;
pub use human::human;
pub use json::json;
pub use sarif::sarif;

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use crate::diag::is_deceptive;

/// Writes a value as JSON in which every character that a terminal would obey is escaped.
fn write_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let plain = serde_json::to_string_pretty(value)?;
    let mut text = String::with_capacity(plain.len() + 1);
    for character in plain.chars() {
        // What is left of them stands inside texts: between texts, JSON has line feeds only.
        if is_deceptive(character) && character != '\n' {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                // Writing to a String cannot fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(character);
        }
    }
    text.push('\n');
    out.write_all(text.as_bytes())
}

/// The path of a file from where the output is read: `folder` is the project's folder, seen from there.
fn path_in(folder: &str, path: &str) -> String {
    let folder = folder.trim_start_matches("./").trim_end_matches('/');
    if folder.is_empty() || folder == "." {
        path.to_owned()
    } else {
        format!("{folder}/{path}").replace('\\', "/")
    }
}
