//! Finds and reads the files of a project: the only file of this room that touches the disk.
#![expect(
    clippy::disallowed_methods,
    reason = "files are read and folders walked here and nowhere else in the pure rooms"
)]

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use super::codes;
use crate::diag::{Diagnostic, Diagnostics, Place, Source};

/// The name of the configuration file of a project folder.
pub const CONFIG_FILE: &str = "zdsync.yaml";

/// No honest file of declarations is larger: 100,000 people take less than 30 MB.
const LARGEST: u64 = 128 * 1024 * 1024;

/// Reads `zdsync.yaml` in the project folder `root`.
///
/// # Errors
/// One diagnostic that says why it cannot be read and what to do.
pub fn read_config(root: &Path) -> Result<Arc<Source>, Box<Diagnostic>> {
    if !root.is_dir() {
        return Err(Box::new(
            Diagnostic::error(
                codes::UNREADABLE,
                format!("there is no folder `{}`", root.display()),
            )
            .help("run zdsync in a project folder, or name one with -C"),
        ));
    }
    let path = root.join(CONFIG_FILE);
    if !path.exists() {
        let folder = root.display();
        return Err(Box::new(
            Diagnostic::error(
                codes::UNREADABLE,
                format!("there is no `{CONFIG_FILE}` in `{folder}`"),
            )
            .help("`zdsync init` starts a project folder; -C names another folder"),
        ));
    }
    read(&path, CONFIG_FILE)
}

/// Reads one file, which people know as `shown`.
///
/// # Errors
/// One diagnostic where the file is missing, not a file, too large, not UTF-8 or not allowed to us.
pub fn read(path: &Path, shown: &str) -> Result<Arc<Source>, Box<Diagnostic>> {
    let refuse =
        |what: String, help: &str| Box::new(Diagnostic::error(codes::UNREADABLE, what).help(help));
    let failed = |error: &io::Error| {
        let kind = error.kind();
        if kind == io::ErrorKind::NotFound {
            refuse(
                format!("`{shown}` does not exist"),
                "a link that leads nowhere counts as missing: repair or delete it",
            )
        } else if kind == io::ErrorKind::PermissionDenied {
            refuse(
                format!("`{shown}` may not be read"),
                "give yourself the permission to read it",
            )
        } else {
            refuse(
                format!("`{shown}` cannot be read: {error}"),
                "see whether the file opens in an editor",
            )
        }
    };
    let about = std::fs::metadata(path).map_err(|error| failed(&error))?;
    if !about.is_file() {
        return Err(refuse(
            format!("`{shown}` is not a file"),
            "put a regular file in its place",
        ));
    }
    if about.len() > LARGEST {
        return Err(refuse(
            format!("`{shown}` is too large ({} MB)", about.len() / 1_048_576),
            "split it: a manifest may have 128 MB",
        ));
    }
    let bytes = std::fs::read(path).map_err(|error| failed(&error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(error.as_bytes().get(..good).unwrap_or_default());
        let line = before.matches('\n').count() + 1;
        refuse(
            format!("`{shown}` is not UTF-8 text: the first wrong byte is in line {line}"),
            "save it as UTF-8",
        )
    })?;
    Ok(Source::new(shown, text))
}

/// What a project's patterns lead to.
#[derive(Debug, Default)]
pub struct Found {
    /// The files that could be read, by path, each once.
    pub sources: Vec<Arc<Source>>,
    /// Those that could not, and patterns that lead nowhere.
    pub diagnostics: Diagnostics,
}

