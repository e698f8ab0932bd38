//! What is declared: all manifests resolved into one set of resources.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Address, Kind, Name, Resource};

/// The place in a manifest that declares something.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct Origin {
    /// The file, relative to the project folder, with forward slashes.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// What a declaration wants of the object's existence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    /// It exists, with the declared values.
    Present,
    /// It exists in the account and is not ours: referenced, never created, changed or removed.
    External,
    /// It does not exist: a group, organization or role to delete.
    Absent,
    /// A person without role, groups and organizations, suspended.
    Offboarded,
    /// A person who is deleted, after offboarding.
    Deleted,
}

/// A grant with an end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// When it ends.
    pub until: Timestamp,
    /// Why it was given, such as a ticket number.
    pub reason: Option<String>,
}

/// One declared resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// The declared values.
    pub resource: Resource,
    /// What is wanted of its existence.
    pub lifecycle: Lifecycle,
    /// Names or addresses it had before, newest first.
    pub previously: Vec<Name>,
    /// Where it is declared.
    pub origin: Option<Origin>,
    /// For a membership or a user's role: when the grant ends, if it does.
    pub grant: Option<Box<Grant>>,
}

/// All that is declared, by address.
///
/// Memberships are resources of their own; `lists` says whose membership lists are declared, and so
/// managed whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inventory {
    /// Every declared resource.
    pub resources: BTreeMap<Address, Declared>,
    /// The kinds of membership and the users (by address) whose list is declared, with the place of
    /// the list's key: what is missing from the list is missing there.
    pub lists: BTreeMap<(Kind, Address), Option<Origin>>,
    /// Grants that ended before the plan's clock, which count as not declared.
    pub ended: Vec<(Address, Grant)>,
}

impl Inventory {
    /// Says whether `user`'s memberships of `kind` are declared as a list.
    pub fn owns_list(&self, kind: Kind, user: &Address) -> bool {
        self.lists.contains_key(&(kind, user.clone()))
    }

    /// The declared resources of one kind, in address order.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (&Address, &Declared)> {
        self.resources
            .iter()
            .filter(move |(address, _)| address.kind() == kind)
    }
}
