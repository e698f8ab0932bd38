//! A manifest as a page: where its values begin and end, what is comment, and how stretches of it change.

use std::sync::Arc;

use crate::diag::{Diagnostic, Source, Span};
use crate::manifest::tree::{Node, Shape};
use crate::manifest::yaml::{self, Sp};

/// A stretch that is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    start: usize,
    end: usize,
    text: String,
}

/// A file while it is changed.
pub(super) struct Page {
    /// The file.
    pub(super) source: Arc<Source>,
    /// Where its keys and scalars are, sorted: what looks like a comment in one is none.
    scalars: Vec<(usize, usize)>,
    /// Changes, in groups of which each is made as a whole or not at all.
    edits: Vec<Vec<Edit>>,
}

impl Page {
    /// Reads a file.
    ///
    /// # Errors
    /// A text that is not YAML.
    pub(super) fn open(source: &Arc<Source>) -> Result<(Self, Vec<Node>), Box<Diagnostic>> {
        let documents = yaml::read_tree(source)?;
        let mut scalars = Vec::new();
        for document in &documents {
            gather(document, &mut scalars);
        }
        scalars.sort_unstable();
        let page = Self {
            source: Arc::clone(source),
            scalars,
            edits: Vec::new(),
        };
        Ok((page, documents))
    }

    fn text(&self) -> &str {
        self.source.text()
    }

    /// The text of a stretch.
    pub(super) fn slice(&self, start: usize, end: usize) -> &str {
        self.text().get(start..end).unwrap_or_default()
    }

    /// A value as it is spelled.
    pub(super) fn spelled<'a>(&'a self, node: &'a Node) -> &'a str {
        node.text().unwrap_or_else(|| self.source.slice(node.span))
    }

