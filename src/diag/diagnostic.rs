//! One mistake, and all of them.

use std::fmt;
use std::sync::Arc;

use super::{Place, Source, TextEdit, neutral};

/// The stable code of a rule, such as `ZD012`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing can be planned before it is put right.
    Error,
    /// Something that is probably not meant.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Another place that matters to a mistake, such as the first of two declarations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// What is there, such as `first declared here`.
    pub message: String,
    /// Where it is.
    pub place: Place,
}

/// A mistake: what, where, why and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule that found it.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one lower-case sentence without a full stop.
    pub message: String,
    /// The place to underline, where there is one.
    pub place: Option<Place>,
    /// What stands beside the underlined place; may be empty.
    pub label: String,
    /// What to do next.
    pub help: Option<String>,
    /// Other places that matter.
    pub related: Vec<Related>,
    /// A change to the text that puts it right for certain.
    pub fix: Option<TextEdit>,
}

impl Diagnostic {
    /// An error with a message and nothing else yet.
    pub fn error(code: Code, message: impl AsRef<str>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: neutral(message.as_ref()).into_owned(),
            place: None,
            label: String::new(),
            help: None,
            related: Vec::new(),
            fix: None,
        }
    }

    /// A warning with a message and nothing else yet.
    pub fn warning(code: Code, message: impl AsRef<str>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// Underlines `place`, with `label` beside it.
    #[must_use]
    pub fn at(mut self, place: Place, label: impl AsRef<str>) -> Self {
        self.place = Some(place);
        self.label = neutral(label.as_ref()).into_owned();
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn help(mut self, help: impl AsRef<str>) -> Self {
        self.help = Some(neutral(help.as_ref()).into_owned());
        self
    }

    /// Says what to do next, where there is something to say.
    #[must_use]
    pub fn maybe_help(self, help: Option<String>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// Points at another place.
    #[must_use]
    pub fn related(mut self, message: impl AsRef<str>, place: Place) -> Self {
        self.related.push(Related {
            message: neutral(message.as_ref()).into_owned(),
            place,
        });
        self
    }

    /// Offers replacing the underlined text by `replacement`.
    #[must_use]
    pub fn replace_with(mut self, replacement: impl Into<String>) -> Self {
        self.fix = self.place.clone().map(|place| TextEdit {
            place,
            replacement: replacement.into(),
        });
        self
    }

    /// The order in which people read: by file, place, code and text; what has no place comes first.
    fn order(&self) -> (Option<(&str, u32)>, Code, &str) {
        let place = self
            .place
            .as_ref()
            .map(|place| (place.source.path(), place.span.offset));
        (place, self.code, &self.message)
    }
}

/// What a rule is about, for outputs that explain rules beside findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleHelp {
    /// The code.
    pub code: Code,
    /// A short name in lower-case words.
    pub title: &'static str,
    /// What it finds and why that matters.
    pub why: &'static str,
    /// Its page of documentation, in Markdown.
    pub page: String,
    /// How findings count; `None` where it is off unless the configuration says otherwise.
    pub severity: Option<Severity>,
}

/// All mistakes of one run.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    entries: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Nothing is wrong so far.
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.entries.push(diagnostic);
    }

    /// Adds all of `others`.
    pub fn append(&mut self, others: Self) {
        self.entries.extend(others.entries);
    }

    /// Puts them in the order in which people read, each once.
    pub fn sort(&mut self) {
        self.entries.sort_by(|a, b| a.order().cmp(&b.order()));
        self.entries.dedup();
    }

    /// Those found, in the order of the last [`Self::sort`].
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.entries.iter()
    }

    /// How many errors there are.
    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many warnings there are.
    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    /// Says whether there is neither an error nor a warning.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The certain fixes on offer, by file, for [`super::apply_edits`].
    pub fn fixes(&self) -> Vec<(Arc<Source>, Vec<&TextEdit>)> {
        let mut files: Vec<(Arc<Source>, Vec<&TextEdit>)> = Vec::new();
        for edit in self.entries.iter().filter_map(|entry| entry.fix.as_ref()) {
            let source = &edit.place.source;
            let known = files
                .iter_mut()
                .find(|(file, _)| file.path() == source.path());
            match known {
                Some((_, edits)) => edits.push(edit),
                None => files.push((Arc::clone(source), vec![edit])),
            }
        }
        files
    }

    fn count(&self, severity: Severity) -> usize {
        self.entries
            .iter()
            .filter(|entry| entry.severity == severity)
            .count()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(entries: I) -> Self {
        Self {
            entries: entries.into_iter().collect(),
        }
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, entries: I) {
        self.entries.extend(entries);
    }
}
