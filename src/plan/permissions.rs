//! Which permissions come and go with another role (zendesk-api §11.4).

use serde_json::Value as Json;

use crate::model::{Fields, UserRole};

use super::world::World;

/// Values of permissions that are words, from nothing to everything. Of two words of one key, the later
/// gives more; words that are missing here cannot be compared.
const WORDS: [&[&str]; 7] = [
    &["none"],
    &["playonly", "assigned-only"],
    &["readonly", "within-groups"],
    &[
        "manage-personal",
        "edit-topics",
        "edit-within-org",
        "workflows_and_zendesk",
        "view-and-assign",
        "within-groups-and-public-groups",
    ],
    &["manage-group", "within-organization"],
    &[
        "edit",
        "all-except-self",
        "all-with-self-restriction",
        "public",
    ],
    &["all", "full"],
];

/// The keys of the permissions that `after` gives beyond `before`, and of those it gives no longer. A key
/// whose values cannot be compared is in both. Nothing is known of administrators, whose role the
/// service does not list.
pub(super) fn compare(
    world: &World<'_>,
    before: &UserRole,
    after: &UserRole,
) -> (Vec<String>, Vec<String>) {
    let (Some(before), Some(after)) = (live(world, before), future(world, after)) else {
        return (Vec::new(), Vec::new());
    };
    let (mut gained, mut lost) = (Vec::new(), Vec::new());
    for (key, before) in before.iter() {
        let Some(after) = after.get(key) else {
            continue; // a role to come says nothing of the permissions it does not manage
        };
        if before == after {
            continue;
        }
        let (less, more) = match (rank(before), rank(after)) {
            (Some(before), Some(after)) => (after < before, after > before),
            _ => (true, true),
        };
        if more {
            gained.push(key.to_owned());
        }
        if less {
            lost.push(key.to_owned());
        }
    }
    (gained, lost)
}

fn rank(value: &Json) -> Option<usize> {
    match value {
        Json::Null => Some(0),
        Json::Bool(switch) => Some(usize::from(*switch)),
        Json::String(word) => WORDS
            .iter()
            .position(|words| words.contains(&word.as_str())),
        Json::Number(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

fn live<'a>(world: &World<'a>, role: &UserRole) -> Option<&'a Fields> {
    let UserRole::Named(address) = role else {
        return None;
    };
    let (_, live) = world.live(address)?;
    Some(&live.resource.as_role()?.configuration)
}

/// The live configuration under the declared one.
fn future(world: &World<'_>, role: &UserRole) -> Option<Fields> {
    let UserRole::Named(address) = role else {
        return None;
    };
    let declared = world.inventory.resources.get(address);
    let declared = declared.and_then(|declared| declared.resource.as_role());
    let declared = declared.map(|declared| &declared.configuration);
    let live = live(world, role);
    let both = [live, declared]
        .into_iter()
        .flatten()
        .flat_map(Fields::iter);
    let known = declared.is_some() || live.is_some();
    known.then(|| both.map(|(key, value)| (key, value.clone())).collect())
}
