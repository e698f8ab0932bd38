//! Findings as JSON: `"format": "zdsync.validate/1"`. Keys may be added, never changed.

use std::io::{self, Write};

use serde::Serialize;

use super::write_json;
use crate::diag::{Diagnostic, Diagnostics, Place, Related, TextEdit};

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    summary: Summary,
    diagnostics: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    place: Option<Where<'a>>,
    label: &'a str,
    help: Option<&'a str>,
    related: Vec<Beside<'a>>,
    fix: Option<Fix<'a>>,
}

#[derive(Serialize)]
struct Where<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct Beside<'a> {
    message: &'a str,
    place: Where<'a>,
}

#[derive(Serialize)]
struct Fix<'a> {
    place: Where<'a>,
    replacement: &'a str,
}

/// Writes all findings as one JSON document. Lines and columns count from 1, columns in characters.
///
/// # Errors
/// Those of `out`.
pub fn json(found: &Diagnostics, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        format: "zdsync.validate/1",
        summary: Summary {
            errors: found.errors(),
            warnings: found.warnings(),
        },
        diagnostics: found.iter().map(entry).collect(),
    };
    write_json(&document, out)
}

fn entry(diagnostic: &Diagnostic) -> Entry<'_> {
    let Diagnostic {
        code,
        severity,
        message,
        place,
        label,
        help,
        related,
        fix,
    } = diagnostic;
    Entry {
        code: code.0,
        severity: severity.word(),
        message,
        place: place.as_ref().map(location),
        label,
        help: help.as_deref(),
        related: related
            .iter()
            .map(|Related { message, place }| Beside {
                message,
                place: location(place),
            })
            .collect(),
        fix: fix.as_ref().map(|TextEdit { place, replacement }| Fix {
            place: location(place),
            replacement,
        }),
    }
}

fn location(place: &Place) -> Where<'_> {
    let ((line, column), (end_line, end_column)) = (place.position(), place.end_position());
    Where {
        file: place.source.path(),
        line,
        column,
        end_line,
        end_column,
    }
}
