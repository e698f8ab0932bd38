//! From texts to documents, with every structural mistake.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::Deserialize;
use serde_json::Value;

use super::check::Check;
use super::codes;
use super::config::Config;
use super::document::{Document, File};
use super::schema;
use super::source::{Found, discover, read_config};
use super::tree::Node;
use super::yaml;
use crate::diag::{Diagnostic, Diagnostics, Place, Source, Span};

/// A project folder as it was read: the configuration and every manifest that is sound.
#[derive(Debug)]
pub struct Project {
    /// The configuration.
    pub config: Config,
    /// Its file.
    pub config_source: Arc<Source>,
    /// The manifests, by path.
    pub files: Vec<File>,
    /// What is known of the manifests that are not sound.
    pub broken: Broken,
}

/// What is known of files that could not be read, so that what they would have declared is not
/// called unknown on top.
#[derive(Clone, Debug, Default)]
pub struct Broken {
    /// Whether some file is not even YAML, so that nothing is known of it.
    pub blind: bool,
    /// The names such files declare, as (section, name).
    pub names: Vec<(String, String)>,
}

/// Reads the project folder `root`.
///
/// The diagnostics hold every mistake of every file. Without a project, the configuration itself
/// could not be read; with errors, the project is what could be read.
pub fn read_project(root: &Path) -> (Option<Project>, Diagnostics) {
    let source = match read_config(root) {
        Ok(source) => source,
        Err(diagnostic) => return (None, Diagnostics::from_iter([*diagnostic])),
    };
    let (config, mut diagnostics) = parse_config(&source);
    let Some(config) = config else {
        return (None, diagnostics);
    };
    let patterns: Vec<(String, Option<Place>)> = match config.manifests.get() {
        Some(patterns) => patterns
            .iter()
            .map(|pattern| {
                let place = Place::new(&source, pattern.span);
                (pattern.value.to_string(), Some(place))
            })
            .collect(),
        None => vec![("manifests".to_owned(), None)],
    };
    let Found {
        sources,
        diagnostics: unread,
    } = discover(root, &patterns);
    let unreadable = !unread.is_empty();
    diagnostics.append(unread);
    let (files, mut broken, mistakes) = parse_manifests(&sources);
    broken.blind |= unreadable;
    diagnostics.append(mistakes);
    diagnostics.sort();
    let project = Project {
        config,
        config_source: source,
        files,
        broken,
    };
    (Some(project), diagnostics)
}

/// Reads a configuration. Without one, the diagnostics say why.
pub fn parse_config(source: &Arc<Source>) -> (Option<Config>, Diagnostics) {
    let (mut documents, diagnostics) = match documents::<Config>(source, &schema::CONFIG, |_| true)
    {
        Ok(documents) => (documents, Diagnostics::new()),
        Err(Faults { diagnostics, .. }) => (Vec::new(), diagnostics),
    };
    if !diagnostics.is_empty() {
        return (None, diagnostics);
    }
    if documents.len() == 1 {
        let config = documents.pop();
        let mut diagnostics = Diagnostics::new();
        if let Some(config) = &config {
            super::account::check(config, source, &mut diagnostics);
        }
        return (config, diagnostics);
    }
    let diagnostic = if documents.is_empty() {
        Diagnostic::error(codes::NOTHING_DECLARED, "the configuration says nothing")
            .at(
                Place::new(source, Span::default()),
                "an `account` is missing",
            )
            .help("`zdsync init` writes one to start from")
    } else {
        Diagnostic::error(
            codes::CONFIGURATION,
            "the configuration has several documents",
        )
        .at(Place::new(source, Span::default()), "in this file")
        .help("keep one and delete the lines `---` and what follows")
    };
    (None, Diagnostics::from_iter([diagnostic]))
}

/// The stack of a reading thread, in bytes: a program's own on most systems, while the usual one of a
/// thread is too small for what is nested as deeply as it may be.
const STACK: usize = 8 << 20;

