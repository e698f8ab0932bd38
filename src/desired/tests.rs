use std::fmt::Write as _;

use jiff::Timestamp;

use super::{check, resolve, rules};
use crate::diag::{Diagnostics, Source, apply_edits};
use crate::manifest::{Project, codes, parse_config, parse_manifests};
use crate::model::Inventory;

/// The clock of these tests.
pub(super) fn noon() -> Timestamp {
    "2026-06-15T12:00:00Z".parse().unwrap()
}

/// A project of these manifests, of which every one must be sound.
pub(super) fn project(config: &str, manifests: &[&str]) -> Project {
    let source = Source::new(
        "zdsync.yaml",
        format!("account:\n  subdomain: acme\n{config}"),
    );
    let (config, found) = parse_config(&source);
    assert!(found.is_empty(), "{}", shown(&found));
    let names = ["a", "b", "c", "d"];
    let sources: Vec<_> = names
        .iter()
        .zip(manifests)
        .map(|(name, text)| Source::new(format!("manifests/{name}.yaml"), *text))
        .collect();
    let (files, broken, found) = parse_manifests(&sources);
    assert!(found.is_empty(), "{}", shown(&found));
    Project {
        config: config.unwrap(),
        config_source: source,
        files,
        broken,
    }
}

/// The text that people see, without colours.
pub(super) fn shown(diagnostics: &Diagnostics) -> String {
    let theme = miette::GraphicalTheme::unicode_nocolor();
    let handler = miette::GraphicalReportHandler::new_themed(theme).with_width(100);
    let mut text = String::new();
    for diagnostic in diagnostics {
        handler.render_report(&mut text, diagnostic).unwrap();
    }
    text
}

fn inventory(text: &str) -> Inventory {
    let project = project("", &[text]);
    let (inventory, found) = resolve(&project, noon());
    assert_eq!(found.errors(), 0, "{}", shown(&found));
    inventory
}

/// What an inventory says, one line for each resource.
fn lines(inventory: &Inventory) -> String {
    let mut text = String::new();
    for (address, declared) in &inventory.resources {
        let facts: Vec<String> = declared
            .resource
            .facts()
            .iter()
            .map(|fact| {
                format!(
                    "{}={}",
                    fact.path,
                    serde_json::to_string(&fact.value).unwrap()
                )
            })
            .collect();
        let origin = declared.origin.as_ref().unwrap();
        text.write_fmt(format_args!(
            "{address} {:?} {}:{}:{} {}",
            declared.lifecycle,
            origin.file,
            origin.line,
            origin.column,
            facts.join(" ")
        ))
        .unwrap();
        if let Some(grant) = &declared.grant {
            text.write_fmt(format_args!(" until {} {:?}", grant.until, grant.reason))
                .unwrap();
        }
        if !declared.previously.is_empty() {
            text.write_fmt(format_args!(" previously {:?}", declared.previously))
                .unwrap();
        }
        text.push('\n');
    }
    for ((kind, user), origin) in &inventory.lists {
        let origin = origin.as_ref().unwrap();
        text.write_fmt(format_args!(
            "list {kind} {user} {}:{}\n",
            origin.line, origin.column
        ))
        .unwrap();
    }
    for (address, grant) in &inventory.ended {
        text.write_fmt(format_args!("ended {address} {}\n", grant.until))
            .unwrap();
    }
    text
}

#[test]
fn profiles_defaults_and_own_keys_make_one_inventory() {
    insta::assert_snapshot!(lines(&inventory(
        r"
roles:
  - name: Tier 2
    description: Escalations
    configuration: { ticket_access: within-groups, ticket_deletion: false }
groups:
  - { name: Tier 1, previously: [Frontline], is_public: true }
  - { name: Escalations }
  - { name: Old, state: absent }
  - { name: Theirs, external: true }
organizations:
  - name: Globex
    external_id: crm-42
    domain_names: [Globex.example]
    tags: [VIP]
    group: tier 1
    organization_fields: { region: emea, size: 3 }
defaults:
  users: { locale: en-US, tags: [staff], groups: [Theirs] }
profiles:
  - { name: base, role: agent, time_zone: Berlin, organizations: [globex] }
  - name: tier-2
    profile: base
    role: Tier 2
    groups: [Tier 1, Escalations]
    default_group: Escalations
users:
  - email: Ada@example.com
    name: Ada Lovelace
    profile: tier-2
    alias: ~
    groups:
      - tier 1
      # an incident
      - { group: Escalations, until: 2026-12-31, reason: INC-42 }
    state: active
    external_id: e-1001
    user_fields: { a: 1, b: [x, y] }
  - external_id: Bob-7
    role: end-user
    organizations: [{ organization: Globex, until: 2026-01-01 }]
    groups: []
  - email: eve@example.com
    profile: tier-2
    state: offboarded
  - email: sam@example.com
    profile: base
    role: { role: admin, until: 2026-06-14 }
    state: suspended
"
    )));
}

