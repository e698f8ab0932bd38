//! Addresses: how manifests, plans and output name one thing.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::name::Spellings;
use super::{Kind, Name};

/// Names one object, such as `user/ada@example.com` or `group_membership/ada@example.com/Tier 1`.
///
/// Addresses are equal when they differ only in case or outer blanks. A user is named by e-mail
/// address, by external id where there is no address, and by `id:<number>` where there is neither.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct Address {
    kind: Kind,
    name: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    container: Option<Name>,
}

impl Address {
    /// Names an object of a kind that has one name; for memberships use [`Self::membership`].
    pub const fn new(kind: Kind, name: Name) -> Self {
        Self {
            kind,
            name,
            container: None,
        }
    }

    /// Names a user's membership of `kind` in the group or organization called `container`.
    pub const fn membership(kind: Kind, user: Name, container: Name) -> Self {
        Self {
            kind,
            name: user,
            container: Some(container),
        }
    }

    /// Names a custom or system role.
    pub fn role(name: impl Into<Name>) -> Self {
        Self::new(Kind::Role, name.into())
    }

    /// Names a group.
    pub fn group(name: impl Into<Name>) -> Self {
        Self::new(Kind::Group, name.into())
    }

    /// Names an organization.
    pub fn organization(name: impl Into<Name>) -> Self {
        Self::new(Kind::Organization, name.into())
    }

    /// Names a user by e-mail address or external id.
    pub fn user(name: impl Into<Name>) -> Self {
        Self::new(Kind::User, name.into())
    }

    /// Reads an address as people write it, such as `group/Tier 1`; `None` where it is not one.
    ///
    /// In a membership's address, what stands before the second slash is the user.
    pub fn parse(text: &str) -> Option<Self> {
        let (word, rest) = text.trim().split_once('/')?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word)?;
        let (name, container) = match kind.container() {
            Some(_) => {
                let (user, container) = rest.split_once('/')?;
                (Name::new(user), Some(Name::new(container)))
            }
            None => (Name::new(rest), None),
        };
        let blank = name.is_empty() || container.as_ref().is_some_and(Name::is_empty);
        (!blank).then_some(Self {
            kind,
            name,
            container,
        })
    }

    /// The kind of what is named.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The object's own name; for a membership, that of its user.
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// The user this is about: a user itself, or the one who holds the membership.
    pub fn person(&self) -> Option<Self> {
        match self.kind {
            Kind::User => Some(self.clone()),
            Kind::GroupMembership | Kind::OrganizationMembership => {
                Some(Self::user(self.name.clone()))
            }
            Kind::Role | Kind::Group | Kind::Organization => None,
        }
    }

    /// For a membership, the group or organization it is in.
    pub fn container(&self) -> Option<Self> {
        let kind = self.kind.container()?;
        Some(Self::new(kind, self.container.clone()?))
    }

    /// Lets its names share the texts of those that were met before.
    pub(super) fn share(&mut self, spellings: &mut Spellings) {
        spellings.share(&mut self.name);
        if let Some(container) = &mut self.container {
            spellings.share(container);
        }
    }

    /// The same address with whatever `rename` gives for its parts, or for itself.
    #[must_use]
    pub fn rekeyed(&self, rename: &dyn Fn(&Self) -> Option<Self>) -> Self {
        let (Some(person), Some(container)) = (self.person(), self.container()) else {
            return rename(self).unwrap_or_else(|| self.clone());
        };
        let person = rename(&person).unwrap_or(person);
        let container = rename(&container).unwrap_or(container);
        Self::membership(self.kind, person.name, container.name)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)?;
        if let Some(container) = &self.container {
            write!(f, "/{container}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, Kind, Name};

    #[test]
    fn addresses_read_as_people_write_them() {
        let membership = Address::membership(
            Kind::GroupMembership,
            "ada@example.com".into(),
            "Tier 1".into(),
        );
        assert_eq!(
            membership.to_string(),
            "group_membership/ada@example.com/Tier 1"
        );
        assert_eq!(membership.container(), Some(Address::group("tier 1")));
        assert_eq!(membership.person(), Some(Address::user("ADA@example.com")));
        assert_eq!(Address::role("Tier 2").to_string(), "role/Tier 2");
    }

    #[test]
    fn addresses_are_read_back_from_what_people_write() {
        for text in [
            "user/ada@example.com",
            "group/Tier 1",
            "organization/Globex/North",
            "group_membership/ada@example.com/Tier 1",
        ] {
            let read = Address::parse(text).map(|address| address.to_string());
            assert_eq!(read.as_deref(), Some(text));
        }
        for text in ["", "group", "group/", "team/Tier 1", "group_membership/ada"] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_renamed_group_renames_its_memberships() {
        let old = Address::membership(
            Kind::GroupMembership,
            "ada@example.com".into(),
            "Frontline".into(),
        );
        let rename = |address: &Address| {
            (*address == Address::group("Frontline")).then(|| Address::group(Name::new("Tier 1")))
        };
        assert_eq!(
            old.rekeyed(&rename).to_string(),
            "group_membership/ada@example.com/Tier 1"
        );
    }
}
