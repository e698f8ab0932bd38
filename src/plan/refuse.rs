//! Refusals: everything that keeps the plan from being applied, all at once.

use crate::model::{Address, Name, Origin};

use super::steps::Steps;
use super::types::{Refusal, RefusalCode};
use super::world::World;
use super::{conflicts, guard_groups, guard_people, guard_reads, guard_removals, guard_roles};

/// Every refusal, sorted by code and address.
pub(super) fn refusals(world: &World<'_>, steps: &Steps) -> Vec<Refusal> {
    let mut refused = Vec::new();
    wrong_account(world, &mut refused);
    refused.extend(world.found.conflicts.iter().map(conflicts::refused));
    guard_people::check(world, steps, &mut refused);
    guard_roles::check(world, &mut refused);
    guard_groups::check(world, &mut refused);
    guard_removals::check(world, &mut refused);
    guard_reads::check(world, &mut refused);
    refused.sort_by(|left, right| {
        (left.code, &left.address, &left.message).cmp(&(right.code, &right.address, &right.message))
    });
    refused.dedup();
    refused
}

/// A refusal about one address.
pub(super) fn refusal(
    code: RefusalCode,
    address: &Address,
    origin: Option<&Origin>,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Refusal {
    Refusal {
        code,
        address: Some(address.clone()),
        origin: origin.cloned(),
        message: message.into(),
        help: help.into(),
    }
}

/// How many names a message lists before it only says that there are more.
const NAMED: usize = 5;

/// The first of `count` names, and whether there are more.
pub(super) fn listed<'n>(names: impl Iterator<Item = &'n Name>, count: usize) -> String {
    let first: Vec<String> = names.take(NAMED).map(|name| format!("`{name}`")).collect();
    let more = if count > first.len() { ", …" } else { "" };
    format!("{}{more}", first.join(", "))
}

fn wrong_account(world: &World<'_>, refused: &mut Vec<Refusal>) {
    let here = &world.snapshot.account.fingerprint;
    let Some(pinned) = world
        .policy
        .fingerprint
        .as_ref()
        .filter(|pinned| *pinned != here)
    else {
        return;
    };
    refused.push(Refusal {
        code: RefusalCode::WrongFingerprint,
        address: None,
        origin: world.policy.places.get("account.fingerprint").cloned(),
        message: format!("this is account `{here}`, and the project belongs to `{pinned}`"),
        help: "use the credentials and the subdomain of the right account, or change \
               `account.fingerprint` in zdsync.yaml"
            .to_owned(),
    });
}
