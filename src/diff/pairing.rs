//! Finds the live object that each declared entry means.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Address, Ambiguity, Declared, Inventory, Kind, Lifecycle, Name, ObjectId, Observed, Snapshot,
};

use super::compare::fields;
use super::cursor::Cursor;
use super::types::{Conflict, Pairs};

/// What pairing found.
#[derive(Debug, Default)]
pub(super) struct Pairing<'a> {
    pub(super) pairs: Pairs,
    pub(super) conflicts: Vec<Conflict<'a>>,
    /// Declared and live addresses of which it is open what they mean: nothing is planned for them.
    pub(super) blocked: BTreeSet<Address>,
}

/// One entry with an identity of its own, and what is live for it.
struct Entry<'a> {
    address: &'a Address,
    declared: &'a Declared,
    /// The live object with the entry's own identity.
    own: Option<&'a Address>,
    /// The live object that `previously` names.
    previous: Option<&'a Address>,
}

/// Pairs every entry that is not a membership; memberships follow their user and container.
pub(super) fn pair<'a>(inventory: &'a Inventory, snapshot: &'a Snapshot) -> Pairing<'a> {
    let external_ids = external_ids(inventory, snapshot);
    let stranded = stranded(inventory, snapshot);
    let mut pairing = Pairing::default();
    let mut walk = Cursor::new(&snapshot.objects);
    let entries: Vec<Entry<'a>> = inventory
        .resources
        .iter()
        .filter(|(address, _)| address.kind().container().is_none())
        .map(|(address, declared)| {
            let exact = walk.seek(address).map(|(live, _)| live);
            entry(
                (address, exact),
                declared,
                snapshot,
                (&external_ids, &stranded),
            )
        })
        .filter(|entry| pairing.is_clear(entry, snapshot))
        .collect();
    let former = entries
        .iter()
        .any(|entry| !entry.declared.previously.is_empty());
    if former || !external_ids.is_empty() {
        pairing.follow(&entries, snapshot);
    }
    if !snapshot.secondary_emails.is_empty() {
        for entry in &entries {
            pairing.check_secondary(entry, inventory, snapshot);
        }
    }
    pairing
}

/// The live people by external id, needed where an entry has no e-mail address.
fn external_ids<'a>(
    inventory: &Inventory,
    snapshot: &'a Snapshot,
) -> BTreeMap<String, &'a Address> {
    let needed = inventory.of_kind(Kind::User).any(|(_, declared)| {
        let user = declared.resource.as_user();
        user.is_some_and(|user| user.email.is_none())
    });
    if !needed {
        return BTreeMap::new();
    }
    snapshot
        .of_kind(Kind::User)
        .filter_map(|(address, live)| {
            let external_id = live.resource.as_user()?.external_id.as_ref()?;
            Some((external_id.to_lowercase(), address))
        })
        .collect()
}

/// The name that an object has while two or more exchange theirs: the old one with its number.
pub fn stand_in(name: &str, id: ObjectId) -> String {
    format!("{name} ({id})")
}

/// Live objects that a broken-off exchange of names left with a stand-in, by the name they had.
fn stranded<'a>(inventory: &Inventory, snapshot: &'a Snapshot) -> BTreeMap<Address, &'a Address> {
    let mut entries = inventory.resources.values();
    if !entries.any(|one| !one.previously.is_empty()) {
        return BTreeMap::new();
    }
    let named = |kind| matches!(kind, Kind::Role | Kind::Group | Kind::Organization);
    snapshot
        .objects
        .iter()
        .filter(|(address, _)| named(address.kind()))
        .filter_map(|(address, live)| {
            let suffix = stand_in("", live.id);
            let name = address.name().as_str().strip_suffix(&suffix)?;
            Some((Address::new(address.kind(), Name::new(name)), address))
        })
        .collect()
}

fn entry<'a>(
    (address, exact): (&'a Address, Option<&'a Address>),
    declared: &'a Declared,
    snapshot: &'a Snapshot,
    (external_ids, stranded): (
        &BTreeMap<String, &'a Address>,
        &BTreeMap<Address, &'a Address>,
    ),
) -> Entry<'a> {
    let by_external_id = declared
        .resource
        .as_user()
        .is_some_and(|user| user.email.is_none());
    let by_key = |wanted: &Address| {
        let key = || external_ids.get(wanted.name().folded()).copied();
        by_external_id.then(key).flatten()
    };
    let find = |wanted: &Address| {
        let exact = snapshot.objects.get_key_value(wanted);
        exact.map(|(address, _)| address).or_else(|| by_key(wanted))
    };
    let own = exact.or_else(|| by_key(address));
    let previous = declared
        .previously
        .iter()
        .filter(|_| declared.lifecycle != Lifecycle::External)
        .filter_map(|name| {
            let former = Address::new(address.kind(), name.clone());
            stranded.get(&former).copied().or_else(|| find(&former))
        })
        .find(|live| Some(*live) != own);
    Entry {
        address,
        declared,
        own,
        previous,
    }
}

