//! Files as they were read, and places in them.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::neutral::masked;

/// A stretch of a file, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Where it begins.
    pub offset: u32,
    /// How long it is; 0 for a point.
    pub length: u32,
}

impl Span {
    /// A stretch of `length` bytes from `offset`. What does not fit in 32 bits is cut off.
    pub fn new(offset: usize, length: usize) -> Self {
        Self {
            offset: u32::try_from(offset).unwrap_or(u32::MAX),
            length: u32::try_from(length).unwrap_or(u32::MAX),
        }
    }

    /// The first byte.
    pub const fn start(self) -> usize {
        self.offset as usize
    }

    /// The byte after the last.
    pub const fn end(self) -> usize {
        self.offset as usize + self.length as usize
    }
}

/// A file: its path as people know it, and its text.
pub struct Source {
    path: Arc<str>,
    text: Arc<str>,
    lines: OnceLock<Vec<u32>>,
    shown: OnceLock<Option<String>>,
}

impl Source {
    /// Keeps the text of the file at `path`, which is relative to the project folder.
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Arc<Self> {
        Arc::new(Self {
            path: path.into().replace('\\', "/").into(),
            text: text.into(),
            lines: OnceLock::new(),
            shown: OnceLock::new(),
        })
    }

    /// The path, relative to the project folder, with forward slashes.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The same path, for whoever keeps it.
    pub fn shared_path(&self) -> Arc<str> {
        Arc::clone(&self.path)
    }

    /// The text, as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text with characters masked that a terminal would obey; offsets are those of [`Self::text`].
    pub fn shown(&self) -> &str {
        self.shown
            .get_or_init(|| masked(&self.text))
            .as_deref()
            .unwrap_or(&self.text)
    }

    /// The line and column of a byte, both from 1, the column in characters.
    pub fn position(&self, offset: usize) -> (u32, u32) {
        let offset = self.floor(offset);
        let lines = self.lines();
        let line = lines.partition_point(|start| *start as usize <= offset);
        let start = line
            .checked_sub(1)
            .and_then(|index| lines.get(index))
            .copied()
            .unwrap_or(0) as usize;
        let before = self.text.get(start..offset).unwrap_or_default();
        let column = before.trim_start_matches('\u{feff}').chars().count() + 1;
        (small(line), small(column))
    }

    /// The byte at a line and column, both from 1, the column in characters.
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let start = self.lines().get(line.saturating_sub(1));
        let start = start.map_or(self.text.len(), |start| *start as usize);
        let rest = self.text.get(start..).unwrap_or_default();
        let before = rest.char_indices().nth(column.saturating_sub(1));
        start + before.map_or(rest.len(), |(at, _)| at)
    }

    /// The text of a stretch; empty where the stretch is not in the text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start()..span.end()).unwrap_or_default()
    }

    /// The byte at which each line begins.
    pub(super) fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let ends = self.text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(ends).map(small).collect()
        })
    }

    /// The nearest beginning of a character at or before `offset`.
    pub(super) fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.path).finish()
    }
}

/// A stretch of a certain file.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub source: Arc<Source>,
    /// The stretch.
    pub span: Span,
}

impl Place {
    /// A stretch of `source`.
    pub fn new(source: &Arc<Source>, span: Span) -> Self {
        Self {
            source: Arc::clone(source),
            span,
        }
    }

    /// The line and column at which it begins, both from 1.
    pub fn position(&self) -> (u32, u32) {
        self.source.position(self.span.start())
    }

    /// The line and column at which it ends, both from 1.
    pub fn end_position(&self) -> (u32, u32) {
        self.source.position(self.span.end())
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.source.path == other.source.path && self.span == other.span
    }
}

impl Eq for Place {}

/// `manifests/groups.yaml:2`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}",
            super::neutral(&self.source.path),
            self.position().0
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn places_count_characters_across_line_ends_and_marks() {
        let source = Source::new("a.yaml", "\u{feff}name: Zoë\r\nrole: 山田\n");
        assert_eq!(source.position(3), (1, 1));
        assert_eq!(source.position(source.text().len()), (3, 1));
        let offset = source.text().find('田').unwrap_or_default();
        assert_eq!(source.position(offset), (2, 8));
        assert_eq!(source.position(9_999), (3, 1));
    }
}
