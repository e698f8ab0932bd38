//! For generated accounts and manifests: apply does what the plan said, and then there is nothing to do.
#![expect(
    clippy::unwrap_used,
    reason = "a test gives up where its own set-up fails"
)]

use std::collections::BTreeSet;
use std::fmt::Write;

use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use proptest::test_runner::Config;

use crate::support::Project;

pub(crate) const GROUPS: [&str; 4] = ["Support", "Tier 1", "Éscalations", "夜勤"];
pub(crate) const ORGANIZATIONS: [&str; 3] = ["Aurora Bikes", "Borealis Labs", "Cumulus Cafés"];
pub(crate) const ROLES: [&str; 2] = ["Tier 1 agent", "Tier 2 agent"];
pub(crate) const PEOPLE: [&str; 6] = ["ali", "bo", "chi", "dora", "emi", "fritz"];

/// One person, as live or as declared.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) role: Role,
    pub(crate) groups: BTreeSet<&'static str>,
    pub(crate) organizations: BTreeSet<&'static str>,
    pub(crate) suspended: bool,
    pub(crate) alias: &'static str,
    pub(crate) tags: BTreeSet<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Role {
    EndUser,
    Custom(&'static str),
    Admin,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::EndUser => "end-user",
            Self::Custom(name) => name,
            Self::Admin => "admin",
        }
    }
}

fn set(
    values: &'static [&'static str],
    least: usize,
) -> impl Strategy<Value = BTreeSet<&'static str>> {
    subsequence(values.to_vec(), least..=values.len())
        .prop_map(|values| values.into_iter().collect())
}

fn person() -> impl Strategy<Value = Person> {
    let role = prop_oneof![
        2 => Just(Role::EndUser),
        3 => proptest::sample::select(ROLES.to_vec()).prop_map(Role::Custom),
        1 => Just(Role::Admin),
    ];
    let alias = proptest::sample::select(vec!["", "Al", "アル"]);
    (
        role,
        set(&GROUPS, 1),
        set(&ORGANIZATIONS, 0),
        any::<bool>(),
        alias,
        set(&["vip", "beta"], 0),
    )
        .prop_map(|(role, groups, organizations, suspended, alias, tags)| {
            // Only team members are in groups.
            let groups = if role == Role::EndUser {
                BTreeSet::new()
            } else {
                groups
            };
            Person {
                role,
                groups,
                organizations,
                suspended,
                alias,
                tags,
            }
        })
}

/// Groups and organizations with the texts they carry.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) group_descriptions: Vec<&'static str>,
    pub(crate) organization_tags: Vec<BTreeSet<&'static str>>,
    merge: bool,
    pub(crate) people: Vec<Option<Person>>,
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    (
        prop::collection::vec(
            proptest::sample::select(vec!["", "first", "second"]),
            GROUPS.len(),
        ),
        prop::collection::vec(set(&["gold", "eu"], 0), ORGANIZATIONS.len()),
        any::<bool>(),
        prop::collection::vec(prop::option::weighted(0.8, person()), PEOPLE.len()),
    )
        .prop_map(
            |(group_descriptions, organization_tags, merge, people)| World {
                group_descriptions,
                organization_tags,
                merge,
                people,
            },
        )
}

fn list<'a>(values: impl IntoIterator<Item = &'a &'a str>) -> String {
    let values: Vec<&str> = values.into_iter().copied().collect();
    format!("[{}]", values.join(", "))
}

/// The sections of one world, each a list entry under its key, without the key.
fn entries(world: &World, absent: &[&str]) -> Vec<(&'static str, String)> {
    let mut entries = Vec::new();
    for (name, description) in GROUPS.iter().zip(&world.group_descriptions) {
        entries.push((
            "groups",
            format!("  - {{ name: {name}, description: \"{description}\" }}\n"),
        ));
    }
    for (name, tags) in ORGANIZATIONS.iter().zip(&world.organization_tags) {
        entries.push((
            "organizations",
            format!("  - {{ name: {name}, tags: {} }}\n", list(tags)),
        ));
    }
    for name in ROLES {
        let merge = world.merge;
        entries.push((
            "roles",
            format!("  - {{ name: {name}, configuration: {{ ticket_merge: {merge} }} }}\n"),
        ));
    }
    for (key, person) in PEOPLE.iter().zip(&world.people) {
        let Some(person) = person else {
            if absent.contains(key) {
                entries.push((
                    "users",
                    format!("  - {{ email: {key}@example.com, state: offboarded }}\n"),
                ));
            }
            continue;
        };
        let Person {
            role,
            groups,
            organizations,
            suspended,
            alias,
            tags,
        } = person;
        let mut entry = format!("  - email: {key}@example.com\n    name: {key} Example\n");
        let role = role.name();
        let _infallible = write!(
            entry,
            "    role: {role}\n    groups: {}\n    organizations: {}\n    alias: \"{alias}\"\n    tags: {}\n",
            list(groups),
            list(organizations),
            list(tags)
        );
        entry.push_str(if *suspended {
            "    SUSPENDED\n"
        } else {
            "    ACTIVE\n"
        });
        entries.push(("users", entry));
    }
    entries
}