/// Finds and reads every manifest that one of `patterns` names: a folder, a file or a glob, relative
/// to `root`. Each pattern may come with its place in the configuration.
///
/// Hidden files and folders are left out, and so is the configuration file.
pub fn discover(root: &Path, patterns: &[(String, Option<Place>)]) -> Found {
    let mut walk = Walk {
        root,
        files: BTreeSet::new(),
        found: Found::default(),
    };
    for (pattern, place) in patterns {
        let before = walk.files.len();
        let complaints = walk.found.diagnostics.iter().count();
        walk.pattern(pattern);
        let silent = complaints == walk.found.diagnostics.iter().count();
        if before == walk.files.len() && silent && !walk.seen(pattern) {
            let diagnostic = Diagnostic::error(
                codes::NOTHING_DECLARED,
                format!("there is no manifest in `{pattern}`"),
            )
            .help(
                "put a file that ends in .yaml or .yml there, or change `manifests` in zdsync.yaml",
            );
            walk.found.diagnostics.push(match place {
                Some(place) => diagnostic.at(place.clone(), "leads to no file"),
                None => diagnostic,
            });
        }
    }
    let mut real = BTreeSet::new();
    for shown in std::mem::take(&mut walk.files) {
        let path = root.join(&shown);
        // One file under two names is one file.
        if !real.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
            continue;
        }
        match read(&path, &shown) {
            Ok(source) => walk.found.sources.push(source),
            Err(diagnostic) => walk.found.diagnostics.push(*diagnostic),
        }
    }
    walk.found
}

struct Walk<'a> {
    root: &'a Path,
    files: BTreeSet<String>,
    found: Found,
}

impl Walk<'_> {
    /// Says whether earlier patterns already found everything under this one.
    fn seen(&self, pattern: &str) -> bool {
        let folder = format!("{}/", pattern.trim_end_matches('/'));
        self.files
            .iter()
            .any(|file| file.starts_with(&folder) || file == pattern)
    }

    fn pattern(&mut self, pattern: &str) {
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
        if !pattern.contains(['*', '?', '[', '{']) {
            let path = self.root.join(pattern);
            if path.is_file() {
                self.files.insert(pattern.to_owned());
            } else if path.is_dir() {
                let shown = pattern.trim_end_matches('/');
                let shown = if shown == "." { "" } else { shown };
                self.folder(&path, shown, None, &mut Vec::new());
            }
            return;
        }
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        let matcher = match glob {
            Ok(glob) => glob.compile_matcher(),
            Err(error) => {
                self.found.diagnostics.push(Diagnostic::error(
                    codes::CONFIGURATION,
                    format!("`{pattern}` is not a pattern: {}", error.kind()),
                ));
                return;
            }
        };
        let literal: Vec<&str> = pattern
            .split('/')
            .take_while(|part| !part.contains(['*', '?', '[', '{']))
            .collect();
        let base = literal.join("/");
        let folder = self.root.join(&base);
        if folder.is_dir() {
            self.folder(&folder, &base, Some(&matcher), &mut Vec::new());
        }
    }

    fn folder(
        &mut self,
        path: &Path,
        shown: &str,
        only: Option<&GlobMatcher>,
        above: &mut Vec<PathBuf>,
    ) {
        let complain = |found: &mut Found, what: String, help: &str| {
            let diagnostic = Diagnostic::error(codes::UNREADABLE, what).help(help);
            found.diagnostics.push(diagnostic);
        };
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if above.contains(&real) {
            let what = format!("`{shown}` is a link that leads back to a folder above it");
            return complain(&mut self.found, what, "delete the link");
        }
        let entries = match std::fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => {
                let what = format!("the folder `{shown}` cannot be read: {error}");
                return complain(
                    &mut self.found,
                    what,
                    "give yourself the permission to read it",
                );
            }
        };
        above.push(real);
        let mut names: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        names.sort();
        for entry in names {
            let Some(name) = entry.file_name() else {
                continue;
            };
            let Some(name) = name.to_str() else {
                let what = format!("a name in `{shown}` is not UTF-8: `{}`", name.display());
                complain(&mut self.found, what, "rename it");
                continue;
            };
            if name.starts_with('.') || (shown.is_empty() && name == CONFIG_FILE) {
                continue;
            }
            let shown = if shown.is_empty() {
                name.to_owned()
            } else {
                format!("{shown}/{name}")
            };
            if entry.is_dir() {
                self.folder(&entry, &shown, only, above);
            } else if is_manifest(name) && only.is_none_or(|only| only.is_match(&shown)) {
                self.files.insert(shown);
            }
        }
        above.pop();
    }
}

fn is_manifest(name: &str) -> bool {
    let (_, ending) = name.rsplit_once('.').unwrap_or_default();
    ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml")
}
