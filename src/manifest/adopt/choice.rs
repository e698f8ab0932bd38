//! Which part of an account is declared.

use std::str::FromStr;

use crate::model::{Address, Kind, Name, User, UserRole};

/// A part of what is live. Parts of one sort add to each other; every sort that is named must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only {
    /// This group, and who is in it.
    Group(Name),
    /// This role, and who holds it.
    Role(Name),
    /// This organization, and who is in it.
    Organization(Name),
    /// People who are suspended.
    Suspended,
    /// What no manifest declares.
    New,
    /// What manifests declare, and otherwise than it is.
    Changed,
}

impl FromStr for Only {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (sort, name) = text.split_once(':').unwrap_or((text, ""));
        let name = Name::new(name);
        match (sort, name.is_empty()) {
            ("group", false) => Ok(Self::Group(name)),
            ("role", false) => Ok(Self::Role(name)),
            ("organization", false) => Ok(Self::Organization(name)),
            ("new", true) => Ok(Self::New),
            ("changed", true) => Ok(Self::Changed),
            ("suspended", true) => Ok(Self::Suspended),
            _ => Err(
                "write group:NAME, role:NAME, organization:NAME, new, changed or suspended"
                    .to_owned(),
            ),
        }
    }
}

/// All parts that were asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice<'a>(pub(super) &'a [Only]);

impl Choice<'_> {
    /// Says whether anything that is not declared yet is wanted.
    pub(super) fn takes_new(self) -> bool {
        self.0.contains(&Only::New) || !self.0.contains(&Only::Changed)
    }

    /// Says whether a part of the account is named, so that the rest is declared as far as it is
    /// referred to only.
    pub(super) fn is_partial(self) -> bool {
        let whole = |only: &Only| matches!(only, Only::New | Only::Changed);
        !self.0.iter().all(whole)
    }

    /// Says whether a role, group or organization is named.
    pub(super) fn names(self, address: &Address) -> bool {
        self.0.iter().any(|only| match only {
            Only::Group(name) => address.kind() == Kind::Group && address.name() == name,
            Only::Role(name) => address.kind() == Kind::Role && address.name() == name,
            Only::Organization(name) => {
                address.kind() == Kind::Organization && address.name() == name
            }
            Only::Suspended | Only::New | Only::Changed => false,
        })
    }

    /// What is named that is not among `there`.
    pub(super) fn missing(self, there: impl Fn(&Address) -> bool) -> Vec<Address> {
        let addresses = self.0.iter().filter_map(|only| match only {
            Only::Group(name) => Some(Address::group(name.clone())),
            Only::Role(name) if word(name).is_none() => Some(Address::role(name.clone())),
            Only::Organization(name) => Some(Address::organization(name.clone())),
            Only::Role(_) | Only::Suspended | Only::New | Only::Changed => None,
        });
        addresses.filter(|address| !there(address)).collect()
    }

    /// Says whether a person is wanted, who is in these groups and organizations.
    pub(super) fn takes(
        self,
        user: &User,
        groups: &[(Address, bool)],
        organizations: &[(Address, bool)],
    ) -> bool {
        let among = |held: &[(Address, bool)], name: &Name| {
            held.iter().any(|(held, _)| held.name() == name)
        };
        let (mut group, mut role, mut organization, mut suspended) = (None, None, None, None);
        for only in self.0 {
            let (sort, holds) = match only {
                Only::Group(name) => (&mut group, among(groups, name)),
                Only::Role(name) => (&mut role, holds_role(user, name)),
                Only::Organization(name) => (&mut organization, among(organizations, name)),
                Only::Suspended => (&mut suspended, user.suspended == Some(true)),
                Only::New | Only::Changed => continue,
            };
            *sort = Some(sort.unwrap_or(false) || holds);
        }
        [group, role, organization, suspended]
            .into_iter()
            .all(|sort| sort.unwrap_or(true))
    }
}

fn word(name: &Name) -> Option<UserRole> {
    match name.folded() {
        "end-user" => Some(UserRole::EndUser),
        "agent" => Some(UserRole::Agent),
        "admin" => Some(UserRole::Admin),
        _ => None,
    }
}

fn holds_role(user: &User, name: &Name) -> bool {
    match (&user.role, word(name)) {
        (Some(role), Some(wanted)) => *role == wanted,
        (Some(UserRole::Named(role)), None) => role.name() == name,
        (_, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Choice, Only};
    use crate::model::{Address, User, UserRole};

    #[test]
    fn parts_of_one_sort_add_up_and_every_sort_must_hold() {
        let user = User {
            role: Some(UserRole::Named(Address::role("Tier 2"))),
            suspended: Some(true),
            ..User::default()
        };
        let groups = [(Address::group("Support"), true)];
        for (parts, expected) in [
            (&[] as &[&str], true),
            (&["group:support"], true),
            (&["group:Billing", "group:Support"], true),
            (&["group:Billing"], false),
            (&["group:Support", "role:admin"], false),
            (&["role:tier 2", "suspended", "new"], true),
            (&["organization:Globex"], false),
        ] {
            let only: Vec<Only> = parts.iter().filter_map(|part| part.parse().ok()).collect();
            assert_eq!(only.len(), parts.len(), "{parts:?}");
            assert_eq!(
                Choice(&only).takes(&user, &groups, &[]),
                expected,
                "{parts:?}"
            );
        }
        for wrong in ["", "group:", "groups:Support", "new:x", "everything"] {
            assert!(wrong.parse::<Only>().is_err(), "{wrong}");
        }
    }
}
