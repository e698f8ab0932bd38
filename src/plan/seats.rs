//! Paid seats: who takes one (zendesk-api §5.2, §14.2: an estimate, the service does not say).

use std::collections::BTreeMap;

use crate::model::{Address, Kind, Name, UserRole, Verb};

use super::person::Person;
use super::types::{Operation, Seats};
use super::world::World;

/// Roles of the service whose holders take no paid seat.
const SEATLESS: [&str; 2] = ["light agent", "contributor"];

/// How many seats the person takes more (1), frees (-1), or neither.
pub(super) fn change(person: &Person<'_>) -> i64 {
    i64::from(paid_after(person)) - i64::from(paid_before(person))
}

/// Says whether the person takes a seat now.
pub(super) fn paid_before(person: &Person<'_>) -> bool {
    person.was_staff() && person.live.is_some_and(|(_, live)| !live.marks.seatless)
}

/// Says whether the person takes a seat when the plan is done.
pub(super) fn paid_after(person: &Person<'_>) -> bool {
    if person.role_before == person.role_after {
        return person.is_staff() && person.live.is_some_and(|(_, live)| !live.marks.seatless);
    }
    match &person.role_after {
        None | Some(UserRole::EndUser) => false,
        Some(UserRole::Agent | UserRole::Admin) => true,
        Some(UserRole::Named(role)) => !SEATLESS.iter().any(|name| *role.name() == Name::new(name)),
    }
}

/// The seats in use before, after, and at most while `operations` run in their order.
pub(super) fn count(world: &World<'_>, operations: &[Operation]) -> Seats {
    let staff = world.snapshot.of_kind(Kind::User).filter(|(_, live)| {
        let role = live.resource.as_user().and_then(|user| user.role.as_ref());
        role.is_some_and(UserRole::is_staff) && !live.marks.seatless
    });
    let before = staff.count() as u64;
    let mut open: BTreeMap<&Address, i64> = world
        .people
        .values()
        .map(|person| (&person.address, change(person)))
        .filter(|(_, change)| *change != 0)
        .collect();
    let mut used = before;
    let mut peak = before;
    for operation in operations {
        let sets_role = matches!(
            operation.write.verb,
            Verb::Create | Verb::Update | Verb::Delete
        );
        for item in operation.write.items.iter().filter(|_| sets_role) {
            if let Some(change) = open.remove(&item.address) {
                used = used.saturating_add_signed(change);
                peak = peak.max(used);
            }
        }
    }
    Seats {
        before,
        after: used,
        peak,
    }
}
