//! Lowers differences to steps, and says what each must wait for.
//!
//! The laws, all of them here, in [`super::lower_person`] and in [`super::gates`]:
//!
//! 1. What a new value names exists before it is written; what an old value named goes after it is left.
//! 2. A unique name, address or external id is free before it is taken.
//! 3. A person never holds more than before and after together; an agent is never without a group.
//! 4. Nothing is written that the service does by itself.
//! 5. Seats are freed before they are taken, and administrators appointed before others are dismissed.

use crate::diff::{Cause, Difference, Fate};
use crate::model::{Address, FieldChange, Kind, Value, Verb};

use super::steps::{Bond, StepId, Steps, Values};
use super::world::World;
use super::{gates, lower_person, unique};

/// The steps that lead from what is live to what is declared.
pub(super) fn lower(world: &World<'_>) -> Steps {
    let mut steps = Steps::default();
    for difference in &world.found.differences {
        if is_named(difference) && difference.fate != Fate::Remove {
            named(&mut steps, difference);
        }
    }
    for person in world.people.values() {
        lower_person::lower(world, person, &mut steps);
    }
    for difference in &world.found.differences {
        if is_named(difference) && difference.fate == Fate::Remove {
            named(&mut steps, difference);
        }
    }
    cover_what_goes_along(world, &mut steps);
    wait_for_references(&mut steps);
    wait_for_leavers(world, &mut steps);
    lower_person::keep_groups(world, &mut steps);
    lower_person::one_organization_at_a_time(world, &mut steps);
    unique::free_before_taking(world, &mut steps);
    gates::administrators(world, &mut steps);
    gates::seats(world, &mut steps);
    steps
}

fn is_named(difference: &Difference<'_>) -> bool {
    difference.address.container().is_none() && difference.address.kind() != Kind::User
}

/// A role, group or organization: one call, whatever happens to it.
fn named(steps: &mut Steps, difference: &Difference<'_>) {
    let verb = match difference.fate {
        Fate::Create => Verb::Create,
        Fate::Update | Fate::Offboard => Verb::Update,
        Fate::Remove => Verb::Delete,
    };
    let address = &difference.address;
    let id = difference.live.map(|(_, live)| live.id);
    let changes = [address.clone()];
    steps.write(verb, (address, id), values(&difference.fields), &changes);
}

/// The values to write for these fields.
pub(super) fn values<'f>(fields: impl IntoIterator<Item = &'f FieldChange>) -> Values {
    let fields = fields.into_iter();
    let mut values: Values = fields
        .map(|field| (field.path.clone(), field.after.clone()))
        .collect();
    values.shrink_to_fit();
    values
}

/// Memberships that the service drops with their user, group or organization are part of that step.
fn cover_what_goes_along(world: &World<'_>, steps: &mut Steps) {
    for difference in &world.found.differences {
        let Cause::With(with) = &difference.cause else {
            continue;
        };
        if is_done(steps, &difference.address) {
            continue;
        }
        let container = difference.address.container();
        let step = [container.as_ref(), Some(with)]
            .into_iter()
            .flatten()
            .find_map(|address| steps.removed.get(address).copied());
        if let Some(step) = step {
            steps.covers(step, &difference.address);
        }
    }
}

/// Says whether some step already brings the end of a membership about. One that only makes another group
/// the default does not.
fn is_done(steps: &Steps, membership: &Address) -> bool {
    let own = steps.by_change.get(membership).into_iter().flatten();
    own.filter_map(|step| steps.list[*step].shape())
        .any(|(verb, _)| verb != Verb::MakeDefault)
}

/// What a step names must exist first.
fn wait_for_references(steps: &mut Steps) {
    if steps.created.is_empty() {
        return;
    }
    let mut bonds: Vec<(StepId, StepId)> = Vec::new();
    for (later, step) in steps.list.iter().enumerate() {
        let Some(item) = step.item() else { continue };
        let mut names: Vec<&Address> = vec![&item.address];
        for (_, value) in &item.values {
            match value {
                Value::Reference(address) => names.push(address),
                Value::References(addresses) => names.extend(addresses),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Text(_)
                | Value::Set(_)
                | Value::Json(_) => {}
            }
        }
        let parts = [item.address.person(), item.address.container()];
        names.extend(parts.iter().flatten());
        let created = names.iter().filter_map(|name| steps.created.get(name));
        bonds.extend(created.map(|earlier| (later, *earlier)));
    }
    for (later, earlier) in bonds {
        steps.wait(later, earlier, Bond::Success);
    }
}

/// What is deleted goes after everything that named it has let go of it.
fn wait_for_leavers(world: &World<'_>, steps: &mut Steps) {
    let mut bonds: Vec<(StepId, StepId)> = Vec::new();
    for difference in &world.found.differences {
        let Some(leavers) = steps.by_change.get(&difference.address) else {
            continue;
        };
        let mut left: Vec<Address> = difference
            .fields
            .iter()
            .filter_map(|field| match &field.before {
                Value::Reference(address) => Some(address.clone()),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Text(_)
                | Value::Set(_)
                | Value::References(_)
                | Value::Json(_) => None,
            })
            .collect();
        if difference.fate == Fate::Remove {
            left.extend(difference.address.container());
            let person = world.people.get(&difference.address);
            left.extend(person.and_then(super::person::Person::role_left));
        }
        for deletion in left.iter().filter_map(|left| steps.removed.get(left)) {
            bonds.extend(leavers.iter().map(|leaver| (*deletion, *leaver)));
        }
    }
    for (deletion, leaver) in bonds {
        steps.wait(deletion, leaver, Bond::Success);
    }
}
