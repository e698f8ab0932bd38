//! The changes of a plan: what happens to each address, for people and machines.

use crate::diff::{Cause, Difference, Fate};
use crate::model::{Address, FieldChange, Value};

use super::consequences::consequences;
use super::steps::{Bond, Steps};
use super::types::{Action, Change};
use super::world::World;

/// All changes, in address order.
pub(super) fn changes(world: &World<'_>, steps: &Steps) -> Vec<Change> {
    let differences = world.found.differences.iter();
    differences
        .map(|difference| change(world, steps, difference))
        .collect()
}

fn change(world: &World<'_>, steps: &Steps, difference: &Difference<'_>) -> Change {
    let address = difference.address.clone();
    let was = difference.live.map(|(live, _)| live.clone());
    let declared = difference.declared;
    let along_with = match &difference.cause {
        Cause::With(address) => Some(address.clone()),
        Cause::Declared | Cause::Unlisted | Cause::Undeclared => None,
    };
    Change {
        action: action(difference),
        was: was.filter(|was| *was != address),
        along_with,
        id: difference.live.map(|(_, live)| live.id),
        fields: fields(world, difference),
        consequences: consequences(world, difference),
        origin: difference.origin.cloned(),
        requires: requires(steps, &address),
        grant: declared.and_then(|declared| declared.grant.as_deref().cloned()),
        cause: None,
        address,
    }
}

/// What happens, in one word. A person's sign-in weighs more than a name.
pub(super) fn action(difference: &Difference<'_>) -> Action {
    match difference.fate {
        Fate::Create => return Action::Create,
        Fate::Offboard => return Action::Offboard,
        Fate::Remove => return Action::Delete,
        Fate::Update => {}
    }
    let field = |path: &str| difference.fields.iter().find(|field| field.path == path);
    if let Some(suspended) = field("suspended") {
        return if suspended.after == Value::Bool(true) {
            Action::Suspend
        } else {
            Action::Reactivate
        };
    }
    let person = difference.address.person().is_some();
    let identity = if person { "email" } else { "name" };
    if field(identity).is_some() {
        Action::Rename
    } else {
        Action::Update
    }
}

/// The fields that change; of something that is deleted, what its deletion relies on.
fn fields(world: &World<'_>, difference: &Difference<'_>) -> Vec<FieldChange> {
    if difference.fate != Fate::Remove {
        return difference.fields.clone();
    }
    let Some((_, live)) = difference.live else {
        return Vec::new();
    };
    let mut resource = live.resource.clone();
    resource.rekey(&|address| world.found.pairs.renamed(address));
    let relied_on = |path: &str| matches!(path, "name" | "email" | "role");
    let facts = resource.facts().into_iter();
    facts
        .filter(|fact| relied_on(&fact.path) && !fact.value.is_null())
        .map(|fact| FieldChange {
            path: fact.path,
            before: fact.value,
            after: Value::Null,
        })
        .collect()
}

/// The changes whose steps this change's steps need.
fn requires(steps: &Steps, address: &Address) -> Vec<Address> {
    let own = steps.by_change.get(address).into_iter().flatten();
    let waits = own.flat_map(|step| &steps.list[*step].waits);
    let needed = waits.filter(|(_, bond)| *bond >= Bond::Ordered);
    let mut requires: Vec<Address> = needed
        .filter_map(|(earlier, _)| steps.list[*earlier].changes.first())
        .filter(|change| *change != address)
        .cloned()
        .collect();
    requires.sort();
    requires.dedup();
    requires.shrink_to_fit();
    requires
}
