//! Compares the declared side with the live side, address by address.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::model::{
    Address, Declared, Fact, FieldChange, Inventory, Kind, Lifecycle, Observed, Origin, Policy,
    Resource, Snapshot, Undeclared, User, UserRole, Value,
};

use super::cursor::Cursor;
use super::pairing::pair;
use super::scope::{Verdict, judge};
use super::types::{Cause, Conflict, Difference, Differences, Fate};

/// Compares what is declared with what is live.
///
/// The result depends on nothing but the three values given, and on no order in which files or
/// listings were read.
pub fn compare<'a>(
    inventory: &'a Inventory,
    snapshot: &'a Snapshot,
    policy: &Policy,
) -> Differences<'a> {
    let pairing = pair(inventory, snapshot);
    let going = inventory
        .resources
        .iter()
        .filter(|(_, declared)| goes(declared));
    let mut comparison = Comparison {
        inventory,
        snapshot,
        policy,
        blocked: pairing.blocked,
        going: going.map(|(address, _)| address).collect(),
        leaving: BTreeSet::new(),
        live: Cursor::new(&snapshot.objects),
        entries: Cursor::new(&inventory.resources),
        found: Differences {
            pairs: pairing.pairs,
            conflicts: pairing.conflicts,
            ..Differences::default()
        },
    };
    for (address, declared) in &inventory.resources {
        comparison.declared(address, declared);
    }
    for (address, live) in &snapshot.objects {
        comparison.undeclared(address, live);
    }
    let scopeless = policy.scope.is_none() && policy.undeclared(Kind::User) == Undeclared::Remove;
    if scopeless {
        comparison.found.conflicts.push(Conflict::NoScope);
    }
    let mut found = comparison.found;
    found
        .differences
        .sort_by(|left, right| left.address.cmp(&right.address));
    found
}

/// The declared values that `live` does not have, in fact order.
pub(super) fn fields(declared: &Resource, live: &Resource) -> Vec<FieldChange> {
    let present = live.facts();
    let changes = differing(declared, &present);
    if changes.is_empty() {
        return changes; // most are as declared, and need not be brought into the service's shape first
    }
    let mut wanted = declared.clone();
    wanted.align(live);
    differing(&wanted, &present)
}

fn differing(wanted: &Resource, present: &[Fact]) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    for fact in wanted.facts() {
        let before = present
            .iter()
            .find(|candidate| candidate.path == fact.path)
            .map_or(&Value::Null, |candidate| &candidate.value);
        if *before != fact.value {
            changes.push(FieldChange {
                path: fact.path,
                before: before.clone(),
                after: fact.value,
            });
        }
    }
    changes.shrink_to_fit();
    changes
}

struct Comparison<'a, 'b> {
    inventory: &'a Inventory,
    snapshot: &'a Snapshot,
    policy: &'b Policy,
    blocked: BTreeSet<Address>,
    /// Entries that are declared to go.
    going: BTreeSet<&'a Address>,
    /// Where the walk along the entries is among the live objects, and the other way round.
    live: Cursor<'a, Observed>,
    entries: Cursor<'a, Declared>,
    /// Users, groups and organizations that go, by declared address, whose memberships go along.
    leaving: BTreeSet<Address>,
    found: Differences<'a>,
}

