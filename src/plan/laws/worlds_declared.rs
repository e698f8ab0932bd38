//! The declared half of a generated account.

use super::worlds::{Human, Names, TEXTS, Thing, Wish, chosen, word};
use crate::model::{
    Address, Declared, Group, GroupMembership, Inventory, Kind, Lifecycle, Name, Organization,
    OrganizationMembership, Resource, Role, User, UserRole,
};

fn declare(
    inventory: &mut Inventory,
    resource: Resource,
    lifecycle: Lifecycle,
    before: Option<Name>,
) -> bool {
    let address = resource.address();
    if inventory.resources.contains_key(&address) {
        return false;
    }
    let declared = Declared {
        resource,
        lifecycle,
        previously: before.into_iter().collect(),
        origin: None,
        grant: None,
    };
    inventory.resources.insert(address, declared);
    true
}

/// The declared name, the former one, and what is wanted of its existence.
fn wanted(
    wish: Wish,
    slot: usize,
    live: bool,
    called: impl Fn(usize) -> String,
) -> Option<(String, Option<Name>, Lifecycle)> {
    let own = called(slot);
    let former = Some(Name::new(&own));
    Some(match wish {
        Wish::Nothing => return None,
        Wish::Renamed => (
            format!("{own} renamed").replace(".com renamed", ".org"),
            former,
            Lifecycle::Present,
        ),
        Wish::Takes(other) if other != slot => (called(other), former, Lifecycle::Present),
        Wish::Gone => (own, None, Lifecycle::Absent),
        Wish::External if live => (own, None, Lifecycle::External),
        Wish::Same | Wish::Takes(_) | Wish::External => (own, None, Lifecycle::Present),
    })
}

pub(super) fn declare_things(
    inventory: &mut Inventory,
    kind: Kind,
    (things, shift): (&[Thing], Option<usize>),
) -> Names {
    let mut names = Names::new();
    for (slot, thing) in things.iter().enumerate() {
        let first_group = kind == Kind::Group && slot == 0;
        let wish = if first_group { Wish::Same } else { thing.wish };
        let called = |slot: usize| format!("{} {slot}", word(kind));
        let Some((name, before, lifecycle)) = wanted(wish, slot, thing.live, called) else {
            continue;
        };
        let name = Name::new(&name);
        let text = thing
            .wanted_text
            .map(|text| TEXTS[usize::from(text)].to_owned());
        let resource = match kind {
            Kind::Role => Resource::from(Role {
                description: text,
                ..Role::named(name)
            }),
            Kind::Group => {
                let is_public = thing.wanted_text.filter(|text| *text == 2).map(|_| false);
                Resource::Group(Group {
                    description: text,
                    is_public,
                    ..Group::named(name)
                })
            }
            _ => {
                let external_id = shift
                    .filter(|_| thing.key)
                    .map(|shift| format!("key-{}", (slot + shift) % things.len()));
                let organization = Organization {
                    details: text,
                    external_id,
                    ..Organization::named(name)
                };
                Resource::from(organization)
            }
        };
        let address = resource.address();
        if declare(inventory, resource, lifecycle, before) && lifecycle != Lifecycle::Absent {
            names.insert(slot, address);
        }
    }
    names
}

pub(super) fn declare_human(
    inventory: &mut Inventory,
    (slot, key): (usize, Option<usize>),
    human: &Human,
    (roles, groups, organizations): (&Names, &Names, &Names),
) {
    let called = |slot: usize| format!("person{slot}@example.com");
    let Some((email, before, lifecycle)) = wanted(human.wish, slot, human.live.is_some(), called)
    else {
        return;
    };
    let lifecycle = match lifecycle {
        Lifecycle::Absent if human.deleted => Lifecycle::Deleted,
        Lifecycle::Absent => Lifecycle::Offboarded,
        other => other,
    };
    let role = wanted_role(human, roles);
    let staff = role
        .as_ref()
        .map_or(human.live.is_some_and(|role| role > 0), UserRole::is_staff);
    let mask = human.groups.filter(|_| staff).map(|mask| mask | 1);
    let default = human
        .default
        .filter(|slot| mask.is_some_and(|mask| mask & (1 << slot) != 0));
    let default = default.and_then(|slot| groups.get(&usize::from(slot)).cloned());
    let user = User {
        email: Some(Name::new(&email)),
        name: Some(format!("Person {slot}")),
        role,
        suspended: human.suspended,
        default_group: default.map(Some),
        alias: human
            .alias
            .map(|alias| if alias { "Alias" } else { "" }.to_owned()),
        external_id: key.map(|key| format!("e-{key}")),
        ..User::default()
    };
    let resource = Resource::from(user);
    let address = resource.address();
    let present = lifecycle == Lifecycle::Present;
    if !declare(inventory, resource, lifecycle, before) || !present {
        return;
    }
    let mut list = |kind: Kind, mask: Option<u8>, containers: &Names| {
        let Some(mask) = mask else { return };
        inventory.lists.insert((kind, address.clone()), None);
        for container in chosen(mask, containers) {
            let (user, container) = (address.name().clone(), container.name().clone());
            let membership = if kind == Kind::GroupMembership {
                Resource::GroupMembership(GroupMembership {
                    user,
                    group: container,
                })
            } else {
                let organization = container;
                Resource::OrganizationMembership(OrganizationMembership { user, organization })
            };
            declare(inventory, membership, Lifecycle::Present, None);
        }
    };
    list(Kind::GroupMembership, mask, groups);
    list(
        Kind::OrganizationMembership,
        human.organizations,
        organizations,
    );
}

fn wanted_role(human: &Human, roles: &Names) -> Option<UserRole> {
    human.role.map(|role| match role {
        0 => UserRole::EndUser,
        1 => UserRole::Agent,
        2 => UserRole::Admin,
        3 => UserRole::Named(Address::role("Light agent")),
        other => roles
            .get(&(usize::from(other) - 4))
            .map_or(UserRole::Admin, |role| UserRole::Named(role.clone())),
    })
}
