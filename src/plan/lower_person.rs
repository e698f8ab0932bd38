//! Lowers one person: the person's own values, e-mail address and memberships.

use std::borrow::Cow;

use crate::diff::{Cause, Fate};
use crate::model::{Address, FieldChange, Kind, Name, Value, Verb};

use super::lower::values;
use super::person::{Held, Person};
use super::steps::{Bond, Step, StepId, Steps, Values};
use super::world::World;

/// Adds the steps of one person.
pub(super) fn lower(world: &World<'_>, person: &Person<'_>, steps: &mut Steps) {
    match person.fate {
        Some(Fate::Create) => create(world, person, steps),
        Some(Fate::Remove) => remove(person, steps),
        Some(Fate::Update | Fate::Offboard) | None => change(world, person, steps),
    }
}

/// One call makes the person with role, groups and first organization; further organizations follow.
fn create(world: &World<'_>, person: &Person<'_>, steps: &mut Steps) {
    let mut values = own_values(world, person);
    let mut covered = vec![person.address.clone()];
    if person.is_staff() {
        values.extend(start_groups(person));
        covered.extend(person.new_groups.iter().cloned());
        if let Some(group) = &person.default_group {
            values.push((
                Cow::Borrowed("default_group"),
                Value::Reference(group.clone()),
            ));
        }
    }
    if let Some(first) = person.new_organizations.first() {
        values.push((
            Cow::Borrowed("organization"),
            Value::reference(first.container().as_ref()),
        ));
        covered.push(first.clone());
    }
    values.push((Cow::Borrowed("invite"), Value::Bool(world.policy.invite)));
    let step = steps.write(Verb::Create, (&person.address, None), values, &covered);
    settle(steps, step, &covered[1..]);
    look_after_organizations(world, person, &mut steps.list[step]);
    let rest = person.new_organizations.iter().skip(1);
    let uncovered = person.new_groups.iter().filter(|_| !person.is_staff());
    for membership in rest.chain(uncovered) {
        join(steps, membership);
    }
}

/// The memberships that a person's step brings about exist after it.
fn settle(steps: &mut Steps, step: StepId, memberships: &[Address]) {
    for membership in memberships {
        steps.created.insert(membership.clone(), step);
    }
    steps.list[step].settles = memberships.to_vec();
}

/// The organization that a call names is not read again, but for those the service may add by mail domain.
fn look_after_organizations(world: &World<'_>, person: &Person<'_>, step: &mut Step) {
    if world.joins_unlisted(person) {
        step.whole = person.new_organizations.to_vec();
        step.whole.push(person.address.clone());
    } else {
        let in_groups = |place: &Address| place.kind() == Kind::GroupMembership;
        step.settles.retain(in_groups);
    }
}

/// The groups a new team member is in from the start.
fn start_groups(person: &Person<'_>) -> Values {
    let groups: std::collections::BTreeSet<Address> = person
        .new_groups
        .iter()
        .filter_map(Address::container)
        .collect();
    if groups.is_empty() {
        return Values::new();
    }
    vec![(Cow::Borrowed("groups"), Value::References(groups))]
}

/// Deletes a person; a team member is made an end user first (zendesk-api §5.9).
fn remove(person: &Person<'_>, steps: &mut Steps) {
    let id = person.live.map(|(_, live)| live.id);
    let changes = [person.address.clone()];
    let downgrade = person.was_staff().then(|| {
        let end_user = vec![(Cow::Borrowed("role"), Value::text("end-user"))];
        let step = steps.write(Verb::Update, (&person.address, id), end_user, &changes);
        for held in &person.groups {
            steps.covers(step, &held.address);
        }
        step
    });
    let delete = steps.write(Verb::Delete, (&person.address, id), Values::new(), &changes);
    if let Some(downgrade) = downgrade {
        steps.wait(delete, downgrade, Bond::Success);
    }
}

/// Changes a live person's values, e-mail address and memberships.
fn change(world: &World<'_>, person: &Person<'_>, steps: &mut Steps) {
    let mut values = own_values(world, person);
    let promoted = person.is_promoted();
    if promoted {
        values.extend(start_groups(person));
    }
    if !values.is_empty() {
        update(person, steps, values, promoted);
    }
    addresses(world, person, steps);
    if !promoted {
        for membership in &person.new_groups {
            join(steps, membership);
        }
    }
    for membership in &person.new_organizations {
        join(steps, membership);
    }
    make_default(person, steps);
    let leavers = person.groups.iter().chain(&person.organizations);
    for held in leavers {
        leave(world, steps, held);
    }
    leave_scope_last(world, person, steps);
}

fn update(person: &Person<'_>, steps: &mut Steps, values: Values, promoted: bool) {
    let id = person.live.map(|(_, live)| live.id);
    let mut covered = vec![person.address.clone()];
    if promoted {
        covered.extend(person.new_groups.iter().cloned());
    } else if person.was_staff() && !person.is_staff() {
        covered.extend(person.groups.iter().map(|held| held.address.clone()));
    }
    let step = steps.write(Verb::Update, (&person.address, id), values, &covered);
    if promoted {
        settle(steps, step, &covered[1..]);
    }
}

/// The values that travel in the person's own call: all but the address and the default group.
fn own_values(world: &World<'_>, person: &Person<'_>) -> Values {
    let Some(difference) = world.difference(&person.address) else {
        return Values::new();
    };
    let elsewhere = |path: &str| {
        matches!(path, "default_group" | "secondary_email")
            || (path == "email" && difference.fate != Fate::Create)
    };
    let own = difference.fields.iter();
    values(own.filter(|field| !elsewhere(&field.path)))
}

