//! From what is live to manifests that declare it.
//!
//! The same snapshot gives the same bytes: entries stand in the order of their names, values in the order
//! of the reference, and only values that differ from what the service gives by itself are written. Nothing
//! here reads or writes files, and whether what was written is right is for the caller to prove.

mod choice;
mod entry;
mod files;
mod names;
mod objects;
mod people;
mod profiles;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Address, Snapshot, User};

pub use choice::Only;
pub use entry::Dropped;
pub use files::Manifest;

pub(super) use text::{flow, scalar};

use choice::Choice;
use files::Layout;
use objects::Objects;
use people::People;

/// What to declare, and how.
#[derive(Clone, Copy)]
pub struct Wishes<'a> {
    /// Whether end users are declared, and not team members only.
    pub end_users: bool,
    /// Whether people who share role and groups share a profile.
    pub profiles: bool,
    /// The parts of the account that are wanted; all of it where none is named.
    pub only: &'a [Only],
    /// Whether a person is wanted.
    pub in_scope: &'a dyn Fn(&User) -> bool,
    /// What other manifests declare, by live address.
    pub known: &'a BTreeSet<Address>,
    /// What other manifests refer to and nothing declares, by live address.
    pub needed: &'a BTreeSet<Address>,
    /// Whether a permission of a role can be written.
    pub writable: &'a dyn Fn(&str) -> bool,
    /// What turned out not to be fit for a manifest.
    pub dropped: &'a Dropped,
    /// Where the schema is, seen from the folder of the manifests, for the line that editors look for.
    pub schema: Option<&'a str>,
}

/// Something that is live and not declared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// Why.
    pub why: String,
    /// What it belongs to.
    pub address: Address,
    /// The key of its entry; empty where it has no entry at all.
    pub key: String,
}

/// Manifests for an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    /// The manifests by path, relative to the folder of manifests, with forward slashes.
    pub files: BTreeMap<String, Manifest>,
    /// What is live and not declared, sorted.
    pub left_out: Vec<LeftOut>,
    /// How many end users were not asked for.
    pub end_users: usize,
    /// What was asked for by name and is not live.
    pub missing: Vec<Address>,
    /// Everything that has an entry.
    pub declared: BTreeSet<Address>,
}

/// Writes manifests for everything that a snapshot holds, that is wanted, and that can be declared.
pub fn adopt(snapshot: &Snapshot, wishes: Wishes<'_>) -> Adopted {
    let mut adopted = Adopted {
        missing: Choice(wishes.only).missing(|address| snapshot.objects.contains_key(address)),
        ..Adopted::default()
    };
    for ambiguity in &snapshot.ambiguous {
        adopted.left_out.push(LeftOut {
            why: "several objects share this name or address".to_owned(),
            address: ambiguity.address.clone(),
            key: String::new(),
        });
    }
    for ((address, key), why) in &wishes.dropped.keys {
        adopted.left_out.push(LeftOut {
            why: why.clone(),
            address: address.clone(),
            key: key.clone(),
        });
    }
    if Choice(wishes.only).takes_new() || !wishes.needed.is_empty() {
        let people = People::of(snapshot, wishes, &mut adopted);
        let objects = Objects::of(snapshot, wishes, &people);
        let mut layout = Layout::new(snapshot);
        objects.write(&mut layout);
        people.write(&mut layout);
        adopted.declared = layout.declared();
        adopted.files = layout.finish(wishes.schema);
    }
    adopted.left_out.sort();
    adopted
}

/// A manifest that declares roles, groups and organizations as what exists and is not ours; `None` where
/// there are none.
pub fn externals<'a>(addresses: impl Iterator<Item = &'a Address>) -> Option<String> {
    let mut sections: BTreeMap<&str, String> = BTreeMap::new();
    for address in addresses {
        let name = scalar(address.name().as_str());
        let entries = sections.entry(address.kind().section()).or_default();
        entries.extend(["  - name: ", &name, "\n    external: true\n"]);
    }
    let mut text = String::new();
    for (key, entries) in &sections {
        text.extend([key, ":\n", entries]);
    }
    (!text.is_empty()).then_some(text)
}

/// Says whether something live is among what is wanted.
pub fn is_wanted(snapshot: &Snapshot, wishes: Wishes<'_>, address: &Address) -> bool {
    let choice = Choice(wishes.only);
    let live = snapshot.objects.get(address);
    match live.and_then(|live| live.resource.as_user()) {
        Some(user) => people::is_wanted(snapshot, wishes, address, user),
        None => !choice.is_partial() || choice.names(address),
    }
}

/// The name of a group, role or organization that is there, known by one name, and fit for a manifest.
fn known<'a>(snapshot: &Snapshot, dropped: &Dropped, address: &'a Address) -> Option<&'a str> {
    let there = snapshot.objects.contains_key(address) && !dropped.has(address, "");
    there.then(|| address.name().as_str())
}
