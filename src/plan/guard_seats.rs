//! Paid seats, where the configuration says how many there are.

use crate::model::plural;

use super::person::Person;
use super::refuse::listed;
use super::seats;
use super::types::{Refusal, RefusalCode, Seats};
use super::world::World;

/// Refuses a plan that would at any moment need more seats than there are. An account that holds too many
/// already may go on as long as the plan takes no more.
pub(super) fn check(world: &World<'_>, seats: Seats, refused: &mut Vec<Refusal>) {
    let Some(limit) = world.policy.seats else {
        return;
    };
    if seats.peak <= limit.max(seats.before) {
        return;
    }
    let people = world.people.values();
    let takers: Vec<&Person<'_>> = people.filter(|person| seats::change(person) > 0).collect();
    let names = takers.iter().map(|person| person.address.name());
    let mut origins = takers
        .iter()
        .filter_map(|person| person.declared?.origin.clone());
    refused.push(Refusal {
        code: RefusalCode::SeatLimit,
        address: match takers.as_slice() {
            [only] => Some(only.address.clone()),
            _ => None,
        },
        message: format!(
            "{} would be in use, and there are {limit} ({}); one is taken by {}",
            plural(
                usize::try_from(seats.peak).unwrap_or(usize::MAX),
                "paid seat"
            ),
            world.policy.place("limits.seats"),
            listed(names, takers.len()),
        ),
        help: "free seats in the same change (end users and light agents take none), or buy some and raise \
               `limits.seats` in zdsync.yaml"
            .to_owned(),
        origin: origins.next(),
    });
}
