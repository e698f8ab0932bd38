//! Every form in which manifests are laid out, and what becomes of it.

use std::collections::BTreeMap;

use super::{Correction, Corrections, Holdings, append, lost_comments, merge};
use crate::diag::Source;
use crate::model::{Address, Name, Value};

/// The text after the corrections; a round is enough for each of these.
#[track_caller]
fn merged(text: &str, wanted: Vec<(Address, Correction)>) -> String {
    let mut by_address: BTreeMap<Address, Vec<Correction>> = BTreeMap::new();
    for (address, correction) in wanted {
        by_address.entry(address).or_default().push(correction);
    }
    let names = |names: &[&str]| Some(names.iter().map(|name| Name::new(name)).collect());
    let holdings = |_: &Address| Holdings {
        role: Some("Tier 2".to_owned()),
        groups: names(&["Support", "a: b"]),
        default_group: Some(Name::new("Support")),
        organizations: None,
    };
    let before = Source::new("a.yaml", text);
    let corrections = Corrections {
        by_address,
        holdings: &holdings,
    };
    let after = merge(std::slice::from_ref(&before), &corrections)
        .unwrap()
        .remove(0);
    let lost = lost_comments(&before, &after).unwrap();
    assert!(lost.is_empty(), "{lost:?}\n{}", after.text());
    after.text().to_owned()
}

fn ada() -> Address {
    Address::user("ada@example.com")
}

fn is(key: &str, value: Value) -> Correction {
    Correction::Is {
        key: key.to_owned(),
        value,
    }
}

fn joined(name: &str) -> Correction {
    Correction::Joined {
        key: "groups",
        name: Name::new(name),
    }
}

fn left(name: &str) -> Correction {
    Correction::Left {
        key: "groups",
        name: Name::new(name),
    }
}

#[test]
fn values_change_where_they_stand() {
    let text = "\
# Ours
users:
  - email: Ada@example.com # mine
    name: 'Ada  Example' # her # name
    notes: |
      One # no comment
      two
    # before the alias
    alias: \"old\"
    user_fields:
      region: emea # field
  - { email: bo@example.com, name: Bo, tags: [a, b] }
";
    let after = merged(
        text,
        vec![
            (ada(), is("name", Value::text("Ada: Lovelace"))),
            (ada(), is("notes", Value::Null)),
            (ada(), is("alias", Value::text("no"))),
            (ada(), is("user_fields.region", Value::text("apac"))),
            (ada(), is("user_fields.vip", Value::Bool(true))),
            (ada(), is("role", Value::Reference(Address::role("Tier 2")))),
            (
                Address::user("bo@example.com"),
                is("tags", Value::Set(["b".to_owned(), "c".to_owned()].into())),
            ),
            (
                Address::user("bo@example.com"),
                is("default_group", Value::Null),
            ),
        ],
    );
    insta::assert_snapshot!(after);
}

#[test]
fn items_join_and_leave_lists_of_every_form() {
    let text = "\
users:
  - email: ada@example.com
    groups: [Support, { group: Tier 1, until: 2026-12-31 }] # why
  - email: b@example.com
    groups:
      # the first
      - Support # always
      - group: Tier 1 # for a while
        until: 2026-12-31 # the end
  - email: c@example.com
    groups:
      - Tier 1 # only this
  - email: d@example.com
    groups: [
      Support, # first
      Tier 1, # second
    ]
  - email: e@example.com
    groups: []";
    let people = ["ada", "b", "c", "d", "e"]
        .map(|name| Address::user(format!("{name}@example.com").as_str()));
    let leaves = people
        .iter()
        .filter(|address| address.name().as_str() != "e@example.com");
    let after = merged(
        text,
        leaves
            .map(|address| (address.clone(), left("tier 1")))
            .collect(),
    );
    insta::assert_snapshot!("items_leave", after);
    let after = merged(
        text,
        people.map(|address| (address, joined("- new"))).to_vec(),
    );
    insta::assert_snapshot!("items_join", after);
}

#[test]
fn entries_go_and_their_comments_and_neighbours_stay() {
    let text = "\
groups:
  - name: Support # kept

  # about the one that goes
  - name: Tier 1 # goes
    # inside
    description: First line

  - name: Night shift
organizations:
  - name: Globex
    domain_names:
      - globex.example # alone
roles: [{ name: Old }]
profiles:
  - name: p
    role: Old # gone role
    groups: [Support, tier 1]
    default_group: Tier 1 # gone group
defaults:
  users: { groups: [Tier 1] }
users:
  - { email: ada@example.com, groups: [Tier 1, Support], role: admin }
";
    let after = merged(
        text,
        vec![
            (Address::group("Tier 1"), Correction::Gone),
            (Address::role("Old"), Correction::Gone),
            (Address::organization("Globex"), Correction::Gone),
        ],
    );
    insta::assert_snapshot!(after);
}

