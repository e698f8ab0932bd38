//! How much of the account is under management.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::diff::{Cursor, Differences};
use crate::model::{Coverage, Inventory, Kind, Lifecycle, Observed, Snapshot, UserRole};

/// What is counted.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Agents and administrators, suspended ones included.
    TeamMembers,
    /// Groups.
    Groups,
    /// Organizations.
    Organizations,
    /// Custom roles.
    Roles,
}

/// How many live objects a manifest declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Managed {
    /// What is counted.
    pub what: Subject,
    /// Those that a manifest declares, other than as external.
    pub declared: u64,
    /// All that are live; `None` where not all were read, as where undeclared ones are ignored.
    pub live: Option<u64>,
}

/// The share of each kind that is declared, team members first. Roles are left out where the account has
/// none.
pub(super) fn coverage(
    inventory: &Inventory,
    snapshot: &Snapshot,
    found: &Differences<'_>,
) -> Vec<Managed> {
    let subjects = [
        (Subject::TeamMembers, Kind::User),
        (Subject::Groups, Kind::Group),
        (Subject::Organizations, Kind::Organization),
        (Subject::Roles, Kind::Role),
    ];
    let counted = subjects.into_iter().map(|(what, kind)| {
        let (mut declared, mut live) = (0, 0);
        let mut entries = Cursor::new(&inventory.resources);
        for (address, _) in snapshot.of_kind(kind).filter(|(_, one)| counts(one)) {
            live += 1;
            let entry = match found.pairs.declared(address) {
                Cow::Borrowed(address) => entries.seek(address).map(|(_, entry)| entry),
                Cow::Owned(address) => inventory.resources.get(&address),
            };
            let ours = entry.is_some_and(|entry| entry.lifecycle != Lifecycle::External);
            declared += u64::from(ours);
        }
        Managed {
            what,
            declared,
            live: is_whole(snapshot, kind).then_some(live),
        }
    });
    let with_roles = |managed: &Managed| managed.what != Subject::Roles || snapshot.custom_roles;
    counted.filter(with_roles).collect()
}

/// Says whether an object counts: of people the team members, of roles those that are not the service's.
fn counts(live: &Observed) -> bool {
    let Some(user) = live.resource.as_user() else {
        return !live.marks.system;
    };
    user.role.as_ref().is_some_and(UserRole::is_staff)
}

/// Says whether all of a kind were read, for people all team members.
fn is_whole(snapshot: &Snapshot, kind: Kind) -> bool {
    snapshot.part(kind).is_some_and(|part| {
        let whole = match part.coverage {
            Coverage::All => true,
            Coverage::Staff => kind == Kind::User,
            Coverage::Only(_) | Coverage::Nothing => false,
        };
        whole && part.complete
    })
}
