//! Groups and organizations: who may be in them, and what can never be undone.

use crate::diff::{Difference, Fate};
use crate::model::{Address, Kind, Origin, Value};

use super::person::Person;
use super::refuse::refusal;
use super::types::{Refusal, RefusalCode};
use super::world::World;

pub(super) fn check(world: &World<'_>, refused: &mut Vec<Refusal>) {
    for difference in world.of_kind(Kind::Group) {
        group(difference, refused);
    }
    for person in world.people.values() {
        not_an_agent(world, person, refused);
        without_group(world, person, refused);
        default_group_not_held(world, person, refused);
        several_organizations(world, person, refused);
    }
}

fn group(difference: &Difference<'_>, refused: &mut Vec<Refusal>) {
    let public = Value::Bool(true);
    let opens = difference.fate == Fate::Update
        && difference
            .fields
            .iter()
            .any(|field| field.path == "is_public" && field.after == public);
    if opens {
        refused.push(refusal(
            RefusalCode::PrivateGroup,
            &difference.address,
            difference.origin,
            format!(
                "`{}` is private, and a private group can never become public",
                difference.address
            ),
            "write `is_public: false`, or declare a new public group and move its people",
        ));
    }
    let default = difference
        .live
        .is_some_and(|(_, live)| live.marks.account_default);
    if difference.fate == Fate::Remove && default {
        refused.push(refusal(
            RefusalCode::DefaultGroup,
            &difference.address,
            difference.origin,
            format!(
                "`{}` is the account's default group, which cannot be deleted",
                difference.address
            ),
            "make another group the default in Admin Center first",
        ));
    }
}

/// The place that declares a membership or, failing that, its person.
fn origin<'a>(
    world: &World<'a>,
    person: &Person<'a>,
    membership: Option<&Address>,
) -> Option<&'a Origin> {
    let membership = membership.and_then(|membership| world.difference(membership));
    let membership = membership.and_then(|difference| difference.origin);
    membership.or_else(|| {
        person
            .declared
            .and_then(|declared| declared.origin.as_ref())
    })
}

fn not_an_agent(world: &World<'_>, person: &Person<'_>, refused: &mut Vec<Refusal>) {
    if person.is_staff() {
        return;
    }
    for membership in &person.new_groups {
        let group = membership.container().unwrap_or_else(|| membership.clone());
        refused.push(refusal(
            RefusalCode::NotAnAgent,
            membership,
            origin(world, person, Some(membership)),
            format!(
                "`{}` is an end user, and `{group}` holds agents only",
                person.address
            ),
            "give the person an agent's role, or take the group off the entry",
        ));
    }
}

fn without_group(world: &World<'_>, person: &Person<'_>, refused: &mut Vec<Refusal>) {
    if !person.is_staff() || !person.new_groups.is_empty() || person.kept_groups().next().is_some()
    {
        return;
    }
    let starts = !person.was_staff();
    let empty_list = world
        .inventory
        .owns_list(Kind::GroupMembership, &person.address);
    if (starts && !empty_list) || (!starts && person.groups.is_empty()) {
        return; // the service puts a new agent into the default group; of the others nothing is taken
    }
    let last = person.groups.iter().find(|held| held.goes.is_some());
    refused.push(refusal(
        RefusalCode::AgentWithoutGroup,
        &person.address,
        origin(world, person, last.map(|held| &held.address)),
        format!("`{}` would be an agent without any group", person.address),
        "leave or give the person one group, or make them an end user",
    ));
}

fn default_group_not_held(world: &World<'_>, person: &Person<'_>, refused: &mut Vec<Refusal>) {
    let Some(group) = person
        .default_group
        .as_ref()
        .filter(|_| person.fate == Some(Fate::Update))
    else {
        return;
    };
    let changes = world.difference(&person.address).is_some_and(|difference| {
        difference
            .fields
            .iter()
            .any(|field| field.path == "default_group")
    });
    let kept = person.kept_groups().any(|held| held.container == *group);
    let new = person
        .new_groups
        .iter()
        .any(|new| new.container().as_ref() == Some(group));
    if changes && !kept && !new {
        refused.push(refusal(
            RefusalCode::DefaultGroupNotHeld,
            &person.address,
            origin(world, person, None),
            format!(
                "`{group}` cannot be the default of `{}`, who is not in it",
                person.address
            ),
            "add the group to the person's `groups`, or name one of those as the default",
        ));
    }
}

fn several_organizations(world: &World<'_>, person: &Person<'_>, refused: &mut Vec<Refusal>) {
    let kept = person
        .organizations
        .iter()
        .filter(|held| held.goes.is_none())
        .count();
    let after = kept + person.new_organizations.len();
    if world.snapshot.multiple_organizations || after < 2 {
        return;
    }
    let Some(membership) = person.new_organizations.last() else {
        return;
    };
    refused.push(refusal(
        RefusalCode::OneOrganization,
        membership,
        origin(world, person, Some(membership)),
        format!(
            "`{}` would be in {after} organizations, and this account allows one",
            person.address
        ),
        "name one organization only, or switch on multiple organizations in Admin Center",
    ));
}
