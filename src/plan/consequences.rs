//! What follows from a change without being written in it.

use crate::diff::{Cause, Difference, Fate};
use crate::model::{Address, Kind, UserRole, Value, plural};

use super::person::{Held, Person};
use super::seats;
use super::types::{Consequence, Reason};
use super::world::World;

/// What follows from one difference, in the order in which people should read it.
pub(super) fn consequences(world: &World<'_>, difference: &Difference<'_>) -> Vec<Consequence> {
    let mut list = Vec::new();
    match difference.address.kind() {
        Kind::User => {
            if let Some(person) = world.people.get(&difference.address) {
                of_person(world, person, &mut list);
            }
        }
        Kind::Role => of_role(world, difference, &mut list),
        Kind::Group => of_group(world, difference, &mut list),
        Kind::Organization => of_organization(difference, &mut list),
        Kind::GroupMembership => of_group_membership(world, difference, &mut list),
        Kind::OrganizationMembership => {}
    }
    let named = !matches!(difference.address.kind(), Kind::User);
    let renamed = difference.fate == Fate::Update
        && difference.fields.iter().any(|field| field.path == "name");
    if named && renamed {
        let text = "reports, views and triggers that name it by its old name stop matching";
        note(&mut list, Reason::FiltersBreak, text);
    }
    list.shrink_to_fit();
    list
}

fn note(list: &mut Vec<Consequence>, reason: Reason, text: impl Into<String>) {
    let text = text.into();
    list.push(Consequence { reason, text });
}

fn of_person(world: &World<'_>, person: &Person<'_>, list: &mut Vec<Consequence>) {
    let deleted = person.fate == Some(Fate::Remove);
    if person.was_staff() && !person.is_staff() {
        let text = "working tickets lose their assignee";
        note(list, Reason::WorkingTicketsUnassigned, text);
        if !person.groups.is_empty() && !deleted {
            let groups = plural(person.groups.len(), "group membership");
            let text = format!("{groups} dropped by the service with the agent role");
            note(list, Reason::MembershipsDropped, text);
        }
        if !deleted {
            let text = "ticket assignments cannot be restored";
            note(list, Reason::CannotBeUndone, text);
        }
    }
    if deleted {
        note(
            list,
            Reason::CannotBeUndone,
            "a deleted person cannot be restored",
        );
    }
    match seats::change(person) {
        1 => note(list, Reason::SeatTaken, "takes a seat"),
        -1 => note(list, Reason::SeatFreed, "frees a seat"),
        _ => {}
    }
    let suspended = !person.suspended_before && person.suspended_after;
    if suspended && seats::paid_after(person) && person.live.is_some() {
        note(list, Reason::SeatKept, "a suspended agent keeps the seat");
    }
    let invited = person.fate == Some(Fate::Create)
        && world.policy.invite
        && person.address.name().as_str().contains('@');
    if invited {
        let text = if person.is_staff() {
            "invitation mail"
        } else {
            "verification mail"
        };
        note(list, Reason::MailSent, text);
    }
}

fn of_role(world: &World<'_>, difference: &Difference<'_>, list: &mut Vec<Consequence>) {
    if difference.fate == Fate::Remove {
        note(
            list,
            Reason::CannotBeUndone,
            "a deleted role cannot be restored",
        );
    }
    let permissions = difference
        .fields
        .iter()
        .any(|field| field.path.starts_with("configuration."));
    if difference.fate == Fate::Update && permissions {
        let holders = holders(world, &difference.address);
        if holders > 0 {
            let text = format!("reaches {}", plural(holders, "agent"));
            note(list, Reason::ReachesAgents, text);
        }
    }
}

/// How many people hold a role now: as many as the service says, or as were read if that is more.
pub(super) fn holders(world: &World<'_>, role: &Address) -> usize {
    let Some((live, observed)) = world.live(role) else {
        return 0;
    };
    let held = UserRole::Named(live.clone());
    let users = world.snapshot.of_kind(Kind::User);
    let known = users
        .filter(|(_, user)| {
            user.resource.as_user().and_then(|user| user.role.as_ref()) == Some(&held)
        })
        .count();
    let said = observed
        .members
        .and_then(|members| usize::try_from(members).ok());
    known.max(said.unwrap_or(0))
}

fn of_group(world: &World<'_>, difference: &Difference<'_>, list: &mut Vec<Consequence>) {
    if difference.fate == Fate::Remove {
        let members = along(world, &difference.address, Kind::GroupMembership);
        if members > 0 {
            let text = format!("{} dropped with the group", plural(members, "membership"));
            note(list, Reason::MembershipsDropped, text);
        }
        let text = "tickets of the group lose group and assignee";
        note(list, Reason::WorkingTicketsUnassigned, text);
        note(
            list,
            Reason::CannotBeUndone,
            "a deleted group cannot be restored",
        );
    }
    let private = Value::Bool(false);
    let becomes_private = difference
        .fields
        .iter()
        .any(|field| field.path == "is_public" && field.after == private);
    if becomes_private {
        note(
            list,
            Reason::PrivateForever,
            "a private group can never be public again",
        );
    }
}

fn of_organization(difference: &Difference<'_>, list: &mut Vec<Consequence>) {
    if difference.fate == Fate::Remove {
        let text = "its tickets and people lose their organization";
        note(list, Reason::MembershipsDropped, text);
        let text = "a deleted organization cannot be restored";
        note(list, Reason::CannotBeUndone, text);
    }
    let domains = difference
        .fields
        .iter()
        .find(|field| field.path == "domain_names");
    if let Some((Value::Set(before), Value::Set(after))) =
        domains.map(|field| (&field.before, &field.after))
    {
        let removed: Vec<&str> = before.difference(after).collect();
        if removed.is_empty() {
            return;
        }
        let text = format!(
            "people who came through {} stay members, new ones are no longer added",
            removed.join(", ")
        );
        note(list, Reason::DomainMappingChanges, text);
    }
}

fn of_group_membership(
    world: &World<'_>,
    difference: &Difference<'_>,
    list: &mut Vec<Consequence>,
) {
    if difference.fate != Fate::Remove {
        return;
    }
    let Some(person) = difference
        .address
        .person()
        .and_then(|person| world.people.get(&person))
    else {
        return;
    };
    if matches!(difference.cause, Cause::Unlisted) {
        let text = "working tickets in this group lose their assignee";
        note(list, Reason::WorkingTicketsUnassigned, text);
    }
    let default = |held: &&Held| held.default && held.address == difference.address;
    let moves = person.groups.iter().any(|held| default(&held));
    let next = person
        .next_default()
        .and_then(|membership| membership.container());
    if let Some(next) = next.filter(|_| moves && person.default_group.is_none()) {
        let text = format!("`{}` becomes the default group", next.name());
        note(list, Reason::DefaultGroupMoved, text);
    }
}

/// How many memberships go together with a group or organization.
fn along(world: &World<'_>, container: &Address, kind: Kind) -> usize {
    world
        .of_kind(kind)
        .filter(|difference| difference.fate == Fate::Remove)
        .filter(|difference| difference.address.container().as_ref() == Some(container))
        .count()
}
