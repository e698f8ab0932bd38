//! Roles: who must name one, which exist, which are held.

use crate::diff::Fate;
use crate::model::{Address, Kind, Lifecycle, UserRole, plural};

use super::consequences::holders;
use super::person::Person;
use super::refuse::{listed, refusal};
use super::types::{Refusal, RefusalCode};
use super::world::World;

pub(super) fn check(world: &World<'_>, refused: &mut Vec<Refusal>) {
    for person in world.people.values() {
        if matches!(person.fate, Some(Fate::Create | Fate::Update)) {
            plain_agent(world, person, refused);
            named_role(world, person, refused);
        }
    }
    for difference in world.of_kind(Kind::Role) {
        let system = difference.live.is_some_and(|(_, live)| live.marks.system);
        if system {
            refused.push(refusal(
                RefusalCode::SystemRole,
                &difference.address,
                difference.origin,
                format!(
                    "`{}` is a role of Zendesk's own and cannot be changed",
                    difference.address
                ),
                "delete the entry: system roles can be named without being declared",
            ));
        }
        if difference.fate == Fate::Create && !world.snapshot.custom_roles {
            refused.push(no_custom_roles(&difference.address, difference.origin));
        }
        if difference.fate == Fate::Remove {
            in_use(world, &difference.address, refused);
        }
    }
}

fn no_custom_roles(address: &Address, origin: Option<&crate::model::Origin>) -> Refusal {
    refusal(
        RefusalCode::NoCustomRoles,
        address,
        origin,
        format!("`{address}` cannot be used: this account has no custom roles"),
        "use `role: agent` or `role: admin`; custom roles need an Enterprise plan",
    )
}

/// A new agent, or one who leaves another role, needs a custom role where there are any
/// (zendesk-api §5.2).
fn plain_agent(world: &World<'_>, person: &Person<'_>, refused: &mut Vec<Refusal>) {
    let becomes =
        person.role_after == Some(UserRole::Agent) && person.role_before != Some(UserRole::Agent);
    if !becomes || !world.snapshot.custom_roles {
        return;
    }
    let live = world
        .snapshot
        .of_kind(Kind::Role)
        .map(|(address, _)| address);
    let live = live.map(|address| world.found.pairs.declared(address).into_owned());
    let declared = world.inventory.of_kind(Kind::Role);
    let declared = declared.filter(|(_, declared)| declared.lifecycle == Lifecycle::Present);
    let declared = declared.map(|(address, _)| address.clone());
    let roles: std::collections::BTreeSet<Address> = live.chain(declared).collect();
    let roles: Vec<String> = roles
        .iter()
        .map(|role| format!("`{}`", role.name()))
        .collect();
    let origin = person
        .declared
        .and_then(|declared| declared.origin.as_ref());
    refused.push(refusal(
        RefusalCode::RoleRequired,
        &person.address,
        origin,
        format!(
            "`{}` would become an agent without a custom role",
            person.address
        ),
        format!("name one of this account's roles: {}", roles.join(", ")),
    ));
}

/// A role that is named must be live or made by this plan.
fn named_role(world: &World<'_>, person: &Person<'_>, refused: &mut Vec<Refusal>) {
    let Some(UserRole::Named(role)) = &person.role_after else {
        return;
    };
    if person.role_before == person.role_after
        || world.is_created(role)
        || (world.live(role).is_some() && !world.is_removed(role))
    {
        return;
    }
    let origin = person
        .declared
        .and_then(|declared| declared.origin.as_ref());
    if !world.snapshot.custom_roles {
        let mut refusal = no_custom_roles(role, origin);
        refusal.address = Some(person.address.clone());
        refused.push(refusal);
        return;
    }
    refused.push(refusal(
        RefusalCode::ExternalMissing,
        &person.address,
        origin,
        format!("`{role}` does not exist in the account"),
        "name a role that exists, or declare this one under `roles`",
    ));
}

/// A role can go only when nobody holds it any more (zendesk-api §11.2).
fn in_use(world: &World<'_>, role: &Address, refused: &mut Vec<Refusal>) {
    let held = UserRole::Named(role.clone());
    let mut staying = Vec::new();
    let mut leaving = 0;
    for (live_address, live) in world.snapshot.of_kind(Kind::User) {
        if world.role_of(live).as_ref() != Some(&held) {
            continue;
        }
        let address = world.found.pairs.declared(live_address);
        let person = world.people.get(address.as_ref());
        if person.is_some_and(|person| person.role_after.as_ref() != Some(&held)) {
            leaving += 1;
        } else {
            staying.push(address.into_owned());
        }
    }
    let unknown = holders(world, role).saturating_sub(staying.len() + leaving);
    let joining = world.people.values().filter(|person| {
        person.role_after.as_ref() == Some(&held) && person.role_before.as_ref() != Some(&held)
    });
    staying.extend(joining.map(|person| person.address.clone()));
    if staying.is_empty() && unknown == 0 {
        return;
    }
    let all = staying.len() + unknown;
    let count = plural(all, "person");
    let origin = world
        .difference(role)
        .and_then(|difference| difference.origin);
    let who = if staying.is_empty() {
        String::new()
    } else {
        format!(": {}", listed(staying.iter().map(Address::name), all))
    };
    refused.push(refusal(
        RefusalCode::RoleInUse,
        role,
        origin,
        format!(
            "`{role}` is still held by {}{who}",
            count.replace("persons", "people")
        ),
        "give them another role in this or an earlier change",
    ));
}
