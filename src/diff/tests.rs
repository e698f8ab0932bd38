//! Which live object is meant, which are ours, and which values differ.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::json;

use super::{Conflict, Differences, Fate, compare};
use crate::model::{
    Account, Address, Declared, Group, Inventory, Kind, Lifecycle, Marks, Name, ObjectId, Observed,
    Policy, Resource, Scope, Snapshot, Texts, Undeclared, User, UserRole, Value,
};

fn account(resources: Vec<Resource>) -> Snapshot {
    let observed = (1..).zip(resources).map(|(number, resource)| {
        let live = Observed {
            id: ObjectId::from_wire(number),
            resource,
            marks: Marks::default(),
            members: None,
        };
        (live.resource.address(), live)
    });
    Snapshot {
        account: Account {
            fingerprint: "acme-1".to_owned(),
            subdomain: "acme".to_owned(),
            url: "https://acme.example".to_owned(),
        },
        caller: None,
        taken_at: Timestamp::UNIX_EPOCH,
        custom_roles: true,
        multiple_organizations: true,
        rate_limit: None,
        objects: observed.collect(),
        ambiguous: Vec::new(),
        secondary_emails: BTreeMap::new(),
        parts: Vec::new(),
    }
}

fn manifests(entries: Vec<(Resource, &[&str])>) -> Inventory {
    let resources = entries.into_iter().map(|(resource, previously)| {
        let declared = Declared {
            lifecycle: Lifecycle::Present,
            previously: previously.iter().map(|name| Name::new(name)).collect(),
            origin: None,
            grant: None,
            resource,
        };
        (declared.resource.address(), declared)
    });
    Inventory {
        resources: resources.collect(),
        ..Inventory::default()
    }
}

fn group(name: &str) -> Resource {
    Resource::Group(Group::named(name.into()))
}

fn user(email: &str, change: impl FnOnce(&mut User)) -> Resource {
    let mut user = User {
        email: (!email.is_empty()).then(|| Name::new(email)),
        ..User::default()
    };
    change(&mut user);
    Resource::from(user)
}

/// One word and address a line, then the conflicts.
fn told(found: &Differences<'_>) -> String {
    let changes = found.differences.iter().map(|difference| {
        let live = difference
            .live
            .map_or(String::new(), |(live, _)| format!(" ({live})"));
        format!("{:?} {}{live}", difference.fate, difference.address)
    });
    let conflicts = found.conflicts.iter().map(|conflict| match conflict {
        Conflict::BothLive { address, .. } => format!("both live: {address}"),
        Conflict::SameObject { address, other, .. } => format!("same: {address}, {other}"),
        Conflict::Ambiguous { .. }
        | Conflict::SecondaryEmail { .. }
        | Conflict::Swap { .. }
        | Conflict::ExternalMissing { .. }
        | Conflict::NoScope => format!("{conflict:?}"),
    });
    changes.chain(conflicts).collect::<Vec<_>>().join("; ")
}

type Former = &'static [&'static str];

/// What is declared with its former names, what is live, and what that comes to.
type Case = (
    &'static str,
    &'static [(&'static str, Former)],
    Former,
    &'static str,
);

