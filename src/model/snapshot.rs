//! What is live: the account as one read saw it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Address, Kind, Name, Resource};

/// The number by which the service knows one object. Only the wire and saved files make one.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct ObjectId(u64);

impl ObjectId {
    /// Takes a number read from the wire.
    pub const fn from_wire(number: u64) -> Self {
        Self(number)
    }

    /// The number to put on the wire.
    pub const fn to_wire(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The account a snapshot or plan belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Account {
    /// `<subdomain, or host of the URL>-<id of the default group>`.
    pub fingerprint: String,
    /// The subdomain, or the host where the account is given by URL.
    pub subdomain: String,
    /// The base URL.
    pub url: String,
}

/// The user whose credential reads the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Caller {
    /// The caller's number.
    pub id: ObjectId,
    /// The caller's address.
    pub address: Address,
    /// The caller's full name.
    pub name: String,
    /// Whether the caller is an administrator.
    pub admin: bool,
}

/// What is known of a live object beyond its manageable values. Each is `false` where it does not apply.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each with its own meaning"
)]
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(default)]
pub struct Marks {
    /// A person that came through ticket sharing, whom the service refuses to change (zendesk-api §5.8).
    pub shared: bool,
    /// A billing administrator, as the founding administrator of an account is (zendesk-api §5.2).
    pub billing_admin: bool,
    /// A role that the service itself provides (zendesk-api §11.3).
    pub system: bool,
    /// The account's default group, which cannot be deleted (zendesk-api §7).
    pub account_default: bool,
    /// A membership that is its user's default.
    pub default_membership: bool,
    /// A person who takes no paid seat: light agents and contributors (zendesk-api §5.2).
    pub seatless: bool,
}

/// One live object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Observed {
    /// Its number.
    pub id: ObjectId,
    /// Its values; all that the service reports are set.
    pub resource: Resource,
    /// What else is known of it.
    #[serde(default)]
    pub marks: Marks,
    /// For roles: how many team members hold it, where the service says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<u64>,
}

/// What one listing covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// Every object of the kind.
    All,
    /// All team members, or the memberships of all team members.
    Staff,
    /// Only what the named users or containers have; absence of others proves nothing.
    Only(BTreeSet<Address>),
    /// Nothing was read.
    Nothing,
}

/// What was read of one kind, and whether reading it came to its proper end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Part {
    /// The kind.
    pub kind: Kind,
    /// What the read covers.
    pub coverage: Coverage,
    /// Whether it ended properly: the last page said so, and the count agreed where there is one.
    pub complete: bool,
    /// What was asked, for people, such as `GET /api/v2/users?role[]=agent`.
    pub source: String,
    /// How many requests it took.
    pub requests: u64,
    /// When it was read.
    pub read_at: Timestamp,
}

/// Two or more live objects that share one identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Ambiguity {
    /// The identity they share.
    pub address: Address,
    /// Their numbers, sorted.
    pub ids: Vec<ObjectId>,
}

/// A custom field of users or organizations (zendesk-api §12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct UserField {
    /// Its key.
    pub key: String,
    /// Its type, such as `dropdown`.
    #[serde(rename = "type")]
    pub field_type: String,
    /// The tags it puts on its holder: a checkbox's one tag, or every option's value.
    pub tags: BTreeSet<String>,
}

/// The account as one read saw it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Snapshot {
    /// The account.
    pub account: Account,
    /// Who read it, where that is known.
    pub caller: Option<Caller>,
    /// When the read ended.
    pub taken_at: Timestamp,
    /// Whether the account has custom roles.
    pub custom_roles: bool,
    /// Whether people may belong to several organizations.
    pub multiple_organizations: bool,
    /// Requests the account allows in a minute, where it says so.
    pub rate_limit: Option<u64>,
    /// The objects read, by address. Objects that share an identity are left out; see `ambiguous`.
    #[serde(
        serialize_with = "pairs::serialize",
        deserialize_with = "objects::deserialize"
    )]
    #[schemars(with = "Vec<(Address, Observed)>")]
    pub objects: BTreeMap<Address, Observed>,
    /// Identities that more than one object has.
    pub ambiguous: Vec<Ambiguity>,
    /// The people who hold an e-mail address as a secondary one, by that address.
    #[serde(with = "pairs")]
    #[schemars(with = "Vec<(Name, Address)>")]
    pub secondary_emails: BTreeMap<Name, Address>,
    /// What was read, a part for each kind.
    pub parts: Vec<Part>,
}

impl Snapshot {
    /// The part read of one kind.
    pub fn part(&self, kind: Kind) -> Option<&Part> {
        self.parts.iter().find(|part| part.kind == kind)
    }

    /// How many requests the read took.
    pub fn requests(&self) -> u64 {
        self.parts.iter().map(|part| part.requests).sum()
    }

    /// The live objects of one kind, in address order.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (&Address, &Observed)> {
        self.objects
            .iter()
            .filter(move |(address, _)| address.kind() == kind)
    }
}

/// Reads pairs of objects and their addresses, in which every name stands several times: its text is kept once.
mod objects {
    use std::cell::RefCell;
    use std::collections::BTreeMap;
    use std::fmt;

    use serde::de::{Deserializer, SeqAccess, Visitor};

    use super::{Address, Observed, Resource, pairs};
    use crate::model::name::Spellings;

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Address, Observed>, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = BTreeMap<Address, Observed>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("pairs of addresses and objects")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let spellings = RefCell::new(Spellings::default());
                let shared = |address: &Address| {
                    let mut address = address.clone();
                    address.share(&mut spellings.borrow_mut());
                    Some(address)
                };
                let mut objects: Vec<(Address, Observed)> = Vec::new();
                while let Some((mut address, mut observed)) =
                    seq.next_element::<(Address, Observed)>()?
                {
                    address.share(&mut spellings.borrow_mut());
                    observed.resource.rekey(&shared);
                    if let Resource::User(user) = &mut observed.resource
                        && let Some(email) = &mut user.email
                    {
                        spellings.borrow_mut().share(email);
                    }
                    objects.push((address, observed));
                }
                pairs::mapped(objects)
            }
        }

        deserializer.deserialize_seq(Pairs)
    }
}

/// Maps with keys that are not texts, written as lists of pairs.
pub(super) mod pairs {
    use std::collections::BTreeMap;

    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::{Serialize, Serializer};

    pub(in crate::model) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(in crate::model) fn deserialize<'de, K, V, D>(
        deserializer: D,
    ) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        mapped(Vec::deserialize(deserializer)?)
    }

    /// The map of these pairs, each of which must have a key of its own.
    pub(super) fn mapped<K: Ord, V, E: Error>(pairs: Vec<(K, V)>) -> Result<BTreeMap<K, V>, E> {
        let stated = pairs.len();
        let map: BTreeMap<K, V> = pairs.into_iter().collect();
        if map.len() < stated {
            return Err(E::custom("something is listed twice"));
        }
        Ok(map)
    }
}
