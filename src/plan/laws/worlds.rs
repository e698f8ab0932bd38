//! Generated accounts with manifests, for tests: small, full of renames, moves and leavers.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::toy::Toy;
use super::worlds_declared::{declare_human, declare_things};
use super::worlds_live::{live_human, live_things};
use crate::model::{Address, Inventory, Kind, Limit, Name, Policy, Role, Scope, Undeclared};

/// What the manifests want of something that is or is not live.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wish {
    Nothing,
    Same,
    Renamed,
    /// It is to have the name of another one.
    Takes(usize),
    Gone,
    External,
}

#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) live: bool,
    pub(super) wish: Wish,
    pub(super) live_text: u8,
    pub(super) wanted_text: Option<u8>,
    pub(super) key: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Human {
    pub(super) live: Option<u8>,
    pub(super) live_suspended: bool,
    pub(super) live_groups: u8,
    pub(super) live_organizations: u8,
    pub(super) wish: Wish,
    pub(super) deleted: bool,
    pub(super) role: Option<u8>,
    pub(super) suspended: Option<bool>,
    pub(super) groups: Option<u8>,
    pub(super) organizations: Option<u8>,
    pub(super) default: Option<u8>,
    pub(super) alias: Option<bool>,
    pub(super) key: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Spec {
    roles: Vec<Thing>,
    groups: Vec<Thing>,
    organizations: Vec<Thing>,
    people: Vec<Human>,
    multiple_organizations: bool,
    min_admins: u64,
    /// By how many slots external ids move on; `None` where they are not managed.
    shift: Option<usize>,
    undeclared: Undeclared,
    scoped: bool,
}

fn wish(count: usize) -> impl Strategy<Value = Wish> {
    prop_oneof![
        1 => Just(Wish::Nothing),
        5 => Just(Wish::Same),
        2 => Just(Wish::Renamed),
        2 => (0..count).prop_map(Wish::Takes),
        1 => Just(Wish::Gone),
        1 => Just(Wish::External),
    ]
}

fn things(count: usize) -> impl Strategy<Value = Vec<Thing>> {
    let thing = (
        prop::bool::weighted(0.75),
        wish(count),
        0..3u8,
        prop::option::of(0..3u8),
        prop::bool::weighted(0.8),
    );
    let thing = thing.prop_map(|(live, wish, live_text, wanted_text, key)| Thing {
        live,
        wish,
        live_text,
        wanted_text,
        key,
    });
    prop::collection::vec(thing, count)
}

fn human(count: usize) -> impl Strategy<Value = Human> {
    let live = (
        prop::option::weighted(0.8, 0..6u8),
        any::<bool>(),
        0..16u8,
        0..8u8,
    );
    let wanted = (
        wish(count),
        any::<bool>(),
        prop::option::of(0..6u8),
        prop::option::weighted(0.3, any::<bool>()),
        prop::option::of(1..16u8),
        prop::option::of(0..8u8),
        prop::option::weighted(0.3, 0..4u8),
        prop::option::weighted(0.3, any::<bool>()),
        prop::bool::weighted(0.8),
    );
    (live, wanted).prop_map(|(live, wanted)| Human {
        live: live.0,
        live_suspended: live.1 && live.2 % 3 == 0,
        live_groups: live.2,
        live_organizations: live.3,
        wish: wanted.0,
        deleted: wanted.1,
        role: wanted.2,
        suspended: wanted.3,
        groups: wanted.4,
        organizations: wanted.5,
        default: wanted.6,
        alias: wanted.7,
        key: wanted.8,
    })
}

pub(super) fn spec() -> impl Strategy<Value = Spec> {
    let undeclared = prop_oneof![
        3 => Just(Undeclared::Ignore),
        1 => Just(Undeclared::Report),
        1 => Just(Undeclared::Remove),
    ];
    let people = prop::collection::vec(human(8), 1..9);
    let rules = (
        prop::bool::weighted(0.8),
        0..3u64,
        undeclared,
        any::<bool>(),
        prop::option::weighted(0.4, 0..3usize),
    );
    (things(3), things(4), things(3), people, rules).prop_map(
        |(roles, groups, organizations, people, rules)| Spec {
            roles,
            groups,
            organizations,
            people,
            multiple_organizations: rules.0,
            min_admins: rules.1,
            undeclared: rules.2,
            scoped: rules.3,
            shift: rules.4,
        },
    )
}

/// What one kind of thing is called in the manifests, by slot; only what may be referenced.
pub(super) type Names = BTreeMap<usize, Address>;

pub(super) const TEXTS: [&str; 3] = ["", "first", "second"];

impl Spec {
    pub(super) fn build(&self) -> (Toy, Inventory, Policy) {
        let mut toy = Toy {
            multiple_organizations: self.multiple_organizations,
            ..Toy::default()
        };
        let roles = live_things(&mut toy, Kind::Role, &self.roles);
        let light = toy.number();
        toy.roles
            .insert(light, Role::named(Name::new("Light agent")));
        let groups = live_things(&mut toy, Kind::Group, &self.groups);
        toy.default_group = groups[&0];
        let organizations = live_things(&mut toy, Kind::Organization, &self.organizations);
        for (slot, human) in self.people.iter().enumerate() {
            live_human(
                &mut toy,
                slot,
                human,
                (&roles, light),
                &groups,
                &organizations,
            );
        }
        let mut inventory = Inventory::default();
        let role_names = declare_things(&mut inventory, Kind::Role, (&self.roles, None));
        let group_names = declare_things(&mut inventory, Kind::Group, (&self.groups, None));
        let organization_names = declare_things(
            &mut inventory,
            Kind::Organization,
            (&self.organizations, self.shift),
        );
        let names = (&role_names, &group_names, &organization_names);
        for (slot, human) in self.people.iter().enumerate() {
            let key = self.shift.filter(|_| human.key);
            let key = key.map(|shift| (slot + shift) % self.people.len());
            declare_human(&mut inventory, (slot, key), human, names);
        }
        (toy, inventory, self.policy())
    }

    fn policy(&self) -> Policy {
        let limit = Limit {
            count: Some(1000),
            percent: None,
        };
        let scope = Scope {
            roles: BTreeSet::from([Name::new("agent")]),
            email_domains: BTreeSet::new(),
        };
        let mut policy = Policy {
            removals: Kind::ALL.into_iter().map(|kind| (kind, limit)).collect(),
            min_admins: self.min_admins,
            scope: self.scoped.then_some(scope),
            ..Policy::default()
        };
        policy
            .undeclared
            .insert(Kind::Organization, self.undeclared);
        policy.undeclared.insert(Kind::Group, self.undeclared);
        if self.scoped {
            policy.undeclared.insert(Kind::User, self.undeclared);
        }
        policy
    }
}

pub(super) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Role => "Role",
        Kind::Group => "Group",
        _ => "Organization",
    }
}

/// The things whose slots are in a mask.
pub(super) fn chosen<T>(mask: u8, all: &BTreeMap<usize, T>) -> impl Iterator<Item = &T> {
    all.iter()
        .filter(move |(slot, _)| mask & (1 << **slot) != 0)
        .map(|(_, one)| one)
}