const NAMES: [Case; 16] = [
    (
        "renamed",
        &[("B", &["A"])],
        &["A"],
        "Update group/B (group/A)",
    ),
    (
        "only in case",
        &[("TIER", &[])],
        &["Tier"],
        "Update group/TIER (group/Tier)",
    ),
    ("renamed already", &[("B", &["A"])], &["B"], ""),
    ("never was there", &[("B", &["A"])], &[], "Create group/B"),
    (
        "the newest former name counts",
        &[("C", &["B", "A"])],
        &["A", "B"],
        "Update group/C (group/B)",
    ),
    (
        "both live",
        &[("B", &["A"])],
        &["A", "B"],
        "both live: group/B",
    ),
    (
        "the former name has its own entry",
        &[("B", &["A"]), ("A", &[])],
        &["A", "B"],
        "",
    ),
    (
        "a name is passed on",
        &[("B", &["A"]), ("A", &[])],
        &["A"],
        "Create group/A; Update group/B (group/A)",
    ),
    (
        "a chain",
        &[("C", &["B"]), ("B", &["A"])],
        &["A", "B"],
        "Update group/B (group/A); Update group/C (group/B)",
    ),
    (
        "a chain that is done",
        &[("C", &["B"]), ("B", &["A"])],
        &["B", "C"],
        "",
    ),
    (
        "two want the same",
        &[("B", &["A"]), ("C", &["A"])],
        &["A"],
        "Update group/B (group/A); same: group/C, group/B",
    ),
    (
        "a former name goes to a new entry",
        &[("B", &["A"]), ("C", &["A"])],
        &["A", "B"],
        "Update group/C (group/A)",
    ),
    (
        "a circle with nothing to tell",
        &[("A", &["B"]), ("B", &["A"])],
        &["A", "B"],
        "",
    ),
    (
        "half a circle",
        &[("A", &["B"]), ("B", &["A"])],
        &["A"],
        "Create group/B",
    ),
    (
        "a circle that was broken off",
        &[("A", &["B"]), ("B", &["A"])],
        &["A (1)", "B"],
        "Update group/A (group/B); Update group/B (group/A (1))",
    ),
    (
        "a number that is another's",
        &[("A", &["B"]), ("B", &["A"])],
        &["A (7)", "B"],
        "Create group/A",
    ),
];

#[test]
fn former_names_lead_to_the_object_that_is_meant() {
    for (case, declared, live, expected) in NAMES {
        let declared = declared.iter().map(|(name, former)| (group(name), *former));
        let inventory = manifests(declared.collect());
        let snapshot = account(live.iter().copied().map(group).collect());
        let policy = Policy::default();
        assert_eq!(
            told(&compare(&inventory, &snapshot, &policy)),
            expected,
            "{case}"
        );
    }
}

#[test]
fn people_without_an_address_are_found_by_external_id() {
    let keyed = |key: &str| {
        let key = Some(key.to_owned());
        move |user: &mut User| user.external_id = key
    };
    for (case, declared, live, expected) in [
        (
            "with an address",
            user("", keyed("E-1")),
            user("ada@example.com", keyed("e-1")),
            "",
        ),
        (
            "without one",
            user("", keyed("E-1")),
            user("", keyed("e-1")),
            "",
        ),
        (
            "an entry with an address",
            user("ada@example.com", keyed("e-1")),
            user("old@example.com", keyed("e-1")),
            "Create user/ada@example.com",
        ),
        (
            "another key",
            user("", keyed("e-2")),
            user("", keyed("e-1")),
            "Create user/e-2",
        ),
    ] {
        let inventory = manifests(vec![(declared, &[])]);
        let snapshot = account(vec![live]);
        let policy = Policy::default();
        assert_eq!(
            told(&compare(&inventory, &snapshot, &policy)),
            expected,
            "{case}"
        );
    }
}

fn six_people() -> Vec<Resource> {
    let role = |role: UserRole| move |user: &mut User| user.role = Some(role);
    let staff = UserRole::Named(Address::role("Staff"));
    vec![
        user("agent@acme.example", role(UserRole::Agent)),
        user("admin@acme.example", role(UserRole::Admin)),
        user("staff@Acme.example", role(staff.clone())),
        user("staff@other.example", role(staff)),
        user("end@acme.example", role(UserRole::EndUser)),
        user("", |user| user.number = Some(7)),
    ]
}

