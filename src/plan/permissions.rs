//! Which permissions come and go with another role (zendesk-api §11.4).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::model::UserRole;

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
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let (mut gained, mut lost) = (Vec::new(), Vec::new());
    for key in keys {
        let (Some(before), Some(after)) = (before.get(key), after.get(key)) else {
            continue; // a role to come says nothing of the permissions it does not manage
        };
        if before == after {
            continue;
        }
        let (less, more) = match (rank(before), rank(after)) {
            (Some(before), Some(after)) if before != after => (after < before, after > before),
            _ => (true, true),
        };
        if more {
            gained.push(key.clone());
        }
        if less {
            lost.push(key.clone());
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

type Configuration = BTreeMap<String, Json>;

fn live(world: &World<'_>, role: &UserRole) -> Option<Configuration> {
    let UserRole::Named(address) = role else {
        return None;
    };
    let (_, live) = world.live(address)?;
    Some(live.resource.as_role()?.configuration.clone())
}

/// The live configuration under the declared one.
fn future(world: &World<'_>, role: &UserRole) -> Option<Configuration> {
    let UserRole::Named(address) = role else {
        return None;
    };
    let declared = world.inventory.resources.get(address);
    let declared = declared.and_then(|declared| declared.resource.as_role());
    let live = live(world, role);
    if declared.is_none() && live.is_none() {
        return None;
    }
    let mut configuration = live.unwrap_or_default();
    if let Some(declared) = declared {
        let wanted = declared.configuration.iter();
        configuration.extend(wanted.map(|(key, value)| (key.clone(), value.clone())));
    }
    Some(configuration)
}
