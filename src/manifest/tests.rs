use std::fmt::Write as _;

use crate::diag::{Diagnostics, Source};
use crate::manifest::{SCHEMAS, parse_config, parse_manifests, schema};

/// The text that people see, without colours.
fn shown(diagnostics: &Diagnostics) -> String {
    let theme = miette::GraphicalTheme::unicode_nocolor();
    let handler = miette::GraphicalReportHandler::new_themed(theme).with_width(100);
    let mut text = String::new();
    for diagnostic in diagnostics {
        handler.render_report(&mut text, diagnostic).unwrap();
    }
    text
}

fn manifest(text: &str) -> String {
    let (_, _, diagnostics) = parse_manifests(&[Source::new("manifests/a.yaml", text)]);
    shown(&diagnostics)
}

#[test]
fn all_structural_mistakes_of_a_file_are_told_at_once() {
    insta::assert_snapshot!(manifest(
        "\
groups:
  - name: Tier 1
    is_public: yes
    discription: first line
    Previously: []
  - description: nobody
users:
  - email: ada@example.com
    groups:
    tags: vip
    state: Active
  - name: Nobody
    groups: [{group: a, untill: b}, {until: 2026-01-01}, null]
    groups: []
"
    ));
}

#[test]
fn what_is_not_a_manifest_is_told_so() {
    for (text, expected) in [
        ("users:\n", "`users` has nothing after it"),
        ("users: {}\n", "`users` must be a list, not a mapping"),
        ("- a\n", "the document must be a mapping, not a list"),
        ("", "`manifests/a.yaml` declares nothing"),
        ("# nothing\n", "`manifests/a.yaml` declares nothing"),
        ("\u{feff}---\r\n", "`manifests/a.yaml` declares nothing"),
        ("a: [\n", "this is not valid YAML: unclosed bracket '['"),
        (
            "a: *b\n",
            "this is not valid YAML: alias references unknown anchor",
        ),
        (
            "users:\n  - {email: a, user_fields: {x: 1, x: 2}}\n",
            "the key `x` stands here twice",
        ),
        (
            "users:\n  - {email: a, role: null}\n",
            "`role` must be text or a mapping",
        ),
    ] {
        let shown = manifest(text);
        assert!(shown.contains(expected), "{text:?} gave {shown}");
    }
}

#[test]
fn words_of_older_yaml_are_text_and_numbers_keep_their_spelling() {
    let text = "\u{feff}groups:\r\n  - name: no\r\n  - name: 0123\r\n  - name: 1.20\r\n---\r\nusers:\r\n  - {email: 'a@example.com', groups: [on, 12]}\r\n";
    let (files, _, found) = parse_manifests(&[Source::new("a.yaml", text)]);
    assert!(found.is_empty(), "{}", shown(&found));
    let groups = files[0].documents[0].groups.get().unwrap();
    let names: Vec<&str> = groups.iter().map(|group| &**group.name).collect();
    assert_eq!(names, ["no", "0123", "1.20"]);
    for group in &groups.value {
        assert_eq!(files[0].source.slice(group.name.span), &**group.name);
    }
    let users = files[0].documents[1].users.get().unwrap();
    let held = users[0].groups.get().unwrap();
    let names: Vec<&str> = held.iter().map(|grant| &**grant.name).collect();
    assert_eq!(names, ["on", "12"]);
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = String::from("x0: &x0 [a, a, a, a, a, a, a, a, a]\n");
    for level in 1..10 {
        let items = vec![format!("*x{}", level - 1); 9].join(", ");
        writeln!(text, "x{level}: &x{level} [{items}]").unwrap();
    }
    let shown = manifest(&text);
    assert!(shown.contains("ZD009"), "{shown}");
    let shown = manifest(&"[".repeat(10_000));
    assert!(shown.contains("ZD009"), "{shown}");
}

#[test]
fn a_configuration_that_contradicts_itself_is_refused() {
    let (config, found) = parse_config(&Source::new(
        "zdsync.yaml",
        "\
account:
  subdomain: acme.zendesk.com
manage: { users: { undeclared: remove }, groups: { undeclared: report } }
limits: { removals: { users: 5, groups: { count: 3 } } }
rate_limit: { share: 180% }
protected: [user/ada@example.com, ada]
",
    ));
    assert!(config.is_some());
    insta::assert_snapshot!(shown(&found));
    let (config, found) = parse_config(&Source::new(
        "zdsync.yaml",
        "account: { subdomain: acme, url: 'https://acme.example' }\nmanage: { group: {} }\n",
    ));
    assert!(config.is_none());
    insta::assert_snapshot!(shown(&found));
}

#[test]
fn addresses_of_accounts_are_https_or_loopback() {
    for (url, fine) in [
        ("https://acme.zendesk.com", true),
        ("http://127.0.0.1:4010", true),
        ("http://[::1]:4010", true),
        ("http://localhost:4010/", true),
        ("http://acme.example", false),
        ("https://user:secret@acme.example", false),
        ("https://acme.example/path", false),
        ("ftp://acme.example", false),
        ("acme", false),
    ] {
        let text = format!("account: {{ url: '{url}' }}\n");
        let (_, found) = parse_config(&Source::new("zdsync.yaml", text));
        assert_eq!(found.is_empty(), fine, "{url}: {}", shown(&found));
    }
}

#[test]
fn the_schemas_that_stand_in_the_repository_are_those_of_the_types() {
    let committed = [
        include_str!("../../schemas/config.json"),
        include_str!("../../schemas/manifest.json"),
    ];
    for (name, committed) in SCHEMAS.into_iter().zip(committed) {
        assert!(
            schema(name).as_deref() == Some(committed),
            "schemas/{name}.json is out of step: write it anew with `just generate`"
        );
    }
}
