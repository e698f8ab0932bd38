//! The mutations a plan consists of, as data.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Address, Kind, ObjectId, Value};

/// What a write does to each of its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Makes the object with these values.
    Create,
    /// Sets these values and leaves all others.
    Update,
    /// Deletes the object.
    Delete,
    /// Makes the membership its user's default.
    MakeDefault,
    /// Adds the value `email` to the user's identities.
    AddEmail,
    /// Makes the value `email`, which the user holds, the primary address.
    MakeEmailPrimary,
    /// Takes the value `email` from the user's identities.
    RemoveEmail,
}

/// One object of a write.
///
/// Values name fields as [`super::Fact::path`] does. A user that is created or promoted may carry two
/// more: `groups` (references: the groups to be in from the start, zendesk-api §5.5) and `invite`
/// (a switch: whether the service sends its mail).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The object, by its address in the plan: the new one where it is renamed.
    pub address: Address,
    /// Its number, where it is known when planning.
    pub id: Option<ObjectId>,
    /// The values to set, in fact order.
    pub values: Vec<(Cow<'static, str>, Value)>,
}

/// One call to the account that changes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Write {
    /// What it does.
    pub verb: Verb,
    /// The kind of all its items.
    pub kind: Kind,
    /// Whether it is the bulk form, a background job of up to 100 items; otherwise there is one item.
    pub many: bool,
    /// The objects, never empty.
    pub items: Vec<Item>,
}

/// How a write looks on the wire, for people: `PUT`, `/api/v2/users/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The method.
    pub method: String,
    /// The path; numbers that are not known yet are written as the address in braces.
    pub path: String,
}

/// The numbers known so far, by address: those of the snapshot, then those that apply learns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    #[serde(with = "super::snapshot::pairs")]
    numbers: BTreeMap<Address, ObjectId>,
}

impl FromIterator<(Address, ObjectId)> for Book {
    fn from_iter<I: IntoIterator<Item = (Address, ObjectId)>>(numbers: I) -> Self {
        Self {
            numbers: numbers.into_iter().collect(),
        }
    }
}

impl Book {
    /// Notes the number of an object.
    pub fn insert(&mut self, address: Address, id: ObjectId) {
        self.numbers.insert(address, id);
    }

    /// Forgets an object that is no more.
    pub fn remove(&mut self, address: &Address) {
        self.numbers.remove(address);
    }

    /// Every number known, in address order.
    pub fn iter(&self) -> impl Iterator<Item = (&Address, ObjectId)> {
        self.numbers.iter().map(|(address, id)| (address, *id))
    }

    /// The number of an object, where it is known.
    pub fn get(&self, address: &Address) -> Option<ObjectId> {
        self.numbers.get(address).copied()
    }
}
