//! The live half of a generated account.

use std::collections::BTreeMap;

use super::toy::{Held, Person, Toy};
use super::worlds::{Human, TEXTS, Thing, chosen, word};
use crate::model::{Group, Kind, Marks, Name, Organization, Role, User};

pub(super) fn live_things(toy: &mut Toy, kind: Kind, things: &[Thing]) -> BTreeMap<usize, u64> {
    let mut numbers = BTreeMap::new();
    for (slot, thing) in things.iter().enumerate() {
        let first_group = kind == Kind::Group && slot == 0;
        if !thing.live && !first_group {
            continue;
        }
        let id = toy.number();
        let name = Name::new(&format!("{} {slot}", word(kind)));
        let text = Some(TEXTS[usize::from(thing.live_text)].to_owned());
        match kind {
            Kind::Role => {
                toy.roles.insert(
                    id,
                    Role {
                        description: text,
                        ..Role::named(name)
                    },
                );
            }
            Kind::Group => {
                let is_public = Some(thing.live_text != 2);
                toy.groups.insert(
                    id,
                    Group {
                        description: text,
                        is_public,
                        ..Group::named(name)
                    },
                );
            }
            _ => {
                let external_id = thing.live.then(|| format!("Key-{slot}"));
                let organization = Organization {
                    details: text,
                    external_id,
                    ..Organization::named(name)
                };
                toy.organizations.insert(id, organization);
            }
        }
        numbers.insert(slot, id);
    }
    numbers
}

pub(super) fn live_human(
    toy: &mut Toy,
    slot: usize,
    human: &Human,
    (roles, light): (&BTreeMap<usize, u64>, u64),
    groups: &BTreeMap<usize, u64>,
    organizations: &BTreeMap<usize, u64>,
) {
    let Some(role) = human.live else { return };
    let custom = |slot: usize| {
        roles
            .get(&slot)
            .map_or(Held::Agent, |role| Held::Custom(*role))
    };
    let role = match role {
        0 => Held::EndUser,
        1 => Held::Agent,
        2 => Held::Admin,
        3 => Held::Custom(light),
        other => custom(usize::from(other) - 4),
    };
    let id = toy.number();
    let email = Name::new(&format!("Person{slot}@example.com"));
    let user = User {
        email: Some(email.clone()),
        name: Some(format!("Person {slot}")),
        suspended: Some(human.live_suspended),
        alias: Some(String::new()),
        external_id: Some(format!("E-{slot}")),
        ..User::default()
    };
    let emails = vec![email];
    toy.people.insert(
        id,
        Person {
            user,
            role,
            emails,
            marks: Marks::default(),
        },
    );
    if role != Held::EndUser {
        let mask = if human.live_groups == 0 {
            1
        } else {
            human.live_groups
        };
        for group in chosen(mask, groups) {
            toy.join_group(id, *group).unwrap();
        }
        if toy.groups_of(id).is_empty() {
            toy.join_group(id, groups[&0]).unwrap();
        }
    }
    for organization in chosen(human.live_organizations, organizations) {
        if toy.multiple_organizations || toy.organizations_of(id).is_empty() {
            toy.join_organization(id, *organization).unwrap();
        }
    }
}