#[test]
fn the_scope_says_which_people_are_ours() {
    let names =
        |names: &[&str]| -> BTreeSet<Name> { names.iter().map(|name| Name::new(name)).collect() };
    for (roles, domains, expected) in [
        (
            names(&["agent"]),
            names(&[]),
            vec!["agent@acme", "staff@acme", "staff@other"],
        ),
        (
            names(&["Staff"]),
            names(&[]),
            vec!["staff@acme", "staff@other"],
        ),
        (
            names(&["admin"]),
            names(&["acme.example"]),
            vec!["admin@acme"],
        ),
        (names(&["end-user"]), names(&[]), vec!["end@acme", "id:7"]),
        (
            names(&[]),
            names(&["ACME.example"]),
            vec!["admin@acme", "agent@acme", "end@acme", "staff@acme"],
        ),
    ] {
        let mut policy = Policy {
            scope: Some(Scope {
                roles: roles.clone(),
                email_domains: domains.clone(),
            }),
            ..Policy::default()
        };
        policy.undeclared.insert(Kind::User, Undeclared::Report);
        let (inventory, snapshot) = (Inventory::default(), account(six_people()));
        let found = compare(&inventory, &snapshot, &policy);
        let reported = found.undeclared.iter().map(|(address, _)| {
            address
                .name()
                .folded()
                .trim_end_matches(".example")
                .to_owned()
        });
        assert_eq!(
            reported.collect::<Vec<_>>(),
            expected,
            "{roles:?} {domains:?}"
        );
        assert_eq!(found.not_ours[&Kind::User], 6 - expected.len() as u64);
        assert_eq!(found.in_scope[&Kind::User], expected.len() as u64);
    }
}

#[test]
fn the_tags_of_a_field_go_with_its_value() {
    let live = |user: &mut User| {
        user.tags = Some(["vip".to_owned(), "box".to_owned(), "emea".to_owned()].into());
        user.user_fields = [
            ("boxed".to_owned(), json!(true)),
            ("region".to_owned(), json!("emea")),
        ]
        .into();
        user.field_tags = [
            ("boxed".to_owned(), ["box".to_owned()].into()),
            ("region".to_owned(), ["emea".to_owned()].into()),
        ]
        .into();
    };
    let snapshot = account(vec![user("ada@example.com", live)]);
    for (own, region, expected) in [
        ("vip", "emea", vec![]),
        ("vip", "apac", vec!["user_fields.region"]),
        ("new", "emea", vec!["tags: box, emea, new"]),
        ("new", "apac", vec!["tags: box, new", "user_fields.region"]),
    ] {
        let declared = |user: &mut User| {
            user.tags = Some([own.to_owned()].into());
            user.user_fields = [("region".to_owned(), json!(region))].into();
        };
        let inventory = manifests(vec![(user("ada@example.com", declared), &[])]);
        let policy = Policy::default();
        let found = compare(&inventory, &snapshot, &policy);
        let changes = found.differences.iter().flat_map(|found| &found.fields);
        let told: Vec<String> = changes
            .map(|field| {
                let Value::Set(tags) = &field.after else {
                    return field.path.to_string();
                };
                let tags: Vec<&str> = tags.iter().collect();
                format!("{}: {}", field.path, tags.join(", "))
            })
            .collect();
        assert_eq!(told, expected, "{own} {region}");
    }
}

#[test]
fn only_declared_values_are_compared_and_empty_ones_are_alike() {
    let live = |user: &mut User| {
        user.name = Some("Ada".to_owned());
        user.alias = Some(String::new());
        user.notes = None;
        user.tags = Some(["vip".to_owned(), "box".to_owned()].into());
        user.field_tags = [("boxed".to_owned(), ["box".to_owned()].into())].into();
        user.external_id = Some("E-1".to_owned());
    };
    let declared = |user: &mut User| {
        user.alias = Some(String::new());
        user.notes = Some(String::new());
        user.tags = Some(["vip".to_owned()].into());
        user.external_id = Some("e-1".to_owned());
    };
    let inventory = manifests(vec![(user("ada@example.com", declared), &[])]);
    let snapshot = account(vec![user("Ada@example.com", live)]);
    let policy = Policy::default();
    assert_eq!(told(&compare(&inventory, &snapshot, &policy)), "");
    let other = manifests(vec![(
        user("ada@example.com", |user| {
            user.tags = Some(Texts::default());
            user.name = Some("Ada L.".to_owned());
        }),
        &[],
    )]);
    let found = compare(&other, &snapshot, &policy);
    let fields = &found.differences[0].fields;
    let paths: Vec<&str> = fields.iter().map(|field| field.path.as_ref()).collect();
    assert_eq!(
        (found.differences[0].fate, paths),
        (Fate::Update, vec!["name", "tags"])
    );
}