/// Reads manifests, several at a time. Gives those that are sound, in the order of `sources`.
pub fn parse_manifests(sources: &[Arc<Source>]) -> (Vec<File>, Broken, Diagnostics) {
    let workers = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(sources.len());
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::with_capacity(sources.len()));
    let work = || {
        while let Some((index, source)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            sources.get(index).map(|source| (index, source))
        } {
            let outcome = parse_manifest(source);
            let mut outcomes = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
            outcomes.push((index, outcome));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..workers {
            let worker = std::thread::Builder::new().stack_size(STACK);
            // Where no further thread can be had, those there are do it all.
            let _started = worker.spawn_scoped(scope, work);
        }
        work();
    });
    let mut outcomes = outcomes
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by_key(|(index, _)| *index);
    let (mut files, mut broken, mut diagnostics) =
        (Vec::new(), Broken::default(), Diagnostics::new());
    for (_, outcome) in outcomes {
        match outcome {
            Ok(file) => files.push(file),
            Err(faults) => {
                diagnostics.append(faults.diagnostics);
                broken.blind |= faults.blind;
                broken.names.extend(faults.names);
            }
        }
    }
    diagnostics.sort();
    (files, broken, diagnostics)
}

fn parse_manifest(source: &Arc<Source>) -> Result<File, Faults> {
    let documents = documents::<Document>(source, &schema::MANIFEST, Document::names_everybody)?;
    if documents.iter().all(Document::is_empty) {
        let diagnostic = Diagnostic::error(
            codes::NOTHING_DECLARED,
            format!("`{}` declares nothing", source.path()),
        )
        .at(
            Place::new(source, Span::default()),
            "the file is as good as empty",
        )
        .help("write declarations into it, or delete it");
        return Err(Faults {
            diagnostics: Diagnostics::from_iter([diagnostic]),
            blind: false,
            names: Vec::new(),
        });
    }
    Ok(File {
        source: Arc::clone(source),
        documents,
    })
}

/// Why a text could not be read, and what it would have declared.
struct Faults {
    diagnostics: Diagnostics,
    blind: bool,
    names: Vec<(String, String)>,
}

fn documents<T: for<'de> Deserialize<'de>>(
    source: &Arc<Source>,
    schema: &LazyLock<Value>,
    sound: impl Fn(&T) -> bool,
) -> Result<Vec<T>, Faults> {
    let first = match yaml::read::<T>(source) {
        Ok(documents) if documents.iter().all(sound) => return Ok(documents),
        Ok(_) => None,
        Err(diagnostic) => Some(*diagnostic),
    };
    let trees = match yaml::read_tree(source) {
        Ok(trees) => trees,
        Err(diagnostic) => {
            return Err(Faults {
                diagnostics: Diagnostics::from_iter([*diagnostic]),
                blind: true,
                names: Vec::new(),
            });
        }
    };
    let mut diagnostics = Diagnostics::new();
    for tree in &trees {
        diagnostics.append(Check::new(source, schema).document(tree));
    }
    if diagnostics.errors() == 0 {
        // The schema lets through what the reader refuses: better its words than none.
        diagnostics.push(first.unwrap_or_else(|| {
            Diagnostic::error(codes::MISSING_KEY, "an entry has nothing to be known by")
                .at(Place::new(source, Span::default()), "in this file")
                .help("give every person an `email` or an `external_id`")
        }));
    }
    diagnostics.sort();
    Err(Faults {
        diagnostics,
        blind: false,
        names: trees.iter().flat_map(declared_names).collect(),
    })
}

/// The names a document declares, whatever else is wrong with it.
fn declared_names(document: &Node) -> Vec<(String, String)> {
    let mut names = Vec::new();
    for section in ["roles", "groups", "organizations", "profiles", "users"] {
        let entries = document.get(section).map(Node::items).unwrap_or_default();
        for entry in entries {
            for key in ["name", "email", "external_id"] {
                if let Some(name) = entry.get(key).and_then(Node::text) {
                    names.push((section.to_owned(), name.to_owned()));
                }
            }
        }
    }
    names
}
