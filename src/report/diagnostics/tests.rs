use super::{github, human, json, sarif};
use crate::diag::{Code, Diagnostic, Diagnostics, Place, RuleHelp, Severity, Source, Span};

fn place(source: &std::sync::Arc<Source>, needle: &str) -> Place {
    let start = source.text().find(needle).unwrap();
    Place::new(source, Span::new(start, needle.len()))
}

/// Two findings, of which one holds everything that would do harm somewhere.
fn findings() -> Diagnostics {
    let here = Source::new(
        "manifests/new hires, 100%.yaml",
        "groups:\n  - name: Zoë \u{202e}\n  - name: \u{1b}[31mTier-1\n",
    );
    let there = Source::new("manifests/b.yaml", "groups: [{ name: Tier 1 }]\n");
    let mut found = Diagnostics::from_iter([
        Diagnostic::error(Code("ZD012"), "group `\u{1b}[31mTier-1` is not declared")
            .at(place(&here, "Tier-1"), "named here")
            .related(
                "::set-output name=x::first declared here",
                place(&there, "Tier 1"),
            )
            .help("did you mean `Tier 1`? 100%, really\n::warning::x")
            .replace_with("Tier 1"),
        Diagnostic::warning(Code("ZD099"), "something about \u{202e}Zoë")
            .at(place(&here, "Zoë"), "here"),
        Diagnostic::error(Code("ZD001"), "no place at all"),
    ]);
    found.sort();
    found
}

fn rules() -> Vec<RuleHelp> {
    vec![RuleHelp {
        code: Code("ZD012"),
        title: "not declared",
        why: "A reference names something that some manifest declares.",
        page: "## ZD012: not declared\n".to_owned(),
        severity: Some(Severity::Error),
    }]
}

fn written(write: impl Fn(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn people_see_lines_and_underlines() {
    insta::assert_snapshot!(written(|out| human(&findings(), false, 80, out)));
}

#[test]
fn machines_get_json() {
    insta::assert_snapshot!(written(|out| json(&findings(), out)));
}

#[test]
fn github_gets_annotations_from_the_root_of_the_repository() {
    insta::assert_snapshot!(written(|out| github(&findings(), "projects/acme/", out)));
}

#[test]
fn code_scanning_gets_sarif() {
    insta::assert_snapshot!(written(|out| sarif(&findings(), &rules(), "", out)));
}

#[test]
fn places_far_apart_are_shown_without_what_is_between_them() {
    let groups: Vec<String> = (0..2_000)
        .map(|n| format!("  - name: Group {n}\n"))
        .collect();
    let source = Source::new("manifests/a.yaml", format!("groups:\n{}", groups.concat()));
    let found = Diagnostics::from_iter([Diagnostic::error(Code("ZD011"), "declared twice")
        .at(place(&source, "Group 1999"), "declared again here")
        .related("first declared here", place(&source, "Group 1200"))]);
    insta::assert_snapshot!(written(|out| human(&found, false, 80, out)));
}

#[test]
fn no_form_lets_a_terminal_be_steered() {
    for text in [
        written(|out| human(&findings(), false, 80, out)),
        written(|out| json(&findings(), out)),
        written(|out| github(&findings(), "", out)),
        written(|out| sarif(&findings(), &rules(), "", out)),
    ] {
        for character in ['\u{1b}', '\u{9b}', '\u{202e}'] {
            assert!(!text.contains(character), "{text}");
        }
    }
}

#[test]
fn no_findings_are_still_a_document() {
    let none = Diagnostics::new();
    assert_eq!(written(|out| human(&none, true, 80, out)), "");
    assert_eq!(written(|out| github(&none, "", out)), "");
    let document: serde_json::Value =
        serde_json::from_str(&written(|out| sarif(&none, &rules(), "", out))).unwrap();
    assert_eq!(document["runs"][0]["results"], serde_json::json!([]));
    let document: serde_json::Value =
        serde_json::from_str(&written(|out| json(&none, out))).unwrap();
    assert_eq!(document["summary"]["errors"], 0);
}
