//! What the manifests said when they were last applied, as receipts keep it.
//!
//! It serves to tell what somebody changed in the account from what the manifests ask for now. Nothing
//! that would be done depends on it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::model::{
    Address, Inventory, Kind, Lifecycle, Name, Natural, ObjectId, Policy, Scope, Undeclared, Value,
};

use super::types::Plan;

/// The key under which an entry's wanted existence is kept, where it is not simply to exist.
pub(super) const STATE: &str = "state";

/// The values of one entry, by the manifest's key.
pub type Values = BTreeMap<String, Json>;

/// What was declared when a plan was made. Keys are addresses as people write them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Memory {
    /// Whether it covers all that was declared, not only some targets.
    pub whole: bool,
    /// What was declared of roles, groups, organizations and people, and now is so: field by field, with
    /// the groups and organizations of those whose list is declared.
    pub values: BTreeMap<String, Values>,
    /// What was not carried out. For these, what an earlier receipt says still holds.
    pub pending: BTreeSet<String>,
    /// Live objects in scope that nobody declared.
    pub undeclared: BTreeSet<String>,
    /// What was to happen to undeclared objects, by kind, and for people the scope.
    pub manage: BTreeMap<Kind, String>,
}

/// The apply that receipts tell of last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LastApply {
    /// When it ended.
    pub finished_at: Timestamp,
    /// The digest of the plan that was carried out.
    pub digest: String,
    /// The commit that the project folder was at, where it was in git.
    pub commit: Option<String>,
    /// The pull or merge request that it ran for, where it did.
    pub pull_request: Option<String>,
    /// The receipt's file name.
    pub receipt: String,
    /// The number of the user whose credential was used, where the receipt tells.
    pub caller_id: Option<ObjectId>,
}

/// When something was last known to be as applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// When the apply ended that left it so.
    pub at: Timestamp,
    /// The number of the user whose credential did it, where known: what the account's record says of
    /// that user at that very time is the apply itself.
    pub by: Option<ObjectId>,
}

/// What receipts tell together.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// The newest of them.
    pub last: LastApply,
    /// What was last declared of each object, and when that was applied.
    pub(super) values: BTreeMap<Address, (Since, Values)>,
    /// The undeclared objects of the last whole apply, and what was to happen to such; `None` where no
    /// receipt covers everything.
    pub(super) undeclared: Option<(Since, BTreeSet<Address>, BTreeMap<Kind, String>)>,
}

impl Applied {
    /// Puts receipts together, given from the oldest to the newest; `None` where there are none.
    pub fn of(receipts: impl IntoIterator<Item = (LastApply, Memory)>) -> Option<Self> {
        let mut applied: Option<Self> = None;
        for (last, memory) in receipts {
            let so_far = applied.take();
            let (mut values, mut undeclared) = so_far.map_or_else(Default::default, |so_far| {
                (so_far.values, so_far.undeclared)
            });
            let since = Since {
                at: last.finished_at,
                by: last.caller_id,
            };
            if memory.whole {
                let pending: BTreeSet<Address> = parsed(&memory.pending).collect();
                values.retain(|address, _| pending.contains(address));
                let strangers = parsed(&memory.undeclared).collect();
                undeclared = Some((since, strangers, memory.manage));
            }
            let told = memory.values.into_iter();
            values.extend(
                told.filter_map(|(address, told)| Some((Address::parse(&address)?, (since, told)))),
            );
            applied = Some(Self {
                last,
                values,
                undeclared,
            });
        }
        applied
    }
}

fn parsed(addresses: &BTreeSet<String>) -> impl Iterator<Item = Address> {
    addresses
        .iter()
        .filter_map(|address| Address::parse(address))
}

