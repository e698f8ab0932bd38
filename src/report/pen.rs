//! Lines for terminals: styles, columns and wrapping by display width.
//!
//! Everything written passes [`neutral`] here, so no caller can forget it.

use std::io::{self, Write};

use anstyle::{AnsiColor, Color, Style};
use unicode_width::UnicodeWidthStr;

use super::text::neutral;

pub(super) const PLAIN: Style = Style::new();
pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const GREEN: Style = colour(AnsiColor::Green);
pub(super) const YELLOW: Style = colour(AnsiColor::Yellow);
pub(super) const RED: Style = colour(AnsiColor::Red);

const fn colour(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(colour)))
}

/// A piece of a line, in one style.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a>(pub(super) &'a str, pub(super) Style);

/// How many columns a text takes once it is harmless.
pub(super) fn width(text: &str) -> usize {
    neutral(text).width()
}

/// A text filled up with blanks to a number of columns.
pub(super) fn padded(text: &str, columns: usize) -> String {
    let blanks = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(blanks))
}

/// Breaks a harmless text at blanks into lines of at most `columns`; longer words stay whole.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.width() + 1 + word.width() > columns {
            lines.push(std::mem::take(&mut line));
        } else if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// Writes lines of at most a width, coloured or not.
pub(super) struct Pen<'a> {
    out: &'a mut dyn Write,
    colour: bool,
    columns: usize,
}

impl<'a> Pen<'a> {
    /// Writes to `out`, breaking lines at `columns`.
    pub(super) fn new(out: &'a mut dyn Write, colour: bool, columns: usize) -> Self {
        Self {
            out,
            colour,
            columns: columns.max(40),
        }
    }

    /// The width in columns.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Writes an empty line.
    pub(super) fn gap(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// Writes a heading, after an empty line.
    pub(super) fn title(&mut self, text: &str) -> io::Result<()> {
        self.gap()?;
        self.line(&[Piece(text, BOLD)])
    }

    /// Writes one line as it is, however long.
    pub(super) fn line(&mut self, pieces: &[Piece<'_>]) -> io::Result<()> {
        self.pieces(pieces)?;
        writeln!(self.out)
    }

    /// Writes a text after `lead`, its further lines below its first.
    pub(super) fn hanging(
        &mut self,
        lead: &[Piece<'_>],
        text: &str,
        style: Style,
    ) -> io::Result<()> {
        self.hanging_at(lead, None, text, style)
    }

    /// As [`Self::hanging`], with further lines starting at column `indent`.
    pub(super) fn hanging_at(
        &mut self,
        lead: &[Piece<'_>],
        indent: Option<usize>,
        text: &str,
        style: Style,
    ) -> io::Result<()> {
        let first = lead.iter().map(|Piece(text, _)| width(text)).sum();
        let indent = indent.unwrap_or(first);
        self.pieces(lead)?;
        let text = neutral(text);
        let room = self.columns.saturating_sub(indent.max(first)).max(20);
        for (index, line) in wrapped(&text, room).iter().enumerate() {
            if index > 0 {
                write!(self.out, "{:indent$}", "")?;
            }
            self.line(&[Piece(line, style)])?;
        }
        Ok(())
    }

    /// Writes one line with `right` at the right edge, or, without room for it, below, indented.
    pub(super) fn line_with_right(
        &mut self,
        pieces: &[Piece<'_>],
        right: &str,
        indent: usize,
    ) -> io::Result<()> {
        if right.is_empty() {
            return self.line(pieces);
        }
        let left: usize = pieces.iter().map(|Piece(text, _)| width(text)).sum();
        let taken = left + width(right);
        if taken + 2 <= self.columns {
            let blanks = " ".repeat(self.columns - taken);
            self.pieces(pieces)?;
            return self.line(&[Piece(&blanks, PLAIN), Piece(right, DIM)]);
        }
        self.line(pieces)?;
        let blanks = " ".repeat(indent);
        self.line(&[Piece(&blanks, PLAIN), Piece("at ", DIM), Piece(right, DIM)])
    }

    fn pieces(&mut self, pieces: &[Piece<'_>]) -> io::Result<()> {
        for Piece(text, style) in pieces {
            let text = neutral(text);
            if self.colour && *style != PLAIN && !text.trim().is_empty() {
                write!(self.out, "{}{text}{}", style.render(), style.render_reset())?;
            } else {
                write!(self.out, "{text}")?;
            }
        }
        Ok(())
    }
}
