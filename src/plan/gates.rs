//! Orders across people: paid seats and administrators.

use crate::model::{Address, Verb};

use super::person::Person;
use super::seats;
use super::steps::{Bond, StepId, Steps};
use super::world::World;

/// The step that gives or takes a person's role or sign-in.
fn main_step(steps: &Steps, person: &Address) -> Option<StepId> {
    let of_person = |step: &&StepId| {
        let step = &steps.list[**step];
        let verb = step.shape().map(|(verb, _)| verb);
        step.item().is_some_and(|item| item.address == *person)
            && matches!(verb, Some(Verb::Create | Verb::Update | Verb::Delete))
    };
    steps.by_change.get(person)?.iter().find(of_person).copied()
}

fn main_steps<'a>(steps: &Steps, people: impl Iterator<Item = &'a Person<'a>>) -> Vec<StepId> {
    people
        .filter_map(|person| main_step(steps, &person.address))
        .collect()
}

/// How many active administrators are live.
pub(super) fn active_admins(world: &World<'_>) -> u64 {
    let admins = world.snapshot.of_kind(crate::model::Kind::User);
    let active = admins.filter(|(_, live)| {
        live.resource.as_user().is_some_and(|user| {
            user.role == Some(crate::model::UserRole::Admin) && user.suspended != Some(true)
        })
    });
    active.count() as u64
}

/// Administrators are appointed before others are dismissed, where otherwise too few were left.
///
/// One who takes an external id or address from a dismissed one cannot be first; where that leaves too few
/// at some moment, the steps say so and the plan is refused.
pub(super) fn administrators(world: &World<'_>, steps: &mut Steps) {
    let dismissed: Vec<StepId> = main_steps(steps, dismissed(world));
    let live = active_admins(world);
    let least = world.policy.min_admins.min(live);
    let left = live.saturating_sub(dismissed.len() as u64);
    if left >= least {
        return;
    }
    let after_dismissal = steps.reachable(&dismissed);
    let appointed: Vec<StepId> = main_steps(steps, appointed(world))
        .into_iter()
        .filter(|step| !after_dismissal.contains(step))
        .collect();
    steps.too_few_admins = left + (appointed.len() as u64) < least;
    steps.wait_all(&dismissed, &appointed, Bond::Success);
}

/// The people who become active administrators.
pub(super) fn appointed<'w, 'a>(
    world: &'w World<'a>,
) -> impl Iterator<Item = &'w Person<'a>> + use<'w, 'a> {
    world
        .people
        .values()
        .filter(|person| !person.was_active_admin() && person.is_active_admin())
}

/// The people who cease to be active administrators.
pub(super) fn dismissed<'w, 'a>(
    world: &'w World<'a>,
) -> impl Iterator<Item = &'w Person<'a>> + use<'w, 'a> {
    world
        .people
        .values()
        .filter(|person| person.was_active_admin() && !person.is_active_admin())
}

/// What frees a paid seat goes before what takes one (zendesk-api §16.3), unless it must wait for it.
pub(super) fn seats(world: &World<'_>, steps: &mut Steps) {
    let change = |person: &&Person<'_>, wanted: i64| seats::change(person) == wanted;
    let people = || world.people.values();
    let freeing = main_steps(steps, people().filter(|person| change(person, -1)));
    let taking = main_steps(steps, people().filter(|person| change(person, 1)));
    let after_taking = steps.reachable(&taking);
    let freeing: Vec<StepId> = freeing
        .into_iter()
        .filter(|step| !after_taking.contains(step))
        .collect();
    steps.wait_all(&taking, &freeing, Bond::Later);
}
