//! Findings as workflow commands, which GitHub shows beside the lines of a pull request.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::path_in;
use crate::diag::{Diagnostic, Diagnostics, Severity, neutral};

/// Writes one annotation for each finding. `folder` is the project's folder, seen from the repository's
/// root; empty where they are the same.
///
/// # Errors
/// Those of `out`.
pub fn github(found: &Diagnostics, folder: &str, out: &mut dyn Write) -> io::Result<()> {
    for finding in found {
        writeln!(out, "{}", annotation(finding, folder))?;
    }
    Ok(())
}

fn annotation(finding: &Diagnostic, folder: &str) -> String {
    let mut line = match finding.severity {
        Severity::Error => "::error ".to_owned(),
        Severity::Warning => "::warning ".to_owned(),
    };
    if let Some(place) = &finding.place {
        let file = path_in(folder, place.source.path());
        let ((start, column), (end, end_column)) = (place.position(), place.end_position());
        // Writing to a String cannot fail.
        let _ = write!(
            line,
            "file={},line={start},endLine={end},",
            property(&neutral(&file))
        );
        // Columns mean something to GitHub within one line only.
        if start == end {
            let _ = write!(line, "col={column},endColumn={end_column},");
        }
    }
    let _ = write!(line, "title={}::", property(finding.code.0));
    let mut text = finding.message.clone();
    for related in &finding.related {
        let _ = write!(text, "\n{}: {}", related.message, related.place);
    }
    if let Some(help) = &finding.help {
        let _ = write!(text, "\n{help}");
    }
    line.push_str(&data(&text));
    line
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