impl<'a> Comparison<'a, '_> {
    /// Says whether it is open what an address, or a part of it, means.
    fn is_blocked(&self, address: &Address) -> bool {
        if self.blocked.is_empty() {
            return false;
        }
        self.blocked.contains(address)
            || [address.person(), address.container()]
                .iter()
                .flatten()
                .any(|part| self.blocked.contains(part))
    }

    /// The live object of an entry. Entries come in address order.
    fn live(&mut self, address: &Address) -> Option<(&'a Address, &'a Observed)> {
        match self.found.pairs.live(address)? {
            Cow::Borrowed(live) => self.live.seek(live),
            Cow::Owned(live) => self.snapshot.objects.get_key_value(&live),
        }
    }

    fn declared(&mut self, address: &Address, declared: &'a Declared) {
        if self.is_blocked(address) || self.holder_goes(address) {
            return;
        }
        let live = self.live(address);
        if live.is_some() && declared.lifecycle != Lifecycle::External {
            *self.found.in_scope.entry(address.kind()).or_default() += 1;
        }
        let (fate, fields) = match (declared.lifecycle, live) {
            (Lifecycle::External, _) => return,
            (Lifecycle::Present, None) => (Fate::Create, created(&declared.resource)),
            (Lifecycle::Present, Some((live_address, live))) => {
                let mut fields = fields(&declared.resource, &self.values(live));
                fields.extend(self.former_addresses(declared, live_address));
                (Fate::Update, fields)
            }
            (Lifecycle::Absent | Lifecycle::Offboarded | Lifecycle::Deleted, None) => {
                (Fate::Update, Vec::new())
            }
            (Lifecycle::Absent | Lifecycle::Deleted, Some(_)) => (Fate::Remove, Vec::new()),
            (Lifecycle::Offboarded, Some((_, live))) => {
                (Fate::Offboard, offboarding(&self.values(live)))
            }
        };
        if matches!(fate, Fate::Remove | Fate::Offboard) {
            self.leaving.insert(address.clone());
        }
        if fields.is_empty() && matches!(fate, Fate::Update | Fate::Offboard) {
            let unchanged = self.found.unchanged.entry(address.kind()).or_default();
            unchanged.push(address.clone());
            return;
        }
        self.found.differences.push(Difference {
            address: address.clone(),
            fate,
            cause: Cause::Declared,
            live,
            declared: Some(declared),
            fields,
            origin: declared.origin.as_ref(),
        });
    }

    /// Says whether the user or container of a declared membership is itself declared to go.
    fn holder_goes(&self, address: &Address) -> bool {
        !self.going.is_empty()
            && address.container().is_some()
            && [address.person(), address.container()]
                .iter()
                .flatten()
                .any(|part| self.going.contains(part))
    }

    /// The live values, with what they refer to as the manifests call it.
    fn values(&self, live: &'a Observed) -> Cow<'a, Resource> {
        if self.found.pairs.is_empty() {
            return Cow::Borrowed(&live.resource);
        }
        let mut resource = live.resource.clone();
        resource.rekey(&|address| self.found.pairs.renamed(address));
        Cow::Owned(resource)
    }

    /// Former e-mail addresses that the person still holds beside the declared one, as a change of address
    /// that was broken off leaves them.
    fn former_addresses(&self, declared: &Declared, live: &Address) -> Vec<FieldChange> {
        let held = declared.previously.iter().filter(|name| {
            live.kind() == Kind::User && self.snapshot.secondary_emails.get(name) == Some(live)
        });
        held.map(|name| FieldChange {
            path: "secondary_email".into(),
            before: Value::text(name.folded()),
            after: Value::Null,
        })
        .collect()
    }

    fn undeclared(&mut self, live_address: &'a Address, live: &'a Observed) {
        let address = self.found.pairs.declared(live_address);
        let kind = address.kind();
        if self.is_blocked(&address) || self.is_blocked(live_address) {
            return;
        }
        if let Some(part) = self.goes_with(&address) {
            let origin = self.origin_of(&part);
            let cause = Cause::With(part);
            self.remove(address.into_owned(), (live_address, live), cause, origin);
            return;
        }
        let is_declared = match &address {
            Cow::Borrowed(address) => self.entries.seek(address).is_some(),
            Cow::Owned(address) => self.inventory.resources.contains_key(address),
        };
        if is_declared {
            return;
        }
        let judged = judge((self.inventory, self.snapshot, self.policy), &address, live);
        if judged != Verdict::NotOurs {
            *self.found.in_scope.entry(kind).or_default() += 1;
        }
        match judged {
            Verdict::NotOurs | Verdict::Ignored => {
                *self.found.not_ours.entry(kind).or_default() += 1;
            }
            Verdict::Reported => self.found.undeclared.push((live_address, live)),
            Verdict::Removed if kind.container().is_some() => {
                let person = address.person();
                let list = person.and_then(|person| self.inventory.lists.get(&(kind, person)));
                let origin = list.and_then(Option::as_ref);
                let address = address.into_owned();
                self.remove(address, (live_address, live), Cause::Unlisted, origin);
            }
            Verdict::Removed => {
                let address = address.into_owned();
                self.leaving.insert(address.clone());
                self.remove(address, (live_address, live), Cause::Undeclared, None);
            }
        }
    }

    /// The user, group or organization together with which a membership goes.
    fn goes_with(&self, address: &Address) -> Option<Address> {
        address
            .kind()
            .container()
            .filter(|_| !self.leaving.is_empty())?;
        let parts = [address.person(), address.container()];
        parts
            .into_iter()
            .flatten()
            .find(|part| self.leaving.contains(part))
    }

    fn origin_of(&self, address: &Address) -> Option<&'a Origin> {
        self.inventory.resources.get(address)?.origin.as_ref()
    }

    /// Notes that a live object goes; a person by offboarding, unless deletion is declared.
    fn remove(
        &mut self,
        address: Address,
        live: (&'a Address, &'a Observed),
        cause: Cause,
        origin: Option<&'a Origin>,
    ) {
        let person = live.1.resource.as_user().is_some();
        let fields = if person {
            offboarding(&self.values(live.1))
        } else {
            Vec::new()
        };
        if person && fields.is_empty() {
            return;
        }
        self.found.differences.push(Difference {
            address,
            fate: if person { Fate::Offboard } else { Fate::Remove },
            cause,
            live: Some(live),
            declared: None,
            fields,
            origin,
        });
    }
}

/// Says whether an entry is about something that is not to be.
fn goes(declared: &Declared) -> bool {
    match declared.lifecycle {
        Lifecycle::Present | Lifecycle::External => false,
        Lifecycle::Absent | Lifecycle::Offboarded | Lifecycle::Deleted => true,
    }
}

/// The values of something new. What is empty needs no mention.
fn created(resource: &Resource) -> Vec<FieldChange> {
    let facts = resource.facts().into_iter();
    facts
        .filter(|fact| !fact.value.is_null())
        .map(|fact| FieldChange {
            path: fact.path,
            before: Value::Null,
            after: fact.value,
        })
        .collect()
}

/// What keeps a person from being offboarded.
fn offboarding(live: &Resource) -> Vec<FieldChange> {
    let gone = User {
        role: Some(UserRole::EndUser),
        suspended: Some(true),
        ..User::default()
    };
    fields(&Resource::from(gone), live)
}
