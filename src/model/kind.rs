//! The kinds of things zdsync manages.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A kind of resource. The order is the one in which output lists them.
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
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A custom role.
    Role,
    /// A group of agents.
    Group,
    /// An organization of end users.
    Organization,
    /// A person.
    User,
    /// An agent's place in a group.
    GroupMembership,
    /// A person's place in an organization.
    OrganizationMembership,
}

impl Kind {
    /// Every kind, in output order.
    pub const ALL: [Self; 6] = [
        Self::Role,
        Self::Group,
        Self::Organization,
        Self::User,
        Self::GroupMembership,
        Self::OrganizationMembership,
    ];

    /// The word used in addresses, such as `group_membership`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Group => "group",
            Self::Organization => "organization",
            Self::User => "user",
            Self::GroupMembership => "group_membership",
            Self::OrganizationMembership => "organization_membership",
        }
    }

    /// The key used in configuration files, such as `group_memberships`.
    pub const fn section(self) -> &'static str {
        match self {
            Self::Role => "roles",
            Self::Group => "groups",
            Self::Organization => "organizations",
            Self::User => "users",
            Self::GroupMembership => "group_memberships",
            Self::OrganizationMembership => "organization_memberships",
        }
    }

    /// For a membership, the kind of what one is a member of.
    pub const fn container(self) -> Option<Self> {
        match self {
            Self::GroupMembership => Some(Self::Group),
            Self::OrganizationMembership => Some(Self::Organization),
            Self::Role | Self::Group | Self::Organization | Self::User => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