    /// The keys of a mapping that stand in it, and not in what it merges.
    pub(super) fn keys<'a>(
        &'a self,
        map: &'a Node,
    ) -> impl Iterator<Item = (&'a Sp<String>, &'a Node)> {
        let entries = match &map.shape {
            Shape::Map(entries) => entries.as_slice(),
            Shape::Null
            | Shape::Bool
            | Shape::Integer
            | Shape::Float
            | Shape::Text(_)
            | Shape::List(_) => &[],
        };
        entries
            .iter()
            .filter(|(key, _)| self.source.slice(key.span).trim_matches(['"', '\'']) == key.value)
            .map(|(key, node)| (key, node))
    }

    /// A key of a mapping with its value.
    pub(super) fn own<'a>(
        &'a self,
        map: &'a Node,
        key: &str,
    ) -> Option<(&'a Sp<String>, &'a Node)> {
        self.keys(map).find(|(own, _)| own.value == key)
    }

    /// Says whether a list or mapping is written in brackets.
    pub(super) fn is_flow(&self, node: &Node) -> bool {
        self.text()
            .get(node.span.start()..)
            .is_some_and(|rest| rest.starts_with(['[', '{']))
    }

    /// Says whether a value stands elsewhere, and only its name here.
    pub(super) fn is_alias(&self, node: &Node) -> bool {
        let rest = self.text().get(node.span.start()..);
        rest.is_some_and(|rest| rest.starts_with('*'))
    }

    /// The byte after a value.
    pub(super) fn end(&self, node: &Node) -> usize {
        let start = node.span.start();
        if self.is_alias(node) {
            let rest = self.text().get(start..).unwrap_or_default();
            let length = rest.find(|character: char| {
                character.is_whitespace() || [',', ']', '}'].contains(&character)
            });
            return start + length.unwrap_or(rest.len());
        }
        let inner = match &node.shape {
            Shape::List(items) => items.iter().map(|item| self.end(item)).max(),
            Shape::Map(_) => {
                let keys = self.keys(node);
                keys.map(|(key, value)| key.span.end().max(self.end(value)))
                    .max()
            }
            Shape::Null | Shape::Bool | Shape::Integer | Shape::Float | Shape::Text(_) => {
                let text = self.source.slice(node.span);
                return start + text.trim_end().len();
            }
        };
        if self.is_flow(node) {
            self.closing(inner.unwrap_or(start + 1))
        } else {
            inner.unwrap_or(start)
        }
    }

    /// The byte after the bracket that comes next, past blanks, commas and comments.
    fn closing(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(character) = self.text().get(at..).and_then(|rest| rest.chars().next()) {
            at += character.len_utf8();
            match character {
                ']' | '}' => return at,
                '#' => at = self.line_end(at),
                _ => {}
            }
        }
        at
    }

    /// The beginning of the line that holds a byte.
    pub(super) fn line_start(&self, at: usize) -> usize {
        self.slice(0, at).rfind('\n').map_or(0, |at| at + 1)
    }

    /// The end of the line that holds a byte, before its break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.text().get(at..).unwrap_or_default();
        let end = rest
            .find('\n')
            .map_or(self.text().len(), |length| at + length);
        if self.slice(at, end).ends_with('\r') {
            end - 1
        } else {
            end
        }
    }

    /// The beginning of the line after the one that holds a byte.
    pub(super) fn next_line(&self, at: usize) -> usize {
        let rest = self.text().get(at..).unwrap_or_default();
        rest.find('\n')
            .map_or(self.text().len(), |length| at + length + 1)
    }

    /// How lines end here.
    pub(super) fn line_break(&self) -> &'static str {
        if self.text().contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        }
    }

    /// The length of the file.
    pub(super) fn length(&self) -> usize {
        self.text().len()
    }

    /// Where the comment of a line begins, if it has one.
    fn comment(&self, start: usize, end: usize) -> Option<usize> {
        let line = self.slice(start, end);
        line.match_indices('#')
            .map(|(at, _)| start + at)
            .find(|at| {
                let before = self.slice(start, *at).chars().next_back();
                before.is_none_or(char::is_whitespace) && !self.is_in_scalar(*at)
            })
    }

    fn is_in_scalar(&self, at: usize) -> bool {
        let after = self.scalars.partition_point(|(start, _)| *start <= at);
        let before = after
            .checked_sub(1)
            .and_then(|index| self.scalars.get(index));
        before.is_some_and(|(_, end)| at < *end)
    }

    /// Every comment, sorted.
    pub(super) fn comments(&self) -> Vec<&str> {
        let mut comments = Vec::new();
        let mut start = 0;
        while start < self.length() {
            let end = self.line_end(start);
            if let Some(at) = self.comment(start, end) {
                comments.push(self.slice(at, end).trim_end());
            }
            start = self.next_line(start);
        }
        comments.sort_unstable();
        comments
    }

    /// Replaces a stretch.
    pub(super) fn replaced(start: usize, end: usize, text: impl Into<String>) -> Edit {
        Edit {
            start,
            end,
            text: text.into(),
        }
    }

    /// Replaces a stretch; the comments in it go to lines of their own below.
    pub(super) fn rewritten(&self, start: usize, end: usize, text: impl Into<String>) -> Vec<Edit> {
        let head = self.slice(self.line_start(start), start);
        let indent = &head[..head.len() - head.trim_start().len()];
        let mut below = String::new();
        let mut line = start;
        while line < end {
            let stop = self.line_end(line);
            let comment = self.comment(line, stop).filter(|at| *at < end);
            if let Some(at) = comment {
                below.extend([self.line_break(), indent, self.slice(at, stop)]);
            }
            line = self.next_line(line);
        }
        let mut edits = vec![Self::replaced(start, end, text)];
        if !below.is_empty() {
            let at = self.line_end(end);
            edits.push(Self::replaced(at, at, below));
        }
        edits
    }

    /// Takes out the lines from that of `start` to that of `end`; their comments stay, each on a line of
    /// its own.
    pub(super) fn without_lines(&self, start: usize, end: usize) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut line = self.line_start(start);
        let before = line;
        let mut kept = false;
        while line < self.length() && line <= end {
            let (stop, next) = (self.line_end(line), self.next_line(line));
            if let Some(comment) = self.comment(line, stop) {
                let text = self.slice(line, stop);
                let indent = &text[..text.len() - text.trim_start().len()];
                let comment = self.slice(comment, stop);
                let text = format!("{indent}{comment}{}", self.slice(stop, next));
                edits.push(Self::replaced(line, next, text));
                kept = true;
            } else {
                edits.push(Self::replaced(line, next, ""));
            }
            line = next;
        }
        let is_blank = |start: usize| self.slice(start, self.line_end(start)).trim().is_empty();
        if !kept && before > 0 && (line >= self.length() || is_blank(line)) {
            let above = self.line_start(before - 1);
            if is_blank(above) {
                edits.insert(0, Self::replaced(above, before, ""));
            }
        }
        edits
    }

    /// Notes changes that are made together or not at all.
    pub(super) fn edit(&mut self, group: Vec<Edit>) {
        if !group.is_empty() {
            self.edits.push(group);
        }
    }

    /// The file with all changes that do not get into each other's way; making the rest takes another
    /// round.
    pub(super) fn close(self) -> Arc<Source> {
        let mut made: Vec<Edit> = Vec::new();
        for group in &self.edits {
            let clashes = |edit: &Edit| {
                made.iter().any(|other| {
                    let apart = edit.end <= other.start || other.end <= edit.start;
                    !apart || edit == other
                })
            };
            if !group.iter().any(clashes) {
                made.extend(group.iter().cloned());
            }
        }
        if made.is_empty() {
            return self.source;
        }
        made.sort_by_key(|edit| (edit.start, edit.end));
        let mut text = String::with_capacity(self.length());
        let mut done = 0;
        for edit in &made {
            text.push_str(self.slice(done, edit.start));
            text.push_str(&edit.text);
            done = edit.end.max(done);
        }
        text.push_str(self.slice(done, self.length()));
        Source::new(self.source.path(), text)
    }
}

fn gather(node: &Node, scalars: &mut Vec<(usize, usize)>) {
    match &node.shape {
        Shape::Null | Shape::Bool | Shape::Integer | Shape::Float | Shape::Text(_) => {
            scalars.push(range(node.span));
        }
        Shape::List(items) => items.iter().for_each(|item| gather(item, scalars)),
        Shape::Map(entries) => {
            for (key, value) in entries {
                scalars.push(range(key.span));
                gather(value, scalars);
            }
        }
    }
}

const fn range(span: Span) -> (usize, usize) {
    (span.start(), span.end())
}