fn document(entries: &[(&'static str, String)]) -> String {
    let mut text = String::new();
    for section in ["roles", "groups", "organizations", "users"] {
        let entries: Vec<&String> = entries
            .iter()
            .filter(|(name, _)| *name == section)
            .map(|(_, entry)| entry)
            .collect();
        if !entries.is_empty() {
            let _infallible = writeln!(text, "{section}:");
            text.extend(entries.into_iter().map(String::as_str));
        }
    }
    text
}

pub(crate) fn account(world: &World) -> String {
    let owner = "  - { email: owner@example.com, name: Olga Owner, role: admin }\n".to_owned();
    let mut entries = entries(world, &[]);
    entries.push(("users", owner));
    format!("owner: owner@example.com\n{}", document(&entries))
        .replace("    SUSPENDED", "    suspended: true")
        .replace("    ACTIVE\n", "")
}

fn manifest(entries: &[(&'static str, String)]) -> String {
    document(entries)
        .replace("SUSPENDED", "state: suspended")
        .replace("ACTIVE", "state: active")
}

pub(crate) const CONFIG: &str = "\
account: { sandbox: account.yaml, owner: owner@example.com }
limits:
  min_admins: 1
  removals: { users: 100, groups: 100, organizations: 100, roles: 100, group_memberships: 100, organization_memberships: 100 }
";

/// What of a plan may not depend on the order of files: everything but places and times.
fn essence(plan: &serde_json::Value) -> serde_json::Value {
    let mut plan = plan.clone();
    let object = plan.as_object_mut().unwrap();
    object.remove("created_at");
    object.remove("live_at");
    for key in ["changes", "refused", "access"] {
        for entry in object
            .get_mut(key)
            .and_then(serde_json::Value::as_array_mut)
            .unwrap()
        {
            entry.as_object_mut().unwrap().remove("source");
        }
    }
    plan
}

proptest! {
    #![proptest_config(Config { cases: 48, max_shrink_iters: 200, ..Config::default() })]

    #[test]
    fn after_an_apply_there_is_nothing_to_do(live in world(), mut wanted in world(), order in any::<Index>()) {
        // People who are live and not wanted are offboarded; the owner stays the only sure administrator.
        let absent: Vec<&str> = PEOPLE
            .iter()
            .zip(live.people.iter().zip(&wanted.people))
            .filter(|(_, (live, wanted))| live.is_some() && wanted.is_none())
            .map(|(key, _)| *key)
            .collect();
        for person in wanted.people.iter_mut().flatten() {
            if person.role == Role::EndUser {
                person.groups.clear();
            }
        }
        let declared = entries(&wanted, &absent);
        let project = Project::embedded(&account(&live), &manifest(&declared));
        project.write("zdsync.yaml", CONFIG);
        let planned = project.run(&["plan", "--format", "json"]);
        let refused = if planned.code == 4 { planned.json()["refused"].to_string() } else { String::new() };
        prop_assert_eq!(planned.code, 0, "{}{}", refused, &planned.stderr);

        // The same declarations in two files, split anywhere, with the halves the other way round.
        let (first, second) = declared.split_at(order.index(declared.len()));
        let other = Project::embedded(&account(&live), &manifest(second));
        other.write("zdsync.yaml", CONFIG);
        if !first.is_empty() {
            other.write("manifests/zz.yaml", &manifest(first));
        }
        let again = other.run(&["plan", "--format", "json"]);
        prop_assert_eq!(essence(&planned.json()), essence(&again.json()));

        let applied = project.run(&["apply", "--auto-approve", "--format", "json"]);
        prop_assert_eq!(applied.code, 0, "{}{}", &applied.stdout, &applied.stderr);
        let after = project.run(&["plan", "--detailed-exitcode"]);
        prop_assert_eq!(after.code, 0, "{}{}\nfrom {}", &after.stdout, &after.stderr, &planned.stdout);
    }
}
