use std::sync::Arc;

use super::{Code, Diagnostic, Diagnostics, Place, Source, Span};

fn shown(diagnostic: &Diagnostic) -> String {
    let theme = miette::GraphicalTheme::unicode_nocolor();
    let handler = miette::GraphicalReportHandler::new_themed(theme).with_width(100);
    let mut text = String::new();
    handler.render_report(&mut text, diagnostic).unwrap();
    text
}

fn at(source: &Arc<Source>, offset: usize, length: usize) -> Diagnostic {
    let place = Place::new(source, Span::new(offset, length));
    Diagnostic::error(Code("ZD012"), "something is wrong").at(place, "here")
}

#[test]
fn places_are_underlined_whatever_the_lines_are_like() {
    for (case, text, needle) in [
        ("the last line has no end", "groups:\n  - Tier-1", "Tier-1"),
        (
            "lines end as on Windows",
            "groups:\r\n  - Tier-1\r\n  - b\r\n",
            "Tier-1",
        ),
        (
            "the file begins with a mark",
            "\u{feff}Tier-1: x\n",
            "Tier-1",
        ),
        ("letters are wide", "山田: 山田 Tier-1\n", "Tier-1"),
    ] {
        let source = Source::new("a.yaml", text);
        let offset = text.find(needle).unwrap();
        let shown = shown(&at(&source, offset, needle.len()));
        assert!(shown.contains("───┬──"), "{case}: {shown}");
        let (line, column) = source.position(offset);
        assert!(
            shown.contains(&format!("[a.yaml:{line}:{column}]")),
            "{case}: {shown}"
        );
    }
}

#[test]
fn a_line_as_long_as_its_file_is_cut_around_the_place() {
    let text = format!("{}Tier-1{}", "a, ".repeat(5_000), ", b".repeat(5_000));
    let source = Source::new("a.yaml", text.as_str());
    let shown = shown(&at(&source, 15_000, 6));
    assert!(shown.len() < 3_000, "{} bytes", shown.len());
    assert!(
        shown.contains("Tier-1") && shown.contains("[a.yaml:1:15001]"),
        "{shown}"
    );
}

#[test]
fn places_outside_of_the_text_are_survived() {
    let source = Source::new("a.yaml", "ab");
    for (offset, length) in [(0, 9), (2, 0), (2, 1), (7, 3), (usize::MAX, usize::MAX)] {
        assert!(shown(&at(&source, offset, length)).contains("something is wrong"));
    }
    let empty = Source::new("a.yaml", "");
    assert!(shown(&at(&empty, 0, 0)).contains("something is wrong"));
}

#[test]
fn findings_are_read_by_file_then_place_and_each_once() {
    let (a, b) = (
        Source::new("a.yaml", "one\ntwo\n"),
        Source::new("b.yaml", "one\n"),
    );
    let mut found = Diagnostics::new();
    found.push(at(&b, 0, 3));
    found.push(at(&a, 4, 3));
    found.push(at(&a, 0, 3));
    found.push(at(&a, 4, 3));
    found.push(Diagnostic::warning(Code("ZD001"), "no place"));
    found.sort();
    let order: Vec<String> = found
        .iter()
        .map(|finding| {
            finding
                .place
                .as_ref()
                .map_or_else(String::new, ToString::to_string)
        })
        .collect();
    assert_eq!(order, ["", "a.yaml:1", "a.yaml:2", "b.yaml:1"]);
    assert_eq!((found.errors(), found.warnings()), (3, 1));
}
