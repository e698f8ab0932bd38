//! A removal must rest on a list that was read to its end.

use std::collections::BTreeMap;

use crate::diff::{Cause, Difference, Fate};
use crate::model::{Address, Coverage, Kind, Part, UserRole, plural};

use super::types::{Refusal, RefusalCode};
use super::world::World;

pub(super) fn check(world: &World<'_>, refused: &mut Vec<Refusal>) {
    let mut missing: BTreeMap<Kind, Vec<&Address>> = BTreeMap::new();
    for difference in &world.found.differences {
        for kind in relied_on(difference) {
            if !is_covered(world, kind, difference) {
                missing.entry(kind).or_default().push(&difference.address);
            }
        }
    }
    for (kind, addresses) in missing {
        refused.push(incomplete(world, kind, &addresses));
    }
}

/// The lists that a removal relies on.
fn relied_on(difference: &Difference<'_>) -> Vec<Kind> {
    let kind = difference.address.kind();
    match (difference.fate, kind) {
        (Fate::Create | Fate::Update, _) => Vec::new(),
        (Fate::Offboard, _) => vec![kind, Kind::OrganizationMembership],
        (Fate::Remove, Kind::Role) => vec![kind, Kind::User],
        (Fate::Remove, Kind::Group) => vec![kind, Kind::GroupMembership],
        (
            Fate::Remove,
            Kind::Organization | Kind::User | Kind::GroupMembership | Kind::OrganizationMembership,
        ) => vec![kind],
    }
}

fn is_covered(world: &World<'_>, kind: Kind, difference: &Difference<'_>) -> bool {
    let Some(part) = world.snapshot.part(kind).filter(|part| part.complete) else {
        return false;
    };
    match &part.coverage {
        Coverage::All => true,
        // Whoever an entry names was found one by one; no list of others has to prove anything.
        Coverage::Staff | Coverage::Only(_) | Coverage::Nothing
            if kind == Kind::User && is_named_user(difference) =>
        {
            true
        }
        Coverage::Nothing => false,
        Coverage::Staff => match difference.address.kind() {
            Kind::Role | Kind::Group => true, // only team members hold roles and are in groups
            Kind::Organization => false,
            Kind::User | Kind::GroupMembership | Kind::OrganizationMembership => {
                is_live_staff(world, &difference.address)
            }
        },
        Coverage::Only(named) => {
            let live = difference.live.map(|(address, _)| address);
            let all = [Some(&difference.address), live];
            all.into_iter().flatten().any(|address| {
                let parts = [Some(address.clone()), address.person(), address.container()];
                parts.iter().flatten().any(|part| named.contains(part))
            })
        }
    }
}

fn is_named_user(difference: &Difference<'_>) -> bool {
    difference.address.kind() == Kind::User
        && difference.cause == Cause::Declared
        && difference.live.is_some()
}

fn is_live_staff(world: &World<'_>, address: &Address) -> bool {
    let person = address.person().and_then(|person| world.live(&person));
    let role = person.and_then(|(_, live)| world.role_of(live));
    role.as_ref().is_some_and(UserRole::is_staff)
}

fn incomplete(world: &World<'_>, kind: Kind, addresses: &[&Address]) -> Refusal {
    let part = world.snapshot.part(kind);
    let why = match part {
        None => "it was not read".to_owned(),
        Some(Part {
            complete: false,
            source,
            ..
        }) => format!("reading `{source}` did not come to its end"),
        Some(Part { source, .. }) => format!("`{source}` does not cover it"),
    };
    let one = addresses.first().filter(|_| addresses.len() == 1);
    let what = one.map_or_else(
        || plural(addresses.len(), "removal"),
        |address| format!("the removal of `{address}`"),
    );
    Refusal {
        code: RefusalCode::IncompleteRead,
        address: one.map(|address| (*address).clone()),
        origin: one.and_then(|address| world.difference(address)?.origin.cloned()),
        message: format!(
            "{what} depends on the list of {}, and {why}",
            kind.section().replace('_', " ")
        ),
        help: "plan again; nothing is removed on the strength of a list that may be short"
            .to_owned(),
    }
}