impl Memory {
    /// What a plan's making knows of what is declared. `whole` says that the plan was limited to no
    /// targets.
    pub fn new(plan: &Plan, inventory: &Inventory, policy: &Policy, whole: bool) -> Self {
        let changed = plan.changes.iter().map(|change| &change.address);
        let covered: BTreeSet<&Address> =
            plan.unchanged.values().flatten().chain(changed).collect();
        let mut memory = Self {
            whole,
            ..Self::default()
        };
        for (address, declared) in &inventory.resources {
            let skipped = declared.lifecycle == Lifecycle::External
                || address.container().is_some()
                || !covered.contains(address);
            if skipped {
                continue;
            }
            let facts = declared.resource.facts().into_iter();
            let mut values: Values = facts
                .map(|fact| (fact.path.into_owned(), natural(&fact.value)))
                .collect();
            if let Some(state) = state(declared.lifecycle) {
                values.insert(STATE.to_owned(), Json::from(state));
            }
            memory.values.insert(address.to_string(), values);
        }
        if whole {
            memory.lists(inventory);
            memory.undeclared = plan
                .undeclared
                .iter()
                .map(|unmanaged| unmanaged.address.to_string())
                .collect();
            memory.manage = manage(policy);
        }
        memory
    }

    /// Adds the groups and organizations of everybody whose list is declared.
    fn lists(&mut self, inventory: &Inventory) {
        let owned = inventory.lists.keys().cloned();
        let mut lists: BTreeMap<(Kind, Address), BTreeSet<String>> =
            owned.map(|key| (key, BTreeSet::new())).collect();
        for address in inventory.resources.keys() {
            if let (Some(person), Some(container)) = (address.person(), address.container())
                && let Some(list) = lists.get_mut(&(address.kind(), person))
            {
                list.insert(container.name().to_string());
            }
        }
        for ((kind, person), list) in lists {
            if let (Some(values), Some(section)) =
                (self.values.get_mut(&person.to_string()), section(kind))
            {
                values.insert(section.to_owned(), Json::from_iter(list));
            }
        }
    }

    /// Forgets what was not carried out: `undone` has the addresses of changes that are not known to be
    /// done in full.
    #[must_use]
    pub fn without<'a>(mut self, undone: impl IntoIterator<Item = &'a Address>) -> Self {
        for address in undone {
            let section = section(address.kind());
            let person = address.person().filter(|_| section.is_some());
            if let (Some(person), Some(section)) = (person, section) {
                if let Some(values) = self.values.get_mut(&person.to_string()) {
                    values.remove(section);
                }
            } else {
                self.values.remove(&address.to_string());
                self.pending.insert(address.to_string());
            }
        }
        self
    }
}

/// The manifest's key for memberships of a kind.
pub(super) fn section(kind: Kind) -> Option<&'static str> {
    kind.container().map(Kind::section)
}

/// The word for an existence that is not simply to exist.
pub(super) const fn state(lifecycle: Lifecycle) -> Option<&'static str> {
    match lifecycle {
        Lifecycle::Present | Lifecycle::External => None,
        Lifecycle::Absent => Some("absent"),
        Lifecycle::Offboarded => Some("offboarded"),
        Lifecycle::Deleted => Some("deleted"),
    }
}

/// What is to happen to undeclared objects, in words that are equal where it is the same.
pub(super) fn manage(policy: &Policy) -> BTreeMap<Kind, String> {
    let of_kind = |kind: Kind| {
        let word = match policy.undeclared(kind) {
            Undeclared::Ignore => "ignore",
            Undeclared::Report => "report",
            Undeclared::Remove => "remove",
        };
        let scope = policy.scope.as_ref().filter(|_| kind == Kind::User);
        let scope = scope.map_or(String::new(), |scope| {
            let Scope {
                roles,
                email_domains,
            } = scope;
            let parts = roles.iter().chain(email_domains);
            let parts: Vec<&str> = parts.map(Name::folded).collect();
            format!(" {}", parts.join(" "))
        });
        format!("{word}{scope}")
    };
    Kind::ALL
        .into_iter()
        .map(|kind| (kind, of_kind(kind)))
        .collect()
}

/// A value as receipts hold it.
pub(super) fn natural(value: &Value) -> Json {
    serde_json::to_value(Natural(value)).unwrap_or_default()
}
