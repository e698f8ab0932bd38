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
fn what_is_nested_without_end_is_refused_in_every_file() {
    let deep = 10_000;
    let blocks: String = (0..500)
        .map(|level| "  ".repeat(level) + "- a:\n")
        .collect();
    let texts = [
        "[".repeat(deep) + &"]".repeat(deep),
        "{a: ".repeat(deep) + &"}".repeat(deep),
        blocks,
        format!("groups: {}\n", "[".repeat(40) + &"]".repeat(40)),
    ];
    let sources: Vec<_> = texts
        .into_iter()
        .enumerate()
        .map(|(index, text)| Source::new(format!("manifests/{index}.yaml"), text))
        .collect();
    let (_, _, found) = parse_manifests(&sources);
    assert_eq!(found.errors(), sources.len(), "{}", shown(&found));
    for finding in &found {
        assert_eq!(finding.message, "this is nested too deeply");
    }
}

#[test]
fn what_is_no_number_is_text_or_told_as_such() {
    let said = manifest("groups:\n  - { name: .inf }\n  - { name: .NaN, is_public: .inf }\n");
    assert!(
        said.contains("`is_public` must be `true` or `false`, not a number"),
        "{said}"
    );
    assert!(!said.contains("ZD003"), "{said}");
    let said = manifest("users:\n  - { email: a@example.com, user_fields: { x: .inf } }\n");
    assert!(said.contains("put it in quotation marks"), "{said}");
}

#[test]
fn syntax_the_parser_stops_at_comes_with_what_is_most_often_behind_it() {
    for (text, help) in [
        ("groups:\n\t- name: A\n", "indent with blanks"),
        (
            "users:\n  - { email: a@example.com, role: { role: admin, until: 2026-12-31T18:00[Europe/Berlin] } }\n",
            "in quotation",
        ),
        (
            "groups:\n  - name: A\n   description: B\n",
            "indent the keys of one entry alike",
        ),
    ] {
        let said = manifest(text);
        assert!(said.contains("ZD003") && said.contains(help), "{said}");
    }
}

#[test]
fn a_misspelt_key_is_not_missing_on_top_and_numbers_have_bounds() {
    let (config, found) = parse_config(&Source::new(
        "zdsync.yaml",
        "\
account: { subdomian: acme }
limits:
  removals: { users: -1, roles: { percent: 120 } }
  min_admins: none
",
    ));
    assert!(config.is_none());
    insta::assert_snapshot!(shown(&found));
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
