//! Findings for people: with their lines, underlined.

use std::io::{self, Write};

use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::diag::Diagnostics;

/// Writes every finding with the lines it is about, `width` columns wide.
///
/// # Errors
/// Those of `out`.
pub fn human(
    found: &Diagnostics,
    colour: bool,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let theme = if colour {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(width.max(40))
        .with_links(false);
    let mut text = String::new();
    for finding in found {
        text.clear();
        handler
            .render_report(&mut text, finding)
            .map_err(io::Error::other)?;
        text.push('\n');
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}