#[test]
fn a_profile_gives_way_to_what_the_person_holds() {
    let text = "\
users:
  - email: ada@example.com
    profile: tier-1 # as everybody
    name: Ada
  - { email: b@example.com, profile: [tier-1, late] }
  - email: c@example.com
    profile: tier-1
    groups: [Tier 1]
";
    let b = Address::user("b@example.com");
    let c = Address::user("c@example.com");
    let after = merged(
        text,
        vec![
            (ada(), left("Tier 9")),
            (b, left("Tier 9")),
            (c, joined("x")),
        ],
    );
    insta::assert_snapshot!(after);
}

#[test]
fn names_change_back_with_all_that_refers_to_them() {
    let text = "\
groups:
  - name: Tier One
    previously: [Tier 1] # since spring
users:
  - email: ada@example.com
    groups: [tier one]
    default_group: Tier One
";
    let address = Address::group("Tier One");
    let after = merged(
        text,
        vec![
            (address.clone(), is("name", Value::text("Tier 1"))),
            (
                address,
                Correction::Without {
                    key: "previously".to_owned(),
                },
            ),
        ],
    );
    insta::assert_snapshot!(after);
}

#[test]
fn lines_of_windows_and_lists_that_stand_elsewhere_are_kept() {
    let text = "groups:\r\n  - name: A\r\nusers:\r\n  - email: ada@example.com\r\n    groups: &all\r\n      - A\r\n  - email: b@example.com\r\n    groups: *all\r\n";
    let after = merged(
        text,
        vec![
            (ada(), is("name", Value::text("Ada"))),
            (Address::user("b@example.com"), joined("B")),
        ],
    );
    assert_eq!(
        after,
        "groups:\r\n  - name: A\r\nusers:\r\n  - email: ada@example.com\r\n    name: Ada\r\n    groups: &all\r\n      - A\r\n  - email: b@example.com\r\n    groups: [A, B]\r\n"
    );
}

#[test]
fn entries_are_added_where_there_is_a_place_for_them() {
    let entries = "  - name: X\n    description: New\n";
    for (text, expected) in [
        (
            "groups:\n  - name: A",
            Some("groups:\n  - name: A\n\n  - name: X\n    description: New\n"),
        ),
        (
            "groups:\n- name: A # a\n- name: B\n# after\nusers: []\n",
            Some(
                "groups:\n- name: A # a\n- name: B\n- name: X\n  description: New\n# after\nusers: []\n",
            ),
        ),
        (
            "groups: [] # none\nusers: []\n",
            Some("groups:\n  - name: X\n    description: New # none\nusers: []\n"),
        ),
        (
            "users: []\n",
            Some("users: []\n\ngroups:\n  - name: X\n    description: New\n"),
        ),
        ("groups: [{ name: A }]\n", None),
        ("{ users: [] }\n", None),
        ("users: []\n---\nusers: []\n", None),
    ] {
        let source = Source::new("a.yaml", text);
        let grown = append(&source, "groups", entries).unwrap();
        assert_eq!(grown.as_ref().map(|grown| grown.text()), expected, "{text}");
    }
}

#[test]
fn comments_within_a_value_that_is_replaced_go_below_it() {
    let globex = || Address::organization("Globex");
    let tags = || vec![(globex(), is("tags", Value::Set(["vip"].into())))];
    let before = "organizations:\n  - name: Globex\n    tags: [ # none\n      # yet\n     ] # at all\n    group: A\n";
    let after = "organizations:\n  - name: Globex\n    tags: [vip] # at all\n    # none\n    # yet\n    group: A\n";
    assert_eq!(merged(before, tags()), after);
}

#[test]
fn a_list_that_says_all_already_stays_where_a_profile_gives_way() {
    let list = "    groups: [ # why\n      Support, 'a: b', # both\n    ]\n";
    let head = "users:\n  - email: ada@example.com\n";
    let before = format!("{head}    profile: p\n{list}");
    let after = format!("{head}    role: Tier 2\n    default_group: Support\n{list}");
    assert_eq!(merged(&before, vec![(ada(), left("Tier 1"))]), after);
}
