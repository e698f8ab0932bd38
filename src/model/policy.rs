//! What may be touched, and how much: the project's configuration as the planner sees it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Address, Kind, Name, Origin};

/// What happens to live objects in scope that no manifest declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Undeclared {
    /// They are left alone and not mentioned.
    Ignore,
    /// They are left alone and shown in the plan.
    Report,
    /// They are removed; people are offboarded.
    Remove,
}

/// Which live users are ours. A user is in scope when every condition that is given holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Roles: `end-user`, `agent`, `admin` or the name of a role. Empty means any.
    pub roles: BTreeSet<Name>,
    /// Domains of the e-mail address. Empty means any.
    pub email_domains: BTreeSet<Name>,
}

/// How many removals a plan may hold: a count, a percent of what is live in scope, or both, of which
/// the larger holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// At most this many.
    pub count: Option<u64>,
    /// At most this share of what is live in scope, in percent.
    pub percent: Option<u64>,
}

impl Limit {
    /// How many of `live` objects may be removed.
    pub fn allowed(&self, live: u64) -> u64 {
        let by_percent = self
            .percent
            .map(|percent| live.saturating_mul(percent) / 100);
        self.count.unwrap_or(0).max(by_percent.unwrap_or(0))
    }
}

/// The rules a plan must keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What happens to undeclared objects, by kind. Every kind has an entry.
    pub undeclared: BTreeMap<Kind, Undeclared>,
    /// Which live users are ours; `remove` needs one.
    pub scope: Option<Scope>,
    /// Removal limits, by kind. Every kind has an entry.
    pub removals: BTreeMap<Kind, Limit>,
    /// Limits that the command line raised for this plan, by kind.
    pub allowed_removals: BTreeMap<Kind, u64>,
    /// Active administrators that must be left.
    pub min_admins: u64,
    /// Paid seats that there are, where the configuration says so; the service does not (zendesk-api §14.2).
    pub seats: Option<u64>,
    /// Whether new users get the service's verification mail.
    pub invite: bool,
    /// Addresses that are never changed.
    pub protected: BTreeSet<Address>,
    /// The account owner, where the configuration names one.
    pub owner: Option<Name>,
    /// The account this project belongs to, where it is pinned.
    pub fingerprint: Option<String>,
    /// Where the configuration says it, by key, such as `limits.min_admins`. Keys whose default holds are
    /// missing.
    pub places: BTreeMap<String, Origin>,
}

impl Default for Policy {
    /// The rules that hold where the configuration says nothing (see `zdsync schema config`).
    fn default() -> Self {
        let count = |count| Limit {
            count: Some(count),
            percent: None,
        };
        let membership = Limit {
            count: Some(10),
            percent: Some(20),
        };
        Self {
            undeclared: Kind::ALL
                .into_iter()
                .map(|kind| {
                    let membership = kind.container().is_some();
                    (
                        kind,
                        if membership {
                            Undeclared::Remove
                        } else {
                            Undeclared::Ignore
                        },
                    )
                })
                .collect(),
            scope: None,
            removals: BTreeMap::from([
                (Kind::Role, count(1)),
                (Kind::Group, count(1)),
                (Kind::Organization, count(5)),
                (Kind::User, count(5)),
                (Kind::GroupMembership, membership),
                (Kind::OrganizationMembership, membership),
            ]),
            allowed_removals: BTreeMap::new(),
            min_admins: 2,
            seats: None,
            invite: true,
            protected: BTreeSet::new(),
            owner: None,
            fingerprint: None,
            places: BTreeMap::new(),
        }
    }
}

impl Policy {
    /// What happens to undeclared objects of `kind`.
    pub fn undeclared(&self, kind: Kind) -> Undeclared {
        self.undeclared
            .get(&kind)
            .copied()
            .unwrap_or(Undeclared::Ignore)
    }

    /// A key of the configuration and where it stands: `limits.min_admins, zdsync.yaml:4`, or that its
    /// default holds.
    pub fn place(&self, key: &str) -> String {
        match self.places.get(key) {
            Some(place) => format!("{key}, {}:{}", place.file, place.line),
            None => format!("{key}, the default"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Limit;

    #[test]
    fn the_larger_of_count_and_percent_holds() {
        let limit = Limit {
            count: Some(10),
            percent: Some(20),
        };
        assert_eq!(limit.allowed(30), 10);
        assert_eq!(limit.allowed(100), 20);
        assert_eq!(
            Limit {
                count: None,
                percent: Some(20)
            }
            .allowed(9),
            1
        );
    }
}