/// Another e-mail address is added, made primary, and the old one dropped (zendesk-api §5.7); so are former
/// ones that a change of address left behind.
fn addresses(world: &World<'_>, person: &Person<'_>, steps: &mut Steps) {
    let Some(difference) = world.difference(&person.address) else {
        return;
    };
    if difference.fate != Fate::Update {
        return;
    }
    for field in &difference.fields {
        match field.path.as_ref() {
            "email" => change_address(world, person, steps, field),
            "secondary_email" => drop(write_email(person, steps, Verb::RemoveEmail, &field.before)),
            _ => {}
        }
    }
}

fn write_email(person: &Person<'_>, steps: &mut Steps, verb: Verb, email: &Value) -> StepId {
    let id = person.live.map(|(_, live)| live.id);
    let changes = [person.address.clone()];
    let values = vec![(Cow::Borrowed("email"), email.clone())];
    steps.write(verb, (&person.address, id), values, &changes)
}

fn change_address(
    world: &World<'_>,
    person: &Person<'_>,
    steps: &mut Steps,
    FieldChange {
        path: _,
        before,
        after,
    }: &FieldChange,
) {
    let Value::Text(email) = after else {
        return;
    };
    let holder = world.snapshot.secondary_emails.get(&Name::new(email));
    let held = holder.is_some() && holder == person.live.map(|(live, _)| live);
    let add = (!held).then(|| write_email(person, steps, Verb::AddEmail, after));
    let primary = write_email(person, steps, Verb::MakeEmailPrimary, after);
    if let Some(add) = add {
        steps.wait(primary, add, Bond::Success);
    }
    if !before.is_null() {
        let old = write_email(person, steps, Verb::RemoveEmail, before);
        steps.wait(old, primary, Bond::Success);
    }
}

fn join(steps: &mut Steps, membership: &Address) {
    let changes = [membership.clone()];
    steps.write(Verb::Create, (membership, None), Values::new(), &changes);
}

fn leave(world: &World<'_>, steps: &mut Steps, held: &Held) {
    let alone = match &held.goes {
        None => false,
        Some(Cause::With(with)) => {
            // Someone who is offboarded keeps organizations until they are taken; what goes with a
            // downgrade or with its container needs no call.
            with.kind() == Kind::User
                && held.address.kind() == Kind::OrganizationMembership
                && !world.is_removed(&held.container)
        }
        Some(Cause::Declared | Cause::Unlisted | Cause::Undeclared) => true,
    };
    if alone {
        let changes = [held.address.clone()];
        let target = (&held.address, Some(held.id));
        steps.write(Verb::Delete, target, Values::new(), &changes);
    }
}

/// Makes another group the default where that is declared, or where the default one is left.
fn make_default(person: &Person<'_>, steps: &mut Steps) {
    if !person.is_staff() {
        return;
    }
    let alone = person.new_groups.len() == 1 && person.kept_groups().next().is_none();
    if person.is_promoted() && alone {
        return; // the only group is the default one by itself
    }
    let Some(membership) = person.next_default() else {
        return;
    };
    let change = if person.default_group.is_some() && person.fate.is_some() {
        person.address.clone()
    } else {
        let left = person.groups.iter().find(|held| held.default);
        left.map_or_else(|| membership.clone(), |held| held.address.clone())
    };
    let held = person.groups.iter().find(|held| held.address == membership);
    let target = (&membership, held.map(|held| held.id));
    let step = steps.write(Verb::MakeDefault, target, Values::new(), &[change]);
    steps.defaults.insert(person.address.clone(), step);
}

/// Somebody undeclared is ours as long as the role says so: what goes with the person goes before the role,
/// so that an apply that is broken off leaves nobody half offboarded and out of scope.
fn leave_scope_last(world: &World<'_>, person: &Person<'_>, steps: &mut Steps) {
    let undeclared = world
        .difference(&person.address)
        .is_some_and(|difference| difference.cause == Cause::Undeclared);
    let own = steps.by_change.get(&person.address);
    let Some(own) = own
        .and_then(|own| own.first())
        .copied()
        .filter(|_| undeclared)
    else {
        return;
    };
    for held in &person.organizations {
        if let Some(leave) = steps.removed.get(&held.address).copied() {
            steps.wait(own, leave, Bond::Later);
        }
    }
}

/// Where people may be in one organization only, the old one is left before the new one is joined.
pub(super) fn one_organization_at_a_time(world: &World<'_>, steps: &mut Steps) {
    if world.snapshot.multiple_organizations {
        return;
    }
    for person in world.people.values() {
        let left: Vec<StepId> = person
            .organizations
            .iter()
            .filter(|held| held.goes.is_some())
            .filter_map(|held| steps.end_of(held))
            .collect();
        for joined in &person.new_organizations {
            if let Some(join) = steps.created.get(joined).copied() {
                for leave in &left {
                    steps.wait(join, *leave, Bond::Success);
                }
            }
        }
    }
}

/// The default is moved before its group is left, be it that the group itself goes. Who keeps no group joins
/// the new ones first; who keeps one may leave others at any time.
pub(super) fn keep_groups(world: &World<'_>, steps: &mut Steps) {
    for person in world.people.values().filter(|person| person.stays_staff()) {
        let keeps_none = person.kept_groups().next().is_none();
        let new = person.new_groups.iter().filter(|_| keeps_none);
        let joins: Vec<StepId> = new
            .filter_map(|membership| steps.created.get(membership).copied())
            .collect();
        let next = steps.defaults.get(&person.address).copied();
        for held in person.groups.iter().filter(|held| held.goes.is_some()) {
            let Some(leave) = steps.end_of(held) else {
                continue;
            };
            let moved = next.filter(|_| held.default);
            for earlier in joins.iter().copied().chain(moved) {
                steps.wait(leave, earlier, Bond::Success);
            }
        }
    }
}
