//! What the plan means for people: who gains and loses what.

use crate::model::{Address, Kind, UserRole};

use super::changes::action;
use super::permissions::compare;
use super::person::Person;
use super::types::{Access, Action, Change, Entitlement};
use super::world::World;

/// Everybody whose access or address to sign in with changes, in address order.
pub(super) fn access(world: &World<'_>, changes: &[Change]) -> Vec<Access> {
    // Changes and people come in the order of people's names, and everybody with a change is among the people.
    let about_people = [
        Kind::User,
        Kind::GroupMembership,
        Kind::OrganizationMembership,
    ];
    let mut ahead = about_people.map(|kind| {
        let first = changes.partition_point(|change| change.address.kind() < kind);
        changes[first..]
            .iter()
            .take_while(move |change| change.address.kind() == kind)
            .peekable()
    });
    let people = world.people.values().filter_map(|person| {
        let mut own: Vec<&Change> = Vec::new();
        for ahead in &mut ahead {
            let is_own = |change: &&Change| change.address.name() == person.address.name();
            own.extend(std::iter::from_fn(|| ahead.next_if(is_own)));
        }
        access_of(world, person, &own)
    });
    people.collect()
}

fn access_of(world: &World<'_>, person: &Person<'_>, changes: &[&Change]) -> Option<Access> {
    let mut gains = Vec::new();
    let mut loses = Vec::new();
    role(world, person, &mut gains, &mut loses);
    memberships(world, person, &mut gains, &mut loses);
    sign_in(person, &mut gains, &mut loses);
    let action = world.difference(&person.address).map(action);
    // Who signs in with another address from now on is news, even where nothing is gained or lost.
    if gains.is_empty() && loses.is_empty() && action != Some(Action::Rename) {
        return None;
    }
    gains.shrink_to_fit();
    loses.shrink_to_fit();
    let named = |role: &Option<UserRole>| role.as_ref().map(role_name);
    let declared = person.declared.and_then(|declared| declared.origin.clone());
    let consequences = changes.iter().flat_map(|change| &change.consequences);
    Some(Access {
        name: person.name(),
        action,
        role_before: named(&person.role_before),
        role_after: named(&person.role_after),
        gains,
        loses,
        consequences: consequences.cloned().collect(),
        origin: declared.or_else(|| changes.iter().find_map(|change| change.origin.clone())),
        person: person.address.clone(),
    })
}

/// A role in one or two words: `end-user`, `agent`, `admin`, or its name.
pub(super) fn role_name(role: &UserRole) -> String {
    match role {
        UserRole::EndUser => "end-user".to_owned(),
        UserRole::Agent => "agent".to_owned(),
        UserRole::Admin => "admin".to_owned(),
        UserRole::Named(role) => role.name().to_string(),
    }
}

fn role(
    world: &World<'_>,
    person: &Person<'_>,
    gains: &mut Vec<Entitlement>,
    loses: &mut Vec<Entitlement>,
) {
    let (before, after) = (&person.role_before, &person.role_after);
    if before == after {
        return;
    }
    let (mut gained, mut lost) = (Vec::new(), Vec::new());
    if let (Some(before), Some(after)) = (before, after) {
        (gained, lost) = compare(world, before, after);
    }
    let entitlement = |role: &UserRole, permissions| Entitlement {
        kind: Kind::Role,
        name: role_name(role),
        grant: None,
        permissions,
    };
    if let Some(after) = after.as_ref().filter(|role| role.is_staff()) {
        let grant = person
            .declared
            .and_then(|declared| declared.grant.as_deref().cloned());
        gains.push(Entitlement {
            grant,
            ..entitlement(after, gained)
        });
    }
    if let Some(before) = before.as_ref().filter(|role| role.is_staff()) {
        loses.push(entitlement(before, lost));
    }
}

fn memberships(
    world: &World<'_>,
    person: &Person<'_>,
    gains: &mut Vec<Entitlement>,
    loses: &mut Vec<Entitlement>,
) {
    let entitlement = |container: &Address, grant| Entitlement {
        kind: container.kind(),
        name: container.name().to_string(),
        grant,
        permissions: Vec::new(),
    };
    for membership in person.new_groups.iter().chain(&person.new_organizations) {
        let declared = world.inventory.resources.get(membership);
        let grant = declared.and_then(|declared| declared.grant.as_deref().cloned());
        gains.extend(
            membership
                .container()
                .map(|container| entitlement(&container, grant)),
        );
    }
    let held = person.groups.iter().chain(&person.organizations);
    for held in held.filter(|held| held.goes.is_some()) {
        loses.push(entitlement(&held.container, None));
    }
}

/// Signing in at all counts as something a person holds.
fn sign_in(person: &Person<'_>, gains: &mut Vec<Entitlement>, loses: &mut Vec<Entitlement>) {
    let before = person.role_before.is_some() && !person.suspended_before;
    let after = person.role_after.is_some() && !person.suspended_after;
    let sign_in = || Entitlement {
        kind: Kind::User,
        name: "sign in".to_owned(),
        grant: None,
        permissions: Vec::new(),
    };
    if after && !before {
        gains.push(sign_in());
    }
    if before && !after {
        loses.push(sign_in());
    }
}
