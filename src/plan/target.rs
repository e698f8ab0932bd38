//! Limits a plan to some addresses and what these need.

use std::collections::BTreeSet;

use crate::diff::{Cause, Conflict, Differences};
use crate::model::Address;

use super::steps::{Bond, StepId, Steps};
use super::types::{Refusal, RefusalCode};
use super::world::World;

/// What targets come to.
pub(super) struct Wanted {
    /// The changes to keep, and the unchanged addresses that were named.
    pub(super) addresses: BTreeSet<Address>,
    /// Targets that name nothing.
    pub(super) unknown: Vec<Refusal>,
}

/// The addresses that `targets` name, with what their steps need. A user brings their memberships.
pub(super) fn wanted(world: &World<'_>, steps: &Steps, targets: &[String]) -> Wanted {
    let mut wanted = Wanted {
        addresses: BTreeSet::new(),
        unknown: Vec::new(),
    };
    for target in targets {
        let folded = target.trim().to_lowercase();
        let is_meant = |address: &&Address| address.to_string().to_lowercase() == folded;
        let changed = world
            .found
            .differences
            .iter()
            .map(|difference| &difference.address);
        let declared = world.inventory.resources.keys();
        let live = world.snapshot.objects.keys();
        let Some(address) = changed.chain(declared).chain(live).find(is_meant) else {
            wanted.unknown.push(unknown(target));
            continue;
        };
        wanted.addresses.insert(address.clone());
        let brings = world.found.differences.iter().filter(|difference| {
            difference.address.person().as_ref() == Some(address)
                || difference.live.is_some_and(|(live, _)| live == address)
                || difference.cause == Cause::With(address.clone())
        });
        wanted
            .addresses
            .extend(brings.map(|difference| difference.address.clone()));
    }
    with_needs(steps, &mut wanted.addresses);
    wanted
}

fn unknown(target: &str) -> Refusal {
    Refusal {
        code: RefusalCode::UnknownTarget,
        address: None,
        origin: None,
        message: format!("target `{target}` is neither declared nor live"),
        help: "write an address as the plan shows it, such as `user/ada@example.com`".to_owned(),
    }
}

/// Adds the changes of every step that a wanted change's steps wait for, and all of each such step.
fn with_needs(steps: &Steps, addresses: &mut BTreeSet<Address>) {
    let mut open: Vec<StepId> = addresses
        .iter()
        .filter_map(|address| steps.by_change.get(address))
        .flatten()
        .copied()
        .collect();
    let mut seen: BTreeSet<StepId> = open.iter().copied().collect();
    while let Some(step) = open.pop() {
        let mut next: Vec<StepId> = Vec::new();
        for change in &steps.list[step].changes {
            addresses.insert(change.clone());
            next.extend(steps.by_change.get(change).into_iter().flatten());
        }
        let waits = steps.list[step].waits.iter();
        next.extend(
            waits
                .filter(|(_, bond)| *bond >= Bond::Ordered)
                .map(|(step, _)| *step),
        );
        open.extend(next.into_iter().filter(|step| seen.insert(*step)));
    }
}

/// Keeps only what is wanted.
pub(super) fn narrowed<'a>(
    mut found: Differences<'a>,
    wanted: &BTreeSet<Address>,
) -> Differences<'a> {
    found
        .differences
        .retain(|difference| wanted.contains(&difference.address));
    for addresses in found.unchanged.values_mut() {
        addresses.retain(|address| wanted.contains(address));
    }
    found.unchanged.retain(|_, addresses| !addresses.is_empty());
    found
        .undeclared
        .retain(|(address, _)| wanted.contains(address));
    found.conflicts.retain(|conflict| match conflict {
        Conflict::Ambiguous { address, .. }
        | Conflict::SecondaryEmail { address, .. }
        | Conflict::BothLive { address, .. }
        | Conflict::Swap { address, .. }
        | Conflict::SameObject { address, .. }
        | Conflict::ExternalMissing { address, .. } => wanted.contains(address),
        Conflict::NoScope => false,
    });
    found
}
