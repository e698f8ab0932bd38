//! Differences as data.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::model::{Address, Declared, FieldChange, Kind, ObjectId, Observed, Origin};

/// What is to become of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It is declared and not live.
    Create,
    /// It is live, with other values than declared.
    Update,
    /// A person who loses role, groups and organizations and is suspended.
    Offboard,
    /// It is live and must not be.
    Remove,
}

/// Why something is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A manifest says so.
    Declared,
    /// A membership that is missing from the declared list of its user.
    Unlisted,
    /// Nothing declares it, and the configuration says to remove such objects.
    Undeclared,
    /// It goes together with this user, group or organization.
    With(Address),
}

/// One object that is not as declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference<'a> {
    /// The address it has in manifests; for what is not declared, the live one.
    pub address: Address,
    /// What is to become of it.
    pub fate: Fate,
    /// Why.
    pub cause: Cause,
    /// The live object and the address it has now.
    pub live: Option<(&'a Address, &'a Observed)>,
    /// The entry that declares it.
    pub declared: Option<&'a Declared>,
    /// The values that differ, in fact order. Empty for removals.
    pub fields: Vec<FieldChange>,
    /// The place that asks for it: the entry, or the list it is missing from.
    pub origin: Option<&'a Origin>,
}

/// Something that leaves open which object is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict<'a> {
    /// Several live objects have the identity.
    Ambiguous {
        /// The identity.
        address: Address,
        /// Their numbers.
        ids: &'a [ObjectId],
        /// The entry.
        origin: Option<&'a Origin>,
    },
    /// The e-mail address is a secondary one of another person.
    SecondaryEmail {
        /// The declared person.
        address: Address,
        /// The person who holds it.
        holder: &'a Address,
        /// The entry.
        origin: Option<&'a Origin>,
    },
    /// The entry and a name it had before are both live.
    BothLive {
        /// The entry.
        address: Address,
        /// The live address that `previously` names.
        previous: &'a Address,
        /// The numbers of both.
        ids: [ObjectId; 2],
        /// The entry.
        origin: Option<&'a Origin>,
    },
    /// People who would swap their addresses.
    Swap {
        /// One of them.
        address: Address,
        /// The address this one would take from the next.
        previous: &'a Address,
        /// The entry.
        origin: Option<&'a Origin>,
    },
    /// Two entries mean the same live object.
    SameObject {
        /// The later entry.
        address: Address,
        /// The earlier one.
        other: Address,
        /// The live object's number.
        id: ObjectId,
        /// The later entry's place.
        origin: Option<&'a Origin>,
    },
    /// What is declared as external is not live.
    ExternalMissing {
        /// The entry.
        address: Address,
        /// The entry's place.
        origin: Option<&'a Origin>,
    },
    /// Undeclared people are to be removed, and no scope says which are ours.
    NoScope,
}

/// Which live address belongs to which address of the manifests, where the two are not the same:
/// renamed objects, and people who are declared by external id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    forth: BTreeMap<Address, Address>,
    back: BTreeMap<Address, Address>,
}

impl Pairs {
    /// Notes that the live object `live` is what the manifests call `declared`.
    pub fn insert(&mut self, live: Address, declared: Address) {
        self.back.insert(declared.clone(), live.clone());
        self.forth.insert(live, declared);
    }

    /// What the manifests call the object that is live at `live`.
    pub fn declared<'b>(&self, live: &'b Address) -> Cow<'b, Address> {
        if !touches(&self.forth, live) {
            return Cow::Borrowed(live);
        }
        Cow::Owned(live.rekeyed(&|address| self.forth.get(address).cloned()))
    }

    /// Where the object that the manifests call `declared` is live, if it is; `None` where that address
    /// is taken by an object that gets another one.
    pub fn live<'b>(&self, declared: &'b Address) -> Option<Cow<'b, Address>> {
        if self.forth.is_empty() {
            return Some(Cow::Borrowed(declared));
        }
        let vacated = |address: &Address| {
            !self.back.contains_key(address) && self.forth.contains_key(address)
        };
        let parts = [declared.person(), declared.container()];
        if vacated(declared) || parts.iter().flatten().any(vacated) {
            return None;
        }
        if !touches(&self.back, declared) {
            return Some(Cow::Borrowed(declared));
        }
        Some(Cow::Owned(
            declared.rekeyed(&|address| self.back.get(address).cloned()),
        ))
    }

    /// The new address of a live object that is renamed or otherwise paired.
    pub fn renamed(&self, live: &Address) -> Option<Address> {
        self.forth.get(live).cloned()
    }

    /// Says whether every live address is the declared one.
    pub fn is_empty(&self) -> bool {
        self.forth.is_empty()
    }
}

/// Says whether a map renames an address or a part of it.
fn touches(map: &BTreeMap<Address, Address>, address: &Address) -> bool {
    !map.is_empty()
        && (map.contains_key(address)
            || [address.person(), address.container()]
                .iter()
                .flatten()
                .any(|part| map.contains_key(part)))
}

/// What comparing found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Differences<'a> {
    /// Which live address is which declared one, where they differ.
    pub pairs: Pairs,
    /// What is not as declared, in address order.
    pub differences: Vec<Difference<'a>>,
    /// Declared objects that are as declared, by kind.
    pub unchanged: BTreeMap<Kind, Vec<Address>>,
    /// Live objects in scope that nobody declares and that stay.
    pub undeclared: Vec<(&'a Address, &'a Observed)>,
    /// How many live objects are none of ours, by kind.
    pub not_ours: BTreeMap<Kind, u64>,
    /// How many live objects are ours, by kind: what a limit in percent is a percent of.
    pub in_scope: BTreeMap<Kind, u64>,
    /// What leaves open which object is meant.
    pub conflicts: Vec<Conflict<'a>>,
}