#[test]
fn duplicates_circles_and_unknown_names_are_told_with_both_places() {
    let project = project(
        "",
        &[
            "\
groups: [{ name: Tier 1 }]
profiles:
  - { name: first, profile: second }
  - { name: second, profile: first }
  - { name: third, profile: seccond }
",
            "\
groups: [{ name: tier 1 }]
users:
  - email: ada@example.com
    groups: [Tier-1, { group: Nowhere }]
    role: Administrator
    profile: d
  - { email: Ada@Example.com }
organizations: [{ name: Globex, group: Tier1 }]
",
        ],
    );
    insta::assert_snapshot!(shown(&check(&project, noon())));
}

fn findings(rule: &rules::Rule, manifest: &str) -> Diagnostics {
    if rule.code == codes::CONFIGURATION {
        let source = Source::new("zdsync.yaml", manifest);
        return parse_config(&source).1;
    }
    let text = format!(
        "account:\n  subdomain: acme\n  owner: owner@acme.example\n{}",
        rule.config
    );
    let source = Source::new("zdsync.yaml", text);
    let (config, mut found) = parse_config(&source);
    let (files, broken, more) = parse_manifests(&[Source::new("manifests/a.yaml", manifest)]);
    found.append(more);
    let project = Project {
        config: config.unwrap(),
        config_source: source,
        files,
        broken,
    };
    found.append(check(&project, noon()));
    found.sort();
    found
}

#[test]
fn every_rule_finds_its_bad_example_and_accepts_its_good_one() {
    for rule in rules::ALL {
        if rule.bad.is_empty() {
            continue;
        }
        let found = findings(rule, rule.bad);
        let (own, others): (Vec<_>, Vec<_>) =
            found.iter().partition(|finding| finding.code == rule.code);
        assert!(!own.is_empty(), "{} is silent", rule.code);
        let others: Diagnostics = others.into_iter().cloned().collect();
        assert!(others.errors() == 0, "{}: {}", rule.code, shown(&others));
        if !rule.good.is_empty() {
            let found = findings(rule, rule.good);
            assert!(found.is_empty(), "{}: {}", rule.code, shown(&found));
        }
        let own: Diagnostics = own.into_iter().cloned().collect();
        insta::assert_snapshot!(rule.code.0, shown(&own));
    }
}

#[test]
fn what_is_fixed_is_found_no_more_and_nothing_else_changes() {
    let mut fixed = Vec::new();
    for rule in rules::ALL {
        let found = findings(rule, rule.bad);
        let own: Diagnostics = found
            .iter()
            .filter(|finding| finding.code == rule.code)
            .cloned()
            .collect();
        for (source, edits) in own.fixes() {
            let (text, made) = apply_edits(&source, edits.iter().copied());
            assert_eq!(made, edits.len(), "{}", rule.code);
            let again = findings(rule, &text);
            let still: Diagnostics = again
                .iter()
                .filter(|finding| finding.code == rule.code)
                .cloned()
                .collect();
            assert!(still.is_empty(), "{}: {}", rule.code, shown(&still));
            assert_eq!(text.lines().count(), source.text().lines().count());
            fixed.push(rule.code.0);
        }
    }
    assert_eq!(fixed, ["ZD006", "ZD036", "ZD042", "ZD044", "ZD071"]);
}

#[test]
fn limits_of_the_account_are_told_at_the_entry_that_exceeds_them() {
    let names = |count: usize, what: &str| -> Vec<String> {
        (1..=count)
            .map(|number| format!("{what} {number}"))
            .collect()
    };
    let section = |names: &[String]| -> String {
        names.iter().fold(String::new(), |text, name| {
            text + "  - name: " + name + "\n"
        })
    };
    for (organizations, roles, expected) in [
        (300, 197, vec![]),
        (
            301,
            1,
            vec!["ZD038 `user/ada@example.com` would be in 301 organizations, and 300 are allowed"],
        ),
        (
            1,
            198,
            vec!["ZD054 198 roles are declared, and 197 are allowed"],
        ),
    ] {
        let all = names(organizations, "Organization");
        let manifest = format!(
            "organizations:\n{}roles:\n{}users:\n  - email: ada@example.com\n    organizations: [{}]\n",
            section(&all),
            section(&names(roles, "Role")),
            all.join(", ")
        );
        let found = check(&project("", &[&manifest]), noon());
        let said: Vec<String> = found
            .iter()
            .map(|finding| format!("{} {}", finding.code, finding.message))
            .collect();
        assert_eq!(said, expected);
    }
}