/// Gives each entry that is not live the object that `previously` names, and so on down the chain of
/// entries whose own object is taken that way.
fn claim_renames<'a>(
    pairing: &mut Pairing<'a>,
    entries: &[Entry<'a>],
    owners: &BTreeMap<&'a Address, usize>,
    snapshot: &'a Snapshot,
) -> BTreeMap<&'a Address, usize> {
    let mut claims: BTreeMap<&Address, usize> = BTreeMap::new();
    let mut open: Vec<usize> = (0..entries.len())
        .rev()
        .filter(|index| entries[*index].own.is_none())
        .collect();
    while let Some(index) = open.pop() {
        let entry = &entries[index];
        let Some(previous) = entry.previous else {
            continue;
        };
        if let Some(first) = claims.get(previous) {
            pairing.same_object(entry, entries[*first].address, previous, snapshot);
            continue;
        }
        if goes_round(entry, entries, owners) {
            continue;
        }
        claims.insert(previous, index);
        open.extend(owners.get(previous).copied());
    }
    claims
}

/// Says whether the names of an entry that is not live go round in a circle: the last of those whose objects
/// would move on has had this entry's name. Nothing tells then who was whom, and all keep their names.
fn goes_round(
    entry: &Entry<'_>,
    entries: &[Entry<'_>],
    owners: &BTreeMap<&Address, usize>,
) -> bool {
    let mut last = entry;
    for _ in 0..entries.len() {
        let next = last.previous.and_then(|previous| owners.get(previous));
        match next {
            Some(next) => last = &entries[*next],
            None => break,
        }
    }
    let ends = last.previous.is_none() && entry.own.is_none();
    ends && last.declared.previously.contains(entry.address.name())
}

/// Looks at the entries that are live beside a name they had before.
///
/// Where that name belongs to another entry, the rename is done. Where the names go round in a circle,
/// the values tell whether the swap is done: it is where all are right as they are, or more than the other
/// way round.
fn settle_cycles<'a>(
    pairing: &mut Pairing<'a>,
    entries: &[Entry<'a>],
    owners: &BTreeMap<&'a Address, usize>,
    snapshot: &'a Snapshot,
    claims: &mut BTreeMap<&'a Address, usize>,
) {
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    for (index, entry) in entries.iter().enumerate() {
        let (Some(own), Some(previous)) = (entry.own, entry.previous) else {
            continue;
        };
        if claims.contains_key(own) || claims.contains_key(previous) || seen.contains(&index) {
            continue;
        }
        if !owners.contains_key(previous) {
            pairing.both_live(entry, own, previous, snapshot);
            continue;
        }
        let Some(cycle) = cycle_from(index, entries, owners) else {
            continue;
        };
        seen.extend(&cycle);
        let count = |live: fn(&Entry<'a>) -> Option<&'a Address>| -> usize {
            let differing = |index: &usize| {
                let entry = &entries[*index];
                live(entry).map_or(0, |live| beyond_identity(entry, live, snapshot))
            };
            cycle.iter().map(differing).sum()
        };
        let in_place = count(|entry| entry.own);
        let swapped = count(|entry| entry.previous);
        if in_place == 0 || in_place < swapped {
            continue;
        }
        for index in &cycle {
            let entry = &entries[*index];
            let (Some(own), Some(previous)) = (entry.own, entry.previous) else {
                continue;
            };
            if entry.address.kind() == Kind::User {
                pairing.swap(entry, own, previous);
            } else if in_place == swapped {
                pairing.both_live(entry, own, previous, snapshot);
            } else {
                claims.insert(previous, *index);
            }
        }
    }
}

/// Says whether a secondary address of an entry's person is a former one, to be dropped.
pub(super) fn gives_up(declared: &Declared, email: &Name) -> bool {
    declared.lifecycle == Lifecycle::Present && declared.previously.contains(email)
}

/// The entries met by following `previously` from `start`, if that leads back to it.
fn cycle_from(
    start: usize,
    entries: &[Entry<'_>],
    owners: &BTreeMap<&Address, usize>,
) -> Option<Vec<usize>> {
    let mut cycle = vec![start];
    loop {
        let last = *cycle.last()?;
        let next = *owners.get(entries[last].previous?)?;
        if next == start {
            return Some(cycle);
        }
        if cycle.contains(&next) {
            return None;
        }
        cycle.push(next);
    }
}

/// How many declared values beside the identity are other than those of `live`.
fn beyond_identity(entry: &Entry<'_>, live: &Address, snapshot: &Snapshot) -> usize {
    let Some(observed) = snapshot.objects.get(live) else {
        return 0;
    };
    let identity = match observed.resource.kind() {
        Kind::User => "email",
        Kind::Role
        | Kind::Group
        | Kind::Organization
        | Kind::GroupMembership
        | Kind::OrganizationMembership => "name",
    };
    fields(&entry.declared.resource, &observed.resource)
        .iter()
        .filter(|change| change.path != identity)
        .count()
}

impl<'a> Pairing<'a> {
    /// Follows former names and external ids from entries to live objects.
    fn follow(&mut self, entries: &[Entry<'a>], snapshot: &'a Snapshot) {
        let mut owners: BTreeMap<&Address, usize> = BTreeMap::new();
        for (index, entry) in entries.iter().enumerate() {
            let Some(own) = entry.own else { continue };
            if let Some(first) = owners.insert(own, index) {
                owners.insert(own, first);
                self.same_object(entry, entries[first].address, own, snapshot);
            }
        }
        let mut claims = claim_renames(self, entries, &owners, snapshot);
        settle_cycles(self, entries, &owners, snapshot, &mut claims);
        let vacated: BTreeSet<&Address> = claims.keys().copied().collect();
        for (live, index) in &claims {
            self.pairs
                .insert((*live).clone(), entries[*index].address.clone());
        }
        for entry in entries {
            if let Some(own) = entry.own
                && own != entry.address
                && !vacated.contains(own)
                && !self.blocked.contains(entry.address)
            {
                self.pairs.insert(own.clone(), entry.address.clone());
            }
        }
    }

    fn block(&mut self, conflict: Conflict<'a>, addresses: &[&Address]) {
        self.conflicts.push(conflict);
        self.blocked
            .extend(addresses.iter().map(|address| (*address).clone()));
    }

    /// Notes entries that several live objects answer to, and external ones that none answers to.
    fn is_clear(&mut self, entry: &Entry<'a>, snapshot: &'a Snapshot) -> bool {
        let external = entry.declared.lifecycle == Lifecycle::External;
        if snapshot.ambiguous.is_empty() && !external {
            return true;
        }
        let origin = entry.declared.origin.as_ref();
        let before = entry.declared.previously.iter();
        let names: Vec<Address> = before
            .filter(|_| entry.own.is_none())
            .map(|name| Address::new(entry.address.kind(), name.clone()))
            .chain([entry.address.clone()])
            .collect();
        let shared = |ambiguity: &&Ambiguity| names.contains(&ambiguity.address);
        if let Some(ambiguity) = snapshot.ambiguous.iter().find(shared) {
            let conflict = Conflict::Ambiguous {
                address: entry.address.clone(),
                ids: &ambiguity.ids,
                origin,
            };
            self.block(conflict, &[entry.address]);
            return false;
        }
        if external && entry.own.is_none() {
            let conflict = Conflict::ExternalMissing {
                address: entry.address.clone(),
                origin,
            };
            self.block(conflict, &[entry.address]);
            return false;
        }
        true
    }

    fn same_object(
        &mut self,
        entry: &Entry<'a>,
        other: &Address,
        live: &'a Address,
        snapshot: &'a Snapshot,
    ) {
        let Some(observed) = snapshot.objects.get(live) else {
            return;
        };
        let conflict = Conflict::SameObject {
            address: entry.address.clone(),
            other: other.clone(),
            id: observed.id,
            origin: entry.declared.origin.as_ref(),
        };
        self.block(conflict, &[entry.address]);
    }

    fn both_live(
        &mut self,
        entry: &Entry<'a>,
        own: &Address,
        previous: &'a Address,
        snapshot: &'a Snapshot,
    ) {
        let number =
            |address: &Address| snapshot.objects.get(address).map(|live: &Observed| live.id);
        let (Some(own_id), Some(previous_id)) = (number(own), number(previous)) else {
            return;
        };
        let conflict = Conflict::BothLive {
            address: entry.address.clone(),
            previous,
            ids: [own_id, previous_id],
            origin: entry.declared.origin.as_ref(),
        };
        self.block(conflict, &[entry.address, own, previous]);
    }

    fn swap(&mut self, entry: &Entry<'a>, own: &Address, previous: &'a Address) {
        let conflict = Conflict::Swap {
            address: entry.address.clone(),
            previous,
            origin: entry.declared.origin.as_ref(),
        };
        self.block(conflict, &[entry.address, own, previous]);
    }

    /// Refuses to guess whether a secondary address names its holder.
    fn check_secondary(
        &mut self,
        entry: &Entry<'a>,
        inventory: &Inventory,
        snapshot: &'a Snapshot,
    ) {
        let Some(email) = entry
            .declared
            .resource
            .as_user()
            .and_then(|user| user.email.as_ref())
        else {
            return;
        };
        let Some(holder) = snapshot.secondary_emails.get(email) else {
            return;
        };
        let held_by_same = self.pairs.live(entry.address).as_deref() == Some(holder);
        let holder_entry = self.pairs.declared(holder);
        let holder_entry = inventory.resources.get(holder_entry.as_ref());
        let given_up = holder_entry.is_some_and(|holder| gives_up(holder, email));
        if held_by_same || given_up || entry.own.is_some() {
            return;
        }
        let conflict = Conflict::SecondaryEmail {
            address: entry.address.clone(),
            holder,
            origin: entry.declared.origin.as_ref(),
        };
        self.block(conflict, &[entry.address]);
    }
}
