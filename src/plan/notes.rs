//! What else to know: grants that end, what nobody declares, warnings.

use jiff::SignedDuration;

use crate::model::plural;

use super::access::role_name;
use super::types::{Access, Ending, Reason, Unmanaged, Warning};
use super::world::World;

/// Grants that end within this many hours are mentioned.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Grants that ended or end soon: ended ones first, each by address.
pub(super) fn endings(world: &World<'_>) -> Vec<Ending> {
    let ended = world.inventory.ended.iter().map(|(address, grant)| Ending {
        address: address.clone(),
        grant: grant.clone(),
        ended: true,
    });
    let mut endings: Vec<Ending> = ended.collect();
    endings.sort_by(|left, right| {
        (&left.address, left.grant.until).cmp(&(&right.address, right.grant.until))
    });
    let horizon = world.at.checked_add(SOON).unwrap_or(world.at);
    let soon = world
        .inventory
        .resources
        .iter()
        .filter_map(|(address, declared)| {
            let grant = declared.grant.as_deref()?;
            (grant.until <= horizon).then(|| Ending {
                address: address.clone(),
                grant: grant.clone(),
                ended: grant.until <= world.at,
            })
        });
    endings.extend(soon);
    endings
}

/// Live objects in scope that nobody declares and that stay, in address order.
pub(super) fn undeclared(world: &World<'_>) -> Vec<Unmanaged> {
    let found = world.found.undeclared.iter();
    found
        .map(|(address, live)| {
            let user = live.resource.as_user();
            Unmanaged {
                address: (*address).clone(),
                name: user.and_then(|user| user.name.clone()),
                role: user.and_then(|user| user.role.as_ref()).map(role_name),
            }
        })
        .collect()
}

/// What a reviewer should know that stops nothing and stands nowhere else.
pub(super) fn warnings(access: &[Access], endings: &[Ending]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code: &str, address, message| {
        warnings.push(Warning {
            code: code.to_owned(),
            address,
            message,
        });
    };
    for ending in endings.iter().filter(|ending| ending.ended) {
        let message = format!(
            "the grant of `{}` ended on {} and can be deleted from the manifest",
            ending.address,
            ending.grant.until.strftime("%Y-%m-%d")
        );
        warn("grant_ended", Some(ending.address.clone()), message);
    }
    let mailed = |access: &&Access| {
        let mut consequences = access.consequences.iter();
        consequences.any(|consequence| consequence.reason == Reason::MailSent)
    };
    let mailed = access.iter().filter(mailed).count();
    if mailed > 0 {
        let people = plural(mailed, "new user");
        let verb = if mailed == 1 { "gets" } else { "get" };
        let message = format!("{people} {verb} mail from Zendesk (`invite: false` prevents it)");
        warn("mail", None, message);
    }
    warnings
}