#[test]
fn the_configuration_decides_how_findings_count_unless_they_are_enforced() {
    let manifest = "users: [{ email: ada@example.com, tags: [VIP], locale: en_US }]\n";
    for (rules, expected) in [
        ("", (1, 1)),
        ("rules: { ZD042: error }\n", (2, 0)),
        ("rules: { ZD042: off, ZD036: warning }\n", (0, 1)),
        ("rules: { ZD042: off, ZD036: off }\n", (0, 0)),
        // One more error: what zdsync cannot do without is never off.
        (
            "rules: { ZD042: off, ZD036: off, ZD012: warning }\n",
            (1, 0),
        ),
        ("rules: { ZD042: off, ZD036: off, ZD999: error }\n", (1, 0)),
    ] {
        let found = check(&project(rules, &[manifest]), noon());
        assert_eq!(
            (found.errors(), found.warnings()),
            expected,
            "{rules}{}",
            shown(&found)
        );
    }
}

#[test]
fn names_that_a_broken_file_declares_are_not_called_unknown_on_top() {
    let config = Source::new("zdsync.yaml", "account: { subdomain: acme }\n");
    let read = |broken: &str| {
        let sources = [
            Source::new("a.yaml", broken),
            Source::new(
                "b.yaml",
                "users: [{ email: ada@example.com, groups: [Tier 1, Nowhere] }]\n",
            ),
        ];
        let (files, broken, found) = parse_manifests(&sources);
        assert_eq!(found.errors(), 1);
        let project = Project {
            config: parse_config(&config).0.unwrap(),
            config_source: Source::new("zdsync.yaml", ""),
            files,
            broken,
        };
        let found = check(&project, noon());
        let messages = found.iter().map(|finding| finding.message.clone());
        messages.collect::<Vec<_>>()
    };
    assert_eq!(
        read("groups: [{ name: Tier 1, discription: x }]\n"),
        ["group `Nowhere` is not declared"]
    );
    // Of a file that is not even YAML nothing is known.
    assert!(read("groups: [{ name: Tier 1\n").is_empty());
}

#[test]
fn the_nearest_grant_of_a_thing_holds_with_its_end() {
    let inventory = inventory(
        "\
groups: [{ name: Tier 1 }, { name: Tier 2 }]
profiles:
  - { name: base, groups: [Tier 1, { group: Tier 2, until: 2027-01-01 }] }
users:
  - email: ada@example.com
    profile: base
    groups: [{ group: tier 1, until: 2026-01-01 }, Tier 2]
",
    );
    let held: Vec<String> = inventory
        .of_kind(crate::model::Kind::GroupMembership)
        .map(|(address, declared)| format!("{address} {:?}", declared.grant))
        .collect();
    assert_eq!(held, ["group_membership/ada@example.com/Tier 2 None"]);
    assert_eq!(inventory.ended.len(), 1);
}

#[test]
fn an_end_in_a_zone_that_there_is_not_names_the_zone() {
    for (until, message, help) in [
        (
            "2026-12-31T18:00[Europe/Berln]",
            "there is no time zone `Europe/Berln`",
            "did you mean `Europe/Berlin`?",
        ),
        (
            "2026-12-31T18:00",
            "`2026-12-31T18:00` has no time zone",
            "add one: `Z`, `+01:00` or `[Europe/Berlin]`",
        ),
        (
            "2026-12-32",
            "`2026-12-32` is not a date",
            "write `2026-12-31`, or a time with its zone such as `2026-12-31T18:00+01:00`",
        ),
    ] {
        let text = format!(
            "roles: [{{ name: R }}]\nusers:\n  - email: ada@example.com\n    role: {{ role: R, until: '{until}' }}\n"
        );
        let found = check(&project("rules: { ZD024: off }\n", &[&text]), noon());
        let said: Vec<_> = found
            .iter()
            .map(|one| (&*one.message, one.help.as_deref()))
            .collect();
        assert_eq!(said, [(message, Some(help))]);
    }
}

#[test]
fn every_rule_has_its_own_code_and_says_why_it_is_there() {
    let codes: Vec<&str> = rules::ALL.iter().map(|rule| rule.code.0).collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(codes, sorted, "in order of their codes, each once");
    for rule in rules::ALL {
        for text in [rule.title, rule.why, rule.source] {
            assert!(!text.is_empty(), "{}", rule.code);
            assert!(!text.contains("  "), "{}: {text:?}", rule.code);
        }
        assert!(rule.why.ends_with('.'), "{}", rule.code);
    }
}
